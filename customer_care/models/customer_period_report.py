from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerPeriodReport(models.AbstractModel):
    """Reports about customers between two days, as screen and as workbook."""

    _name = "customer.period.report"
    _description = "Report on a Period"
    _inherit = ["customer.xlsx.mixin"]

    date_from = fields.Date(string="From", required=True, default=lambda self: self._default_period()[0])
    date_to = fields.Date(string="To", required=True, default=lambda self: self._default_period()[1])
    company_id = fields.Many2one(
        "res.company",
        help="Customers of this company and those that companies share. Empty: all that you see.",
    )
    team_id = fields.Many2one("customer.care.team", string="Care Team")

    def _compute_display_name(self):
        for report in self:
            report.display_name = report._get_xlsx_name() if report._has_period() else report._description

    def _default_period(self):
        return self.env["customer.retention.row"]._get_period()

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for report in self:
            if report.date_from > report.date_to:
                raise ValidationError(self.env._("The period begins after its end."))

    def _has_period(self):
        self.ensure_one()
        return bool(self.date_from and self.date_to and self.date_from <= self.date_to)

    def _get_context(self):
        """Return the context that names the period to the rows. Override to say more."""
        return {
            "care_date_from": fields.Date.to_string(self.date_from),
            "care_date_to": fields.Date.to_string(self.date_to),
        }

    def _get_domain(self):
        """Return the domain on the rows that the filters of the report mean."""
        domain = []
        if self.company_id:
            domain.append(("company_id", "in", [self.company_id.id, False]))
        if self.team_id:
            domain.append(("care_team_id", "=", self.team_id.id))
        return domain
