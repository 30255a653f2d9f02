from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .grading_common import GradingCommon


@tagged("post_install", "-at_install")
class TestGradingApproval(GradingCommon):
    def _get_open(self, run, kind):
        return run.proposal_ids.filtered(lambda proposal: proposal.kind == kind)

    def test_grading_approval_step_and_leap(self):
        """One grade waits for a manager; more than one, or to or from the best, waits for a director."""
        moves = {
            ("C", "B"): "step",
            ("C", "D"): "step",
            (None, "C"): "step",
            ("D", "B"): "leap",
            ("B", "D"): "leap",
        }
        moves.update({("B", "A"): "leap", ("A", "B"): "leap", (None, "A"): "leap", ("A", "D"): "leap"})
        buyers = {move: self._create_buyer(move[1], grade=move[0]) for move in moves}
        run = self._run()
        for move, kind in moves.items():
            self.assertEqual(self._get_result(run, buyers[move]).proposal_id.kind, kind, move)
        step, leap = self._get_open(run, "step"), self._get_open(run, "leap")
        self.assertEqual((step | leap), run.proposal_ids)
        self.assertEqual((step.count, step.count_up, step.count_down), (3, 1, 1))
        self.assertEqual((step | leap).mapped("approval_state"), ["pending"] * 2)
        with self.assertRaises(AccessError):
            leap.with_user(self.manager).action_approve()
        step.with_user(self.manager).action_approve()
        self.assertEqual(run.state, "review")
        leap.with_user(self.director).action_approve()
        self.assertEqual(run.state, "done")
        for (_before, after), buyer in buyers.items():
            self.assertEqual(self._get_codes(buyer), [after])

    def test_grading_approval_best_grade_in_use_counts(self):
        """With the best grade archived, the next one is the best: a director gives it and takes it away."""
        self.grades["A"].active = False
        scheme = self._create_scheme(thresholds={"B": 55, "C": 35, "D": 0}, sequence=0)
        buyer = self._create_buyer("B", grade="C")
        self.assertEqual(self._get_result(self._run(scheme=scheme), buyer).proposal_id.kind, "leap")
        self.assertTrue(self._propose(self._create_buyer(grade="C"), "B").is_leap)
        self.assertFalse(self._propose(self._create_buyer(grade="C"), "D").is_leap)

    def test_grading_approval_never_by_the_requester(self):
        """Who starts a run, or proposes by hand, does not approve; neither does anybody not asked."""
        buyer = self._create_buyer("C", grade="B")
        run = self._run(user=self.manager)
        for user in (
            self.manager,
            self.supervisor,
            self.specialist,
            self.auditor,
            self.employee,
            self.portal,
        ):
            for record in (run.proposal_ids, self._get_result(run, buyer)):
                with self.subTest(user=user.login, record=record), self.assertRaises(AccessError):
                    record.with_user(user).action_approve()
        self.assertEqual(self._get_codes(buyer), ["B"])
        run.proposal_ids.with_user(self.director).action_approve()
        self.assertEqual(self._get_codes(buyer), ["C"])

    def test_grading_approval_writes_date_result_and_timeline(self):
        """An approved change stands in the timeline with letters, score and who approved; contacts have none."""
        buyer = self._create_buyer("C", grade="B")
        contact = self._create_customer("Contact", parent_id=buyer.id)
        run = self._run()
        self.assertNotIn("grade_changed", self._get_kinds(buyer))
        self._approve(run)
        event = self.env["customer.care.event"].search(
            [("partner_id", "=", buyer.id), ("kind", "=", "grade_changed")]
        )
        self.assertRecordValues(
            event,
            [
                {
                    "summary": "B → C (40.00)",
                    "user_id": self.director.id,
                    "res_model": "customer.grading.result",
                }
            ],
        )
        self.assertEqual(event.res_id, self._get_result(run, buyer).id)
        self.assertEqual(self._get_result(run, buyer).state, "applied")
        self.assertNotIn("grade_changed", self._get_kinds(contact))
        self.assertEqual((buyer | contact).mapped("care_grade_date"), [fields.Date.today()] * 2)

    def test_grading_approval_of_some_results(self):
        """From the list of results some are approved and some rejected; the rest of the document stays open."""
        buyers = self.env["res.partner"].union(*(self._create_buyer("C", grade="B") for _n in range(5)))
        run = self._run()
        whole = run.proposal_ids
        results = [self._get_result(run, buyer) for buyer in buyers]
        (results[0] | results[1]).with_user(self.manager).action_approve("good")
        self.assertEqual(self._get_codes(buyers), ["C", "C", "B", "B", "B"])
        part = results[0].proposal_id
        self.assertEqual((part.parent_id, part.count, part.user_id), (whole, 2, self.supervisor))
        self.assertEqual((whole.count, whole.approval_state, part.approval_state), (3, "pending", "approved"))
        wizard = self.env["customer.grading.result.reject"].with_user(self.manager)
        wizard = wizard.with_context(active_model="customer.grading.result", active_ids=results[2].ids)
        wizard.create({"comment": "No"}).action_reject()
        self.assertEqual((results[2].state, results[2].proposal_id.approval_state), ("rejected", "rejected"))
        self.assertIn("grade_rejected", self._get_kinds(buyers[2]))
        (results[3] | results[4]).with_user(self.manager).action_approve()
        self.assertEqual(results[3].proposal_id, whole, "nothing else is in it any more")
        self.assertEqual(self._get_codes(buyers), ["C", "C", "B", "C", "C"])
        self.assertEqual(run.state, "done")
        with self.assertRaisesRegex(UserError, "Only proposed"):
            results[0].with_user(self.manager).action_approve()

    def test_grading_approval_of_results_of_several_documents(self):
        """Results of several documents are approved at once by who is asked for all of them, else none is."""
        step, leap = self._create_buyer("C", grade="B"), self._create_buyer("A", grade="B")
        run = self._run()
        results = self._get_result(run, step) | self._get_result(run, leap)
        with self.assertRaises(AccessError):
            results.with_user(self.manager).action_approve()
        self.assertEqual(self._get_codes(step | leap), ["B", "B"])
        results.with_user(self.director).action_approve()
        self.assertEqual(self._get_codes(step | leap), ["C", "A"])

    def test_grading_approval_rejection_needs_a_reason(self):
        """Nobody rejects without saying why; the customers keep their grade, and the next run proposes again."""
        buyer = self._create_buyer("C", grade="B")
        run = self._run()
        result = self._get_result(run, buyer).with_user(self.manager)
        for comment in (None, "", "  "):
            with self.assertRaisesRegex(UserError, "Say why"):
                result.action_reject(comment)
            with self.assertRaisesRegex(UserError, "Say why"):
                run.proposal_ids.with_user(self.manager).action_reject(comment)
        run.proposal_ids.with_user(self.manager).action_reject("Not yet")
        self.assertEqual((result.state, run.state, self._get_codes(buyer)), ("rejected", "done", ["B"]))
        with self.assertRaisesRegex(UserError, "waits for a decision"):
            run.proposal_ids.with_user(self.supervisor).action_request_approval()
        self.assertEqual(self._get_result(self._run(), buyer).state, "proposed")

    def test_grading_approval_withdrawn(self):
        """The proposer withdraws, nobody else; the document is closed and the run is done."""
        buyer = self._create_buyer("C", grade="B")
        run = self._run()
        proposal = run.proposal_ids
        for user in (self.manager, self.specialist, self.auditor, self.portal):
            with self.assertRaises(AccessError):
                proposal.with_user(user).action_withdraw()
        proposal.with_user(self.supervisor).action_withdraw()
        self.assertEqual(
            (proposal.approval_state, self._get_result(run, buyer).state), ("draft", "superseded")
        )
        self.assertEqual(run.state, "done")
        for method in (proposal.with_user(self.manager).action_approve, proposal.action_request_approval):
            with self.assertRaises(UserError):
                method()
        decided = self._run().proposal_ids
        decided.with_user(self.manager).action_approve()
        with self.assertRaisesRegex(UserError, "decided already"):
            decided.with_user(self.supervisor).action_withdraw()

    def test_grading_approval_superseded_by_a_later_run(self):
        """A later run closes what earlier ones proposed for the same customers, and nothing else."""
        moved, other = self._create_buyer("C", grade="B"), self._create_buyer("C", grade="B")
        first = self._run()
        self._buy((fields.Date.today(), 400), partner=moved)
        other.ref = "no more in scope"
        second = self._run()
        self.assertEqual(self._get_result(first, moved).state, "superseded")
        self.assertEqual(self._get_result(first, other).state, "proposed")
        self.assertEqual(self._get_result(second, moved).state, "unchanged")
        self.assertEqual((first.state, second.state), ("review", "done"))
        other.ref = moved.ref
        third = self._run()
        self.assertEqual((first.state, third.state), ("done", "review"))
        self.assertEqual(first.proposal_ids.approval_state, "draft")
        self.assertFalse(first.proposal_ids.activity_ids)

    def test_grading_approval_without_anybody_asked(self):
        """Where the rules name nobody, the document waits and says why; without a rule the grade is given at once."""
        buyer = self._create_buyer("C", grade="B")
        rules = self.env["customer.approval.rule"].search([("model_name", "=", "customer.grading.proposal")])
        rules.write({"group_id": False, "user_ids": [Command.set(self.supervisor.ids)]})
        run = self._run()
        self.assertEqual((run.proposal_ids.approval_state, run.state), ("draft", "review"))
        self.assertIn("names nobody", str(run.proposal_ids.message_ids[0].body))
        rules.active = False
        run = self._run()
        self.assertEqual((self._get_codes(buyer), run.state), (["C"], "done"))

    def test_grading_approval_archived_customer_keeps_the_grade(self):
        """Whoever was archived between proposal and approval keeps the grade, and so says the result."""
        buyer, other = self._create_buyer("C", grade="B"), self._create_buyer("C", grade="B")
        run = self._run()
        buyer.active = False
        self._approve(run)
        self.assertEqual((self._get_codes(buyer), self._get_result(run, buyer).state), (["B"], "superseded"))
        self.assertEqual(self._get_codes(other), ["C"])
        self.assertNotIn("grade_changed", self._get_kinds(buyer))


