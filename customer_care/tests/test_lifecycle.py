import doctest
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..models import customer_lifecycle_run
from ..tools import lifecycle, matrix
from .common import CareCommon

OPERATIONS = ("read", "write", "create", "unlink")


class LifecycleCommon(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stages = {
            code: cls.env.ref(f"customer_care.customer_lifecycle_stage_{code}")
            for code in "prospect new won_back growing active dormant lost".split()
        }
        cls.today = fields.Date.today()

    def _buy(self, partner, *days_ago, amount=100):
        self.env["customer.transaction"].create(
            [
                {"partner_id": partner.id, "date": self.today - timedelta(days=days), "amount": amount}
                for days in days_ago
            ]
        )

    def _apply(self, date=None):
        self.env.flush_all()
        return self.env["customer.lifecycle.run"]._apply(0, 2**31 - 1, date or self.today)

    def _get_changes(self, partner):
        return self.env["customer.lifecycle.change"].search([("partner_id", "=", partner.id)], order="id")


@tagged("post_install", "-at_install")
class TestLifecycle(LifecycleCommon):
    def test_examples_hold(self):
        """The examples of the modules are their specification."""
        for module in (lifecycle, matrix):
            result = doctest.testmod(module)
            self.assertGreater(result.attempted, 5)
            self.assertFalse(result.failed)

    def test_shipped_rules_put_customers_into_their_stages(self):
        """Each shipped stage gets whom its description says."""
        expected = {
            "prospect": (),
            "new": (30,),
            "growing": (10, 20, 400, 500),
            "active": (100, 400, 430),
            "dormant": (181, 400),
            "lost": (366,),
        }
        partners = {code: self._create_customer(code) for code in expected}
        for code, days in expected.items():
            self._buy(partners[code], *days)
        self._buy(partners["growing"], 15, 25)
        self._apply()
        for code, partner in partners.items():
            self.assertEqual(partner.care_lifecycle_stage_id, self.stages[code], code)
            self.assertEqual(partner.care_lifecycle_date, self.today)

    def test_won_back_is_only_for_those_who_were_away(self):
        """A dormant customer who buys again is won back, and growing after the third purchase."""
        away = self._create_customer("Away")
        present = self._create_customer("Present")
        self._buy(away, 500)
        self._buy(present, 500, 150)
        self._apply()
        self.assertEqual(away.care_lifecycle_stage_id, self.stages["lost"])
        self.assertEqual(present.care_lifecycle_stage_id, self.stages["active"])
        self._buy(away, 3)
        self._apply()
        self.assertEqual(away.care_lifecycle_stage_id, self.stages["won_back"])
        self._apply()
        self.assertEqual(away.care_lifecycle_stage_id, self.stages["won_back"], "stays")
        self._buy(away, 2, 1)
        self._apply()
        self.assertEqual(away.care_lifecycle_stage_id, self.stages["growing"])
        self.assertEqual(self._get_changes(away).mapped("to_stage_id.code"), ["lost", "won_back", "growing"])

    def test_applied_twice_changes_nothing(self):
        """A second application writes no customer, no history and no timeline."""
        self._buy(self.customer, 10)
        _seen, changed = self._apply()
        self.assertTrue(changed)
        before = self.env["customer.lifecycle.change"].search_count([])
        self.assertEqual(self._apply()[1], 0)
        self.assertEqual(self.env["customer.lifecycle.change"].search_count([]), before)

    def test_changes_are_in_the_history_and_the_timeline(self):
        """The first stage is in the history alone; each later change in the timeline too."""
        self._apply()
        self.assertNotIn("lifecycle_changed", self._get_kinds(self.customer))
        self._buy(self.customer, 10)
        self._apply()
        first, second = self._get_changes(self.customer)
        self.assertFalse(first.from_stage_id)
        self.assertEqual(second.from_stage_id, self.stages["prospect"])
        self.assertEqual(second.to_stage_id, self.stages["new"])
        self.assertEqual(second.source, "rule")
        self.assertEqual(self._get_kinds(self.customer).count("lifecycle_changed"), 1)
        event = self.env["customer.care.event"].search(
            [("partner_id", "=", self.customer.id), ("kind", "=", "lifecycle_changed")]
        )
        self.assertEqual(event.summary, "Prospect → New Customer")
        self.assertEqual(event.commercial_partner_id, self.customer)

    def test_contacts_show_the_stage_of_their_company(self):
        """Contacts have the company's stage, also those that come later, and no history of their own."""
        self._buy(self.contact, 10)
        self._apply()
        self.assertEqual(self.contact.care_lifecycle_stage_id, self.stages["new"])
        self.assertFalse(self._get_changes(self.contact))
        later = self._create_customer("Later", parent_id=self.customer.id)
        self.assertEqual(later.care_lifecycle_stage_id, self.stages["new"])

    def test_specialist_may_edit_a_contact_of_a_staged_company(self):
        """The guard stands in nobody's way who creates and moves contacts."""
        self._buy(self.customer, 10)
        self._apply()
        contact = (
            self.env["res.partner"]
            .with_user(self.specialist)
            .create({"name": "Eve", "parent_id": self.customer.id})
        )
        self.assertEqual(contact.care_lifecycle_stage_id, self.stages["new"])
        contact.write({"care_lifecycle_stage_id": self.stages["new"].id, "name": "Eva"})
        self.assertEqual(contact.name, "Eva")
        single = self._create_customer("Single")
        single.with_user(self.specialist).parent_id = self.customer
        self.assertEqual(single.care_lifecycle_stage_id, self.stages["new"])

    def test_nobody_forges_a_stage(self):
        """No role sets the stage by write, create or a default in the context."""
        for user in (self.specialist, self.admin):
            partners = self.env["res.partner"].with_user(user)
            with self.assertRaises(AccessError):
                self.customer.with_user(user).care_lifecycle_stage_id = self.stages["lost"]
            with self.assertRaises(AccessError):
                partners.create({"name": "Forged", "care_lifecycle_stage_id": self.stages["lost"].id})
            forged = partners.with_context(
                default_care_lifecycle_stage_id=self.stages["lost"].id, default_care_lifecycle_reason="x"
            ).create({"name": "Forged"})
            self.assertFalse(forged.care_lifecycle_stage_id)
            self.assertFalse(forged.care_lifecycle_reason)
            with self.assertRaises(AccessError):
                self.env["customer.lifecycle.change"].with_user(user).create(
                    {"partner_id": self.customer.id, "date": "2026-01-01 00:00:00", "source": "rule"}
                )
        copied = self.customer.copy()
        self.assertFalse(copied.care_lifecycle_stage_id)

    def test_history_is_append_only(self):
        """Not even the administrator changes or deletes a row of the history."""
        self._apply()
        change = self._get_changes(self.customer).with_user(self.admin)
        with self.assertRaises(AccessError):
            change.write({"reason": "x"})
        with self.assertRaises(AccessError):
            change.unlink()

    def test_users_companies_and_archived_customers_have_no_stage(self):
        """Neither our own people, nor our companies, nor archived customers are looked at."""
        archived = self._create_customer("Archived", active=False)
        self._apply()
        for partner in (self.specialist.partner_id, self.env.company.partner_id, archived):
            self.assertFalse(partner.care_lifecycle_stage_id, partner.name)
        self.assertTrue(self.portal.partner_id.care_lifecycle_stage_id)

    def test_no_stage_matches_leaves_the_customer_without(self):
        """Without a last stage for all, who matches nothing has no stage; the check says so."""
        self._buy(self.customer, 1000)
        self._apply()
        lost = self.stages["lost"]
        self.env["customer.lifecycle.condition"].create(
            {
                "stage_id": lost.id,
                "metric_id": self.env.ref("customer_care.customer_metric_recency_days").id,
                "operator": "<",
                "value": 900,
            }
        )
        self.assertIn("last stage", lost.problem)
        self._apply()
        self.assertFalse(self.customer.care_lifecycle_stage_id)
        self.assertFalse(self._get_changes(self.customer)[-1].to_stage_id)

    def test_no_stages_at_all_is_no_error(self):
        """With every stage archived, all customers lose their stage."""
        self._apply()
        self.env["customer.lifecycle.stage"].search([]).active = False
        self._apply()
        self.assertFalse(self.customer.care_lifecycle_stage_id)

    def test_filter_limits_a_stage(self):
        """A stage with a filter takes only customers that match it."""
        stage = self.env["customer.lifecycle.stage"].create(
            {"name": "Sunny", "code": "sunny", "sequence": 0, "partner_domain": "[('name', '=like', 'Sun%')]"}
        )
        sun = self._create_customer()
        self._apply()
        self.assertEqual(sun.care_lifecycle_stage_id, stage)
        self.assertEqual(self.customer.care_lifecycle_stage_id, self.stages["prospect"])

    def test_bad_filter_is_refused(self):
        """A filter that is no filter, or names no field, is refused with a sentence."""
        for domain in ("[('nonsense', '=', 1)]", "[(", "x", "[('name')]", "{}", "7"):
            with self.assertRaises(ValidationError, msg=domain):
                self.stages["new"].partner_domain = domain

    def test_check_finds_rules_that_never_match(self):
        """Contradictions, hidden stages and archived metrics are named; shipped rules have no problem."""
        self.assertFalse(self.env["customer.lifecycle.stage"]._get_problems())
        recency = self.env.ref("customer_care.customer_metric_recency_days")
        self.stages["dormant"].condition_ids = [
            Command.create({"metric_id": recency.id, "operator": ">", "value": 400})
        ]
        self.assertIn("contradict", self.stages["dormant"].problem)
        hidden = self.env["customer.lifecycle.stage"].create(
            {
                "name": "Fresh",
                "code": "fresh",
                "sequence": 55,
                "condition_ids": [Command.create({"metric_id": recency.id, "operator": "<", "value": 30})],
            }
        )
        self.assertIn("Active", hidden.problem)
        (self.stages["dormant"] + self.stages["lost"]).active = False
        self.assertIn("come from", self.stages["won_back"].problem)
        recency.active = False
        self.env.invalidate_all()
        self.assertIn("archived", self.stages["active"].problem)

    def test_used_stage_is_archived_not_deleted(self):
        """A stage in the history cannot be deleted."""
        self._apply()
        with self.assertRaises(UserError):
            self.stages["prospect"].unlink()

    def test_copy_of_a_stage_has_a_code_of_its_own(self):
        """Copies keep their conditions and differ by code."""
        copy = self.stages["active"].copy()
        self.assertNotEqual(copy.code, "active")
        self.assertEqual(len(copy.condition_ids), 1)


@tagged("post_install", "-at_install")
class TestLifecycleManual(LifecycleCommon):
    def _set(self, partner, user=None, stage="won_back", days=30, reason="They promised an order"):
        return (
            self.env["customer.lifecycle.set"]
            .with_user(user or self.specialist)
            .create(
                {
                    "partner_ids": [Command.set(partner.ids)],
                    "stage_id": self.stages[stage].id,
                    "reason": reason,
                    "date_until": self.today + timedelta(days=days),
                }
            )
            .action_apply()
        )

    def test_stage_set_by_hand_is_kept_up_to_its_last_day(self):
        """Rules leave it alone including the last day; then they decide again."""
        self._apply()
        self._set(self.contact)
        self.assertEqual(self.customer.care_lifecycle_stage_id, self.stages["won_back"])
        self.assertEqual(self.contact.care_lifecycle_stage_id, self.stages["won_back"])
        self._apply()
        self._apply(self.today + timedelta(days=30))
        self.assertEqual(self.customer.care_lifecycle_stage_id, self.stages["won_back"])
        self.assertTrue(self.customer.care_lifecycle_reason)
        self._apply(self.today + timedelta(days=31))
        self.assertEqual(self.customer.care_lifecycle_stage_id, self.stages["prospect"])
        self.assertFalse(self.customer.care_lifecycle_until or self.customer.care_lifecycle_reason)
        self.assertFalse(self.contact.care_lifecycle_until)
        self.assertEqual(self._get_changes(self.customer).mapped("source"), ["rule", "manual", "expired"])
        manual = self._get_changes(self.customer)[1]
        self.assertEqual(manual.user_id, self.specialist)
        self.assertEqual(manual.reason, "They promised an order")

    def test_expired_stage_that_the_rules_confirm_is_no_change(self):
        """When the rules give the same stage, only the end and the reason go."""
        self._apply()
        self._set(self.customer, stage="prospect", days=0)
        count = len(self._get_changes(self.customer))
        self._apply(self.today + timedelta(days=1))
        self.assertFalse(self.customer.care_lifecycle_until)
        self.assertEqual(len(self._get_changes(self.customer)), count)

    def test_bad_input_is_refused(self):
        """Past day, blank reason and no customer are refused with a sentence."""
        with self.assertRaises(UserError):
            self._set(self.customer, days=-1)
        with self.assertRaises(UserError):
            self._set(self.customer, reason="  ")
        with self.assertRaises(UserError):
            self._set(self.env["res.partner"])

    def test_only_who_may_write_the_customer_sets_his_stage(self):
        """Auditors, employees and portal users are refused."""
        for user in (self.auditor, self.employee, self.portal):
            with self.assertRaises(AccessError, msg=user.name):
                self._set(self.customer, user=user)
        for user in (self.auditor, self.portal):
            with self.assertRaises(AccessError, msg=user.name):
                self.customer.with_user(user).action_care_set_lifecycle()

    def test_selected_customers_are_taken_from_the_list(self):
        """From the list's action menu the dialog knows the customers, as their companies."""
        context = {"active_model": "res.partner", "active_ids": self.contact.ids}
        wizard = self.env["customer.lifecycle.set"].with_context(**context).new()
        self.assertEqual(wizard.partner_ids._origin, self.customer)


@tagged("post_install", "-at_install")
class TestLifecycleRun(LifecycleCommon):
    def setUp(self):
        super().setUp()
        self.cron = self.env.ref("customer_care.ir_cron_lifecycle")
        self.runs = self.env["customer.lifecycle.run"]

    def test_job_runs_in_slices_and_goes_on_after_a_break(self):
        """A job that stops after a slice goes on there; the result is that of one run."""
        self._buy(self.customer, 10)
        calls = []

        def interrupt(_self, processed=0, *, remaining=None, **_kwargs):
            calls.append(remaining)
            return 0 if processed else 1

        self.patch(customer_lifecycle_run, "SLICE", self.customer.id // 2 + 1)
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", interrupt):
            self.runs._cron_apply()
            run = self.runs.search([], limit=1)
            self.assertEqual(run.state, "running")
            self.assertFalse(self.customer.care_lifecycle_stage_id)
            self.assertTrue(0 < run.progress < 100)
            while run.state == "running":
                self.runs._cron_apply()
        self.assertEqual(self.runs.search([], limit=1), run)
        self.assertEqual(calls[-1], 0)
        self.assertEqual(self.customer.care_lifecycle_stage_id, self.stages["new"])
        self.assertEqual(run.progress, 100)

    def test_job_runs_as_cron(self):
        """The shipped job ends without a failure."""
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.assertEqual(self.runs.search([], limit=1).state, "done")
        self.assertFalse(self.cron.failure_count)

    def test_failing_figure_fails_the_run_readably_and_can_be_resumed(self):
        """What a figure says against being computed is the run's message; later it goes on."""
        message = "No rate of CHF."
        with (
            patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 1),
            patch.object(type(self.runs), "_apply", side_effect=UserError(message)),
        ):
            self.runs._cron_apply()
        run = self.runs.search([], limit=1)
        self.assertEqual((run.state, run.message), ("failed", message))
        with self.assertRaises(AccessError):
            run.with_user(self.manager).action_resume()
        run.action_resume()
        self.assertEqual(self.runs._start(), run)

    def test_preview_counts_what_the_application_moves(self):
        """The dialog's counts come true, and looking changes nothing."""
        self._buy(self.customer, 10)
        wizard = self.env["customer.lifecycle.apply"].with_user(self.admin).create({})
        self.assertFalse(self.customer.care_lifecycle_stage_id)
        moved = wizard.moved_count
        self.assertTrue(moved)
        self.assertIn("New Customer", wizard.matrix["head"])
        action = wizard.action_apply()
        run = self.runs.browse(action["res_id"])
        self.assertEqual(run.changed_count, moved)
        self.assertEqual(run.state, "done")
        self.assertEqual(self.env["customer.lifecycle.apply"].create({}).moved_count, 0)

    def test_queries_do_not_grow_with_customers(self):
        """A slice is one statement, however many customers move."""
        self.env["res.partner"].create([{"name": f"Many {number}"} for number in range(200)])
        self._apply()
        self.env["res.partner"].create([{"name": f"More {number}"} for number in range(200)])
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(25):
            _seen, changed = self._apply()
        self.assertEqual(changed, 200)

    def test_access(self):
        """Who may do what with the models of the life cycle; anything missing is refused."""
        allowed = {
            "customer.lifecycle.stage": {"specialist": "r", "manager": "r", "auditor": "r", "admin": "rwcu"},
            "customer.lifecycle.condition": {
                "specialist": "r",
                "manager": "r",
                "auditor": "r",
                "admin": "rwcu",
            },
            "customer.lifecycle.change": {"specialist": "r", "manager": "r", "auditor": "r", "admin": "r"},
            "customer.lifecycle.run": {"auditor": "r", "admin": "r"},
            "customer.lifecycle.set": {"specialist": "rwcu", "manager": "rwcu", "admin": "rwcu"},
            "customer.lifecycle.apply": {"admin": "rwcu"},
        }
        roles = "specialist manager admin auditor employee portal public".split()
        for model, by_role in allowed.items():
            for role in roles:
                for operation in OPERATIONS:
                    granted = self.env[model].with_user(getattr(self, role)).has_access(operation)
                    expected = operation[0] in by_role.get(role, "")
                    self.assertEqual(granted, expected, (model, role, operation))

    def test_history_of_another_company_is_hidden(self):
        """The history of a customer of another company is not read."""
        other = self.env["res.company"].create({"name": "Other"})
        self.customer.company_id = other
        self._apply()
        changes = self.env["customer.lifecycle.change"].with_user(self.manager)
        self.assertFalse(changes.search([("partner_id", "=", self.customer.id)]))
