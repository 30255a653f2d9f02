from odoo import api, fields, models
from odoo.addons.customer_complaint.models.customer_complaint_stage import DONE_PHASES
from odoo.addons.customer_survey.models.customer_survey_loop import GUARDED_FIELDS, OPEN_STATES
from odoo.exceptions import UserError


class CustomerSurveyLoop(models.Model):
    """Follow-ups that belong to a complaint: the one the answer is about, or the one it was made into."""

    _inherit = "customer.survey.loop"
    _guarded_fields = {**GUARDED_FIELDS, "linked_complaint_id": False}

    # not complaint_id: what has that is seen by those alone who see the complaint, this also without one
    linked_complaint_id = fields.Many2one(
        "customer.complaint", string="Complaint", readonly=True, index="btree_not_null", ondelete="set null"
    )
    can_reopen_complaint = fields.Boolean(compute="_compute_can_reopen_complaint")

    @api.depends("state", "linked_complaint_id.stage_id")
    def _compute_can_reopen_complaint(self):
        for loop in self:
            phase = loop.linked_complaint_id.sudo().phase
            loop.can_reopen_complaint = loop.state in OPEN_STATES and phase in DONE_PHASES

    def action_open_complaint(self):
        """Open the complaint of the follow-up, for who may see it."""
        self.ensure_one()
        self.linked_complaint_id.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "customer.complaint",
            "res_id": self.linked_complaint_id.id,
            "views": [(False, "form")],
        }

    def action_reopen_complaint(self):
        """Propose to reopen the complaint whose handling the customer did not like, with his words as the reason."""
        self.ensure_one()
        if not self.can_reopen_complaint:
            raise UserError(self.env._("There is no done complaint that could be reopened."))
        action = self.linked_complaint_id.action_reopen()
        reason = self.env._("The customer is not satisfied: %(score)s of 100.", score=f"{self.value:.0f}")
        reason = "\n".join(filter(None, (reason, self.comment)))
        return {**action, "context": {**action["context"], "default_reason": reason}}

    def _close_with_complaint(self):
        """End what is still open when the complaint was closed: handling it was the answer (superuser)."""
        for loop in self.filtered(lambda loop: loop.state in OPEN_STATES and loop.kind == "low"):
            told = loop.told or self.env._(
                "Complaint %(number)s was closed.", number=loop.linked_complaint_id.number
            )
            vals = {} if loop.told else loop._prepare_told_vals(told, "other")
            loop.write({**vals, **loop._prepare_close_vals("closed"), "outcome": "complaint"})
            loop._log_followed()
