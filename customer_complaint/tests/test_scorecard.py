import doctest
from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from ..tools import scorecard as formulas
from .common import ComplaintCommon

MARCH = date(2026, 3, 1)


class ScorecardCommon(ComplaintCommon):
    """A policy of one working day for the response and two for the solution."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_policy(response=(8, "working_hours"), resolution=(16, "working_hours"))
        cls.Card = cls.env["customer.complaint.scorecard"]
        cls.env.company.partner_id.tz = "UTC"
        cls.env.company.care_card_minimum = 1

    def _solve(self, user, start, end, **vals):
        """Create a complaint of ``user`` on the ``start``-th of March, 9 o'clock, solved at ``end`` (day, hour)."""
        with self._at(start):
            complaint = self._create_complaint(user_id=user.id, **vals)
            self.flush_tracking()
        with self._at(*end):
            complaint._set_informed(datetime(2026, 3, *end))
            self._move(complaint, self.stage_resolved)
            self.flush_tracking()
        return complaint

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()

    def _rate(self, complaint, rating):
        self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("customer.complaint"),
                "res_id": complaint.id,
                "rating": rating,
                "consumed": True,
            }
        )

    def _compute(self, month=MARCH, day=10):
        with self._at(day):
            self.Card._compute_month(self.env.company, month)
        return self.Card.search([("company_id", "=", self.env.company.id), ("month", "=", month)])


