from datetime import datetime, timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from psycopg2.errors import CheckViolation

from .common import ComplaintCommon


class AssignCommon(ComplaintCommon):
    """A team of three members that gives out by load."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ada, cls.bo, cls.cy = (
            cls._create_user(f"{name}_t", "customer_complaint.group_complaint_user")
            for name in ("ada", "bo", "cy")
        )
        cls.members = cls.ada | cls.bo | cls.cy
        cls.team.write({"member_ids": [Command.set(cls.members.ids)], "assign_method": "load"})

    def _receive(self, count=1, **vals):
        """Create complaints as they come by mail."""
        return self.env["customer.complaint"].create(
            [self._prepare_complaint(**{"channel": "mail", **vals}) for _index in range(count)]
        )

    def _get_counts(self, complaints):
        return sorted(
            len(complaints.filtered(lambda complaint, user=user: complaint.user_id == user))
            for user in self.members
        )

    def _send_away(self, user, deputy=None):
        """Let a user be away today, with a deputy or on leave."""
        today = fields.Date.context_today(self.env.user)
        if deputy:
            self.env["customer.approval.deputy"].create(
                {"user_id": user.id, "deputy_id": deputy.id, "date_from": today, "date_to": today}
            )
            return
        resource = self.env["resource.resource"].create({"name": user.name, "user_id": user.id})
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": resource.id,
                "date_from": datetime.combine(today - timedelta(days=1), datetime.min.time()),
                "date_to": datetime.combine(today + timedelta(days=2), datetime.min.time()),
                "time_type": "leave",
            }
        )


@tagged("post_install", "-at_install")
class TestAssign(AssignCommon):
    def test_by_hand_as_before(self):
        """A team that says nothing gives nothing out."""
        self.team.assign_method = "hand"
        complaint = self._receive()
        self.assertRecordValues(complaint, [{"user_id": False, "handler_reason": False}])
        self.assertEqual(self._create_team(name="New").assign_method, "hand")

    def test_load_fills_up_from_below(self):
        """Who has least gets first, and the reason is shown."""
        self._receive(4, user_id=self.ada.id)
        complaints = self._receive(4)
        self.assertEqual(self._get_counts(complaints), [0, 2, 2])
        self.assertFalse(complaints.filtered(lambda complaint: complaint.user_id == self.ada))
        self.assertEqual(set(complaints.mapped("handler_reason")), {"load"})

    def test_closed_complaints_are_no_load(self):
        """Only open complaints count."""
        self._receive(6, user_id=self.ada.id).write({"stage_id": self.stage_resolved.id})
        self.assertEqual(self._get_counts(self._receive(3)), [1, 1, 1])

    def test_turn_goes_round(self):
        """In turn means each as often, over several batches, whatever else they have."""
        self.team.assign_method = "turn"
        self._receive(5, user_id=self.ada.id)
        complaints = self._receive() + self._receive() + self._receive() + self._receive(3)
        self.assertEqual(self._get_counts(complaints), [2, 2, 2])
        self.assertEqual(set(complaints.mapped("handler_reason")), {"turn"})

    def test_turns_are_drawn_once(self):
        """No number is given to two workers, as a sequence does not wait for the end of a transaction."""
        first = self.team._draw_turns(3)
        self.assertEqual(len({*first, *self.team._draw_turns(3)}), 6)

    def test_limit(self):
        """Nobody gets more than the most; the rest waits and the leader is told once."""
        for method in ("load", "turn"):
            self.team.write({"assign_method": method, "max_open": 2})
            self._receive(1, user_id=self.ada.id)
            complaints = self._receive(7)
            self.assertEqual(self._get_counts(complaints), [1, 2, 2], method)
            waiting = complaints.filtered(lambda complaint: not complaint.user_id)
            self.assertEqual(set(waiting.mapped("handler_reason")), {"nobody"})
            self.env["customer.complaint"].search([("user_id", "in", self.members.ids)]).write(
                {"stage_id": self.stage_resolved.id}
            )
            (complaints - waiting).activity_ids.unlink()
            told = waiting.activity_ids.filtered(lambda one: one.user_id == self.supervisor)
            self.assertEqual(len(told), 1, method)
            waiting.write({"stage_id": self.stage_resolved.id})
            told.unlink()

    def test_negative_limit_is_refused(self):
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.team.max_open = -1
            self.env.flush_all()

    def test_team_without_members(self):
        """The complaint waits, the leader has one to-do for all."""
        self.team.member_ids = False
        complaints = self._receive(2) + self._receive()
        self.assertFalse(complaints.user_id)
        self.assertEqual(complaints.activity_ids.user_id, self.supervisor)
        self.assertEqual(len(complaints.activity_ids), 1)
        self.team.user_id = False
        self.assertFalse(self._receive().activity_ids)

    def test_absent_people_are_passed_over(self):
        """Leave, a deputy, an archived user and one without rights get nothing."""
        self._send_away(self.ada)
        self._send_away(self.bo, deputy=self.handler)
        stranger = self._create_user("stranger_t", "base.group_user")
        self.team.member_ids = [Command.link(stranger.id)]
        self.assertEqual(self._receive(3).user_id, self.cy)
        self.cy.active = False
        self.assertEqual(self._receive().handler_reason, "nobody")

    def test_member_of_another_company_is_passed_over(self):
        """Who may not work in the company of the complaint does not get it."""
        company = self.env["res.company"].create({"name": "Second"})
        other = new_test_user(
            self.env,
            "second_t",
            groups="customer_complaint.group_complaint_user",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.team.member_ids = [Command.set([other.id])]
        self.assertFalse(self._receive().user_id)
        team = self._create_team(
            company_id=company.id, member_ids=[Command.link(other.id)], assign_method="turn"
        )
        self.assertEqual(
            self._receive(team_id=team.id, company_id=company.id, partner_id=False).user_id, other
        )

    def test_named_handler_stays(self):
        """Who is named at registration, also as a default, is not overruled."""
        complaint = self._receive(user_id=self.handler.id)
        self.assertRecordValues(complaint, [{"user_id": self.handler.id, "handler_reason": "hand"}])
        model = self.env["customer.complaint"].with_context(default_user_id=self.handler.id)
        self.assertEqual(model.create(self._prepare_complaint(channel="mail")).user_id, self.handler)

    def test_registered_by_staff_only_if_wanted(self):
        """On the phone nobody is chosen unless the team says so."""
        self.assertFalse(self._receive(channel="phone").user_id)
        self.team.assign_registered = True
        self.assertTrue(self._receive(channel="phone").user_id)

    def test_another_team_gives_out(self):
        """A complaint that comes to another team gets a handler there, unless its handler is a member."""
        other = self._create_team(
            name="Other", member_ids=[Command.link(self.handler.id)], assign_method="turn"
        )
        complaints = self._receive(2, user_id=self.ada.id)
        complaints[1].user_id = self.handler
        complaints.write({"team_id": other.id})
        self.assertEqual(complaints.user_id, self.handler)
        self.assertEqual(complaints.mapped("handler_reason"), ["turn", "hand"])

    def test_a_chosen_team_is_kept(self):
        """A rule brings new complaints to a team, not those that somebody moved to another one."""
        other = self._create_team(
            name="Other", member_ids=[Command.link(self.handler.id)], assign_method="turn"
        )
        self.env["customer.complaint.assign.rule"].create({"name": "Rule", "team_id": self.team.id})
        complaint = self._receive(user_id=self.ada.id)
        complaint.team_id = other
        self.assertRecordValues(complaint, [{"team_id": other.id, "user_id": self.handler.id}])

    def test_batch_is_divided_in_one_go(self):
        """500 new complaints are given out fairly, with as many queries as a few."""
        self._receive(2)

        def count(number):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            complaints = self._receive(number)
            self.env.flush_all()
            return complaints, self.env.cr.sql_log_count - before

        _few, few = count(30)
        many, queries = count(500)
        spread = self._get_counts(many)
        self.assertEqual(sum(spread), 500)
        self.assertLessEqual(spread[2] - spread[0], 2)
        # following each user costs what core needs; nothing grows with the complaints but INSERTs in pages
        self.assertLessEqual(queries, few * 30)

    def test_forged(self):
        """Nobody writes who took it first or why, nor by a default of the context."""
        complaint = self._receive(user_id=self.ada.id).with_user(self.ada)
        for name, value in (
            ("handler_reason", "turn"),
            ("assign_rule_id", False),
            ("receiver_id", self.bo.id),
            ("handover_user_id", self.bo.id),
            ("is_manager_joined", True),
        ):
            with self.subTest(name=name), self.assertRaises(AccessError):
                complaint.write({name: value})
            with self.subTest(name=name), self.assertRaises(AccessError):
                complaint.create({"name": "x", name: value})
            forged = complaint.with_context(**{f"default_{name}": value}).create({"name": "x"})
            self.assertNotIn(forged.sudo().receiver_id, self.bo)
            self.assertFalse(forged.sudo().handover_user_id)
            self.assertFalse(forged.sudo().is_manager_joined)


@tagged("post_install", "-at_install")
class TestAssignRule(AssignCommon):
    def _create_rule(self, **vals):
        return self.env["customer.complaint.assign.rule"].create({"name": "Rule", "sequence": 1, **vals})

    def test_conditions(self):
        """Each condition alone decides; the person of the rule gets what fits."""
        country = self.env.ref("base.cn")
        state = country.state_ids[:1]
        grade = self.env["customer.grade"].search([], limit=1)
        parent = self.env["customer.complaint.category"].create({"name": "Parent"})
        category = self.env["customer.complaint.category"].create({"name": "Child", "parent_id": parent.id})
        fitting = self.env["res.partner"].create(
            {"name": "Fits", "country_id": country.id, "state_id": state.id, "lang": "en_US"}
        )
        fitting.sudo().care_grade_id = grade
        other = self.env["res.partner"].create({"name": "Other"})
        other.lang = False
        for condition, vals, wrong in (
            ({"category_ids": [Command.link(parent.id)]}, {"category_id": category.id}, {}),
            ({"severity": "major"}, {"severity": "major"}, {"severity": "minor"}),
            ({"channel": "web"}, {"channel": "web"}, {"channel": "portal"}),
            (
                {"country_ids": [Command.link(country.id)]},
                {"partner_id": fitting.id},
                {"partner_id": other.id},
            ),
            ({"state_ids": [Command.link(state.id)]}, {"partner_id": fitting.id}, {"partner_id": False}),
            ({"grade_ids": [Command.link(grade.id)]}, {"partner_id": fitting.id}, {"partner_id": other.id}),
            (
                {"lang_ids": [Command.link(self.env.ref("base.lang_en").id)]},
                {"partner_id": fitting.id},
                {"partner_id": other.id},
            ),
            ({"team_ids": [Command.link(self.team.id)]}, {}, {"team_id": False}),
        ):
            with self.subTest(condition=condition):
                rule = self._create_rule(user_id=self.handler.id, **condition)
                self.assertRecordValues(
                    self._receive(**vals),
                    [{"user_id": self.handler.id, "handler_reason": "rule", "assign_rule_id": rule.id}],
                )
                self.assertNotEqual(self._receive(**wrong).user_id, self.handler)
                rule.unlink()

    def test_first_rule_wins(self):
        """By sequence; archived rules are not asked."""
        first = self._create_rule(user_id=self.handler.id)
        self._create_rule(user_id=self.other_handler.id, sequence=2)
        self.assertEqual(self._receive().user_id, self.handler)
        first.active = False
        self.assertEqual(self._receive().user_id, self.other_handler)

    def test_rule_of_a_team(self):
        """The team of the rule takes it and gives it out by its own setting; its first stage is used."""
        target = self._create_team(
            name="Target", member_ids=[Command.link(self.handler.id)], assign_method="turn"
        )
        stage = self.env["customer.complaint.stage"].create(
            {"name": "Begin", "team_ids": [Command.link(target.id)], "sequence": 0}
        )
        self._create_rule(team_id=target.id)
        complaint = self._receive()
        self.assertRecordValues(
            complaint, [{"team_id": target.id, "user_id": self.handler.id, "stage_id": stage.id}]
        )
        target.assign_method = "hand"
        self.assertRecordValues(self._receive(), [{"team_id": target.id, "user_id": False}])

    def test_deputy_stands_in(self):
        """Who is absent is stood in for; without a deputy the team decides."""
        self._create_rule(user_id=self.handler.id)
        self._send_away(self.handler, deputy=self.other_handler)
        self.assertEqual(self._receive().user_id, self.other_handler)
        self._send_away(self.other_handler)
        self.assertIn(self._receive().user_id, self.members)

    def test_absent_person_in_a_team_by_hand(self):
        """Nobody is found and the leader is told, instead of silence."""
        self.team.assign_method = "hand"
        self._create_rule(user_id=self.handler.id)
        self._send_away(self.handler)
        complaint = self._receive()
        self.assertEqual(complaint.handler_reason, "nobody")
        self.assertEqual(complaint.activity_ids.user_id, self.supervisor)

    def test_rule_of_another_company(self):
        """A rule of one company, or to a team of another company, is not asked."""
        company = self.env["res.company"].create({"name": "Second"})
        self._create_rule(user_id=self.handler.id, company_id=company.id)
        target = self._create_team(company_id=company.id, user_id=False)
        self._create_rule(team_id=target.id, company_id=company.id)
        complaint = self._receive()
        self.assertEqual(complaint.team_id, self.team)
        self.assertIn(complaint.user_id, self.members)

    def test_used_is_not_deleted(self):
        """A rule for one team or category must not become one for all."""
        category = self.env["customer.complaint.category"].create({"name": "Noise"})
        team = self._create_team(name="Pumps")
        self._create_rule(
            user_id=self.handler.id,
            category_ids=[Command.link(category.id)],
            team_ids=[Command.link(team.id)],
        )
        for record in (category, team):
            with self.assertRaises(UserError):
                record.unlink()

    def test_rule_needs_somebody(self):
        with self.assertRaisesRegex(ValidationError, "which team"):
            self._create_rule()
        with self.assertRaisesRegex(ValidationError, "employees"):
            self._create_rule(user_id=self.portal.id)
        company = self.env["res.company"].create({"name": "Second"})
        with self.assertRaisesRegex(ValidationError, "another company"):
            self._create_rule(team_id=self.team.id, company_id=company.id)

    def test_rights(self):
        """Managers and administrators write rules and departments, others read or see nothing."""
        rule = self._create_rule(user_id=self.handler.id)
        department = self.env["customer.complaint.department"].create({"name": "Quality"})
        for record in (rule, department):
            for user, read, write in (
                (self.handler, True, False),
                (self.supervisor, True, False),
                (self.manager, True, True),
                (self.director, True, False),
                (self.auditor, True, False),
                (self.employee, False, False),
                (self.portal, False, False),
            ):
                with self.subTest(model=record._name, user=user.login):
                    self.assertEqual(record.with_user(user).has_access("read"), read)
                    for operation in ("write", "create", "unlink"):
                        self.assertEqual(record.with_user(user).has_access(operation), write)


@tagged("post_install", "-at_install")
class TestAssignDialog(AssignCommon):
    def _assign(self, complaints, user, **vals):
        action = complaints.with_user(user).action_open_assign()
        wizard = self.env[action["res_model"]].with_user(user).with_context(**action["context"]).create(vals)
        return wizard.action_confirm()

    def test_person(self):
        complaints = self._receive(3, user_id=self.ada.id)
        self._assign(complaints, self.supervisor, method="person", user_id=self.bo.id)
        self.assertEqual(complaints.user_id, self.bo)
        self.assertEqual(set(complaints.mapped("handler_reason")), {"hand"})
        with self.assertRaisesRegex(UserError, "who gets"):
            self._assign(complaints, self.supervisor, method="person")

    def test_methods(self):
        """The dialog gives out whatever the team's own setting is."""
        self.team.assign_method = "hand"
        for method in ("turn", "load"):
            complaints = self._receive(3)
            self._assign(complaints, self.supervisor, method=method)
            self.assertEqual(self._get_counts(complaints), [1, 1, 1], method)
        complaints = self._receive(2)
        self._assign(complaints, self.supervisor, method="team")
        self.assertFalse(complaints.user_id)
        self.team.member_ids = False
        result = self._assign(complaints, self.supervisor, method="turn")
        self.assertIn("Nobody was free for 2", result["params"]["message"])

    def test_form_offers_handlers_of_the_company(self):
        complaint = self._receive()
        context = complaint.with_user(self.supervisor).action_open_assign()["context"]
        form = Form(self.env["customer.complaint.assign"].with_user(self.supervisor).with_context(**context))
        self.assertIn(self.handler, form.candidate_ids[:])
        self.assertNotIn(self.employee, form.candidate_ids[:])

    def test_rights(self):
        """Whoever may not write a complaint gives it to nobody."""
        complaint = self._receive(user_id=self.ada.id)
        for user in (self.handler, self.director, self.auditor, self.employee, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                complaint.with_user(user).action_open_assign()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                wizard = self.env["customer.complaint.assign"].with_user(user)
                wizard.create({"complaint_ids": complaint.ids, "method": "turn"}).action_confirm()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                complaint.with_user(user).action_return_to_team()

    def test_return_to_team(self):
        """The handler gives it back; the leader is told."""
        complaint = self._receive(user_id=self.ada.id)
        complaint.with_user(self.ada).action_return_to_team()
        self.assertFalse(complaint.user_id)
        self.assertEqual(complaint.activity_ids.user_id, self.supervisor)
        self.assertIn("Given back", str(complaint.message_ids[:1].body))

    def test_who_leaves(self):
        """Open complaints go to the leader, without a leader to nobody; done ones keep their handler."""
        teamless = self._receive(user_id=self.ada.id, team_id=False)
        led = self._receive(2, user_id=self.ada.id)
        done = self._receive(user_id=self.ada.id)
        done.stage_id = self.stage_resolved
        self.ada.active = False
        self.assertEqual(led.user_id, self.supervisor)
        self.assertEqual(set(led.mapped("handler_reason")), {"leader"})
        self.assertEqual(len(led.activity_ids.filtered(lambda one: one.user_id == self.supervisor)), 1)
        self.assertFalse(teamless.user_id)
        self.assertEqual(done.user_id, self.ada)
