from operator import methodcaller

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models


class ResCompany(models.Model):
    """The satisfaction report of the last month, by mail to those whom the settings name."""

    _inherit = "res.company"

    care_survey_report_user_ids = fields.Many2many(
        "res.users",
        "res_company_survey_report_user_rel",
        "company_id",
        "user_id",
        string="Satisfaction Report by Mail to",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
    )
    care_survey_report_month = fields.Date(
        string="Month of the Last Satisfaction Report",
        readonly=True,
        help="First day of the month that was mailed last.",
    )

    @api.model
    def _cron_survey_report(self):
        """Mail the report of the last month, once: the mark and the mails are of one transaction."""
        self._send_monthly("care_survey_report_user_ids", methodcaller("_send_survey_report"))

    def _send_survey_report(self):
        """Mail the report of the last month, if it was not mailed already."""
        return self._mail_monthly(
            "care_survey_report_user_ids",
            "care_survey_report_month",
            self._get_survey_report,
            "customer.survey.report",
        )

    def _get_survey_report(self, user, month):
        """Return the report for one reader: by the reader's rights, language and time zone."""
        report = (
            self.env["customer.survey.workbook"]
            .with_user(user)
            .with_context(**self._get_reader_context(user))
        )
        vals = {
            "date_from": month,
            "date_to": month + relativedelta(months=1, days=-1),
            "company_id": self.id,
            # what everybody answered is asked for, and not sent around
            "has_answers": False,
        }
        return report.sudo().create(vals).sudo(False)
