import contextlib
import json

from odoo import Command
from odoo.addons.mail.tools.discuss import Store
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from ..models.identity_fields import Masked
from .common import ComplaintCommon

# Contacts that are not who complained: bodies asked for an appraisal, who bears a cost.
THIRD_PARTIES = (
    "customer.complaint.appraisal.partner_id",
    "customer.complaint.compensation.bearer_partner_id",
)
SECRETS = ("Lin Wei", "lin.wei", "5555 0101", "Orchid", "orchid", "Uncle Bo", "SO-4711")


# Contacts that are not the customer, and the report, whose query names no hidden customer.
OTHER_CONTACTS = {
    "customer.complaint.appraisal.partner_id",
    "customer.complaint.responsibility.partner_id",
    "customer.complaint.report.partner_id",
    "customer.complaint.report.commercial_partner_id",
}


@tagged("post_install", "-at_install")
class TestIdentity(ComplaintCommon):
    """``helper`` works on a protected complaint, and ``supervisor`` leads its team: neither knows who complained."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "customer_complaint.group_complaint"
        cls.helper = cls._create_user("helper_t", f"{group}_user")
        cls.service_manager = cls._create_user("service_manager_t", f"{group}_user")
        cls.receiver = cls._create_user("receiver_t", f"{group}_user")
        cls.team.manager_id = cls.service_manager
        cls.company_customer = cls.env["res.partner"].create({"name": "Orchid Ltd", "is_company": True})
        cls.customer.parent_id = cls.company_customer
        cls.complaint = cls._create_complaint(
            name="The boss bullies",
            user_id=cls.handler.id,
            receiver_id=cls.receiver.id,
            helper_ids=[Command.link(cls.helper.id)],
            contact_name="Lin Wei of Orchid",
            email_cc="orchid@customer.example",
            representative_name="Uncle Bo",
            order_ref="SO-4711",
            is_identity_protected=True,
        )
        cls.plain = cls._create_complaint(name="A leak", helper_ids=[Command.link(cls.helper.id)])
        cls.compensation = cls._create_compensation(cls.complaint)
        cls.task = cls.env["customer.complaint.task"].create(
            {"name": "Ask the witness", "complaint_id": cls.complaint.id}
        )
        cls.statement = cls.env["customer.complaint.statement"].create(
            {"complaint_id": cls.complaint.id, "side": "customer", "person": "Lin Wei", "text": "I saw it"}
        )
        cls.complaint.sudo()._log_answer("accept", "Lin Wei")
        cls.letter = cls.complaint.message_post(
            body="I am Lin Wei",
            author_id=cls.customer.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("letter of Lin Wei.txt", b"x")],
        )
        cls.complaint.message_subscribe(cls.customer.ids)
        cls.note = cls.complaint.with_user(cls.handler).message_post(
            body="Look into it", subtype_xmlid="mail.mt_note"
        )
        cls.blind = cls.helper | cls.supervisor
        cls.knowing = (
            cls.handler | cls.receiver | cls.service_manager | cls.manager | cls.director | cls.auditor
        )
        cls.names = [
            name
            for name, field in cls.complaint._fields.items()
            if isinstance(field, Masked) and field.type != "binary"
        ]
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.env.invalidate_all()

    def _mine(self, record, user):
        self.env.invalidate_all()
        return record.with_user(user)

    def _assert_silent(self, result, where=None):
        text = json.dumps(result, default=str, ensure_ascii=False)
        for secret in SECRETS:
            self.assertNotIn(secret, text, where)

    def test_read(self):
        """By every way of reading; those who answer for the complaint read all."""
        specification = {
            name: {"fields": {"display_name": {}}} for name in ("partner_id", "commercial_partner_id")
        }
        specification |= {
            name: {} for name in ("email_from", "phone", "contact_name", "access_token", "display_name")
        }
        domain = [("id", "=", self.complaint.id)]
        for user in self.blind:
            for number, read in enumerate(
                (
                    lambda mine: mine.read(self.names),
                    lambda mine: mine.read([]),
                    lambda mine: mine.web_read(specification),
                    lambda mine: mine.search_read(domain, self.names),
                    lambda mine: mine.web_search_read(domain, specification),
                    lambda mine: [
                        str(mine[name]) for name in self.names if not mine._fields[name].relational
                    ],
                    lambda mine: [
                        mine.mapped(f"{name}.display_name")
                        for name in ("partner_id", "commercial_partner_id")
                    ],
                    lambda mine: (
                        (mine | mine.browse(self.plain.id))
                        .filtered(lambda c: c != self.plain)
                        .partner_id.mapped("name")
                    ),
                    lambda mine: mine.copy_data(),
                    lambda mine: mine.get_metadata(),
                )
            ):
                with self.subTest(user=user.login, number=number):
                    self._assert_silent(read(self._mine(self.complaint, user)), number)
            row = self._mine(self.complaint, user).read(self.names, load=None)[0]
            self.assertFalse([name for name in self.names if row[name]])
            self.assertEqual(self._mine(self.plain, user).partner_id, self.customer)
            self.assertEqual((self.complaint | self.plain).with_user(user).partner_id, self.customer)
        for user in self.knowing:
            self.assertEqual(self._mine(self.complaint, user).partner_id, self.customer, user.login)
            self.assertEqual(
                self._mine(self.complaint, user).read(["email_from"])[0]["email_from"],
                self.complaint.email_from,
            )

    def test_truth_stays_in_the_cache(self):
        """What somebody was not shown is there for the program, in the same transaction."""
        mine = self._mine(self.complaint, self.helper)
        mine.read(self.names)
        self.assertFalse(mine.partner_id)
        self.assertEqual(mine.sudo().partner_id, self.customer)
        self.assertTrue(mine.sudo().access_token)
        self.assertEqual(mine._portal_ensure_token(), self.complaint.access_token)
        self.assertFalse(mine.partner_id)

    def test_export(self):
        self.helper.write({"group_ids": [Command.link(self.env.ref("base.group_allow_export").id)]})
        paths = [
            "number",
            "partner_id",
            "partner_id/name",
            "email_from",
            "partner_id/id",
            "partner_id/.id",
            "signed_by",
        ]
        rows = self._mine(self.complaint | self.plain, self.helper).export_data(paths)["datas"]
        hidden = next(row for row in rows if row[0] == self.complaint.number)
        self.assertFalse(any(hidden[1:]))
        self.assertIn("Lin Wei", str(rows))
        rows = self._mine(self.task, self.helper).export_data(
            ["name", "partner_id", "complaint_id/partner_id/name"]
        )
        self._assert_silent(rows)

    def test_search(self):
        """Filters by what is hidden find nothing, and do not differ by what they ask."""
        customer, other = self.customer, self.env["res.partner"].create({"name": "Somebody"})
        domains = [
            lambda partner: [("partner_id", "=", partner.id)],
            lambda partner: [("partner_id", "!=", partner.id)],
            lambda partner: [("partner_id", "not in", partner.ids)],
            lambda partner: ["!", ("partner_id", "=", partner.id)],
            lambda partner: [("partner_id", "ilike", partner.name)],
            lambda partner: [("partner_id", "not ilike", partner.name)],
            lambda partner: [("partner_id.name", "=", partner.name)],
            lambda partner: [("partner_id.name", "!=", partner.name)],
            lambda partner: [("partner_id", "any", [("name", "=", partner.name)])],
            lambda partner: [("partner_id", "not any", [("name", "=", partner.name)])],
            lambda partner: [("partner_id", "child_of", partner.commercial_partner_id.ids)],
            lambda partner: [("commercial_partner_id", "=", partner.commercial_partner_id.id)],
            lambda partner: [("email_from", "ilike", partner.email or "nobody")],
            lambda partner: [("email_from", "not ilike", partner.email or "nobody")],
            lambda partner: [("email_normalized", "=", partner.email or "nobody")],
            lambda partner: [("email_normalized", "<", "m" if partner == customer else "a")],
            lambda partner: [("phone", "=like", "+86%" if partner == customer else "+9%")],
            lambda partner: [("contact_name", "=", f"{partner.name} of Orchid")],
            lambda partner: [("display_name", "ilike", partner.name)],
            lambda partner: [("message_ids.author_id", "=", partner.id)],
            lambda partner: [("website_message_ids.author_id", "=", partner.id)],
            lambda partner: [("message_partner_ids", "in", partner.ids)],
            lambda partner: [("message_partner_ids", "not in", partner.ids)],
            lambda partner: [("message_follower_ids.partner_id", "=", partner.id)],
            lambda partner: [("answer_ids.person", "=", partner.name)],
            lambda partner: [("compensation_ids.partner_id", "=", partner.id)],
            lambda partner: [("task_ids.partner_id.name", "=", partner.name)],
            lambda partner: [("order_ref", "=", "SO-4711" if partner == customer else "x")],
            lambda partner: [
                (
                    "access_token",
                    "=like",
                    f"{self.complaint.access_token[:3]}%" if partner == customer else "zzz%",
                )
            ],
        ]
        for user in self.blind:
            Complaint = self.env["customer.complaint"].with_user(user)
            for number, domain in enumerate(domains):
                with self.subTest(user=user.login, number=number):
                    found = [
                        Complaint.search([*domain(partner), ("id", "=", self.complaint.id)])
                        for partner in (customer, other)
                    ]
                    self.assertEqual(found[0], found[1])
                    counts = [
                        Complaint.search_count([*domain(partner), ("id", "=", self.complaint.id)])
                        for partner in (customer, other)
                    ]
                    self.assertEqual(counts[0], counts[1])
            self.assertNotIn(self.complaint.id, [key for key, _name in Complaint.name_search("Lin Wei")])
            self.assertIn(self.complaint, Complaint.search([("partner_id", "=", False)]))
            self.assertIn(self.complaint, Complaint.search([("email_from", "=", False)]))
            self.assertIn(self.plain, Complaint.search([("partner_id", "=", customer.id)]))
            self.assertIn(self.plain, Complaint.search([("partner_id", "ilike", "Lin W")]))
        for user in self.knowing:
            Complaint = self.env["customer.complaint"].with_user(user)
            self.assertIn(self.complaint, Complaint.search([("partner_id", "ilike", "Lin W")]), user.login)

    def test_groups_and_order(self):
        """Groups, figures and the order of a list tell nothing; protected ones are among those without customer."""
        domain = [("id", "in", (self.complaint | self.plain).ids)]
        for user in self.blind:
            Complaint = self.env["customer.complaint"].with_user(user)
            for name in ("partner_id", "commercial_partner_id", "email_from", "contact_name"):
                groups = Complaint.formatted_read_group(domain, [name], ["__count"])
                counts = {str(group[name]): group["__count"] for group in groups}
                self.assertEqual(counts.get("False"), 2 if name == "contact_name" else 1, (name, groups))
            group = Complaint._read_group(
                [("id", "=", self.complaint.id)],
                [],
                ["partner_id:array_agg", "partner_id:count_distinct", "email_from:max"],
            )
            self.assertFalse(any(filter(None, group[0][0] or ())))
            self.assertFalse(group[0][1] or group[0][2])
            early = self.env["res.partner"].create({"name": "Aaa"})
            late = self.env["res.partner"].create({"name": "Zzz"})
            second = self._create_complaint(
                name="x",
                is_identity_protected=True,
                helper_ids=[Command.link(self.helper.id)],
                partner_id=early.id,
            )
            both = [("id", "in", (self.complaint | second).ids)]
            for order in ("partner_id, id", "email_from, id", "commercial_partner_id desc, id"):
                first = Complaint.search(both, order=order).ids
                second.partner_id = late if second.partner_id == early else early
                self.env.flush_all()
                self.assertEqual(Complaint.search(both, order=order).ids, first, order)
            panel = Complaint.search_panel_select_range("team_id")
            self._assert_silent(panel)

    def test_onchange(self):
        """The form tells nothing by computing anew what follows from the customer."""
        fields_spec = {name: {} for name in ("email_from", "phone", "partner_id", "contact_name", "user_id")}
        for user in self.blind:
            mine = self._mine(self.complaint, user)
            for values, names in (
                ({}, []),
                ({"email_from": "x", "partner_id": False}, ["partner_id"]),
                ({"user_id": user.id, "severity": "major"}, ["user_id", "severity"]),
                ({"is_identity_protected": False}, ["is_identity_protected"]),
            ):
                self._assert_silent(mine.onchange(values, names, fields_spec))

    def test_write(self):
        """Who does not know the identity neither changes nor unprotects it."""
        for user in self.blind:
            for vals in (
                {"partner_id": False},
                {"email_from": "a@b.example"},
                {"phone": "1"},
                {"is_identity_protected": False},
            ):
                with self.assertRaises(AccessError):
                    self._mine(self.complaint, user).write(vals)
            self._mine(self.complaint, user).write({"severity": "serious", "name": "Changed"})
        self.assertEqual(self.complaint.partner_id, self.customer)
        copied = self._mine(self.complaint, self.helper).copy()
        self.assertFalse(copied.sudo().partner_id)
        self.complaint.with_user(self.handler).write({"is_identity_protected": False})
        self.assertEqual(self._mine(self.complaint, self.helper).partner_id, self.customer)

    def test_children(self):
        """Tasks, compensations, time extensions and decisions of the customer name nobody."""
        records = (self.task, self.compensation, self.complaint.answer_ids)
        for user in self.blind:
            for record in records:
                mine = self._mine(record, user)
                with self.subTest(user=user.login, model=record._name):
                    self._assert_silent(mine.read())
                    if "partner_id" in mine._fields:
                        mine = self._mine(record, user)
                        self.assertFalse(mine.partner_id)
                        self.assertFalse(mine.search([("partner_id", "=", self.customer.id)]) & mine)
                        self.assertFalse(mine.search([("partner_id.name", "=", "Lin Wei")]) & mine)
                        self.assertFalse(
                            mine.search([("complaint_id.partner_id", "=", self.customer.id)]) & mine
                        )
                        try:
                            groups = mine.formatted_read_group(
                                [("id", "=", mine.id)], ["partner_id"], ["__count"]
                            )
                        except ValueError:
                            groups = []
                        self._assert_silent(groups)
            self.assertFalse(self._mine(self.complaint.answer_ids, user).search([("person", "ilike", "Lin")]))
        self.assertEqual(self._mine(self.task, self.handler).partner_id, self.customer)

    def test_letters_are_hidden(self):
        """A letter is addressed to who complained: who must not know that does not see it."""
        letter = self.env["customer.complaint.letter"].create(
            {"complaint_id": self.complaint.id, "subject": "Answer", "body": "<p>Dear Lin Wei</p>"}
        )
        for user in self.blind:
            self.assertFalse(letter.with_user(user).has_access("read"), user.login)
        self.assertTrue(letter.with_user(self.handler).has_access("read"))

    def test_every_way_to_the_customer_is_masked(self):
        """A field that another addon adds to the complaint or to what belongs to it is masked too."""
        for name, model in self.env.registry.items():
            if model._abstract or model._transient:
                continue
            for field in model._fields.values():
                link = model._fields.get("complaint_id")
                is_part = name == "customer.complaint" or (
                    link is not None and link.store and link.comodel_name == "customer.complaint"
                )
                if str(field) in THIRD_PARTIES:
                    continue
                if is_part and field.type == "many2one" and field.comodel_name == "res.partner":
                    if str(field) in OTHER_CONTACTS:
                        continue
                    self.assertIsInstance(field, Masked, field)
                if field.type == "one2many" and field.comodel_name == "customer.complaint":
                    inverse = self.env["customer.complaint"]._fields[field.inverse_name]
                    self.assertNotEqual(inverse.comodel_name, "res.partner", field)

    def test_statement_of_the_customer(self):
        """Who knows him reads it; the others do not learn that there is one."""
        for user in self.blind:
            Statement = self.env["customer.complaint.statement"].with_user(user)
            self.assertFalse(Statement.search([("complaint_id", "=", self.complaint.id)]))
            with self.assertRaises(AccessError):
                self.statement.with_user(user).read(["text"])
        self.assertEqual(self.statement.with_user(self.handler).person, "Lin Wei")

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
        self._assert_silent(self._mine(wizard, self.supervisor).read(["identity"]))
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

    def test_list_stays_fast(self):
        """No query for each row, and none more for a list."""
        for number in range(20):
            self._create_complaint(user_id=self.handler.id, is_identity_protected=number % 2)
        Complaint = self.env["customer.complaint"].with_user(self.helper)
        specification = {
            "number": {},
            "name": {},
            "partner_id": {"fields": {"display_name": {}}},
            "stage_id": {},
        }
        counts = []
        for rows in (4, 20):
            for _time in (1, 2):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                Complaint.web_search_read([("team_id", "=", self.team.id)], specification, limit=rows)
                counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[3])


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
