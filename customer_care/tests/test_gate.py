from datetime import datetime, timedelta

from odoo import fields
from odoo.tests import tagged

from .common import CareCommon

NOON = datetime(2026, 3, 4, 12)
NIGHT = datetime(2026, 3, 4, 3)


@tagged("post_install", "-at_install")
class TestGate(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketing = cls.env.ref("customer_care.customer_consent_purpose_marketing")
        cls.person = cls._create_customer("Gate", phone="+1 555 0100", email="gate@example.com", tz="UTC")
        cls.env.company.write({"care_contact_from": 8, "care_contact_to": 21})

    def _decide(self, state, partner=None, purpose=None, **vals):
        return self.env["customer.consent"].create(
            {
                "partner_id": (partner or self.person).id,
                "purpose_id": (purpose or self.marketing).id,
                "state": state,
                **vals,
            }
        )

    def _ask(self, purpose="callback", channel="phone", at=None, partner=None):
        return " ".join((partner or self.person)._care_gate(purpose, channel, at))

    def test_gate_opt_in_needs_consent_opt_out_does_not(self):
        """Without a decision service calls are allowed and marketing is not."""
        self.assertEqual(self._ask(), "")
        self.assertIn("not consented", self._ask("marketing", "email"))
        self._decide("given")
        self.assertEqual(self._ask("marketing", "email"), "")
        self._decide("withdrawn")
        self.assertIn("withdrawn", self._ask("marketing", "email"))

    def test_gate_unknown_purpose_needs_no_consent(self):
        """A purpose nobody defined obeys the customer's will alone."""
        self.assertEqual(self._ask("unheard_of"), "")
        self.person.care_do_not_call = True
        self.assertTrue(self._ask("unheard_of"))

    def test_gate_consent_expires(self):
        """An expired consent is none."""
        long_ago = fields.Datetime.now() - timedelta(days=400)
        self._decide("given", date=long_ago, date_until=long_ago.date() + timedelta(days=30))
        self.assertIn("expired", self._ask("marketing", "email"))

    def test_gate_company_decides_where_the_contact_has_not(self):
        """A company's decision counts for contacts without an own one."""
        self._decide("given", partner=self.customer)
        self.assertEqual(self._ask("marketing", "email", partner=self.contact), "")
        self._decide("refused", partner=self.contact)
        self.assertIn("refused", self._ask("marketing", "email", partner=self.contact))
        self.assertEqual(self._ask("marketing", "email", partner=self.customer), "")

    def test_gate_do_not_call_covers_phone_and_mails(self):
        """Do not call holds for calls and for mails that ask, of the company and all contacts."""
        self.customer.care_do_not_call = True
        for channel in ("phone", "email", "sms"):
            self.assertTrue(self._ask("callback", channel, partner=self.contact), channel)

    def test_gate_archived_and_blacklisted(self):
        """An archived customer and a blacklisted address are not contacted."""
        self.env["mail.blacklist"].create({"email": "gate@example.com"})
        self.assertIn("blacklist", self._ask("callback", "email"))
        self.assertEqual(self._ask("callback", "phone"), "")
        self.person.active = False
        self.assertIn("archived", self._ask())

    def test_gate_hours_count_where_the_customer_lives(self):
        """Calls keep the contact hours in the customer's zone, mails and plans do not."""
        self.assertIn("contact hours", self._ask(at=NIGHT))
        self.assertEqual(self._ask(), "")
        self.assertEqual(self._ask("callback", "email", at=NIGHT), "")
        self.assertEqual(self._ask(at=NOON), "")
        self.person.tz = "Asia/Shanghai"
        self.assertEqual(self._ask(at=NIGHT), "")
        self.assertEqual(self._ask(at=NOON), "")
        self.assertIn("contact hours", self._ask(at=datetime(2026, 3, 4, 14)))

    def test_gate_hours_by_country_without_zone(self):
        """Without a zone of his own a customer in China lives by the clock of China."""
        self.person.write({"tz": False, "country_id": self.env.ref("base.cn").id})
        self.assertEqual(self._ask(at=NIGHT), "")

    def test_gate_hours_can_be_switched_off(self):
        """The same beginning and end mean round the clock."""
        self.env.company.write({"care_contact_from": 0, "care_contact_to": 0})
        self.assertEqual(self._ask(at=NIGHT), "")

    def test_gate_missing_number_stops_the_contact_not_the_plan(self):
        """A number can be found until the call."""
        self.person.write({"phone": False, "email": False})
        self.assertEqual(self._ask(), "")
        self.assertIn("phone number", self._ask(at=NOON))
        self.assertIn("e-mail", self._ask("callback", "email", at=NOON))

    def test_gate_quiet_period(self):
        """After an unsolicited contact the whole company is left alone for the days of the purpose."""
        self._decide("given")
        self.env["customer.care.event"]._log(
            [{"partner_id": self.person.id, "kind": "callback_done", "date": NOON - timedelta(days=3)}]
        )
        self.assertIn("recently", self._ask("marketing", "email", at=NOON))
        self.assertEqual(self._ask("marketing", "email", at=NOON + timedelta(days=5)), "")
        self.assertEqual(self._ask("marketing", "email"), "")
        self.assertEqual(self._ask(at=NOON), "")

    def test_gate_many_customers_need_few_queries(self):
        """The number of queries does not grow with the number of customers."""
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "phone": "1", "email": f"p{n}@example.com"} for n in range(300)]
        )
        for partner in partners[:20]:
            self._decide("given", partner=partner)
        # What is configured is kept in the registry's cache.
        self.person._care_gate_map("marketing", "phone", NOON)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(14):
            result = partners._care_gate_map("marketing", "phone", NOON)
        self.assertEqual(sum(not reasons for reasons in result.values()), 20)

    def test_gate_new_records_and_nobody(self):
        """Unsaved customers have no reasons, nobody gives an empty answer."""
        self.assertEqual(self.env["res.partner"]._care_gate_map("callback", "phone"), {})
        new = self.env["res.partner"].new({"name": "New"})
        self.assertEqual(new._care_gate("callback", "phone"), [])

    def test_gate_wizard_says_yes_and_no_with_reasons(self):
        """The wizard answers for each purpose and channel."""
        check = (
            self.env["customer.contact.check"]
            .with_user(self.specialist)
            .create({"partner_id": self.person.id, "at": NIGHT})
        )
        rows = {(row.purpose_id.code, row.channel): row for row in check.line_ids}
        self.assertFalse(rows["callback", "phone"].is_allowed)
        self.assertIn("contact hours", rows["callback", "phone"].reasons)
        self.assertTrue(rows["callback", "email"].is_allowed)
        self.assertFalse(rows["marketing", "email"].is_allowed)
