from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_solution import SolutionCommon


@tagged("post_install", "-at_install")
class TestLetter(SolutionCommon):
    def _send(self, letter):
        with mute_logger("odoo.addons.customer_complaint.models.customer_complaint_letter_send"):
            return letter.action_send()

    def _draft(self, complaint=None, use="letter"):
        """Begin a letter as the button does, with what the form fills in."""
        complaint = (complaint or self.complaint).with_user(self.handler)
        reply = self.env["customer.complaint.reply"]._get_letter_template(complaint, (use,))
        letter = self.env["customer.complaint.letter"].with_user(self.handler)
        body = self.env["customer.complaint.external.body"]._find(complaint) if use == "final" else None
        return letter.create(
            {
                "complaint_id": complaint.id,
                "use": use,
                "template_id": reply.id,
                "external_body_id": body and body.id,
            }
        )

    def test_drafted_by_verdict_and_category(self):
        """The saved text for the verdict comes first, then that for the category; facts are filled in."""
        category = self.env["customer.complaint.category"].create({"name": "Pumps"})
        special = self.env["customer.complaint.reply"].create(
            {
                "name": "Pumps",
                "use": "letter",
                "subject": "Your pump {number}",
                "body": "<p>{customer}: {proposal} {compensation}</p>",
                "verdict": "valid",
                "category_ids": [Command.link(category.id)],
            }
        )
        self.complaint.write({"verdict": "valid", "proposal": "<p>A new <b>pump</b></p>"})
        usual = self._draft()
        self.assertNotEqual(usual.template_id, special)
        self.assertIn(self.complaint.number, usual.subject)
        self.assertIn("you are right", usual.body)
        self.complaint.category_id = category
        offer = self._create_compensation(self.complaint, 10)
        offer.action_request_approval()
        letter = self._draft()
        self.assertEqual(letter.template_id, special)
        self.assertIn("<b>pump</b>", letter.body)
        self.assertIn("Refund", letter.body)
        self.assertEqual(letter.subject, f"Your pump {self.complaint.number}")

    def test_days_are_those_of_the_company(self):
        """The day of the letter and of the receipt are the company's, whoever prints it."""
        self.env.company.partner_id.tz = "Asia/Shanghai"
        template = self.env["customer.complaint.reply"].create(
            {"name": "Days", "use": "letter", "subject": "Yours of {received}", "body": "<p>x</p>"}
        )
        self.complaint.sudo().received_datetime = "2025-12-31 16:30:00"
        self.assertEqual(template._render_letter(self.complaint)[0], "Yours of 01/01/2026")
        letter = self._draft().with_context(tz="America/New_York")
        with freeze_time("2026-02-28 15:59:59"):
            self.assertEqual(letter._get_letter_date(), "02/28/2026")
        with freeze_time("2026-02-28 16:00:00"):
            self.assertEqual(letter._get_letter_date(), "03/01/2026")

    def test_customers_words_are_escaped(self):
        """What the customer wrote is text in the letter, never markup."""
        self.complaint.name = "<img src=x onerror=alert(1)>"
        self.assertNotIn("<img", self._draft().body)

    def test_saved_letters_are_no_messages(self):
        """“Answer” offers messages only."""
        replies = self.env["customer.complaint.reply"]
        found = replies.search(replies._get_fitting_domain(self.complaint))
        self.assertEqual(set(found.mapped("use")), {"message"})

    def test_sent_and_frozen(self):
        """One click sends what needs no approval: mail, document, fingerprint; nothing changes any more."""
        letter = self._create_letter()
        self._send(letter)
        self.assertRecordValues(
            letter,
            [
                {
                    "state": "sent",
                    "sent_way": "mail",
                    "sent_by_id": self.handler.id,
                    "approval_state": "approved",
                }
            ],
        )
        self.assertIn("Lin Wei", letter.sent_to)
        self.assertTrue(letter.file_id.raw)
        self.assertTrue(letter.is_unchanged)
        message = self.complaint.message_ids.filtered(lambda one: one.subject == "Our answer")
        self.assertEqual(message.partner_ids, self.customer)
        self.assertTrue(message.attachment_ids)
        self.assertTrue(self.complaint.responded_datetime)
        for record in (letter, letter.sudo()):
            for vals in ({"body": "<p>x</p>"}, {"subject": "x"}):
                with self.assertRaisesRegex(UserError, "does not change"):
                    record.write(vals)
        with self.assertRaisesRegex(UserError, "was sent"):
            letter.action_send()
        with self.assertRaisesRegex(UserError, "Only a draft"):
            letter.action_cancel()
        with self.assertRaises(AccessError):
            letter.unlink()

    def test_fingerprint_shows_a_change(self):
        """A change behind the program's back shows."""
        letter = self._create_letter()
        self._send(letter)
        letter.flush_recordset()
        self.env.cr.execute(
            "UPDATE customer_complaint_letter SET body = '<p>x</p>' WHERE id = %s", [letter.id]
        )
        letter.invalidate_recordset()
        self.assertFalse(letter.is_unchanged)

    def test_serious_letter_is_approved(self):
        """About a serious complaint nothing goes out without a manager; a change asks again."""
        self.complaint.severity = "serious"
        letter = self._create_letter()
        result = letter.action_send()
        self.assertEqual(result["tag"], "display_notification")
        self.assertEqual((letter.state, letter.approval_state), ("draft", "pending"))
        with self.assertRaisesRegex(UserError, "waits for approval"):
            letter.body = "<p>Other</p>"
        letter.with_user(self.manager).action_approve()
        letter.body = "<p>Other</p>"
        self.assertEqual(letter.approval_state, "draft")
        letter.action_request_approval()
        letter.with_user(self.manager).action_approve()
        self._send(letter)
        self.assertEqual(letter.state, "sent")

    def test_posted(self):
        """A printed letter is noted as posted, also for a customer without mail."""
        self.complaint.write({"partner_id": False, "email_from": False, "contact_name": "Old Wang"})
        letter = self._create_letter()
        with self.assertRaisesRegex(UserError, "no mail address"):
            letter.action_send()
        with mute_logger("odoo.addons.customer_complaint.models.customer_complaint_letter_send"):
            letter.action_mark_posted()
        self.assertRecordValues(letter, [{"state": "sent", "sent_way": "post", "sent_to": "Old Wang"}])
        self.assertTrue(self.complaint.responded_datetime)
        self.assertIn(str(letter.file_id.id), letter.action_print()["url"])

    def test_empty_and_incomplete(self):
        """Nothing empty goes out, and a final response names an external body."""
        with self.assertRaisesRegex(UserError, "nothing to send"):
            self._create_letter(body="<p><br></p>").action_send()
        with self.assertRaisesRegex(UserError, "external body"):
            self._create_letter(use="final").action_request_approval()

    def test_several_approved_at_once(self):
        """A manager approves several letters in one go."""
        self.complaint.severity = "serious"
        letters = self._create_letter() | self._create_letter()
        letters.action_request_approval()
        found = letters.with_user(self.manager).search([("approval_can_approve", "=", True)])
        self.assertEqual(found, letters)
        found.action_approve()
        self.assertEqual(set(letters.mapped("approval_state")), {"approved"})

    def test_forging(self):
        """What only the program sets is refused."""
        Letter = self.env["customer.complaint.letter"].with_user(self.handler)
        vals = {"complaint_id": self.complaint.id, "subject": "x", "body": "x"}
        for name, value in (("state", "sent"), ("digest", "x"), ("sent_by_id", 1), ("file_id", 1)):
            with self.subTest(name=name), self.assertRaises(AccessError):
                Letter.create({**vals, name: value})
        letter = Letter.with_context(default_state="sent", default_digest="x").create(vals)
        self.assertRecordValues(letter, [{"state": "draft", "digest": False}])
        with self.assertRaises(AccessError):
            letter.state = "sent"
        with self.assertRaises(AccessError):
            Letter.with_user(self.other_handler).create(vals)

    def test_access(self):
        """Letters are seen as their complaint is."""
        letter = self._create_letter()
        for user, reads, writes in (
            (self.handler, True, True),
            (self.other_handler, False, False),
            (self.manager, True, True),
            (self.auditor, True, False),
            (self.employee, False, False),
            (self.portal, False, False),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(letter.with_user(user).has_access("read"), reads)
                self.assertEqual(letter.with_user(user).has_access("write"), writes)

    def test_external_body_in_the_customers_language(self):
        """The letter names the body in the language of its reader, whoever drafts it."""
        self.env["res.lang"]._activate_lang("zh_CN")
        body = self.env["customer.complaint.external.body"].create(
            {"name": "Consumer Association", "note": "Bring the receipt."}
        )
        body.with_context(lang="zh_CN").write({"name": "消费者协会", "note": "请携带小票。"})
        for theirs, ours, expected, foreign in (
            ("zh_CN", "en_US", ("消费者协会", "请携带小票"), ("Consumer", "receipt")),
            ("en_US", "zh_CN", ("Consumer", "receipt"), ("消费者协会", "请携带小票")),
        ):
            self.complaint.partner_id.lang, self.handler.lang = theirs, ours
            letter = self._draft(self.complaint.with_context(lang=ours), use="final")
            letter.with_context(lang=ours).external_body_id = body
            text = str(letter.body)
            for word in expected:
                self.assertIn(word, text)
            for word in foreign:
                self.assertNotIn(word, text)

    def test_external_body_by_country_and_category(self):
        """The body for the customer's country and category goes before one for all."""
        Body = self.env["customer.complaint.external.body"]
        Body.search([]).active = False
        category = self.env["customer.complaint.category"].create({"name": "Banking"})
        everybody = Body.create({"name": "All", "sequence": 1})
        self.assertEqual(Body._find(self.complaint), everybody)
        china = Body.create({"name": "CN", "country_ids": [Command.link(self.env.ref("base.cn").id)]})
        self.customer.country_id = self.env.ref("base.cn")
        self.assertEqual(Body._find(self.complaint), china)
        banks = Body.create(
            {"name": "Banks", "category_ids": [Command.link(category.id)], "website": "https://b.example"}
        )
        self.complaint.category_id = category
        self.assertEqual(Body._find(self.complaint), banks)
        self.assertIn("https://b.example", self._draft(use="final").body)
