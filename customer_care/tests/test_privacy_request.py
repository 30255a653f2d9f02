from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestPrivacyRequest(CareCommon):
    def _request(self, user=None, **vals):
        model = self.env["customer.privacy.request"].with_user(user or self.specialist)
        return model.create({"partner_id": self.customer.id, **vals})

    def test_request_is_numbered_due_and_in_the_timeline(self):
        """A request gets number, due date, an activity of the responsible, and a row of the timeline."""
        self.env.company.care_request_days = 20
        request = self._request(date_received="2026-03-02")
        self.assertTrue(request.number.startswith("P"))
        self.assertEqual(request.date_due, fields.Date.to_date("2026-03-22"))
        self.assertEqual(request.activity_ids.user_id, self.specialist)
        self.assertEqual(self._get_kinds(self.customer), ["privacy_requested"])

    def test_request_overdue_can_be_searched(self):
        """Open requests after their due date are overdue, answered ones are not."""
        late = self._request(date_received=fields.Date.today() - timedelta(days=90))
        fresh = self._request()
        self.assertEqual((late.is_overdue, fresh.is_overdue), (True, False))
        found = late.search([("is_overdue", "=", True), ("id", "in", (late | fresh).ids)])
        self.assertEqual(found, late)
        late.write({"answer": "x", "identity_method": "called back"})
        late.action_done()
        self.assertFalse(late.is_overdue)

    def test_request_needs_identity_and_answer(self):
        """Nothing is answered before it is known that the customer asks, nor without words."""
        request = self._request()
        with self.assertRaises(UserError):
            request.action_done()
        request.answer = "Here it is."
        with self.assertRaisesRegex(UserError, "made sure"):
            request.action_done()
        request.identity_method = "identity card"
        self.assertEqual(request.identity_checked_by_id, self.specialist)
        request.action_done()
        self.assertEqual((request.state, request.done_by_id), ("done", self.specialist))
        self.assertFalse(request.activity_ids)
        with self.assertRaises(UserError):
            request.action_done()
        with self.assertRaises(UserError):
            request.answer = "Other"

    def test_request_answer_is_mailed_to_the_customer(self):
        """The customer reads the answer in a mail."""
        self.customer.email = "wind@example.com"
        request = self._request(kind="object", answer="We have stopped it.")
        before = self.env["mail.mail"].search([])
        request.action_done()
        mail = self.env["mail.mail"].search([]) - before
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertIn("We have stopped it.", mail.body_html)

    def test_request_guarded_fields_cannot_be_forged(self):
        """State, number and file come from the buttons alone."""
        request = self._request()
        for vals in (
            {"state": "done"},
            {"number": "1"},
            {"export_attachment_id": 1},
            {"is_from_portal": True},
        ):
            with self.assertRaises(AccessError):
                request.write(vals)
            with self.assertRaises(AccessError):
                self._request(**vals)
        model = self.env["customer.privacy.request"].with_user(self.specialist)
        forged = model.with_context(default_state="done").create({"partner_id": self.customer.id})
        self.assertEqual(forged.state, "new")

    def test_request_access(self):
        """Specialists see their own and their customers', managers all, auditors read, nobody deletes."""
        request = self._request()
        for user in (self.other_specialist, self.employee, self.portal, self.public):
            with self.assertRaises(AccessError):
                request.with_user(user).read(["number"])
        self.customer.care_user_id = self.other_specialist
        for user in (self.other_specialist, self.manager, self.auditor):
            self.assertTrue(request.with_user(user).read(["number"]))
        for user in (self.auditor, self.employee, self.portal):
            for call in ("action_start", "action_done", "action_reject", "action_export", "action_anonymize"):
                with self.subTest(user=user.login, call=call), self.assertRaises(AccessError):
                    getattr(request.with_user(user), call)()
        with self.assertRaises(AccessError):
            request.action_export()
        for user in (self.specialist, self.admin):
            with self.assertRaises(AccessError):
                request.with_user(user).unlink()

    def test_request_of_another_company_is_not_seen(self):
        """A manager sees the requests of the own companies."""
        other = self.env["res.company"].create({"name": "Other"})
        request = self.env["customer.privacy.request"].create(
            {"partner_id": self.customer.id, "company_id": other.id, "user_id": False}
        )
        self.assertFalse(request.with_user(self.manager).search([("id", "=", request.id)]))

    def test_request_reopens_by_a_manager(self):
        """Only a manager takes an answer back."""
        request = self._request(kind="object", answer="x")
        request.action_reject()
        self.assertEqual(request.state, "rejected")
        with self.assertRaises(AccessError):
            request.action_reopen()
        request.with_user(self.manager).action_reopen()
        self.assertEqual(request.state, "progress")

    def test_request_opens_the_lookup_of_odoo(self):
        """Odoo's own search opens filled with the customer; the proofs are not among its finds."""
        self.customer.email = "wind@example.com"
        request = self._request()
        action = request.action_open_lookup()
        self.assertEqual(action["context"]["default_email"], "wind@example.com")
        self._create_callback()
        self.env["customer.privacy.log"]._log("finance_read", self.customer)
        wizard = self.env["privacy.lookup.wizard"].create({"name": "Wind AG", "email": "wind@example.com"})
        wizard.action_lookup()
        found = set(wizard.line_ids.mapped("res_model"))
        self.assertIn("res.partner", found)
        self.assertIn("customer.callback", found)
        self.assertNotIn("customer.privacy.log", found)
        self.assertNotIn("customer.privacy.request", found)