@tagged("post_install", "-at_install")
class TestScorecard(ScorecardCommon):
    def test_formulas(self):
        self.assertFalse(doctest.testmod(formulas).failed)

    def test_by_hand(self):
        """All figures of two people as reckoned by hand."""
        # within the limits: response and solution after 4 of 8 and 4 of 16 hours
        good = self._solve(self.handler, 2, (2, 13), severity="major")
        # too late: response after 24 of 8 hours, solution after 24 of 16
        late = self._solve(self.handler, 2, (5, 9), severity="minor")
        self._solve(self.other_handler, 2, (2, 13), severity="general")
        self._rate(good, 5)
        self._rate(late, 2)
        late.sudo().reopen_count = 1
        card, other = (
            self._compute().filtered(lambda card, user=user: card.user_id == user)
            for user in (self.handler, self.other_handler)
        )
        self.assertRecordValues(
            card,
            [
                {
                    "case_count": 2,
                    "volume": 9,
                    "response_hours": 14,
                    "solution_hours": 14,
                    "response_share": 1.75,  # of 0.5 and 3
                    "solution_share": 0.875,  # of 0.25 and 1.5
                    "limit_count": 4,
                    "limit_met": 2,
                    "answer_count": 2,
                    "satisfaction": 70,
                    "first_count": 1,
                    "points_speed": 31.25,  # of 0 and 62.5
                    "points_limit": 50,
                    "points_satisfaction": 70,
                    "points_volume": 50 * 9 / 5.5,
                    "points_first": 50,
                    "missing": "",
                    "rank": 2,
                    "rank_count": 2,
                }
            ],
        )
        total = 0.2 * 31.25 + 0.25 * 50 + 0.25 * 70 + 0.15 * 50 * 9 / 5.5 + 0.15 * 50
        self.assertAlmostEqual(card.total, total, 4)
        # 0.2 * 100 + 0.25 * 100 + 0.15 * 50 * 2 / 5.5 + 0.15 * 100, of 75
        self.assertEqual(other.missing, "satisfaction")
        self.assertAlmostEqual(other.total, (60 + 0.15 * 100 / 5.5) / 0.75, 4)
        self.assertAlmostEqual(card.team_total, (card.total + other.total) / 2, 4)
        self.assertEqual(card.action_open_late()["domain"], [("id", "in", late.ids)])
        self.assertEqual(card.action_open_again()["domain"], [("id", "in", late.ids)])
        self.assertEqual(set(card.action_open_rated()["domain"][0][2]), set((good | late).ids))
        self.assertIn("2 of 4 time limits kept", card.explanation)

    def test_credit_to_who_held_longest(self):
        """Neither the first nor the last counts, but who held it longest."""
        with self._at(2):
            complaint = self._create_complaint(user_id=self.handler.id)
            self.flush_tracking()
        for day, user in ((3, self.other_handler), (5, self.manager)):
            with self._at(day):
                complaint.user_id = user
                self.flush_tracking()
        with self._at(6):
            self._move(complaint, self.stage_resolved)
            self.flush_tracking()
        self.assertEqual(self._compute().user_id, self.other_handler)
        # what happens after the solution changes nothing
        with self._at(9):
            complaint.user_id = self.handler
            self.flush_tracking()
        self.assertEqual(self._compute().user_id, self.other_handler)

    def test_month_in_zone(self):
        """The month ends with the day of the company."""
        self.env.company.partner_id.tz = "Asia/Shanghai"
        self._solve(self.handler, 2, (31, 15))
        self._solve(self.other_handler, 2, (31, 17))
        self.assertEqual(self._compute().user_id, self.handler)
        self.assertEqual(self._compute(date(2026, 4, 1)).user_id, self.other_handler)

    def test_small_numbers(self):
        """Below the minimum there is neither total nor rank, and no cases make no card."""
        self.env.company.care_card_minimum = 2
        self._solve(self.handler, 2, (2, 13))
        card = self._compute()
        self.assertRecordValues(card, [{"is_small": True, "has_total": False, "total": 0, "rank": 0}])
        self.assertFalse(self._compute(date(2026, 2, 1)))

    def test_what_counts(self):
        """Praise and what was cancelled do not count, confidential ones do, without being shown."""
        self._solve(self.handler, 2, (2, 13), kind="praise")
        cancelled = self._solve(self.handler, 2, (2, 13))
        cancelled.write({"stage_id": self.stage_cancelled.id})
        hidden = self._solve(
            self.handler, 2, (2, 13), is_confidential=True, accused_ids=[(4, self.supervisor.id)]
        )
        card = self._compute()
        self.assertEqual(card.case_count, 1)
        domain = card.with_user(self.supervisor).action_open_cases()["domain"]
        self.assertEqual(domain[0][2], hidden.ids)
        self.assertFalse(self.env["customer.complaint"].with_user(self.supervisor).search(domain))
        with self.assertRaises(AccessError):
            card.with_user(self.supervisor).read(["cases"])

    def test_recompute(self):
        """The same again gives the same; a card without cases goes; a confirmed one stays."""
        complaint = self._solve(self.handler, 2, (2, 13))
        card = self._compute()
        self.assertEqual(self._compute(), card)
        self._solve(self.other_handler, 2, (2, 13))
        with self._at(1, month=4):
            card.with_user(self.supervisor).action_confirm()
        complaint.sudo()._write_dates({"resolved_datetime": datetime(2026, 4, 1)})
        cards = self._compute()
        self.assertEqual(cards.user_id, self.handler | self.other_handler)
        self.assertEqual(card.case_count, 1)
        with self.assertRaises(UserError):
            card.with_user(self.supervisor).action_recompute()
        with self.assertRaises(AccessError):
            card.with_user(self.supervisor).action_reopen()
        card.with_user(self.manager).action_reopen()
        self.assertEqual(self._compute().user_id, self.other_handler)

    def test_confirm_needs_end(self):
        self._solve(self.handler, 2, (2, 13))
        card = self._compute().with_user(self.supervisor)
        with self._at(31), self.assertRaises(UserError):
            card.action_confirm()

    def test_who_left(self):
        """Who left has a card of the time before."""
        self._solve(self.handler, 2, (2, 13))
        self.handler.active = False
        self.assertEqual(self._compute().user_id, self.handler)

    def test_two_companies(self):
        """Cards of one company count the complaints of that company."""
        other = self.env["res.company"].create({"name": "Other"})
        self._solve(self.handler, 2, (2, 13))
        with self._at(10):
            self.Card._compute_month(other, MARCH)
        self.assertFalse(self.Card.search([("company_id", "=", other.id)]))

    def test_roles(self):
        """A person sees his own, the leader the team's, managers and auditors all; nobody writes."""
        self._solve(self.handler, 2, (2, 13))
        self._solve(self.other_handler, 2, (2, 13))
        self._solve(self.supervisor, 2, (2, 13))
        cards = self._compute()
        for user, seen in (
            (self.handler, self.handler),
            (self.other_handler, self.other_handler),
            (self.supervisor, self.handler | self.supervisor),
            (self.manager, cards.user_id),
            (self.director, cards.user_id),
            (self.auditor, cards.user_id),
        ):
            mine = self.Card.with_user(user)
            self.assertEqual(mine.search([("id", "in", cards.ids)]).user_id.ids, seen.ids, user.login)
            groups = mine._read_group([("id", "in", cards.ids)], ["user_id"], ["total:avg"])
            self.assertEqual({one.id for one, _total in groups}, set(seen.ids), user.login)
            hidden = (cards - cards.filtered(lambda card, seen=seen: card.user_id in seen)).with_user(user)
            if hidden:
                for call in (hidden.export_data, hidden.read):
                    with self.assertRaises(UserError):
                        call(["total"])
                for action in ("action_open_cases", "action_open_remark"):
                    with self.assertRaises(AccessError):
                        getattr(hidden[:1], action)()
            for operation in ("write", "create", "unlink"):
                self.assertFalse(mine.has_access(operation), (user.login, operation))
        for user in (self.employee, self.portal, self.env.ref("base.public_user")):
            self.assertFalse(self.Card.with_user(user).has_access("read"))
        with self.assertRaises(AccessError):
            self.Card.with_user(self.handler).action_compute()
        own = cards.filtered(lambda card: card.user_id == self.supervisor).with_user(self.supervisor)
        for action in ("action_confirm", "action_recompute", "action_propose"):
            with self.assertRaises(AccessError):
                getattr(own, action)()

    def test_objection(self):
        """The person objects in time, the judge answers, both stay."""
        self._solve(self.handler, 2, (2, 13))
        card = self._compute()
        own, judge = card.with_user(self.handler), card.with_user(self.supervisor)
        with self.assertRaises(UserError):
            own._add_remark("Not yet confirmed")
        with self._at(1, month=4):
            judge.action_confirm()
            self.assertEqual(card.objection_until, date(2026, 4, 15))
            with self.assertRaises(UserError):
                judge._add_remark("Nothing to answer")
            with self.assertRaises(UserError):
                own._add_remark(" ")
        with self._at(15, month=4):
            own._add_remark("I was ill")
        self.assertEqual(card.objection_state, "open")
        self.assertEqual(card.activity_ids.user_id, self.supervisor)
        judge._add_remark("Considered")
        self.assertEqual(card.remark_ids.mapped("kind"), ["objection", "answer"])
        self.assertEqual(card.objection_state, "answered")
        with self._at(16, month=4), self.assertRaises(UserError):
            own._add_remark("Too late")
        with self.assertRaises(AccessError):
            card.remark_ids.with_user(self.handler).write({"text": "a"})

    def test_reward(self):
        """A proposal by the band, decided by a manager only, seen by the person once approved."""
        self._solve(self.handler, 2, (2, 13))
        card = self._compute().with_user(self.supervisor)
        with self.assertRaises(UserError):
            card.action_propose()
        with self._at(1, month=4):
            card.action_confirm()
        reward = self.env["customer.complaint.reward"].browse(card.action_propose()["res_id"])
        self.assertEqual(card.action_propose()["res_id"], reward.id)
        self.assertEqual(reward.kind, "reward")
        reward.with_user(self.supervisor).action_request_approval()
        self.assertEqual(reward.approval_state, "pending")
        with self.assertRaises(AccessError):
            reward.with_user(self.supervisor).action_approve()
        self.assertFalse(reward.with_user(self.handler).has_access("read"))
        with self.assertRaises(UserError):
            card.with_user(self.manager).action_reopen()
        reward.with_user(self.manager).action_approve()
        self.assertEqual(reward.approval_state, "approved")
        self.assertTrue(reward.with_user(self.handler).has_access("read"))
        self.assertFalse(reward.with_user(self.handler).has_access("write"))

    def test_reward_never_by_itself(self):
        """Without a rule nobody approves, and nothing is approved."""
        self.env.ref("customer_complaint.customer_approval_rule_reward_manager").active = False
        self._solve(self.handler, 2, (2, 13))
        card = self._compute().with_user(self.supervisor)
        with self._at(1, month=4):
            card.action_confirm()
        reward = (
            self.env["customer.complaint.reward"]
            .with_user(self.supervisor)
            .browse(card.action_propose()["res_id"])
        )
        with self.assertRaises(UserError):
            reward.action_request_approval()
        self.assertEqual(reward.approval_state, "draft")

    def test_weights(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.company.care_weight_speed = 21
            self.env.flush_all()

    def test_report(self):
        """The sheet of one card holds its figures."""
        self._solve(self.handler, 2, (2, 13))
        card = self._compute()
        page, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "customer_complaint.customer_complaint_scorecard_document", card.ids
        )
        self.assertIn(b"2 of 2 time limits kept", page)
