from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# So long the dialog shows an identity again without asking for the reason anew.
SHOWN_MINUTES = 60
REASON_LENGTH = 300


class CustomerComplaintReveal(models.TransientModel):
    """Show who complained to somebody from whom that is hidden: the reason is noted before."""

    _name = "customer.complaint.reveal"
    _description = "Show Who Complained"

    complaint_id = fields.Many2one("customer.complaint", required=True, ondelete="cascade")
    reason = fields.Char(size=REASON_LENGTH)
    is_shown = fields.Boolean(compute="_compute_identity")
    identity = fields.Html(string="Complainant", compute="_compute_identity", sanitize=False)

    @api.depends("complaint_id")
    @api.depends_context("uid", "lang")
    def _compute_identity(self):
        for wizard in self:
            wizard.is_shown = wizard._is_noted()
            wizard.identity = wizard.is_shown and wizard._render_identity()

    def _is_noted(self):
        """Return whether the access log has the user's reason (singleton): nothing else opens it."""
        complaint = self.complaint_id
        if not complaint or not complaint.has_access("read"):
            return False
        since = fields.Datetime.now() - timedelta(minutes=SHOWN_MINUTES)
        domain = [
            ("complaint_id", "=", complaint.id),
            ("user_id", "=", self.env.uid),
            ("kind", "=", "identity"),
            ("datetime", ">=", since),
        ]
        return bool(self.env["customer.complaint.access"].sudo().search_count(domain, limit=1))

    def _render_identity(self):
        complaint = self.complaint_id.sudo()
        partner = complaint.partner_id
        rows = [
            (self.env._("Customer"), partner.display_name or complaint.contact_name),
            (self.env._("E-mail"), complaint.email_from),
            (self.env._("Phone"), complaint.phone),
            (self.env._("Representative"), complaint.representative_name),
            (self.env._("Reach the Representative"), complaint.representative_contact),
        ]
        return self.env["ir.qweb"]._render(
            "customer_complaint.customer_complaint_registered", {"rows": [row for row in rows if row[1]]}
        )

    def action_show(self):
        """Note the reason and show who complained.

        :raises UserError: without a reason
        :raises AccessError: without the right to read the complaint
        """
        self.ensure_one()
        self.complaint_id.check_access("read")
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why you need to know who complained."))
        self.env["customer.complaint.access"]._note_identity(self.complaint_id, reason[:REASON_LENGTH])
        self.invalidate_recordset(["is_shown", "identity"])
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who Complained"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
