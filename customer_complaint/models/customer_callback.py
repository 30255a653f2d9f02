from odoo import fields, models


class CustomerCallback(models.Model):
    """A complaint made in a call."""

    _inherit = "customer.callback"

    dissatisfaction_ids = fields.Many2many(
        "customer.complaint.dissatisfaction",
        "customer_callback_dissatisfaction_rel",
        "callback_id",
        "dissatisfaction_id",
        string="Reasons of Dissatisfaction",
        copy=False,
        help="Why the customer is not satisfied with how his complaint was handled.",
    )
    can_complain = fields.Boolean(string="Takes Complaints", compute="_compute_can_complain")

    def _compute_can_complain(self):
        self.can_complain = self.env["customer.complaint"].has_access("create")

    def action_new_complaint(self):
        """Open the form of a new complaint with what the call has told so far."""
        self.ensure_one()
        self.check_access("read")
        self.env["customer.complaint"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Complaint"),
            "res_model": "customer.complaint",
            "views": [(False, "form")],
            "target": "new",
            "context": self._prepare_complaint_context(),
        }

    def _prepare_complaint_context(self):
        """Return the defaults of a complaint made in the call. Override to add some."""
        self.ensure_one()
        return {
            "default_partner_id": self.partner_id.id,
            "default_company_id": self.company_id.id,
            "default_channel": "callback",
            "default_name": self.subject,
            "default_description": self.note or False,
            "default_phone": self.phone or False,
        }
