from operator import methodcaller

from odoo import api, fields, models
from odoo.tools.misc import get_lang


class ResCompany(models.Model):
    """The complaint report of the last month, by mail to those whom the settings name."""

    _inherit = "res.company"

    care_complaint_report_user_ids = fields.Many2many(
        "res.users",
        "res_company_complaint_report_user_rel",
        "company_id",
        "user_id",
        string="Complaint Report by Mail to",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
    )
    care_complaint_report_month = fields.Date(
        string="Month of the Last Complaint Report",
        readonly=True,
        help="First day of the month that was mailed last.",
    )

    @api.model
    def _cron_complaint_report(self):
        """Mail the report of the last month, once: the mark and the mails are of one transaction."""
        self._send_monthly("care_complaint_report_user_ids", methodcaller("_send_complaint_report"))

    def _send_complaint_report(self):
        """Mail the report of the last month to the people of the company, if it was not mailed already.

        A company that names people for the first time gets the first report when the next month has ended.
        """
        month = self._take_report_month("care_complaint_report_month")
        if not month:
            return self.env["mail.mail"]
        reports = [
            self._get_complaint_report(user, month)
            for user in self.care_complaint_report_user_ids
            if user.active and user.email and self in user.company_ids
        ]
        return self.env["mail.mail"].create(
            [
                report._prepare_mail_vals()
                for report in reports
                if report.env["customer.complaint.report"].has_access("read")
            ]
        )

    def _get_complaint_report(self, user, month):
        """Return the report for one reader: by the reader's rights, language and time zone."""
        context = {"lang": get_lang(self.env, user.lang).code, "tz": user.tz, "allowed_company_ids": self.ids}
        report = self.env["customer.complaint.monthly"].with_user(user).with_context(**context)
        return report.sudo().create({"month": month, "company_id": self.id}).sudo(False)
