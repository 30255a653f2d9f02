from markupsafe import Markup
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import ComplaintCommon

MAIL = """From: lin.wei@customer.example
To: %(to)s
Subject: Re: pump
Message-ID: <answer-%(number)s@customer.example>
In-Reply-To: %(reference)s
References: %(reference)s
Date: Mon, 02 Mar 2026 09:12:00 +0000
Content-Type: text/plain; charset="utf-8"

One more thing.
"""


@tagged("post_install", "-at_install")
class TestRepeat(ComplaintCommon):
    """Repeats and possible duplicates: same customer and matter within the company's days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env["customer.complaint.category"].create({"name": "Pumps"})
        cls.first = cls._tell("2026-02-02 09:00:00", name="First")

    @classmethod
    def _tell(cls, moment, **vals):
        return cls._create_complaint(
            **{"received_datetime": moment, "category_id": cls.category.id, "name": moment, **vals}
        )

    def test_later_one_doubles_the_open_and_repeats_the_done(self):
        """The earlier one decides: open, the later is a possible duplicate; done, a repeat."""
        second = self._tell("2026-02-20 09:00:00")
        (self.first | second)._link_repeats()
        self.assertRecordValues(second, [{"duplicate_of_id": self.first.id, "repeat_of_id": False}])
        self.assertFalse(self.first.duplicate_of_id)
        self.assertEqual((self.first.duplicate_count, second.duplicate_count), (1, 1))
        self.first.stage_id = self.stage_resolved
        second._link_repeats()
        self.assertRecordValues(second, [{"duplicate_of_id": False, "repeat_of_id": self.first.id}])
        second.invalidate_recordset()
        self.assertEqual((second.duplicate_count, second.repeat_count), (0, 1))
        self.assertIn(self.first.id, second.action_view_repeats()["domain"][0][2])

    def test_what_is_no_repeat(self):
        """Another customer, another matter, too long ago, cancelled, archived, another kind or company."""
        company = self.env["res.company"].create({"name": "Second"})
        other = self.env["res.partner"].create({"name": "Other", "email": "o@other.example"})
        cases = {
            "customer": self._tell("2026-02-20 09:00:00", partner_id=other.id),
            "matter": self._tell("2026-02-20 09:00:00", category_id=False),
            "time": self._tell("2026-05-04 09:00:01"),
            "kind": self._tell("2026-02-20 09:00:00", kind="praise"),
            "company": self._tell("2026-02-20 09:00:00", company_id=company.id, team_id=False),
        }
        for case, complaint in cases.items():
            with self.subTest(case=case):
                complaint._link_repeats()
                self.assertRecordValues(complaint, [{"duplicate_of_id": False, "repeat_of_id": False}])
                self.assertEqual(
                    self.first in complaint.browse(complaint._find_related()[complaint.id]["open"]), False
                )
        second = self._tell("2026-02-20 09:00:00", name="Words of its own")
        self.first.stage_id = self.stage_cancelled
        second._link_repeats()
        self.assertFalse(second.duplicate_of_id | second.repeat_of_id)
        self.first.action_reopen("x")
        self.first.active = False
        second._link_repeats()
        self.assertFalse(second.duplicate_of_id | second.repeat_of_id)

    def test_same_matter_by_product_document_or_subject(self):
        """Without a category the product, the document or the words of the subject tell."""
        callback = self.env["customer.callback"].create(
            {"subject": "x", "partner_id": self.customer.id, "user_id": self.handler.id}
        )
        for vals in (
            {"product_ref": "HT-9", "category_id": False},
            {"reference": f"customer.callback,{callback.id}", "category_id": False},
            {"name": "Pump LEAKS", "category_id": False},
        ):
            with self.subTest(vals=vals):
                early = self._tell("2026-02-03 09:00:00", **{"name": f"Early {len(vals)} {vals}", **vals})
                vals = {key: value.lower() if key != "category_id" else value for key, value in vals.items()}
                late = self._tell("2026-02-04 09:00:00", **{"name": f"Late {vals}", **vals})
                late._link_repeats()
                self.assertEqual(late.duplicate_of_id, early)

    def test_unknown_customer_is_known_by_address(self):
        """Two mails of the same stranger belong together."""
        vals = {"partner_id": False, "email_from": "Stranger <s@s.example>"}
        early, late = self._tell("2026-02-03 09:00:00", **vals), self._tell("2026-02-04 09:00:00", **vals)
        late._link_repeats()
        self.assertEqual(late.duplicate_of_id, early)

    def test_days_of_the_company(self):
        """0 days: none is looked for; the days count from receipt to receipt; a change looks anew."""
        second = self._tell("2026-02-12 09:00:00")
        for days, found in ((0, False), (9, False), (10, True), (3660, True)):
            with self.subTest(days=days):
                self.env.company.care_repeat_days = days
                self.assertFalse(second.is_repeat_checked)
                second._link_repeats()
                self.assertEqual(bool(second.duplicate_of_id), found)
                second.invalidate_recordset()
                self.assertEqual(bool(second.duplicate_count), found)

    def test_job_links_what_is_new_or_changed(self):
        """Each once; a changed category is looked at anew; the job is as many queries for many as for few."""
        second = self._tell("2026-02-12 09:00:00")
        with self.enter_registry_test_mode():
            self.env.ref("customer_complaint.ir_cron_complaint_repeat").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(second.duplicate_of_id, self.first)
        self.assertFalse(self.env["customer.complaint"].search([("is_repeat_checked", "=", False)]))
        second.with_user(self.manager).category_id = False
        self.assertFalse(second.is_repeat_checked)
        complaints = self.env["customer.complaint"].create(
            [self._prepare_complaint(category_id=self.category.id) for _index in range(60)]
        )
        before = self.env.cr.sql_log_count
        complaints._link_repeats()
        self.assertLessEqual(self.env.cr.sql_log_count - before, 3)

    def test_button_shows_only_what_the_user_may_see(self):
        """A handler is not told that a colleague has a complaint of the same customer."""
        self.first.user_id = self.other_handler
        second = self._tell("2026-02-12 09:00:00", user_id=self.handler.id)
        self.assertEqual(second.with_user(self.handler).duplicate_count, 0)
        second.invalidate_recordset()
        self.assertEqual(second.with_user(self.manager).duplicate_count, 1)

    def test_new_record_has_none(self):
        """The form of a complaint that is not saved yet asks for nothing."""
        draft = self.env["customer.complaint"].new({"name": "x"})
        self.assertEqual((draft.duplicate_count, draft.repeat_count, draft.merged_count), (0, 0, 0))


class MergeCommon(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.main = cls._create_complaint(name="Main", user_id=cls.handler.id)
        cls.second = cls._create_complaint(
            name="Second", description="<p>It leaks at the seal.</p>", product_ref="HT-9"
        )

    def _merge(self, sources, main, user=None):
        return sources.with_user(user or self.supervisor)._merge_into(main.with_user(user or self.supervisor))


@tagged("post_install", "-at_install")
class TestMerge(MergeCommon):
    """Two complaints become one; nothing of either story is lost."""

    def test_both_stories_are_in_the_main_one(self):
        """Messages, files, followers, to-dos, copies and planned callbacks go over; histories stay."""
        word = self.second.message_post(
            body="Words of the customer", message_type="comment", subtype_xmlid="mail.mt_comment",
            attachments=[("photo.txt", b"x")],
        )  # fmt: skip
        self.second.message_subscribe(partner_ids=self.manager.partner_id.ids)
        activity = self.second.activity_schedule("mail.mail_activity_data_todo", user_id=self.handler.id)
        self.second.email_cc = "boss@customer.example"
        self.main.email_cc = "friend@customer.example"
        callback = self.env["customer.callback"].create(
            {"subject": "x", "partner_id": self.customer.id, "user_id": self.handler.id}
        )
        callback.sudo().write({"res_model": "customer.complaint", "res_id": self.second.id})
        history = self.second.stage_history_ids
        self._merge(self.second, self.main)
        self.assertEqual(word.res_id, self.main.id)
        self.assertEqual(word.attachment_ids.res_id, self.main.id)
        self.assertIn(self.manager.partner_id, self.main.message_partner_ids)
        self.assertEqual(activity.res_id, self.main.id)
        self.assertEqual(self.main.email_cc, "boss@customer.example, friend@customer.example")
        self.assertEqual(callback.res_id, self.main.id)
        self.assertEqual(self.main.product_ref, "HT-9")
        self.assertTrue(any("leaks at the seal" in (m.body or "") for m in self.main.message_ids))
        self.assertTrue(any(self.main.number in (m.body or "") for m in self.second.message_ids))
        self.assertRecordValues(self.second, [{"phase": "cancelled", "merged_into_id": self.main.id}])
        self.assertLessEqual(history, self.second.stage_history_ids)
        self.assertIn("leaks", self.second.description)
        self.assertEqual(self.main.merged_ids, self.second)
        kinds = self.env["customer.care.event"].search(
            [("res_model", "=", "customer.complaint"), ("res_id", "=", self.second.id)]
        )
        self.assertIn("complaint_merged", kinds.mapped("kind"))
        self.assertNotIn("complaint_cancelled", kinds.mapped("kind"))

    def test_customer_is_not_told_of_a_cancellation(self):
        """The stage of cancelled ones has a message; merged ones do not send it."""
        template = self.env["mail.template"].create(
            {
                "name": "Rejected",
                "model_id": self.env["ir.model"]._get_id("customer.complaint"),
                "subject": "Your complaint was rejected",
                "body_html": Markup("<p>No.</p>"),
            }
        )
        self.stage_cancelled.mail_template_id = template
        self._merge(self.second, self.main)
        self.env.flush_all()
        self.env.cr.precommit.run()
        mails = self.env["mail.mail"].search([("subject", "=", "Your complaint was rejected")])
        self.assertFalse(mails)

    def test_who_may_merge(self):
        """Supervisors who may write to all of them."""
        for user in (self.handler, self.employee, self.auditor, self.director, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._merge(self.second, self.main, user)
        foreign = self._create_complaint(
            team_id=self._create_team(name="Other team").id, user_id=self.other_handler.id
        )
        with self.assertRaises(AccessError):
            self._merge(foreign, self.main)
        self._merge(foreign, self.main, self.manager)

    def test_what_cannot_be_one(self):
        """Other companies, other people, strangers, nothing, itself, cancelled and merged ones."""
        company = self.env["res.company"].create({"name": "Second"})
        self.manager.company_ids |= company
        colleague = self.env["res.partner"].create({"name": "Colleague", "parent_id": self.customer.id})
        cancelled = self._create_complaint()
        cancelled.stage_id = self.stage_cancelled
        cases = (
            ("companies", self._create_complaint(company_id=company.id, team_id=False), self.main),
            ("different people", self._create_complaint(partner_id=colleague.id), self.main),
            ("not known", self._create_complaint(partner_id=False, email_from="x@y.example"), self.main),
            ("at least two", self.main.browse(), self.main),
            ("at least two", self.main, self.main),
            ("cancelled", self.second, cancelled),
        )
        for text, source, main in cases:
            with self.subTest(text=text), self.assertRaisesRegex(UserError, text):
                self._merge(source, main, self.manager)
        self._merge(self.second, self.main)
        with self.assertRaisesRegex(UserError, "merged before"):
            self._merge(self.second, self._create_complaint())

    def test_chain_leads_to_its_end(self):
        """Merged again, all lead to the last one."""
        third = self._create_complaint(name="Third")
        self._merge(self.second, self.main)
        self._merge(self.main, third)
        self.assertEqual((self.second | self.main).merged_into_id, third)
        self.assertEqual(third.merged_ids, self.second | self.main)

    def test_merged_one_is_not_reopened(self):
        """The work goes on in the main one only."""
        self._merge(self.second, self.main)
        with self.assertRaisesRegex(UserError, self.main.number):
            self.second.with_user(self.manager).action_reopen("again")

    def test_compensations_are_decided_before_or_go_over(self):
        """What waits for approval or execution hinders; a draft goes over; what was given stays."""
        pending = self._create_compensation(self.second, 5000)
        pending.with_user(self.supervisor).action_request_approval()
        with self.assertRaisesRegex(UserError, "compensations"):
            self._merge(self.second, self.main)
        pending.with_user(self.manager).action_approve()
        with self.assertRaisesRegex(UserError, "compensations"):
            self._merge(self.second, self.main)
        pending.with_user(self.manager).action_execute()
        draft = self._create_compensation(self.second, 10)
        self._merge(self.second, self.main)
        self.assertEqual(draft.complaint_id, self.main)
        self.assertEqual(pending.complaint_id, self.second)

    def test_open_tasks_go_over(self):
        """Departments go on for the main complaint; what is done stays where it was done."""
        open_task, done = self.env["customer.complaint.task"].create(
            [{"name": name, "complaint_id": self.second.id} for name in ("Look", "Looked")]
        )
        done.sudo()._write({"state": "done"})
        done.invalidate_recordset()
        self._merge(self.second, self.main)
        self.assertEqual((open_task.complaint_id, done.complaint_id), (self.main, self.second))

    def test_flags_go_over_without_a_second_alarm(self):
        """Somebody was told already."""
        self.second.is_legal = True
        count = len(self.second.activity_ids | self.main.activity_ids)
        self._merge(self.second, self.main)
        self.assertTrue(self.main.is_legal)
        self.assertEqual(len(self.main.activity_ids), count)

    def test_answers_arrive_in_the_main_one(self):
        """Whether they answer a message that went over or one that stayed."""
        moved = self.second.message_post(
            body="Asked", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        stayed = self.second.message_notify(body="Told", partner_ids=self.customer.ids)
        self.assertTrue(stayed)
        self._merge(self.second, self.main)
        for number, message in enumerate((moved, stayed)):
            with self.subTest(number=number):
                before = len(self.main.message_ids)
                thread = self.env["mail.thread"].message_process(
                    "customer.complaint",
                    MAIL % {"to": "x@example.com", "number": number, "reference": message.message_id},
                )
                self.assertEqual(thread, self.main.id)
                self.main.invalidate_recordset()
                self.assertEqual(len(self.main.message_ids), before + 1)

    def test_wizard_proposes_the_oldest_open_one(self):
        """One alone brings its possible duplicates; the first received goes on."""
        action = self.second.with_user(self.supervisor).action_merge()
        self.assertEqual(action["context"]["default_complaint_ids"], self.second.ids)
        self.second.name = self.main.name
        action = self.second.with_user(self.supervisor).action_merge()
        wizard = (
            self.env["customer.complaint.merge"]
            .with_user(self.supervisor)
            .create({"complaint_ids": [Command.set(action["context"]["default_complaint_ids"])]})
        )
        self.assertEqual(wizard.main_id, self.main)
        self.assertEqual(wizard.action_confirm()["res_id"], self.main.id)
        self.assertEqual(self.second.merged_into_id, self.main)


@tagged("post_install", "-at_install")
class TestMergePortal(MergeCommon, HttpCase):
    """A customer's old link leads to where the work goes on."""

    def test_link_and_list(self):
        """By token without a login; in the list the number of the main one is named."""
        url = self.second.get_portal_url()
        self._merge(self.second, self.main)
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        self.assertIn(f"/my/complaints/{self.main.id}", response.url)
        self.assertIn(self.main.name, response.text)
        self.assertIn(self.main.number, self.second._portal_get_phase_text())
