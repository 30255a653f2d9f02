import json
import zipfile
from datetime import timedelta
from io import BytesIO

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestPrivacyExport(CareCommon):
    def _request(self, user=None, **vals):
        vals = {"partner_id": self.customer.id, "identity_method": "card", **vals}
        return self.env["customer.privacy.request"].with_user(user or self.manager).create(vals)

    def _open(self, request):
        raw = request.sudo().export_attachment_id.raw
        return zipfile.ZipFile(BytesIO(raw))

    def _export(self, **vals):
        request = self._request(**vals)
        request.action_export()
        archive = self._open(request)
        return request, archive, json.loads(archive.read("data.json"))

    def test_export_holds_what_is_kept_and_nothing_of_others(self):
        """Partner, callbacks, consents and files of the customer are in the copy, nobody else's."""
        self._create_callback(subject="Ours").action_done("reached", note="Talked")
        self._create_callback(subject="Of a contact", partner_id=self.contact.id)
        self._create_callback(subject="Foreign", partner_id=self._create_customer("Foreign").id)
        self.env["ir.attachment"].create(
            {"name": "a/b.txt", "raw": b"hello", "res_model": "res.partner", "res_id": self.customer.id}
        )
        _request, archive, data = self._export()
        self.assertEqual([row["name"] for row in data["res.partner"]], ["Wind AG"])
        self.assertEqual([row["note"] for row in data["customer.callback"]], ["Talked"])
        page = archive.read("index.html").decode()
        self.assertIn("Talked", page)
        self.assertNotIn("Foreign", page + json.dumps(data))
        files = [name for name in archive.namelist() if name.startswith("files/")]
        self.assertEqual([archive.read(name) for name in files], [b"hello"])
        self.assertIsNone(archive.testzip())

    def test_export_with_contacts_only_when_the_company_asks(self):
        """The contacts are included where the request says so."""
        data = self._export(is_with_contacts=True)[2]
        self.assertEqual({row["name"] for row in data["res.partner"]}, {"Wind AG", "Ada Wind"})

    def test_export_internal_notes_are_a_choice(self):
        """Messages to the customer are always in, internal notes of the staff only when chosen."""
        self.customer.message_post(body="Dear customer", subtype_xmlid="mail.mt_comment")
        self.customer.message_post(body="Difficult person", subtype_xmlid="mail.mt_note")
        plain = json.dumps(self._export()[2]["mail.message"])
        self.assertIn("Dear customer", plain)
        self.assertNotIn("Difficult", plain)
        self.assertIn("Difficult", json.dumps(self._export(is_with_notes=True)[2]["mail.message"]))

    def test_export_escapes_and_speaks_the_language_of_the_customer(self):
        """Text of a customer is no program on the page."""
        self._create_callback(subject="<script>alert(1)</script>")
        page = self._export()[1].read("index.html").decode()
        self.assertNotIn("<script>", page)
        self.assertIn("&lt;script&gt;", page)

    def test_export_is_logged_and_for_managers(self):
        """Managers alone make and fetch the copy, after the identity was checked; log and timeline say so."""
        request = self._request(identity_method=False)
        with self.assertRaises(UserError):
            request.action_export()
        request.identity_method = "card"
        with self.assertRaises(AccessError):
            request.with_user(self.auditor).action_export()
        request.action_export()
        log = self.env["customer.privacy.log"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(log.mapped("kind"), ["data_exported"])
        self.assertIn("data_exported", self._get_kinds(self.customer))
        with self.assertRaises(AccessError):
            request.with_user(self.auditor).action_download()
        with self.assertRaises(AccessError):
            request.export_attachment_id.with_user(self.portal).raw  # noqa: B018

    def test_export_is_deleted_after_its_time(self):
        """The daily clean-up deletes copies whose time is over, and only those."""
        request, _archive, _data = self._export()
        model = self.env["customer.privacy.request"]
        model._gc_exports()
        self.assertTrue(request.export_attachment_id)
        request.sudo().date_export_until = fields.Date.today() - timedelta(days=1)
        model._gc_exports()
        self.assertFalse(request.export_attachment_id)

    def test_export_leaves_earlier_copies_out(self):
        """A second copy does not hold the first one."""
        request = self._request()
        request.action_export()
        request.action_export()
        self.assertFalse([n for n in self._open(request).namelist() if n.endswith(".zip")])

    def test_export_holds_the_whole_profile(self):
        """Every stored field of the archive on the partner is in the copy: birthday, preferences, payment, stage."""
        self.contact.write(
            {
                "care_birthday": "1980-05-17",
                "care_preferred_time": "morning",
                "care_payment_attitude": "slow",
                "care_potential": "3",
            }
        )
        request = self._request(partner_id=self.contact.id)
        request.action_export()
        row = json.loads(self._open(request).read("data.json"))["res.partner"][0]
        self.assertEqual(row["care_birthday"], "1980-05-17")
        self.assertEqual(row["care_payment_attitude"], "slow")
        stored = {
            name
            for name, field in self.env["res.partner"]._fields.items()
            if name.startswith("care_")
            and field.store
            and field.type != "one2many"
            and name != "care_lunar_key"
        }
        self.assertFalse(stored.difference(row))
        self.assertIn("Pays late", self._open(request).read("index.html").decode())

    def test_export_is_of_the_companies_asked(self):
        """A copy holds what the company of the request and no company keeps, of others where the officer works too."""
        other = self.env["res.company"].create({"name": "Other Ltd"})
        self.manager.company_ids += other
        theirs, ours = self.env["customer.contact.log"].create(
            [
                {"partner_id": self.customer.id, "subject": "Theirs", "company_id": other.id},
                {"partner_id": self.customer.id, "subject": "Ours"},
            ]
        )
        for document in (theirs, ours):
            document.message_post(
                body=f"Mail about {document.subject}",
                author_id=self.customer.id,
                subtype_xmlid="mail.mt_comment",
            )
        self.customer.with_company(other).message_post(body="Shared", subtype_xmlid="mail.mt_comment")
        self.env["ir.attachment"].create(
            {"name": "t.txt", "raw": b"theirs", "res_model": theirs._name, "res_id": theirs.id}
        )
        request = self._request().with_company(self.env.company)
        for companies, expected in (
            (self.env.company, {"Ours"}),
            (self.env.company | other, {"Ours", "Theirs"}),
        ):
            with self.subTest(companies=companies.mapped("name")):
                request.with_context(allowed_company_ids=companies.ids).action_export()
                archive = self._open(request)
                data = json.loads(archive.read("data.json"))
                self.assertEqual({row["subject"] for row in data["customer.contact.log"]}, expected)
                said = json.dumps(data["mail.message"])
                self.assertEqual({name for name in ("Ours", "Theirs") if f"about {name}" in said}, expected)
                self.assertIn("Shared", said)
                self.assertEqual(any("t.txt" in name for name in archive.namelist()), "Theirs" in expected)
                log = self.env["customer.privacy.log"].search(
                    [("partner_id", "=", self.customer.id)], limit=1
                )
                self.assertEqual("Other Ltd" in log.detail, "Theirs" in expected)
