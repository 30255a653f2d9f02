from odoo import api, fields, models
from odoo.tools.sql import column_exists, table_exists


class SurveyUserInput(models.Model):
    """The moment at which an invitation is sent."""

    _inherit = "survey.user_input"

    care_send_datetime = fields.Datetime(string="To Send at", readonly=True, copy=False)
    # Its day at the company, in whatever order the two are set.
    care_send_date = fields.Date(
        compute="_compute_care_send_date", inverse="_inverse_care_send_date", store=True, precompute=True
    )

    def _auto_init(self):
        """Invitations of older versions knew the day alone: they are due when it begins."""
        cr = self.env.cr
        is_old = table_exists(cr, self._table) and not column_exists(cr, self._table, "care_send_datetime")
        result = super()._auto_init()
        if is_old:
            cr.execute(
                "UPDATE survey_user_input SET care_send_datetime = care_send_date WHERE care_send_date > '0001-01-01'"
            )
        return result

    @api.depends("care_send_datetime")
    def _compute_care_send_date(self):
        for answer in self:
            company = answer.care_company_id or self.env.company
            answer.care_send_date = answer.care_send_datetime and company._care_get_day(
                answer.care_send_datetime
            )

    @api.model_create_multi
    def create(self, vals_list):
        """The day alone is its beginning at the company."""
        return super().create([self._add_moment(vals) for vals in vals_list])

    @api.model
    def _add_moment(self, vals):
        if not vals.get("care_send_date") or "care_send_datetime" in vals:
            return vals
        company = self.env["res.company"].browse(vals.get("care_company_id")) or self.env.company
        day = fields.Date.to_date(vals["care_send_date"])
        return {**vals, "care_send_datetime": company._care_get_begin_of_day(day)}

    def _inverse_care_send_date(self):
        for answer in self:
            day, moment = answer.care_send_date, answer.care_send_datetime
            company = answer.care_company_id or self.env.company
            if not day or not moment or company._care_get_day(moment) != day:
                answer.care_send_datetime = day and company._care_get_begin_of_day(day)
