from odoo import models


class ProductTemplate(models.Model):
    """The complaints about all variants of a product."""

    _name = "product.template"
    _inherit = ["product.template", "customer.complaint.document.mixin"]

    def _compute_complaint_count(self):
        groups = self.env["customer.complaint"]._read_group(
            self._complaint_get_domain(), ["product_id.product_tmpl_id"], ["__count"]
        )
        counts = dict(groups)
        for template in self:
            template.complaint_count = counts.get(template._origin, 0)

    def _complaint_get_domain(self):
        return [("product_id.product_tmpl_id", "in", self.ids)]

    def _complaint_get_partner(self):
        return self.env["res.partner"]

    def _prepare_complaint_defaults(self):
        """The only variant; of several one is chosen in the form."""
        self.ensure_one()
        if len(self.product_variant_ids) == 1:
            return self.product_variant_ids._prepare_complaint_defaults()
        return {"product_ref": self.display_name}