@tagged("post_install", "-at_install")
class TestGradingManual(GradingCommon):
    def test_grading_manual_needs_reason_and_approval(self):
        """A grade by hand needs a reason and an approval; until then nothing changes."""
        buyer = self._create_buyer(grade="B")
        for reason in (" ", "\t"):
            with self.assertRaisesRegex(UserError, "Say why"):
                self._propose(buyer, "C", reason=reason)
        proposal = self._propose(self._create_customer("Contact", parent_id=buyer.id), "C")
        self.assertRecordValues(
            proposal,
            [
                {
                    "kind": "manual",
                    "is_leap": False,
                    "user_id": self.specialist.id,
                    "approval_state": "pending",
                }
            ],
        )
        self.assertEqual((proposal.partner_id, proposal.result_ids.reason), (buyer, "A contract"))
        self.assertEqual(self._get_codes(buyer), ["B"])
        with self.assertRaisesRegex(UserError, "waits for approval"):
            self._propose(buyer, "D")
        proposal.with_user(self.manager).action_approve()
        self.assertEqual(self._get_codes(buyer), ["C"])
        self.assertFalse(buyer.care_grade_until)
        with self.assertRaisesRegex(UserError, "this grade already"):
            self._propose(buyer, "C")

    def test_grading_manual_bad_input_is_refused(self):
        """An archived grade cannot be proposed, nor a validity that is over, nor by whom may not."""
        buyer = self._create_buyer(grade="B")
        with self.assertRaises(ValidationError):
            self._propose(buyer, "C", date_until=fields.Date.subtract(fields.Date.today(), days=1))
        self.grades["D"].active = False
        with self.assertRaisesRegex(UserError, "Archived grades"):
            self._propose(buyer, "D")
        for user in (self.auditor, self.employee, self.portal, self.public):
            with self.assertRaises(AccessError):
                self._propose(buyer, "C", user=user)

    def test_grading_manual_stays_until_its_day(self):
        """Runs, dry ones too, leave a grade by hand alone until its day; then the computed one is proposed."""
        today = fields.Date.today()
        until = fields.Date.add(today, days=30)
        buyer, free = self._create_buyer("C", grade="B"), self._create_buyer("D", grade="C")
        self._propose(buyer, "A", date_until=until).with_user(self.director).action_approve()
        self.assertEqual((buyer.care_grade_until, self._get_codes(buyer)), (until, ["A"]))
        run = self._run()
        self.assertEqual(self._get_result(run, buyer).state, "kept")
        self.assertEqual((run.count_changed, run.count_down), (1, 1))
        self.assertEqual(buyer.care_score, 40)
        self._approve(run)
        self.assertEqual(self._get_codes(buyer | free), ["A", "D"])
        dry = self.scheme.with_user(self.supervisor).action_dry_run().sudo()
        self.assertEqual((self._get_result(dry, buyer).state, dry.count_changed), ("kept", 0))
        self.env["customer.grading.proposal"]._cron_end_manual()
        self.assertEqual(buyer.care_grade_until, until)
        buyer.sudo().care_grade_until = fields.Date.subtract(today, days=1)
        self.env["customer.grading.proposal"]._cron_end_manual()
        self.assertFalse(buyer.care_grade_until)
        proposed = self.env["customer.grading.result"].search(
            [("partner_id", "=", buyer.id), ("state", "=", "proposed")]
        )
        self.assertEqual(
            (proposed.grade_id, proposed.previous_grade_id), (self.grades["C"], self.grades["A"])
        )
        self.assertIn("expired", proposed.reason)
        self.assertTrue(proposed.proposal_id.is_leap)
        self.env["customer.grading.proposal"]._cron_end_manual()
        domain = [("partner_id", "=", buyer.id), ("state", "=", "proposed")]
        self.assertEqual(self.env["customer.grading.result"].search(domain), proposed)

    def test_grading_manual_given_meanwhile_wins_over_an_open_run(self):
        """A run's proposal that is approved after a grade by hand with a validity leaves that grade alone."""
        buyer = self._create_buyer("C", grade="B")
        run = self._run()
        manual = self._propose(buyer, "D", date_until=fields.Date.add(fields.Date.today(), days=9))
        manual.with_user(self.director).action_approve()
        self._approve(run)
        self.assertEqual((self._get_codes(buyer), self._get_result(run, buyer).state), (["D"], "kept"))
        self.assertTrue(buyer.care_grade_until)

    def test_grading_manual_and_run_approved_together(self):
        """Approved in one go, the last proposal of a customer counts, also for the validity."""
        buyer = self._create_buyer("C", grade="B")
        run = self._run()
        manual = self._propose(buyer, "D", date_until=fields.Date.add(fields.Date.today(), days=9))
        (manual | run.proposal_ids).with_user(self.director).action_approve()
        self.assertEqual(self._get_codes(buyer), ["D"])
        self.assertEqual(buyer.care_grade_result_id, manual.result_ids)

    def test_grading_manual_for_many(self):
        """Several customers make one document for each kind of change and company."""
        company = self.env["res.company"].create({"name": "Other"})
        buyers = [self._create_buyer(grade="B"), self._create_buyer(grade="A"), self._create_buyer(grade="B")]
        foreign = self._create_buyer(grade="B", company_id=company.id)
        user = self.specialist
        user.company_ids |= company
        proposals = self._propose(self.env["res.partner"].union(*buyers, foreign), "C", user=user)
        self.assertEqual(len(proposals), 3)
        found = {(p.company_id, p.is_leap): p.count for p in proposals}
        own = self.company
        self.assertEqual(found, {(own, False): 2, (own, True): 1, (company, False): 1})
        self.assertEqual(proposals.mapped("user_id"), user)
