import base64

from odoo import fields, models


class CustomerComplaintMonthly(models.TransientModel):
    """The monthly report by mail."""

    _inherit = "customer.complaint.monthly"

    def _get_mail_tiles(self):
        """Return the tiles of the month beside those of the month before."""
        self.ensure_one()
        figures, question = self._get_figures(), self._get_question()
        before = question.at(question.period.get_earlier("period"))
        return figures._show_tiles(figures._query_totals(question), figures._query_totals(before))

    def _prepare_mail_vals(self):
        """Return the values of the mail to the user: by the user's rights, language and time zone."""
        self.ensure_one()
        user = self.env.user
        company = self.company_id or self.env.company
        body = self.env["ir.qweb"]._render(
            "customer_complaint.complaint_monthly_mail", {"report": self, "tiles": self._get_mail_tiles()}
        )
        vals = {
            "subject": f"{company.name}: {self._get_xlsx_name()}",
            "email_from": company.email_formatted or user.email_formatted,
            "email_to": user.email_formatted,
            "body_html": body,
            "auto_delete": True,
        }
        if user.has_group("base.group_allow_export"):
            name, stream = self._get_xlsx()
            with stream:
                content = base64.b64encode(stream.read())
            vals["attachment_ids"] = [fields.Command.create({"name": name, "datas": content})]
        return vals
