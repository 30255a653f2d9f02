from datetime import datetime

from odoo.addons.customer_complaint.tests.common import ComplaintCommon
from odoo.addons.sms.tests.common import MockSMS
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

NUMBER = "+862155550101"


@tagged("post_install", "-at_install")
class TestAcknowledgeBySms(ComplaintCommon, MockSMS):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.cn")
        cls.customer.write({"email": False, "country_id": cls.env.ref("base.cn").id})
        cls.team.is_acknowledged_by_sms = True

    def _acknowledge(self, **vals):
        complaint = self._create_complaint(
            **{"team_id": self.team.id, "partner_id": self.customer.id, "channel": "phone", **vals}
        )
        complaint.email_from = False
        complaint._acknowledge()
        return complaint

    def _get_sms(self, complaint):
        return self.env["sms.sms"].search([("uuid", "=", complaint.acknowledge_sms or "none")])

    def _get_calls(self, complaint):
        call = self.env.ref("mail.mail_activity_data_call")
        return complaint.activity_ids.filtered(lambda activity: activity.activity_type_id == call)

    def test_sms_instead_of_call(self):
        """Who has a number and no address gets number, time and link; it is queued, and logged in the thread."""
        complaint = self._acknowledge()
        sms = self._get_sms(complaint)
        self.assertEqual((sms.number, sms.state), (NUMBER, "outgoing"))
        for text in (complaint.number, complaint._complaint_get_promise(), complaint.get_portal_url()):
            # no blanks that a telephone does not know
            self.assertIn(" ".join(text.split()), sms.body)
        self.assertEqual(complaint.acknowledge_state, "sent")
        self.assertTrue(complaint.acknowledged_datetime)
        self.assertFalse(complaint.responded_datetime)
        self.assertFalse(self._get_calls(complaint))
        self.assertEqual(sms.mail_message_id.author_id, self.env.ref("base.partner_root"))
        complaint._acknowledge()
        self.assertEqual(self._get_sms(complaint), sms)

    def test_language(self):
        """The text is that of the customer's language."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["res.lang"]._activate_lang("en_US")
        template = self.env.ref("customer_complaint_sms.sms_template_complaint_acknowledgement")
        template.with_context(lang="zh_CN").body = "已收到 {{ object.number }}"
        self.customer.lang = "zh_CN"
        self.assertIn("已收到", self._get_sms(self._acknowledge()).body)

    def test_who_gets_none(self):
        """No SMS without the team's leave, against the customer's will, to blocked or impossible numbers."""
        self.env["phone.blacklist"].create({"number": "+862155550999"})
        unwilling = self.env["res.partner"].create(
            {
                "name": "Unwilling",
                "phone": NUMBER,
                "care_do_not_call": True,
                "country_id": self.env.ref("base.cn").id,
            }
        )
        for vals in (
            {"partner_id": unwilling.id},
            {"partner_id": False, "phone": "+86 21 5555 0999"},
            {"partner_id": False, "phone": "12"},
            {"partner_id": False, "phone": "ask the porter"},
            {"partner_id": False, "phone": NUMBER, "is_anonymous": True},
            {"team_id": self._create_team(name="Without").id},
        ):
            with self.subTest(vals):
                complaint = self._acknowledge(**vals)
                self.assertFalse(self._get_sms(complaint))
                self.assertEqual(complaint.acknowledge_state, "call")
                self.assertTrue(self._get_calls(complaint))

    def test_mail_goes_first(self):
        """Who has an address gets a mail."""
        complaint = self._create_complaint(email_from="ann@customer.test", phone=NUMBER, team_id=self.team.id)
        complaint._acknowledge()
        self.assertFalse(self._get_sms(complaint))
        self.assertEqual(complaint.acknowledge_state, "sent")

    def test_only_so_many_to_one_number(self):
        """A number that anybody can type gets three a day, however it is written."""
        phones = (NUMBER, "021 5555 0101", "+86 21 5555-0101", "0086 21 55550101")
        complaints = [self._acknowledge(partner_id=False, phone=phone) for phone in phones]
        self.assertEqual([len(self._get_sms(complaint)) for complaint in complaints], [1, 1, 1, 0])
        self.assertEqual(complaints[3].acknowledge_state, "call")

    @mute_logger("odoo.addons.sms.models.sms_sms")
    def test_undelivered(self):
        """When the provider cannot send it, a colleague rings; a second failure asks no second time."""
        complaint = self._acknowledge()
        sms = self._get_sms(complaint)
        with self.mockSMSGateway(sim_error="credit"):
            sms.send(unlink_failed=False)
        self.assertEqual(sms.state, "error")
        self.assertEqual(complaint.acknowledge_state, "call")
        self.assertFalse(complaint.acknowledged_datetime)
        sms.state = "error"
        self.assertEqual(len(self._get_calls(complaint)), 1)

    @mute_logger("odoo.addons.sms.models.sms_sms")
    def test_other_messages(self):
        """An SMS of the staff that fails is no failed acknowledgement; nobody forges which one it was."""
        complaint = self._acknowledge()
        complaint._message_sms("Please call us", sms_numbers=[NUMBER], put_in_queue=True)
        other = self.env["sms.sms"].search(
            [("uuid", "!=", complaint.acknowledge_sms)], order="id desc", limit=1
        )
        other.state = "error"
        self.assertEqual(complaint.acknowledge_state, "sent")
        with self.assertRaises(AccessError):
            complaint.with_user(self.manager).acknowledge_sms = other.uuid
        made = (
            self.env["customer.complaint"]
            .with_user(self.manager)
            .with_context(default_acknowledge_sms=other.uuid)
            .create({"name": "x"})
        )
        self.assertFalse(made.acknowledge_sms)

    def test_delivered(self):
        """What was sent stays acknowledged."""
        complaint = self._acknowledge()
        with self.mockSMSGateway():
            self._get_sms(complaint).send()
        self.assertEqual(complaint.acknowledge_state, "sent")
        self.assertLessEqual(complaint.acknowledged_datetime, datetime.now())
