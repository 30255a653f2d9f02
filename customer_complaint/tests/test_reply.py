from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestReply(ComplaintCommon):
    """Saved replies and guides: the right words for the category, in the customer's language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.parent = cls.env["customer.complaint.category"].create(
            {"name": "Delivery", "guide": "<p>Ask the order number</p>"}
        )
        cls.category = cls.env["customer.complaint.category"].create(
            {"name": "Late", "parent_id": cls.parent.id}
        )
        cls.reply = cls.env["customer.complaint.reply"].create(
            {
                "name": "Sorry",
                "category_ids": [Command.link(cls.parent.id)],
                "body": "<p>Dear {customer}, {number} is late. {unknown} ${object}</p>",
            }
        )
        words = "Dear {customer}, {number} is late. {unknown} ${object}"
        cls.reply.update_field_translations("body", {"zh_CN": {words: "{customer}您好，{number}已在处理。"}})
        cls.chinese = cls.env["res.partner"].create(
            {"name": "林静", "email": "lj@customer.example", "lang": "zh_CN"}
        )
        cls.complaint = cls._create_complaint(category_id=cls.category.id, user_id=cls.handler.id)
        cls.second = cls._create_complaint(
            category_id=cls.category.id, user_id=cls.handler.id, partner_id=cls.chinese.id
        )

    def _wizard(self, complaints, user=None, **vals):
        return (
            self.env["customer.complaint.reply.send"]
            .with_user(user or self.handler)
            .create({"complaint_ids": [Command.set(complaints.ids)], **vals})
        )

    def test_guide_is_inherited(self):
        """The own guide, else that of the nearest ancestor; empty paragraphs are no guide."""
        self.assertIn("order number", self.complaint.guide)
        self.category.guide = "<p><br></p>"
        self.complaint.invalidate_recordset()
        self.assertIn("order number", self.complaint.guide)
        self.category.guide = "<p>Ask when</p>"
        self.complaint.invalidate_recordset()
        self.assertIn("Ask when", self.complaint.guide)
        self.assertFalse(self._create_complaint().guide)

    def test_replies_that_fit(self):
        """Those of the category, of its ancestors and of all; not those of other categories or companies."""
        general = self.env["customer.complaint.reply"].create({"name": "All", "body": "<p>x</p>"})
        other = self.env["customer.complaint.category"].create({"name": "Other"})
        foreign = self.env["customer.complaint.reply"].create(
            {"name": "Other", "body": "<p>x</p>", "category_ids": [Command.link(other.id)]}
        )
        company = self.env["res.company"].create({"name": "Second"})
        theirs = self.env["customer.complaint.reply"].create(
            {"name": "Theirs", "body": "<p>x</p>", "company_id": company.id}
        )
        fitting = self._wizard(self.complaint).available_reply_ids
        self.assertLessEqual(general | self.reply, fitting)
        self.assertFalse((foreign | theirs) & fitting)
        plain = self._create_complaint(user_id=self.handler.id)
        self.assertNotIn(self.reply, self._wizard(self.complaint | plain).available_reply_ids)

    def test_answer_counts_as_the_first_response(self):
        """Placeholders are filled in, nothing else is evaluated; the customer gets it."""
        form = Form(
            self.env["customer.complaint.reply.send"]
            .with_user(self.handler)
            .with_context(default_complaint_ids=self.complaint.ids)
        )
        self.assertFalse(form.unreachable_count)
        form.reply_id = self.reply
        self.assertIn(self.complaint.number, form.body)
        form.save().action_send()
        message = self.complaint.message_ids.filtered(lambda one: "is late" in (one.body or ""))
        self.assertIn("Dear Lin Wei", message.body)
        self.assertIn("{unknown} ${object}", message.body)
        self.assertEqual(message.partner_ids, self.customer)
        self.assertTrue(self.complaint.responded_datetime)

    def test_many_are_answered_each_in_the_own_language(self):
        """One saved reply, two customers, two languages; own words go to one only."""
        both = self.complaint | self.second
        self._wizard(both, reply_id=self.reply.id).action_send()
        self.assertTrue(all(both.mapped("responded_datetime")))
        self.assertTrue(any("林静您好" in (one.body or "") for one in self.second.message_ids))
        self.assertTrue(any("Dear Lin Wei" in (one.body or "") for one in self.complaint.message_ids))
        with self.assertRaises(UserError):
            self._wizard(both, body="<p>Hello all</p>").action_send()

    def test_markup_in_names_is_shown_as_written(self):
        """A customer's name is no markup in the answer."""
        self.customer.name = "<script>x</script>"
        self.assertNotIn("<script>", self.reply._render(self.complaint))

    def test_customers_words_are_no_placeholders(self):
        """A title that looks like a placeholder stays as it was written: it gets nobody to tell more."""
        self.complaint.name = "{handler} {promise} {customer}"
        self.customer.name = "{number}"
        self.reply.body = "<p>{customer}: {subject}</p>"
        body = self.reply._render(self.complaint)
        self.assertIn("{number}: {handler} {promise} {customer}", body)

    def test_unreachable_customers_are_named(self):
        """Who has no address is told to the user; nothing happens when nobody has one."""
        silent = self._create_complaint(user_id=self.handler.id, partner_id=False, email_from=False)
        with self.assertRaisesRegex(UserError, "None"):
            self._wizard(silent, body="<p>x</p>").action_send()
        plain = self.env["customer.complaint.reply"].create({"name": "All", "body": "<p>x</p>"})
        wizard = self._wizard(silent | self.complaint, reply_id=plain.id)
        self.assertEqual((wizard.count, wizard.unreachable_count), (2, 1))
        self.assertIn(silent.number, wizard.action_send()["params"]["message"])
        self.assertTrue(self.complaint.responded_datetime)
        self.assertFalse(silent.responded_datetime)

    def test_customer_without_contact_gets_it_by_address(self):
        """A mail of a stranger is answered without making a contact of him."""
        stranger = self._create_complaint(
            user_id=self.handler.id, partner_id=False, email_from="s@stranger.example"
        )
        self._wizard(stranger, body="<p>We look</p>").action_send()
        self.assertTrue(stranger.responded_datetime)
        self.assertFalse(self.env["res.partner"].search([("email", "=", "s@stranger.example")]))

    def test_who_may_answer(self):
        """Who may write to the complaint; empty answers are not sent."""
        with self.assertRaises(AccessError):
            self._wizard(self.complaint, self.other_handler, body="<p>x</p>").action_send()
        with self.assertRaises(AccessError):
            self._wizard(self.complaint, self.auditor, body="<p>x</p>").action_send()
        with self.assertRaisesRegex(UserError, "nothing"):
            self._wizard(self.complaint, body="<p><br></p>").action_send()
        with self.assertRaises(AccessError):
            self.reply.with_user(self.handler).name = "x"


