import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.answers import CLOSE, notify


class CustomerReportMailMixin(models.AbstractModel):
    """Workbooks that also go out by mail, to who asks for it and by a monthly job."""

    _name = "customer.report.mail.mixin"
    _description = "Report by Mail"
    _inherit = ["customer.xlsx.mixin"]

    def action_send_to_me(self):
        """Mail the report to the user, as the monthly job does."""
        self.ensure_one()
        user = self.env.user
        if not user.email:
            raise UserError(self.env._("You have no e-mail address."))
        self.env["mail.mail"].sudo().create([self._prepare_mail_vals()])
        return notify(
            self.env._("The report is on its way to %(email)s.", email=user.email), "success", CLOSE
        )

    def _prepare_mail_vals(self):
        """Return the values of the mail to the user: by the user's rights, language and time zone."""
        self.ensure_one()
        user = self.env.user
        company = self.company_id or self.env.company
        vals = {
            "subject": f"{company.name}: {self._get_xlsx_name()}",
            "email_from": company.email_formatted or user.email_formatted,
            "email_to": user.email_formatted,
            "body_html": self._render_mail(),
            "auto_delete": True,
        }
        if user.has_group("base.group_allow_export"):
            name, stream = self._get_xlsx()
            with stream:
                content = base64.b64encode(stream.read())
            vals["attachment_ids"] = [fields.Command.create({"name": name, "datas": content})]
        return vals

    # Hooks

    def _render_mail(self):
        """Return the body of the mail. Override; check what the user may read."""
        raise NotImplementedError()
