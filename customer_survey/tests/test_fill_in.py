from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestFillIn(SurveyKit, TransactionCase):
    """Staff fill in what a customer says on the phone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    def _open(self, role="specialist", answer=None):
        return answer.sudo(False).with_user(self.users[role]).action_care_fill_in()

    def _create_wizard(self, role="specialist", **vals):
        wizards = self.env["customer.survey.fill"].with_user(self.users[role])
        return wizards.create({"partner_id": self.contact.id, "rule_id": self.rule.id, **vals})

    def test_open_invitation_is_filled_in(self):
        """The answer is marked with who filled it in and counts as one by phone."""
        answer = self._send()
        action = self._open(answer=answer)
        self.assertEqual(action["url"], answer.get_start_url())
        self.assertEqual(answer.care_channel, "email", "nothing is answered yet")
        scores = self._answer(answer, csat=9)
        self.assertRecordValues(
            answer,
            [{"care_channel": "phone", "care_filled_by_id": self.users["specialist"].id, "state": "done"}],
        )
        self.assertEqual(scores.mapped("channel"), ["phone"])
        self.assertEqual(scores.partner_id, self.contact)

    def test_paper_is_a_channel_of_its_own(self):
        """What is copied from paper is told apart from what is said on the phone; nobody is asked by it."""
        self._create_wizard(medium="paper").action_fill_in()
        answer = self.env["survey.user_input"].search([("partner_id", "=", self.contact.id)])
        self.assertEqual(answer.care_status, "to_call", "until it is filled in")
        self.assertEqual(self._get_requests().channel, "paper")
        scores = self._answer(answer, csat=9)
        self.assertEqual(answer.care_channel, "paper")
        self.assertEqual(scores.mapped("channel"), ["paper"])
        again = self._send(cause="2")
        self._create_wizard(medium="paper").action_fill_in()
        self.assertTrue(again.care_is_paper)
        self._open(answer=again)
        self._answer(again, csat=9)
        self.assertEqual(again.care_channel, "phone")
        self.assertNotIn("paper", dict(self.rule._selection_channel()))
        with self.assertRaises(AccessError):
            again.with_user(self.users["manager"]).care_is_paper = True

    def test_rules_of_the_customers_company(self):
        """Who works for two companies is offered the rules of the customer's company, and can take no other."""
        other = self.env["res.company"].create({"name": "Other"})
        self.users["specialist"].company_ids |= other
        foreign = self._create_rule(name="Foreign", company_id=other.id)
        own = self._create_rule(name="Own", company_id=self.company.id)
        self.customer.company_id = self.contact.company_id = self.company
        both = (self.company + other).ids
        wizard = self._create_wizard().with_context(allowed_company_ids=both)
        self.assertIn(own, wizard.fillable_rule_ids)
        self.assertIn(self.rule, wizard.fillable_rule_ids, "it serves all companies")
        self.assertNotIn(foreign, wizard.fillable_rule_ids)
        wizard.rule_id = foreign
        with self.assertRaisesRegex(UserError, "customers of Other alone"):
            wizard.action_fill_in()
        self.assertFalse(self._get_requests())
        (self.customer + self.contact).company_id = False
        wizard.invalidate_recordset()
        self.assertIn(foreign, wizard.fillable_rule_ids, "a customer of all companies")

    def test_customer_takes_over_from_paper(self):
        """What the customer himself goes on with came by his own link."""
        answer = self._send()
        self._create_wizard(medium="paper").action_fill_in()
        answer._care_note_writer(self.env.ref("base.public_user"))
        self._answer(answer, csat=9)
        self.assertEqual((answer.care_channel, answer.care_is_paper), ("email", False))

    def test_who_may(self):
        """The customer care may, others may not; and nobody forges the mark."""
        answer = self._send()
        for role in ("employee", "auditor", "survey_manager", "portal", "public"):
            with self.subTest(role=role), self.assertRaises(AccessError), mute_logger("odoo.models"):
                self._open(role, answer)
        self.assertFalse(answer.care_filled_by_id)
        for role in ("specialist", "supervisor", "manager"):
            self._open(role, answer)
            self.assertEqual(answer.care_filled_by_id, self.users[role])

    def test_what_cannot_be_filled_in(self):
        """Answered, withdrawn, expired, closed, anonymous and test ones are refused, with the reason."""
        done, withdrawn, expired, test = (self._send(cause=str(number)) for number in range(4))
        self._answer(done, csat=5)
        withdrawn._care_cancel("Not needed")
        expired.deadline = fields.Datetime.now() - timedelta(days=1)
        test.test_entry = True
        for answer, message in (
            (done, "already been answered"),
            (withdrawn, "withdrawn"),
            (expired, "expired"),
            (test, "Nobody fills in"),
        ):
            with self.subTest(message=message), self.assertRaisesRegex(UserError, message):
                self._open(answer=answer)
            self.assertFalse(answer.can_care_fill)
        answer = self._send(cause="5")
        self.survey.active = False
        with self.assertRaisesRegex(UserError, "closed or empty"):
            self._open(answer=answer)
        self.survey.write({"active": True, "care_is_anonymous": True})
        with self.assertRaisesRegex(UserError, "anonymous"):
            self._open(answer=answer)

    def test_other_company(self):
        """What another company has sent is not filled in."""
        other = self.env["res.company"].create({"name": "Other"})
        answer = self._send(self._create_partner("Olaf", company_id=other.id))
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            self._open(answer=answer)

    def test_wizard_makes_one_without_mail(self):
        """From the contact a new invitation is made and nothing is mailed; once a day for each survey."""
        wizard = self._create_wizard()
        self.assertFalse(wizard.open_text)
        action = wizard.action_fill_in()
        self.assertEqual((action["type"], action["close"]), ("ir.actions.act_url", True))
        request = self._get_requests()
        self.assertRecordValues(
            request, [{"channel": "phone", "outcome": "asked", "partner_id": self.contact.id}]
        )
        self.assertTrue(request.send_datetime, "the list is in the order of the moments")
        self.assertEqual(request.date_send, self.company._care_get_day(request.send_datetime))
        answer = self.env["survey.user_input"].search([("care_key", "=", request.key)])
        self.assertRecordValues(
            answer,
            [
                {
                    "care_channel": "phone",
                    "care_filled_by_id": self.users["specialist"].id,
                    "care_send_date": False,
                    "care_send_datetime": False,
                }
            ],
        )
        self.assertFalse(self._get_mails(answer))
        wizard.invalidate_recordset()
        self.assertTrue(wizard.open_text, "opened again it goes on with the same one")
        wizard.action_fill_in()
        self.assertEqual(len(self._get_requests()), 1)
        self._answer(answer, csat=9)
        with self.assertRaisesRegex(UserError, "already answered"):
            wizard.action_fill_in()

    def test_wizard_takes_the_open_invitation(self):
        """Who was asked by mail is not asked twice: the open invitation is used."""
        answer = self._send()
        wizard = self._create_wizard()
        self.assertTrue(wizard.open_text)
        self.assertIn(answer.access_token, wizard.action_fill_in()["url"])
        self.assertEqual(len(self._get_requests()), 1)

    def test_wizard_asks_though_no_mail_is_possible(self):
        """Without an address, or with mails not wanted, the customer may still answer on the phone."""
        silent = self._create_partner("Silent", email=False)
        self.assertTrue(self._create_wizard(partner_id=silent.id).action_fill_in())

    def test_wizard_rights_and_bad_input(self):
        """Others do not get it; anonymous surveys, empty ones and foreign documents are refused."""
        for role in ("employee", "auditor", "portal"):
            with self.subTest(role=role), self.assertRaises(AccessError), mute_logger("odoo.models"):
                self._create_wizard(role)
        for number, model in enumerate(("no.such", "res.users", False)):
            partner = self._create_partner(f"P{number}")
            wizard = self._create_wizard(partner_id=partner.id, res_model=model, res_id=1)
            self.assertTrue(wizard.action_fill_in())
            self.assertEqual(self._get_requests(partner_id=partner.id).res_model, "res.partner")
        callback = self.env["customer.callback"].create(
            {"partner_id": self.contact.id, "subject": "Ring", "user_id": self.users["specialist"].id}
        )
        action = callback.with_user(self.users["specialist"]).action_care_fill_survey()
        self.assertEqual(action["context"]["default_partner_id"], self.contact.id)
        self.survey.care_is_anonymous = True
        with self.assertRaisesRegex(UserError, "anonymous"):
            self._create_wizard().action_fill_in()

    def test_wizard_proposes_the_rule_of_an_open_invitation(self):
        """Opened from the contact, the wizard proposes what the customer was asked."""
        second = self._create_rule(name="Second")
        second._ask(self.contact, self.company, "x")
        action = self.contact.with_user(self.users["specialist"]).action_care_fill_survey()
        wizards = self.env["customer.survey.fill"].with_user(self.users["specialist"])
        values = wizards.with_context(**action["context"]).default_get(["partner_id", "rule_id"])
        self.assertEqual(values, {"partner_id": self.contact.id, "rule_id": second.id})

    def test_cancel(self):
        """Supervisors take back what is open; answered ones stay, others may not."""
        answer, done = self._send(), self._send(cause="2")
        self._answer(done, csat=5)
        for role in ("specialist", "auditor", "employee", "survey_manager"):
            with self.subTest(role=role), self.assertRaises(AccessError), mute_logger("odoo.models"):
                answer.sudo(False).with_user(self.users[role]).action_care_cancel()
        managed = (answer | done).sudo(False).with_user(self.users["supervisor"])._care_check_managed()
        managed._care_cancel("Not needed")
        self.assertTrue(answer.care_cancelled_datetime)
        self.assertFalse(done.care_cancelled_datetime)
        self.assertNotIn(answer, answer.search(answer._care_due_domain()), "nothing is sent any more")


