from odoo import Command
from odoo.addons.mail.tools.discuss import Store
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common_identity import IdentityCommon


@tagged("post_install", "-at_install")
class TestIdentityMail(IdentityCommon):
    """What letters, notes and links tell those who do not know the complainant."""

    def test_thread(self):
        """Correspondence, its author, files, addressees and the customer as follower are hidden; notes are not."""
        for user in self.blind:
            mine = self._mine(self.complaint, user)
            Message = self.env["mail.message"].with_user(user)
            found = Message._message_fetch(None, thread=mine)["messages"]
            self.assertIn(self.note, found)
            self.assertNotIn(self.letter, found)
            for attack in (
                lambda user=user: self.letter.with_user(user).read(["body", "author_id", "email_from"]),
                lambda user=user: self.letter.attachment_ids.with_user(user).read(["name"]),
            ):
                with self.assertRaises(AccessError):
                    attack()
            self.assertFalse(Message.search([("author_id", "=", self.customer.id), ("res_id", "=", mine.id)]))
            self.assertFalse(
                self.env["ir.attachment"]
                .with_user(user)
                .search([("id", "in", self.letter.attachment_ids.ids)])
            )
            followers = self.env["mail.followers"].with_user(user)
            domain = [
                ("res_model", "=", mine._name),
                ("res_id", "=", mine.id),
                ("partner_id", "=", self.customer.id),
            ]
            self.assertFalse(followers.search(domain))
            self.assertNotIn(self.customer.id, mine.read(["message_partner_ids"])[0]["message_partner_ids"])
            store = Store()
            mine._thread_to_store(
                store,
                [],
                request_list=[
                    "followers",
                    "attachments",
                    "suggestedRecipients",
                    "activities",
                    "contact_fields",
                ],
            )
            self._assert_silent(store.get_result())
            self.assertFalse(mine._message_get_suggested_recipients())
            self._assert_silent(mine.message_get_followers())
        self.assertTrue(self._mine(self.letter, self.handler).read(["body"]))

    def test_notifications_and_planned_letters(self):
        """Neither who was mailed nor what will be mailed to the customer is told."""
        letter = self.complaint.with_user(self.handler).message_post(
            body="Dear Lin Wei",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.customer.ids,
        )
        planned = (
            self.env["mail.scheduled.message"]
            .with_user(self.handler)
            .create(
                {
                    "model": self.complaint._name,
                    "res_id": self.complaint.id,
                    "body": "Dear Lin Wei",
                    "partner_ids": [Command.set(self.customer.ids)],
                    "scheduled_date": "2099-01-01",
                    "author_id": self.handler.partner_id.id,
                }
            )
        )
        self.assertTrue(letter.notification_ids)
        for user, seen in ((self.helper, False), (self.supervisor, False), (self.handler, True)):
            Notification = self.env["mail.notification"].with_user(user)
            found = Notification.search(
                [("id", "in", letter.notification_ids.ids), ("res_partner_id", "=", self.customer.id)]
            )
            self.assertEqual(bool(found), seen, user.login)
            Planned = self.env["mail.scheduled.message"].with_user(user)
            self.assertEqual(bool(Planned.search([("id", "=", planned.id)])), seen, user.login)

    def test_callback_planned_before(self):
        """It goes to the handler: its assignee would learn whose complaint it is."""
        callback = self.env["customer.callback"].create(
            {
                "subject": self.plain.display_name,
                "partner_id": self.customer.id,
                "user_id": self.helper.id,
                "res_model": self.plain._name,
                "res_id": self.plain.id,
            }
        )
        self.plain.user_id = self.handler
        self.plain.with_user(self.handler).is_identity_protected = True
        self.assertEqual(callback.user_id, self.handler)
        self.assertNotIn(self.plain.number, callback.subject)
        self.assertFalse(
            self.env["customer.callback"].with_user(self.helper).search([("id", "=", callback.id)])
        )

    def test_composer_and_templates(self):
        """What is written from a template names nobody to who does not know the customer."""
        template = self.env.ref("customer_complaint.mail_template_complaint_acknowledgement")
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.helper)
            .with_context(default_model=self.complaint._name, default_res_ids=self.complaint.ids)
        )
        made = composer.create({"template_id": template.id, "composition_mode": "comment"})
        text = f"{made.body} {made.subject} {made.partner_ids.sudo().mapped('name')}"
        self._assert_silent(text)
        self.assertNotIn(self.complaint.access_token, text)
        with self.assertRaises(AccessError):
            made.action_send_mail()

    def test_tracking(self):
        """The log of changes shows who complained to those who know it."""
        tracked = self._create_complaint(user_id=self.handler.id, helper_ids=[Command.link(self.helper.id)])
        self.env.flush_all()
        self.env.cr.precommit.run()
        tracked.with_user(self.handler).write({"partner_id": self.company_customer.id, "severity": "serious"})
        self.env.cr.precommit.run()
        tracked.is_identity_protected = True
        values = tracked.message_ids.sudo().tracking_value_ids
        names = values.field_id.mapped("name")
        self.assertIn("partner_id", names)
        for user, seen in ((self.helper, False), (self.handler, True)):
            shown = values._filter_has_field_access(self.env(user=user)).field_id.mapped("name")
            self.assertEqual("partner_id" in shown, seen)
            self.assertIn("severity", shown)
        self.assertNotIn("partner_id", values._filter_free_field_access().field_id.mapped("name"))

    def test_messages_go_to_nobody_else(self):
        """A letter of the customer is sent to no colleague who does not know him, a note is."""
        self.complaint.message_subscribe((self.helper | self.handler).partner_id.ids)
        letter = self.complaint.message_post(
            body="Again", author_id=self.customer.id, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertIn(self.handler.partner_id, letter.notified_partner_ids)
        self.assertNotIn(self.helper.partner_id, letter.notified_partner_ids)
        note = self.complaint.with_user(self.handler).message_post(
            body="Hello", subtype_xmlid="mail.mt_note", partner_ids=self.helper.partner_id.ids
        )
        self.assertIn(self.helper.partner_id, note.notified_partner_ids)

    def test_customer_is_told_whoever_moves_it(self):
        """A stage's mail, the timeline and the callback rule work though who moves it does not know the customer."""
        template = self.env["mail.template"].create(
            {
                "name": "Done",
                "model_id": self.env["ir.model"]._get_id("customer.complaint"),
                "subject": "Done",
                "body_html": "<p>Done</p>",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )
        self.stage_resolved.mail_template_id = template
        self.complaint.write(
            {"stage_id": self.stage_accepted.id, "verdict": "valid", "resolution": "<p>x</p>"}
        )
        self.compensation.action_cancel()
        self.task.sudo().write({"state": "cancelled"})
        self.env.flush_all()
        self.env.cr.precommit.run()
        mine = self._mine(self.complaint, self.helper)
        mine.write({"stage_id": self.stage_resolved.id})
        self.env.flush_all()
        self.env.cr.precommit.run()
        mails = self.env["mail.mail"].search(
            [("model", "=", mine._name), ("res_id", "=", mine.id), ("subject", "=", "Done")]
        )
        self.assertEqual(mails.recipient_ids | mails.mapped("mail_message_id.partner_ids"), self.customer)
        events = self.env["customer.care.event"].search(
            [("res_model", "=", mine._name), ("res_id", "=", mine.id)]
        )
        self.assertIn("complaint_resolved", events.mapped("kind"))
        self.assertEqual(events.partner_id, self.customer)
        for user in self.blind:
            self.assertFalse(
                self.env["customer.care.event"].with_user(user).search([("id", "in", events.ids)])
            )

    def test_portal_links(self):
        """The customer's page, and the secret that opens it, are given to nobody else."""
        mine = self._mine(self.complaint, self.helper)
        token = self.complaint.access_token
        for text in (mine.get_portal_url(), mine._get_share_url(), mine._get_tracking_code()):
            self.assertNotIn(token, text)
        self.assertFalse(mine._get_tracking_code())
        self.assertIn(token, self._mine(self.complaint, self.handler).get_portal_url())
        self._assert_silent([[str(text) for text in row] for row in mine._get_registered()])
        sibling = self.env["res.partner"].create({"name": "Sibling", "parent_id": self.company_customer.id})
        other = new_test_user(self.env, "sibling_t", groups="base.group_portal", partner_id=sibling.id)
        self.env.company.care_complaint_colleagues = "company"
        self.assertFalse(self.complaint._portal_is_allowed(other.partner_id))
        self.assertTrue(self.plain._portal_is_allowed(other.partner_id))
        domain = self.complaint._portal_get_domain(other.partner_id)
        self.assertFalse(self.complaint.filtered_domain(domain))
        self.assertTrue(self.complaint._portal_is_allowed(self.customer))
        self.assertTrue(self.complaint.with_user(self.portal).has_access("read"))
