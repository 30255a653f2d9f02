from datetime import datetime, timedelta

from freezegun import freeze_time
from odoo.addons.customer_survey.tests.common import SurveyKit
from odoo.addons.customer_survey_sms import uninstall_hook
from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged

NOON = datetime(2026, 3, 2, 4)  # 12 o'clock in Shanghai
NIGHT = datetime(2026, 3, 2, 17)


@tagged("post_install", "-at_install")
class TestSurveySms(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.company.write({"care_contact_from": 9, "care_contact_to": 20})
        cls.contact.write({"phone": "+8613800138000", "tz": "Asia/Shanghai"})
        cls.rule.channel = "sms"

    def _get_sms(self):
        return self.env["sms.sms"].search([("number", "=", "+8613800138000")])

    def test_invitation(self):
        """The customer gets one short text with a short link, and no mail."""
        with freeze_time(NOON):
            answer = self._send()
        self.assertEqual((answer.care_channel, answer.care_status), ("sms", "sent"))
        self.assertIn(answer._care_get_short_url(), self._get_sms().body)
        self.assertFalse(self._get_mails(answer))
        self.assertEqual(len(self._get_events("survey_sent")), 1)

    def test_way_out(self):
        """Each text tells how to be asked no more, once, whatever the template says."""
        with freeze_time(NOON):
            self._send()
        stop = self.contact._care_get_short_stop_url()
        self.assertTrue(self._get_sms().body.endswith(f"No more: {stop}"), self._get_sms().body)
        self.rule.sms_template_id = self.env["sms.template"].create(
            {
                "name": "Own",
                "model_id": self.env["ir.model"]._get_id("survey.user_input"),
                "body": "{{ object._care_get_short_url() }} or {{ object.partner_id._care_get_short_stop_url() }}",
            }
        )
        self._get_sms().unlink()
        with freeze_time(NOON):
            self._send(cause="2")
        self.assertEqual(self._get_sms().body.count(stop), 1)

    def test_preview(self):
        """The text can be seen before; nothing is sent, and it need not be day."""
        wizard = self.env["customer.survey.rule.send"].create(
            {"rule_id": self.rule.id, "partner_ids": self.contact.ids, "channel": "sms"}
        )
        with freeze_time(NIGHT):
            wizard.action_preview()
        self.assertEqual(wizard.preview_partner_id, self.contact)
        self.assertIn("how satisfied are you", wizard.preview_body)
        self.assertIn("No more: ", wizard.preview_body)
        self.assertFalse(wizard.preview_subject)
        self.assertFalse(self._get_sms())
        self.env.ref("customer_survey_sms.sms_template_survey_invite").unlink()
        with self.assertRaisesRegex(UserError, "is written to"):
            wizard.action_preview()

    def test_night(self):
        """At night the message waits for the next run of the job."""
        with freeze_time(NIGHT):
            answer = self._send()
        self.assertEqual(answer.care_status, "to_send")
        self.assertFalse(self._get_sms())
        with freeze_time(NOON + timedelta(days=1)), self.enter_registry_test_mode():
            self.env.ref("customer_survey.ir_cron_send_surveys").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(answer.care_status, "sent")

    def test_gate(self):
        """A number on the blacklist, and none at all, are not asked by SMS but by the next channel."""
        self.rule.second_channel = "email"
        self.env["phone.blacklist"].sudo()._add(["+8613800138000"])
        with freeze_time(NOON):
            answers = self._send(self.contact | self._create_partner("Bob"))
        self.assertEqual(answers.mapped("care_channel"), ["email", "email"])
        self.assertFalse(self._get_sms())

    def test_reminder(self):
        """Reminders go by the same channel."""
        self.rule.write({"reminder_max": 1, "reminder_gap": 1, "reminder_unit": "days"})
        with freeze_time(NOON):
            answer = self._send()
        with freeze_time(NOON + timedelta(days=1)), self.enter_registry_test_mode():
            self.env.ref("customer_survey.ir_cron_remind_surveys").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(answer.care_reminder_count, 1)
        self.assertEqual(len(self._get_sms()), 2)

    def test_not_delivered(self):
        """What the provider refuses is marked."""
        with freeze_time(NOON):
            answer = self._send()
        self._get_sms().write({"state": "error", "failure_type": "sms_number_format"})
        self.assertEqual(answer.care_status, "bounced")
        self.assertTrue(self._get_requests().is_bounced)

    def test_anonymous(self):
        """An anonymous message keeps neither customer nor invitation."""
        self.survey.care_is_anonymous = True
        with freeze_time(NOON):
            answer = self._send()
        self.assertFalse(self._get_sms().partner_id or answer.partner_id or answer.care_message_key)

    def test_template_of_other_documents_is_refused(self):
        """A text written for other documents would tell of other records."""
        template = self.env["sms.template"].create(
            {"name": "X", "model_id": self.env["ir.model"]._get_id("res.partner"), "body": "x"}
        )
        with self.assertRaises(ValidationError):
            self.rule.sms_template_id = template

    def test_uninstall(self):
        """Without the bridge the rules ask by what is left."""
        self.rule.second_channel = "phone"
        other = self._create_rule(name="Other", second_channel="sms")
        uninstall_hook(self.env)
        self.assertEqual((self.rule.channel, other.second_channel), ("email", False))
