from odoo import api, fields, models, tools


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "customer.cached.mixin"]

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

    @api.model
    def _get_cached_fields(self):
        return {"care_calendar_id", "resource_calendar_id"}

    def _care_calendar(self):
        """Return the calendar of the customer care of the company; may be empty."""
        self.ensure_one()
        return self.env["resource.calendar"].browse(self._get_care_calendar_id())

    @tools.ormcache("self.id")
    def _get_care_calendar_id(self):
        company = self.sudo()
        return (company.care_calendar_id or company.resource_calendar_id).id
