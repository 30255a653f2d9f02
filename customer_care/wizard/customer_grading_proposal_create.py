from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CustomerGradingProposalCreate(models.TransientModel):
    """Propose a grade by hand, for one customer or several."""

    _name = "customer.grading.proposal.create"
    _description = "Propose a Grade"

    partner_ids = fields.Many2many("res.partner", string="Customers", required=True)
    grade_id = fields.Many2one("customer.grade", required=True)
    reason = fields.Char(
        required=True, help="Approvers read it, and it stays in the customer's grading history."
    )
    date_until = fields.Date(
        string="Valid Until", help="Until then runs keep this grade. Empty: the next run may propose another."
    )

    @api.constrains("date_until")
    def _check_date_until(self):
        for wizard in self:
            if wizard.date_until and wizard.date_until < fields.Date.context_today(self):
                raise ValidationError(self.env._("The last day of validity has passed already."))

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "res.partner" and not values.get("partner_ids"):
            values["partner_ids"] = self.env.context.get("active_ids") or []
        return values

    def action_propose(self):
        """Ask for approval of the grade.

        :raises UserError: when the reason is empty, or the grade is what all customers have already
        """
        self.ensure_one()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why the customers should get this grade."))
        if not self.grade_id.active:
            raise UserError(
                self.env._(
                    "Archived grades cannot be given: %(grades)s", grades=self.grade_id.sudo().display_name
                )
            )
        self.partner_ids.check_access("read")
        customers = self.partner_ids.sudo().commercial_partner_id.filtered(
            lambda customer: (
                customer.care_grade_id != self.grade_id or self.date_until != customer.care_grade_until
            )
        )
        if not customers:
            raise UserError(self.env._("The customers have this grade already."))
        self._check_open(customers)
        Proposal = self.env["customer.grading.proposal"]
        proposals = Proposal._make_manual(
            customers.with_env(self.env), self.grade_id, self.reason.strip(), self.date_until
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_care.customer_grading_proposal_action"
        )
        if len(proposals) == 1:
            return {**action, "res_id": proposals.id, "views": [(False, "form")], "view_mode": "form"}
        return {**action, "domain": [("id", "in", proposals.ids)], "context": {}}

    def _check_open(self, customers):
        waiting = (
            self.env["customer.grading.result"]
            .sudo()
            .search(
                [("partner_id", "in", customers.ids), ("run_id", "=", False), ("state", "=", "proposed")],
                limit=1,
            )
        )
        if waiting:
            raise UserError(
                self.env._(
                    "A grade for %(name)s is proposed by hand already and waits for approval.",
                    name=waiting.partner_id.name,
                )
            )
