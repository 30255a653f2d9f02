from odoo import fields, models

from .customer_care_measure_work import MEASURE


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """Finish the measures whose activity is done, with the feedback as their result."""
        kind = self.env.ref(MEASURE, raise_if_not_found=False)
        done = self.filtered(
            lambda activity: (
                activity.active
                and kind
                and activity.activity_type_id == kind
                and activity.res_model == "customer.care.measure"
            )
        )
        measures = self.env["customer.care.measure"].browse(done.mapped("res_id")).exists()
        opened = measures.filtered(lambda measure: measure.sudo().state == "planned")
        if opened:
            opened._check_may_finish()
            if feedback:
                opened.sudo().write({"note": feedback})
            opened.sudo()._check_evidence()
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        if opened:
            opened.sudo()._finish(fields.Date.context_today(self), self.env.user)
        return result
