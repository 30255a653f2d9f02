from odoo import api, fields, models
from odoo.tools import formataddr

from ..tools import forward


class CustomerComplaintMailForward(models.Model):
    """A customer's mail that a colleague passed on is the customer's complaint, not the colleague's."""

    _inherit = "customer.complaint"

    forwarded_by = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The colleague who passed the customer's mail on. The sender's address was read out of the mail.",
    )

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        forwarded = self.env.context.get("customer_complaint_mail_forwarded")
        if forwarded is None or not self._message_is_from_staff(msg_dict):
            return super().message_new(msg_dict, custom_values)
        self._message_strip_nulls(msg_dict)
        name, address = self._message_choose_original(forwarded)
        # a copy, because the message in the thread stays the colleague's
        original = {
            **msg_dict,
            "subject": forward.strip_prefix(msg_dict.get("subject") or ""),
            "email_from": formataddr((name, address)) if address else "",
            "contact_name": name,
            "forwarded_by": msg_dict.get("email_from"),
        }
        return super().message_new(original, custom_values)

    @api.model
    def _prepare_mail_vals(self, msg_dict, team):
        values = super()._prepare_mail_vals(msg_dict, team)
        if msg_dict.get("forwarded_by"):
            values["forwarded_by"] = msg_dict["forwarded_by"]
            if not msg_dict["email_from"]:
                # the colleague is not the customer, and who is could not be read
                values["contact_name"] = msg_dict["contact_name"]
        return values

    @api.model
    def _message_is_from_staff(self, msg_dict):
        """Whether the gateway found an employee behind the sender's address."""
        author = self.env["res.partner"].sudo().browse(msg_dict.get("author_id") or [])
        return bool(author) and not author.partner_share

    @api.model
    def _message_choose_original(self, originals):
        """Return (name, address) of the first sender who is no colleague; ("", "") if there is none.

        :param originals: ((name, address), ...), newest first: colleagues pass mails on among themselves
        """
        addresses = [address for _name, address in originals if address]
        domain = [("email_normalized", "in", addresses), ("share", "=", False)]
        staff = (
            set(self.env["res.users"].sudo().search(domain).mapped("email_normalized")) if addresses else ()
        )
        for name, address in originals:
            if not address or (address not in staff and not self._complaint_is_own_address(address)):
                return name, address
        return "", ""
