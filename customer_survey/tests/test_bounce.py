from odoo.addons.mail.tests.common import MailCommon
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SurveyKit

BOUNCE = """Return-Path: <>
To: {to}
From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
Date: Mon, 2 Mar 2026 10:00:00 +0000
Message-ID: <bounce-1@mx.example.com>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=us-ascii

The mailbox does not exist.
--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1

--part
Content-Type: text/rfc822-headers

{quoted}From: us@test.mycompany.com
To: {address}
Subject: Your opinion counts

--part--
"""


@tagged("post_install", "-at_install")
class TestBounce(SurveyKit, MailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.answer = cls._send()

    def _receive(self, message_key="", address="ann@example.com"):
        quoted = f"Message-ID: {message_key}\n" if message_key else ""
        mail = BOUNCE.format(to=self.alias_bounce + "@" + self.alias_domain, address=address, quoted=quoted)
        with self.mock_mail_gateway(), mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(None, mail)
        self.env.invalidate_all()

    def _deliver(self):
        """Let the queue send the mail, which is deleted then, with its message."""
        with self.mock_mail_gateway(mail_unlink_sent=True), mute_logger("odoo.addons.mail.models.mail_mail"):
            self._get_mails(self.answer).send()
        self.assertFalse(self._get_mails(self.answer))

    def test_bounce_is_noted(self):
        """What a mail server could not deliver is marked, counted and handed to the responsible person."""
        key = self.answer.care_message_key
        self.assertTrue(key)
        self._deliver()
        self._receive(key)
        self.assertEqual(self.answer.care_status, "bounced")
        self.assertIn("mailbox does not exist", self.answer.care_bounce_reason)
        self.assertTrue(self._get_requests().is_bounced)
        self.assertEqual(self.rule.bounce_count, 1)
        self.assertEqual(len(self._get_events("survey_bounced")), 1)
        activity = self.contact.activity_ids
        self.assertEqual(activity.user_id, self.users["specialist"])
        self._receive(key)
        self.assertEqual(len(self.contact.activity_ids), 1, "one to-do at a time")

    def test_bounce_without_message_id(self):
        """A server that does not say which mail it was means those to that address of the last days."""
        self._deliver()
        self._receive(address="somebody@example.com")
        self.assertEqual(self.answer.care_status, "sent")
        self._receive()
        self.assertEqual(self.answer.care_status, "bounced")

    def test_bounce_of_another_mail(self):
        """A bounce of another mail to the same address is not one of the survey."""
        self._deliver()
        self._receive("<other@example.com>")
        self.assertEqual(self.answer.care_status, "sent")

    def test_answered_is_not_marked(self):
        """Who has answered has got the mail, whatever a late server says."""
        key = self.answer.care_message_key
        self._answer(self.answer, csat=9)
        self._receive(key)
        self.assertEqual(self.answer.care_status, "answered")
        self.assertFalse(self.answer.care_is_bounced)

    def test_refused_by_our_server(self):
        """An address that our own server refuses counts the same."""
        self._get_mails(self.answer)._postprocess_sent_message(
            [], [], failure_reason="Invalid", failure_type="mail_email_invalid"
        )
        self.assertEqual(self.answer.care_status, "bounced")

    def test_our_server_is_away(self):
        """A mail server of ours that does not answer says nothing about the address."""
        self._get_mails(self.answer)._postprocess_sent_message(
            [], [], failure_reason="Timeout", failure_type="mail_smtp"
        )
        self.assertEqual(self.answer.care_status, "sent")

    def test_resend_to_corrected_address(self):
        """The same invitation goes to the right address, and the contact is corrected, too."""
        self.answer._care_note_bounce("no such user")
        wizard = (
            self.env["customer.survey.invitation"]
            .with_user(self.users["supervisor"])
            .create({"answer_ids": self.answer.ids, "address": "new@example.com"})
        )
        wizard.action_resend()
        self.assertEqual(self.contact.email, "new@example.com")
        self.assertFalse(self.answer.care_address)
        self.assertEqual(self.answer.care_status, "sent")
        self.assertEqual(self.rule.bounce_count, 0)
        mail = self._get_mails(self.answer)[:1]
        self.assertEqual(mail.recipient_ids, self.contact)
        self.assertEqual(self.answer.care_message_key, mail.message_id)

    def test_resend_to_another_address_only_once(self):
        """Another address for this survey leaves the contact as it is; its bounce is recognized."""
        wizard = self.env["customer.survey.invitation"].create(
            {"answer_ids": self.answer.ids, "address": "private@example.com", "is_contact_corrected": False}
        )
        wizard.action_resend()
        self.assertEqual(self.contact.email, "ann@example.com")
        mail = self._get_mails(self.answer)[:1]
        self.assertEqual((mail.email_to, mail.recipient_ids.ids), ("private@example.com", []))
        self._receive(address="private@example.com")
        self.assertEqual(self.answer.care_status, "bounced")

    def test_anonymous_mail_leaves_no_trace(self):
        """Neither the invitation knows the mail, nor does the mail's number name the invitation."""
        self.survey.care_is_anonymous = True
        before = self.env["mail.mail"].search([])
        answer = self._send(cause="2")
        mail = self.env["mail.mail"].search([]) - before
        self.assertEqual(len(mail), 1)
        self.assertFalse(answer.care_message_key or answer.care_address or answer.partner_id)
        self.assertNotIn("survey.user_input", mail.message_id)
        self.assertNotIn(f"-{answer.id}", mail.message_id)
        self.assertIn("/survey/stop/", mail.headers)
        self._receive(mail.message_id)
        self.assertEqual(answer.care_status, "sent")
