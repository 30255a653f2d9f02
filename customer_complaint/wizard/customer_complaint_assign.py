from odoo import api, fields, models
from odoo.addons.customer_care.tools.answers import CLOSE, notify
from odoo.exceptions import UserError


class CustomerComplaintAssign(models.TransientModel):
    """Give complaints out: to one person, or to the people of their teams as rules, turn or load say."""

    _name = "customer.complaint.assign"
    _description = "Assign Complaints"

    complaint_ids = fields.Many2many(
        "customer.complaint", "customer_complaint_assign_complaint_rel", string="Complaints", required=True
    )
    method = fields.Selection(
        [
            ("person", "One person"),
            ("team", "As rules and teams say"),
            ("turn", "Members of each team in turn"),
            ("load", "Members of each team with the fewest open complaints"),
        ],
        string="Give to",
        required=True,
        default="person",
    )
    user_id = fields.Many2one("res.users", string="Person", domain="[('id', 'in', candidate_ids)]")
    candidate_ids = fields.Many2many("res.users", compute="_compute_candidate_ids")

    @api.depends("complaint_ids")
    def _compute_candidate_ids(self):
        for wizard in self:
            wizard.candidate_ids = self.env["customer.complaint"]._get_handlers(
                wizard.complaint_ids.company_id
            )

    def action_confirm(self):
        """Give the complaints out; rights are those of the user on them."""
        self.ensure_one()
        complaints = self.complaint_ids
        complaints.check_access("write")
        if self.method == "person":
            if not self.user_id:
                raise UserError(self.env._("Please choose who gets the complaints."))
            complaints.write({"user_id": self.user_id.id})
            return {"type": "ir.actions.act_window_close"}
        nobody = complaints._assign(None if self.method == "team" else self.method)
        text = self.env._("%(count)s complaints were given out.", count=len(complaints) - len(nobody))
        if nobody:
            text += " " + self.env._("Nobody was free for %(count)s.", count=len(nobody))
        return notify(text, "warning" if nobody else "success", CLOSE)
