from odoo import fields, models
from odoo.tools import plaintext2html

SALES = "sales_team.group_sale_salesman"


class CustomerCallback(models.Model):
    """What was heard in a call becomes an opportunity, of who may sell."""

    _inherit = "customer.callback"

    care_lead_count = fields.Integer(
        string="Number of Opportunities", compute="_compute_care_lead_count", groups=SALES
    )

    def _compute_care_lead_count(self):
        groups = self.env["crm.lead"]._read_group(
            [("care_callback_id", "in", self.ids)], ["care_callback_id"], ["__count"]
        )
        counts = {callback.id: count for callback, count in groups}
        for callback in self:
            callback.care_lead_count = counts.get(callback.id, 0)

    def action_create_opportunity(self):
        """Open a new opportunity filled with what the callback knows; it is made when the user saves it.

        :raises AccessError: without the right to make opportunities
        """
        self.ensure_one()
        self.check_access("read")
        action = self.partner_id._care_get_opportunity_action()
        context = {
            **action["context"],
            "default_care_callback_id": self.id,
            "default_name": self.subject,
            "default_description": self._care_get_lead_description(),
        }
        return {**action, "context": context}

    def action_open_opportunities(self):
        """Open the opportunities that came from the callback."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("crm.crm_lead_opportunities")
        return {**action, "domain": [("care_callback_id", "=", self.id)], "context": {}}

    def _care_get_lead_description(self):
        """Return what was said, as HTML of the opportunity. Override to say more."""
        self.ensure_one()
        return plaintext2html("\n\n".join(filter(None, (self.needs, self.note))))
