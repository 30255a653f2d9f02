from odoo import models

from .customer_complaint_alarm import ACTIVITY


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """Take "done" on the activity of an alarm as the acknowledgement of whose it is."""
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        done = self.filtered(
            lambda activity: (
                activity.activity_type_id == kind
                and activity.res_model == "customer.complaint"
                and activity.user_id == self.env.user
            )
        )
        complaint_ids = done.mapped("res_id")
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        if complaint_ids:
            waiting = [
                ("complaint_id", "in", complaint_ids),
                ("user_id", "=", self.env.uid),
                ("state", "in", ("open", "passed")),
            ]
            self.env["customer.complaint.alarm"].sudo().search(waiting)._acknowledge()
        return result
