from odoo import models

from .customer_complaint_escalation_log import ACTIVITY


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """Take "done" on the activity of an escalation as its acknowledgement."""
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        done = self.filtered(
            lambda activity: activity.activity_type_id == kind and activity.res_model == "customer.complaint"
        )
        complaints = self.env["customer.complaint"].browse(done.mapped("res_id"))
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        if complaints:
            logs = complaints._get_open_escalations().with_user(self.env.user).sudo(False)
            logs.filtered("can_acknowledge").sudo()._acknowledge(self.env.user)
        return result
