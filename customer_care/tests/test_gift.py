from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestGift(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.director = cls._create_user("director", "customer_care.group_care_director")
        cls.Gift = cls.env["customer.care.gift"]
        cls.customer.care_user_id = cls.specialist
        cls.article = cls.env["customer.care.gift.article"].create({"name": "Tea set", "value": 120})

    def _create_gift(self, user=None, **vals):
        vals = {"partner_id": self.contact.id, "article_id": self.article.id, "date": "2026-03-20", **vals}
        return self.Gift.with_user(user or self.specialist).create(vals)

    def test_gift_small_one_is_approved_at_once(self):
        """Below the limits of the rules a request approves; handed over it is a contact and part of the story."""
        gift = self._create_gift()
        self.assertEqual((gift.name, gift.amount, gift.state), ("Tea set", 120, "draft"))
        with self.assertRaisesRegex(UserError, "approved first"):
            gift.action_hand_over()
        gift.action_request_approval()
        self.assertEqual(gift.state, "approved")
        with self.assertRaisesRegex(UserError, "evidence"):
            gift.action_hand_over()
        gift.evidence = "Signed by Ms Wind"
        gift.action_hand_over()
        self.assertRecordValues(gift, [{"state": "given", "given_by_id": self.specialist.id}])
        log = self.env["customer.contact.log"].search([("partner_id", "=", self.contact.id)])
        self.assertRecordValues(log, [{"kind": "gift", "source": "greeting", "is_counted": False}])
        self.assertIn("gift_given", self._get_kinds(self.contact))
        for call in (gift.action_hand_over, gift.action_cancel, lambda: gift.write({"amount": 1})):
            with self.assertRaises(UserError):
                call()
        with self.assertRaises(UserError):
            gift.with_user(self.manager).unlink()

    def test_gift_large_one_waits_for_a_manager(self):
        """Above the limit the manager approves, never the requester; a larger amount asks again."""
        gift = self._create_gift(quantity=5)
        self.assertEqual(gift.amount, 600)
        gift.action_request_approval()
        self.assertEqual((gift.state, gift.approval_state), ("draft", "pending"))
        with self.assertRaises(AccessError):
            gift.action_approve()
        with self.assertRaises(UserError):
            gift.quantity = 6
        gift.with_user(self.manager).action_approve()
        self.assertEqual(gift.state, "approved")
        gift.quantity = 60
        self.assertEqual((gift.amount, gift.state, gift.approval_state), (7200, "draft", "draft"))

    def test_gift_within_the_budget_of_the_grade(self):
        """The gifts of a year cost no more than the yearly budget of the grade."""
        grade = self.env["customer.grade"].create({"name": "T", "code": "T", "yearly_budget": 300})
        (self.customer | self.contact).sudo().care_grade_id = grade
        first, second = self._create_gift(), self._create_gift(partner_id=self.customer.id)
        self.assertEqual(first.budget_left, 60)
        self.assertFalse(first.is_over_budget)
        (first | second).action_request_approval()
        third = self._create_gift()
        self.assertTrue(third.is_over_budget)
        with self.assertRaisesRegex(UserError, "yearly budget"):
            third.action_request_approval()
        self._create_gift(date="2027-01-05").action_request_approval()
        first.action_cancel()
        third.action_request_approval()
        self.assertEqual(third.state, "approved")
        new = self.Gift.new(
            {"partner_id": self.contact.id, "article_id": self.article.id, "date": "2026-05-01"}
        )
        self.assertEqual(new.budget_left, -60)

    def test_gift_within_the_budget_of_the_occasion(self):
        """The gifts of an occasion cost no more in a year than its budget; a bulk makes one for each greeting."""
        occasion = self.env.ref("customer_care.customer_care_occasion_birthday")
        people = self.contact | self._create_customer("Bo", care_user_id=self.specialist.id)
        purpose = self.env.ref("customer_care.customer_consent_purpose_greeting")
        purpose.is_opt_in = False
        with freeze_time("2026-03-10"):
            people.care_birthday = "1980-03-20"
            occasion.write(
                {"channel": "gift", "article_id": self.article.id, "yearly_budget": 150, "is_on": True,
                 "domain": str([("id", "in", people.ids)])}
            )  # fmt: skip
            occasion.action_plan()
            greetings = self.env["customer.care.greeting"].search([("occasion_id", "=", occasion.id)])
            context = greetings.with_user(self.specialist).action_plan_gift()["context"]
            self.assertEqual(context["default_article_id"], self.article.id)
            wizard = (
                self.env["customer.care.gift.plan"]
                .with_user(self.specialist)
                .with_context(**context)
                .create({})
            )
            gifts = self.Gift.search(wizard.action_confirm()["domain"])
            self.assertEqual(gifts.partner_id, people)
            self.assertEqual(gifts.occasion_id, occasion)
            with self.assertRaisesRegex(UserError, "have a gift"):
                wizard.action_confirm()
            with self.assertRaisesRegex(UserError, "more than its budget"):
                gifts.with_user(self.specialist).action_request_approval()
            occasion.yearly_budget = 240
            gifts.with_user(self.specialist).action_request_approval()
            gifts.evidence = "Parcel 1"
            gifts.with_user(self.specialist).action_hand_over()
        self.assertEqual(set(greetings.mapped("state")), {"sent"})

    def test_gift_bad_input(self):
        """Nothing negative, nothing without a name."""
        for vals in ({"quantity": 0}, {"quantity": -1}, {"amount": -1}):
            with self.subTest(vals=vals), self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                with self.cr.savepoint():
                    self._create_gift(**vals)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._create_gift(article_id=False)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.article.value = -5
            self.env.flush_all()

    def test_gift_guards_and_access(self):
        """State, dates and origin are the program's; strangers and the auditor change nothing."""
        names = {"state": "given", "date_given": "2026-01-01", "greeting_id": 1, "approval_state": "approved"}
        for name, value in names.items():
            vals = {name: value}
            with self.subTest(vals=vals):
                with self.assertRaises(AccessError):
                    self._create_gift(**vals)
                with self.assertRaises(AccessError):
                    self._create_gift().write(vals)
        forged = self.Gift.with_user(self.specialist).with_context(
            default_state="given", default_greeting_id=1
        )
        gift = forged.create({"partner_id": self.contact.id, "article_id": self.article.id})
        self.assertRecordValues(gift, [{"state": "draft", "greeting_id": False}])
        for user in (self.other_specialist, self.auditor, self.employee):
            for method in ("action_request_approval", "action_hand_over", "action_cancel"):
                with self.subTest(user=user.name, method=method), self.assertRaises(AccessError):
                    getattr(gift.with_user(user), method)()
        gift.with_user(self.auditor).read(["name"])
        for user in (self.employee, self.portal, self.public):
            with self.assertRaises(AccessError):
                gift.with_user(user).read(["name"])
        with self.assertRaises(AccessError):
            self.article.with_user(self.manager).write({"value": 1})

    def test_gift_of_another_company(self):
        """A gift of another company is not seen."""
        company = self.env["res.company"].create({"name": "Other"})
        gift = self._create_gift(self.env.user, company_id=company.id, user_id=False)
        self.assertFalse(self.Gift.with_user(self.manager).search([("id", "=", gift.id)]))
