import logging

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..tools import forward, rawmail

_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """Keep a mail to a complaint address even if the gateway fails on it.

        The gateway raises on what it cannot parse (unknown charsets, broken headers, null bytes): the mail
        server would return or drop the mail. For our addresses what can be read becomes a complaint with the
        source attached. All other mails fail as they would without us.
        """
        try:
            with self.env.cr.savepoint():
                return super().message_process(
                    model,
                    message,
                    custom_values=custom_values,
                    save_original=save_original,
                    strip_attachments=strip_attachments,
                    thread_id=thread_id,
                )
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, AccessError):
            raise
        except Exception as error:
            if not (self.env.su or self.env.user._is_internal()):
                raise
            source = rawmail.to_bytes(message)
            mail = rawmail.read(source)
            alias = self._complaint_find_alias(mail["recipients"])
            if not alias and model != "customer.complaint":
                raise
            _logger.warning("Unreadable mail %s is kept as a complaint: %s", mail["message_id"], error)
            # as the gateway does: whoever may hand in mails creates documents he may have no right to
            complaints = self.env["customer.complaint"].sudo()
            return complaints._message_keep_unreadable(source, mail, alias).id

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Tell complaints what the mail says about its sender; their own methods do not see all of it."""
        if any(route[0] == "customer.complaint" for route in routes or ()):
            headers = list(message.raw_items())
            forwarded = forward.find(message)
            self = self.with_context(
                customer_complaint_mail_automatic=rawmail.is_automatic(headers),
                customer_complaint_mail_doubtful=rawmail.is_doubtful(headers),
                customer_complaint_mail_forwarded=forwarded and forwarded.originals,
            )
            self, routes = self._complaint_reroute(message_dict, routes)
        return super()._message_route_process(message, message_dict, routes)

    @api.model
    def _complaint_reroute(self, message_dict, routes):
        """Let an answer to a finished complaint begin a new one where its team wants that.

        :return: (self, routes), self knows which complaint is continued
        """
        result = []
        for route in routes:
            model, thread_id, _values, user_id, alias = route
            complaint = (
                self.env["customer.complaint"]
                .sudo()
                .browse(thread_id if model == "customer.complaint" and thread_id else [])
            )
            values = complaint.exists() and complaint._message_get_new_values(message_dict)
            if values:
                self = self.with_context(customer_complaint_mail_previous=complaint.id)
                route = (model, False, values, user_id, alias)
            result.append(route)
        return self, result

    @api.model
    def _complaint_find_alias(self, addresses):
        """Give the complaint alias that one of the addresses belongs to.

        :param list addresses: lower-case addresses
        """
        # the mail server may log in as an employee who cannot read what aliases are for
        aliases = (
            self.env["mail.alias"]
            .sudo()
            .search([("alias_model_id.model", "=", "customer.complaint"), ("alias_name", "!=", False)])
        )
        names = {address.partition("@")[0] for address in addresses}
        return aliases.filtered(
            lambda alias: (
                (alias.alias_full_name or "").lower() in addresses
                or (alias.alias_incoming_local and alias.alias_name in names)
            )
        )[:1]
