import logging

from odoo import api, fields, models
from odoo.addons.customer_care.tools.answers import CLOSE, notify
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.addons.customer_care.tools.periods import Period, add_months
from odoo.exceptions import UserError
from odoo.tools.misc import get_lang

_logger = logging.getLogger(__name__)
# From so many complaints on, nobody waits in front of the screen for the workbook.
MOST_AT_ONCE = 100_000


class CustomerComplaintMonthly(models.TransientModel):
    """The monthly report made in the background: ordered, made by a job with the reader's rights, then mailed."""

    _inherit = "customer.complaint.monthly"
    _guarded_fields = {"is_ordered": False, "order_context": False}

    is_ordered = fields.Boolean(readonly=True)
    order_context = fields.Json(readonly=True)

    def action_send_to_me(self):
        """Order the report by mail.

        :raises UserError: the user has no address
        """
        self.ensure_one()
        self._get_figures()
        if not self.env.user.email:
            raise UserError(self.env._("You have no e-mail address."))
        self._place_order()
        message = self.env._("The report is being made and comes to %(email)s.", email=self.env.user.email)
        return notify(message, "success", CLOSE)

    def action_download_xlsx(self):
        """Send the browser to the workbook, or mail it when it would take long."""
        self.ensure_one()
        self._check_export()
        if self.env.user.email and self._is_long():
            return self.action_send_to_me()
        return super().action_download_xlsx()

    def _is_long(self):
        """Return whether so many complaints are counted that nobody should wait."""
        month = self._get_period()
        question = self._get_question(Period(add_months(month.first, 1 - int(self.months)), month.last))
        figures = self._get_figures()
        domain = figures._get_complaint_domain(question)
        return figures.env["customer.complaint"].search_count(domain, limit=MOST_AT_ONCE) >= MOST_AT_ONCE

    def _place_order(self):
        """Have the report (singleton) made by the job."""
        context = {
            "lang": get_lang(self.env).code,
            "tz": self.env.context.get("tz") or self.env.user.tz,
            "allowed_company_ids": self.env.companies.ids,
        }
        # sudo: the job's marks, which nobody sets by RPC
        self.sudo().write({"is_ordered": True, "order_context": context})
        self.env.ref("customer_complaint.ir_cron_complaint_report_order").sudo()._trigger()

    @api.model
    def _cron_send_ordered(self):
        """Make the reports that are ordered, each with its mail in one transaction."""
        work_in_batches(self, [("is_ordered", "=", True)], lambda some: some._send_ordered(), 1)

    def _send_ordered(self):
        """Mail an ordered report (singleton, as superuser) by the rights of who ordered it; tell it when it fails."""
        user, context = self.create_uid, self.order_context or {}
        report = self.with_user(user).with_context(**context)
        self.write({"is_ordered": False})
        try:
            with self.env.cr.savepoint():
                self.env["mail.mail"].create([report._prepare_mail_vals()])
            text, kind = (
                report.env._("The complaint report has been made and is on its way to you."),
                "success",
            )
        except Exception:
            # One report must not keep the others from being made.
            _logger.exception("The monthly complaint report of %s was not made.", user.login)
            text, kind = report.env._("The complaint report could not be made."), "danger"
        user._bus_send("simple_notification", {"type": kind, "message": text})