@tagged("post_install", "-at_install")
class TestFillInPages(SurveyKit, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    def setUp(self):
        super().setUp()
        self.answer = self._send()
        self.path = f"{self.survey.access_token}/{self.answer.access_token}"

    def _log_in(self, role):
        self.authenticate(self.users[role].login, self.users[role].login)

    def _submit(self, **values):
        reply = self.make_jsonrpc_request(
            f"/survey/submit/{self.path}",
            {str(getattr(self, name).id): value for name, value in values.items()},
        )[1]
        self.env.invalidate_all()
        return reply

    def _fill(self, **button):
        """Press a button of the page that staff see on a customer's link."""
        page = self.url_open(self.answer.get_start_url()).text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        response = self.url_open(
            "/care/survey/fill",
            data={
                "csrf_token": token,
                "survey_token": self.survey.access_token,
                "answer_token": self.answer.access_token,
                **button,
            },
        )
        self.env.invalidate_all()
        return response

    def test_staff_fill_in_from_the_link(self):
        """One button leads from the note to the questions, with a banner that says for whom."""
        self._log_in("specialist")
        response = self._fill()
        self.assertEqual(response.status_code, 200)
        self.assertIn("o_survey_form_content", response.text)
        self.assertIn("You fill in for", response.text)
        self._submit(csat="3")
        self.assertEqual(self.answer.care_filled_by_id, self.users["specialist"])
        self.assertEqual(self.answer.care_score_ids.channel, "phone")
        event = self._get_events("survey_answered")
        self.assertEqual(event.user_id, self.users["specialist"], "the timeline says who filled it in")

    def test_staff_copy_from_paper(self):
        """The other button of the note says that the answers were written on paper."""
        self._log_in("specialist")
        self._fill(medium="paper")
        self._submit(csat="3")
        self.assertEqual(self.answer.care_score_ids.channel, "paper")

    def test_customer_takes_over(self):
        """When the customer answers himself after all, it is his own answer."""
        self.answer.with_user(self.users["specialist"]).sudo(False).action_care_fill_in()
        self.authenticate(None, None)
        self.assertNotIn("You fill in for", self.url_open(self.answer.get_start_url()).text)
        self._submit(csat="3")
        self.assertFalse(self.answer.care_filled_by_id)
        self.assertEqual(self.answer.care_score_ids.channel, "email")
        self.assertFalse(self._get_events("survey_answered").user_id & self.users["specialist"])

    def test_another_of_us_does_not_go_on(self):
        """Who has not opened it for the customer gets the note, not the questions."""
        self.answer.with_user(self.users["specialist"]).sudo(False).action_care_fill_in()
        self._log_in("supervisor")
        self.assertEqual(self.url_open(self.answer.get_start_url()).status_code, 403)
        self.assertEqual(self._submit(csat="3")["error"], "answer_wrong_user")

    def test_forged_forms(self):
        """Strangers, foreign tokens and forms without their key fill in nothing."""
        self._log_in("specialist")
        with mute_logger("odoo.http"):
            response = self.url_open("/care/survey/fill", data={"survey_token": "x", "answer_token": "y"})
        self.assertEqual(response.status_code, 400)
        new_test_user(self.env, "stranger", groups="base.group_portal")
        self.authenticate("stranger", "stranger")
        page = self.url_open("/my").text
        token = page.split('csrf_token: "')[1].split('"')[0]
        for survey_token, answer_token, status in (
            (self.survey.access_token, self.answer.access_token, 403),
            ("x", "y", 404),
            ("", "", 404),
        ):
            response = self.url_open(
                "/care/survey/fill",
                data={"csrf_token": token, "survey_token": survey_token, "answer_token": answer_token},
            )
            self.assertEqual(response.status_code, status)
            self.assertNotIn(self.contact.name, response.text)
        self.env.invalidate_all()
        self.assertFalse(self.answer.care_filled_by_id)
