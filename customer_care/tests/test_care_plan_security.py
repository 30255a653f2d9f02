from itertools import product

from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .plan_common import TODAY, PlanCommon

OPERATIONS = ("read", "write", "create", "unlink")


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCarePlanSecurity(PlanCommon):
    ALL = "read write create unlink"
    ALLOWED = {
        **dict.fromkeys(
            ("customer.care.plan", "customer.care.measure", "customer.care.plan.goal"),
            {"specialist": ALL, "supervisor": ALL, "manager": ALL, "admin": ALL, "auditor": "read"},
        ),
        **dict.fromkeys(
            ("customer.care.plan.member", "customer.care.plan.version", "customer.weak.relation"),
            {"specialist": "read", "supervisor": "read", "manager": "read", "admin": "read", "auditor": "read"},
        ),
        "customer.weak.rule": {
            "specialist": "read", "supervisor": "read", "manager": "read", "admin": ALL, "auditor": "read"
        },
    }  # fmt: skip
    ROLES = ("specialist", "supervisor", "manager", "admin", "auditor", "employee", "portal", "public")

    def test_plan_access_matrix_holds(self):
        """Each role may do what the table says and nothing else."""
        for model, role, operation in product(self.ALLOWED, self.ROLES, OPERATIONS):
            with self.subTest(model=model, role=role, operation=operation):
                allowed = self.env[model].with_user(getattr(self, role)).has_access(operation)
                self.assertEqual(allowed, operation in self.ALLOWED[model].get(role, "").split())

    def test_plan_is_seen_by_ownership(self):
        """Own, of own customers and with own measures; the team's supervisor; managers and auditors all."""
        mine = self._create_plan()
        other = self._create_customer("Rain")
        foreign = self._create_plan(
            self.manager, is_filled=False, partner_id=other.id, user_id=self.manager.id
        )
        helping = self._create_plan(
            self.manager, is_filled=False, partner_id=other.id, user_id=self.manager.id
        )
        helping.measure_ids = [Command.create({"name": "Help", "user_id": self.specialist.id})]
        plans = mine | foreign | helping

        def seen(user):
            return self.Plan.with_user(user).search([("id", "in", plans.ids)])

        self.assertEqual(seen(self.specialist), mine | helping)
        self.assertFalse(seen(self.other_specialist))
        self.assertEqual(seen(self.supervisor), mine)
        for user in (self.manager, self.auditor):
            self.assertEqual(seen(user), plans)
        with self.assertRaises(AccessError):
            helping.with_user(self.specialist).name = "Mine"
        with self.assertRaises(AccessError):
            helping.with_user(self.specialist).goal_ids = [Command.create({"kind": "purchases", "target": 1})]
        with self.assertRaises(AccessError):
            self.Measure.with_user(self.specialist).create(
                {"plan_id": foreign.id, "name": "x", "user_id": self.specialist.id}
            )
        with self.assertRaises(AccessError):
            foreign.with_user(self.specialist).action_request_approval()

    def test_plan_of_another_company_is_hidden(self):
        """Neither manager nor auditor reads plans of a company that is not theirs."""
        company = self.env["res.company"].create({"name": "Second"})
        plan = self._create_plan(is_filled=False)
        plan.sudo().write({"user_id": False, "team_id": False, "company_id": company.id})
        plan.flush_recordset()
        for user in (self.manager, self.auditor, self.supervisor):
            self.assertFalse(self.Plan.with_user(user).search([("id", "=", plan.id)]))
            with self.assertRaises(AccessError):
                plan.with_user(user).read(["name"])

    def test_plan_fields_of_the_program_cannot_be_forged(self):
        """State, version and figures are refused in create, write and by defaults of the context."""
        forged = {
            "state": "approved", "version": 7, "number": "X", "actual_cost": 5, "planned_cost": 5, "progress": 100,
            "verdict_proposed": "achieved", "origin_id": 1, "approval_state": "approved", "remark": "x",
            "customer_count": 9,
        }  # fmt: skip
        plan = self._create_plan()
        for name, value in forged.items():
            with self.subTest(name=name):
                with self.assertRaises(AccessError):
                    plan.write({name: value})
                with self.assertRaises(AccessError):
                    self._create_plan(is_filled=False, **{name: value})
        context = {f"default_{name}": value for name, value in forged.items()}
        new = (
            self.Plan.with_user(self.specialist)
            .with_context(**context)
            .create({"name": "x", "partner_id": self.customer.id})
        )
        self.assertEqual((new.state, new.version, new.approval_state), ("draft", 1, "draft"))
        self.assertFalse(new.origin_id)
        visit = self._get_measure(plan, "visit")
        for name, value in {
            "state": "done",
            "planned_cost": 1,
            "is_unplanned": True,
            "origin_id": 1,
            "done_by_id": 1,
        }.items():
            with self.subTest(measure=name), self.assertRaises(AccessError):
                visit.write({name: value})
            with self.subTest(measure=name), self.assertRaises(AccessError):
                self.Measure.with_user(self.specialist).create({"plan_id": plan.id, "name": "x", name: value})
        measure = (
            self.Measure.with_user(self.specialist)
            .with_context(default_state="done")
            .create({"plan_id": plan.id, "name": "x"})
        )
        self.assertEqual(measure.state, "draft")
        goal = self.env["customer.care.plan.goal"].with_user(self.specialist)
        with self.assertRaises(AccessError):
            goal.create({"plan_id": plan.id, "kind": "purchases", "target": 1, "value_before": 5})

    def _check_locked(self, plan, user):
        other = self._create_customer("Elsewhere")
        visit = self._get_measure(plan, "visit").with_user(user)
        plan = plan.with_user(user)
        draft = self._create_plan(is_filled=False, partner_id=other.id, user_id=self.specialist.id)
        draft.measure_ids = [Command.create({"name": "Loose", "cost": 5000})]
        attacks = {
            "budget": lambda: plan.write({"budget": 99999}),
            "partner": lambda: plan.write({"partner_id": other.id}),
            "currency": lambda: plan.write(
                {
                    "currency_id": self.env.ref("base.EUR").id
                    if plan.currency_id.name != "EUR"
                    else self.env.ref("base.USD").id
                }
            ),
            "company": lambda: plan.write(
                {"company_id": self.env["res.company"].sudo().search([], limit=1, order="id desc").id}
            ),
            "dates": lambda: plan.write({"date_end": "2030-01-01"}),
            "name": lambda: plan.write({"name": "Other"}),
            "measure through plan": lambda: plan.write(
                {"measure_ids": [Command.create({"name": "More", "cost": 1})]}
            ),
            "measure cost": lambda: visit.write({"cost": 99999}),
            "measure name": lambda: visit.write({"name": "Holiday"}),
            "measure deleted": lambda: visit.unlink(),
            "new measure": lambda: visit.create({"plan_id": plan.id, "name": "More", "cost": 1}),
            "moved in": lambda: draft.measure_ids.with_user(user).write({"plan_id": plan.id}),
            "moved out": lambda: visit.write({"plan_id": draft.id}),
            "goal": lambda: plan.write({"goal_ids": [Command.create({"kind": "purchases", "target": 1})]}),
            "deleted": lambda: plan.unlink(),
            "submitted again": lambda: plan.action_request_approval(),
        }
        for name, attack in attacks.items():
            with self.subTest(attack=name), self.assertRaises(UserError):
                attack()
                self.env.flush_all()

    def test_plan_at_approval_and_after_is_locked(self):
        """What was submitted or approved cannot be changed by anybody but through a new version."""
        plan = self._create_plan()
        plan.action_request_approval()
        for user in (self.specialist, self.manager, self.admin):
            self._check_locked(plan, user)
        with self.assertRaises(AccessError):
            plan.action_approve()
        self._approve(plan)
        for user in (self.specialist, self.manager, self.admin):
            self._check_locked(plan, user)
        self.assertRecordValues(plan, [{"state": "running", "budget": 500, "partner_id": self.customer.id}])

    def test_plan_requester_never_approves(self):
        """A manager's own plan is approved by others."""
        plan = self._create_plan(self.manager)
        plan.action_request_approval()
        with self.assertRaises(AccessError):
            plan.action_approve()
        plan.with_user(self.director).action_approve()
        self.assertEqual(plan.state, "director")

    def test_plan_versions_and_members_are_kept(self):
        """Nobody writes or deletes what was submitted."""
        plan = self._create_plan()
        plan.action_request_approval()
        for records in (plan.version_ids, plan.member_ids):
            for user in (self.specialist, self.admin):
                with self.assertRaises(AccessError):
                    records.with_user(user).write({})
                with self.assertRaises(AccessError):
                    records.with_user(user).unlink()

    def test_plan_survives_merge_and_erasure_of_the_customer(self):
        """Plans go to the customer that stays; erasing empties their texts, the figures stay."""
        other = self._create_customer(
            "Wind AG (double)", care_user_id=self.specialist.id, care_grade_id=self.grade.id
        )
        plan = self._create_running(partner_id=other.id)
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((other | self.customer).ids, self.customer)
        plan.invalidate_recordset()
        self.assertEqual((plan.partner_id, plan.commercial_partner_id), (self.customer, self.customer))
        self.assertEqual(plan.member_ids.partner_id, self.customer)
        self.assertEqual(plan.measure_ids.commercial_partner_id, self.customer)
        plan.sudo().lessons = "Mr Wind likes wine"
        names = self.env["res.partner"]._care_privacy_models()
        self.assertIn("customer.care.plan", names)
        self.customer._care_anonymize()
        plan.invalidate_recordset()
        self.assertFalse(plan.lessons)
        self.assertEqual((plan.name, plan.budget), ("-", 500))
        self.assertFalse(plan.version_ids.spec)

    def test_plan_goes_with_a_deleted_customer(self):
        """A customer deleted while the plan waits takes the plan along; open approvals are cleared."""
        other = self._create_customer("Gone", care_user_id=self.specialist.id, care_grade_id=self.grade.id)
        plan = self._create_plan(partner_id=other.id)
        plan.action_request_approval()
        lines = plan.approval_line_ids
        other.unlink()
        self.assertFalse(plan.exists())
        lines.filtered(lambda line: line.state == "pending").with_user(self.manager).action_approve()
        self.assertIn("cancelled", lines.mapped("state"))
