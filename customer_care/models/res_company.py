from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    care_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Customer Care Hours",
        domain="['|', ('company_id', '=', False), ('company_id', '=', id)]",
        help="Working hours of the customer care. Without them the company's working hours count.",
    )

    def unlink(self):
        ids = self.ids
        result = super().unlink()
        self.env["customer.care.event"]._forget("company_id", ids)
        return result

    def _care_calendar(self):
        """Return the calendar of the customer care of the company; may be empty."""
        self.ensure_one()
        return self.sudo().care_calendar_id or self.sudo().resource_calendar_id
