from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerComplaintHandOver(models.TransientModel):
    _name = "customer.complaint.hand.over"
    _description = "Hand Over Complaints"

    complaint_ids = fields.Many2many(
        "customer.complaint", "customer_complaint_hand_over_complaint_rel", string="Complaints", required=True
    )
    user_id = fields.Many2one("res.users", string="Colleague", domain="[('id', 'in', candidate_ids)]")
    team_id = fields.Many2one("customer.complaint.team", string="To another Team")
    note = fields.Text(required=True)
    candidate_ids = fields.Many2many("res.users", compute="_compute_candidate_ids")

    @api.depends("complaint_ids")
    def _compute_candidate_ids(self):
        for wizard in self:
            handlers = self.env["customer.complaint"]._get_handlers(wizard.complaint_ids.company_id)
            wizard.candidate_ids = handlers - wizard.complaint_ids.user_id

    def action_confirm(self):
        """Offer the complaints; without a person the leader of the team answers."""
        self.ensure_one()
        self.complaint_ids.check_access("write")
        user = self.user_id or self.team_id.user_id
        if not user:
            raise UserError(self.env._("Please choose a colleague, or a team with a leader."))
        self.complaint_ids._hand_over(user, self.team_id, self.note.strip() or "-")
        return {"type": "ir.actions.act_window_close"}


class CustomerComplaintDecline(models.TransientModel):
    _name = "customer.complaint.decline"
    _description = "Decline a Hand-Over"

    complaint_ids = fields.Many2many(
        "customer.complaint", "customer_complaint_decline_complaint_rel", string="Complaints", required=True
    )
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Decline; whether the complaints are offered to the user is checked there."""
        self.ensure_one()
        return self.complaint_ids.action_decline_handover(self.reason.strip() or "-")
