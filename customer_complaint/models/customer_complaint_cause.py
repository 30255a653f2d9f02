from odoo import api, fields, models
from odoo.addons.customer_care.tools.uses import find_used
from odoo.exceptions import UserError, ValidationError


class CustomerComplaintCause(models.Model):
    """Why something went wrong, as a tree: causes are counted, so they are chosen rather than written."""

    _name = "customer.complaint.cause"
    _description = "Complaint Cause"
    _parent_name = "parent_id"
    _parent_store = True
    _rec_name = "complete_name"
    _rec_names_search = ["name", "complete_name", "code"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", search="_search_complete_name", recursive=True, string="Full Name"
    )
    code = fields.Char(help="A short name of your own, e.g. that of your quality management.")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    parent_id = fields.Many2one(
        "customer.complaint.cause", string="Parent Cause", index=True, ondelete="restrict"
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("customer.complaint.cause", "parent_id", string="Causes Below")
    company_id = fields.Many2one("res.company", help="Leave empty for all companies.")
    description = fields.Text(translate=True, help="When this cause is meant, and when another one.")

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0)) WHERE code IS NOT NULL", "Another cause has this code already."
    )

    @api.depends("name", "parent_id.complete_name")
    @api.depends_context("lang")
    def _compute_complete_name(self):
        for cause in self:
            parent = cause.parent_id.complete_name
            cause.complete_name = f"{parent} / {cause.name}" if parent else cause.name

    @api.depends("complete_name", "code")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for cause in self:
            cause.display_name = (
                f"[{cause.code}] {cause.complete_name}" if cause.code else cause.complete_name
            )

    def _search_complete_name(self, operator, value):
        if operator not in ("ilike", "like", "in", "=ilike", "=like"):
            return NotImplemented
        return [("id", "child_of", self.search([("name", operator, value)]).ids)]

    def _get_uses(self):
        """Return [(model, field)] that must not lose a cause. Override to add more."""
        return [
            ("customer.complaint", "cause_id"),
            ("customer.complaint", "cause_ids"),
            ("customer.complaint.action", "cause_id"),
        ]

    def _parent_store_update(self):
        # Before Odoo refuses it in words that are not translated.
        self._check_parent_id()
        return super()._parent_store_update()

    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A cause cannot be its own ancestor."))

    @api.constrains("parent_id", "company_id")
    def _check_companies(self):
        """A cause of all companies cannot be below one that not all of them see."""
        for cause in self.sudo() | self.sudo().with_context(active_test=False).child_ids:
            company = cause.parent_id.company_id
            if company and company != cause.company_id:
                raise ValidationError(
                    self.env._(
                        "%(cause)s is below a cause of %(company)s and must belong to it too.",
                        cause=cause.name,
                        company=company.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = find_used(self, self._get_uses())
        used |= used.search([("parent_id", "in", self.ids), ("id", "not in", self.ids)]).parent_id
        if used:
            raise UserError(
                self.env._(
                    "These causes are in use and can only be archived: %(causes)s",
                    causes=", ".join(used.mapped("display_name")),
                )
            )
