from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..models.customer_survey_loop import GUARDED_FIELDS
from .common import ROLES, SurveyKit

NOW = datetime(2026, 3, 4, 9, 0)  # a Wednesday


@tagged("post_install", "-at_install")
class TestLoop(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.leader = new_test_user(cls.env, "survey_leader", groups=ROLES["supervisor"])
        cls.team = cls.env["customer.care.team"].create({"name": "North", "user_id": cls.leader.id})
        cls.customer.care_team_id = cls.team
        cls.specialist = cls.users["specialist"]
        cls.number = 0

    def _get_loop(self, answer):
        return self.env["customer.survey.loop"].search([("user_input_id", "=", answer.id)])

    def _low(self, **values):
        """Return the follow-up of a new low answer."""
        type(self).number += 1
        answer = self._send(cause=f"low{self.number}")
        self._answer(answer, **(values or {"csat": 1, "comment": "Bad"}))
        return self._get_loop(answer)

    def _close(self, loops, user=None, **vals):
        loops = loops.with_user(user or self.specialist)
        context = loops.action_close()["context"]
        wizard = (
            self.env["customer.survey.loop.close"].with_user(user or self.specialist).with_context(**context)
        )
        return wizard.create(vals).action_confirm()

    # Beginning

    def test_low_answer_is_followed_up(self):
        """Who, about what, until when, by which call: at once with the answer."""
        calendar = self.env["resource.calendar"].create(
            {
                "name": "8 hours",
                "tz": "UTC",
                "attendance_ids": [
                    Command.create({"name": "D", "dayofweek": str(day), "hour_from": 8, "hour_to": 16})
                    for day in range(5)
                ],
            }
        )
        self.team.calendar_id = calendar
        with patch.object(fields.Datetime, "now", lambda: NOW):
            loop = self._low()
        self.assertRecordValues(
            loop,
            [
                {
                    "kind": "low",
                    "state": "open",
                    "partner_id": self.contact.id,
                    "commercial_partner_id": self.customer.id,
                    "user_id": self.specialist.id,
                    "team_id": self.team.id,
                    "value": 0,
                    "comment": "Bad",
                    "rule_id": self.rule.id,
                    "res_model": "res.partner",
                    "res_id": self.contact.id,
                    # 24 working hours: the rest of Wednesday, Thursday, Friday and an hour of Monday
                    "date_deadline": datetime(2026, 3, 9, 9, 0),
                }
            ],
        )
        self.assertEqual(loop.callback_id, self._get_callbacks())

    def test_limit_itself_is_low(self):
        """At the limit of the rule, not above."""
        self.rule.low_score = 50
        self.assertFalse(self._low(nps=6))
        self.assertTrue(self._low(nps=5))

    def test_aspects_alone_call_nobody(self):
        """Who is satisfied on the whole is not called for one aspect; where the whole was not asked, he is."""
        self.nps.care_aspect_id = self.env.ref("customer_survey.customer_survey_aspect_price")
        self.assertFalse(self._low(csat=9, nps=1))
        self.csat.care_aspect_id = self.env.ref("customer_survey.customer_survey_aspect_quality")
        self.assertTrue(self._low(csat=9, nps=1))

    def test_once_for_each_answer(self):
        """Done twice is followed up once; two workers at once are stopped by the index."""
        loop = self._low()
        loop.user_input_id._mark_done()
        loop.user_input_id.sudo()._care_follow_up()
        self.assertEqual(self._get_loop(loop.user_input_id), loop)
        vals = {"user_input_id": loop.user_input_id.id, "kind": "low"}
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env["customer.survey.loop"].sudo().create(vals).flush_recordset()

    def test_rule_without_follow_up(self):
        """The option off leaves the callback alone, as before."""
        self.rule.is_followed = False
        answer = self._send(cause="off")
        self._answer(answer, csat=1)
        self.assertFalse(self._get_loop(answer))
        self.assertTrue(self._get_callbacks())

    def test_planned_call_is_taken(self):
        """A call that is planned anyway in time is taken for the answer; a later one is not."""
        vals = {"subject": "Hello", "partner_id": self.customer.id, "user_id": self.leader.id}
        call = self.env["customer.callback"].create({**vals, "date_planned": fields.Date.today()})
        loop = self._low()
        self.assertEqual((loop.callback_id, loop.user_id), (call, self.leader))
        self.assertFalse(self._get_callbacks())
        call.date_planned = fields.Date.today() + timedelta(days=60)
        self.assertEqual(self._low().callback_id, self._get_callbacks())

    def test_second_low_answer_makes_no_second_call(self):
        """Two low answers in one day: two follow-ups, one call that shows both."""
        loops = self._low() | self._low(csat=2, comment="Worse")
        self.assertEqual(len(loops.callback_id), 1)
        html = loops.callback_id.with_user(self.specialist).survey_answer_html
        self.assertIn("Bad", html)
        self.assertIn("Worse", html)

    def test_nobody_to_call(self):
        """A customer who must not be called is followed up all the same, by the responsible person, who is told."""
        answer = self._send(cause="dnc")
        self.contact.care_do_not_call = True
        self._answer(answer, csat=1)
        loop = self._get_loop(answer)
        self.assertEqual((loop.user_id, loop.callback_id.id), (self.specialist, False))
        self.assertIn(self.specialist.partner_id, self._get_notices(loop.display_name))

    def _get_notices(self, text):
        messages = self.env["mail.message"].search(
            [("subject", "ilike", text), ("message_type", "=", "user_notification")]
        )
        return messages.partner_ids

    def test_responsible_person(self):
        """The deputy of who is absent, the leader of who has left, else nobody."""
        self.env["customer.callback.rule"].search([]).active = False
        deputy = new_test_user(self.env, "survey_deputy", groups=ROLES["specialist"])
        absence = self.env["customer.approval.deputy"].create(
            {
                "user_id": self.specialist.id,
                "deputy_id": deputy.id,
                "date_from": fields.Date.today(),
                "date_to": fields.Date.today() + timedelta(days=9),
            }
        )
        self.assertEqual(self._low().user_id, deputy)
        absence.unlink()
        self.specialist.active = False
        self.assertEqual(self._low().user_id, self.leader)
        self.team.user_id = False
        self.assertFalse(self._low().user_id)

    def test_archived_team_and_user(self):
        """A team that was archived and people who left stop nothing."""
        self.team.active = False
        self.assertEqual(self._low().state, "open")

    def test_two_companies(self):
        """A follow-up belongs to the company that asked; others do not see it."""
        other = self.env["res.company"].create({"name": "Other"})
        loop = self._low()
        stranger = new_test_user(
            self.env,
            "survey_other",
            groups=ROLES["manager"],
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.assertEqual(loop.company_id, self.company)
        self.assertFalse(loop.with_user(stranger).search([("id", "=", loop.id)]))
        with self.assertRaises(AccessError):
            loop.with_user(stranger).action_in_contact()

    def test_crash_loses_nothing(self):
        """What fails while following up takes the scores back, so that a repetition counts the answer."""
        answer = self._send(cause="crash")
        loops = type(self.env["customer.survey.loop"])
        with (
            patch.object(loops, "_prepare_open_vals", side_effect=RuntimeError),
            self.assertRaises(RuntimeError),
            self.env.cr.savepoint(),
        ):
            self._answer(answer, csat=1)
        self.env.invalidate_all()
        self.assertFalse(answer.care_score_ids or self._get_callbacks())
        self._answer(answer, csat=1)
        self.assertEqual((len(answer.care_score_ids), len(self._get_loop(answer))), (1, 1))

    # Ending

    def test_call_that_solves_closes(self):
        """The note of the call is what the customer was told; a solved problem closes."""
        loop = self._low()
        loop.callback_id.with_user(self.specialist).action_done(
            "reached", satisfaction=8, problem_solved="yes", note="We replaced it"
        )
        self.assertRecordValues(
            loop,
            [
                {
                    "state": "closed",
                    "outcome": "solved",
                    "told": "We replaced it",
                    "told_channel": "phone",
                    "told_by_id": self.specialist.id,
                    "is_in_time": True,
                }
            ],
        )
        self.assertTrue(self._get_events("survey_followed"))

    def test_call_that_leaves_it_open(self):
        """Reached without a solution: in contact, the outcome is missing. Not reached: as before."""
        loop = self._low()
        loop.callback_id.with_user(self.specialist).action_done("reached", note="Comes on Monday")
        self.assertRecordValues(loop, [{"state": "contact", "told": "Comes on Monday", "outcome": False}])
        loop = self._low()
        loop.callback_id.with_user(self.specialist).action_done("refused")
        self.assertEqual(loop.state, "open")

    def test_closing_needs_outcome_and_words(self):
        """No outcome, a wrong one, or nothing told: refused. Unreachable needs no words."""
        loop = self._low()
        with self.assertRaises(UserError):
            self._close(loop)
        with self.assertRaisesRegex(UserError, "told"):
            self._close(loop, low_outcome="solved")
        with self.assertRaisesRegex(UserError, "outcome"):
            loop.with_user(self.specialist)._close("referred")
        self._close(loop, low_outcome="solved", told="Done", told_channel="visit")
        self.assertRecordValues(
            loop,
            [
                {
                    "state": "closed",
                    "outcome": "solved",
                    "told_channel": "visit",
                    "closed_by_id": self.specialist.id,
                }
            ],
        )
        with self.assertRaisesRegex(UserError, "done already"):
            self._close(loop, low_outcome="explained", told="Again")
        self._close(self._low(), low_outcome="unreachable")

    def test_several_at_once(self):
        """Several are assigned and closed in one go; what is dismissed cancels its call."""
        loops = self._low() | self._low()
        loops.with_user(self.leader).action_assign_to_me()
        self.assertEqual(loops.user_id, self.leader)
        self._close(loops, user=self.leader, low_outcome="explained", told="Letter to both")
        self.assertEqual(loops.mapped("state"), ["closed", "closed"])
        loop = self._low(csat=2)
        context = loop.with_user(self.leader).action_dismiss()["context"]
        wizard = self.env["customer.survey.loop.close"].with_user(self.leader).with_context(**context)
        with self.assertRaises(UserError):
            wizard.create({"reason": " "}).action_confirm()
        wizard.create({"reason": "A joke"}).action_confirm()
        self.assertRecordValues(
            loop, [{"state": "dismissed", "dismiss_reason": "A joke", "closed_by_id": self.leader.id}]
        )

    def test_mail_is_what_was_told(self):
        """A mail to the customer stands as the answer; a note among colleagues does not."""
        loop = self._low().with_user(self.specialist)
        loop.message_post(body="Among us", subtype_xmlid="mail.mt_note")
        self.assertFalse(loop.told)
        action = loop.action_answer()["context"]
        self.assertTrue(action["default_template_id"])
        loop.message_post(
            body="We are sorry",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.contact.ids,
        )
        self.assertRecordValues(loop, [{"state": "contact", "told": "We are sorry", "told_channel": "mail"}])

    def test_reopen(self):
        """A supervisor takes up again what was closed too early."""
        loop = self._low()
        with self.assertRaises(UserError):
            loop.with_user(self.leader).action_reopen()
        self._close(loop, low_outcome="solved", told="Done")
        with self.assertRaises(AccessError):
            loop.with_user(self.specialist).action_reopen()
        loop.with_user(self.leader).action_reopen()
        self.assertRecordValues(loop, [{"state": "contact", "outcome": False, "closed_datetime": False}])

    # Recommendations

    def _promote(self, **vals):
        self.rule.write(vals)
        return self._low(nps=10, csat=10)

    def test_nobody_is_thanked_unless_the_rule_says_so(self):
        """Without option a recommendation is a score and nothing else."""
        self.assertFalse(self._low(nps=10))

    def test_thanks_once(self):
        """Who recommends us is thanked by one mail, in his language, and not at all against his will."""
        template = self.env.ref("customer_survey.mail_template_loop_thanks")
        loop = self._promote(thanks_template_id=template.id)
        mails = self.env["mail.mail"].search([("model", "=", loop._name), ("res_id", "=", loop.id)])
        self.assertEqual((len(mails), mails.recipient_ids), (1, self.contact))
        self.assertRecordValues(loop, [{"kind": "promoter", "state": "dismissed"}])
        self.assertTrue(loop.thanked_datetime)
        loop._thank()
        self.assertEqual(
            len(self.env["mail.mail"].search([("model", "=", loop._name), ("res_id", "=", loop.id)])), 1
        )
        answer = self._send(cause="quiet")
        self.contact.care_do_not_call = True
        self._answer(answer, nps=10)
        self.assertFalse(self._get_loop(answer).thanked_datetime)

    def test_low_beside_a_recommendation(self):
        """Who recommends us and is not satisfied is called, not thanked."""
        self.rule.write({"is_referral_asked": True})
        self.assertEqual(self._low(nps=10, csat=1).mapped("kind"), ["low"])

    def test_broken_template_costs_no_answer(self):
        """A thank-you that cannot be written is logged; the answer counts."""
        template = self.env.ref("customer_survey.mail_template_loop_thanks").copy()
        template.body_html = '<t t-out="object.nothing"/>'
        with mute_logger("odoo.addons.customer_survey.models.customer_survey_loop_thank"):
            loop = self._promote(thanks_template_id=template.id)
        self.assertFalse(loop.thanked_datetime)
        self.assertEqual(len(loop.user_input_id.care_score_ids), 2)

    def test_referral(self):
        """The call asks whom else we could serve; who was named is noted on the new customer."""
        self.env.ref("customer_survey.customer_callback_rule_promoter").active = True
        loop = self._promote(is_referral_asked=True)
        self.assertEqual((loop.state, loop.callback_id.rule_id.trigger), ("open", "survey_promoter"))
        with self.assertRaisesRegex(UserError, "named"):
            self._close(loop, promoter_outcome="referred")
        new = self._create_partner("Globex", is_company=True)
        self._close(loop, promoter_outcome="referred", referral_name="Mr Wu", referral_partner_id=new.id)
        self.assertRecordValues(loop, [{"outcome": "referred", "referral_name": "Mr Wu", "state": "closed"}])
        self.assertEqual(new.care_referrer_id, self.customer)
        other = self._promote(is_referral_asked=True)
        self._close(other, promoter_outcome="not_referred")
        groups = loop._read_group([("id", "in", (loop | other).ids)], ["kind"], ["referral_count:sum"])
        self.assertEqual(groups, [("promoter", 1)])

    # Reminders and figures

    def _expire(self, loop, **delta):
        loop.sudo().date_deadline = fields.Datetime.now() - timedelta(**delta)

    def test_reminder_and_escalation(self):
        """On the last day the responsible person is reminded, after it the leader told: each once, in one message."""
        late, later = self._low(), self._low()
        self._expire(late, hours=1)
        self._expire(later, hours=-24 * 9)
        with self.enter_registry_test_mode():
            self.env.ref("customer_survey.ir_cron_remind_loops").method_direct_trigger()
        self.env.invalidate_all()
        self.assertTrue(late.reminded_datetime and late.escalated_datetime)
        self.assertFalse(later.reminded_datetime or later.escalated_datetime)
        self.assertEqual(self._get_notices("survey answers wait for you"), self.specialist.partner_id)
        self.assertEqual(self._get_notices("survey answers of your team"), self.leader.partner_id)
        self.assertFalse(late._find_due() or late._find_late())

    def test_reminder_of_who_has_left(self):
        """The leader is reminded of what belongs to nobody or to somebody who left; without a leader nothing fails."""
        loop = self._low()
        self._expire(loop, hours=1)
        loop.sudo().user_id = False
        self.assertEqual(loop._find_due(), [(self.leader, loop)])
        self.team.user_id = False
        self.assertEqual((loop._find_due(), loop._find_late()), ([], []))

    def test_closed_loop_rate(self):
        """Closed in time of what was due; what is in time and open, or dismissed, does not count."""
        loops = [self._low() for _number in range(5)]
        self._close(loops[0], low_outcome="solved", told="x")
        self._close(loops[1], low_outcome="solved", told="x")
        self._expire(loops[1], hours=5)
        self._expire(loops[2], hours=5)
        loops[3].sudo()._dismiss("A joke")
        union = self.env["customer.survey.loop"].union(*loops)
        groups = union._read_group([("id", "in", union.ids)], ["team_id"], ["closed_rate:avg", "__count"])
        self.assertEqual(len(groups), 1)
        self.assertAlmostEqual(groups[0][1], 100 / 3)
        self.assertEqual(union.search([("id", "in", union.ids), ("is_late", "=", True)]), loops[2])
        self.assertEqual(union.search([("id", "in", union.ids), ("is_in_time", "=", True)]), loops[0])
        self.assertEqual(union.fields_get(["closed_rate"])["closed_rate"]["aggregator"], "avg")
        empty = union._read_group([("id", "=", loops[4].id)], [], ["closed_rate:avg"])
        self.assertFalse(empty[0][0])

    # Rights

    def test_roles(self):
        """All of the care read; a specialist handles the own and free ones, a supervisor all, others nothing."""
        loop = self._low()
        for role in ("specialist", "supervisor", "manager", "admin", "auditor"):
            self.assertEqual(loop.with_user(self.users[role]).search([("id", "=", loop.id)]), loop, role)
        for role in ("employee", "survey_manager", "portal", "public"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                loop.with_user(self.users[role]).read(["value"])
        stranger = new_test_user(self.env, "survey_stranger", groups=ROLES["specialist"])
        for user in (stranger, self.users["auditor"]):
            for name in ("action_in_contact", "action_close", "action_assign_to_me", "action_dismiss"):
                with self.subTest(user=user.login, name=name), self.assertRaises(AccessError):
                    getattr(loop.with_user(user), name)()
        loop.with_user(self.leader).user_id = False
        loop.with_user(stranger).action_assign_to_me()
        self.assertEqual(loop.user_id, stranger)

    def test_nobody_forges(self):
        """What the program sets is refused by write; nobody creates or deletes."""
        loop = self._low().with_user(self.users["manager"])
        for name in GUARDED_FIELDS:
            with self.subTest(name=name), self.assertRaises(AccessError):
                loop.write({name: False})
        for role in ("specialist", "manager", "admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                loop.with_user(self.users[role]).create({"user_id": self.specialist.id})
            with self.subTest(role=role), self.assertRaises(AccessError):
                loop.with_user(self.users[role]).unlink()
        self._close(loop, low_outcome="solved", told="x")
        with self.assertRaises(AccessError):
            loop.write({"user_id": self.leader.id})

    def test_erasure_and_copy(self):
        """Words go with the personal data, figures stay; the copy of the data has the follow-up."""
        loop = self._low()
        self._close(loop, low_outcome="solved", told="Secret")
        self.contact._care_anonymize()
        self.env.invalidate_all()
        self.assertRecordValues(loop, [{"told": False, "comment": False, "outcome": "solved", "value": 0}])
        self.assertIn("told", self.contact._care_privacy_models()["customer.survey.loop"]["fields"])

    def test_views(self):
        """Every reader opens list, form and figures."""
        loop = self._low()
        for role in ("specialist", "supervisor", "auditor"):
            seen = loop.with_user(self.users[role])
            for view in ("list", "form", "kanban"):
                seen.read(list(seen.get_view(view_type=view)["models"][loop._name]))
