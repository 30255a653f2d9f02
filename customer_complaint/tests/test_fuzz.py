import random
import sysconfig
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..controllers import public
from .common_mail import ALIAS, DATA, ComplaintMailCommon
from .test_portal_answer import ACTS, PNG, PortalAnswerCommon
from .test_public_form import PublicFormCommon

SEED = 20260302
GATEWAY_LOG = "odoo.addons.customer_complaint.models.mail_thread"
PIECES = (
    *("", " ", "x", "0", "-1", "99999999999999999999", "²", "é", "漏水 㐀 😀", "\u202e", "\ufeff", "a" * 300),
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "{{7*7}}",
        "${7*7}",
    ),
    *("' OR 1=1 --", "%s%n", "\\", "\r\n", "\t", "../../etc/passwd", "a@b.test\nBcc: c@d.test", "None", "[]"),
    *("a@b.test", "Ann <ann@customer.test>", "+86 21 5555 0101", "complaint", "accept", "5"),
)


def is_script_free(html):
    text = (html or "").lower()
    return not any(mark in text for mark in ("<script", "onerror=", "javascript:alert"))


@tagged("post_install", "-at_install")
class TestFuzzForms(PublicFormCommon):
    def test_public_form(self):
        """Whatever is typed into the public form: no error of ours, nothing but own complaints, no script."""
        dice = random.Random(SEED)
        names = ("name", "description", "category_id", "kind", "contact_name", "email", "phone", "consent")
        self.team.web_hourly_limit = 0
        with patch.object(public, "MAIL_PER_HOUR", 0):
            hidden = self._fields()
            for _round in range(40):
                data = {name: "".join(dice.choices(PIECES, k=dice.randint(1, 2))) for name in names}
                data.update({dice.choice((*names, "stamp", "website", "partner_id")): dice.choice(PIECES)})
                response = self.url_open(self.url, data={**hidden, **data}, allow_redirects=False)
                self.assertIn(response.status_code, (200, 303, 422), data)
                if response.status_code == 422:
                    self.assertNotIn("<script>alert(1)</script>", response.text)
                    self.assertNotIn("<img src=x", response.text)
        for complaint in self._made():
            self.assertTrue(is_script_free(complaint.description))
            self.assertEqual(complaint.team_id, self.team)
            self.assertFalse(complaint.partner_id)
            self.assertNotIn("\n", complaint.email_from or "")
            self.assertEqual(self.url_open(complaint.get_portal_url()).status_code, 200)

    def test_tracking_form(self):
        """Whatever is typed as number and code finds nothing and breaks nothing."""
        dice = random.Random(SEED)
        hidden = self._fields()
        with patch.object(public, "LOOKUPS_PER_HOUR", 0):
            for _round in range(25):
                data = {"number": dice.choice(PIECES), "code": dice.choice(PIECES)}
                response = self.url_open(
                    "/complaint/track",
                    data={"csrf_token": hidden["csrf_token"], **data},
                    allow_redirects=False,
                )
                self.assertEqual(response.status_code, 422, data)


@tagged("post_install", "-at_install")
class TestFuzzPortal(PortalAnswerCommon):
    def test_decisions(self):
        """Rubbish sent to the pages of a complaint breaks nothing and stores no script."""
        dice = random.Random(SEED)
        self._propose()
        self._login(self.owner)
        for _round in range(25):
            data = {
                "comment": dice.choice(PIECES),
                "rating": dice.choice(PIECES),
                "person": dice.choice(PIECES),
            }
            act = dice.choice([act for act in ACTS if act != "withdraw"])
            response = self._act(act, dice.choice(PIECES), **data)
            self.assertIn(response.status_code, (303, 422), (act, data))
        for message in self.complaint.message_ids:
            self.assertTrue(is_script_free(message.body), message.body)

    @mute_logger("odoo.http")
    def test_signature(self):
        """Whatever comes as a signature gets an answer and is not kept, a picture is."""
        self._login(self.owner)
        for value in (*PIECES, 5, [], {}, True, None, PNG[:30], "data:image/png;base64," + PNG):
            answer = self.make_jsonrpc_request(
                f"{self.url}/sign?digest={self.complaint._get_signed_digest()}",
                {"name": value, "signature": value},
            )
            self.assertIn("error", answer, value)
        self.env.invalidate_all()
        self.assertFalse(self.complaint.signed_by)

    def test_queries_of_the_page(self):
        """No parameter of the pages makes them fail."""
        dice = random.Random(SEED)
        self._login(self.owner)
        for _round in range(15):
            names = (
                "page",
                "sortby",
                "filterby",
                "search",
                "search_in",
                "access_token",
                "new",
                "pid",
                "hash",
            )
            params = {dice.choice(names): dice.choice(PIECES) for _name in range(3)}
            params.pop("page", None)
            for path in ("/my/complaints", self.url):
                response = self.opener.get(self.base_url() + path, params=params, timeout=30)
                self.assertEqual(response.status_code, 200, (path, params))
                self.assertNotIn("<script>alert(1)</script>", response.text)


@tagged("post_install", "-at_install", "mail_gateway")
class TestFuzzGateway(ComplaintMailCommon):
    def _get_sources(self):
        """Give malformed mails: our own, and those with which Python tests its parser where they are there."""
        folder = Path(sysconfig.get_path("stdlib")) / "test/test_email/data"
        paths = [*DATA.glob("*.eml"), *(folder.glob("msg_*.txt") if folder.is_dir() else ())]
        return [(path.name, path.read_bytes()) for path in sorted(paths)]

    @mute_logger(GATEWAY_LOG, "odoo.addons.mail.models.mail_thread", "odoo.tools.mail")
    def test_malformed_mails_are_not_lost(self):
        """Each malformed mail sent to a team, whole or mutilated, becomes a complaint or is on one."""
        dice = random.Random(SEED)
        for index, (name, source) in enumerate(self._get_sources()):
            cut = dice.randint(1, max(len(source) - 1, 1))
            garbled = bytearray(source)
            for _byte in range(5):
                garbled[dice.randrange(len(garbled))] = dice.randrange(256)
            variants = {"whole": source, "cut": source[:cut], "garbled": bytes(garbled)}
            kind = dice.choice(list(variants))
            for variant in {"whole", kind}:
                with self.subTest(name, variant=variant):
                    head = f"Delivered-To: {ALIAS}\r\nX-Fuzz: {index}{variant}\r\n".encode()
                    before = self.env["mail.message"].search_count([("model", "=", "customer.complaint")])
                    made = self._process(head + variants[variant])
                    after = self.env["mail.message"].search_count([("model", "=", "customer.complaint")])
                    self.assertTrue(made or after > before or self._is_known_no_complaint(variants[variant]))
                    for complaint in made:
                        self.assertTrue(is_script_free(complaint.description))
                        complaint.unlink()

    def _is_known_no_complaint(self, source):
        """Bounces are not for us but for the sender of the bounced mail."""
        text = source.lower()
        return b"multipart/report" in text or b"mailer-daemon" in text
