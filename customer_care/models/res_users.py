from odoo import models
from odoo.exceptions import ValidationError


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        is_leaving = vals.get("active") is False or "group_ids" in vals
        leaving = self.filtered("active") if is_leaving else self.browse()
        result = super().write(vals)
        if leaving:
            self.env["customer.approval.line"]._leave(leaving)
        return result

    def unlink(self):
        ids = self.ids
        result = super().unlink()
        self.env["customer.care.event"]._forget("user_id", ids)
        return result

    def _care_notify(self, subject, template, values):
        """Send one message to each of these people who are still there, in the reader's language.

        :param template: xmlid of the body, which gets ``values``, ``subject`` and ``user``
        """
        for user in self.sudo().filtered("active"):
            body = (
                self.env["ir.qweb"]
                .with_context(lang=user.lang)
                ._render(template, {**values, "subject": subject, "user": user})
            )
            self.env["mail.thread"].sudo().message_notify(
                partner_ids=user.partner_id.ids,
                subject=subject,
                body=body,
                email_layout_xmlid="mail.mail_notification_light",
            )

    def _care_check_employees(self):
        """Work, and the mails about it, are for employees.

        :raises ValidationError: one is a customer or supplier with a login
        """
        for user in self.sudo().filtered("share"):
            raise ValidationError(self.env._("%(user)s is not an employee.", user=user.name))
