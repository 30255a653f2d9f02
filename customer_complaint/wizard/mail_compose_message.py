from odoo import models


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _generate_template_for_composer(self, res_ids, *args, **kwargs):
        """Render what somebody is about to write in his name: recipients are computed as superuser else.

        What the program sends is composed in the other mode.
        """
        composer = self
        if self.model == "customer.complaint" and self.composition_mode == "comment":
            complaints = self.env["customer.complaint"].with_user(self.env.user).browse(res_ids)
            if complaints.exists()._hides_any_identity():
                composer = self.with_user(self.env.user)
        return super(MailComposeMessage, composer)._generate_template_for_composer(res_ids, *args, **kwargs)
