from datetime import timedelta

import psycopg2
from odoo import Command, fields
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestMatter(ComplaintCommon):
    """What is registered: dates, wish, claim, representative, source, evidence; bad input is told in words."""

    def _file(self, user, **vals):
        vals = {"name": "photo.txt", "raw": b"x", "res_model": "customer.complaint", "res_id": 0, **vals}
        return self.env["ir.attachment"].with_user(user).create(vals)

    def test_happened_in_the_future_or_another_age_is_refused(self):
        """What is complained of has happened, in our time."""
        for moment in (fields.Datetime.now() + timedelta(hours=1), "1066-10-14 09:00:00"):
            with self.subTest(moment=moment), self.assertRaises(ValidationError):
                self._create_complaint(happened_datetime=moment)
        self.assertTrue(self._create_complaint(happened_datetime="2020-02-29 10:00:00"))

    def test_claim_out_of_range_is_refused(self):
        """No negative amount, none beyond all measure, and nothing that is no number."""
        for amount, error in (
            (-1, psycopg2.errors.CheckViolation),
            (1e15, psycopg2.errors.CheckViolation),
            (float("nan"), ValidationError),
            (float("inf"), ValidationError),
        ):
            with (
                self.subTest(amount=amount),
                mute_logger("odoo.sql_db"),
                self.assertRaises(error),
                self.cr.savepoint(),
            ):
                self._create_complaint(claimed_amount=amount)

    def test_claim_has_the_currency_of_the_company_or_its_own(self):
        """A claim without a currency is in that of the company; without claim there is none."""
        other = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.env.company.currency_id.id)], limit=1)
        )
        self.assertFalse(self._create_complaint().claimed_currency_id)
        claim = self._create_complaint(claimed_amount=5)
        self.assertEqual(claim.claimed_currency_id, self.env.company.currency_id)
        foreign = self._create_complaint(claimed_amount=5, claimed_currency_id=other.id)
        self.assertEqual(foreign.claimed_currency_id, other)
        claim.claimed_amount = 7
        self.assertEqual(claim.claimed_currency_id, self.env.company.currency_id)

    def test_null_characters_are_dropped(self):
        """The database cannot store them; whoever sends them gets no error page."""
        complaint = self._create_complaint(name="Pu\0mp", description="<p>a\0b</p>")
        complaint.with_user(self.manager).write({"product_ref": "X\0Y"})
        self.assertRecordValues(complaint, [{"name": "Pump", "product_ref": "XY"}])
        self.assertNotIn("\0", complaint.description)

    def test_regulator_without_number_is_refused_to_people_only(self):
        """A person names the regulator's number; a mail of it is registered and completed before the end."""
        source = self.env.ref("customer_complaint.customer_complaint_source_12315")
        vals = self._prepare_complaint(source_id=source.id)
        Complaint = self.env["customer.complaint"].with_user(self.handler)
        for number in (False, "", "  "):
            with self.subTest(number=number), self.assertRaisesRegex(ValidationError, "12315"):
                Complaint.create({**vals, "source_reference": number})
        self.assertTrue(Complaint.create({**vals, "source_reference": "A-1"}))
        association = self.env.ref("customer_complaint.customer_complaint_source_association")
        self.assertTrue(Complaint.create({**vals, "source_id": association.id}))
        mailed = self.env["customer.complaint"].sudo().create(vals)
        with self.assertRaisesRegex(UserError, "regulator"):
            mailed.with_user(self.manager).stage_id = self.stage_resolved
        mailed.source_reference = "A-2"
        mailed.stage_id = self.stage_resolved

    def test_evidence_is_read_with_the_complaint(self):
        """Files of the form belong to the complaint: a colleague sees them, others do not."""
        file = self._file(self.handler)
        complaint = (
            self.env["customer.complaint"]
            .with_user(self.handler)
            .create(self._prepare_complaint(user_id=self.handler.id, evidence_ids=[Command.link(file.id)]))
        )
        self.assertEqual((file.res_model, file.res_id), ("customer.complaint", complaint.id))
        self.assertEqual(complaint.with_user(self.supervisor).evidence_ids.raw, b"x")
        with self.assertRaises(AccessError):
            file.with_user(self.other_handler).read(["raw"])

    def test_evidence_of_others_is_not_stolen(self):
        """Whoever names a file of somebody else does not get to read it."""
        file = self._file(self.manager, res_model=False)
        with self.assertRaises(AccessError):
            self.env["customer.complaint"].with_user(self.handler).create(
                self._prepare_complaint(evidence_ids=[Command.link(file.id)])
            )
        file.invalidate_recordset()
        self.assertFalse(file.sudo().res_id)

    def test_anonymous_complainant_is_not_to_be_called(self):
        """Nobody gets a to-do to ring up somebody who left no number and does not want to be known."""
        vals = {"partner_id": False, "email_from": False}
        unknown = self._create_complaint(**vals, is_anonymous=True)
        reachable = self._create_complaint(**vals, is_anonymous=True, phone="123456")
        named = self._create_complaint(**vals)
        (unknown | reachable | named)._acknowledge()
        self.assertEqual(unknown.acknowledge_state, "skipped")
        self.assertFalse(unknown.activity_ids)
        self.assertEqual((reachable | named).mapped("acknowledge_state"), ["call", "call"])

    def test_reference_takes_documents_of_the_named_models_only(self):
        """Bridges name the models; a user of ours cannot point a complaint at his salary's table."""
        callback = self.env["customer.callback"].create(
            {"subject": "x", "partner_id": self.customer.id, "user_id": self.handler.id}
        )
        complaint = self._create_complaint(reference=f"customer.callback,{callback.id}")
        self.assertEqual(complaint.reference, callback)
        with self.assertRaises(ValueError):
            complaint.reference = f"res.users,{self.manager.id}"

    def test_sequence_at_its_end_is_told_in_words(self):
        """The number of the last complaint is followed by a message, not by an error page."""
        sequence = self.env.ref("customer_complaint.ir_sequence_customer_complaint")
        name = f"ir_sequence_{sequence.id:03d}"
        self.env.cr.execute(f"ALTER SEQUENCE {name} RESTART WITH 9223372036854775807")
        self.assertTrue(self._create_complaint().number)
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(UserError, "end"), self.cr.savepoint():
            self._create_complaint()

    def test_sequences_of_every_kind_number_a_batch(self):
        """Without gaps, by year or simple: each complaint of a batch gets a number of its own."""
        sequence = self.env.ref("customer_complaint.ir_sequence_customer_complaint")
        for vals in (
            {"implementation": "no_gap"},
            {"implementation": "standard", "use_date_range": True},
            {"implementation": "no_gap", "use_date_range": True},
        ):
            with self.subTest(vals=vals):
                sequence.write({**vals, "prefix": f"{vals['implementation']}-%(range_year)s-{len(vals)}-"})
                complaints = self.env["customer.complaint"].create(
                    [self._prepare_complaint() for _index in range(3)]
                )
                self.assertEqual(len(set(complaints.mapped("number"))), 3)

    def test_archived_category_stays_on_its_complaints(self):
        """A category that is archived while used is kept, shown and matched; new ones cannot be lost either."""
        category = self.env["customer.complaint.category"].create({"name": "Old"})
        complaint = self._create_complaint(category_id=category.id)
        category.active = False
        complaint.with_user(self.manager).severity = "serious"
        self.assertEqual(complaint.category_id, category)
        with self.assertRaises(RedirectWarning):
            category.unlink()

    def test_customers_who_become_one_bring_their_complaints(self):
        """A merged contact's complaints go over, and are looked at anew as repeats."""
        other = self.env["res.partner"].create({"name": "Lin W.", "email": "lw@customer.example"})
        first = self._create_complaint(name="Same words", received_datetime="2026-03-02 09:00:00")
        second = self._create_complaint(
            name="Same words", partner_id=other.id, received_datetime="2026-03-03 09:00:00"
        )
        (first | second)._link_repeats()
        self.assertFalse(second.duplicate_of_id)
        self.env["base.partner.merge.automatic.wizard"]._merge([other.id, self.customer.id], self.customer)
        self.env.invalidate_all()
        self.assertEqual(second.partner_id, self.customer)
        self.assertFalse(second.is_repeat_checked)
        (first | second)._link_repeats()
        self.assertEqual(second.duplicate_of_id, first)

    def test_erasure_takes_what_names_people(self):
        """The representative, the wish and the references go with the customer's other data."""
        spec = self.env["res.partner"]._care_privacy_models()["customer.complaint"]
        for name in ("expectation", "representative_name", "representative_contact", "source_reference"):
            self.assertIn(name, spec["erase"])
            self.assertIn(name, spec["fields"])


