from datetime import datetime

from freezegun import freeze_time
from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .rule_common import RuleKit


@tagged("post_install", "-at_install")
class TestRuleWhen(RuleKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        calendar = cls.env["resource.calendar"].create(
            {
                "name": "Mo-Fr 9-17",
                "tz": "Asia/Shanghai",
                "attendance_ids": [(5,)]
                + [
                    (
                        0,
                        0,
                        {
                            "name": "Day",
                            "dayofweek": str(day),
                            "hour_from": 9,
                            "hour_to": 17,
                            "day_period": "full_day",
                        },
                    )
                    for day in range(5)
                ],
            }
        )
        cls.company.care_calendar_id = calendar
        cls.company.partner_id.tz = "Asia/Shanghai"
        cls.rule.write({"trigger": "callback_done", "is_daytime": True})

    def _get(self, **vals):
        self.rule.write(vals)
        return self.rule._get_send_datetime(self.company)

    @freeze_time("2026-03-06 02:00:00")  # Friday, 10:00 in Shanghai
    def test_delay_units(self):
        """Calendar days, working days and working hours, at the clock time of the company."""
        self.assertEqual(self._get(), datetime(2026, 3, 6, 2))
        self.assertEqual(self._get(delay_days=1), datetime(2026, 3, 7, 2))
        self.assertEqual(self._get(is_working_days=True), datetime(2026, 3, 9, 2), "Monday")
        # Seven hours are left on Friday: the eighth is the first of Monday.
        self.assertEqual(self._get(delay_days=0, delay_hours=8), datetime(2026, 3, 9, 2))

    @freeze_time("2026-03-06 15:00:00")  # 23:00 in Shanghai
    def test_not_at_night(self):
        """What would be sent at night waits for the contact hours; by hand it goes at once."""
        self.assertEqual(self._get(), datetime(2026, 3, 7, 0), "08:00 in Shanghai")
        self.assertEqual(self._get(is_daytime=False), datetime(2026, 3, 6, 15))
        self.assertEqual(self._get(is_daytime=True, trigger="manual"), datetime(2026, 3, 6, 15))
        self.company.write({"care_contact_from": 0, "care_contact_to": 0})
        self.assertEqual(self._get(trigger="callback_done"), datetime(2026, 3, 6, 15), "round the clock")

    @freeze_time("2026-03-05 23:30:00")  # 07:30 in Shanghai
    def test_early_morning_waits_for_the_same_day(self):
        """Before the contact hours begin it is sent when they do, not a day later."""
        self.assertEqual(self._get(), datetime(2026, 3, 6, 0))

    @freeze_time("2026-03-06 02:00:00")
    def test_company_without_calendar(self):
        """Without a calendar every hour is a working hour."""
        self.company.care_calendar_id = False
        self.company.resource_calendar_id = False
        self.assertEqual(
            self._get(delay_days=2, is_working_days=True, delay_hours=3), datetime(2026, 3, 8, 5)
        )

    def test_exact_moment_of_request_and_invitation(self):
        """The moment stands on both; the mail is not sent before."""
        with freeze_time("2026-03-06 02:00:00"):
            self.rule.write({"trigger": "manual", "delay_hours": 2})
            answer = self._send()
            self.assertEqual(answer.care_send_datetime, datetime(2026, 3, 6, 4))
            self.assertEqual(self._get_requests().send_datetime, answer.care_send_datetime)
            self.assertFalse(answer.search(answer._care_due_domain() & fields.Domain("id", "=", answer.id)))
        with freeze_time("2026-03-06 04:00:00"):
            self.assertTrue(answer.search(answer._care_due_domain() & fields.Domain("id", "=", answer.id)))

    def test_day_alone_is_its_beginning(self):
        """Who knows only the day sets it, and it is due when the day begins; none takes it out of the queue."""
        self.rule.trigger = "manual"
        answer = self._send()
        answer.care_send_date = "2026-03-06"
        begin = datetime(2026, 3, 5, 16)  # in Shanghai
        self.assertEqual(answer.care_send_datetime, begin)
        answer.care_send_date = False
        self.assertFalse(answer.care_send_datetime)
        created = answer.create({"survey_id": self.survey.id, "care_send_date": "2026-03-06"})
        self.assertEqual(created.care_send_datetime, begin)
        request = self._get_requests().create({"key": "day", "outcome": "asked", "date_send": "2026-03-06"})
        self.assertEqual(request.send_datetime, begin)
        self.assertEqual(request.date_send.isoformat(), "2026-03-06")

    @freeze_time("2026-03-05 23:00:00")  # the morning of the 6th in Shanghai
    def test_day_of_sending_is_the_company_s(self):
        """The day of request and invitation is that of the company; the mail does not wait for Greenwich."""
        self.rule.trigger = "manual"
        periodic = self._create_periodic()
        person = self._create_people(1)
        answers = self._send() | self._get_asked(self._run(periodic).rule_id)
        requests = self.env["customer.survey.request"].search([("key", "in", answers.mapped("care_key"))])
        day = datetime(2026, 3, 6).date()
        self.assertEqual(set(answers.mapped("partner_id")), {self.contact, person})
        self.assertEqual(answers.mapped("care_send_date"), [day] * 2)
        self.assertEqual(requests.mapped("date_send"), [day] * 2)
        answers.care_sent_datetime = False
        self.assertLessEqual(answers, answers.search(answers._care_due_domain()))
        requests.send_datetime = datetime(2026, 3, 6, 17)
        self.assertEqual(requests.mapped("date_send"), [datetime(2026, 3, 7).date()] * 2)

    def test_impossible_numbers_refused(self):
        """No negative delays, samples, quotas or months."""
        for vals in (
            {"delay_days": -1},
            {"delay_hours": -1},
            {"percent": -1},
            {"percent": 101},
            {"quota_count": -1},
            {"quiet_days": -1},
            {"interval_months": -1},
            {"low_score": 101},
        ):
            with (
                self.subTest(vals=vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.rule.write(vals)
                self.rule.flush_recordset()
