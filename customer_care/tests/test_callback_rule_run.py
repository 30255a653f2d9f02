from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models import customer_rule_run_mixin
from .callback_rule_common import REF, CallbackRuleCommon

LOGGER = "odoo.addons.customer_care.models.customer_rule_run_mixin"


@tagged("post_install", "-at_install")
class TestCallbackRuleRun(CallbackRuleCommon):
    """Runs: what they make, what they leave out and why, and what stops them."""

    # What is made

    def test_run_fills_a_callback_as_create_does(self):
        """A callback made by SQL has what one made by hand has: defaults, team, company, its row in the story."""
        rule = self._create_periodic(window_days=5, priority="1")
        person = self._create_people()
        run = self._run(rule)
        callback = self._get_callbacks(rule)
        self.assertRecordValues(
            callback,
            [
                {
                    "subject": rule.name,
                    "partner_id": person.id,
                    "commercial_partner_id": person.id,
                    "company_id": self.company.id,
                    "team_id": self.team.id,
                    "state": "planned",
                    "attempt": 1,
                    "priority": "1",
                    "date_planned": self.today,
                    "date_deadline": self.today + timedelta(days=5),
                    "create_uid": self.supervisor.id,
                    "key": f"{rule.id}:res.partner,{person.id}:0",
                }
            ],
        )
        self.assertIn(callback.user_id, self.team.member_ids)
        by_hand = self._create_callback(rule_id=rule.id)
        self.env.flush_all()
        for name, field in callback._fields.items():
            if field.store and field.column_type and by_hand[name]:
                self.assertTrue(callback[name], name)
        event = self.env["customer.care.event"].search(
            [("res_id", "=", callback.id), ("kind", "=", "callback_planned")]
        )
        self.assertEqual((event.res_model, event.summary), ("customer.callback", rule.name))
        self.assertEqual((event.partner_id, event.user_id), (person, self.supervisor))
        self.assertEqual((run.count_new, run.state, run.user_id), (1, "done", self.supervisor))
        self.assertFalse(self._get_rows(run))
        callback.with_user(self.manager).action_done("reached", satisfaction=9)
        self.assertEqual(callback.state, "done")

    def test_run_of_many_slices_makes_all_once(self):
        """Slices of two make the same as one; a second run makes none, and a lost candidate would be found by it."""
        rule = self._create_periodic()
        people = self._create_people(7)
        with patch.object(customer_rule_run_mixin, "SLICE", 2):
            run = self._run(rule)
        self.assertEqual((run.count_new, run.state), (7, "done"))
        self.assertEqual(self._get_callbacks(rule).partner_id, people)
        self._get_callbacks(rule)[3:].sudo().unlink()
        self.assertEqual(self._run(rule).count_new, 4)
        self.assertEqual(self._run(rule).counts, {"planned": 7})

    def test_run_twin_made_meanwhile_is_left_out_by_the_key(self):
        """What another worker made after the search is refused by the unique key, the rest is made."""
        rule = self._create_periodic()
        people = self._create_people(3)
        Run = self.env.registry["customer.callback.run"]
        original = Run._make

        def make(run, *args):
            vals = {
                "subject": "Twin",
                "partner_id": people[1].id,
                "user_id": self.supervisor.id,
                "key": f"{rule.id}:res.partner,{people[1].id}:0",
            }
            self.env["customer.callback"].sudo().create({**vals, "rule_id": rule.id})
            return original(run, *args)

        with patch.object(Run, "_make", make):
            run = self._run(rule)
        self.assertEqual((run.count_new, len(self._get_callbacks(rule))), (2, 3))

    def test_run_calls_a_contact_where_the_customer_has_no_number(self):
        """Who has a number is called: the customer, else a contact who may be called; rules may insist on one."""
        firm, lonely = self._create_people(2, phone=False)
        people = [
            self._create_customer(name, parent_id=firm.id, **vals)
            for name, vals in (
                ("mute", {"phone": False}),
                ("shy", {"phone": "1", "care_do_not_call": True}),
                ("open", {"phone": "2"}),
            )
        ]
        rule = self._create_periodic()
        run = self._run(rule)
        self.assertEqual(self._get_callbacks(rule).partner_id, people[2] | lonely)
        self.assertEqual(run.count_no_phone, 1)
        strict = self._create_periodic(is_phone_needed=True)
        run = self._run(strict)
        self.assertEqual(self._get_callbacks(strict).partner_id, people[2])
        self.assertEqual(run.counts, {"phone": 1})

    # Who is left out

    def test_run_obeys_filters_and_gate(self):
        """Only customers whom all filters match; not contacts, colleagues, archived ones, nor whom the gate forbids."""
        grade = self.env.ref("customer_care.customer_grade_a")
        stage = self.env["customer.lifecycle.stage"].search([], limit=1)
        china = self.env.ref("base.cn")
        state = self.env["res.country.state"].search([("country_id", "=", china.id)], limit=1)
        right = self._create_people(country_id=china.id, state_id=state.id, care_team_id=self.team.id)
        right.sudo().write({"care_grade_id": grade.id, "care_lifecycle_stage_id": stage.id})
        wrong = self._create_people(3)
        self._create_customer("Contact", parent_id=right.id, ref=REF)
        self.specialist.partner_id.ref = REF
        wrong[0].active = False
        for vals in (
            {"grade_ids": grade.ids},
            {"stage_ids": stage.ids},
            {"country_ids": china.ids},
            {"state_ids": state.ids},
            {"customer_team_ids": self.team.ids},
        ):
            with self.subTest(vals=vals):
                rule = self._create_periodic(**vals)
                self._run(rule)
                self.assertEqual(self._get_callbacks(rule).partner_id, right)
        wrong[1].care_do_not_call = True
        self._refuse(wrong[2])
        rule = self._create_periodic()
        run = self._run(rule)
        self.assertEqual(self._get_callbacks(rule).partner_id, right)
        self.assertEqual(run.counts, {"unwanted": 1, "refused": 1})

    def _refuse(self, person):
        self.env["customer.consent"].create(
            {
                "partner_id": person.id,
                "purpose_id": self.env.ref("customer_care.customer_consent_purpose_callback").id,
                "state": "refused",
            }
        )

    def test_run_asks_the_gate_again_before_it_makes(self):
        """Whoever said no between the search and the making gets no call."""
        rule = self._create_periodic()
        people = self._create_people(2)
        with patch.object(customer_rule_run_mixin, "RUN_AT_ONCE", 0):
            run = self._run(rule)
        people[0].care_do_not_call = True
        while run._work_once():
            pass
        self.assertEqual(self._get_callbacks(rule).partner_id, people[1])
        self.assertEqual(run.counts, {"unwanted": 1})

    def test_run_leaves_out_who_is_called_anyway(self):
        """With the option a customer with any open callback waits."""
        people = self._create_people(2)
        self._create_callback(partner_id=people[0].id)
        rule = self._create_periodic(is_once_enough=True)
        run = self._run(rule)
        self.assertEqual((self._get_callbacks(rule).partner_id, run.counts), (people[1], {"other": 1}))

    def test_preview_is_what_the_run_does_and_plans_nothing(self):
        """The preview names each customer with day and person, or the reasons in words; then the run does just that."""
        people = self._create_people(6)
        people[0].care_do_not_call = True
        self._refuse(people[0])
        rule = self._create_periodic(selection="contact", max_count=3)
        self._reach(self._create_callback(partner_id=people[1].id))
        preview = self._preview(rule)
        self.assertFalse(self._get_callbacks(rule))
        self.assertEqual(
            (preview.state, preview.count_due, preview.counts), ("preview", 3, {"over": 2, "unwanted": 1})
        )
        rows = self._get_rows(preview)
        self.assertEqual(rows.customer_id, people)
        blocked = rows.filtered(lambda row: row.customer_id == people[0])
        self.assertIn("does not want calls", blocked.left_out_text)
        self.assertIn("refused", blocked.left_out_text)
        self.assertIn("does not want calls", preview.counts_html)
        called = rows.filtered(lambda row: not row.code)
        self.assertTrue(all(row.user_id and row.reason_text and row.date_planned for row in called))
        self._run(rule)
        self.assertEqual(
            {(call.partner_id, call.user_id, call.date_planned) for call in self._get_callbacks(rule)},
            {(row.partner_id, row.user_id, row.date_planned) for row in called},
        )
        self._preview(rule)
        self.assertFalse(preview.exists(), "a new preview takes the place of the old one")

    def test_preview_is_forgotten_after_a_day(self):
        """Previews hold customers: they do not stay."""
        self._create_people()
        preview = self._preview(self._create_periodic())
        with freeze_time(fields.Datetime.now() + timedelta(hours=25)):
            self.env["customer.callback.run"]._gc_previews()
        self.assertFalse(preview.exists())
        self.assertFalse(self.env["customer.callback.candidate"].search([("run_id", "=", preview.id)]))

    # Choice

    def test_sample_is_the_same_until_drawn_anew(self):
        """A sample depends on the seed alone: preview, run and later runs agree; a new seed makes another."""
        self._create_people(200)
        rule = self._create_periodic(selection="random", percent=25)
        rule.sudo().seed = "fixed"
        sample = self._get_rows(self._preview(rule), code=False).customer_id
        self.assertTrue(30 <= len(sample) <= 70, len(sample))
        self._run(rule)
        self.assertEqual(self._get_callbacks(rule).partner_id, sample)
        self.assertEqual(self._run(rule).count_new, 0)
        rule.with_user(self.admin).action_draw_anew()
        self.assertNotEqual(rule.seed, "fixed")
        self.assertTrue(rule.is_changed)
        self.assertNotEqual(self._get_rows(self._preview(rule), code="sample").customer_id, sample)
        everybody = self._create_periodic(selection="random", percent=100)
        self.assertEqual(self._run(everybody).count_new, 200)

    def test_choice_takes_the_right_ones_first(self):
        """With a maximum the order counts; who is left comes in a later run, never twice."""
        one, two, three = (self._create_people(name=name) for name in ("one", "two", "three"))
        grades = [self.env.ref(f"customer_care.customer_grade_{code}") for code in "ba"]
        for person, grade, satisfaction, city in ((one, grades[0], 9, "B"), (two, grades[1], 2, "C")):
            person.sudo().write({"care_grade_id": grade.id, "city": city})
            call = self._create_callback(partner_id=person.id, satisfaction=satisfaction)
            call.with_user(self.manager).action_done("reached")
        three.city = "A"
        self._reach(self._create_callback(partner_id=one.id), self._days_ago(3))
        self.env.cr.execute(
            "UPDATE customer_callback SET done_datetime = now() - interval '9 days' WHERE partner_id = %s",
            [one.id],
        )
        for selection, expected in (
            ("all", one + two + three),
            ("satisfaction", two + one + three),
            ("grade", two + one + three),
            ("region", three + one + two),
            ("contact", three + one + two),
        ):
            with self.subTest(selection=selection):
                rule = self._create_periodic(selection=selection, max_count=1)
                found = [self._run(rule) and self._get_callbacks(rule)[-1].partner_id.id for _n in range(3)]
                self.assertEqual(found, expected.ids)
                self.assertEqual(self._run(rule).count_new, 0)

    # Customers who change between planning and call

    def test_customer_deleted_archived_or_moved_between_search_and_making(self):
        """Whoever is no customer any more when the callbacks are made gets none."""
        deleted, archived, left = self._create_people(3)
        rule = self._create_periodic()
        with patch.object(customer_rule_run_mixin, "RUN_AT_ONCE", 0):
            run = self._run(rule)
        deleted.unlink()
        archived.active = False
        while run._work_once():
            pass
        self.assertEqual((run.state, self._get_callbacks(rule).partner_id), ("done", left))
        callback = self._get_callbacks(rule)
        left.unlink()
        self.assertFalse(callback.exists(), "a callback goes with its customer")

    def test_two_companies_keep_apart(self):
        """A rule of a company calls its customers and those of no company; a shared rule serves each in its own."""
        other = self.env["res.company"].create({"name": "Other"})
        other_user = self._create_user(
            "elsewhere", "customer_care.group_care_user", company_id=other.id, company_ids=[(6, 0, other.ids)]
        )
        theirs = self._create_people(name="Theirs", company_id=other.id, care_user_id=other_user.id)
        ours = self._create_people(name="Ours", company_id=self.company.id)
        free = self._create_people(name="Free")
        rule = self._create_periodic(company_id=self.company.id)
        self._run(rule)
        self.assertEqual(self._get_callbacks(rule).partner_id, ours | free)
        shared = self._create_periodic(company_id=False, assign_to="customer", team_id=False)
        run = self._run(shared)
        calls = {call.partner_id: call for call in self._get_callbacks(shared).sudo()}
        self.assertEqual(set(calls), set(theirs | ours | free))
        self.assertEqual((calls[theirs].company_id, calls[theirs].user_id), (other, other_user))
        self.assertEqual(calls[ours].company_id, self.company)
        self.assertEqual(run.count_unassigned, 2)
        with self.assertRaises(AccessError):
            self._create_periodic(company_id=other.id, team_id=False).with_user(
                self.supervisor
            ).action_plan_now()

    # Rights

    def test_rights_of_runs(self):
        """Supervisors plan, specialists do not; nobody writes runs or the fields that the program keeps."""
        self._create_people()
        rule = self._create_periodic()
        for user in (self.specialist, self.auditor, self.employee, self.portal):
            for method in ("action_preview", "action_plan_now"):
                with self.subTest(user=user.name, method=method), self.assertRaises(AccessError):
                    getattr(rule.with_user(user), method)()
        run = self._run(rule)
        for user in (self.supervisor, self.admin):
            with self.assertRaises(AccessError):
                run.with_user(user).write({"state": "running"})
            with self.assertRaises(AccessError):
                run.with_user(user).unlink()
            with self.assertRaises(AccessError):
                self.env["customer.callback.run"].with_user(user).create({"rule_id": rule.id})
            with self.assertRaises(AccessError):
                self.env["customer.callback.candidate"].with_user(user).create({"run_id": run.id})
        for name in ("is_changed", "date_last_run", "turns", "seed"):
            with self.subTest(field=name):
                with self.assertRaises(AccessError):
                    rule.with_user(self.admin).write({name: False})
                with self.assertRaises(AccessError):
                    self.env["customer.callback.rule"].with_user(self.admin).create({"name": "X", name: "x"})
        forged = (
            self.env["customer.callback.rule"].with_user(self.admin).with_context(default_is_changed=True)
        )
        self.assertFalse(forged.create({"name": "X"}).is_changed)
        self.assertEqual(
            self.env["customer.callback.run"].with_user(self.auditor).search([("id", "=", run.id)]), run
        )

    def test_rule_that_waits_is_not_run(self):
        """A rule by hand or of an event plans nothing by itself, an archived one nothing at all."""
        with self.assertRaisesRegex(UserError, "waits until something happens"):
            self._run(self._create_rule())
        rule = self._create_periodic(active=False)
        with self.assertRaisesRegex(UserError, "archived rule"):
            self._run(rule)
        self.assertTrue(self._preview(rule), "looking is allowed")
