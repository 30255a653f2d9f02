from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..fields import Reference


class CustomerGradingResult(models.Model):
    """What one customer got: by a run, or by hand (without a run). Written by the program alone.

    Why is in ``customer_grading_explanation``.
    """

    _name = "customer.grading.result"
    _description = "Grading Result"
    _order = "id desc"
    _rec_name = "partner_id"
    # Many rows: what runs and proposals keep is not repeated here.
    _log_access = False

    run_id = Reference("customer.grading.run", readonly=True)
    scheme_id = Reference("customer.grading.scheme", readonly=True)
    version_id = Reference("customer.grading.version", readonly=True)
    partner_id = Reference("res.partner", string="Customer", required=True, readonly=True)
    company_id = Reference("res.company", readonly=True)
    date = fields.Date(required=True, readonly=True)
    score = fields.Float(digits=(5, 2), readonly=True, aggregator="avg")
    grade_id = Reference("customer.grade", readonly=True)
    previous_grade_id = Reference("customer.grade", string="Grade Before", readonly=True)
    levels = fields.Integer(string="Steps", readonly=True, aggregator=None, help="Grades up (+) or down (-).")
    state = fields.Selection(
        [
            ("unchanged", "Unchanged"),
            ("proposed", "Proposed"),
            ("applied", "Applied"),
            ("rejected", "Rejected"),
            ("superseded", "Superseded"),
            ("ungraded", "Not Yet Graded"),
            ("kept", "Manual Grade Kept"),
            ("simulated", "Dry Run"),
        ],
        required=True,
        readonly=True,
    )
    is_dry_run = fields.Boolean(string="Dry Run", readonly=True)
    proposal_id = Reference("customer.grading.proposal", readonly=True, index="btree_not_null")
    reason = fields.Char(readonly=True)
    date_until = fields.Date(string="Valid Until", readonly=True)
    care_user_id = fields.Many2one(related="partner_id.care_user_id", string="Responsible Specialist")
    grade_color = fields.Integer(related="grade_id.color", string="Color of the Grade")
    previous_grade_color = fields.Integer(
        related="previous_grade_id.color", string="Color of the Grade Before"
    )
    can_approve = fields.Boolean(compute="_compute_can_approve", string="Waits for My Approval")
    has_moved = fields.Boolean(
        string="Grade Changes", compute="_compute_has_moved", search="_search_has_moved"
    )

    _run_uniq = models.UniqueIndex(
        "(run_id, partner_id) WHERE run_id IS NOT NULL", "A customer has one result in a run."
    )
    _partner_idx = models.Index("(partner_id, date DESC, id DESC)")
    _proposed_idx = models.Index("(partner_id) WHERE state = 'proposed'")

    def init(self):
        result = super().init()
        # The figures of the criteria, see customer.grading.value.
        self.env.cr.execute(
            "ALTER TABLE customer_grading_result ADD COLUMN IF NOT EXISTS metric_values double precision[]"
        )
        return result

    @api.depends("grade_id", "previous_grade_id")
    def _compute_has_moved(self):
        for result in self:
            result.has_moved = bool(result.grade_id) and result.grade_id != result.previous_grade_id

    @api.depends("state", "proposal_id")
    @api.depends_context("uid")
    def _compute_can_approve(self):
        for result in self:
            result.can_approve = result.state == "proposed" and result.proposal_id.approval_can_approve

    def _search_has_moved(self, operator, value):
        if operator != "in":
            return NotImplemented
        return fields.Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "(%(grade)s IS NOT NULL AND %(grade)s IS DISTINCT FROM %(before)s)",
                grade=SQL.identifier(alias, "grade_id"),
                before=SQL.identifier(alias, "previous_grade_id"),
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Grading results are written by the program alone."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            raise AccessError(self.env._("Grading results cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_superuser(self):
        if not self.env.su:
            raise AccessError(self.env._("Grading results cannot be deleted."))

    # --- Approval of single results ---

    def action_approve(self, comment=None):
        """Approve the proposed grades of these results alone; the others of their documents stay open.

        :raises UserError: when a result is not proposed, or somebody answered before
        :raises AccessError: when it does not wait for the current user
        """
        for proposal in self._split():
            proposal.action_approve(comment)
        return True

    def action_reject(self, comment=None):
        """Reject the proposed grades of these results alone; they keep their present grade.

        :param comment: the reason, obligatory
        """
        if not str(comment or "").strip():
            raise UserError(self.env._("Say why you reject."))
        for proposal in self._split():
            proposal.action_reject(comment)
        return True

    def action_open_partner(self):
        """Open the customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "views": [(False, "form")],
        }

    def _split(self):
        """Return the proposals that consist of these results alone, made where they were part of a larger one.

        What is left of the larger one keeps its request and what was answered there.
        """
        self.check_access("read")
        if any(result.state != "proposed" or not result.proposal_id for result in self):
            raise UserError(self.env._("Only proposed grades can be approved or rejected, reload the page."))
        proposals = self.env["customer.grading.proposal"]
        for proposal, results in self.sudo().grouped("proposal_id").items():
            proposal = proposal.with_env(self.env)
            if not proposal.approval_can_approve:
                raise AccessError(self.env._("You are not asked to approve this, or not any more."))
            proposals += proposal._split_off(results)
        return proposals
