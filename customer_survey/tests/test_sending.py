from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import html2plaintext, mute_logger
from psycopg2 import IntegrityError

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestSending(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("customer_survey.ir_cron_send_surveys").method_direct_trigger()
        self.env.invalidate_all()

    # Once

    def test_send_makes_one_invitation(self):
        """A cause makes one invitation with a mail and a row in the timeline."""
        answer = self._send()
        self.assertRecordValues(
            answer,
            [
                {
                    "survey_id": self.survey.id,
                    "partner_id": self.contact.id,
                    "care_rule_id": self.rule.id,
                    "care_company_id": self.company.id,
                    "care_res_model": "res.partner",
                    "care_res_id": self.contact.id,
                    "state": "new",
                    "test_entry": False,
                }
            ],
        )
        self.assertEqual(answer.predefined_question_ids, self.survey.question_ids)
        self.assertTrue(answer.care_sent_datetime)
        mail = self._get_mails(answer)
        self.assertEqual(len(mail), 1)
        self.assertIn(answer.access_token, mail.body_html)
        self.assertEqual(mail.recipient_ids or mail.email_to, self.contact)
        self.assertEqual(self._get_events("survey_sent").mapped("summary"), ["How are we?"])
        self.assertEqual(self._get_requests().mapped("outcome"), ["asked"])

    def test_send_again_makes_nothing(self):
        """The same cause asks nobody twice; another one does."""
        answer = self._send()
        self.assertFalse(self._send())
        self.assertEqual(len(self._get_mails(answer)), 1)
        self.assertTrue(self._send(cause="2"))

    def test_key_is_unique_in_database(self):
        """What two workers do at once is refused by the database."""
        answer = self._send()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            answer.copy({"care_key": answer.care_key}).flush_recordset()

    def test_claim_of_taken_key_returns_nothing(self):
        """A key that another worker has taken is left out without an error."""
        self._send()
        vals = self.rule._prepare_requests_vals(self.contact, self.company, "1")
        self.assertFalse(self.env["customer.survey.request"]._claim(vals))

    def test_send_nothing_and_unknown_trigger(self):
        """Empty recordsets and triggers without rules do nothing."""
        rules = self.env["customer.survey.rule"]
        self.assertFalse(rules._send("manual", self.env["res.partner"]))
        self.rule.active = False
        self.assertFalse(rules._send("manual", self.contact))

    def test_send_two_rules(self):
        """Each rule of the trigger asks."""
        self._create_rule(name="Second")
        self.assertEqual(len(self._send()), 2)

    # Who may be asked

    def test_not_asked_is_logged_with_reason(self):
        """Who cannot be asked is not, and the reason is kept."""
        contacts = {
            "no_address": self._create_partner("Noaddress", email=False),
            "do_not_contact": self._create_partner("Silent", care_do_not_call=True),
            "blacklisted": self._create_partner("Black"),
        }
        self.env["mail.blacklist"]._add(contacts["blacklisted"].email)
        partners = self.env["res.partner"].union(*contacts.values(), self.contact)
        answers = self._send(partners)
        self.assertEqual(answers.partner_id, self.contact)
        for outcome, partner in contacts.items():
            self.assertEqual(self._get_requests(partner_id=partner.id).outcome, outcome)
        self.assertFalse(self._send(partners), "the decision stands for the cause")

    def test_do_not_contact_of_company_holds_for_contacts(self):
        """A company that wants no contact is left in peace with all its people."""
        self.customer.care_do_not_call = True
        self.assertFalse(self._send())

    def test_quiet_period_over_all_rules(self):
        """A customer asked by one rule is left in peace by another, also through a colleague."""
        self._send()
        colleague = self._create_partner("Bob", parent_id=self.customer.id)
        quiet = self._create_rule(name="Quiet", quiet_days=10)
        self.rule.active = False
        self.assertFalse(self._send(colleague, cause="2"))
        outcome = self.env["customer.survey.request"].search([("rule_id", "=", quiet.id)]).outcome
        self.assertEqual(outcome, "quiet")
        self.env["customer.survey.request"].search([("rule_id", "=", self.rule.id)]).date_send -= timedelta(
            10
        )
        self.assertTrue(self._send(colleague, cause="3"), "the period is over")

    def test_quiet_period_within_one_call(self):
        """Two documents of a customer in one call ask once."""
        self.rule.quiet_days = 5
        colleague = self._create_partner("Bob", parent_id=self.customer.id)
        self.assertEqual(len(self._send(self.contact | colleague)), 1)

    def test_survey_that_shows_nothing_is_not_sent(self):
        """Archived and empty surveys are not sent; the reason is kept."""
        empty = self._create_survey(question_and_page_ids=[])
        sections = self._create_survey(questions_layout="page_per_section")
        archived = self._create_survey(active=False)
        for cause, survey in enumerate((empty, sections, archived)):
            self.rule.survey_id = survey
            self.assertFalse(self._send(cause=str(cause)))
        self.assertEqual(set(self._get_requests().mapped("outcome")), {"unusable"})

    def test_rule_without_survey_refused(self):
        """A rule needs a survey."""
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._create_rule(survey_id=False)

    def test_rule_limits(self):
        """Negative days and limits outside 0-100 are refused."""
        for vals in ({"delay_days": -1}, {"expiry_days": -1}, {"quiet_days": -1}, {"low_score": 101}):
            with (
                self.subTest(vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._create_rule(**vals)

    # Language, template

    def test_mail_in_language_of_customer(self):
        """The page opens, and the mail is written, in the customer's language."""
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("customer_survey.mail_template_survey_invite")
        template.with_context(lang="fr_FR").subject = "Votre avis"
        self.contact.lang = "fr_FR"
        answer = self._send()
        self.assertEqual(answer.lang_id.code, "fr_FR")
        self.assertEqual(self._get_mails(answer).subject, "Votre avis")

    def test_broken_template_does_not_stop_the_caller(self):
        """What called for the survey goes on; the invitation stays due until the template is right."""
        template = self.env["mail.template"].create(
            {
                "name": "Broken",
                "model_id": self.env["ir.model"]._get_id("survey.user_input"),
                "subject": "{{ 1 / 0 }}",
                "lang": "{{ object.partner_id.lang }}",
            }
        )
        self.rule.mail_template_id = template
        with (
            mute_logger("odoo.addons.customer_survey.models.survey_user_input"),
            mute_logger("odoo.addons.mail.models.mail_render_mixin"),
        ):
            answer = self._send()
        self.assertTrue(answer)
        self.assertFalse(answer.care_sent_datetime)
        template.subject = "Right"
        self._run_cron()
        self.assertTrue(answer.care_sent_datetime)
        self.assertEqual(self._get_mails(answer).subject, "Right")

    # Delay

    def test_delay_sends_by_cron_once(self):
        """A delayed survey goes out on its day, once however often the job runs."""
        self.rule.delay_days = 3
        answer = self._send()
        self.assertFalse(answer.care_sent_datetime)
        self.assertEqual(answer.care_send_date, fields.Date.today() + timedelta(3))
        self._run_cron()
        self.assertFalse(self._get_mails(answer))
        answer.care_send_date = fields.Date.today()
        self._run_cron()
        self._run_cron()
        self.assertTrue(answer.care_sent_datetime)
        self.assertEqual(len(self._get_mails(answer)), 1)
        self.assertEqual(len(self._get_events("survey_sent")), 1)

    def test_cron_sends_all_batches(self):
        """Each batch is sent and committed; none is forgotten."""
        self.rule.delay_days = 1
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@example.com"} for n in range(7)]
        )
        answers = self._send(partners)
        answers.care_send_date = fields.Date.today()
        with patch("odoo.addons.customer_survey.models.survey_user_input_send.BATCH_SIZE", 3):
            self._run_cron()
        self.assertTrue(all(answers.mapped("care_sent_datetime")))
        self.assertEqual(len(self._get_mails(answers)), 7)

    def test_many_without_delay_are_left_to_the_job(self):
        """Whoever closes many documents does not wait for their mails; the job is called at once."""
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@example.com"} for n in range(4)]
        )
        cron = self.env.ref("customer_survey.ir_cron_send_surveys")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        with patch("odoo.addons.customer_survey.models.customer_survey_rule_ask.MAILS_AT_ONCE", 3):
            answers = self._send(partners)
        self.assertFalse(self._get_mails(answers))
        self.assertGreater(self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), triggers)
        self._run_cron()
        self.assertEqual(len(self._get_mails(answers)), 4)

    def test_cron_asks_the_gate_again(self):
        """Who has objected in the meantime gets no mail."""
        self.rule.delay_days = 1
        answer = self._send()
        answer.care_send_date = fields.Date.today()
        self.contact.care_do_not_call = True
        self._run_cron()
        self.assertFalse(self._get_mails(answer))
        self.assertFalse(answer.care_send_date)
        self.assertEqual(self._get_requests().outcome, "do_not_contact")

    def test_cron_leaves_out_expired_and_archived(self):
        """A link that would not work is not mailed."""
        self.rule.delay_days = 1
        expired = self._send()
        archived = self._send(cause="2")
        expired.write(
            {"care_send_date": fields.Date.today(), "deadline": fields.Datetime.now() - timedelta(1)}
        )
        archived.write({"care_send_date": fields.Date.today()})
        self.survey.active = False
        self._run_cron()
        self.assertFalse(self._get_mails(expired | archived))

    def test_expiry(self):
        """The link works for so many days after sending; 0 means for ever."""
        self.rule.write({"delay_days": 2, "expiry_days": 5})
        deadline = self._send().deadline
        self.assertEqual(self.company._care_get_day(deadline), self.company._care_get_day() + timedelta(7))
        self.rule.expiry_days = 0
        self.assertFalse(self._send(cause="2").deadline)

    def test_link_works_on_the_whole_day_the_mail_names(self):
        """The day is the company's: the customer can answer until its midnight, whoever sent it."""
        self.rule.write({"expiry_days": 5, "is_daytime": False})
        for zone, day, deadline in (
            ("Asia/Shanghai", "03/06/2026", datetime(2026, 3, 6, 15, 59, 59)),
            ("America/New_York", "03/05/2026", datetime(2026, 3, 6, 4, 59, 59)),
        ):
            self.company.partner_id.tz = zone
            with freeze_time("2026-02-28 16:30:00"):
                answer = self.rule.with_context(tz="Pacific/Auckland")._ask(self.contact, self.company, zone)
            self.assertEqual(answer.deadline, deadline)
            self.assertIn(f"until {day}", html2plaintext(self._get_mails(answer).body_html))

    # Companies

    def test_rule_of_other_company_does_not_ask(self):
        """A rule of a company asks the customers of that company's documents alone."""
        other = self.env["res.company"].create({"name": "Other"})
        self.rule.company_id = other
        self.assertFalse(self._send())
        partner = self._create_partner("Olaf", company_id=other.id)
        answer = self._send(partner)
        self.assertEqual(answer.care_company_id, other)
        self.assertEqual(self._answer(answer, csat=9).company_id, other)

    # By hand

    def test_wizard_asks_as_specialist(self):
        """A specialist asks by hand, once a day, and sees beforehand who is left out."""
        silent = self._create_partner("Silent", care_do_not_call=True)
        wizard = (
            self.env["customer.survey.rule.send"]
            .with_user(self.users["specialist"])
            .create({"rule_id": self.rule.id, "partner_ids": (self.contact | silent).ids})
        )
        self.assertIn("Silent", wizard.warning)
        self.assertNotIn("Ann", wizard.warning)
        action = wizard.action_send()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(len(self._get_requests(outcome="asked")), 1)
        with self.assertRaisesRegex(UserError, "None of these customers"):
            wizard.action_send()

    def test_wizard_asks_for_the_company_of_the_customer(self):
        """Who works for two companies asks a customer in the name of the one whose customer he is."""
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        foreign = self._create_partner("Otto", company_id=other.id)
        wizard = (
            self.env["customer.survey.rule.send"]
            .with_context(allowed_company_ids=(self.company | other).ids)
            .create({"rule_id": self.rule.id, "partner_ids": (self.contact | foreign).ids})
        )
        wizard.action_send()
        companies = {request.partner_id: request.company_id for request in self._get_requests()}
        self.assertEqual(companies, {self.contact: self.company, foreign: other})

    def test_wizard_refuses_customers_of_another_company(self):
        """A rule of one company asks nobody who is the customer of another."""
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        self.rule.company_id = self.company
        foreign = self._create_partner("Otto", company_id=other.id)
        wizard = (
            self.env["customer.survey.rule.send"]
            .with_context(allowed_company_ids=(self.company | other).ids)
            .create({"rule_id": self.rule.id, "partner_ids": (self.contact | foreign).ids})
        )
        with self.assertRaisesRegex(UserError, "alone, not: Otto"):
            wizard.action_send()
        self.assertFalse(self._get_requests())

    def test_wizard_refuses_rule_of_other_trigger(self):
        """What belongs to an occasion is not sent by hand."""
        wizard = self.env["customer.survey.rule.send"].create(
            {"rule_id": self.rule.id, "partner_ids": self.contact.ids}
        )
        with patch.object(type(self.rule), "trigger", "other"), self.assertRaisesRegex(UserError, "by hand"):
            wizard.action_send()

    # Speed

    def test_many_customers_few_queries(self):
        """Asking 200 customers costs queries for the batch, not for each of them."""
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@example.com"} for n in range(200)]
        )
        self.rule.write({"delay_days": 1, "quiet_days": 5})
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(60):
            answers = self._send(partners)
            self.env.flush_all()
        self.assertEqual(len(answers), 200)
        before = self.env.cr.sql_log_count
        self.assertFalse(self._send(partners))
        self.assertLess(self.env.cr.sql_log_count - before, 20)
