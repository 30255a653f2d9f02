from datetime import time, timedelta

from odoo import fields
from odoo.addons.customer_care.tools.worktime import to_utc
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger
from pytz import timezone

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestInvitation(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    def _open_wizard(self, answers, role="supervisor", **vals):
        return (
            self.env["customer.survey.invitation"]
            .with_user(self.users[role])
            .create({"answer_ids": answers.ids, **vals})
        )

    def _delay(self, cause="1"):
        self.rule.delay_days = 3
        return self._send(cause=cause)

    def test_status_from_start_to_end(self):
        """The status follows what happens to the invitation."""
        answer = self._delay()
        self.assertEqual(answer.care_status, "to_send")
        answer._care_send_mail()
        self.assertEqual(answer.care_status, "sent")
        answer._care_note_bounce("x")
        self.assertEqual(answer.care_status, "bounced")
        answer._mark_in_progress()
        self.assertEqual(answer.care_status, "partial")
        self._answer(answer, csat=7)
        self.assertEqual(answer.care_status, "answered")
        found = self.env["survey.user_input"].search([("care_status", "=", "answered")])
        self.assertIn(answer, found)

    def test_status_of_test_answers_and_public_ones(self):
        """Test answers have none; an answer without invitation is answered when it is."""
        self.survey.access_mode = "public"
        test = self.survey._create_answer(test_entry=True, check_attempts=False)
        public = self.survey._create_answer(check_attempts=False)
        self.assertFalse(test.care_status or public.care_status)
        (test | public)._mark_in_progress()
        (test | public)._mark_done()
        self.assertEqual((test.care_status, public.care_status), (False, "answered"))

    def test_status_cannot_be_forged(self):
        """How far it is follows from what happened, for whoever comes by RPC."""
        inputs = self.env["survey.user_input"].with_user(self.users["survey_manager"]).sudo(False)
        survey = self._create_survey(survey_type="custom")
        own = inputs.create({"survey_id": survey.id, "care_status": "answered"})
        self.assertFalse(own.care_status)
        own = inputs.with_context(default_care_status="sent").create({"survey_id": survey.id})
        self.assertFalse(own.care_status)
        with self.assertRaises(AccessError):
            own.write({"care_status": "answered"})

    # Send now

    def test_send_now(self):
        """A supervisor sends what waits; nothing goes out twice."""
        answer = self._delay()
        supervisor = answer.with_user(self.users["supervisor"])
        supervisor.action_care_send_now()
        self.assertEqual(answer.care_status, "sent")
        with self.assertRaises(UserError):
            supervisor.action_care_send_now()
        self.assertEqual(len(self._get_mails(answer)), 1)

    def test_send_now_says_why_not(self):
        """Who may not be written to any more is not, and the supervisor reads why."""
        answer = self._delay()
        self.contact.care_do_not_call = True
        with self.assertRaisesRegex(UserError, "Does not want to be contacted"):
            answer.with_user(self.users["supervisor"]).action_care_send_now()

    def test_who_may_not(self):
        """Specialists, auditors, managers of other surveys and customers change no invitation."""
        answer = self._delay()
        for role in ("specialist", "auditor", "employee", "survey_manager", "portal", "public"):
            for name in (
                "action_care_send_now",
                "action_care_cancel",
                "action_care_extend",
                "action_care_resend",
            ):
                with (
                    self.subTest(role, name=name),
                    self.assertRaises(AccessError),
                    mute_logger("odoo.models"),
                ):
                    getattr(answer.with_user(self.users[role]), name)()
            with self.subTest(role), self.assertRaises(AccessError), mute_logger("odoo.models"):
                self._open_wizard(answer, role, reason="x").action_cancel()
        self.assertEqual(answer.care_status, "to_send")

    # Cancel

    def test_cancel(self):
        """A cancelled invitation is not sent and its link works no longer; the reason is kept."""
        answer, done = self._delay(), self._send(cause="2")
        self._answer(done, csat=8)
        self._open_wizard(answer | done, reason=" By mistake ").action_cancel()
        self.assertEqual(answer.care_cancel_reason, "By mistake")
        self.assertEqual((answer | done).mapped("care_status"), ["cancelled", "answered"])
        self.assertLessEqual(answer.deadline, fields.Datetime.now())
        answer._care_send_mail()
        with self.assertRaises(UserError):
            self._open_wizard(answer | done, reason="Again").action_cancel()
        with self.assertRaises(UserError):
            self._open_wizard(self._send(cause="3"), reason=" ").action_cancel()

    # Expire and extend

    def test_expire_and_extend(self):
        """What has expired can be answered again after an extension; cancelled and answered stay."""
        answers = self._send() | self._send(cause="2") | self._send(cause="3")
        expired, cancelled, done = answers
        expired.deadline = fields.Datetime.now() - timedelta(hours=1)
        cancelled._care_cancel("x")
        self._answer(done, csat=8)
        with self.enter_registry_test_mode():
            self.env.ref("customer_survey.ir_cron_remind_surveys").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(answers.mapped("care_status"), ["expired", "cancelled", "answered"])
        self.company.partner_id.tz = "America/Los_Angeles"
        day = self.company._care_get_day() + timedelta(days=7)
        self._open_wizard(answers, date=day).action_extend()
        self.assertEqual(answers.mapped("care_status"), ["sent", "cancelled", "answered"])
        self.assertEqual(expired.deadline, to_utc(day, timezone("America/Los_Angeles"), time(23, 59, 59)))
        with self.assertRaises(UserError):
            self._open_wizard(cancelled | done, date=day).action_extend()
        with self.assertRaises(UserError):
            self._open_wizard(expired, date=self.company._care_get_day() - timedelta(days=1)).action_extend()
        with self.assertRaises(UserError):
            self._open_wizard(expired, date=False).action_extend()

    def test_not_sent_in_time(self):
        """What could not be sent in time has expired."""
        answer = self._delay()
        answer.deadline = fields.Datetime.now() - timedelta(hours=1)
        with self.enter_registry_test_mode():
            self.env.ref("customer_survey.ir_cron_remind_surveys").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(answer.care_status, "expired")

    # Resend

    def test_resend_refusals(self):
        """Several at once, no address, anonymous, answered: refused with a sentence."""
        answer = self._send()
        with self.assertRaisesRegex(UserError, "not an e-mail address"):
            self._open_wizard(answer, address="nonsense").action_resend()
        with self.assertRaisesRegex(UserError, "one by one"):
            self._open_wizard(answer | self._send(cause="2"), address="a@example.com").action_resend()
        self.env["mail.blacklist"]._add("black@example.com")
        with self.assertRaisesRegex(UserError, "blacklist"):
            self._open_wizard(answer, address="black@example.com", is_contact_corrected=False).action_resend()
        self._answer(answer, csat=9)
        with self.assertRaisesRegex(UserError, "answered"):
            self._open_wizard(answer, address="a@example.com").action_resend()
        self.survey.care_is_anonymous = True
        # nobody is shown an anonymous invitation that is not answered yet
        with self.assertRaises(AccessError):
            self._open_wizard(self._send(cause="3"), address="a@example.com").action_resend()

    # Language, company, poison

    def test_language_falls_back(self):
        """Without a language of his own the customer is written to in that of his company, then of ours."""
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("customer_survey.mail_template_survey_invite")
        template.with_context(lang="fr_FR").subject = "Votre avis"
        self.contact.lang = False
        self.customer.lang = "fr_FR"
        self.assertEqual(self._get_mails(self._send()).subject, "Votre avis")
        self.customer.lang = False
        self.company.partner_id.lang = "fr_FR"
        self.assertEqual(self._get_mails(self._send(cause="2")).subject, "Votre avis")

    def test_template_broken_for_one_language(self):
        """A mail that cannot be made in one language stops nobody who speaks another."""
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env["mail.template"].create(
            {
                "name": "Half",
                "model_id": self.env["ir.model"]._get_id("survey.user_input"),
                "subject": "Right",
                "lang": "{{ object.partner_id.lang }}",
            }
        )
        template.with_context(lang="fr_FR").subject = "{{ 1 / 0 }}"
        self.rule.mail_template_id = template
        french = self._create_partner("Fred", lang="fr_FR")
        with mute_logger(
            "odoo.addons.customer_survey.models.survey_user_input_send",
            "odoo.addons.mail.models.mail_render_mixin",
        ):
            answers = self._send(french | self.contact)
        status = {answer.partner_id: answer.care_status for answer in answers}
        self.assertEqual(status, {french: "to_send", self.contact: "sent"})

    def test_company_without_mail(self):
        """A company without an address sends in the name of the user; the mail is made."""
        self.company.email = False
        mail = self._get_mails(self._send())
        self.assertTrue(mail.email_from)

    def test_rule_deleted_meanwhile(self):
        """Invitations of a rule that is gone are cancelled and stop nobody."""
        answer = self._delay()
        self.rule.with_context(active_test=False).unlink()
        self.assertEqual(answer.care_status, "cancelled")
        answer.write({"care_send_date": fields.Date.today(), "deadline": False})
        other = self._create_rule(name="Other", delay_days=1)
        due = self._send(cause="2")
        self.assertEqual(due.care_rule_id, other)
        due.care_send_date = fields.Date.today()
        with self.enter_registry_test_mode():
            self.env.ref("customer_survey.ir_cron_send_surveys").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(due.care_status, "sent")
        self.assertFalse(answer.care_sent_datetime)

    def test_customer_deleted_before_sending(self):
        """The invitation of a customer who is gone is cancelled."""
        answer = self._delay()
        self.contact.unlink()
        answer.care_send_date = fields.Date.today()
        answer._care_send_mail()
        self.assertEqual(answer.care_status, "cancelled")
        self.assertFalse(self._get_mails(answer))

    def test_cards_of_answers_show_customer_and_status(self):
        """On a phone the answers say whose they are, and that they have expired: Odoo's own cards do not."""
        action = self.env["ir.actions.actions"]._for_xml_id("customer_survey.survey_user_input_action")
        arch = self.env["survey.user_input"].get_views(action["views"])["views"]["kanban"]["arch"]
        self.assertIn('name="partner_id"', arch)
        self.assertIn('name="care_status"', arch)