@tagged("post_install", "-at_install")
class TestRegister(ComplaintCommon):
    """The form for a call: finds the customer, shows what is known, tells the number."""

    def _open(self, user=None):
        return Form(
            self.env["customer.complaint"].with_user(user or self.handler),
            "customer_complaint.customer_complaint_view_form_register",
        )

    def test_customer_is_found_by_name_mail_and_number(self):
        """However the number is written and said."""
        Partner = self.env["res.partner"].with_user(self.handler)
        self.customer.phone = "+86 21 5555-0101"
        for words in (
            "Lin We",
            "lin.wei@cust",
            "+862155550101",
            "021 5555 0101",
            "55550101",
            "5555-0101",
            "0101",
        ):
            with self.subTest(words=words):
                self.assertIn(self.customer.id, [row[0] for row in Partner.name_search(words, limit=100)])
        for words in ("55550102", "555501019", "101", "+", "Lin 55550101"):
            with self.subTest(words=words):
                self.assertNotIn(self.customer.id, [row[0] for row in Partner.name_search(words, limit=100)])
        self.assertNotIn(
            self.customer, Partner.search([("display_name", "not ilike", "55550101")]) & self.customer
        )

    def test_panel_shows_what_is_known(self):
        """Open complaints, similar ones of others, callbacks, contacts, grade and guide; only what he may see."""
        category = self.env["customer.complaint.category"].create(
            {"name": "Pumps", "guide": "<p>Ask for the serial number</p>"}
        )
        child = self.env["customer.complaint.category"].create({"name": "Leaks", "parent_id": category.id})
        opened = self._create_complaint(name="Older one")
        done = self._create_complaint(name="Finished one")
        done.stage_id = self.stage_resolved
        stranger = self.env["res.partner"].create({"name": "Other"})
        similar = self._create_complaint(
            name="Waterpump broken", partner_id=stranger.id, category_id=child.id
        )
        hidden = self._create_complaint(
            name="Waterpump secret", partner_id=stranger.id, user_id=self.other_handler.id
        )
        self.env["customer.callback"].create(
            {"subject": "Asked about the pump", "partner_id": self.customer.id, "user_id": self.handler.id}
        )
        with self._open() as form:
            self.assertIn("Choose the customer", form.register_panel)
            form.partner_id = self.customer
            self.assertIn(opened.number, form.register_panel)
            self.assertNotIn(f"/odoo/complaints/{done.id}", form.register_panel)
            self.assertIn("Asked about the pump", form.register_panel)
            form.name = "Waterpump again"
            self.assertIn(similar.number, form.register_panel)
            self.assertNotIn(hidden.number, form.register_panel)
            form.category_id = child
            self.assertIn("Ask for the serial number", form.register_panel)
            self.assertEqual(form.phone, self.customer.phone)
        self.assertIn(hidden.number, self.env["customer.complaint"].new({"name": "Waterpump"}).register_panel)

    def test_panel_days_are_the_readers(self):
        """A contact of the evening was on the day that the reader's clock said."""
        self.handler.tz = "Asia/Shanghai"
        self.env["customer.contact.log"].create(
            {
                "subject": "About the pump",
                "partner_id": self.customer.id,
                "user_id": self.handler.id,
                "date_start": "2026-03-02 17:00:00",
            }
        )
        complaint = self._create_complaint().with_user(self.handler).with_context(tz="Asia/Shanghai")
        self.assertIn("03/03/2026", complaint.register_panel)

    def test_panel_escapes_what_customers_wrote(self):
        """The subject of a complaint is no markup on somebody else's screen."""
        self._create_complaint(name="<img src=x onerror=alert(1)>")
        panel = self.env["customer.complaint"].new({"partner_id": self.customer.id}).register_panel
        self.assertNotIn("<img", panel)

    def test_panel_names_who_may_have_written(self):
        """An address or number typed by hand leads to the contacts that have it."""
        draft = self.env["customer.complaint"].new({"email_from": "lin.wei@customer.example"})
        self.assertIn("Lin Wei", draft.register_panel)
        draft = self.env["customer.complaint"].new({"phone": "021 5555 0101"})
        self.assertIn("Lin Wei", draft.register_panel)

    def test_panel_costs_a_fixed_number_of_queries(self):
        """What stands beside the form does not grow with the number of complaints."""
        draft = self.env["customer.complaint"].new({"partner_id": self.customer.id, "name": "The pump leaks"})

        def count():
            self.env.flush_all()
            draft.invalidate_recordset(["register_panel"])
            before = self.env.cr.sql_log_count
            self.assertTrue(draft.register_panel)
            return self.env.cr.sql_log_count - before

        self._create_complaint()
        count()
        few = count()
        self.env["customer.complaint"].create([self._prepare_complaint() for _index in range(30)])
        self.assertLessEqual(count(), few + 2)

    def test_anonymous_complaint_has_no_customer(self):
        """Who does not want to be named is not named by a slip of the form."""
        with self._open() as form:
            form.name = "Smell in the yard"
            form.partner_id = self.customer
            form.is_anonymous = True
            self.assertFalse(form.partner_id)
        self.assertFalse(form.record.partner_id or form.record.email_from or form.record.phone)

    def test_number_is_told_and_the_next_begins(self):
        """After saving the number is shown, and either the complaint or an empty form opens."""
        complaint = self._create_complaint().with_user(self.handler)
        action = complaint.action_register()
        self.assertEqual(action["params"]["title"], complaint.number)
        self.assertEqual(action["params"]["next"]["res_id"], complaint.id)
        following = complaint.action_register_next()["params"]["next"]
        self.assertEqual(following["path"], "register-complaint")
