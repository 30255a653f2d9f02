from collections import Counter
from datetime import datetime, time, timedelta

from odoo import Command
from odoo.tests import tagged

from .callback_rule_common import CallbackRuleCommon


@tagged("post_install", "-at_install")
class TestCallbackRuleWho(CallbackRuleCommon):
    """Who calls: by role, in turn, by load; who is absent, archived or no specialist does not."""

    def _count(self, rule):
        return Counter(call.user_id.login for call in self._get_callbacks(rule))

    def test_in_turn_goes_on_where_it_ended(self):
        """In turn each gets as many, over runs and events too, whatever they have at hand."""
        members = self.specialist | self.other_specialist | self.manager
        self.team.member_ids = [Command.set(members.ids)]
        for _n in range(5):
            self._create_callback()
        rule = self._create_periodic(assign_to="turn")
        order = []
        for _n in range(6):
            person = self._create_people()
            self._run(rule)
            order.append(self._get_callbacks(rule, partner_id=person.id).user_id.id)
        self.assertEqual(order, sorted(members.ids) * 2)
        self._create_people(9)
        self._run(rule)
        self.assertEqual(set(self._count(rule).values()), {5})
        event = self._create_rule(trigger="manual", assign_to="turn", team_id=self.team.id)
        users = [self._plan(self._create_people()).filtered(lambda c: c.rule_id == event).user_id.id for _n in range(4)]
        self.assertEqual(users, [*sorted(members.ids), min(members.ids)])

    def test_by_load_evens_out(self):
        """By load the one with fewer open callbacks gets more, until all have as many."""
        for _n in range(4):
            self._create_callback()
        self._create_people(10)
        rule = self._create_periodic(assign_to="load")
        self._run(rule)
        self.assertEqual(self._count(rule), {self.specialist.login: 3, self.other_specialist.login: 7})

    def test_by_role_person_leader_responsible(self):
        """The responsible of the customer, the leader, a certain person; where there is none, the team."""
        mine, orphan = self._create_people(care_user_id=self.manager.id), self._create_people()
        for assign_to, expected in (("customer", self.manager), ("leader", self.supervisor), ("user", self.admin)):
            with self.subTest(assign_to=assign_to):
                rule = self._create_periodic(assign_to=assign_to, caller_id=self.admin.id)
                self._run(rule)
                calls = {call.partner_id: call.user_id for call in self._get_callbacks(rule)}
                self.assertEqual(calls[mine], expected)
                self.assertIn(calls[orphan], self.team.member_ids if assign_to == "customer" else expected)

    def _be_away(self, user, days=1, deputy=None):
        if deputy:
            self.env["customer.approval.deputy"].create(
                {
                    "user_id": user.id,
                    "deputy_id": deputy.id,
                    "date_from": self.today,
                    "date_to": self.today + timedelta(days=days - 1),
                }
            )
            return
        resource = self.env["resource.resource"].create({"name": user.name, "user_id": user.id, "tz": "UTC"})
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Leave",
                "resource_id": resource.id,
                "date_from": datetime.combine(self.today, time(8)),
                "date_to": datetime.combine(self.today + timedelta(days=days - 1), time(17)),
            }
        )

    def test_absent_members_are_left_out_on_these_days_only(self):
        """A member on leave or with a deputy in force gets nothing for those days, and again afterwards."""
        for number, kind in enumerate(("leave", "deputy")):
            self._be_away(self.specialist, 3 + number, self.manager if kind == "deputy" else None)
            with self.subTest(kind=kind):
                for event, days in ((False, 0), (True, 0), (False, 10)):
                    people = self._create_people(4)
                    if event:
                        rule = self._create_rule(assign_to="load", team_id=self.team.id, delay_days=0)
                        calls = self._plan(people).filtered(lambda call, rule=rule: call.rule_id == rule)
                    else:
                        rule = self._create_periodic(assign_to="turn", delay_days=days)
                        self._run(rule)
                        calls = self._get_callbacks(rule)
                    expected = self.team.member_ids if days else self.other_specialist
                    self.assertEqual(calls.user_id, expected, (event, days))
                    people.write({"ref": "done"})
                    rule.active = False

    def test_deputy_stands_in_for_the_responsible(self):
        """The deputy of the responsible calls; a deputy who is away too, or no specialist, does not."""
        self._be_away(self.specialist, 2, self.manager)
        person = self._create_people(care_user_id=self.specialist.id)
        rule = self._create_periodic(assign_to="customer")
        self._run(rule)
        self.assertEqual(self._get_callbacks(rule).user_id, self.manager)
        self.assertEqual(self._plan_event(person).user_id, self.manager)
        self._be_away(self.manager)
        rule = self._create_periodic(assign_to="customer")
        self._run(rule)
        self.assertEqual(self._get_callbacks(rule).user_id, self.other_specialist)
        self.assertEqual(self._plan_event(person).user_id, self.other_specialist)

    def _plan_event(self, person):
        rule = self._create_rule(assign_to="customer", team_id=self.team.id, delay_days=0)
        calls = self._plan(person).filtered(lambda call: call.rule_id == rule)
        rule.active = False
        return calls

    def test_archived_and_demoted_callers_are_passed_over(self):
        """Whoever left or is no specialist any more gets no calls."""
        people = self._create_people(2)
        people[0].care_user_id = self.specialist
        people[1].care_user_id = self.employee
        self.specialist.active = False
        rule = self._create_periodic(assign_to="customer")
        self._run(rule)
        self.assertEqual(self._get_callbacks(rule).user_id, self.other_specialist)

    def test_nobody_left_then_the_leader_then_nobody_and_the_owner_is_told_once(self):
        """A team whose members are away leaves it to the leader; without him the callbacks are shown as nobody's."""
        self._create_people(2)
        self.team.member_ids = [Command.set(self.specialist.ids)]
        self._be_away(self.specialist)
        rule = self._create_periodic()
        self._run(rule)
        self.assertEqual(self._get_callbacks(rule).user_id, self.supervisor)
        self.team.user_id = False
        for _n in range(2):
            rule = self._create_periodic(name="Nobody") if not _n else rule
            self._create_people()
            run = self._run(rule)
        self.assertFalse(self._get_callbacks(rule).user_id)
        self.assertEqual(run.count_unassigned, 1)
        self.assertEqual(len(rule.activity_ids), 1)
        self.assertIn("Nobody planned 3 callbacks", rule.activity_ids.note)

    def test_team_of_the_customer_or_of_the_caller(self):
        """Without a team of the rule the customer's counts, else the caller's; of a team of another company none."""
        alien = self._create_team(name="Alien", company_id=self.env["res.company"].create({"name": "Far"}).id)
        one = self._create_people(care_team_id=self.team.id)
        two = self._create_people(care_user_id=self.specialist.id)
        three = self._create_people(care_team_id=alien.id)
        rule = self._create_periodic(assign_to="customer", team_id=False)
        self._run(rule)
        calls = {call.partner_id: call for call in self._get_callbacks(rule)}
        self.assertIn(calls[one].user_id, self.team.member_ids)
        self.assertEqual((calls[two].user_id, calls[two].team_id), (self.specialist, self.team))
        self.assertEqual((calls[three].user_id.id, calls[three].team_id.id), (False, False))
