import doctest
from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger
from psycopg2 import IntegrityError

from ..tools import holidays
from .common import CareCommon

DAY = date(2026, 3, 10)
SENDER = "odoo.addons.customer_care.models.customer_care_greeting_send"
RENDERER = "odoo.addons.mail.models.mail_render_mixin"


@tagged("post_install", "-at_install")
class TestOccasion(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Greeting = cls.env["customer.care.greeting"]
        cls.Occasion = cls.env["customer.care.occasion"]
        cls.purpose = cls.env.ref("customer_care.customer_consent_purpose_greeting")
        cls.purpose.is_opt_in = False
        cls.birthday = cls.env.ref("customer_care.customer_care_occasion_birthday")
        cls.customer.care_user_id = cls.specialist
        cls.env.company.partner_id.tz = "UTC"
        cls.contact.write({"email": "ada@example.com", "tz": "UTC"})
        with freeze_time(DAY):
            cls.contact.care_birthday = "1980-03-20"
            cls.env.flush_all()

    def _switch_on(self, occasion=None, **vals):
        """Switch an occasion on for the contact alone, and plan."""
        occasion = occasion or self.birthday
        occasion.write({"domain": str([("id", "in", self.contact.ids)]), **vals, "is_on": True})
        occasion.action_plan()
        return self.Greeting.search([("occasion_id", "=", occasion.id)])

    def _send(self):
        with patch.object(self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 1):
            self.Greeting._cron_send()
        self.env.invalidate_all()

    def _create_holiday(self, **vals):
        template = self.env.ref("customer_care.mail_template_greeting_holiday")
        return self.Occasion.create(
            {
                "name": "Fair",
                "month": 3,
                "day": 20,
                "template_id": template.id,
                "purpose_id": self.purpose.id,
                **vals,
            }
        )

    def _decide(self, state, partner=None):
        return self.env["customer.consent"].create(
            {"partner_id": (partner or self.contact).id, "purpose_id": self.purpose.id, "state": state}
        )

    # The days

    def test_occasion_formulas(self):
        """The examples of the formulas hold."""
        self.assertFalse(doctest.testmod(holidays).failed)

    def test_occasion_holidays_of_several_years(self):
        """The traditional holidays fall on the published days."""
        published = {
            (1, 1): ["2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17"],
            (1, 15): ["2020-02-08", "2021-02-26", "2022-02-15", "2023-02-05", "2024-02-24", "2025-02-12", "2026-03-03"],
            (5, 5): ["2020-06-25", "2021-06-14", "2022-06-03", "2023-06-22", "2024-06-10", "2025-05-31", "2026-06-19"],
            (7, 7): ["2020-08-25", "2021-08-14", "2022-08-04", "2023-08-22", "2024-08-10", "2025-08-29", "2026-08-19"],
            (8, 15): ["2020-10-01", "2021-09-21", "2022-09-10", "2023-09-29", "2024-09-17", "2025-10-06", "2026-09-25"],
            (9, 9): ["2020-10-25", "2021-10-14", "2022-10-04", "2023-10-23", "2024-10-11", "2025-10-29", "2026-10-18"],
        }  # fmt: skip
        for (month, day), days in published.items():
            for year, expected in enumerate(days, start=2020):
                self.assertEqual(str(holidays.get_day("lunar", month, day, year)), expected)
        qingming = [4, 4, 5, 5, 4, 4, 5]
        for year, day in enumerate(qingming, start=2020):
            self.assertEqual(holidays.get_day("qingming", 0, 0, year), date(year, 4, day))

    def test_occasion_next_date(self):
        """An occasion knows its next day."""
        with freeze_time(DAY):
            for rule, month, day, expected in (
                ("fixed", 3, 10, date(2026, 3, 10)),
                ("fixed", 3, 9, date(2027, 3, 9)),
                ("fixed", 2, 29, date(2027, 2, 28)),
                ("lunar", 8, 15, date(2026, 9, 25)),
                ("qingming", 0, 0, date(2026, 4, 5)),
            ):
                occasion = self._create_holiday(day_rule=rule, month=month, day=day)
                self.assertEqual(occasion.next_date, expected)

    def test_occasion_bad_input(self):
        """What is no day, no filter or no number is refused with a sentence."""
        for vals in (
            {"month": 2, "day": 30},
            {"month": 13, "day": 1},
            {"day_rule": "lunar", "month": 12, "day": 31},
            {"domain": "[('nothing', '=', 1)]"},
            {"domain": "no filter"},
            {"is_on": True, "template_id": False},
            {"is_on": True, "channel": "gift"},
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError), self.cr.savepoint():
                self._create_holiday(**vals)
        for vals in ({"yearly_budget": -1}, {"days_before": -1}, {"days_before": 61}, {"late_days": -1}):
            with self.subTest(vals=vals), self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                with self.cr.savepoint():
                    self._create_holiday(**vals)

    def test_occasion_shipped_ones_are_off(self):
        """An update greets nobody: what is shipped waits for somebody to switch it on."""
        shipped = self.env["ir.model.data"].search([("model", "=", "customer.care.occasion")])
        occasions = self.Occasion.browse(shipped.mapped("res_id")).exists()
        self.assertGreaterEqual(len(occasions), 12)
        self.assertFalse(occasions.filtered("is_on"))

    def test_occasion_text_messages_only_where_configured(self):
        """Without the application of text messages the channel is not offered, and no company switches it on."""
        Company = self.env.registry["res.company"]
        self.startPatcher(patch.object(Company, "_care_has_sms_application", lambda _company: False))
        channels = dict(self.Occasion.fields_get(["channel"])["channel"]["selection"])
        self.assertNotIn("sms", channels)
        with self.assertRaises(ValidationError):
            self.env.company.care_has_sms = True

    # Planning

    @freeze_time(DAY)
    def test_greeting_planned_once(self):
        """A birthday of the next weeks is planned once, whatever how often."""
        greetings = self._switch_on()
        self.assertRecordValues(
            greetings,
            [
                {
                    "partner_id": self.contact.id,
                    "date": date(2026, 3, 20),
                    "year": 2026,
                    "state": "planned",
                    "user_id": self.specialist.id,
                }
            ],
        )
        self.birthday.action_plan()
        self.assertEqual(self.Greeting.search([("occasion_id", "=", self.birthday.id)]), greetings)

    @freeze_time(DAY)
    def test_greeting_other_calendar_is_the_same_year(self):
        """Who changes from the Gregorian to the lunar birthday is not greeted twice."""
        greetings = self._switch_on()
        self.contact.care_birthday_calendar = "lunar"
        self.assertNotEqual(self.contact.care_next_birthday, greetings.date)
        self.contact.care_birthday = date(1980, 3, 22)
        self.birthday.action_plan()
        self.assertEqual(len(self.Greeting.search([("occasion_id", "=", self.birthday.id)])), 1)

    @freeze_time("2026-01-20")
    def test_greeting_year_of_a_lunar_day(self):
        """A lunar day before New Year belongs to the year that ends."""
        self.contact.write(
            {"care_birthday": "1985-02-10", "care_birthday_calendar": "lunar"}
        )  # 21st of the 12th
        greetings = self._switch_on()
        self.assertRecordValues(greetings, [{"date": self.contact.care_next_birthday, "year": 2025}])

    @freeze_time("2027-02-01")
    def test_greeting_of_29_february(self):
        """Who was born on 29 February is greeted on the 28th in other years."""
        self.contact.care_birthday = "1984-02-29"
        self.assertEqual(self._switch_on().date, date(2027, 2, 28))

    @freeze_time(DAY)
    def test_greeting_whom(self):
        """Grade, stage, country, kind of customer, company and filter decide; our own people are no customers."""
        grade = self.env["customer.grade"].create({"name": "T", "code": "T"})
        other = self._create_customer("Bo", care_birthday="1990-03-21", country_id=self.env.ref("base.cn").id)
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self._create_customer("Cy", care_birthday="1990-03-21", company_id=company.id)
        firm = self._create_customer("Firm", is_company=True, care_birthday="1990-03-21")
        self.specialist.partner_id.care_birthday = "1990-03-21"
        other.sudo().care_grade_id = grade
        everybody = self.contact | other | foreign | firm | self.specialist.partner_id

        def get(**vals):
            self.birthday.write({"domain": str([("id", "in", everybody.ids)]), "is_on": False, **vals})
            self.birthday.is_on = True
            self.birthday.action_plan()
            return self.Greeting.search([("occasion_id", "=", self.birthday.id)]).partner_id

        self.assertEqual(get(), self.contact | other)
        self.assertEqual(get(whom="company"), firm)
        self.assertEqual(get(whom="all", grade_ids=grade.ids), other)
        self.assertEqual(get(grade_ids=False, country_ids=self.env.ref("base.cn").ids), other)

    @freeze_time(DAY)
    def test_greeting_gate_asked_when_planned(self):
        """Who has refused is left out with the reason, and planned again when he changes his mind."""
        self._decide("refused")
        greeting = self._switch_on()
        self.assertEqual(greeting.state, "skipped")
        self.assertIn("refused", greeting.reason)
        self._decide("given")
        self.birthday.action_plan()
        self.assertRecordValues(greeting, [{"state": "planned", "reason": False}])

    @freeze_time(DAY)
    def test_greeting_anniversaries(self):
        """Anniversaries are greeted each by itself; memorial days only by an occasion of their own."""
        days = self.env["customer.anniversary"].create(
            [
                {"name": "Opening", "partner_id": self.contact.id, "date": "2001-03-25"},
                {"name": "Wedding", "partner_id": self.contact.id, "date": "2001-03-25", "kind": "wedding"},
                {"name": "Death", "partner_id": self.contact.id, "date": "2001-03-25", "kind": "memorial"},
            ]
        )
        occasion = self.env.ref("customer_care.customer_care_occasion_anniversary")
        self.assertEqual(self._switch_on(occasion).anniversary_id, days[:2])
        occasion.write({"is_on": False, "anniversary_kind": "memorial"})
        self.assertEqual(self._switch_on(occasion).anniversary_id, days[2])

    @freeze_time(DAY)
    def test_greeting_two_companies(self):
        """Two companies greet a shared customer each for itself, and see their own."""
        company = self.env["res.company"].create({"name": "Other"})
        mine = self._switch_on()
        other = self.birthday.with_company(company).copy({"company_id": company.id})
        theirs = self._switch_on(other)
        self.assertEqual(theirs.company_id, company)
        self.assertEqual(
            self.Greeting.with_user(self.manager).search([("id", "in", (mine | theirs).ids)]), mine
        )

    @freeze_time(DAY)
    def test_greeting_many_in_few_statements(self):
        """Ten thousand birthdays are planned in bounded batches of one statement."""
        one = self._create_customer("Many", email="many@example.com", care_birthday="1980-03-20")
        self.env.flush_all()
        fields_ = [
            field
            for field in one._fields.values()
            if field.store and field.column_type and field.name != "id"
        ]
        columns = SQL(", ").join(SQL.identifier(field.name) for field in fields_)
        self.env.cr.execute(
            SQL(
                "INSERT INTO res_partner (%s) SELECT %s FROM res_partner, generate_series(1, 10049) WHERE id = %s",
                columns,
                columns,
                one.id,
            )
        )
        self.birthday.write({"domain": "[('name', '=', 'Many')]"})
        today = fields.Date.today()
        end = today + timedelta(days=60)
        with self.assertQueryCount(8):
            self.assertEqual(self.birthday._plan_batch(today, end), 10000)
        self.assertEqual(self.birthday._plan_batch(today, end), 50)
        self.assertEqual(self.birthday._plan_batch(today, end), 0)

    @freeze_time(DAY)
    def test_greeting_switched_off(self):
        """An occasion that is switched off takes back what it had planned, not what was sent."""
        greeting = self._switch_on()
        self.birthday.is_on = False
        self.assertFalse(greeting.exists())
        greeting = self._switch_on()
        greeting.action_mark_done()
        self.birthday.active = False
        self.assertTrue(greeting.exists())
        self.assertFalse(self.birthday.is_on)
        with self.assertRaises(UserError):
            self.birthday.unlink()

    # Sending

    def test_greeting_sent_at_a_good_hour_in_the_customers_zone(self):
        """The mail goes on the day, not before nine where the customer lives, and once."""
        with freeze_time(DAY):
            greeting = self._switch_on()
        self.contact.tz = "Asia/Shanghai"
        for moment, state in (
            ("2026-03-19 20:00:00", "planned"),  # 4 a.m. of the day in Shanghai
            ("2026-03-20 00:30:00", "planned"),
            ("2026-03-20 01:30:00", "sent"),
        ):
            with freeze_time(moment):
                self._send()
                self.assertEqual(greeting.state, state, moment)
        mail = greeting.mail_id
        self.assertRecordValues(mail, [{"state": "outgoing", "recipient_ids": self.contact.ids}])
        with freeze_time("2026-03-20 02:30:00"):
            self._send()
        self.assertEqual(self.env["mail.mail"].search_count([("model", "=", greeting._name)]), 1)
        self.assertEqual(self._get_kinds(self.contact), ["greeting_sent"])
        log = self.env["customer.contact.log"].search([("partner_id", "=", self.contact.id)])
        self.assertRecordValues(log, [{"source": "greeting", "is_counted": False}])

    def test_greeting_in_the_customers_language(self):
        """The mail speaks the customer's language."""
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.birthday.template_id
        template.with_context(lang="fr_FR").subject = "Bon anniversaire"
        self.contact.lang = "fr_FR"
        with freeze_time(DAY):
            greeting = self._switch_on()
        preview = self.env["customer.care.greeting.preview"].create(
            {"occasion_id": self.birthday.id, "partner_id": self.contact.id}
        )
        self.assertEqual((preview.subject, preview.count), ("Bon anniversaire", 1))
        self.assertFalse(preview.problem)
        action = self.birthday.action_preview()
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        self.assertEqual((form.partner_id, form.subject), (self.contact, "Bon anniversaire"))
        with freeze_time("2026-03-20 10:00:00"):
            greeting.action_send_now()
        self.assertEqual(greeting.mail_id.subject, "Bon anniversaire")
        self.assertEqual(self.Greeting.search_count([("occasion_id", "=", self.birthday.id)]), 1)

    def test_greeting_consent_withdrawn_before_sending(self):
        """What was allowed when planned and is no longer when sent, is left out."""
        with freeze_time(DAY):
            greeting = self._switch_on()
            self._decide("withdrawn")
        with freeze_time("2026-03-20 10:00:00"):
            self._send()
        self.assertEqual(greeting.state, "skipped")
        self.assertIn("withdrawn", greeting.reason)

    def test_greeting_without_address_becomes_a_task(self):
        """Who has no e-mail address is left out with the reason, and the specialist is asked to ring."""
        self.contact.email = False
        with freeze_time(DAY):
            greeting = self._switch_on()
        with freeze_time("2026-03-20 10:00:00"):
            with self.assertRaisesRegex(UserError, "No e-mail"):
                greeting.with_user(self.specialist).action_send_now()
            self._send()
        self.assertEqual(greeting.state, "skipped")
        activity = self.contact.activity_ids
        self.assertEqual(activity.user_id, self.specialist)
        self.assertIn("Birthday", activity.summary)

    def test_greeting_template_gone(self):
        """With the template deleted, archived or broken the greeting fails with the reason and can be tried again."""
        with freeze_time(DAY):
            greeting = self._switch_on()
        template = self.birthday.template_id
        with freeze_time("2026-03-20 10:00:00"):
            template.active = False
            self._send()
            self.assertEqual(greeting.state, "failed")
            self.assertIn("archived", greeting.reason)
            template.active = True
            greeting.with_user(self.specialist).action_reset()
            self.assertEqual(greeting.state, "planned")
            body = template.body_html
            template.body_html = '<p t-if="object.partner_id.ref == \'odd\'" t-out="1 / 0"/>'
            self.contact.ref = "odd"
            with mute_logger(SENDER, RENDERER):
                self._send()
            self.assertEqual(greeting.state, "failed")
            self.assertTrue(greeting.reason)
            template.body_html = body
            greeting.action_reset()
            template.unlink()
            self._send()
            self.assertIn("no mail template", greeting.reason)

    def test_greeting_one_broken_does_not_hold_others(self):
        """Where one mail cannot be made, the others of the batch go."""
        other = self._create_customer("Bo", email="bo@example.com", tz="UTC")
        with freeze_time(DAY):
            other.care_birthday = "1990-03-20"
            self._switch_on(domain=str([("id", "in", (self.contact | other).ids)]))
            self.birthday.domain = str([("id", "in", (self.contact | other).ids)])
            self.birthday.action_plan()
        self.birthday.template_id.body_html = (
            '<p><t t-if="object.partner_id.name == \'Bo\'" t-out="1 / 0"/>Hello</p>'
        )
        with freeze_time("2026-03-20 10:00:00"):
            with mute_logger(SENDER, RENDERER):
                self._send()
        states = {
            row.partner_id.name: row.state for row in self.Greeting.search([("date", "=", "2026-03-20")])
        }
        self.assertEqual(states, {"Ada Wind": "sent", "Bo": "failed"})

    def test_greeting_mail_that_fails_can_be_retried(self):
        """A mail the server refuses makes the greeting fail; tried again, it is a new mail."""
        with freeze_time(DAY):
            greeting = self._switch_on()
        with freeze_time("2026-03-20 10:00:00"):
            self._send()
            greeting.mail_id.write({"state": "exception", "failure_reason": "Mailbox full"})
            self._send()
            self.assertRecordValues(greeting, [{"state": "failed", "reason": "Mailbox full"}])
            first = greeting.mail_id
            greeting.with_user(self.specialist).action_reset()
            self._send()
        self.assertEqual(greeting.state, "sent")
        self.assertNotEqual(greeting.mail_id, first)

    def test_greeting_too_late(self):
        """After the day and its grace nothing is sent any more."""
        with freeze_time(DAY):
            greeting = self._switch_on()
        with freeze_time("2026-03-22 10:00:00"):
            self._send()
            self.assertEqual((greeting.state, greeting.mail_id.id), ("skipped", False))
            with self.assertRaises(UserError):
                greeting.action_reset()

    def test_greeting_crash_sends_nothing_twice(self):
        """Mail and mark are one transaction: what a crash undoes, it undoes whole."""
        with freeze_time(DAY):
            greeting = self._switch_on()
        with freeze_time("2026-03-20 10:00:00"):
            with self.assertRaises(ZeroDivisionError), self.cr.savepoint():
                greeting._send_batch()
                self.assertEqual(greeting.state, "sent")
                raise ZeroDivisionError
            self.env.invalidate_all()
            self.assertEqual(greeting.state, "planned")
            self.assertFalse(self.env["mail.mail"].search_count([("model", "=", greeting._name)]))
            self._send()
        self.assertEqual(self.env["mail.mail"].search_count([("model", "=", greeting._name)]), 1)

    def test_greeting_held_by_another_worker(self):
        """What another worker holds is passed over, and refused by a button."""
        with freeze_time(DAY):
            greeting = self._switch_on()
        nothing = self.Greeting.browse()
        with freeze_time("2026-03-20 10:00:00"):
            with patch.object(
                self.env.registry[greeting._name], "try_lock_for_update", lambda *args, **kw: nothing
            ):
                self._send()
                self.assertEqual(greeting.state, "planned")
                with self.assertRaisesRegex(UserError, "Somebody else"):
                    greeting.action_send_now()

    @freeze_time(DAY)
    def test_greeting_buttons(self):
        """Leave out with a reason, plan again, mark as done; nothing twice."""
        greeting = self._switch_on().with_user(self.specialist)
        self.assertEqual(greeting.action_skip()["res_model"], "customer.care.greeting.skip")
        greeting.action_skip("In mourning")
        self.assertRecordValues(greeting, [{"state": "skipped", "reason": "In mourning"}])
        self.birthday.action_plan()
        self.assertEqual(greeting.state, "skipped")
        with self.assertRaises(UserError):
            greeting.action_skip("Again")
        greeting.action_reset()
        greeting.action_mark_done()
        self.assertEqual(greeting.state, "sent")
        for method in ("action_mark_done", "action_send_now", "action_plan_call", "action_reset"):
            with self.assertRaises(UserError):
                getattr(greeting, method)()

    @freeze_time(DAY)
    def test_greeting_as_a_call(self):
        """A call becomes a callback a week before, once; reached, the greeting is done."""
        self.contact.phone = "+49 5555"
        greeting = self._switch_on(channel="phone")
        self._send()
        self.assertFalse(greeting.callback_id)
        with freeze_time("2026-03-14 10:00:00"):
            self._send()
            self._send()
            callback = greeting.callback_id
            self.assertEqual((callback.date_planned, callback.user_id), (date(2026, 3, 20), self.specialist))
            self.assertEqual(greeting.with_user(self.specialist).action_plan_call()["res_id"], callback.id)
            callback.with_user(self.specialist).action_done("reached", note="Was glad")
        self.assertEqual(greeting.state, "sent")

    @freeze_time(DAY)
    def test_greeting_guards_and_access(self):
        """Only buttons change a greeting, of own customers; the auditor reads, others nothing."""
        greeting = self._switch_on()
        mine = greeting.with_user(self.specialist)
        mine.note = "He likes tea"
        for vals in ({"state": "sent"}, {"reason": "x"}, {"date": "2026-01-01"}, {"mail_id": False}):
            with self.assertRaises(AccessError):
                mine.write(vals)
        with self.assertRaises(AccessError):
            self.Greeting.with_user(self.manager).create(
                {"occasion_id": self.birthday.id, "partner_id": self.contact.id}
            )
        for user in (self.other_specialist, self.auditor, self.employee):
            for method in ("action_send_now", "action_mark_done", "action_skip", "action_plan_gift"):
                with self.subTest(user=user.name, method=method), self.assertRaises(AccessError):
                    getattr(greeting.with_user(user), method)()
        greeting.with_user(self.auditor).read(["state"])
        for user in (self.employee, self.portal, self.public):
            with self.assertRaises(AccessError):
                greeting.with_user(user).read(["state"])
        with self.assertRaises(AccessError):
            self.birthday.with_user(self.manager).write({"is_on": False})
        with self.assertRaises(AccessError):
            self.birthday.with_user(self.manager).action_plan()

    @freeze_time(DAY)
    def test_greeting_of_key_customers_tells_the_specialist(self):
        """A week before a day of a key customer the specialist gets a task, once."""
        grade = self.env["customer.grade"].create({"name": "K", "code": "K"})
        (self.customer | self.contact).sudo().care_grade_id = grade
        self._switch_on()
        self.Greeting._notify_key_customers()
        self.assertFalse(self.contact.activity_ids)
        self.env.company.care_greeting_grade_ids = grade
        with freeze_time("2026-03-13"):
            self.Greeting._notify_key_customers()
            self.Greeting._notify_key_customers()
        self.assertEqual(len(self.contact.activity_ids), 1)
        self.assertEqual(self.contact.activity_ids.user_id, self.specialist)

    @freeze_time(DAY)
    def test_greeting_archived_merged_erased(self):
        """Archived customers are left out, merged ones greeted once, erased ones not planned."""
        other = self._create_customer("Ada W", parent_id=self.customer.id, email="w@example.com")
        other.care_birthday = "1980-03-20"
        self.birthday.domain = str([("id", "in", (self.contact | other).ids)])
        self.birthday.is_on = True
        self.birthday.action_plan()
        greetings = self.Greeting.search([("occasion_id", "=", self.birthday.id)])
        self.assertEqual(len(greetings), 2)
        greetings.filtered(lambda row: row.partner_id == other).action_mark_done()
        self.env["base.partner.merge.automatic.wizard"]._merge((self.contact | other).ids, self.contact)
        left = self.Greeting.search([("occasion_id", "=", self.birthday.id)])
        self.assertRecordValues(left, [{"partner_id": self.contact.id, "state": "sent"}])
        third = self._create_customer("Cy", email="c@example.com", care_birthday="1990-03-21")
        self.birthday.domain = str([("id", "=", third.id)])
        third.sudo().care_is_anonymous = True
        self.birthday.action_plan()
        self.assertFalse(self.Greeting.search([("partner_id", "=", third.id)]))
        third.sudo().care_is_anonymous = False
        self.birthday.action_plan()
        greeting = self.Greeting.search([("partner_id", "=", third.id)])
        third.active = False
        with freeze_time("2026-03-21 10:00:00"):
            self._send()
        self.assertEqual(greeting.state, "skipped")

    @freeze_time(DAY)
    def test_coming_occasions(self):
        """The calendar shows birthdays without an occasion, greetings, holidays as one row, and gifts."""
        Coming = self.env["customer.care.coming"].with_user(self.specialist)

        def get():
            Coming.invalidate_model()
            rows = Coming.search([("user_id", "=", self.specialist.id)])
            return {(row.kind, row.state, row.number, row.partner_id.id) for row in rows}

        self.assertEqual(get(), {("birthday", "none", 1, self.contact.id)})
        row = Coming.search([("partner_id", "=", self.contact.id)])
        with self.assertRaises(UserError):
            row.action_send_now()
        self.assertEqual(row.action_plan_gift()["res_model"], "customer.care.gift")
        greeting = self._switch_on()
        holiday = self._create_holiday(is_on=True, domain=str([("id", "in", self.contact.ids)]))
        holiday.action_plan()
        self.assertEqual(
            get(), {("birthday", "planned", 1, self.contact.id), ("holiday", "planned", 1, False)}
        )
        row = Coming.search([("greeting_id", "=", greeting.id)])
        self.assertEqual(row.action_open_record()["res_id"], greeting.id)
        self.assertIn("Birthday", row.name)
        self.assertTrue(row.action_plan_gift())
        for_all = Coming.search([("kind", "=", "holiday"), ("occasion_id", "=", holiday.id)])
        for method in ("action_plan_gift", "action_plan_call"):
            with self.subTest(method=method), self.assertRaises(UserError):
                getattr(Coming, method)()  # of nobody
        for_all.action_skip()
        with self.assertRaises(AccessError):
            self.env["customer.care.coming"].with_user(self.employee).search([])