@tagged("post_install", "-at_install")
class TestKinds(ComplaintCommon):
    """Suggestions, inquiries and praise are counted apart and are no problem of the customer."""

    def test_counted_apart(self):
        """On the customer, in other open ones and in the contact gate."""
        complaint = self._create_complaint()
        self.assertEqual(complaint.repeated_count, 0)
        self._create_complaint(kind="praise")
        self._create_complaint(kind="suggestion")
        partner = self.customer.with_user(self.manager)
        self.assertEqual(
            (partner.care_complaint_count, partner.care_open_complaint_count, partner.care_feedback_count),
            (1, 1, 2),
        )
        complaint.invalidate_recordset(["repeated_count"])
        self.assertEqual(complaint.repeated_count, 0)
        Complaint = self.env["customer.complaint"].with_user(self.manager)
        self.assertEqual(Complaint.search_count(partner.action_view_complaints()["domain"]), 1)
        self.assertEqual(Complaint.search_count(partner.action_view_feedback()["domain"]), 2)
        self.assertIn(self.customer.id, self.customer._care_get_problem_ids())
        complaint.stage_id = self.stage_closed
        self.assertNotIn(self.customer.id, self.customer._care_get_problem_ids())

    def test_timeline_and_callbacks_tell_them_apart(self):
        """Praise is no complaint in the customer's story, and nobody is asked whether it is solved."""
        praise = self._create_complaint(kind="praise")
        grievance = self._create_complaint(kind="grievance")
        (praise | grievance).write({"stage_id": self.stage_resolved.id})
        events = self.env["customer.care.event"].search([("res_model", "=", "customer.complaint")])
        kinds = {
            one: events.filtered(lambda e, one=one: e.res_id == one.id).mapped("kind")
            for one in (praise, grievance)
        }
        self.assertEqual(set(kinds[praise]), {"feedback_received", "feedback_resolved"})
        self.assertEqual(set(kinds[grievance]), {"complaint_received", "complaint_resolved"})
        callbacks = self.env["customer.callback"].search([("res_model", "=", "customer.complaint")])
        self.assertIn(grievance.id, callbacks.mapped("res_id"))
        self.assertNotIn(praise.id, callbacks.mapped("res_id"))
