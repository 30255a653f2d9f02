import doctest
from email.message import EmailMessage

from odoo.tests import BaseCase, new_test_user, tagged

from ..tools import forward
from .common_mail import ComplaintMailCommon

ORIGINAL = ("Ann Customer", "ann@customer.test")
# The header of a mail passed on, as the mail programs write it.
BODIES = {
    "gmail": """---------- Forwarded message ---------
From: Ann Customer <ann@customer.test>
Date: Mon, Mar 2, 2026 at 9:12 AM
Subject: Leak
To: <info@company.test>

It leaks.""",
    "gmail_zh": """---------- Forwarded message ---------
发件人： Ann Customer <ann@customer.test>
Date: 2026年3月2日周一 09:12
Subject: Leak
To: <info@company.test>

漏水""",
    "outlook_en": """Please handle.

-----Original Message-----
From: Ann Customer [mailto:ann@customer.test]
Sent: Monday, March 2, 2026 9:12 AM
To: info@company.test
Subject: Leak

It leaks.""",
    "outlook_de": """Bitte übernehmen.

Von: Ann Customer <ann@customer.test>
Gesendet: Montag, 2. März 2026 09:12
An: info@company.test
Betreff: Leck

Es leckt.""",
    "outlook_zh": """请处理。

发件人: Ann Customer <ann@customer.test>
发送时间: 2026年3月2日 9:12
收件人: info@company.test
主题: 漏水

漏水""",
    "foxmail": """请处理

发件人： Ann Customer<ann@customer.test>
发送时间： 2026-03-02 09:12
收件人： info
主题： 漏水
漏水""",
    "netease": """

-------- 转发邮件信息 --------
发件人："Ann Customer" <ann@customer.test>
发送日期：2026-03-02 09:12:00
收件人："info" <info@company.test>
主题：漏水
漏水""",
    "qq": """

------------------ 原始邮件 ------------------
发件人: "Ann Customer" <ann@customer.test>;
发送时间: 2026年3月2日(星期一) 上午9:12
收件人: "info"<info@company.test>;

主题: 漏水

漏水""",
    "apple": """Begin forwarded message:

> From: Ann Customer <ann@customer.test>
> Subject: Leak
> Date: 2. March 2026 at 09:12:00 CET
> To: info@company.test
>
> It leaks.""",
    "thunderbird": """

-------- Weitergeleitete Nachricht --------
Betreff: \tLeck
Datum: \tMon, 2 Mar 2026 09:12:00 +0100
Von: \tAnn Customer <ann@customer.test>
An: \tinfo@company.test

Es leckt.""",
    "bold": """*From:* Ann Customer <ann@customer.test>
*Sent:* Monday, March 2, 2026 9:12 AM
*To:* info@company.test
*Subject:* Leak

It leaks.""",
}
HTML = {
    "outlook": '<div><p>Please</p><div style="border:none"><p><b>From:</b> Ann Customer &lt;ann@customer.test&gt;<br>'
    "<b>Sent:</b> Monday<br><b>To:</b> info@company.test<br><b>Subject:</b> Leak</p></div><p>It leaks</p></div>",
    "table": "<p>FYI</p><table><tr><th>Subject: </th><td>Leak</td></tr><tr><th>Date: </th><td>Monday</td></tr>"
    '<tr><th>From: </th><td>Ann Customer <a href="mailto:ann@customer.test">&lt;ann@customer.test&gt;</a></td></tr>'
    "</table><p>It leaks</p>",
    "qq": '<div>请处理</div><div><div><b>发件人:</b>&nbsp;"Ann Customer"&lt;ann@customer.test&gt;;'
    "</div><div><b>发送时间:</b>&nbsp;2026年3月2日</div><div><b>主题:</b>&nbsp;漏水</div></div>",
}


