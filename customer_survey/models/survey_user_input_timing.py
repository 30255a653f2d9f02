from datetime import datetime, time

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.sql import column_exists, table_exists


class SurveyUserInput(models.Model):
    """The moment at which an invitation is sent."""

    _inherit = "survey.user_input"

    care_send_datetime = fields.Datetime(string="To Send at", readonly=True, copy=False)
    # Its day: what is to be sent is found by this, in whatever order the two are set.
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
            answer.care_send_date = answer.care_send_datetime and answer.care_send_datetime.date()

    @api.model_create_multi
    def create(self, vals_list):
        """The day alone is its beginning."""
        return super().create([self._add_moment(vals) for vals in vals_list])

    @api.model
    def _add_moment(self, vals):
        if not vals.get("care_send_date") or "care_send_datetime" in vals:
            return vals
        day = fields.Date.to_date(vals["care_send_date"])
        return {**vals, "care_send_datetime": datetime.combine(day, time.min)}

    def _inverse_care_send_date(self):
        for answer in self:
            day = answer.care_send_date
            if not day or not answer.care_send_datetime or answer.care_send_datetime.date() != day:
                answer.care_send_datetime = day and datetime.combine(day, time.min)

    @api.model
    def _care_due_domain(self):
        return super()._care_due_domain() & Domain("care_send_datetime", "<=", fields.Datetime.now())
