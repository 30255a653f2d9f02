from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_care_plan_meeting(self):
        """Open a new meeting with the customer in the calendar of the user."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan a Meeting"),
            "res_model": "calendar.event",
            "views": [(False, "form")],
            "context": {
                "default_partner_ids": [self.id, self.env.user.partner_id.id],
                "default_name": self.display_name,
            },
        }
