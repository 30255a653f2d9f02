import contextlib

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, tagged

from .common import ComplaintCommon
from .common_identity import IdentityCommon


@tagged("post_install", "-at_install")
class TestIdentityPeople(IdentityCommon):
    """Who knows the complainant, who comes to know him, and what gives him away elsewhere."""

    def test_who_writes(self):
        """Who does not know the customer logs notes; writing to him would name him in the answer."""
        mine = self._mine(self.complaint, self.helper)
        for thread in (mine, mine.sudo()):
            with self.assertRaises(AccessError):
                thread.message_post(
                    body="Dear customer", message_type="comment", subtype_xmlid="mail.mt_comment"
                )
        mine.message_post(body="Seen", message_type="comment", subtype_xmlid="mail.mt_note")
        wizard = self.env["customer.complaint.reply.send"].with_user(self.helper)
        with self.assertRaises(UserError):
            wizard.create({"complaint_ids": mine.ids, "body": "<p>x</p>"}).action_send()
        with self.assertRaises(AccessError):
            mine._sign("x", False, files=[("a.txt", b"x")])

    def test_customer_form_is_silent(self):
        """The counters and the timeline of the customer do not count what is protected."""
        for user, count in ((self.helper, 1), (self.manager, 2)):
            partner = self._mine(self.customer, user)
            self.assertEqual(partner.care_complaint_count, count, user.login)
            domain = partner.action_view_complaints()["domain"]
            found = self.env["customer.complaint"].with_user(user).search(domain)
            self.assertEqual(self.complaint in found, count == 2)

    def test_other_complaints_are_no_trace(self):
        """Repeats and merged complaints of the same customer would name him."""
        first = self._create_complaint(name="First", user_id=self.helper.id)
        self.complaint.sudo().write({"repeat_of_id": first.id, "duplicate_of_id": first.id})
        self.env.flush_all()
        mine = self._mine(self.complaint, self.helper)
        self.assertFalse(mine.repeat_of_id or mine.duplicate_of_id)
        self.assertFalse(mine.search([("repeat_of_id", "=", first.id)]))
        self.assertFalse(mine.repeated_count)

    def test_show_identity(self):
        """With a reason, which is noted and cannot be changed; without one nothing is shown."""
        Reveal = self.env["customer.complaint.reveal"].with_user(self.helper)
        wizard = Reveal.create({"complaint_id": self.complaint.id})
        self._assert_silent(wizard.read())
        for reason in (False, "  "):
            wizard.reason = reason
            with self.assertRaises(UserError):
                wizard.action_show()
        forged = Reveal.create(
            {"complaint_id": self.complaint.id, "reason": "x", "is_shown": True, "identity": "y"}
        )
        self._assert_silent(forged.read())
        wizard.reason = "The hospital asks"
        wizard.action_show()
        self.assertIn("Lin Wei", str(self._mine(wizard, self.helper).identity))
        access = self.complaint.sudo().access_ids.filtered(lambda one: one.kind == "identity")
        self.assertEqual((access.user_id, access.reason), (self.helper, "The hospital asks"))
        self.assertFalse(self._mine(self.complaint, self.helper).partner_id)
        with self.assertRaises(AccessError):
            self._mine(wizard, self.supervisor).read(["identity"])
        elsewhere = self.env["customer.complaint.reveal"].with_user(self.other_handler)
        with self.assertRaises(AccessError):
            elsewhere.create({"complaint_id": self.complaint.id, "reason": "x"}).action_show()
        with self.assertRaises(AccessError):
            access.with_user(self.manager).write({"reason": "y"})

    def test_nobody_lets_himself_in(self):
        """Neither as handler or first receiver, nor by the team; what nobody handles may be taken."""
        managed = self._create_team(name="Mine", manager_id=self.helper.id)
        for user in self.blind:
            for vals in (
                {"user_id": user.id},
                {"user_id": False},
                {"receiver_id": user.id},
                {"create_uid": user.id},
                *([{"team_id": managed.id}] if user == self.helper else []),
            ):
                with self.subTest(user=user.login, vals=vals):
                    with contextlib.suppress(UserError):
                        self._mine(self.complaint, user).write(vals)
                    self.assertTrue(self._mine(self.complaint, user)._hides_identity())
        waiting = self._create_complaint(is_identity_protected=True)
        self.assertTrue(self._mine(waiting, self.supervisor)._hides_identity())
        self._mine(waiting, self.supervisor).action_assign_to_me()
        self.assertFalse(self._mine(waiting, self.supervisor)._hides_identity())
        self.complaint.with_user(self.handler)._hand_over(self.other_handler, self.team.browse(), "Please")
        self.assertTrue(self._mine(self.complaint, self.other_handler)._hides_identity())
        self._mine(self.complaint, self.other_handler).action_accept_handover()
        self.assertFalse(self._mine(self.complaint, self.other_handler)._hides_identity())

    def test_becoming_handler(self):
        """Who takes the complaint over answers for it, and knows whose it is."""
        self.complaint.with_user(self.manager).user_id = self.helper
        self.assertEqual(self._mine(self.complaint, self.helper).partner_id, self.customer)
        self.assertFalse(self._mine(self.complaint, self.helper).is_identity_hidden)

    def test_category_protects(self):
        """Complaints of a category, or one below it, are protected when registered and when they are sorted into it."""
        parent = self.env["customer.complaint.category"].create({"name": "Staff", "protects_identity": True})
        child = parent.create({"name": "Bullying", "parent_id": parent.id})
        self.assertTrue(self._create_complaint(category_id=child.id).is_identity_protected)
        self.assertFalse(
            self._create_complaint(category_id=child.id, is_identity_protected=False).is_identity_protected
        )
        complaint = self._create_complaint(user_id=self.handler.id)
        self.assertFalse(complaint.is_identity_protected)
        complaint.with_user(self.handler).category_id = parent
        self.assertTrue(complaint.is_identity_protected)
        parent.protects_identity = False
        self.assertFalse(self._create_complaint(category_id=child.id).is_identity_protected)
        parent.protects_identity = True
        with Form(self.env["customer.complaint"].with_user(self.handler)) as form:
            form.name = "x"
            form.category_id = child
            self.assertTrue(form.is_identity_protected)


