from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_care_create_opportunity(self):
        """Open a new opportunity of the customer.

        :raises AccessError: without the right to make opportunities
        """
        self.ensure_one()
        self.check_access("read")
        return self._care_get_opportunity_action()

    def _care_get_opportunity_action(self):
        """Return the action: the salesperson is who asks, the sales team follows from it."""
        self.env["crm.lead"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Create Opportunity"),
            "res_model": "crm.lead",
            "views": [(False, "form")],
            "context": {
                "default_type": "opportunity",
                "default_partner_id": self.id,
                "default_user_id": self.env.uid,
                "default_company_id": self.company_id.id or self.env.company.id,
            },
        }
