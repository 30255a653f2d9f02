from freezegun import freeze_time
from odoo import SUPERUSER_ID, Command, api, fields
from odoo.addons.customer_complaint.models.customer_complaint import CODE_ONLY_FIELDS
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.sql_db import db_connect
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestCustomerComplaint(ComplaintCommon):
    def test_create_fills_number_stage_and_dates(self):
        """A complaint that names only its subject is complete."""
        complaint = self.env["customer.complaint"].with_user(self.handler).create({"name": "Late"})
        self.assertRegex(complaint.number, r"^C-\d{4}-\d{5}$")
        self.assertEqual(complaint.stage_id, self.stage_received)
        self.assertTrue(complaint.received_datetime)
        self.assertTrue(complaint.team_id)
        self.assertEqual(complaint.stage_history_ids.mapped("phase"), ["open"])

    def test_create_batch_numbers_differ(self):
        """A batch draws a range: no number twice."""
        complaints = self.env["customer.complaint"].create(
            [self._prepare_complaint() for _index in range(30)]
        )
        self.assertEqual(len(set(complaints.mapped("number"))), 30)

    def test_two_cursors_draw_different_numbers(self):
        """Two transactions at once never get the same number."""
        numbers = []
        first, second = db_connect(self.env.cr.dbname).cursor(), db_connect(self.env.cr.dbname).cursor()
        try:
            for cursor in (first, second, first, second):
                env = api.Environment(cursor, SUPERUSER_ID, {})
                numbers += env["customer.complaint"]._next_numbers(env.ref("base.main_company"), 3)
        finally:
            for cursor in (first, second):
                cursor.rollback()
                cursor.close()
        self.assertEqual(len(set(numbers)), 12)

    def test_year_of_the_number_is_that_of_the_company(self):
        """What comes by mail or from the portal knows no zone of a reader; the zone may be changed."""
        self.env.company.partner_id.tz = "Asia/Shanghai"
        complaints = self.env["customer.complaint"].with_context(tz=False)
        with freeze_time("2026-12-31 20:00:00"):
            self.assertRegex(complaints.create(self._prepare_complaint()).number, "2027")
            self.env.company.partner_id.tz = "America/New_York"
            self.assertRegex(complaints.create(self._prepare_complaint()).number, "2026")
            self.env.company.partner_id.tz = False
            self.env.company._care_calendar().tz = "Asia/Shanghai"
            sequence = self.env.ref("customer_complaint.ir_sequence_customer_complaint")
            sequence.use_date_range = True
            self.assertRegex(complaints.create(self._prepare_complaint()).number, "2027")
        self.assertEqual(sequence.date_range_ids.date_from.year, 2027)

    @mute_logger("odoo.sql_db")
    def test_number_twice_is_refused_by_the_database(self):
        """Even code cannot give a number twice."""
        complaint = self._create_complaint()
        with self.assertRaises(IntegrityError):
            self._create_complaint(number=complaint.number)

    def test_number_of_sequence_without_gaps(self):
        """An administrator may choose a sequence without gaps or with a range for each year."""
        sequence = self.env.ref("customer_complaint.ir_sequence_customer_complaint")
        sequence.write({"implementation": "no_gap", "number_next": 70001})
        complaints = self.env["customer.complaint"].create([self._prepare_complaint() for _index in range(2)])
        self.assertEqual([number[-5:] for number in complaints.mapped("number")], ["70001", "70002"])

    def test_code_only_fields_are_refused_in_write_and_create(self):
        """Fields of the program are closed to everybody over RPC, managers too."""
        complaint = self._create_complaint(user_id=self.manager.id)
        for name in CODE_ONLY_FIELDS:
            with self.subTest(field=name), self.assertRaises(AccessError):
                complaint.with_user(self.manager).write({name: False})
            with self.subTest(create=name), self.assertRaises(AccessError):
                self.env["customer.complaint"].with_user(self.manager).create(
                    self._prepare_complaint(**{name: False})
                )

    def test_code_only_fields_ignore_defaults_of_the_context(self):
        """A default in the context does not reach the fields of the program."""
        moment = fields.Datetime.now()
        context = {
            "default_number": "X-1",
            "default_reopen_count": 7,
            "default_stage_history_ids": [Command.create({"stage_id": self.stage_closed.id})],
            "default_clock_ids": [Command.create({"target": "response"})],
            "default_policy_id": self.policy.id,
            **{f"default_{name}": moment for name in CODE_ONLY_FIELDS if name.endswith("_datetime")},
        }
        complaint = (
            self.env["customer.complaint"]
            .with_user(self.handler)
            .with_context(**context)
            .create({"name": "Trick"})
        )
        self.assertNotEqual(complaint.number, "X-1")
        self.assertEqual(complaint.reopen_count, 0)
        self.assertFalse(
            complaint.responded_datetime or complaint.resolved_datetime or complaint.closed_datetime
        )
        self.assertEqual(len(complaint.stage_history_ids), 1)
        self.assertEqual(complaint.stage_history_ids.stage_id, self.stage_received)

    def test_received_datetime_set_at_registration_kept_after(self):
        """The receipt may lie in the past, never in the future; later only a manager corrects it."""
        complaint = (
            self.env["customer.complaint"]
            .with_user(self.handler)
            .create(self._prepare_complaint(user_id=self.handler.id, received_datetime="2026-01-05 08:00:00"))
        )
        self.assertEqual(complaint.received_datetime, fields.Datetime.to_datetime("2026-01-05 08:00:00"))
        with self.assertRaisesRegex(AccessError, "manager"):
            complaint.received_datetime = "2026-01-06 08:00:00"
        complaint.with_user(self.manager).received_datetime = "2026-01-06 08:00:00"
        with self.assertRaisesRegex(ValidationError, "future"):
            complaint.with_user(self.manager).received_datetime = "2999-01-01 00:00:00"

    def test_priority_moved_by_the_grade(self):
        """The care policy of a grade raises or lowers the priority of its customers' complaints."""
        grade = self.env["customer.grade"].create({"name": "Test", "code": "TX"})
        self.customer.sudo().care_grade_id = grade
        for policy, expected in (("0", "1"), ("1", "2"), ("3", "3"), ("-1", "0")):
            grade.complaint_priority = policy
            complaint = self._create_complaint(
                partner_id=self.customer.id, severity="general", urgency="normal"
            )
            self.assertEqual(complaint.priority, expected, policy)

    def test_priority_of_severity_and_urgency(self):
        """Severity and urgency together make the priority."""
        for severity, urgency, expected in (
            ("minor", "low", "0"),
            ("minor", "high", "1"),
            ("general", "normal", "1"),
            ("serious", "high", "3"),
            ("major", "low", "2"),
            ("major", "high", "3"),
        ):
            complaint = self._create_complaint(severity=severity, urgency=urgency)
            self.assertEqual(complaint.priority, expected, (severity, urgency))

    def test_contact_data_come_from_the_customer_and_stay_editable(self):
        """Address and phone follow the customer; another address is kept."""
        complaint = self._create_complaint(email_from="Other <OTHER@mail.example>")
        self.assertEqual(complaint.phone, self.customer.phone)
        self.assertEqual(complaint.email_normalized, "other@mail.example")
        complaint.partner_id = False
        self.assertTrue(complaint.phone)
        self.assertFalse(complaint.commercial_partner_id)

    def test_team_of_category_and_company(self):
        """Without a team the category's takes it, if it is of the same company."""
        category = self.env["customer.complaint.category"].create({"name": "Pumps", "team_id": self.team.id})
        complaint = self.env["customer.complaint"].create({"name": "a", "category_id": category.id})
        self.assertEqual(complaint.team_id, self.team)
        company = self.env["res.company"].create({"name": "Second"})
        complaint = self.env["customer.complaint"].create(
            {"name": "a", "category_id": category.id, "company_id": company.id}
        )
        self.assertFalse(complaint.team_id)

    def test_copy_is_a_new_case(self):
        """A copy has its own number, none of the old fate, and the name of its own origin."""
        complaints = self._create_complaint(name="A") + self._create_complaint(name="B")
        complaints.write({"stage_id": self.stage_resolved.id})
        copies = complaints.copy()
        self.assertEqual(copies.mapped("name"), ["A (copy)", "B (copy)"])
        self.assertFalse(set(copies.mapped("number")) & set(complaints.mapped("number")))
        self.assertEqual(copies.stage_id, self.stage_received)
        self.assertFalse(any(copies.mapped("resolved_datetime")))

    def test_form_of_handler_saves(self):
        """The form opens with team and stage and saves as the lowest role."""
        with Form(self.env["customer.complaint"].with_user(self.handler)) as form:
            form.name = "By phone"
            form.partner_id = self.customer
            self.assertTrue(form.stage_id)
            self.assertEqual(form.email_from, self.customer.email)
        self.assertTrue(form.record.number)

    def test_repeated_counts_the_company_of_the_customer(self):
        """Other open complaints of all contacts of the company are counted, closed ones not."""
        company = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        people = self.env["res.partner"].create([{"name": name, "parent_id": company.id} for name in "ab"])
        first, second, third = (
            self._create_complaint(partner_id=partner.id) for partner in (people[0], people[1], company)
        )
        self._move(third, self.stage_closed)
        self.env.invalidate_all()
        self.assertEqual((first + second + third).mapped("repeated_count"), [1, 1, 2])
        self.assertEqual(people[0].care_complaint_count, 3)
        domain = people[0].action_view_complaints()["domain"]
        self.assertEqual(self.env["customer.complaint"].search_count(domain), 3)

    def test_name_search_finds_number_and_customer(self):
        """A complaint is found by number, subject and customer."""
        complaint = self._create_complaint()
        for text in (complaint.number, "pump leaks", "Lin Wei"):
            with self.subTest(text=text):
                self.assertIn(
                    complaint.id, [row[0] for row in self.env["customer.complaint"].name_search(text)]
                )

    def test_timeline_tells_receipt_resolution_closing_reopening(self):
        """What happens to a complaint is told on the customer's timeline, once each."""
        complaint = self._create_complaint()
        self._move(complaint, self.stage_accepted, self.stage_resolved, self.stage_closed)
        complaint.action_reopen("Leaks again")
        events = self.env["customer.care.event"].search(
            [("res_model", "=", "customer.complaint"), ("res_id", "=", complaint.id)], order="id"
        )
        wanted = ["complaint_received", "complaint_resolved", "complaint_closed", "complaint_reopened"]
        self.assertEqual([kind for kind in events.mapped("kind") if kind.startswith("complaint")], wanted)
        self.assertIn(complaint.number, events[0].summary)

    def test_category_tree(self):
        """The full name shows the path; a category cannot be its own ancestor."""
        parent = self.env["customer.complaint.category"].create({"name": "Goods"})
        child = self.env["customer.complaint.category"].create({"name": "Pumps", "parent_id": parent.id})
        self.assertEqual(child.display_name, "Goods / Pumps")
        found = self.env["customer.complaint.category"].name_search("Goods")
        self.assertEqual({row[0] for row in found}, {parent.id, child.id})
        with self.assertRaisesRegex(UserError, "its own ancestor"):
            parent.parent_id = child

    def test_bad_input(self):
        """Strange text is kept as text, huge text too; an unknown stage is refused with a message."""
        name = "'; DROP TABLE customer_complaint; -- <script>alert(1)</script> 投诉 %s %(x)s " + "x" * 5000
        complaint = self._create_complaint(name=name, description="<script>alert(1)</script><p>ok</p>")
        self.assertEqual(complaint.name, name)
        self.assertNotIn("script", complaint.description)
        self._move(complaint, self.stage_resolved)
        for wrong in (False, 2**30):
            with self.assertRaisesRegex(ValidationError, "must be in a stage"):
                complaint.write({"stage_id": wrong})

    def test_empty_recordset_is_harmless(self):
        """Methods of recordsets accept none."""
        none = self.env["customer.complaint"]
        none.write({"stage_id": self.stage_closed.id})
        none.action_assign_to_me()
        none.action_mark_responded()
        none._refresh_clocks()
        self.assertFalse(none.create([]))
