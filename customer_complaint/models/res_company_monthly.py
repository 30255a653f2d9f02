from operator import methodcaller

from odoo import api, fields, models


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
        """Mail the report of the last month, if it was not mailed already."""
        return self._mail_monthly(
            "care_complaint_report_user_ids",
            "care_complaint_report_month",
            self._get_complaint_report,
            "customer.complaint.report",
        )

    def _get_complaint_report(self, user, month):
        """Return the report for one reader: by the reader's rights, language and time zone."""
        report = (
            self.env["customer.complaint.monthly"]
            .with_user(user)
            .with_context(**self._get_reader_context(user))
        )
        return report.sudo().create({"month": month, "company_id": self.id}).sudo(False)
