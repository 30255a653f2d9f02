from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

STAFF = "base.group_user"


class CustomerComplaint(models.Model):
    _inherit = "customer.complaint"

    product_id = fields.Many2one(
        "product.product", check_company=True, index="btree_not_null", ondelete="set null", groups=STAFF
    )

    @api.onchange("product_id")
    def _onchange_product_id(self):
        """Keep the name as text, which outlives the product; a serial number that was typed stays."""
        if self.product_id and not self.product_ref:
            self.product_ref = self.product_id.display_name

    @api.depends("product_id")
    def _compute_register_panel(self):
        return super()._compute_register_panel()

    def _prepare_action_context(self):
        context = super()._prepare_action_context()
        products = self.product_id
        if len(products) == 1 and all(complaint.product_id for complaint in self):
            context["default_product_id"] = products.id
        return context

    def _get_product_reasons(self):
        reasons = super()._get_product_reasons()
        if self.product_id:
            reasons.append(Domain("product_id", "=", self.product_id._origin.id))
        return reasons

    @api.model
    def _get_repeat_causes(self):
        return super()._get_repeat_causes() | {"product_id"}

    @api.model
    def _get_same_reasons(self):
        return [*super()._get_same_reasons(), SQL("other.product_id = complaint.product_id")]

    @api.model
    def _get_taken_over(self):
        return (*super()._get_taken_over(), "product_id")
