from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common_solution import SolutionCommon

TODO = "mail.mail_activity_data_todo"


@tagged("post_install", "-at_install")
class TestPlan(SolutionCommon):
    def _approve(self, plan):
        plan.action_request_approval()
        if plan.approval_state == "pending":
            plan.with_user(self.manager).action_approve()
        return plan

    def test_cost_counts_measures_and_compensations(self):
        """Estimates and compensations together are what the plan costs; cancelled ones cost nothing."""
        plan = self._create_plan(measures=({"cost_estimate": 100}, {"cost_estimate": 50}))
        offer = self._create_compensation(self.complaint, 300)
        self.assertEqual(offer.plan_id, plan, "a compensation belongs to the plan on which work goes on")
        self.assertEqual(plan.estimated_cost, 450)
        offer.action_cancel()
        self.assertEqual(plan.estimated_cost, 150)
        self.assertEqual(self.complaint.plan_id, plan)

    def test_small_plan_needs_nobody(self):
        """Without a rule that holds the plan is approved at once, and owners get their to-dos."""
        plan = self._approve(self._create_plan())
        self.assertRecordValues(plan, [{"state": "approved", "approval_state": "approved"}])
        activity = plan.measure_ids.activity_ids
        self.assertRecordValues(
            activity, [{"user_id": self.handler.id, "date_deadline": plan.measure_ids.date_deadline}]
        )

    def test_serious_complaint_asks_manager(self):
        """The plan of a serious complaint is approved by a manager, whatever it costs."""
        self.complaint.severity = "serious"
        plan = self._create_plan()
        plan.action_request_approval()
        self.assertRecordValues(plan, [{"state": "draft", "approval_state": "pending"}])
        with self.assertRaises(AccessError):
            plan.action_approve()
        plan.with_user(self.manager).action_approve()
        self.assertEqual(plan.state, "approved")

    def test_one_request_for_plan_and_compensations(self):
        """One request asks for the plan and what the customer gets by it, one click approves both."""
        self.complaint.severity = "serious"
        plan = self._create_plan()
        offer = self._create_compensation(self.complaint, 2000)
        plan.action_request_approval()
        self.assertEqual(offer.approval_state, "pending")
        plan.with_user(self.manager).action_approve("Fine")
        self.assertEqual((plan.approval_state, offer.approval_state), ("approved", "approved"))

    def test_rejection_and_taking_back_go_together(self):
        """Rejected or taken back are both."""
        self.complaint.severity = "serious"
        plan = self._create_plan()
        offer = self._create_compensation(self.complaint, 2000)
        plan.action_request_approval()
        plan.with_user(self.manager).action_reject("Too dear")
        self.assertEqual((plan.approval_state, offer.approval_state), ("rejected", "rejected"))
        plan.action_request_approval()
        plan.action_cancel_approval()
        self.assertEqual((plan.approval_state, offer.approval_state), ("draft", "draft"))

    def test_pending_plan_is_locked(self):
        """Nothing of what others are just asked to approve changes: neither lines nor compensations."""
        self.complaint.severity = "serious"
        plan = self._create_plan()
        offer = self._create_compensation(self.complaint, 10)
        plan.action_request_approval()
        for act in (
            lambda: plan.measure_ids.write({"cost_estimate": 1}),
            lambda: plan.write({"measure_ids": [Command.create({"name": "More"})]}),
            lambda: plan.measure_ids.unlink(),
            lambda: plan.write({"goal": "Another"}),
            lambda: self._create_compensation(self.complaint, 5),
            lambda: offer.write({"amount": 20}),
            plan.action_cancel,
        ):
            with self.assertRaisesRegex(UserError, "waits for approval"):
                act()

    def test_approved_plan_is_frozen(self):
        """What was approved does not change, only the work on it; a new version is approved anew."""
        plan = self._approve(self._create_plan(measures=({"cost_estimate": 5},)))
        measure = plan.measure_ids
        for vals in (
            {"name": "x"},
            {"cost_estimate": 1},
            {"date_deadline": "2030-01-01"},
            {"kind": "immediate"},
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "new version"):
                measure.write(vals)
        with self.assertRaisesRegex(UserError, "new version"):
            plan.write({"measure_ids": [Command.create({"name": "More"})]})
        with self.assertRaises(AccessError):
            measure.unlink()
        measure.write({"cost_actual": 7, "result": "Half way", "user_id": self.supervisor.id})
        self.assertEqual(plan.actual_cost, 7)
        self.assertEqual(measure.activity_ids.user_id, self.supervisor, "the to-do goes with the owner")

    def test_new_version(self):
        """The old version stays as it was approved, the new one begins with what is open."""
        plan = self._approve(self._create_plan(measures=({}, {})))
        offer = self._create_compensation(self.complaint, 10)
        done, opened = plan.measure_ids
        done.result = "Done"
        done.action_done()
        plan.action_new_version()
        new = self.complaint.plan_id
        self.assertRecordValues(plan, [{"state": "replaced", "is_current": False}])
        self.assertRecordValues(new, [{"version": 2, "state": "draft", "previous_id": plan.id}])
        self.assertEqual(new.measure_ids.mapped("state"), ["done", "open"])
        self.assertEqual(offer.plan_id, new)
        self.assertFalse(opened.activity_ids, "nobody works on a replaced plan")
        self.assertEqual(opened.state, "cancelled")
        with self.assertRaisesRegex(UserError, "current approved"):
            plan.action_new_version()
        with self.assertRaisesRegex(UserError, "current approved"):
            new.action_new_version()

    def test_raising_after_approval_asks_again(self):
        """A compensation added later makes the plan dearer: what no approval covers is asked again."""
        self.complaint.severity = "serious"
        plan = self._approve(self._create_plan())
        self._create_compensation(self.complaint, 100)
        self.assertRecordValues(plan, [{"state": "draft", "approval_state": "draft"}])

    def test_graver_complaint_asks_again(self):
        """When the complaint becomes serious the manager is asked, for plan, letter and compensation."""
        plan = self._approve(self._create_plan())
        letter = self._create_letter()
        letter.action_request_approval()
        self.assertEqual(letter.approval_state, "approved")
        self.complaint.with_user(self.handler).severity = "serious"
        self.assertEqual((plan.state, plan.approval_state), ("draft", "draft"))
        self.assertEqual(letter.approval_state, "draft")

    def test_one_live_plan(self):
        """A complaint has one plan on which work goes on."""
        plan = self._create_plan()
        with self.assertRaisesRegex(UserError, "already"):
            self._create_plan()
        plan.action_cancel()
        second = self._create_plan()
        self.assertEqual((second.version, plan.is_current), (2, False))
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            plan.sudo().write({"is_current": True})
            plan.flush_recordset()

    def test_done_needs_result_and_approval(self):
        """A countermeasure is done once, after the approval, with result or evidence."""
        plan = self._create_plan()
        measure = plan.measure_ids
        measure.result = "All fine"
        with self.assertRaisesRegex(UserError, "approved plan"):
            measure.action_done()
        self._approve(plan)
        measure.result = " "
        with self.assertRaisesRegex(UserError, "evidence"):
            measure.action_done()
        file = self.env["ir.attachment"].with_user(self.handler).create({"name": "a.txt", "raw": b"x"})
        measure.evidence_ids = file
        self.assertEqual((file.res_model, file.res_id), ("customer.complaint.measure", measure.id))
        measure.action_done()
        self.assertRecordValues(measure, [{"state": "done", "done_by_id": self.handler.id}])
        self.assertEqual(plan.state, "done", "nothing is open any more")
        with self.assertRaisesRegex(UserError, "Only open"):
            measure.action_done()
        with self.assertRaisesRegex(UserError, "does not change"):
            measure.result = "Other"

    def test_owner_finishes_own_measure_alone(self):
        """Who reads the complaint and owns the countermeasure finishes it; others who only read do not."""
        plan = self._approve(self._create_plan(measures=({"user_id": self.director.id, "result": "x"}, {})))
        mine, other = plan.measure_ids
        other.result = "x"
        with self.assertRaises(AccessError):
            other.with_user(self.director).action_done()
        mine.with_user(self.director).action_done()
        self.assertEqual(mine.done_by_id, self.director)

    def test_plan_waits_for_compensations(self):
        """A plan is done when its compensations are executed too."""
        plan = self._create_plan()
        offer = self._create_compensation(self.complaint, 10).with_user(self.handler)
        self._approve(plan)
        plan.measure_ids.result = "x"
        plan.measure_ids.action_done()
        self.assertEqual(plan.state, "approved")
        with self.assertRaisesRegex(UserError, "still open"):
            plan.action_done()
        offer.action_execute()
        self.assertRecordValues(plan, [{"state": "done", "actual_cost": 10}])

    def test_nothing_is_given_before_the_plan_is_approved(self):
        """A small compensation needs nobody, but its plan does; what an earlier version promised stays promised."""
        self.complaint.severity = "serious"
        plan = self._create_plan()
        offer = self._create_compensation(self.complaint, 10).with_user(self.handler)
        plan.action_request_approval()
        self.assertEqual(offer.approval_state, "approved")
        self.assertFalse(self.complaint._portal_get_offers())
        with self.assertRaisesRegex(UserError, "plan has to be approved"):
            offer.action_execute()
        plan.with_user(self.manager).action_approve()
        self.assertEqual(self.complaint._portal_get_offers(), offer)
        plan.action_new_version()
        self.assertEqual(self.complaint._portal_get_offers(), offer)
        self.complaint.plan_id.with_user(self.handler).action_cancel()
        self.assertFalse(offer.plan_id)
        offer.action_execute()
        self.assertEqual(offer.state, "executed")

    def test_empty_plan_is_not_requested(self):
        """There is nothing to approve in an empty plan."""
        plan = self._create_plan(measures=())
        with self.assertRaisesRegex(UserError, "empty"):
            plan.action_request_approval()

    def test_closing_waits_for_plan(self):
        """A complaint closes when its plan is carried out or given up, whoever closes it and however."""
        plan = self._approve(self._create_plan())
        self.stage_closed.needs_plan_done = True
        for record in (self.complaint.with_user(self.manager), self.complaint.sudo()):
            with self.assertRaisesRegex(UserError, "not carried out: Step 0") as caught:
                record.write({"stage_id": self.stage_closed.id})
            self.assertEqual(str(caught.exception).count("not carried out"), 1, "said once")
        plan.action_cancel()
        self.complaint.stage_id = self.stage_closed
        self.assertEqual(self.complaint.phase, "closed")
        self.assertEqual(self.complaint.with_user(self.handler).action_plan()["res_id"], plan.id)

    def test_button_opens_or_begins(self):
        """The button opens the current plan or begins one, not for a complaint that is done."""
        complaint = self.complaint.with_user(self.handler)
        self.assertEqual(complaint.action_plan()["context"], {"default_complaint_id": complaint.id})
        with self.assertRaises(AccessError):
            self.complaint.with_user(self.director).action_plan()
        self.complaint.stage_id = self.stage_closed
        with self.assertRaisesRegex(UserError, "has no countermeasure plan"):
            complaint.action_plan()

    def test_overdue_reminded_once(self):
        """Owners are told once of what is overdue; the filter finds it."""
        plan = self._approve(self._create_plan())
        measure = plan.measure_ids
        measure.sudo().write({"date_deadline": fields.Date.today() - timedelta(days=2)})
        self.assertTrue(measure.is_overdue)
        self.assertIn(measure, measure.search([("is_overdue", "=", True)]))
        self.assertNotIn(measure, measure.search([("is_overdue", "=", False)]))
        self.assertEqual(plan.overdue_count, 1)
        with self.enter_registry_test_mode():
            cron = self.env.ref("customer_complaint.ir_cron_complaint_measure")
            cron.method_direct_trigger()
            measure.invalidate_recordset()
            reminded = measure.reminded_datetime
            self.assertTrue(reminded)
            count = self.env["mail.message"].search_count([("model", "=", measure._name)])
            cron.method_direct_trigger()
        self.assertEqual(self.env["mail.message"].search_count([("model", "=", measure._name)]), count)

    def test_owner_without_access_leaves_todo_to_handler(self):
        """Who does not see the complaint cannot get a to-do on it: the handler sees to it."""
        plan = self._approve(self._create_plan(measures=({"user_id": self.employee.id},)))
        self.assertEqual(plan.measure_ids.activity_ids.user_id, self.handler)

    def test_handed_to_department(self):
        """A countermeasure becomes one department task, due on its day, once the plan is approved."""
        department = self.env["customer.complaint.department"].create({"name": "Lab"})
        plan = self._create_plan(measures=({"department_id": department.id},))
        measure = plan.measure_ids
        with self.assertRaisesRegex(UserError, "approved plan"):
            measure.action_make_task()
        self._approve(plan)
        measure.action_make_task()
        task = measure.task_id
        self.assertRecordValues(
            task, [{"name": "Step 0", "department_id": department.id, "complaint_id": self.complaint.id}]
        )
        self.assertEqual(task.deadline.date(), measure.date_deadline)
        measure.action_make_task()
        self.assertEqual(self.complaint.task_ids, task)
        with self.assertRaises(AccessError):
            measure.task_id = False

    def test_forging(self):
        """What only the program sets is refused in create, write and as a default of the context."""
        Plan = self.env["customer.complaint.plan"].with_user(self.handler)
        for vals in (
            {"state": "approved"},
            {"version": 9},
            {"estimated_cost": 0},
            {"approval_state": "approved"},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                Plan.create({"complaint_id": self.complaint.id, **vals})
        plan = Plan.with_context(
            default_state="approved", default_is_current=False, default_estimated_cost=-5
        ).create(
            {
                "complaint_id": self.complaint.id,
                "measure_ids": [Command.create({"name": "a", "cost_estimate": 50000})],
            }
        )
        self.assertRecordValues(plan, [{"state": "draft", "is_current": True}])
        plan.action_request_approval()
        self.assertEqual(plan.approval_state, "pending", "the real cost asks the director")
        with self.assertRaises(AccessError):
            plan.measure_ids.write({"state": "done"})
        with self.assertRaises(AccessError):
            plan.write({"done_datetime": "2026-01-01 00:00:00"})

    def test_costs_are_numbers(self):
        """No negative costs, nothing that is no number."""
        for cost in (-1, float("nan"), float("inf"), 10**12):
            with self.subTest(cost=cost):
                self._assert_refused(lambda cost=cost: self._create_plan(measures=({"cost_estimate": cost},)))

    def test_access(self):
        """Plan and countermeasures are seen as the complaint is; readers write nothing."""
        plan = self._create_plan()
        for user, reads, writes in (
            (self.handler, True, True),
            (self.other_handler, False, False),
            (self.supervisor, True, True),
            (self.manager, True, True),
            (self.director, True, False),
            (self.auditor, True, False),
            (self.employee, False, False),
            (self.portal, False, False),
        ):
            for record in (plan, plan.measure_ids):
                with self.subTest(user=user.login, model=record._name):
                    self.assertEqual(record.with_user(user).has_access("read"), reads)
                    self.assertEqual(record.with_user(user).has_access("write"), writes)

    def test_confidential(self):
        """Plan, countermeasures and their approvals are hidden with a confidential complaint."""
        self.complaint.severity = "serious"
        self.complaint.write({"is_confidential": True, "accused_ids": [Command.link(self.supervisor.id)]})
        plan = self._create_plan()
        plan.action_request_approval()
        lines = self.env["customer.approval.line"].with_user(self.supervisor)
        self.assertFalse(plan.with_user(self.supervisor).has_access("read"))
        self.assertFalse(lines.search([("res_model", "=", plan._name), ("res_id", "=", plan.id)]))

    def test_other_companys_department(self):
        """A department of another company does nothing here."""
        company = self.env["res.company"].create({"name": "Other"})
        department = self.env["customer.complaint.department"].create({"name": "D", "company_id": company.id})
        with self.assertRaisesRegex(UserError, "another company"):
            self._create_plan(measures=({"department_id": department.id},))

    def test_foreign_measures_stay(self):
        """Nobody moves a countermeasure into the plan of another complaint, or a plan to another complaint."""
        plan = self._create_plan()
        other = self._create_complaint(user_id=self.handler.id)
        foreign = self._create_plan(other)
        with self.assertRaises(UserError):
            plan.measure_ids.plan_id = foreign
        with self.assertRaises(UserError):
            plan.complaint_id = other
        offer = self._create_compensation(self.complaint, 10)
        with self.assertRaises(ValidationError):
            offer.plan_id = foreign

    def test_deleting_is_cancelling(self):
        """Plans stay; drafts of countermeasures may go."""
        plan = self._create_plan(measures=({}, {}))
        with self.assertRaises(AccessError):
            plan.with_user(self.manager).unlink()
        plan.measure_ids[0].unlink()
        self.assertEqual(len(plan.measure_ids), 1)

    def test_merge(self):
        """A draft ends with the merged complaint, an approved plan must be finished before."""
        main = self._create_complaint(user_id=self.handler.id)
        plan = self._approve(self._create_plan())
        offer = self._create_compensation(self.complaint, 10)
        with self.assertRaisesRegex(UserError, "carried out"):
            self.complaint.with_user(self.supervisor)._merge_into(main.with_user(self.supervisor))
        plan.action_new_version()
        draft = self.complaint.plan_id
        self.complaint.with_user(self.supervisor)._merge_into(main.with_user(self.supervisor))
        self.assertEqual(draft.state, "cancelled")
        self.assertRecordValues(offer, [{"complaint_id": main.id, "plan_id": False}])

    def test_report(self):
        """The sheet of the plan prints in the reader's language."""
        plan = self._approve(self._create_plan(goal="All well"))
        self._create_compensation(self.complaint, 10)
        report = self.env["ir.actions.report"].with_user(self.handler)
        content, _kind = report._render_qweb_html(
            "customer_complaint.customer_complaint_report_plan", plan.ids
        )
        for text in ("Step 0", "All well", self.complaint.number):
            self.assertIn(text, content.decode())
