from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import SurveyKit

# a Monday, in the working time of the calendar
MONDAY = datetime(2026, 3, 2, 10)


@tagged("post_install", "-at_install")
class TestReminder(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.calendar = cls.env["resource.calendar"].create(
            {"name": "Nine to Five", "tz": "UTC", "company_id": cls.company.id}
        )
        cls.company.care_calendar_id = cls.calendar
        cls.rule.write({"reminder_max": 2, "reminder_gap": 3, "reminder_unit": "days", "expiry_days": 30})
        with freeze_time(MONDAY):
            cls.answer = cls._send()

    def _run_at(self, moment):
        with freeze_time(moment), self.enter_registry_test_mode():
            self.env.ref("customer_survey.ir_cron_remind_surveys").method_direct_trigger()
        self.env.invalidate_all()
        return self.answer.care_reminder_count

    def test_gap_and_maximum(self):
        """A reminder goes out when the gap has passed, the next one gap later, and never more than allowed."""
        gap = timedelta(days=3)
        self.assertEqual(self._run_at(MONDAY + gap - timedelta(seconds=1)), 0)
        self.assertEqual(self._run_at(MONDAY + gap), 1)
        self.assertEqual(self._run_at(MONDAY + gap), 1, "the same run again reminds nobody")
        self.assertEqual(self._run_at(MONDAY + 2 * gap - timedelta(seconds=1)), 1)
        self.assertEqual(self._run_at(MONDAY + 2 * gap), 2)
        self.assertEqual(self._run_at(MONDAY + 9 * gap), 2)
        self.assertEqual(len(self._get_mails(self.answer)), 3)
        self.assertEqual(len(self._get_events("survey_reminded")), 2)
        self.assertEqual(self.answer.care_reminded_datetime, MONDAY + 2 * gap)

    def test_working_days(self):
        """Working days leave out the weekend, and nobody is reminded before work begins."""
        self.rule.reminder_unit = "working_days"
        for day, hour, count in (
            (4, 23, 0),
            (5, 5, 0),
            (5, 10, 1),
            (7, 12, 1),
            (8, 12, 1),
            (9, 12, 1),
            (10, 12, 2),
        ):
            with self.subTest(day=day, hour=hour):
                self.assertEqual(self._run_at(datetime(2026, 3, day, hour)), count)

    def test_working_days_round_the_clock(self):
        """A company that works round the clock counts days."""
        self.rule.reminder_unit = "working_days"
        with patch.object(
            type(self.company), "_care_calendar", lambda company: company.env["resource.calendar"]
        ):
            self.assertEqual(self._run_at(MONDAY + timedelta(days=3)), 1)

    def test_deadline(self):
        """Who can answer no longer is not reminded; the invitation counts as expired."""
        self.rule.reminder_gap = 31
        self.assertEqual(self._run_at(self.answer.deadline - timedelta(seconds=1)), 0)
        self.assertEqual(self.answer.care_status, "sent")
        self.assertEqual(self._run_at(self.answer.deadline), 0)
        self.assertEqual(self.answer.care_status, "expired")

    def test_answered_is_not_reminded(self):
        """Who has answered is left in peace."""
        self._answer(self.answer, csat=9)
        self.assertEqual(self._run_at(MONDAY + timedelta(days=5)), 0)

    def test_partial_gets_another_text(self):
        """Who has begun is told that he can go on."""
        self.answer._mark_in_progress()
        self.assertEqual(self._run_at(MONDAY + timedelta(days=3)), 1)
        self.assertIn("go on where you stopped", self._get_mails(self.answer)[:1].body_html)

    def test_template_of_rule(self):
        """The rule's own reminder is used; one for other documents is refused."""
        template = self.env.ref("customer_survey.mail_template_survey_reminder").copy({"subject": "Own"})
        self.rule.reminder_template_id = template
        self._run_at(MONDAY + timedelta(days=3))
        self.assertIn("Own", self._get_mails(self.answer).mapped("subject"))
        with self.assertRaises(UserError):
            self.rule.reminder_template_id = self.env["mail.template"].create(
                {"name": "X", "model_id": self.env["ir.model"]._get_id("res.partner")}
            )

    def test_no_reminder_when_gate_closed(self):
        """Who has withdrawn gets none; when he wants it again, the next gap counts from then."""
        with freeze_time(MONDAY):
            self.contact._care_decide_on_surveys(is_wanted=False)
        self.assertEqual(self._run_at(MONDAY + timedelta(days=3)), 0)
        with freeze_time(MONDAY + timedelta(days=4)):
            self.contact._care_decide_on_surveys(is_wanted=True)
        self.assertEqual(self._run_at(MONDAY + timedelta(days=5)), 0)
        self.assertEqual(self._run_at(MONDAY + timedelta(days=6)), 1)

    def test_no_reminder_in_trouble(self):
        """While a problem is open, nobody is reminded, if the rule says so."""
        partners = type(self.env["res.partner"])
        with patch.object(partners, "_care_get_problem_ids", lambda partners: set(partners.ids)):
            self.assertEqual(self._run_at(MONDAY + timedelta(days=3)), 0)
            self.rule.is_reminder_paused = False
            self.assertEqual(self._run_at(MONDAY + timedelta(days=6)), 1)

    def test_no_reminder_of_bounced_archived_and_without_rule(self):
        """Where the mail did not arrive, the rule rests or the survey is closed, nobody is reminded."""
        late = MONDAY + timedelta(days=5)
        self.answer._care_note_bounce("no such user")
        self.assertEqual(self._run_at(late), 0)
        self.answer.care_is_bounced = False
        self.rule.active = False
        self.assertEqual(self._run_at(late), 0)
        self.rule.active = True
        self.survey.active = False
        self.assertEqual(self._run_at(late), 0)

    def test_customer_deleted(self):
        """A customer who is gone is not reminded, and stops nobody else."""
        with freeze_time(MONDAY):
            other = self._send(self._create_partner("Zoe"))
        self.contact.unlink()
        self._run_at(MONDAY + timedelta(days=3))
        self.assertEqual(self.answer.care_reminder_count, 0)
        self.assertEqual(other.care_reminder_count, 1)

    def test_customers_merged(self):
        """The one who stays after a merge is reminded, once."""
        twin = self._create_partner("Anna", parent_id=self.customer.id)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({"state": "option"})
        wizard._merge((self.contact | twin).ids, twin)
        self.env.invalidate_all()
        self.assertEqual(self._run_at(MONDAY + timedelta(days=3)), 1)
        self.assertEqual(self._get_mails(self.answer)[:1].recipient_ids, twin)

    def test_anonymous_is_never_reminded(self):
        """An anonymous invitation has forgotten whom it asked."""
        self.answer._care_cancel("only the other one counts here")
        self.survey.care_is_anonymous = True
        with freeze_time(MONDAY):
            self.answer = self._send(cause="2")
        self.assertFalse(self.answer.partner_id)
        self.assertEqual(self._run_at(MONDAY + timedelta(days=3)), 0)
        self.assertEqual(len(self._get_events("survey_reminded")), 0)

    def test_all_batches_and_one_faulty(self):
        """Many are reminded in batches; one whose mail cannot be made stops nobody."""
        with freeze_time(MONDAY):
            partners = self.env["res.partner"].create(
                [{"name": f"P{n}", "email": f"p{n}@example.com"} for n in range(6)]
            )
            answers = self._send(partners, cause="2")
        template = self.env.ref("customer_survey.mail_template_survey_reminder")
        self.rule.reminder_template_id = template.copy(
            {"subject": f"{{{{ 1 / (object.id != {answers[3].id}) }}}}"}
        )
        with (
            patch("odoo.addons.customer_survey.models.survey_user_input_remind.BATCH_SIZE", 4),
            mute_logger(
                "odoo.addons.customer_survey.models.survey_user_input_send",
                "odoo.addons.mail.models.mail_render_mixin",
            ),
        ):
            self._run_at(MONDAY + timedelta(days=3))
        self.assertEqual(sum(answers.mapped("care_reminder_count")), 5)
        self.assertEqual(answers[3].care_reminder_count, 0)

    def test_by_hand(self):
        """A supervisor reminds by hand, whatever the rule says, but not twice a day; others do not."""
        answer = self.answer.with_user(self.users["supervisor"])
        self.rule.reminder_max = 0
        with freeze_time(MONDAY + timedelta(hours=23)), self.assertRaises(UserError):
            answer.action_care_remind_now()
        with freeze_time(MONDAY + timedelta(hours=24)):
            answer.action_care_remind_now()
            with self.assertRaises(UserError):
                answer.action_care_remind_now()
        self.assertEqual(self.answer.care_reminder_count, 1)
        for role in ("auditor", "specialist", "employee", "portal"):
            with self.subTest(role), self.assertRaises(UserError), mute_logger("odoo.models"):
                self.answer.with_user(self.users[role]).action_care_remind_now()

    def test_limits(self):
        """Numbers that make no sense are refused."""
        for vals in ({"reminder_max": -1}, {"reminder_max": 11}, {"reminder_gap": 0}, {"reminder_gap": 366}):
            with (
                self.subTest(vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._create_rule(**vals)

    def test_longest_gap_in_working_days(self):
        """A year of working days needs no endless calendar."""
        self.rule.write({"reminder_unit": "working_days", "reminder_gap": 365})
        limit = self.rule._get_reminder_limit(self.company, datetime(2026, 3, 2, 12))
        self.assertLess(limit, datetime(2025, 1, 1))
        self.assertGreater(limit, datetime(2024, 6, 1))
        self.assertEqual(fields.Datetime.to_string(limit)[-8:], "00:00:00")
