import io

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger
from openpyxl import load_workbook

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestChannel(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.deaf = cls._create_partner("Dora", email=False, phone="+86 21 5555 0101")
        cls.lost = cls._create_partner("Lars", email=False)

    # Which channel

    def test_fallback(self):
        """Who has no address is asked by the next channel; who has nothing is not asked."""
        self.rule.second_channel = "phone"
        answers = self._send(self.contact | self.deaf | self.lost)
        self.assertEqual(
            {answer.partner_id: (answer.care_channel, answer.care_status) for answer in answers},
            {self.contact: ("email", "sent"), self.deaf: ("phone", "to_call")},
        )
        request = self._get_requests(partner_id=self.lost.id)
        self.assertEqual((request.channel, request.outcome), ("email", "no_address"))
        self.assertFalse(answers.filtered(lambda answer: answer.care_channel == "phone").care_sent_datetime)

    def test_third_channel(self):
        """The third channel takes those whom neither of the first two reaches."""
        self.rule.write({"second_channel": "phone", "third_channel": "link"})
        answers = self._send(self.contact | self.deaf | self.lost)
        self.assertEqual(answers.mapped("care_channel"), ["email", "phone", "link"])

    def test_blacklisted_is_asked_by_phone(self):
        """An address on the blacklist is no address; the will not to be contacted holds for all channels."""
        self.env["mail.blacklist"]._add(self.contact.email)
        self.contact.phone = "+86 21 5555 0102"
        self.rule.second_channel = "phone"
        self.assertEqual(self._send().care_channel, "phone")
        self.contact.care_do_not_call = True
        self.assertFalse(self._send(cause="2"))

    def test_phone_of_company(self):
        """The number of the company is rung when the contact has none."""
        self.rule.channel = "phone"
        self.customer.phone = "+86 21 5555 0103"
        answer = self._send()
        self.assertEqual(answer.care_phone, "+86 21 5555 0103")
        self.assertEqual(answer.care_user_id, self.users["specialist"])

    def test_channel_rules(self):
        """Anonymous surveys are mailed only; the third channel needs a second."""
        with self.assertRaises(ValidationError):
            self.rule.third_channel = "phone"
        self.survey.care_is_anonymous = True
        for channel in ("link", "phone"):
            with self.subTest(channel), self.assertRaises(ValidationError):
                self.rule.channel = channel

    def test_survey_made_anonymous_later(self):
        """A rule of before does not ask by phone what has become anonymous."""
        self.rule.write({"channel": "phone", "second_channel": "email"})
        only = self._create_rule(name="Phone", channel="phone")
        self.survey.care_is_anonymous = True
        self.assertEqual(self._send().care_channel, "email")
        self.assertEqual(
            self.env["customer.survey.request"].search([("rule_id", "=", only.id)]).outcome, "unusable"
        )

    def test_wizard_chooses_channel_and_shows_mail(self):
        """By hand another channel can be chosen, and the mail be seen before; the preview keeps nothing."""
        wizard = (
            self.env["customer.survey.rule.send"]
            .with_user(self.users["specialist"])
            .create({"rule_id": self.rule.id, "partner_ids": self.contact.ids})
        )
        before = self.env["survey.user_input"].search_count([])
        wizard.action_preview()
        self.assertEqual(wizard.preview_partner_id, self.contact)
        self.assertIn("How are we?", wizard.preview_subject)
        self.assertIn("Ann", wizard.preview_body)
        self.assertIn("answer the first question right here", wizard.preview_body)
        self.assertEqual(self.env["survey.user_input"].search_count([]), before)
        self.assertFalse(self._get_requests())
        self.assertFalse(self.env["mail.mail"].search([("subject", "=", wizard.preview_subject)]))
        wizard.channel = "link"
        with self.assertRaises(UserError):
            wizard.action_preview()
        wizard.action_send()
        self.assertEqual(self._get_requests().channel, "link")
        self.survey.care_is_anonymous = True
        with self.assertRaises(UserError):
            wizard.action_send()

    # What people deliver

    def test_links_as_workbook(self):
        """Supervisors take the links away, with the right to export; the others do not."""
        self.rule.channel = "link"
        answers = self._send(self.contact | self.lost)
        self.users["supervisor"].group_ids += self.env.ref("base.group_allow_export")
        self.rule.with_user(self.users["supervisor"]).action_download_xlsx()
        name, stream = self.rule.with_user(self.users["supervisor"])._get_xlsx()
        self.assertIn("By hand", name)
        with stream:
            rows = list(load_workbook(io.BytesIO(stream.read())).active.values)
        self.assertEqual([row[0] for row in rows[1:]], ["Ann", "Lars"])
        self.assertEqual(rows[1][4], answers[0]._care_get_short_url())
        for role in ("specialist", "auditor", "employee", "portal"):
            with self.subTest(role), self.assertRaises(AccessError), mute_logger("odoo.models"):
                self.rule.with_user(self.users[role]).action_download_xlsx()
        self.users["supervisor"].group_ids -= self.env.ref("base.group_allow_export")
        with self.assertRaises(AccessError):
            self.rule.with_user(self.users["supervisor"])._get_xlsx()

    def test_handed_over(self):
        """A link that was handed over is sent, and on the timeline; by mail nothing goes out."""
        self.rule.channel = "link"
        answer = self._send()
        self.assertEqual(answer.care_status, "to_hand_over")
        self.assertFalse(self._get_events("survey_sent"))
        mine = answer.with_user(self.users["specialist"])
        mine.action_care_handed_over()
        self.assertEqual(answer.care_status, "sent")
        self.assertEqual(len(self._get_events("survey_sent")), 1)
        self.assertFalse(self._get_mails(answer))
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            mine.action_care_handed_over()

    def test_specialist_sees_calls_and_links_only(self):
        """Specialists see whom they ask and no other invitation; other people see none."""
        self.rule.channel = "phone"
        self.contact.phone = self.customer.phone = "+86 21 5555 0104"
        call = self._send()
        mailed = self._create_rule(name="Mail")
        self.rule.active = False
        sent = self._send(cause="2")
        self.assertEqual(sent.care_rule_id, mailed)
        inputs = self.env["survey.user_input"].with_user(self.users["specialist"])
        self.assertEqual(inputs.search([("id", "in", (call | sent).ids)]), call)
        self.assertEqual(call.with_user(self.users["specialist"]).care_phone, "+86 21 5555 0104")
        self._answer(call, csat=5)
        self.assertFalse(inputs.search([("id", "=", call.id)]))
        for role in ("employee", "portal", "public"):
            with self.subTest(role), self.assertRaises(AccessError), mute_logger("odoo.models"):
                self.env["survey.user_input"].with_user(self.users[role]).search([("id", "=", sent.id)])

    def test_take_over(self):
        """Whoever takes a call over is the one who asks; auditors look only."""
        self.rule.channel = "phone"
        self.contact.phone = "+86 21 5555 0105"
        call = self._send()
        call.with_user(self.users["supervisor"]).action_care_take()
        self.assertEqual(call.care_user_id, self.users["supervisor"])
        with self.assertRaises(AccessError):
            call.with_user(self.users["auditor"]).action_care_take()

    def _make_calls(self):
        self.rule.channel = "phone"
        partners = self.deaf | self._create_partner("Nora", email=False, phone="+86 21 5555 0106")
        return self._send(partners, cause="assign")

    def _assign(self, calls, user, role="supervisor"):
        action = calls.with_user(self.users[role]).action_care_assign()
        assign = self.env[action["res_model"]].with_user(self.users[role]).with_context(**action["context"])
        return assign.create({"user_id": user.id}).action_apply()

    def test_assign(self):
        """A supervisor gives calls to a specialist; who takes one over later still can."""
        calls, specialist = self._make_calls(), self.users["specialist"]
        action = self._assign(calls, specialist)
        self.assertEqual(action["params"]["message"], f"{specialist.name} asks these customers: 2")
        self.assertEqual(calls.care_user_id, specialist)
        calls[0].with_user(self.users["manager"]).action_care_take()
        self.assertEqual(calls.mapped("care_user_id"), self.users["manager"] | specialist)
        assign = self.env["customer.survey.call.assign"].with_user(self.users["supervisor"])
        assign = assign.create({"answer_ids": calls[0].ids, "user_id": specialist.id})
        self.assertEqual((assign.answer_count, assign.waiting_count), (1, 1), "the one not chosen here")
        search = self.env.ref("customer_survey.survey_user_input_view_search").arch
        for name in ("mine", "nobody"):
            self.assertIn(f'name="{name}"', search)

    def test_assign_to_whom(self):
        """Members of the customer's team, where it has some; nobody of another company, or outside the care."""
        calls, users = self._make_calls(), self.users
        for user in (users["employee"], users["portal"]):
            with self.assertRaisesRegex(UserError, "does not ask these customers"):
                self._assign(calls, user)
        team = self.env["customer.care.team"].create({"name": "T", "member_ids": users["specialist"].ids})
        calls.partner_id.commercial_partner_id.care_team_id = team
        with self.assertRaisesRegex(UserError, "does not ask these customers"):
            self._assign(calls, users["manager"])
        self._assign(calls, users["supervisor"])
        self._assign(calls, users["specialist"])
        other = self.env["res.company"].create({"name": "Other"})
        users["specialist"].write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        with self.assertRaisesRegex(UserError, "does not ask these customers"):
            self._assign(calls, users["specialist"])

    def test_assign_rights(self):
        """Supervisors assign; what they may not see, or is answered already, is not given to anybody."""
        calls = self._make_calls()
        for role in ("specialist", "auditor", "employee", "portal"):
            with self.subTest(role), self.assertRaises(AccessError), mute_logger("odoo.models"):
                self._assign(calls, self.users["specialist"], role)
        self._answer(calls[0], csat=5)
        before = calls[0].care_user_id
        self._assign(calls, self.users["specialist"])
        self.assertEqual(calls.mapped("care_user_id"), before | self.users["specialist"])
        calls[1]._care_cancel("x")
        with self.assertRaisesRegex(UserError, "None of these"):
            self._assign(calls, self.users["manager"])
        hidden = self._send(self._create_partner("Olga", email=False, phone="+86 21 5555 0107"), cause="o")
        hidden.care_company_id = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            self._assign(hidden, self.users["supervisor"])
        assign = self.env["customer.survey.call.assign"].with_user(self.users["supervisor"])
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            assign.create({"answer_ids": hidden.ids, "user_id": self.users["supervisor"].id}).action_apply()
        self.assertNotEqual(hidden.care_user_id, self.users["supervisor"])

    def test_link_is_shown_to_those_who_deliver(self):
        """Supervisors see each link, specialists those they hand over, auditors none."""
        sent = self._send()
        supervisor = sent.with_user(self.users["supervisor"])
        self.assertEqual(supervisor.action_care_show_link()["res_id"], sent.id)
        self.assertTrue(supervisor.care_short_url.endswith(sent.access_token.replace("-", "")[:12]))
        self.assertTrue(supervisor.care_qr)
        with self.assertRaises(AccessError):
            sent.with_user(self.users["auditor"]).care_short_url  # noqa: B018
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            sent.with_user(self.users["specialist"]).action_care_show_link()

    def test_cards_and_poster(self):
        """Cards are printed of links that work, posters of surveys for everybody."""
        answer = self._send()
        supervisor = answer.with_user(self.users["supervisor"])
        self.assertEqual(supervisor.action_care_print_cards()["type"], "ir.actions.report")
        report = self.env["ir.actions.report"]
        page = report._render_qweb_html("customer_survey.survey_user_input_card", answer.ids)[0].decode()
        self.assertIn(answer._care_get_short_url(), page)
        self.assertIn("data:image/png", page)
        answer._care_cancel("x")
        with self.assertRaises(UserError):
            supervisor.action_care_print_cards()
        with self.assertRaises(UserError):
            self.survey.action_care_print_poster()
        self.survey.access_mode = "public"
        for action in (self.survey.action_care_print_poster(), self.survey.action_care_print_card()):
            self.assertEqual(action["report_type"], "qweb-pdf")
            page = report._render_qweb_html(action["report_name"], self.survey.ids)[0].decode()
            self.assertIn("How are we?", page)
