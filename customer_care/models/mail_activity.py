from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """Note as verified the customers whose activity to verify the record is done."""
        kind = self.env.ref("customer_care.mail_activity_type_verify", raise_if_not_found=False)
        done = self.filtered(
            lambda activity: (
                activity.active
                and kind
                and activity.activity_type_id == kind
                and activity.res_model == "res.partner"
            )
        )
        partners = self.env["res.partner"].browse(done.mapped("res_id"))
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        partners.exists()._care_mark_verified()
        return result

    def _to_store_defaults(self, target):
        """Send the name too: the page shows it where no summary is written."""
        return [*super()._to_store_defaults(target), "display_name"]
