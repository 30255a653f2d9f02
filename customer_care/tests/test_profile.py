from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import CareCommon

STAFF_FIELDS = (
    "care_nature", "care_source_id", "care_referrer_id", "care_main_business", "care_staff_count",
    "care_operating_condition", "care_payer_id", "care_payment_attitude", "care_payment_means",
    "care_preferred_time", "care_preferred_frequency", "care_potential", "care_potential_score",
    "care_assessment_score", "care_highest_purchase", "care_last_purchase_date",
    "care_anniversary_ids",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestProfile(CareCommon):
    def _get_potential(self, partner):
        self.env.flush_all()
        self.env.cr.execute("SELECT care_potential_score FROM res_partner WHERE id = %s", [partner.id])
        return self.env.cr.fetchone()[0]

    def test_profile_potential_is_a_score_or_unknown(self):
        """Levels are 0 to 100; without a level the score is unknown, which is not 0."""
        self.assertIsNone(self._get_potential(self.customer))
        for level, score in (("0", 0), ("2", 50), ("4", 100), (False, None)):
            self.customer.with_user(self.specialist).care_potential = level
            self.assertEqual(self._get_potential(self.customer), score)
        partner = self.env["res.partner"].with_context(default_care_potential="3").create({"name": "X"})
        self.assertEqual(self._get_potential(partner), 75)
        self.assertEqual(self._get_potential(self._create_customer(care_potential="1")), 25)
        self.env["res.partner"].browse().write({"care_potential": "1"})

    def test_profile_form(self):
        """A specialist fills the profile on the form; the referrer is asked where the source says so."""
        source = self.env.ref("customer_care.customer_source_referral")
        before = source.partner_count
        form = Form(self.customer.with_user(self.specialist))
        form.care_nature = "government"
        form.care_source_id = source
        self.assertTrue(form.care_source_is_referral)
        form.care_referrer_id = self._create_customer("Friend")
        form.care_staff_count = 12
        form.save()
        source.invalidate_recordset()
        self.assertEqual(source.partner_count, before + 1)
        self.assertEqual(source.action_open_customers()["domain"], [("care_source_id", "=", source.id)])

    def test_profile_bad_input(self):
        """Nobody is the own referrer; staff is not negative; sources in use stay."""
        with self.assertRaises(ValidationError):
            self.customer.care_referrer_id = self.customer
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.customer.care_staff_count = -1
            self.customer.flush_recordset()
        source = self.env["customer.source"].create({"name": "Test"})
        self.customer.write({"care_source_id": source.id, "active": False})
        with self.assertRaises(UserError):
            source.with_user(self.admin).unlink()
        with self.assertRaises(AccessError):
            source.with_user(self.manager).write({"name": "X"})

    def test_profile_is_hidden_from_customers(self):
        """A portal user reads and searches none of it."""
        partner = self.portal.partner_id.with_user(self.portal)
        for name in STAFF_FIELDS:
            with self.subTest(field=name), self.assertRaises(AccessError):
                partner.read([name])
        with self.assertRaises(AccessError):
            partner.search([("care_potential_score", ">", 1)])

    def test_profile_dealings_come_from_the_metrics(self):
        """First, last and highest purchase are those of the company, whoever of it bought."""
        today = fields.Date.today()
        days = [fields.Date.subtract(today, days=number) for number in (400, 30, 3)]
        self.env["customer.transaction"].create(
            [
                {"partner_id": partner.id, "date": day, "amount": amount}
                for partner, day, amount in zip(
                    (self.customer, self.contact, self.contact), days, (100, 900, -50), strict=True
                )
            ]
        )
        self.env.flush_all()
        expected = {
            "care_highest_purchase": 900,
            "care_first_purchase_date": days[0],
            "care_last_purchase_date": days[1],
        }
        self.assertRecordValues(self.customer | self.contact, [expected] * 2)
        self.assertAlmostEqual(self.customer.care_monthly_purchase, 850 / 12, 2)
        new = self._create_customer()
        self.assertFalse(new.care_last_purchase_date or new.care_highest_purchase)
        self.assertEqual(self.customer.with_user(self.specialist).care_highest_purchase, 900)

    def test_profile_dealings_of_many_are_one_statement(self):
        """The figures of many customers come in one statement."""
        partners = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(40)])
        partners[0].care_highest_purchase  # warms the names of the metrics  # noqa: B018
        self.env.flush_all()
        self.env.invalidate_all()
        partners.mapped("commercial_partner_id.name")
        with self.assertQueryCount(8):
            partners.mapped("care_highest_purchase")

    def test_profile_sheet(self):
        """The printed sheet shows the customer, contacts and needs; finance only to its group."""
        self.customer.write({"care_main_business": "Turbines", "is_company": True})
        self.contact.care_birthday = "1985-09-29"
        self.env["customer.need"].create({"name": "Second machine", "partner_id": self.contact.id})
        self.env["customer.finance"].create({"partner_id": self.customer.id, "bank_note": "Secret Bank"})
        accountant = self._create_user(
            "accountant", "customer_care.group_care_user,customer_care.group_care_finance"
        )
        report = self.env["ir.actions.report"]
        texts = {}
        for user in (self.specialist, self.auditor, accountant):
            self.env.invalidate_all()
            html = report.with_user(user)._render_qweb_html(
                "customer_care.res_partner_sheet", self.customer.ids
            )[0]
            texts[user] = html.decode()
            for word in ("Turbines", "Ada Wind", "Second machine"):
                self.assertIn(word, texts[user])
        self.assertNotIn("Secret Bank", texts[self.specialist] + texts[self.auditor])
        self.assertIn("Secret Bank", texts[accountant])
        logged = self.env["customer.privacy.log"].search(
            [("kind", "=", "finance_read"), ("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(logged.user_id, accountant)

    def test_profile_sheet_of_a_bare_customer(self):
        """A customer of whom nothing is known prints as well, and two of them."""
        partners = self._create_customer() | self._create_customer("Moon")
        html = self.env["ir.actions.report"]._render_qweb_html(
            "customer_care.res_partner_sheet", partners.ids
        )[0]
        self.assertIn("Moon", html.decode())