@tagged("post_install", "-at_install")
class TestForward(BaseCase):
    def test_doctests(self):
        """The examples of the module are its specification."""
        self.assertEqual(doctest.testmod(forward).failed, 0)

    def _message(self, subject="Fwd: Leak", body="", subtype="plain"):
        message = EmailMessage()
        message["Subject"] = subject
        message["From"] = "Helen <helen@staff.test>"
        message.set_content(body, subtype=subtype)
        return message

    def test_mail_programs(self):
        """The first sender is found in what the usual mail programs write."""
        for name, body in BODIES.items():
            with self.subTest(name):
                self.assertEqual(forward.find(self._message(body=body)).originals, (ORIGINAL,))
        for name, body in HTML.items():
            with self.subTest(name):
                self.assertEqual(
                    forward.find(self._message(body=body, subtype="html")).originals, (ORIGINAL,)
                )

    def test_attached(self):
        """A mail passed on as an attachment is read from it."""
        inner = self._message("Leak", "It leaks")
        inner.replace_header("From", "Ann Customer <ann@customer.test>")
        outer = self._message("See there", "Please")
        outer.add_attachment(inner)
        self.assertEqual(forward.find(outer).originals, (ORIGINAL,))
        outer = self._message("See there", "Please")
        outer.add_attachment(
            inner.as_bytes(), maintype="application", subtype="octet-stream", filename="A.EML"
        )
        self.assertEqual(forward.find(outer).originals, (ORIGINAL,))

    def test_no_forward(self):
        """An answer, which quotes the same lines, and an ordinary mail are none."""
        self.assertIsNone(forward.find(self._message("Re: Leak", BODIES["outlook_en"])))
        self.assertIsNone(forward.find(self._message("Leak", "From: the start it was bad\nTo: be honest")))

    def test_without_address(self):
        """A mail passed on of which the sender cannot be read says so."""
        self.assertEqual(forward.find(self._message(body="See the picture")).originals, ())
        body = "Von: Max Muster\nGesendet: Montag\nBetreff: Leck"
        self.assertEqual(forward.find(self._message(body=body)).originals, (("Max Muster", ""),))

    def test_rubbish(self):
        """Whatever it looks like, nothing is raised and nothing takes long."""
        for body in (
            "From:\n" * 5000,
            "From: " + "x" * 90000 + "\nTo: a",
            "\n" * 90000,
            "发件人：：：\n主题：\n" * 9,
        ):
            forward.find(self._message(body=body))
        for body in ("", "<", "<p", "<div>" * 3000, "<!--", "\x01"):
            forward.find(self._message(body=body, subtype="html"))


