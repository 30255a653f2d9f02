from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, mute_logger


class CustomerGradingProposal(models.Model):
    """Changes of grades that wait for approval: of a run, all of a kind in one document, or of one person.

    How they are applied is in ``customer_grading_apply``.
    """

    _name = "customer.grading.proposal"
    _description = "Grade Proposal"
    _inherit = [
        "customer.approval.mixin",
        "customer.grading.matrix.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _approval_protected_fields = ("kind", "is_leap", "run_id")
    _matrix_field = "proposal_id"

    kind = fields.Selection(
        [("step", "One grade"), ("leap", "Several grades, or to or from the best"), ("manual", "By hand")],
        required=True,
        readonly=True,
    )
    is_leap = fields.Boolean(
        string="Leap",
        readonly=True,
        help="More than one grade, or to or from the best one: a director decides.",
    )
    run_id = fields.Many2one(
        "customer.grading.run", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    user_id = fields.Many2one("res.users", string="Proposed By", required=True, readonly=True)
    reason = fields.Char(readonly=True)
    parent_id = fields.Many2one(
        "customer.grading.proposal", string="Taken From", readonly=True, index="btree_not_null"
    )
    result_ids = fields.One2many("customer.grading.result", "proposal_id", string="Customers", readonly=True)
    count = fields.Integer(string="Number of Customers", readonly=True)
    count_up = fields.Integer(string="Up", readonly=True)
    count_down = fields.Integer(string="Down", readonly=True)
    partner_id = fields.Many2one("res.partner", compute="_compute_results", string="Customer")
    has_open_results = fields.Boolean(compute="_compute_results")

    @api.depends("kind", "count", "run_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for proposal in self:
            proposal.display_name = self.env._(
                "Grades %(number)s: %(kind)s (%(count)s)",
                number=proposal.id or "",
                kind=kinds.get(proposal.kind, ""),
                count=proposal.count,
            )

    @api.depends("count", "approval_state")
    def _compute_results(self):
        groups = self.env["customer.grading.result"]._read_group(
            [("proposal_id", "in", self.ids)], ["proposal_id", "state"], ["__count", "partner_id:min"]
        )
        single, opened = {}, set()
        for proposal, state, count, partner_id in groups:
            single[proposal.id] = partner_id if count == 1 and proposal.id not in single else False
            if state == "proposed":
                opened.add(proposal.id)
        for proposal in self:
            proposal.partner_id = single.get(proposal._origin.id)
            proposal.has_open_results = proposal._origin.id in opened

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Grades are proposed by runs, or from the customer's form."))
        return super().create(vals_list)

    def write(self, vals):
        allowed = {"message_follower_ids", "activity_ids", "message_ids"}
        if not self.env.su and set(vals) - allowed:
            raise AccessError(self.env._("A proposal of grades cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_superuser(self):
        if not self.env.su:
            raise AccessError(self.env._("Proposals of grades are kept."))

    def action_request_approval(self):
        """Ask for approval in the name of who proposed; done at once when the proposal is made.

        :raises AccessError: for anybody but the proposer and supervisors
        """
        if not self.env.su:
            self.check_access("read")
            if not self.env.user.has_group("customer_care.group_care_supervisor") and self.filtered(
                lambda proposal: proposal.user_id != self.env.user
            ):
                raise AccessError(
                    self.env._("Only who proposed a grade, or a supervisor, can ask for approval.")
                )
        if any(not proposal.has_open_results for proposal in self.sudo()):
            raise UserError(self.env._("Nothing of this waits for a decision any more."))
        for user, proposals in self.sudo().grouped("user_id").items():
            super(CustomerGradingProposal, proposals.with_user(user).sudo()).action_request_approval()
        return True

    def action_open_results(self):
        """Open the customers of the proposal."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_grading_result_action"),
            "name": self.display_name,
            "domain": [("proposal_id", "=", self.id)],
            "context": {},
        }

    def action_withdraw(self):
        """Take back a proposal by hand: what the proposer can do until it is approved."""
        for proposal in self:
            proposal.check_access("read")
            if proposal.user_id != self.env.user and not self.env.su:
                raise AccessError(self.env._("Only who proposed a grade can withdraw it."))
            if proposal.approval_state == "pending":
                proposal.action_cancel_approval()
            if proposal.approval_state != "draft":
                raise UserError(self.env._("This was decided already, reload the page."))
        self.sudo().result_ids.filtered(lambda result: result.state == "proposed").write(
            {"state": "superseded"}
        )
        self.sudo()._end_runs()
        return True

    # --- Making proposals ---

    @api.model
    def _make_for_run(self, run):
        """Make one document for each kind and company of the proposed results of ``run``, and ask for approval.

        Open proposals of earlier runs for the same customers are superseded.
        """
        self._supersede(SQL("SELECT partner_id FROM customer_grading_result WHERE run_id = %s", run.id), run)
        company_id = (run.company_id or run.user_id.company_id or self.env.company).id
        leap = SQL(
            "(abs(levels) > 1 OR grade_id IN %(best)s OR COALESCE(previous_grade_id IN %(best)s, FALSE))",
            best=tuple(self.env["customer.grade"]._get_best_ids()),
        )
        self.env.flush_all()
        groups = self.env.execute_query(
            SQL(
                """
                SELECT %s AS is_leap, COALESCE(company_id, %s), COUNT(*)
                  FROM customer_grading_result WHERE run_id = %s AND state = 'proposed' GROUP BY 1, 2 ORDER BY 1, 2
                """,
                leap,
                company_id,
                run.id,
            )
        )
        proposals = self.create(
            [
                {
                    "kind": "leap" if is_leap else "step",
                    "is_leap": is_leap,
                    "run_id": run.id,
                    "company_id": company,
                    "user_id": run.user_id.id,
                }
                for is_leap, company, _count in groups
            ]
        )
        self.env.flush_all()
        for proposal in proposals:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE customer_grading_result SET proposal_id = %s
                     WHERE run_id = %s AND state = 'proposed' AND %s = %s AND COALESCE(company_id, %s) = %s
                    """,
                    proposal.id,
                    run.id,
                    leap,
                    proposal.is_leap,
                    company_id,
                    proposal.company_id.id,
                )
            )
        self.env["customer.grading.result"].invalidate_model()
        if proposals:
            run.state = "review"
        proposals._count_results()
        proposals._try_request()
        return proposals

    def _count_results(self):
        self.env["customer.grading.result"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT proposal_id, COUNT(*), COUNT(*) FILTER (WHERE levels > 0), COUNT(*) FILTER (WHERE levels < 0)
                  FROM customer_grading_result WHERE proposal_id IN %s GROUP BY proposal_id
                """,
                tuple(self.ids) or (0,),
            )
        )
        counts = {proposal_id: numbers for proposal_id, *numbers in rows}
        for proposal in self:
            names = ("count", "count_up", "count_down")
            proposal.write(dict(zip(names, counts.get(proposal.id, (0, 0, 0)), strict=True)))

    def _try_request(self):
        """Ask for approval; where the rules name nobody, the document waits and says why."""
        for proposal in self:
            try:
                with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                    proposal.action_request_approval()
            except UserError as error:
                proposal.invalidate_recordset()
                proposal.message_post(body=str(error))

    @api.model
    def _supersede(self, partners, run):
        """Close what earlier runs proposed for ``partners`` (SQL that selects their ids)."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE customer_grading_result SET state = 'superseded'
                 WHERE state = 'proposed' AND run_id <> %s AND proposal_id IS NOT NULL AND partner_id IN (%s)
             RETURNING proposal_id
                """,
                run.id,
                partners,
            )
        )
        self.env["customer.grading.result"].invalidate_model()
        touched = self.browse({row[0] for row in rows})
        touched._close_empty(self.env._("A later run took the place of this proposal."))

    def _close_empty(self, reason):
        """Take back the requests of documents without an open result, with ``reason`` in their chatter."""
        left = dict(
            self.env["customer.grading.result"]._read_group(
                [("proposal_id", "in", self.ids), ("state", "=", "proposed")], ["proposal_id"], ["__count"]
            )
        )
        empty = self.filtered(lambda proposal: proposal not in left)
        empty.filtered(lambda proposal: proposal.approval_state == "pending").action_cancel_approval()
        for proposal in empty:
            proposal.message_post(body=reason)
        empty._end_runs()

    def _split_off(self, results):
        """Return the document (singleton) when it holds nothing but ``results``, else a new one that does."""
        self.ensure_one()
        document = self.sudo()
        document._approval_lock()
        opened = (
            self.env["customer.grading.result"]
            .sudo()
            .search_count([("proposal_id", "=", document.id), ("state", "=", "proposed")])
        )
        if opened == len(results):
            return self
        part = document.create(
            {
                **{name: document[name].id for name in ("run_id", "company_id", "user_id")},
                **{name: document[name] for name in ("kind", "is_leap", "reason")},
                "parent_id": document.id,
            }
        )
        results.write({"proposal_id": part.id})
        (document | part)._count_results()
        part.action_request_approval()
        return part.with_env(self.env)

    # --- Approval ---

    def _approval_on_approved(self):
        result = super()._approval_on_approved()
        self._apply()
        self._end_runs()
        return result

    def _approval_on_rejected(self):
        result = super()._approval_on_rejected()
        self._log_results("grade_rejected")
        self.result_ids.filtered(lambda row: row.state == "proposed").write({"state": "rejected"})
        self._end_runs()
        return result

    def _end_runs(self):
        """Call the runs done of which nothing waits for approval any more."""
        runs = self.run_id.filtered(lambda run: run.state == "review")
        if runs:
            waiting = (
                self.env["customer.grading.result"]
                .sudo()
                ._read_group([("run_id", "in", runs.ids), ("state", "=", "proposed")], ["run_id"])
            )
            (runs - runs.browse(row[0].id for row in waiting)).write({"state": "done"})
