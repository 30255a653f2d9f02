from datetime import timedelta
from unittest.mock import patch

from lxml import html
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common_investigation import InvestigationCommon


@tagged("post_install", "-at_install")
class TestSharePage(InvestigationCommon, HttpCase):
    """Suppliers answer for their share by a link, without login."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supplier = cls.env["res.partner"].create({"name": "Seals Ltd", "email": "quality@seals.example"})
        cls.share = cls._add_share(
            100, party="supplier", partner_id=cls.supplier.id, reason="The seal was too small."
        )
        cls.complaint.with_user(cls.handler).action_propose_split()

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _ask(self):
        before = self.env["mail.mail"].search([])
        self.share.with_user(self.handler).action_ask_supplier()
        self.path = f"/complaint/share/{self.share.id}-{self.share.sudo().token}"
        return self.env["mail.mail"].search([]) - before

    def _send(self, path=None, files=None, **texts):
        page = html.fromstring(self.url_open(self.path).text)
        token = page.xpath("//input[@name='csrf_token']/@value")
        data = {"csrf_token": token[0] if token else "", "answer": "accept", **texts}
        response = self.url_open(path or self.path, data=data, files=files, allow_redirects=False)
        self.share.invalidate_recordset()
        return response

    def test_asked_by_mail(self):
        """The mail leads to the page, which shows share and reason and nothing of the customer; no copy is kept."""
        self.assertEqual(self.share.state, "stated")
        mail = self._ask()
        self.assertEqual((mail.email_to, self.share.state), (self.supplier.email_formatted, "asked"))
        self.assertIn(self.path, mail.body_html)
        self.assertNotIn(self.path, "".join(self.share.message_ids.mapped("body")))
        page = self.url_open(self.path)
        self.assertIn("The seal was too small.", page.text)
        self.assertIn("no-store", page.headers["Cache-Control"])
        for secret in (self.customer.name, self.customer.email, self.complaint.name):
            self.assertNotIn(secret, page.text)

    def test_accepted(self):
        """One answer counts; the second changes nothing, the page shows what was said."""
        self._ask()
        self.assertEqual(self._send(name="Ms Seal").status_code, 303)
        self.assertRecordValues(
            self.share, [{"state": "accepted", "answered_by": "Ms Seal", "answer": False}]
        )
        self.assertTrue(self.share.answered_datetime)
        self.assertEqual(self.share.activity_ids.user_id, self.handler)
        token = self.share.sudo().token
        self.share._answer_by_link("dispute", "No", "", [])
        self.assertEqual((self.share.state, self.share.sudo().token), ("accepted", token))
        self.assertIn("You have accepted it", self.url_open(self.path).text)

    def test_disputed_with_reason_and_file(self):
        """To dispute needs a reason; files are kept with the share; a manager decides, and the page says so."""
        self._ask()
        self.assertEqual(self._send(answer="dispute").status_code, 422)
        self.assertEqual(self._send(answer="nothing", text="x").status_code, 422)
        self.assertEqual(self._send(answer="dispute", text="x" * 200000).status_code, 422)
        self.assertEqual(self.share.state, "asked")
        files = {"files": ("test.txt", b"measured", "text/plain")}
        self.assertEqual(self._send(answer="dispute", text="It fits.", files=files).status_code, 303)
        self.assertEqual((self.share.state, self.share.answer), ("disputed", "It fits."))
        self.assertEqual(self.share.message_ids.attachment_ids.name, "test.txt")
        self.assertIn(self.supervisor, self.share.activity_ids.user_id)
        self.share.with_user(self.manager).action_decide("Measured again: too small.")
        self.assertIn("Measured again", self.url_open(self.path).text)

    def test_links_that_lead_nowhere(self):
        """Wrong secrets, shares nobody was asked about, and what was taken back."""
        closed = f"/complaint/share/{self.share.id}-"
        self.assertEqual(self.url_open(closed).status_code, 404)
        self._ask()
        for path in (
            f"{self.path}x",
            f"/complaint/share/{self.share.id}",
            closed,
            "/complaint/share/%C3%A4-1",
        ):
            self.assertEqual(self.url_open(path).status_code, 404)
            self.assertEqual(self._send(path).status_code, 404)
        self.complaint.with_user(self.handler).action_revise_split()
        self.assertEqual(self.url_open(self.path).status_code, 404)
        self.assertFalse(self.share.sudo().token)

    def test_who_can_be_asked(self):
        """Suppliers with an address and a reason, by who writes the complaint, once the split was put to them."""
        share = self.share.with_user(self.handler)
        self.supplier.email = False
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            share.action_ask_supplier()
        self.supplier.email = "quality@seals.example"
        self.share.sudo().reason = " "
        with self.assertRaisesRegex(UserError, "Why"):
            share.action_ask_supplier()
        for user in (self.employee, self.auditor):
            with self.assertRaises(AccessError):
                self.share.with_user(user).action_ask_supplier()
        self.complaint.with_user(self.handler).action_revise_split()
        with self.assertRaisesRegex(UserError, "Only suppliers"):
            share.action_ask_supplier()

    def test_secret_is_not_read_or_forged(self):
        """Nobody reads the secret or marks by RPC; asking again keeps the link."""
        self._ask()
        token = self.share.sudo().token
        self._ask()
        self.assertEqual(self.share.sudo().token, token)
        for user in (self.handler, self.manager):
            with self.assertRaises(AccessError):
                self.share.with_user(user).read(["token"])
        for name in ("asked_datetime", "reminded_datetime", "answered_by"):
            with self.assertRaises(AccessError):
                self.share.with_user(self.manager).write({name: False})

    def test_reminded_once(self):
        """A supplier who does not answer gets one more mail after a week."""
        self._ask()
        before = self.env["mail.mail"].search([])
        commit = patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=1)
        with commit:
            self.share._cron_remind_suppliers()
            self.assertEqual(self.env["mail.mail"].search([]), before)
            self.share.sudo().asked_datetime = fields.Datetime.now() - timedelta(days=8)
            for _again in range(2):
                self.share._cron_remind_suppliers()
        self.assertEqual(len(self.env["mail.mail"].search([]) - before), 1)
