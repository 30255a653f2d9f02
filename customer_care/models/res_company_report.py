import base64
from operator import methodcaller

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.tools.misc import get_lang

FIRST_OF_ALL = "customer_care.group_care_supervisor"


class ResCompany(models.Model):
    """The care report of the last month, by mail to those whom the settings name."""

    _inherit = "res.company"

    care_satisfied_from = fields.Integer(
        string="Satisfied From",
        default=8,
        help="An answer of 1 to 10 counts as satisfied from this number on.",
    )
    care_report_user_ids = fields.Many2many(
        "res.users",
        "res_company_care_report_user_rel",
        "company_id",
        "user_id",
        string="Care Report by Mail to",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
    )
    care_report_month = fields.Date(
        string="Month of the Last Care Report",
        readonly=True,
        help="First day of the month that was mailed last.",
    )

    _care_satisfied_from_range = models.Constraint(
        "CHECK(care_satisfied_from BETWEEN 1 AND 10)", "An answer counts as satisfied from 1 to 10 on."
    )

    @api.model
    def _send_monthly(self, users_field, send):
        """Call ``send`` for each company that names people in ``users_field``, each in a transaction of its own."""
        companies = self.search([(users_field, "!=", False)])
        self.env["ir.cron"]._commit_progress(remaining=len(companies))
        for company in companies:
            send(company)
            self.env["ir.cron"]._commit_progress(1)

    def _take_report_month(self, mark):
        """Return the first day of the last month (singleton) if its report is to be mailed now, else None.

        A month ends when it does at the company: the job may run before, where Greenwich is ahead.
        It is noted in the field ``mark`` as mailed. The first time nothing is mailed: the month before was nobody's.
        """
        self.ensure_one()
        month = self._care_get_day().replace(day=1) - relativedelta(months=1)
        sent = self[mark]
        self[mark] = month
        return month if sent and sent < month else None

    def _mail_monthly(self, users_field, mark, get_report, model):
        """Mail the report of the last month to people of the company (singleton), if it was not mailed already.

        A company that names people for the first time gets the first report when the next month has ended.

        :param get_report: function(user, first day of the month) -> report with ``customer.report.mail.mixin``
        :param model: what a reader must be allowed to read
        :return: the mails
        """
        month = self._take_report_month(mark)
        readers = self[users_field].filtered(
            lambda user: user.active and user.email and self in user.company_ids
        )
        reports = [get_report(user, month) for user in readers] if month else []
        return self.env["mail.mail"].create(
            [report._prepare_mail_vals() for report in reports if report.env[model].has_access("read")]
        )

    def _get_reader_context(self, user):
        """Return the context of a report for one reader: the company, the reader's language and time zone."""
        return {"lang": get_lang(self.env, user.lang).code, "tz": user.tz, "allowed_company_ids": self.ids}

    @api.model
    def _cron_care_report(self):
        """Mail the report of the last month, once: the mark and the mails are of one transaction."""
        self._send_monthly("care_report_user_ids", methodcaller("_send_care_report"))

    def _send_care_report(self):
        """Mail the report of the last month to the people of the company, if it was not mailed already.

        A company that names people for the first time gets the first report when the next month has ended.
        """
        month = self._take_report_month("care_report_month")
        if not month:
            return self.env["mail.mail"]
        return self.env["mail.mail"].create(
            [
                self._prepare_care_report_mail(user, month)
                for user in self.care_report_user_ids
                if user.active and user.email and user.has_group(FIRST_OF_ALL) and self in user.company_ids
            ]
        )

    def _prepare_care_report_mail(self, user, month):
        """Return the values of the mail for one reader: by the reader's rights, language and time zone."""
        env = (
            self.with_user(user)
            .with_context(lang=get_lang(self.env, user.lang).code, tz=user.tz, allowed_company_ids=self.ids)
            .env
        )
        report = env["customer.care.report"].create(
            {
                "period": "own",
                "date_from": month,
                "date_to": month + relativedelta(months=1, days=-1),
                "company_id": self.id,
            }
        )
        vals = {
            "subject": f"{self.name}: {report._get_xlsx_name()}",
            "email_from": self.email_formatted or self.env.user.email_formatted,
            "email_to": user.email_formatted,
            "body_html": env["ir.qweb"]._render("customer_care.care_report_mail", {"report": report}),
            "auto_delete": True,
        }
        if user.has_group("base.group_allow_export"):
            name, stream = report._get_xlsx()
            with stream:
                content = base64.b64encode(stream.read())
            vals["attachment_ids"] = [fields.Command.create({"name": name, "datas": content})]
        return vals
