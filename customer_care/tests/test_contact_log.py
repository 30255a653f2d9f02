import doctest
from datetime import datetime, timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..tools import contact
from .common import CareCommon


@tagged("post_install", "-at_install")
class TestContactLog(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Log = cls.env["customer.contact.log"]
        cls.customer.care_user_id = cls.specialist

    def _create_log(self, user=None, **vals):
        vals = {"partner_id": self.contact.id, "subject": "Talk", **vals}
        return self.Log.with_user(user or self.specialist).create(vals)

    def _append(self, **vals):
        vals = {
            "partner_id": self.contact.id,
            "kind": "call",
            "subject": "Call",
            "source": "callback",
            **vals,
        }
        return self.Log._log_contacts([vals])

    def test_contact_formulas(self):
        """The examples of the formulas hold."""
        self.assertFalse(doctest.testmod(contact).failed)

    def test_contact_duration_over_days(self):
        """Two days and five minutes are 2,885 minutes, entered either way."""
        log = self._create_log(date_start="2026-03-01 09:00:00", date_end="2026-03-03 09:05:00")
        self.assertEqual((log.duration_minutes, log.duration_text), (2885, "2 d 0 h 5 min"))
        log = self._create_log(date_start="2026-03-01 09:00:00", duration_minutes=2885)
        self.assertEqual(log.date_end, datetime(2026, 3, 3, 9, 5))
        self.assertEqual(self._create_log(duration_minutes=0).duration_text, "0 min")
        self.assertEqual(self._create_log(duration_minutes=65).duration_text, "1 h 5 min")

    def test_contact_duration_on_the_form(self):
        """On the form the end follows the duration, the duration the end, and a later begin moves both."""
        form = Form(self.Log.with_user(self.specialist).with_context(default_partner_id=self.contact.id))
        form.subject, form.date_start, form.duration_minutes = "Visit", "2026-03-01 09:00:00", 30
        self.assertEqual(form.date_end, datetime(2026, 3, 1, 9, 30))
        form.date_end = "2026-03-01 10:00:00"
        self.assertEqual(form.duration_minutes, 60)
        form.date_start = "2026-03-01 08:00:00"
        self.assertEqual((form.duration_minutes, form.date_end), (60, datetime(2026, 3, 1, 9, 0)))
        log = form.save()
        self.assertEqual((log.duration_minutes, log.date_end), (60, datetime(2026, 3, 1, 9, 0)))

    def test_contact_duration_over_a_clock_change(self):
        """Time is counted in Greenwich: when clocks change in Berlin, an hour is an hour."""
        log = self._create_log(date_start="2026-03-29 00:30:00", date_end="2026-03-29 01:30:00")
        self.assertEqual(log.with_context(tz="Europe/Berlin").duration_minutes, 60)

    def test_contact_bad_times(self):
        """An end before the begin, a negative duration and a slip of the pen are refused."""
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._create_log(date_start="2026-03-02 09:00:00", date_end="2026-03-01 09:00:00")
        log = self._create_log(date_start="2026-03-02 09:00:00", duration_minutes=5)
        with self.assertRaises(ValidationError):
            log.date_end = "2026-03-02 08:59:59"
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._create_log(duration_minutes=-1)
        with self.assertRaises(ValidationError):
            self._create_log(duration_minutes=2**30)

    def test_contact_guards(self):
        """Source, document and family are the program's: not in create, not in write, not by a default."""
        for vals in (
            {"source": "callback"},
            {"res_model": "res.partner"},
            {"res_id": 1},
            {"commercial_partner_id": 1},
        ):
            with self.subTest(vals=vals):
                with self.assertRaises(AccessError):
                    self._create_log(**vals)
                with self.assertRaises(AccessError):
                    self._create_log().write(vals)
        model = self.Log.with_user(self.specialist).with_context(default_source="callback", default_res_id=7)
        log = model.create({"partner_id": self.contact.id, "subject": "Talk"})
        self.assertEqual((log.source, log.res_id), ("manual", 0))

    def test_contact_of_several_customers(self):
        """One reception of several customers gives each an entry of the same contents."""
        other = self._create_customer()
        action = (self.customer | other).with_user(self.specialist).action_care_log_contact()
        form = Form(
            self.Log.with_user(self.specialist).with_context(**action["context"]), view=action["views"][0][0]
        )
        form.subject, form.kind, form.duration_minutes = "Tour of the plant", "reception", 90
        form.save()
        logs = self.Log.search([("subject", "=", "Tour of the plant")])
        self.assertEqual(logs.partner_id, self.customer | other)
        self.assertEqual(logs.mapped("duration_minutes"), [90, 90])
        self.assertEqual(self._get_kinds(other), ["contact_logged"])
        with self.assertRaises(UserError):
            self.env["res.partner"].with_user(self.specialist).action_care_log_contact()

    def test_contact_append_is_idempotent(self):
        """The same happening is noted once, in one batch or in two; other customers and sources are others."""
        vals = {
            "res_model": "res.partner",
            "res_id": 5,
            "duration_minutes": 12,
            "participant_ids": [self.customer.id],
        }
        first = self._append(**vals)
        self.assertEqual(self._append(**vals), first)
        self.assertRecordValues(
            first,
            [
                {
                    "commercial_partner_id": self.customer.id,
                    "duration_minutes": 12,
                    "date_end": first.date_start + timedelta(minutes=12),
                    "participant_ids": self.customer.ids,
                    "is_counted": True,
                    "company_id": self.env.company.id,
                }
            ],
        )
        both = self.Log._log_contacts([{"kind": "call", "subject": "x", "source": "callback", "partner_id": p, **vals}
                                       for p in (self.contact.id, self.customer.id, False)])  # fmt: skip
        self.assertEqual(len(both), 2)
        self.assertIn(first, both)
        self.assertNotEqual(self._append(**vals, **{"source": "campaign"}), first)
        self.assertNotEqual(self._append(), self._append())

    def test_contact_append_writes_the_timeline_where_nobody_else_does(self):
        """Mails and meetings get a row of the timeline, calls log themselves."""
        self._append()
        self.assertFalse(self._get_kinds(self.contact))
        self._append(source="meeting", kind="meeting", res_model="res.partner", res_id=1)
        self._append(source="meeting", kind="meeting", res_model="res.partner", res_id=1)
        self.assertEqual(self._get_kinds(self.contact), ["contact_logged"])

    def test_contact_append_many(self):
        """Ten thousand rows are appended by few statements."""
        rows = [
            {"partner_id": self.contact.id, "kind": "event", "subject": "Fair", "source": "campaign",
             "res_model": "res.partner", "res_id": number}
            for number in range(1, 2501)
        ]  # fmt: skip
        self.Log._log_contacts(rows[:1])
        with self.assertQueryCount(12):
            logs = self.Log._log_contacts(rows)
        self.assertEqual(len(logs), 2500)

    def test_contact_last_and_next_date(self):
        """The last contact is the newest that counts: a gift or a greeting is none."""
        grade = self.env["customer.grade"].create({"name": "T", "code": "T", "contact_interval_days": 30})
        self.customer.sudo().write({"care_grade_id": grade.id, "care_grade_date": "2026-01-01"})
        partner = self.customer.with_user(self.specialist).with_context(tz="UTC")
        self.assertEqual(partner.care_next_contact_date, fields.Date.to_date("2026-01-31"))
        self._create_log(date_start="2026-02-10 10:00:00")
        self._create_log(date_start="2026-02-20 10:00:00", kind="gift")
        self._append(date_start="2026-02-25 10:00:00", source="greeting", kind="mail")
        partner.invalidate_recordset()
        self.assertEqual(partner.care_last_contact_date, fields.Date.to_date("2026-02-10"))
        self.assertEqual(partner.care_next_contact_date, fields.Date.to_date("2026-03-12"))
        Partner = self.env["res.partner"].with_user(self.specialist).with_context(tz="UTC")
        self.assertIn(self.customer, Partner.search([("care_next_contact_date", "<=", "2026-03-12")]))
        self.assertNotIn(self.customer, Partner.search([("care_next_contact_date", "<", "2026-03-12")]))

    def test_contact_backfill(self):
        """Calls that reached somebody before the log was there are noted once; twice changes nothing."""
        callback = self._create_callback(partner_id=self.contact.id)
        callback.action_done("reached", note="All well")
        missed = self._create_callback(partner_id=self.contact.id)
        missed.action_done("wrong_number")
        self.env.flush_all()
        self.Log.search([]).unlink()
        self.Log._backfill()
        self.Log._backfill()
        self.assertRecordValues(
            self.Log.search([("partner_id", "=", self.contact.id)]),
            [
                {
                    "source": "callback",
                    "res_id": callback.id,
                    "result": "All well",
                    "is_counted": True,
                    "kind": "call",
                }
            ],
        )
        self.Log.invalidate_model()
        callback.action_reopen()
        self.assertFalse(self.Log.search([("partner_id", "=", self.contact.id)]))

    def test_contact_corrections(self):
        """The author corrects on the same day, later a supervisor; deleting is a manager's."""
        log = self._create_log()
        log.subject = "Another"
        with self.assertRaises(AccessError):
            log.unlink()
        later = fields.Datetime.now() + timedelta(days=1)
        with freeze_time(later):
            log.invalidate_recordset()
            with self.assertRaisesRegex(UserError, "later by a supervisor"):
                log.subject = "Late"
            log.message_post(body="Later there may be talk about it")
            team = self._create_team(member_ids=[(4, self.supervisor.id)])
            log.sudo().team_id = team
            log.with_user(self.supervisor).subject = "Corrected"
        log.with_user(self.manager).unlink()

    def test_contact_of_the_program_gets_notes_only(self):
        """What the program noted is not changed, but for result and next step."""
        log = self._append(user_id=self.specialist.id).with_user(self.specialist)
        log.write({"result": "He asked for an offer", "next_step": "Offer", "next_date": "2030-01-01"})
        for vals in (
            {"subject": "x"},
            {"partner_id": self.customer.id},
            {"duration_minutes": 9},
            {"user_id": False},
        ):
            with self.assertRaises(UserError):
                log.write(vals)

    def test_contact_access(self):
        """Specialists see their own and those of their customers, the auditor reads all, others nothing."""
        own = self._create_log()
        stranger = self._create_customer()
        foreign = self._create_log(self.other_specialist, partner_id=stranger.id)
        self.assertEqual(self.Log.with_user(self.specialist).search([("id", "in", (own | foreign).ids)]), own)
        with self.assertRaises(AccessError):
            foreign.with_user(self.specialist).read(["subject"])
        with self.assertRaises(AccessError):
            foreign.with_user(self.specialist).result = "x"
        both = self.Log.with_user(self.auditor).search([("id", "in", (own | foreign).ids)])
        self.assertEqual(len(both), 2)
        with self.assertRaises(AccessError):
            own.with_user(self.auditor).write({"result": "x"})
        with self.assertRaises(AccessError):
            self._create_log(self.auditor)
        for user in (self.employee, self.portal, self.public):
            with self.assertRaises(AccessError):
                own.with_user(user).read(["subject"])

    def test_contact_two_companies(self):
        """A contact of another company is not seen."""
        company = self.env["res.company"].create({"name": "Other"})
        log = self._create_log(self.env.user, company_id=company.id, user_id=False)
        self.assertFalse(self.Log.with_user(self.manager).search([("id", "=", log.id)]))

    def test_contact_next_step(self):
        """A next step becomes a callback once, or an activity once; without a date it says so."""
        self.customer.phone = self.contact.phone = "+86 21 5555"
        log = self._create_log()
        with self.assertRaises(UserError):
            log.action_plan_callback()
        log.write({"next_step": "Ring about the offer", "next_date": "2030-01-01"})
        action = log.action_plan_callback()
        self.assertEqual(log.action_plan_callback()["res_id"], action["res_id"])
        callback = self.env["customer.callback"].browse(action["res_id"])
        self.assertEqual((callback.subject, callback.res_id), ("Ring about the offer", log.id))
        log.action_plan_activity()
        log.action_plan_activity()
        self.assertEqual(len(log.activity_ids), 1)

    def test_contact_mail_counts_once(self):
        """A message of the record that somebody counts is one contact, whoever does it again."""
        self.contact.email = "ada@example.com"
        message = self.contact.message_post(
            body="I am very pleased.", author_id=self.contact.id, message_type="email", subject="Thanks"
        )
        message.with_user(self.specialist).action_care_count_as_contact()
        message.with_user(self.specialist).action_care_count_as_contact()
        self.assertRecordValues(
            self.Log.search([("source", "=", "mail"), ("partner_id", "=", self.contact.id)]),
            [{"direction": "in", "kind": "mail", "subject": "Thanks", "result": "I am very pleased."}],
        )
        untitled = self.contact.message_post(body="Call me\nin the morning", message_type="comment")
        untitled.action_care_count_as_contact()
        found = self.Log.search([("source", "=", "mail"), ("res_id", "=", untitled.id)])
        self.assertTrue(found.subject.startswith("Call me"), found.subject)
        with self.assertRaises(AccessError):
            message.with_user(self.employee).action_care_count_as_contact()
        with self.assertRaises(UserError):
            self.env["mail.message"].create({"body": "x"}).with_user(
                self.env.user
            ).action_care_count_as_contact()

    def test_contact_merge(self):
        """Merged customers keep their contacts; what both have in common is kept once."""
        other = self._create_customer("Wind Ltd")
        shared = {"res_model": "res.partner", "res_id": 5, "source": "campaign"}
        kept = self._append(partner_id=self.customer.id, **shared)
        self._append(partner_id=other.id, **shared)
        own = self._append(partner_id=other.id)
        self.env["base.partner.merge.automatic.wizard"]._merge((self.customer | other).ids, self.customer)
        logs = self.Log.search([("partner_id", "=", self.customer.id)])
        self.assertEqual(logs, (kept | own).sorted(lambda log: (log.date_start, log.id), reverse=True))
        self.assertEqual(own.commercial_partner_id, self.customer)

    def test_contact_erasure(self):
        """Erasing personal data empties the texts, the fact stays."""
        log = self._create_log(result="He is ill", next_step="Send flowers")
        entry = self.env["res.partner"]._care_privacy_models()["customer.contact.log"]
        self.env["res.partner"]._care_anonymize_records("customer.contact.log", entry, log.sudo())
        self.assertFalse(log.result or log.next_step)
        self.assertEqual(log.subject, "-")

    def test_contact_sheet(self):
        """The record sheet takes the rows of a customer and a period, on paper and as a workbook."""
        self._create_log(date_start="2026-03-01 09:00:00", duration_minutes=2885)
        self._create_log(date_start="2026-05-01 09:00:00", partner_id=self.customer.id)
        Sheet = self.env["customer.contact.sheet"].with_user(self.specialist)
        sheet = Sheet.create(
            {"partner_id": self.customer.id, "date_from": "2026-02-01", "date_to": "2026-03-31"}
        )
        action = sheet.action_print()
        ids = action["context"]["active_ids"]
        html = self.env["ir.actions.report"]._render_qweb_html(action["report_name"], ids)[0]
        self.assertIn("2 d 0 h 5 min", html.decode())
        self.specialist.group_ids |= self.env.ref("base.group_allow_export")
        name, stream = sheet._get_xlsx()
        with stream:
            self.assertEqual(stream.read(2), b"PK")
        self.assertTrue(name.endswith(".xlsx"))
        with self.assertRaises(ValidationError):
            sheet.date_to = "2026-01-01"
        with self.assertRaises(UserError):
            Sheet.create({"date_from": "1990-01-01", "date_to": "1990-01-02"}).action_print()
