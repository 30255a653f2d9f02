from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerSource(models.Model):
    """How customers come to us."""

    _name = "customer.source"
    _description = "Customer Source"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    is_referral = fields.Boolean(string="Asks for Referrer", help="The form asks who recommended us.")
    partner_count = fields.Integer(string="Customers", compute="_compute_partner_count")

    _name_uniq = models.UniqueIndex("(name)", "There is already a source with this name.")

    def _compute_partner_count(self):
        counts = dict(
            self.env["res.partner"]._read_group(
                [("care_source_id", "in", self.ids)], ["care_source_id"], ["__count"]
            )
        )
        for source in self:
            source.partner_count = counts.get(source, 0)

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for source, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%(name)s (copy)", name=source.name)
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        if partners.search_count([("care_source_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("A source that customers have cannot be deleted. Archive it instead."))

    def action_open_customers(self):
        """Open the customers who came this way."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.res_partner_action"),
            "domain": [("care_source_id", "=", self.id)],
            "context": {},
        }
