from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .callback_rule_common import CallbackRuleCommon


@tagged("post_install", "-at_install")
class TestCallbackRuleChange(CallbackRuleCommon):
    """What becomes of planned callbacks when the rule or the customers change."""

    def _touch(self, callback):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_callback SET write_date = create_date + interval '1 minute' WHERE id = %s", [callback.id]
        )
        self.env.invalidate_all()

    def test_changed_rule_moves_untouched_future_callbacks_only(self):
        """Another window moves what nobody touched; touched ones, those of today and finished ones stay."""
        people = self._create_people(3)
        rule = self._create_periodic(delay_days=5)
        self._run(rule)
        self.assertFalse(rule.is_changed)
        untouched, touched, done = self._get_callbacks(rule)
        self._touch(touched)
        done.with_user(self.manager).action_done("reached", note="Yes")
        rule.with_user(self.admin).write({"delay_days": 9, "priority": "1"})
        self.assertTrue(rule.is_changed)
        self.assertEqual(rule.untouched_count, 1)
        preview = self._preview(rule)
        self.assertEqual((preview.count_due, preview.count_new), (1, 0))
        self.assertTrue(rule.is_changed, "a preview changes nothing")
        run = self._run(rule)
        self.assertEqual((run.count_moved, run.count_new, run.count_cancelled), (1, 0, 0))
        days = [(call.date_planned - self.today).days for call in (untouched, touched, done)]
        self.assertEqual((days, untouched.priority, touched.priority), ([9, 5, 5], "1", "0"))
        self.assertFalse(rule.is_changed)
        self.assertEqual(self._get_kinds(people[0]), ["callback_planned"])
        rule.with_user(self.admin).write({"delay_days": 3})
        self.assertEqual(self._run(rule).count_moved, 1, "a moved callback is still untouched")

    def test_changed_filter_cancels_who_no_longer_matches(self):
        """Whom the new filter leaves out is cancelled, and comes again when the filter lets him."""
        one, two = self._create_people(2)
        two.city = "Elsewhere"
        rule = self._create_periodic(delay_days=5)
        self._run(rule)
        domain = rule.partner_domain
        rule.partner_domain = f"[('city', '=', False), {domain[1:-1]}]"
        run = self._run(rule)
        self.assertEqual((run.count_moved, run.count_cancelled), (1, 1))
        gone = self._get_callbacks(rule, partner_id=two.id)
        self.assertEqual((gone.state, gone.key), ("cancelled", False))
        self.assertIn("no longer due", gone.cancel_reason)
        rule.partner_domain = domain
        self._run(rule)
        self.assertEqual(self._get_callbacks(rule, partner_id=two.id).mapped("state"), ["cancelled", "planned"])
        self.assertEqual(len(self._get_callbacks(rule, partner_id=one.id)), 1)

    def test_callback_of_today_stays_when_the_rule_changes(self):
        """Somebody may have it on the desk."""
        self._create_people()
        rule = self._create_periodic()
        self._run(rule)
        rule.delay_days = 7
        self._run(rule)
        self.assertEqual(self._get_callbacks(rule).date_planned, self.today)

    def test_only_decisive_changes_count(self):
        """A new script, or a form saved as it was, plans nothing anew."""
        rule = self._create_periodic()
        rule.write({"script": "<p>New</p>", "sequence": 3, "delay_days": 0, "team_id": self.team.id, "grade_ids": []})
        self.assertFalse(rule.is_changed)
        rule.grade_ids = self.env.ref("customer_care.customer_grade_a")
        self.assertTrue(rule.is_changed)

    def test_maximum_does_not_take_back_what_earlier_runs_made(self):
        """Each run makes at most so many; a change of the rule moves those of all runs."""
        self._create_people(5)
        rule = self._create_periodic(delay_days=5, max_count=2)
        for _n in range(2):
            self._run(rule)
        rule.delay_days = 6
        run = self._run(rule)
        self.assertEqual((run.count_moved, run.count_new, run.count_cancelled), (4, 1, 0))

    def test_archived_rule_offers_to_cancel(self):
        """Archiving leaves the callbacks; a button cancels those of the future that nobody touched."""
        people = self._create_people(3)
        rule = self._create_periodic(delay_days=5)
        self._run(rule)
        self._touch(self._get_callbacks(rule)[0])
        rule.with_user(self.admin).action_archive()
        self.assertEqual((rule.untouched_count, set(self._get_callbacks(rule).mapped("state"))), (2, {"planned"}))
        rule.with_user(self.admin).action_cancel_untouched()
        self.assertEqual(
            self._get_callbacks(rule).mapped("state"), ["planned", "cancelled", "cancelled"]
        )
        self.assertEqual(self._get_kinds(people[1]), ["callback_planned", "callback_cancelled"])
        with self.assertRaisesRegex(UserError, "no future callback"):
            rule.with_user(self.admin).action_cancel_untouched()
        rule.action_unarchive()
        self.assertEqual(self._run(rule).count_new, 2)

    def test_merged_customers_are_called_once(self):
        """Of two planned for one cause one stays; what the rule has done for one of them is done for both."""
        for touched in (0, 1):
            keep, double = self._create_people(2)
            rule = self._create_periodic(delay_days=5)
            self._run(rule)
            calls = self._get_callbacks(rule)
            self._touch(calls[touched])
            self._merge(double, keep)
            self.assertEqual(calls[touched].state, "planned")
            self.assertEqual(calls[1 - touched].state, "cancelled")
            self.assertEqual(calls[touched].key, f"{rule.id}:res.partner,{keep.id}:0")
            self.assertEqual(self._run(rule).counts, {"planned": 1})
            keep.ref = "done"

    def test_merged_customer_called_before_is_not_called_again(self):
        """The key of a finished callback moves to the customer who stays."""
        keep, double = self._create_people(2)
        keep.ref = "not yet"
        rule = self._create_periodic()
        self._run(rule)
        self._get_callbacks(rule).with_user(self.manager).action_done("reached", note="Yes")
        self._merge(double, keep)
        keep.ref = double.ref if double.exists() else "TEST-CALLBACK-RULE"
        self.assertEqual(self._run(rule).counts, {"done": 1})

    def test_merged_customers_with_two_causes_keep_one_call(self):
        """Two planned callbacks of a rule for other causes: the next run keeps one."""
        keep, double = self._create_people(2)
        rule = self._create_periodic("purchase", purchase_of="last", month_from=0, month_to=5)
        self._buy(keep, self._days_ago(3))
        self._buy(double, self._days_ago(2))
        self._run(rule)
        calls = self._get_callbacks(rule)
        self._merge(double, keep)
        self.assertEqual(calls.mapped("state"), ["planned", "planned"])
        self._run(rule)
        self.assertEqual(sorted(calls.mapped("state")), ["cancelled", "planned"])
        self.assertEqual(len(self._get_callbacks(rule, state="planned")), 1)

    def _merge(self, source, target):
        self.env["base.partner.merge.automatic.wizard"]._merge((source | target).ids, target)
        self.env.invalidate_all()

    def test_rule_says_what_it_does_and_lacks(self):
        """One sentence says the rule; what makes it useless is said before somebody relies on it."""
        rule = self._create_periodic(
            "purchase", month_from=4, month_to=6, is_yearly=True, selection="random", percent=12.5, max_count=50
        )
        for part in ("4 to 6 months after their first purchase", "each year", "sample of 12.5 %", "At most 50", "Test team"):
            self.assertIn(part, rule.sentence)
        self.assertFalse(rule.warning)
        rule.write({"script": False, "team_id": False})
        self.assertIn("no script", rule.warning)
        self.assertIn("no team", rule.warning)
        empty = self._create_team(name="Empty", member_ids=[(6, 0, self.employee.ids)])
        rule.team_id = empty
        self.assertIn("Nobody in the team can call", rule.warning)
        rule.write({"assign_to": "user", "caller_id": self.employee.id})
        self.assertIn("person named cannot call", rule.warning)
        for trigger in ("frequency", "dormant", "filter", "manual", "delivered", "plan_closed"):
            rule.trigger = trigger
            self.assertTrue(rule.sentence, trigger)

    def test_rule_is_duplicated_and_edited_in_its_form(self):
        """A copy says that it is one, has its own seed and history; the form opens for each trigger."""
        rule = self._create_periodic()
        self._run(rule)
        copy = rule.with_user(self.admin).copy()
        self.assertEqual((copy.name, copy.run_count, copy.date_last_run), ("Test rule (copy)", 0, False))
        self.assertNotEqual(copy.seed, rule.seed)
        with Form(copy.with_user(self.admin)) as form:
            for trigger in ("purchase", "filter", "frequency", "dormant"):
                form.trigger = trigger
        self.assertTrue(copy.is_changed)

    def test_shipped_rules_call_nobody_until_switched_on(self):
        """A database that is upgraded finds them archived."""
        for name in ("months_4", "months_10", "yearly", "frequency", "dormant", "delivered", "plan_closed"):
            self.assertFalse(self.env.ref(f"customer_care.customer_callback_rule_{name}").active, name)

    def test_future_window_is_planned_ahead(self):
        """A window that opens within the days ahead is planned on its first day."""
        person = self._create_people()
        self._buy(person, self._days_ago(0))
        rule = self._create_periodic("purchase", month_from=1, month_to=2, horizon_days=40)
        self._run(rule)
        self.assertTrue(self.today + timedelta(days=27) < self._get_callbacks(rule).date_planned)
