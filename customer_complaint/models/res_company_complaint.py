from types import MappingProxyType

from odoo import api, fields, models, tools
from odoo.fields import Domain


class ResCompany(models.Model):
    """Settings of the intake of complaints."""

    _inherit = "res.company"

    care_legal_user_id = fields.Many2one(
        "res.users", string="Told of Legal Complaints", domain=[("share", "=", False)]
    )
    care_safety_user_id = fields.Many2one(
        "res.users", string="Told of Safety Complaints", domain=[("share", "=", False)]
    )
    care_media_user_id = fields.Many2one(
        "res.users", string="Told of Media Complaints", domain=[("share", "=", False)]
    )
    care_repeat_days = fields.Integer(
        string="Days of Repeats",
        default=90,
        help="A complaint of the same customer about the same category or product within so many days is a "
        "repeat, or a possible duplicate while the earlier one is open. 0: none is looked for.",
    )

    _care_repeat_days_range = models.Constraint(
        "CHECK(care_repeat_days BETWEEN 0 AND 3660)", "Repeats are looked for within 0 to 3,660 days."
    )

    care_soon_hours = fields.Float(
        string="Hours before a Deadline",
        default=4,
        help="A complaint of which a deadline is less hours away is shown as due soon, in orange.",
    )

    _care_soon_hours_range = models.Constraint(
        "CHECK(care_soon_hours BETWEEN 0 AND 1000)", "Complaints are due soon within 0 to 1,000 hours."
    )

    @api.model
    def _get_cached_fields(self):
        return super()._get_cached_fields() | {"care_soon_hours"}

    @api.model
    @tools.ormcache()
    def _get_complaint_soon_hours(self):
        """Return {company id: hours before a deadline in which a complaint is due soon}, kept in the cache."""
        companies = self.sudo().with_context(active_test=False).search_fetch(Domain.TRUE, ["care_soon_hours"])
        return MappingProxyType({company.id: company.care_soon_hours for company in companies})

    def write(self, vals):
        result = super().write(vals)
        if "care_repeat_days" in vals:
            self.env["customer.complaint"].sudo()._request_repeat_check([("company_id", "in", self.ids)])
        return result
