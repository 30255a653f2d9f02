from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from lxml import etree
from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestCallbackDesk(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.callback"].search([("user_id", "=", cls.specialist.id)]).unlink()
        cls.env.company.write({"care_contact_from": 0, "care_contact_to": 0})
        cls.Callback = cls.env["customer.callback"].with_user(cls.specialist)
        cls.customer.phone = "+86 21 6888 1234"

    def _get_queue(self, user=None):
        desk = self.Callback.with_user(user or self.specialist)
        return desk._get_queue(desk._get_queue_domain()).mapped("subject")

    def _next(self, user=None):
        action = self.Callback.with_user(user or self.specialist).action_open_desk()
        return action["res_id"] if action["res_model"] == "customer.callback" else None

    @freeze_time("2026-03-04 10:00:00")
    def test_desk_orders_by_wish_overdue_priority_deadline_day(self):
        """First the customer's wish, then overdue, urgent, the end of the window, the planned day."""
        today = "2026-03-04"
        self._create_callback(subject="plain", date_planned=today)
        self._create_callback(subject="urgent", date_planned=today, priority="1")
        self._create_callback(subject="overdue", date_planned="2026-03-02")
        window = self._create_callback(subject="window", date_planned=today)
        window.sudo().date_deadline = "2026-03-10"
        self._create_callback(subject="wish", date_planned=today, preferred_datetime="2026-03-04 09:30:00")
        self._create_callback(
            subject="wish later", date_planned=today, preferred_datetime="2026-03-04 15:00:00"
        )
        self._create_callback(subject="tomorrow", date_planned="2026-03-05")
        self.assertEqual(self._get_queue(), ["wish", "overdue", "urgent", "window", "plain"])

    @freeze_time("2026-03-04 10:00:00")
    def test_desk_lists_an_attempt_when_its_time_of_day_comes(self):
        """An attempt of the afternoon is not called in the morning, by the clock of the customer."""
        self.customer.tz = "Asia/Shanghai"  # 18:00 there
        self._create_callback(subject="evening", time_slot="evening", date_planned="2026-03-04")
        self._create_callback(subject="midday", time_slot="midday", date_planned="2026-03-04")
        self.assertEqual(set(self._get_queue()), {"evening", "midday"})
        self.customer.tz = "UTC"
        later = self._create_callback(subject="later", time_slot="afternoon", date_planned="2026-03-04")
        self.assertEqual(later.not_before_datetime, fields.Datetime.to_datetime("2026-03-04 14:00:00"))
        self.assertNotIn("later", self._get_queue())
        later.date_planned = "2026-03-05"
        self.assertEqual(later.not_before_datetime, fields.Datetime.to_datetime("2026-03-05 14:00:00"))

    @freeze_time("2026-03-29 00:30:00")
    def test_slot_begins_by_the_wall_clock_on_the_day_of_the_change(self):
        """Nine in the morning is nine o'clock before and after the clocks change."""
        self.customer.tz = "Europe/Berlin"
        callback = self._create_callback(time_slot="morning", date_planned="2026-03-28")
        self.assertEqual(callback.not_before_datetime.hour, 8)
        callback.date_planned = "2026-03-29"
        self.assertEqual(callback.not_before_datetime.hour, 7)

    @freeze_time("2026-03-04 03:00:00")
    def test_desk_calls_first_where_it_is_day(self):
        """Outside the contact hours of a customer others come first, and the call warns."""
        self.env.company.write({"care_contact_from": 8, "care_contact_to": 21})
        self.customer.tz = "UTC"
        east = self._create_customer("East", tz="Asia/Shanghai", phone="1234567")
        night = self._create_callback(subject="night", date_planned="2026-03-01", priority="1")
        self._create_callback(subject="day", date_planned="2026-03-04", partner_id=east.id)
        self.assertEqual(self._get_queue(), ["day", "night"])
        self.assertEqual(night.position_text, "2 of 2 today, 0 done")
        self.assertIn("outside the contact hours", night.contact_warning)

    def test_desk_goes_on_after_each_outcome_and_ends_with_the_day(self):
        """After an outcome the next customer appears, at the end the day in figures."""
        first, second = self._create_callback(subject="1"), self._create_callback(subject="2")
        self.assertEqual(self._next(), first.id)
        first.note = "Fine"
        self.assertEqual(first.action_desk_reached()["res_id"], second.id)
        self.assertEqual(second.position_text, "1 of 1 today, 1 done")
        self._create_callback(date_planned=fields.Date.today() + timedelta(days=1))
        action = second.action_desk_no_answer()
        self.assertEqual(action["res_model"], "customer.callback.day")
        day = self.env["customer.callback.day"].with_user(self.specialist).browse(action["res_id"])
        self.assertRecordValues(
            day, [{"done_count": 2, "reached_count": 1, "waiting_count": 0, "last_done_id": second.id}]
        )
        self.assertGreaterEqual(day.tomorrow_count, 1)

    def test_desk_undo_takes_back_the_last_call(self):
        """One click takes back a wrong outcome, with what followed from it."""
        callback = self._create_callback(note="Fine", needs="A manual\n\nA manual\nSpare parts")
        callback.action_desk_reached()
        log = self.env["customer.contact.log"].search(
            [("res_model", "=", callback._name), ("res_id", "=", callback.id)]
        )
        self.assertRecordValues(log, [{"source": "callback", "kind": "call", "user_id": self.specialist.id}])
        self.assertEqual(callback.need_ids.mapped("name"), ["A manual", "Spare parts"])
        action = self.Callback.action_desk_undo()
        self.assertEqual((action["res_id"], callback.state), (callback.id, "planned"))
        self.assertFalse(log.exists())
        callback.action_desk_reached()
        self.assertEqual(len(callback.need_ids), 2)
        with self.assertRaisesRegex(UserError, "no call today"):
            self.Callback.with_user(self.other_specialist).action_desk_undo()

    def test_desk_next_and_skip(self):
        """Next leaves the call where it is; skipping puts it to the end of today."""
        first, second = self._create_callback(subject="1"), self._create_callback(subject="2")
        self.assertEqual(first.action_next()["res_id"], second.id)
        self.assertEqual(self._get_queue(), ["1", "2"])
        self.assertEqual(first.action_skip()["res_id"], second.id)
        self.assertEqual(self._get_queue(), ["2", "1"])
        second.action_done("wrong_number")
        self.assertEqual(first.action_next()["res_id"], first.id)

    def test_desk_is_for_callers(self):
        """Who only reads, or is no employee of the customer care, has no desk."""
        for user in (self.auditor, self.employee, self.portal, self.public):
            for method in ("action_open_desk", "action_pull"):
                with self.subTest(user=user.name, method=method), self.assertRaises(AccessError):
                    getattr(self.Callback.with_user(user), method)()

    def test_desk_methods_open_no_foreign_call(self):
        """No button of the desk works on a call of somebody else."""
        callback = self._create_callback(self.manager)
        for method in (
            "action_start_call", "action_put_back", "action_skip", "action_desk_reached", "action_desk_no_answer",
            "action_desk_busy", "action_call_later", "action_ask_number", "action_show_on_desk", "action_change",
            "action_open_follow_up", "action_follow_up_done", "action_open_needs",
        ):  # fmt: skip
            for user in (self.specialist, self.auditor, self.portal):
                if user == self.auditor and method in ("action_show_on_desk", "action_open_needs"):
                    continue
                with self.subTest(method=method, user=user.name), self.assertRaises(AccessError):
                    getattr(callback.with_user(user), method)()
        self.assertRecordValues(callback, [{"state": "planned", "call_user_id": False}])

    # Two callers

    def test_started_call_is_taken(self):
        """The second caller learns who has the call and since when, and can neither start nor finish it."""
        with freeze_time("2026-03-04 10:00:00"):
            callback = self._create_callback(user_id=False)
            callback.action_start_call()
            self.assertRecordValues(
                callback, [{"user_id": self.specialist.id, "call_user_id": self.specialist.id}]
            )
            callback.sudo().user_id = False
            theirs = callback.with_user(self.other_specialist)
            self.assertIn("Specialist has been making this call since 10:00", theirs.claim_text)
            for call in (
                theirs.action_start_call,
                theirs.action_no_answer,
                theirs.action_skip,
                theirs.action_busy,
            ):
                with self.assertRaisesRegex(UserError, "Specialist has been making"):
                    call()
            with self.assertRaises(AccessError):
                theirs.action_put_back()
            self.assertNotIn(callback, theirs._get_queue(theirs._get_free_domain()))
        with freeze_time("2026-03-04 11:01:00"):
            theirs.invalidate_recordset()
            self.assertFalse(theirs.is_claimed)
            theirs.action_start_call()
            self.assertEqual(callback.call_user_id, self.other_specialist)
            theirs.action_put_back()
            self.assertRecordValues(callback, [{"call_user_id": False, "call_datetime": False}])

    def test_call_held_by_another_transaction_is_not_started(self):
        """At the same moment only one of two gets the call."""
        callback = self._create_callback()
        with patch.object(type(callback), "try_lock_for_update", lambda records, **kw: records.browse()):
            with self.assertRaisesRegex(UserError, "try again"):
                callback.action_start_call()

    def test_pull_takes_due_calls_without_caller(self):
        """Unassigned due calls of the own teams can be taken, also those whose caller has left."""
        self.env["customer.callback"].search([("user_id", "=", False)]).user_id = self.manager
        team = self._create_team(user_id=self.supervisor.id, member_ids=[Command.link(self.specialist.id)])
        foreign = self._create_team(name="Foreign")
        self._create_callback(self.manager, user_id=False, team_id=foreign.id)
        self._create_callback(self.manager, user_id=False, team_id=team.id, date_planned="2999-01-01")
        with self.assertRaisesRegex(UserError, "No call"):
            self.Callback.action_pull()
        due = self._create_callback(self.manager, user_id=False, team_id=team.id)
        self.assertEqual(self.Callback.action_pull()["res_id"], due.id)
        self.assertEqual(due.user_id, self.specialist)
        left = self._create_callback(self.manager, user_id=self.other_specialist.id, team_id=team.id)
        self.other_specialist.active = False
        found = self.Callback.with_user(self.supervisor)
        self.assertEqual(found.search([("user_id.active", "=", False), ("id", "=", left.id)]), left)
        self.assertEqual(found.action_pull()["res_id"], left.id)
        self.assertEqual(left.user_id, self.supervisor)

    def test_call_is_not_given_to_who_has_left(self):
        """Nobody who has left is made a caller, neither in a new callback nor when one is handed over."""
        self.other_specialist.active = False
        callback = self._create_callback()
        with self.assertRaisesRegex(UserError, "has left"):
            callback.user_id = self.other_specialist
        with self.assertRaisesRegex(UserError, "has left"):
            self._create_callback(self.manager, user_id=self.other_specialist.id)

    # Clock

    def test_clock_measures_begun_minutes(self):
        """The clock gives the minutes unless somebody entered them; a forgotten clock gives none."""
        for seconds, entered, expected in ((61, 0, 2), (61, 9, 9), (5 * 3600, 0, 0)):
            with self.subTest(seconds=seconds, entered=entered):
                with freeze_time("2026-03-04 10:00:00") as clock:
                    callback = self._create_callback(note="Fine", duration_minutes=entered)
                    callback.action_start_call()
                    callback.action_start_call()
                    clock.tick(seconds)
                    callback.action_done("reached")
                self.assertRecordValues(
                    callback, [{"duration_minutes": expected, "call_datetime": False, "call_user_id": False}]
                )

    @mute_logger("odoo.sql_db")
    def test_clock_cannot_run_backwards(self):
        """A call lasts neither less than nothing nor longer than a day."""
        for minutes in (-1, 1441):
            with self.assertRaises(CheckViolation):
                self._create_callback(duration_minutes=minutes)

    # Customers who are not as they were

    def test_number_that_cannot_be_dialled_is_said(self):
        """A person without number, or with letters in it, is shown; the call can still be noted."""
        self.customer.phone = "0800 CALL-ME"
        callback = self._create_callback(partner_id=self.contact.id)
        self.assertFalse(callback.has_number)
        self.assertEqual([row["tel"] for row in callback.phone_data], [False])
        self.customer.phone = False
        callback.invalidate_recordset()
        self.assertFalse(callback.phone_data)
        self.assertIn("No phone number", callback.contact_warning)
        callback.action_done("reached", note="Came by")
        self.assertEqual(callback.state, "done")

    def test_numbers_of_customer_and_contacts_are_offered(self):
        """The person's own number comes first, then the company's; each number once."""
        self.contact.phone = "+49 (30) 123-45"
        self._create_customer("Bob", parent_id=self.customer.id, phone=self.customer.phone)
        callback = self._create_callback(partner_id=self.contact.id)
        self.assertEqual([row["tel"] for row in callback.phone_data], ["+493012345", "+862168881234"])

    def test_customer_archived_merged_or_deleted_before_the_call(self):
        """An archived customer warns; a merged one goes on with the other; a deleted one takes the call along."""
        callback = self._create_callback()
        self.customer.active = False
        callback.invalidate_recordset()
        self.assertIn("archived", callback.contact_warning)
        self.assertEqual(self._next(), callback.id)
        self.customer.active = True
        target = self._create_customer("Target")
        source = self._create_customer("Source")
        merged = self._create_callback(partner_id=source.id)
        self.env["base.partner.merge.automatic.wizard"]._merge((source | target).ids, target)
        merged.invalidate_recordset()
        self.assertEqual(merged.partner_id, target)
        self.assertEqual(merged.commercial_partner_id, target)
        merged.sudo().partner_id.sudo().unlink()
        self.assertFalse(merged.exists())

    def test_bulk_change_acts_with_the_rights_of_the_user(self):
        """Callbacks are handed over and moved in one go, but not those of others, nor finished ones."""
        callbacks = self._create_callback() | self._create_callback()
        wizard = self.env["customer.callback.change"].with_user(self.specialist)
        day = fields.Date.today() + timedelta(days=3)
        change = wizard.with_context(**callbacks.action_change()["context"]).create({"date_planned": day})
        change.action_confirm()
        self.assertEqual(callbacks.mapped("date_planned"), [day, day])
        with self.assertRaisesRegex(UserError, "past"):
            wizard.create({"callback_ids": callbacks.ids, "date_planned": "2020-01-01"}).action_confirm()
        with self.assertRaisesRegex(UserError, "what to change"):
            wizard.create({"callback_ids": callbacks.ids}).action_confirm()
        foreign = self._create_callback(self.manager)
        with self.assertRaises(AccessError):
            wizard.create({"callback_ids": foreign.ids, "date_planned": day}).action_confirm()
        callbacks[0].action_done("wrong_number")
        with self.assertRaisesRegex(UserError, "already finished"):
            wizard.create({"callback_ids": callbacks.ids, "date_planned": day}).action_confirm()

    def test_wrong_number_with_the_right_one_is_called_again_today(self):
        """The right number goes to the customer; without it somebody verifies the record."""
        callback = self._create_callback(partner_id=self.contact.id)
        context = callback.with_context(default_is_desk=True).action_ask_number()["context"]
        form = Form(self.env["customer.callback.close"].with_user(self.specialist).with_context(**context))
        form.new_phone = "not a number"
        with self.assertRaisesRegex(UserError, "not a telephone number"):
            form.save()
        form.new_phone = "+49 30 9876"
        action = form.save().action_confirm()
        following = callback.search([("previous_id", "=", callback.id)])
        self.assertEqual(self.contact.phone, "+49 30 9876")
        self.assertRecordValues(
            following, [{"state": "planned", "attempt": 2, "date_planned": fields.Date.today()}]
        )
        self.assertEqual(action["res_id"], following.id)
        context = following.action_ask_number()["context"]
        self.env["customer.callback.close"].with_user(self.specialist).with_context(**context).create(
            {}
        ).action_confirm()
        kind = self.env.ref("customer_care.mail_activity_type_verify")
        self.assertEqual(self.contact.activity_ids.activity_type_id, kind)

    # Many calls

    def test_desk_opens_among_thousands_with_few_queries(self):
        """Ten thousand planned calls of one day cost no more queries than two: the list is never read whole."""
        for name in ("1", "2"):
            self._create_callback(subject=name)
        few = self._count_desk_queries()
        self.env.cr.execute(
            """
            INSERT INTO customer_callback (subject, partner_id, commercial_partner_id, company_id, user_id, state,
                                           date_planned, priority, attempt)
            SELECT 'many', partner_id, commercial_partner_id, company_id, user_id, state, date_planned, '0', 1
              FROM customer_callback, generate_series(1, 10000) WHERE subject = '2'
            """
        )
        self.assertLessEqual(self._count_desk_queries(), few)
        first = self.Callback.browse(self._next())
        self.assertEqual(first.position_text, "1 of 10002 today, 0 done")
        last = self.Callback.search([("subject", "=", "many")], order="id desc", limit=1)
        self.assertEqual(last.position_text, "10002 of 10002 today, 0 done")

    def _count_desk_queries(self):
        """Open the desk as a browser does; return the number of queries, which must stay within the budget."""
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        callback = self.Callback.browse(self._next())
        view = self.env.ref("customer_care.customer_callback_view_form_desk")
        spec = {node.get("name"): {} for node in etree.fromstring(view.arch).iter("field")}
        callback.web_read(spec)
        count = self.env.cr.sql_log_count - before
        self.assertLess(count, 60)
        return count

    # What a call leads to

    def test_measure_is_planned_from_the_desk(self):
        """From a call a measure is added to the plan of the customer, also of its company."""
        callback = self._create_callback(partner_id=self.contact.id)
        self.assertTrue(callback.has_measures)
        action = callback.action_add_measure()
        wizard = self.env[action["res_model"]].with_user(self.specialist).with_context(**action["context"])
        wizard.create({"name": "Visit the plant", "kind": "visit"}).action_add()
        measure = self.env["customer.care.measure"].search([("name", "=", "Visit the plant")])
        self.assertRecordValues(measure, [{"kind": "visit", "commercial_partner_id": self.customer.id}])
        self.assertFalse(callback.with_user(self.auditor).has_measures)
        for user in (self.auditor, self.portal):
            with self.assertRaises(AccessError):
                callback.with_user(user).action_add_measure()

    def test_reached_call_counts_as_contact_until_it_is_reopened(self):
        """The contact log, and with it the last contact, follow the end of a call; each end makes one row."""
        rows = self.env["customer.contact.log"]
        domain = [("res_model", "=", "customer.callback"), ("source", "=", "callback")]
        callback = self._create_callback(note="Fine", duration_minutes=7)
        for _time in range(2):
            callback.action_done("reached")
            row = rows.search([*domain, ("res_id", "=", callback.id)])
            self.assertRecordValues(
                row,
                [{"partner_id": self.customer.id, "kind": "call", "duration_minutes": 7, "result": "Fine"}],
            )
            # it began seven minutes ago
            begin = fields.Datetime.context_timestamp(row, row.date_start)
            self.assertEqual(self.customer.care_last_contact_date, begin.date())
            callback.action_reopen()
            self.assertFalse(row.exists())
            self.customer.invalidate_recordset()
            self.assertFalse(self.customer.care_last_contact_date)
        callback.action_done("no_answer")
        self.assertFalse(rows.search([*domain, ("res_id", "=", callback.id)]))