@tagged("post_install", "-at_install")
class TestIdentityHttp(ComplaintCommon, HttpCase):
    def test_pages(self):
        """Page of the customer, pictures, thread and printing tell nothing to who does not know him."""
        helper = self._create_user("helper_t", "customer_complaint.group_complaint_user")
        complaint = self._create_complaint(
            user_id=self.handler.id, helper_ids=[Command.link(helper.id)], is_identity_protected=True
        )
        pixel = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
        complaint._sign("Lin Wei", pixel)
        complaint.message_post(
            body="I am Lin Wei",
            author_id=self.customer.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.env.flush_all()
        self.authenticate(helper.login, helper.login)
        page = self.url_open(f"/my/complaints/{complaint.id}")
        self.assertNotIn("Lin Wei", page.text)
        picture = self.url_open(f"/web/content/customer.complaint/{complaint.id}/signature")
        self.assertNotEqual(picture.status_code, 200)
        thread = {"thread_model": "customer.complaint", "thread_id": complaint.id}
        for url, params in (
            ("/mail/thread/messages", {**thread, "fetch_params": {"limit": 30}}),
            (
                "/mail/data",
                {
                    "fetch_params": [
                        [
                            "mail.thread",
                            {**thread, "request_list": ["followers", "attachments", "suggestedRecipients"]},
                        ]
                    ]
                },
            ),
        ):
            answer = self.url_open(url, json={"params": params})
            self.assertNotIn("error", answer.json(), answer.text)
            self.assertNotIn("Lin Wei", answer.text)
        post = {
            **thread,
            "post_data": {"body": "x", "message_type": "comment", "subtype_xmlid": "mail.mt_comment"},
        }
        for kind in ("comment", "notification"):
            post["post_data"]["message_type"] = kind
            self.assertNotIn("Lin Wei", self.url_open("/mail/message/post", json={"params": post}).text)
        report = self.url_open(
            f"/report/html/customer_complaint.customer_complaint_registration/{complaint.id}"
        )
        self.assertNotIn("Lin Wei", report.text)
        self.assertIn(complaint.number, report.text)
        self.authenticate(self.handler.login, self.handler.login)
        self.assertIn("Lin Wei", self.url_open(f"/my/complaints/{complaint.id}").text)