@tagged("post_install", "-at_install", "mail_gateway")
class TestMailForward(ComplaintMailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sender = cls.handler.email_formatted
        new_test_user(
            cls.env,
            "complaint_second",
            groups="customer_complaint.group_complaint_user",
            email="second@staff.test",
        )

    def _forward(self, subject="Fwd: Leak", **kw):
        return self._process(self._mail(subject, sender=self.sender, **kw))

    def test_customer_of_a_forwarded_mail(self):
        """What a colleague passes on is the customer's complaint, and he is acknowledged."""
        complaint = self._forward(body=BODIES["gmail"])
        self.assertRecordValues(
            complaint,
            [
                {
                    "name": "Leak",
                    "partner_id": self.customer.id,
                    "email_normalized": "ann@customer.test",
                    "forwarded_by": self.sender,
                    "acknowledge_state": "sent",
                    "is_sender_doubtful": False,
                    "responded_datetime": False,
                }
            ],
        )
        self.assertIn("ann@customer.test", self._acknowledgements(complaint).email_to)
        message = complaint.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertEqual(message.author_id, self.handler.partner_id)

    def test_copies_are_kept(self):
        """Those in copy stay in copy of the complaint."""
        complaint = self._forward(body=BODIES["outlook_zh"], Cc="Bob <bob@other.test>")
        self.assertIn("bob@other.test", complaint.email_cc)

    def test_chain_of_colleagues(self):
        """The first who is no colleague is the customer."""
        body = "From: Second <second@staff.test>\nSent: Monday\nSubject: FW: Leak\n\n" + BODIES["outlook_en"]
        self.assertEqual(self._forward(body=body).email_normalized, "ann@customer.test")

    def test_unknown_sender(self):
        """An unknown customer is registered with name and address, without a contact."""
        complaint = self._forward(body=BODIES["qq"].replace("ann@customer.test", "new@nowhere.test"))
        self.assertFalse(complaint.partner_id)
        self.assertEqual(complaint.email_from, '"Ann Customer" <new@nowhere.test>')

    def test_unreadable_sender(self):
        """Where the customer cannot be read, that is shown and the colleague is not taken for him."""
        complaint = self._forward(body="Von: Max Muster\nGesendet: Montag\nBetreff: Leck")
        self.assertRecordValues(
            complaint,
            [
                {
                    "email_from": False,
                    "partner_id": False,
                    "contact_name": "Max Muster",
                    "forwarded_by": self.sender,
                    "acknowledge_state": "call",
                }
            ],
        )

    def test_customer_forwards(self):
        """A customer who passes on a mail complains himself."""
        complaint = self._process(self._mail("Fwd: Leak", body=BODIES["gmail"].replace("ann@", "zed@")))
        self.assertEqual(complaint.email_normalized, "ann@customer.test")
        self.assertFalse(complaint.forwarded_by)

    def test_forged_colleague(self):
        """A colleague of whom the mail server doubts makes nobody a customer."""
        complaint = self._forward(
            body=BODIES["gmail"], extra="Authentication-Results: mx.test; spf=fail smtp.mailfrom=x; dkim=none"
        )
        self.assertTrue(complaint.is_sender_doubtful)
        self.assertFalse(complaint.partner_id)


@tagged("post_install", "-at_install", "mail_gateway")
class TestClosedReply(ComplaintMailCommon):
    def _closed(self, phase="closed"):
        complaint = self._process(self._mail("First"))
        complaint.stage_id = self.stages[phase]
        complaint.activity_ids.unlink()
        return complaint

    def _answer(self, complaint, number=1, **kw):
        mail = complaint.message_ids.filtered(lambda message: message.message_type == "email")[:1]
        return self._process(
            self._mail(
                f"Re: First {number}",
                In_Reply_To=mail.message_id,
                **{"Message-Id": f"<answer{number}-{complaint.id}@customer.test>"},
                **kw,
            )
        )

    def test_note(self):
        """Without another policy the handler is told, and nothing else happens."""
        complaint = self._closed()
        self.assertFalse(self._answer(complaint))
        self.assertEqual(complaint.phase, "closed")
        self.assertTrue(complaint.activity_ids)

    def test_reopen(self):
        """The customer's answer reopens, for some days; later it begins a new complaint."""
        self.team.write({"closed_reply": "reopen", "closed_reply_days": 10})
        complaint = self._closed()
        self.assertFalse(self._answer(complaint))
        self.assertEqual(complaint.phase, "open")
        self.assertEqual(complaint.reopen_count, 1)
        complaint.stage_id = self.stages["closed"]
        complaint._write_dates({"closed_datetime": complaint.received_datetime.replace(year=2020)})
        self.env.flush_all()
        new = self._answer(complaint, 2)
        self.assertEqual(new.previous_id, complaint)
        self.assertEqual(complaint.phase, "closed")

    def test_rejected_is_not_reopened(self):
        """What was rejected is not reopened by insisting."""
        self.team.closed_reply = "reopen"
        complaint = self._closed("cancelled")
        self._answer(complaint)
        self.assertEqual(complaint.phase, "cancelled")
        self.assertTrue(complaint.activity_ids)

    def test_new(self):
        """The answer to a closed complaint is a new one, linked to it, with its own number."""
        self.team.closed_reply = "new"
        complaint = self._closed()
        # the notes of its stages are written when a transaction ends
        self.env.cr.flush()
        complaint.invalidate_recordset(["message_ids"])
        count = len(complaint.message_ids)
        new = self._answer(complaint)
        self.assertRecordValues(
            new,
            [
                {
                    "previous_id": complaint.id,
                    "team_id": self.team.id,
                    "partner_id": self.customer.id,
                    "channel": "mail",
                    "acknowledge_state": "sent",
                }
            ],
        )
        self.assertNotEqual(new.number, complaint.number)
        self.assertEqual(len(complaint.message_ids), count)
        # an answer to the new one stays there
        self.assertFalse(self._answer(new, 3))

    def test_programs_and_colleagues(self):
        """Neither automatic answers nor colleagues reopen or begin anything."""
        for policy in ("new", "reopen"):
            self.team.closed_reply = policy
            complaint = self._closed()
            self.assertFalse(self._answer(complaint, f"{policy}1", extra="Auto-Submitted: auto-replied"))
            self.assertFalse(self._answer(complaint, f"{policy}2", sender=self.handler.email_formatted))
            self.assertEqual(complaint.phase, "closed")
            complaint.unlink()

    def test_chinese_automatic_answer(self):
        """An automatic answer is known by its subject, also where no header tells."""
        for subject in (
            "自动回复：漏水",
            "=?utf-8?b?6Ieq5Yqo5Zue5aSNOiBB?=",
            "Automatische Antwort: x",
            "Out of Office",
        ):
            complaint = self._process(self._mail(subject))
            self.assertEqual(complaint.acknowledge_state, "skipped", subject)

    def test_open_is_open(self):
        """The policy is for finished complaints only."""
        self.team.closed_reply = "new"
        complaint = self._process(self._mail("First"))
        self.assertFalse(self._answer(complaint))
        self.assertEqual(len(self.Complaint.search([("team_id", "=", self.team.id)])), 1)
