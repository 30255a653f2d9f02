import base64
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from unittest.mock import patch

import psycopg2.errors
import pytz
from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_mail import ALIAS, DATA, ComplaintMailCommon

GATEWAY_LOG = "odoo.addons.customer_complaint.models.mail_thread"


@tagged("post_install", "-at_install", "mail_gateway")
class TestMailGateway(ComplaintMailCommon):
    # ------------------------------------------------------------
    # The ordinary way
    # ------------------------------------------------------------

    def test_mail_becomes_complaint(self):
        """A mail to the address of a team becomes a complaint of that team with all that was sent."""
        message = EmailMessage()
        message["From"] = "Ann Customer <ann@customer.test>"
        message["To"] = ALIAS
        message["Cc"] = "Bob <bob@other.test>"
        message["Subject"] = "The door is broken"
        message["Message-Id"] = "<door@customer.test>"
        message.set_content("It does not close")
        message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="bill.pdf")
        complaint = self._process(message.as_bytes())
        self.assertRecordValues(
            complaint,
            [
                {
                    "name": "The door is broken",
                    "team_id": self.team.id,
                    "company_id": self.team.company_id.id,
                    "partner_id": self.customer.id,
                    "email_normalized": "ann@customer.test",
                    "channel": "mail",
                    "user_id": False,
                    "acknowledge_state": "sent",
                    "is_sender_doubtful": False,
                }
            ],
        )
        self.assertTrue(complaint.number)
        self.assertIn("It does not close", complaint.description)
        self.assertIn("bob@other.test", complaint.email_cc)
        attachments = self.env["ir.attachment"].search(
            [("res_model", "=", complaint._name), ("res_id", "=", complaint.id)]
        )
        self.assertEqual(attachments.mapped("name"), ["bill.pdf"])
        mail = complaint.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertEqual(mail.author_id, self.customer)

    def test_two_mails_get_two_numbers(self):
        """Each mail gets a number of its own."""
        first = self._process(self._mail("First"))
        second = self._process(self._mail("Second"))
        self.assertTrue(first.number and second.number)
        self.assertNotEqual(first.number, second.number)

    def test_same_mail_twice_makes_one_complaint(self):
        """A mail delivered twice is registered once, readable or not."""
        source = self._mail("Twice")
        self.assertEqual(len(self._process(source)), 1)
        self.assertFalse(self._process(source))
        with mute_logger(GATEWAY_LOG):
            self.assertEqual(len(self._process_file("unknown_charset")), 1)
            self.assertFalse(self._process_file("unknown_charset"))

    def test_received_date(self):
        """The date of the mail counts when it can be true, else the present."""
        with freeze_time("2026-03-03 10:00:00"):
            now = fields.Datetime.now()
            for days, expected in ((1, now - timedelta(days=1)), (-1, now), (400, now)):
                date = format_datetime(pytz.utc.localize(now - timedelta(days=days)))
                complaint = self._process(self._mail(f"Date {days}", Date=date))
                self.assertEqual(complaint.received_datetime, expected)

    def test_inline_picture_stays_in_description(self):
        """A picture inside of the text is seen in the facts of the complaint."""
        message = EmailMessage()
        message["From"] = "ann@customer.test"
        message["To"] = ALIAS
        message["Subject"] = "Picture"
        message.set_content("text")
        message.add_alternative('<p>See <img src="cid:pic1"></p>', subtype="html")
        message.get_payload()[1].add_related(
            base64.b64decode(
                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4"
                "2mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
            ),
            "image",
            "png",
            cid="<pic1>",
            filename="pic.png",
        )
        complaint = self._process(message.as_bytes())
        self.assertIn("/web/image/", complaint.description)
        self.assertNotIn("cid:", complaint.description)

    def test_reply_goes_to_team_address(self):
        """What the customer answers comes back to the team's address."""
        complaint = self._create_complaint()
        self.assertIn(ALIAS, complaint._notify_get_reply_to()[complaint.id])

    def test_team_of_other_company(self):
        """A mail to a team of another company becomes that company's complaint."""
        team = self.env["customer.complaint.team"].create(
            {
                "name": "Second company",
                "company_id": self.company_2.id,
                "alias_name": "care-second",
                "alias_domain_id": self.mail_alias_domain_c2.id,
            }
        )
        self.customer.company_id = self.company_2
        complaint = self._process(self._mail("Other", To="care-second@test.mycompany2.com"))
        self.assertRecordValues(
            complaint,
            [{"company_id": self.company_2.id, "team_id": team.id, "partner_id": self.customer.id}],
        )
        self.assertIn("care-second@test.mycompany2.com", complaint._notify_get_reply_to()[complaint.id])

    def test_forwarded_to_two_teams(self):
        """A mail to two teams becomes a complaint of each, and both keep its files."""
        self.env["customer.complaint.team"].create(
            {"name": "Twin", "alias_name": "care-twin", "alias_domain_id": self.mail_alias_domain.id}
        )
        complaints = self._process(self._mail("Both", To=f"{ALIAS}, care-twin@test.mycompany.com"))
        self.assertEqual(len(complaints), 2)
        self.assertEqual(set(complaints.mapped("acknowledge_state")), {"sent"})

    # ------------------------------------------------------------
    # Who is it from
    # ------------------------------------------------------------

    def test_unknown_sender_is_left_open(self):
        """An unknown address makes no customer, and no contact either."""
        complaint = self._process(self._mail("Unknown", sender="Zed <zed@nowhere.test>"))
        self.assertFalse(complaint.partner_id)
        self.assertIn("zed@nowhere.test", complaint.email_from)
        self.assertFalse(self.env["res.partner"].search([("email_normalized", "=", "zed@nowhere.test")]))

    def test_ambiguous_sender_is_left_open(self):
        """Two people behind one address: nobody is taken, neither as the customer nor as the author."""
        self.env["res.partner"].create({"name": "Other Ann", "email": "ANN@customer.test"})
        complaint = self._process(self._mail("Ambiguous"))
        self.assertFalse(complaint.partner_id)
        self.assertFalse(complaint.message_ids.filtered(lambda m: m.message_type == "email").author_id)

    def test_person_goes_before_company_and_address(self):
        """A person is preferred to his company and to mere addresses of the same mailbox."""
        company = self.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "email": "office@firm.test"}
        )
        person = self.env["res.partner"].create(
            {"name": "Person", "parent_id": company.id, "email": "office@firm.test"}
        )
        self.env["res.partner"].create(
            {"name": "Bills", "parent_id": company.id, "type": "invoice", "email": "office@firm.test"}
        )
        complaint = self._process(self._mail("Person", sender="office@firm.test"))
        self.assertEqual(complaint.partner_id, person)

    def test_customer_of_other_company_is_not_taken(self):
        """A contact that belongs to another company is no customer of this one."""
        self.customer.company_id = self.company_2
        self.assertFalse(self._process(self._mail("Other company")).partner_id)

    def test_employee_is_no_customer(self):
        """An employee who passes a mail on is neither the customer nor the one to be told."""
        complaint = self._process(self._mail("Forwarded", sender=self.handler.email))
        self.assertFalse(complaint.partner_id)
        self.assertEqual(complaint.acknowledge_state, "call")
        self.assertEqual(complaint.activity_ids.user_id, self.leader)

    def test_doubtful_sender_is_not_trusted(self):
        """A mail whose sender the mail server doubts is flagged and gets no customer."""
        complaint = self._process(
            self._mail("Spoofed", extra="Authentication-Results: mx.test; spf=fail; dkim=none; dmarc=fail")
        )
        self.assertTrue(complaint.is_sender_doubtful)
        self.assertFalse(complaint.partner_id)
        self.assertIn("ann@customer.test", complaint.email_from)
        mail = complaint.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertFalse(mail.author_id)

    # ------------------------------------------------------------
    # Bad input
    # ------------------------------------------------------------

    @mute_logger(GATEWAY_LOG, "odoo.addons.mail.models.mail_thread", "odoo.addons.base.models.ir_attachment")
    def test_every_broken_mail_is_kept(self):
        """No mail is lost and none makes the gateway fail, however broken."""
        for path in sorted(DATA.glob("*.eml")):
            if path.stem == "reports_bounce":
                continue
            with self.subTest(path.stem):
                self.env["mail.gateway.allowed"].search([]).unlink()
                self.env["mail.gateway.allowed"].create({"email": "ann@customer.test"})
                complaint = self._process(path.read_bytes())
                self.assertEqual(len(complaint), 1)
                self.assertTrue(complaint.name and complaint.number)
                self.assertEqual(complaint.team_id, self.team)
                self.assertTrue(complaint.message_ids.filtered(lambda m: m.message_type == "email"))

    @mute_logger(GATEWAY_LOG)
    def test_unreadable_mail_is_attached(self):
        """What could not be parsed is kept as it came, and what can be read of it is shown."""
        complaint = self._process_file("unknown_charset")
        self.assertIn("Strange but readable", complaint.description)
        self.assertEqual(complaint.partner_id, self.customer)
        self.assertEqual(complaint.acknowledge_state, "sent")
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", complaint._name), ("res_id", "=", complaint.id)]
        )
        self.assertEqual(attachment.raw, (DATA / "unknown_charset.eml").read_bytes())

    @mute_logger(GATEWAY_LOG)
    def test_unreadable_reply_joins_its_complaint(self):
        """An unreadable answer is kept in the complaint it answers."""
        complaint = self._create_complaint(partner_id=self.customer.id)
        sent = complaint.message_post(body="Hello", subtype_xmlid="mail.mt_comment")
        source = (DATA / "unknown_charset.eml").read_bytes()
        source = source.replace(b"Subject:", b"In-Reply-To: %s\r\nSubject:" % sent.message_id.encode())
        self.assertFalse(self._process(source))
        self.assertIn("original_email.eml", complaint.message_ids.attachment_ids.mapped("name"))

    def test_chinese_gb18030(self):
        """Chinese subject and text in GB18030 are read."""
        complaint = self._process_file("gb18030")
        self.assertEqual(complaint.name, "空调漏水，要求赔偿")
        self.assertIn("地板受损", complaint.description)

    def test_html_is_sanitized(self):
        """Scripts in a mail do not survive."""
        complaint = self._process_file("html_only")
        self.assertIn("door", complaint.description)
        for text in ("<script", "onerror", "javascript:"):
            self.assertNotIn(text, complaint.description)

    def test_empty_mail(self):
        """A mail without subject and text has a title that says so."""
        complaint = self._process(self._mail(subject="", body=""))
        self.assertEqual(complaint.name, "Complaint without a subject")

    def test_no_sender_asks_for_a_call(self):
        """Without a sender nobody can be written to."""
        complaint = self._process_file("no_from")
        self.assertEqual(complaint.acknowledge_state, "call")
        self.assertFalse(complaint.partner_id)

    def test_huge_subject_is_cut(self):
        """A title stays readable."""
        self.assertEqual(len(self._process_file("huge_subject").name), 250)

    def test_thirty_attachments_and_a_program(self):
        """All files are kept, programs too, but none is served as a page or opened in the browser."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "ann@customer.test", ALIAS, "Files"
        message.set_content("text")
        for index in range(30):
            message.add_attachment(
                b"x", maintype="application", subtype="octet-stream", filename=f"{index}.bin"
            )
        message.add_attachment(b"MZ\x90", maintype="application", subtype="x-msdownload", filename="run.exe")
        message.add_attachment(
            b"<html><script>alert(1)</script></html>", maintype="text", subtype="html", filename="page.html"
        )
        complaint = self._process(message.as_bytes())
        attachments = self.env["ir.attachment"].search(
            [("res_model", "=", complaint._name), ("res_id", "=", complaint.id)]
        )
        self.assertEqual(len(attachments), 32)
        self.assertIn("run.exe", attachments.mapped("name"))
        self.assertNotIn("text/html", attachments.mapped("mimetype"))

    def test_25_megabytes(self):
        """A very large mail is kept whole."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "ann@customer.test", ALIAS, "Large"
        message.set_content("text")
        content = b"0123456789abcdef" * (25 * 2**16)
        message.add_attachment(content, maintype="application", subtype="zip", filename="large.zip")
        complaint = self._process(message.as_bytes())
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", complaint._name), ("res_id", "=", complaint.id)]
        )
        self.assertEqual(attachment.file_size, len(content))

    def test_invalid_alias_defaults_do_not_lose_the_mail(self):
        """A mistake in the defaults of the alias is not paid by the customer."""
        self.team.alias_id.alias_defaults = f"{{'team_id': {self.team.id}, 'severity': 'no such'}}"
        with mute_logger("odoo.addons.customer_complaint.models.customer_complaint_mail"):
            complaint = self._process(self._mail("Defaults"))
        self.assertEqual(complaint.team_id, self.team)
        self.assertFalse(self._new_mails.filtered(lambda mail: "MAILER-DAEMON" in (mail.email_from or "")))

    def test_mail_to_others_fails_as_before(self):
        """A broken mail that is not for us is none of our business."""
        source = (DATA / "unknown_charset.eml").read_bytes().replace(b"care-test@", b"nobody@")
        with self.assertRaises(LookupError):
            self._process(source)

    # ------------------------------------------------------------
    # Programs that write
    # ------------------------------------------------------------

    def test_bounce_makes_no_complaint(self):
        """A delivery report is no complaint and is not answered."""
        self.assertFalse(self._process_file("reports_bounce"))
        self.assertFalse(self._new_mails)

    def test_automatic_mail_is_kept_without_answer(self):
        """What a program writes is kept, but not answered."""
        for index, header in enumerate(
            ("Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: bulk", "Return-Path: <>")
        ):
            complaint = self._process(self._mail(f"Automatic {index}", extra=header))
            self.assertEqual(complaint.acknowledge_state, "skipped", header)
            self.assertFalse(self._new_mails, header)

    def test_out_of_office_to_acknowledgement_ends_there(self):
        """An out-of-office answer to the acknowledgement joins the complaint and is not answered."""
        complaint = self._process(self._mail("Loop"))
        sent = self._acknowledgements(complaint)
        self.assertEqual(len(sent), 1)
        answer = self._mail("Away", extra="Auto-Submitted: auto-replied", In_Reply_To=sent.message_id)
        self.assertFalse(self._process(answer))
        self.assertFalse(self._new_mails)

    def test_own_address_is_not_acknowledged(self):
        """A mail from one of our own addresses cannot start a loop."""
        complaint = self._process(self._mail("Own", sender=ALIAS))
        self.assertEqual(complaint.acknowledge_state, "skipped")

    def test_mail_loop_without_headers_is_broken(self):
        """A program that does not give itself away gets a few acknowledgements, then none."""
        states = [self._process(self._mail(f"Loop {i}")).acknowledge_state for i in range(7)]
        self.assertEqual(states, ["sent"] * 5 + ["skipped"] * 2)

    def test_mail_loop_in_one_run_is_broken(self):
        """Mails that came together since the last run of the job are counted too."""
        complaints = self.Complaint.create(
            [
                {"name": f"Loop {i}", "team_id": self.team.id, "channel": "mail", "email_from": "loop@x.test"}
                for i in range(7)
            ]
        )
        with self._no_commit():
            self.Complaint._cron_acknowledge()
        self.assertEqual(complaints.mapped("acknowledge_state"), ["sent"] * 5 + ["skipped"] * 2)

    # ------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------

    def test_reply_is_posted(self):
        """An answer joins its complaint and is no first response."""
        complaint = self._process(self._mail("Question"))
        complaint.user_id = self.handler
        sent = self._acknowledgements(complaint)
        reply = self._mail("Re: Question", In_Reply_To=sent.message_id, body="More facts")
        self.assertFalse(self._process(reply))
        message = complaint.message_ids.filtered(lambda m: "More facts" in (m.body or ""))
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertFalse(complaint.responded_datetime)
        self.assertFalse(complaint.activity_ids)

    def test_reply_on_finished_complaint_reminds_once(self):
        """What a customer adds to a finished complaint is shown to the handler once; it stays finished."""
        complaint = self._create_complaint(partner_id=self.customer.id, user_id=self.handler.id)
        sent = complaint.message_post(body="Done", subtype_xmlid="mail.mt_comment")
        complaint.sudo().stage_id = self.stages["resolved"]
        complaint.activity_ids.unlink()
        for index in range(2):
            self._process(self._mail(f"Re: {index}", In_Reply_To=sent.message_id, body="Not content"))
        self.assertEqual(complaint.phase, "resolved")
        self.assertEqual(complaint.activity_ids.user_id, self.handler)
        self.assertEqual(len(complaint.activity_ids), 1)

    def test_staff_and_programs_remind_nobody(self):
        """What staff or a program adds to a finished complaint is nothing to look at."""
        complaint = self._create_complaint(partner_id=self.customer.id, user_id=self.handler.id)
        complaint.sudo().stage_id = self.stages["closed"]
        complaint.activity_ids.unlink()
        sent = complaint.with_user(self.handler).message_post(
            body="Bye", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self._process(
            self._mail(
                "Away", extra="Auto-Submitted: auto-replied", In_Reply_To=sent.message_id, body="I am away"
            )
        )
        self.assertIn("I am away", "".join(complaint.message_ids.mapped("body")))
        self.assertFalse(complaint.activity_ids)

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    @mute_logger(GATEWAY_LOG)
    def test_portal_user_cannot_use_the_gateway(self):
        """Keeping unreadable mails opens no way in for those who may not hand in mails."""
        portal = new_test_user(self.env, "complaint_portal", groups="base.group_portal")
        for name in ("unknown_charset", "gb18030"):
            with self.assertRaises(Exception):  # noqa: B017 access error, or the gateway's own
                self._process((DATA / f"{name}.eml").read_bytes(), user=portal)
        self.assertFalse(self.Complaint.search([("name", "ilike", "Odd subject")]))

    def test_concurrency_errors_are_passed_on(self):
        """A transaction that the database refuses is tried again, not kept as an unreadable mail."""
        original = self.registry["customer.complaint"].message_new
        calls = []

        def refuse_once(*args, **kwargs):
            calls.append(args)
            if len(calls) == 1:
                raise psycopg2.errors.SerializationFailure
            return original(*args, **kwargs)

        with (
            # written by a cursor of its own, which does not see the records of a test
            patch.object(self.registry["mail.alias"], "_alias_bounce_incoming_email"),
            patch.object(self.registry["customer.complaint"], "message_new", refuse_once),
            self.assertRaises(psycopg2.errors.SerializationFailure),
        ):
            self._process(self._mail("Concurrent"))
        self.assertEqual(len(calls), 1)

    def test_missing_rights_are_passed_on(self):
        """Who lacks the gateway's rights gets the refusal, and no complaint is made on the quiet."""
        before = self.Complaint.search_count([])
        with self.assertRaises(AccessError):
            self._process(self._mail("No rights"), user=self.handler)
        self.assertEqual(self.Complaint.search_count([]), before)
