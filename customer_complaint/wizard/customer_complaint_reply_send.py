from odoo import api, fields, models
from odoo.addons.customer_care.tools.answers import CLOSE, notify
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import is_html_empty


class CustomerComplaintReplySend(models.TransientModel):
    """Answer one complaint in own words, or many with a saved reply, each in the customer's language."""

    _name = "customer.complaint.reply.send"
    _description = "Answer Complaints"

    complaint_ids = fields.Many2many("customer.complaint", string="Complaints", required=True)
    count = fields.Integer(compute="_compute_count")
    unreachable_count = fields.Integer(compute="_compute_count")
    available_reply_ids = fields.Many2many(
        "customer.complaint.reply", compute="_compute_available_reply_ids", string="Replies that Fit"
    )
    reply_id = fields.Many2one(
        "customer.complaint.reply", string="Saved Reply", domain="[('id', 'in', available_reply_ids)]"
    )
    body = fields.Html(
        string="Message", compute="_compute_body", store=True, readonly=False, sanitize_style=True
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files")

    @api.depends("complaint_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = len(wizard.complaint_ids)
            wizard.unreachable_count = wizard.count - len(wizard._get_reachable())

    @api.depends("complaint_ids")
    def _compute_available_reply_ids(self):
        for wizard in self:
            replies = self.env["customer.complaint.reply"]
            wizard.available_reply_ids = replies.search(
                replies._get_fitting_domain(wizard.complaint_ids._origin) & Domain("verdict", "=", False)
            )

    @api.depends("reply_id")
    def _compute_body(self):
        for wizard in self:
            first = wizard.complaint_ids._origin[:1]
            wizard.body = wizard.reply_id._render(first) if wizard.reply_id and first else False

    def action_send(self):
        """Send the answer to each customer; rights are those of the user on the complaints.

        :raises UserError: when there is nothing to say, or nobody who would get it
        """
        self.ensure_one()
        if len(self.complaint_ids) > 1 and not self.reply_id:
            raise UserError(self.env._("Choose a saved reply to answer several complaints at once."))
        if is_html_empty(self.body):
            raise UserError(self.env._("There is nothing to send yet."))
        self.complaint_ids.check_access("write")
        reachable = self._get_reachable()
        if not reachable:
            raise UserError(self.env._("None of these customers can be reached by e-mail."))
        for complaint in reachable:
            self._send(complaint)
        unreachable = self.complaint_ids - reachable
        if not unreachable:
            return {"type": "ir.actions.act_window_close"}
        return notify(
            self.env._(
                "Without an e-mail address, so not answered: %(complaints)s",
                complaints=", ".join(unreachable.mapped("number")),
            ),
            "warning",
            CLOSE,
        )

    def _get_reachable(self):
        return self.complaint_ids._origin.filtered(lambda complaint: complaint.sudo()._complaint_get_email())

    def _send(self, complaint):
        """Post the answer on one complaint. One alone gets what was written, of many each its own words."""
        is_single = len(self.complaint_ids) == 1
        body = self.body if is_single else self.reply_id._render(complaint)
        email = complaint.sudo()._complaint_get_email()
        # nobody waits for the mail server
        complaint.with_context(mail_notify_force_send=False).message_post(
            body=body,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=complaint.partner_id.ids,
            outgoing_email_to=False if complaint.partner_id.email else email,
            attachment_ids=self.attachment_ids.ids if is_single else self.attachment_ids.copy().ids,
        )
