from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.tests import tagged

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestCallbackRule(CareCommon):
    def test_plan_repeated_makes_none(self):
        """One callback for each rule, document and cause, however often it is called."""
        rules = self._create_rule() | self._create_rule(name="Second")
        partners = self.customer | self._create_customer("Rain")
        first = self._plan(partners)
        self.assertEqual(len(first), 4)
        self.assertEqual(first.rule_id, rules)
        self.assertFalse(self._plan(partners))
        self.assertEqual(len(self._plan(partners, cause="2")), 4)
        self.assertFalse(self._plan(partners.browse()))

    def test_plan_twin_worker_makes_none(self):
        """What another worker made in the meantime is left out by the unique index, the rest is made."""
        self._create_rule()
        partners = self.env["res.partner"].create([{"name": str(i)} for i in range(5)])
        made = self._plan(partners[2])
        Callback = self.env.registry["customer.callback"]
        search = Callback.search

        def blind_search(model, domain, *args, **kwargs):
            hides = any(leaf[0] == "key" for leaf in domain)
            return model.browse() if hides else search(model, domain, *args, **kwargs)

        with patch.object(Callback, "search", blind_search):
            new = self._plan(partners)
        self.assertEqual(new.partner_id, partners - partners[2])
        self.assertTrue(made.exists())
        self.assertEqual(self.env["customer.callback"].search_count([("partner_id", "in", partners.ids)]), 5)

    def test_plan_many_is_set_based(self):
        """Five hundred records cost hardly more queries than one."""
        self._create_rule()
        self._plan(self._create_customer())
        partners = self.env["res.partner"].create([{"name": str(i)} for i in range(500)])
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(45):
            self.assertEqual(len(self._plan(partners)), 500)
            self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(15):
            self.assertFalse(self._plan(partners))

    @freeze_time("2026-03-06 10:00:00")  # a Friday
    def test_plan_date_counts_working_days(self):
        """One working day after Friday is Monday; calendar days do not care; the team's hours come first."""
        self.company.care_calendar_id = self._create_calendar()
        team = self._create_team(calendar_id=self._create_calendar(days="56").id)
        for vals, expected in (
            ({"delay_days": 1}, "2026-03-09"),
            ({"delay_days": 0}, "2026-03-06"),
            ({"delay_days": 6}, "2026-03-16"),
            ({"delay_days": 1, "is_working_days": False}, "2026-03-07"),
            ({"delay_days": 3, "team_id": team.id}, "2026-03-14"),
            ({"delay_days": 200}, "2026-12-11"),
        ):
            with self.subTest(vals=vals):
                rule = self._create_rule(**vals)
                callback = self._plan(self.customer).filtered(lambda c, rule=rule: c.rule_id == rule)
                self.assertEqual(callback.date_planned, fields.Date.to_date(expected))

    @freeze_time("2026-03-06 18:00:00")
    def test_plan_date_is_local(self):
        """At 18:00 UTC on Friday it is Saturday in Shanghai; without hours every day counts."""
        self.company.care_calendar_id = self._create_calendar(days="", tz="Asia/Shanghai")
        self._create_rule(delay_days=1)
        self.assertEqual(self._plan(self.customer).date_planned, fields.Date.to_date("2026-03-08"))

    def test_plan_assigns_the_responsible(self):
        """The specialist of the customer calls, if he works here."""
        self._create_rule()
        self.customer.care_user_id = self.specialist
        self.assertEqual(self._plan(self.contact).user_id, self.specialist)
        self.customer.care_user_id = self.employee
        self.assertFalse(self._plan(self.contact, "2").user_id)
        self.specialist.active = False
        self.customer.care_user_id = self.specialist
        self.assertFalse(self._plan(self.contact, "3").user_id)

    def test_plan_assigns_members_in_turn_by_load(self):
        """Who has the fewest open callbacks comes first."""
        members = self.specialist | self.other_specialist
        team = self._create_team(member_ids=[fields.Command.set(members.ids)], user_id=self.supervisor.id)
        self._create_rule(team_id=team.id)
        for _i in range(2):
            self._create_callback()
        partners = self.env["res.partner"].create([{"name": str(i)} for i in range(4)])
        users = self._plan(partners).mapped("user_id.id")
        callbacks = self.env["customer.callback"].search([("partner_id", "in", partners.ids)])
        self.assertEqual(len(callbacks.filtered(lambda c: c.user_id == self.other_specialist)), 3)
        self.assertEqual(set(users), set(members.ids))
        self.assertEqual(callbacks.team_id, team)

    def test_plan_assigns_the_leader(self):
        """A rule may give all to the leader; a team without members has only him."""
        team = self._create_team(
            user_id=self.supervisor.id, member_ids=[fields.Command.set(self.specialist.ids)]
        )
        self.customer.write({"care_team_id": team.id, "care_user_id": self.specialist.id})
        self._create_rule(assign_to="leader")
        self.assertEqual(self._plan(self.customer).user_id, self.supervisor)

    def test_plan_do_not_call_makes_none_and_says_so_once(self):
        """A customer who wants no calls gets none; the timeline says it, once."""
        self._create_rule()
        self.customer.care_do_not_call = True
        other = self._create_customer("Rain")
        for _i in range(2):
            self._plan(self.customer | other)
        self.assertEqual(self._get_kinds(self.customer), ["do_not_call_set", "callback_blocked"])
        self.assertEqual(self._get_kinds(other), ["callback_planned"])

    def test_plan_archived_or_other_trigger_makes_none(self):
        """Only active rules of the trigger plan."""
        self._create_rule(active=False)
        self.assertFalse(self._plan(self.customer))
        self._create_rule()
        self.assertFalse(self.env["customer.callback.rule"]._plan("no_such_trigger", self.customer))

    def test_plan_company_rules_stay_in_their_company(self):
        """A rule serves its company; one without a company serves all."""
        other = self.env["res.company"].create({"name": "Other"})
        theirs, shared = self._create_rule(company_id=other.id), self._create_rule(company_id=False)
        partner = self._create_customer(company_id=other.id)
        self.assertEqual(self._plan(self.customer).rule_id, shared)
        callbacks = self._plan(partner)
        self.assertEqual(callbacks.rule_id, theirs | shared)
        self.assertEqual(callbacks.company_id, other)

    def test_plan_as_portal_user_works(self):
        """Planning is a deed of the program, whoever caused it."""
        self._create_rule()
        model = self.env["customer.callback.rule"].with_user(self.portal)
        self.assertEqual(len(model._plan("manual", self.customer.with_user(self.portal))), 1)

    def test_rule_counter_and_button(self):
        """The rule shows its callbacks."""
        rule = self._create_rule()
        self._plan(self.customer)
        self.assertEqual((rule | self._create_rule()).mapped("callback_count"), [1, 0])
        self.assertEqual(rule.action_open_callbacks()["domain"], [("rule_id", "=", rule.id)])
