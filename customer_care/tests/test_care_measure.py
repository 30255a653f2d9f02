from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .plan_common import TODAY, PlanCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCareMeasure(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_running()
        cls.visit = cls._get_measure(cls.plan, "visit").with_user(cls.specialist)
        cls.call = cls._get_measure(cls.plan, "call")
        cls.gift = cls._get_measure(cls.plan, "gift")

    def test_measure_becomes_dated_work_once(self):
        """Activities and callbacks carry day and person of the measure; a repeated call makes no second ones."""
        self.assertRecordValues(
            self._get_work(self.visit | self.gift).sorted("date_deadline"),
            [
                {"user_id": self.specialist.id, "date_deadline": date(2026, 3, 12), "summary": "Visit"},
                {"user_id": self.supervisor.id, "date_deadline": date(2026, 4, 1), "summary": "Gift"},
            ],
        )
        call = self._get_calls(self.call)
        self.assertRecordValues(
            call,
            [
                {
                    "partner_id": self.customer.id,
                    "user_id": self.specialist.id,
                    "date_planned": date(2026, 3, 22),
                    "subject": "Call",
                    "team_id": self.team.id,
                }
            ],
        )
        self.assertFalse(self._get_work(self.call))
        self.plan.measure_ids.sudo()._sync_work()
        self.assertEqual(len(self._get_work(self.plan.measure_ids)), 2)
        self.assertEqual(self._get_calls(self.call), call)

    def test_measure_done_with_cost_needs_evidence(self):
        """A cost needs a file or a note when the company says so; then activity, plan and log know of it."""
        with self.assertRaisesRegex(UserError, "evidence"):
            self.visit.action_done(actual_cost=90)
        with self.assertRaisesRegex(UserError, "future"):
            self.visit.action_done(date_done="2026-03-03")
        with self.assertRaisesRegex(UserError, "negative"):
            self.visit.action_done(actual_cost=-1, note="x")
        self.visit.action_done(actual_cost=90, note="Train ticket")
        self.assertRecordValues(
            self.visit,
            [
                {
                    "state": "done",
                    "progress": 100,
                    "date_done": TODAY,
                    "done_by_id": self.specialist.id,
                    "is_on_time": "yes",
                }
            ],
        )
        self.assertFalse(self._get_work(self.visit))
        self.assertEqual(self.plan.actual_cost, 90)
        self.assertIn("measure_done", self._get_kinds(self.customer))
        log = self.env["customer.contact.log"].search(
            [("res_model", "=", self.visit._name), ("res_id", "=", self.visit.id)]
        )
        self.assertRecordValues(log, [{"kind": "visit", "source": "measure", "partner_id": self.customer.id}])
        with self.assertRaisesRegex(UserError, "not open work"):
            self.visit.action_done()
        with self.assertRaises(UserError):
            self.visit.actual_cost = 5

    def test_measure_done_from_the_dialog_takes_files(self):
        """The dialog puts the evidence on the measure."""
        file = self.env["ir.attachment"].with_user(self.specialist).create({"name": "bill.txt", "raw": b"x"})
        wizard = (
            self.env["customer.care.measure.done"]
            .with_user(self.specialist)
            .create(
                {"measure_id": self.visit.id, "actual_cost": 10, "attachment_ids": [Command.set(file.ids)]}
            )
        )
        wizard.action_confirm()
        self.assertEqual((self.visit.state, self.visit.attachment_ids), ("done", file))

    def test_measure_done_by_its_activity(self):
        """Marking the activity as done finishes the measure with its text; the rules of evidence hold."""
        self.visit.actual_cost = 30
        activity = self._get_work(self.visit).with_user(self.specialist)
        with self.assertRaisesRegex(UserError, "evidence"):
            activity.action_feedback()
        activity.action_feedback("Was fine")
        self.assertEqual((self.visit.state, self.visit.note), ("done", "Was fine"))

    def test_measure_done_only_by_its_people(self):
        """Responsible, who looks after the plan, and supervisors of the team; nobody else."""
        for user in (self.other_specialist, self.auditor, self.employee):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.gift.with_user(user).action_done()
        self.gift.with_user(self.supervisor).action_done()
        self.assertEqual(self.gift.done_by_id, self.supervisor)
        with self.assertRaises(AccessError):
            self.gift.with_user(self.specialist).action_reopen()
        self.gift.with_user(self.supervisor).action_reopen()
        self.assertEqual((self.gift.state, len(self._get_work(self.gift))), ("planned", 1))

    def test_measure_call_is_done_by_its_callback(self):
        """A reached customer ends the measure with the note of the call, and no contact is logged twice."""
        call = self._get_calls(self.call).with_user(self.specialist)
        call.action_done("reached", satisfaction=9, note="All well")
        self.assertRecordValues(
            self.call, [{"state": "done", "note": "All well", "done_by_id": self.specialist.id}]
        )
        logs = self.env["customer.contact.log"].search(
            [("res_model", "=", self.call._name), ("res_id", "=", self.call.id)]
        )
        self.assertFalse(logs)

    def test_measure_call_that_reaches_nobody_stays_open(self):
        """After the last attempt the responsible gets an activity instead."""
        call = self._get_calls(self.call).with_user(self.specialist)
        call.action_done("wrong_number")
        self.assertEqual(self.call.state, "planned")
        self.assertTrue(self.call.work_note)
        self.assertEqual(self._get_work(self.call).user_id, self.specialist)

    def test_measure_call_for_who_must_not_be_called(self):
        """Who does not want calls gets none; the measure says so and is an activity."""
        other = self._create_customer(
            "Silent", care_user_id=self.specialist.id, care_do_not_call=True, care_grade_id=self.grade.id
        )
        plan = self._create_running(partner_id=other.id)
        call = self._get_measure(plan, "call")
        self.assertFalse(self._get_calls(call))
        self.assertIn("Silent", call.work_note)
        self.assertEqual(len(self._get_work(call)), 1)

    def test_measure_responsible_who_left_is_replaced(self):
        """The leader of the team takes over at night, and it shows."""
        self.specialist.active = False
        with self.enter_registry_test_mode():
            self.env.ref("customer_care.ir_cron_care_plan").method_direct_trigger()
        self.visit.invalidate_recordset()
        measures = (self.visit | self.call).sudo()
        self.assertEqual(measures.user_id, self.supervisor)
        self.assertEqual(measures.taken_from_id, self.specialist)
        self.assertEqual(self._get_work(self.visit.sudo()).user_id, self.supervisor)
        self.assertEqual(self._get_calls(self.call).user_id, self.supervisor)

    def test_measure_submission_refuses_who_left(self):
        """A plan whose measure belongs to somebody archived cannot be submitted."""
        plan = self._create_plan(self.supervisor)
        self._get_measure(plan, "visit").user_id = self.other_specialist
        self.other_specialist.active = False
        with self.assertRaisesRegex(UserError, "has left"):
            plan.action_request_approval()

    def test_measure_late_is_reminded_and_escalated_once(self):
        """The day after, the responsible is reminded; days later the supervisor is told; each once."""
        cron = self.env.ref("customer_care.ir_cron_care_plan")

        def run(day):
            with freeze_time(day), self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.visit.invalidate_recordset()

        run("2026-03-13")
        self.assertEqual((self.visit.reminded_on, self.visit.escalated_on), (date(2026, 3, 13), False))
        run("2026-03-15")
        self.assertFalse(self.visit.escalated_on)
        run("2026-03-16")
        self.assertEqual(self.visit.escalated_on, date(2026, 3, 16))
        run("2026-03-17")
        self.assertRecordValues(
            self.visit, [{"reminded_on": date(2026, 3, 13), "escalated_on": date(2026, 3, 16)}]
        )
        work = self._get_work(self.visit).filtered(lambda one: one.user_id == self.supervisor)
        self.assertEqual(len(work), 1)
        notes = self.env["mail.message"].search(
            [
                ("model", "=", self.visit._name),
                ("res_id", "=", self.visit.id),
                ("subject", "=like", "Late: %"),
            ]
        )
        self.assertEqual(len(notes), 1)

    def test_measure_given_to_somebody_else_moves_its_work(self):
        """A supervisor hands open work on, a specialist does not."""
        with self.assertRaises(UserError):
            self.visit.user_id = self.other_specialist
        self.visit.with_user(self.supervisor).user_id = self.other_specialist
        self.assertEqual(self._get_work(self.visit).user_id, self.other_specialist)
        self.call.with_user(self.supervisor).user_id = self.other_specialist
        self.assertEqual(self._get_calls(self.call).user_id, self.other_specialist)

    def _create_segment_plan(self, partners):
        """Return a plan for some customers with one call to each of them."""
        plan = self._create_plan(
            self.manager,
            is_filled=False,
            scope="segment",
            partner_id=False,
            domain=f"[('id', 'in', {partners.ids})]",
        )
        plan.measure_ids = [
            Command.create({"name": "Ring", "kind": "call", "date": TODAY, "user_id": self.specialist.id})
        ]
        return plan

    def _approve_as_others(self, plan):
        """Let the plan of a manager be approved: nobody approves his own."""
        plan.action_request_approval()
        plan.with_user(self.director).action_approve()
        plan.with_user(self.admin).action_approve()

    @contextmanager
    def _small_batches(self):
        path = "odoo.addons.customer_care.models.customer_care_measure_call"
        with patch(f"{path}.CUSTOMERS_AT_ONCE", 2), patch(f"{path}.BATCH", 2):
            yield

    def test_measure_calls_of_a_large_segment_come_in_batches(self):
        """What the approval does not make at once the job makes, each call once."""
        others = self.env["res.partner"].create([{"name": f"Many {n}", "is_company": True} for n in range(5)])
        plan = self._create_segment_plan(others)
        with self._small_batches():
            self._approve_as_others(plan)
            self.assertTrue(plan.measure_ids.is_work_pending)
            self.assertFalse(self._get_calls(plan.measure_ids))
            with self.enter_registry_test_mode():
                for _round in range(3):
                    self.env.ref("customer_care.ir_cron_care_plan").method_direct_trigger()
        plan.invalidate_recordset()
        self.assertEqual(self._get_calls(plan.measure_ids).partner_id, others)
        self.assertFalse(plan.measure_ids.is_work_pending)
        calls = self._get_calls(plan.measure_ids)
        calls[:3].with_user(self.specialist).action_done("reached", note="ok")
        self.assertEqual((plan.measure_ids.state, plan.measure_ids.progress), ("planned", 60))
        calls[3:].with_user(self.specialist).action_done("refused")
        self.assertEqual(plan.measure_ids.state, "done")

    def test_measure_calls_pass_by_those_who_must_not_be_called(self):
        """A batch of customers who must not be called does not keep those behind it from their call."""
        silent = self.env["res.partner"].create(
            [{"name": f"Silent {n}", "is_company": True, "care_do_not_call": True} for n in range(3)]
        )
        others = self.env["res.partner"].create([{"name": f"Many {n}", "is_company": True} for n in range(3)])
        plan = self._create_segment_plan(silent + others)
        with self._small_batches():
            self._approve_as_others(plan)
            measure = plan.measure_ids.sudo()
            for _round in range(3):
                self.assertTrue(measure.is_work_pending)
                measure._make_pending_work()
        self.assertFalse(measure.is_work_pending)
        self.assertEqual(self._get_calls(measure).partner_id, others)

    def test_measure_of_a_campaign_puts_the_customer_on_its_list(self):
        """Approved, the customer is on the list; attended, the measure is done; over, the plan cannot be submitted."""
        campaign = self.env["customer.care.campaign"].create(
            {"name": "Customer day", "date_begin": "2026-05-01 08:00:00", "date_end": "2026-05-01 12:00:00"}
        )
        plan = self._create_plan(is_filled=False)
        vals = {"name": "Invite", "kind": "event", "date": TODAY, "user_id": self.specialist.id}
        plan.measure_ids = [Command.create({**vals, "campaign_id": campaign.id})]
        plan.action_request_approval()
        Participant = self.env["customer.care.campaign.participant"]
        self.assertFalse(Participant.search([("campaign_id", "=", campaign.id)]))
        self._approve(plan)
        entry = Participant.search([("campaign_id", "=", campaign.id)])
        self.assertEqual((entry.partner_id, entry.res_id), (self.customer, plan.measure_ids.id))
        plan.measure_ids.sudo()._care_campaign_attended(entry)
        self.assertEqual(plan.measure_ids.state, "done")
        campaign.sudo().state = "cancelled"
        late = self._create_plan(is_filled=False)
        late.measure_ids = [Command.create({**vals, "campaign_id": campaign.id})]
        with self.assertRaisesRegex(UserError, "campaign is over"):
            late.action_request_approval()

    def test_measure_of_a_campaign_is_taken_back(self):
        """A cancelled plan takes customers off the list who were not invited yet."""
        campaign = self.env["customer.care.campaign"].create(
            {"name": "Customer day", "date_begin": "2026-05-01 08:00:00", "date_end": "2026-05-01 12:00:00"}
        )
        plan = self._create_plan(is_filled=False)
        vals = {"name": "Invite", "kind": "event", "date": TODAY, "user_id": self.specialist.id}
        plan.measure_ids = [Command.create({**vals, "campaign_id": campaign.id})]
        plan.action_request_approval()
        self._approve(plan)
        plan.with_user(self.manager).action_cancel("No")
        self.assertFalse(
            self.env["customer.care.campaign.participant"].search([("campaign_id", "=", campaign.id)])
        )
