import doctest
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..tools import rawmail

DATA = Path(__file__).parent / "data"


@tagged("post_install", "-at_install")
class TestRawMail(BaseCase):
    def test_doctests(self):
        """The examples of the module are its specification."""
        self.assertEqual(doctest.testmod(rawmail).failed, 0)

    def test_read_any_file_gives_texts(self):
        """Whatever a mail looks like, reading it gives text that the database can store."""
        for path in DATA.glob("*.eml"):
            for source in (
                path.read_bytes(),
                path.read_bytes()[: path.stat().st_size // 2],
                path.read_bytes()[::-1],
            ):
                with self.subTest(path.name):
                    mail = rawmail.read(source)
                    for key in ("subject", "email_from", "body", "message_id", "date"):
                        self.assertNotIn("\0", mail[key].encode("utf-8").decode())
                    rawmail.is_automatic(mail["headers"])
                    rawmail.is_doubtful(mail["headers"])

    def test_read_chinese(self):
        """Chinese is read although the charset is only in the bytes."""
        mail = rawmail.read((DATA / "gb18030_raw_headers.eml").read_bytes())
        self.assertEqual(mail["subject"], "空调漏水")
        self.assertIn("地板受损", mail["body"])

    def test_read_same_id_for_same_source(self):
        """A mail without an id gets one that is the same when it is delivered again."""
        source = (DATA / "no_message_id.eml").read_bytes()
        self.assertEqual(rawmail.read(source)["message_id"], rawmail.read(source)["message_id"])

    def test_is_automatic(self):
        """Programs are told from people, mailing lists are people."""
        for headers in (
            [("Auto-Submitted", "auto-generated; x=1")],
            [("X-Autoreply", "yes")],
            [("Precedence", "bulk")],
            [("Return-Path", "<>")],
            [("From", "Mail <MAILER-DAEMON@x.test>")],
            [("From", "no-reply+7@x.test")],
            [("X-Auto-Response-Suppress", "DR, OOF, AutoReply")],
        ):
            self.assertTrue(rawmail.is_automatic(headers), headers)
        for headers in (
            [],
            [("Precedence", "list"), ("List-Id", "<care.x.test>")],
            [("From", "noreplyan@x.test"), ("Return-Path", "<ann@x.test>")],
            [("X-Auto-Response-Suppress", "DR")],
        ):
            self.assertFalse(rawmail.is_automatic(headers), headers)

    def test_is_doubtful(self):
        """Only the results of the topmost server count, and a passed DMARC outweighs a failed SPF."""
        name = "Authentication-Results"
        self.assertTrue(rawmail.is_doubtful([(name, "mx; dmarc=fail (p=none)"), (name, "x; dmarc=pass")]))
        self.assertTrue(rawmail.is_doubtful([("Received-SPF", "Fail (domain of x)")]))
        self.assertFalse(rawmail.is_doubtful([(name, "mx; spf=fail; dkim=pass")]))
        self.assertFalse(rawmail.is_doubtful([(name, "mx; spf=softfail")]))
        self.assertFalse(rawmail.is_doubtful([]))
