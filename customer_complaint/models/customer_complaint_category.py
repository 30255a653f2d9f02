from odoo import api, fields, models
from odoo.addons.customer_care.tools.uses import find_used
from odoo.exceptions import UserError, ValidationError
from odoo.tools import is_html_empty


class CustomerComplaintCategory(models.Model):
    """What complaints are about, in as many levels as wanted; rules name a category for all below it."""

    _name = "customer.complaint.category"
    _description = "Complaint Category"
    _inherit = "customer.cached.mixin"
    _parent_name = "parent_id"
    _parent_store = True
    _rec_name = "complete_name"
    _rec_names_search = ["name", "complete_name"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", search="_search_complete_name", recursive=True, string="Full Name"
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    parent_id = fields.Many2one("customer.complaint.category", index=True, ondelete="restrict")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("customer.complaint.category", "parent_id", string="Children")
    team_id = fields.Many2one(
        "customer.complaint.team",
        string="Default Team",
        help="Takes complaints of this category that are registered without a team.",
    )
    guide = fields.Html(
        translate=True,
        help="What to ask the customer and what to offer. Without an own guide that of the parent is shown.",
    )

    @api.depends("name", "parent_id.complete_name")
    @api.depends_context("lang")
    def _compute_complete_name(self):
        for category in self:
            parent = category.parent_id.complete_name
            category.complete_name = f"{parent} / {category.name}" if parent else category.name

    @api.depends("complete_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for category in self:
            category.display_name = category.complete_name

    def _search_complete_name(self, operator, value):
        if operator not in ("ilike", "like", "in", "=ilike", "=like"):
            return NotImplemented
        return [("id", "child_of", self.search([("name", operator, value)]).ids)]

    def _get_guide(self):
        """Return the guide of the category (may be empty), else that of its nearest ancestor that has one."""
        category = self
        while category and is_html_empty(category.guide):
            category = category.parent_id
        return category.guide

    def _get_uses(self):
        """Return [(model, field)] that must not lose a category. Override to add more."""
        return [
            ("customer.complaint", "category_id"),
            ("customer.complaint.policy", "category_ids"),
            ("customer.complaint.assign.rule", "category_ids"),
            ("customer.complaint.action", "category_id"),
        ]

    def _parent_store_update(self):
        # Before Odoo refuses it in words that are not translated.
        self._check_parent_id()
        return super()._parent_store_update()

    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A category cannot be its own ancestor."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """Keep what complaints are about, and policies for one category from being for all."""
        message = self.env._("Complaints keep their category: these categories can only be archived.")
        self.env["customer.complaint"]._raise_used(message, self, "category_id")
        used = find_used(self, self._get_uses())
        used |= used.search([("parent_id", "in", self.ids), ("id", "not in", self.ids)]).parent_id
        if used:
            raise UserError(
                self.env._(
                    "These categories are in use and can only be archived: %(categories)s",
                    categories=", ".join(used.mapped("display_name")),
                )
            )

    @api.model
    def _get_cached_fields(self):
        return {"parent_id", "active"}

    def write(self, vals):
        result = super().write(vals)
        if "parent_id" in vals:
            self.env["customer.complaint"]._request_clock_refresh([("category_id", "child_of", self.ids)])
        return result
