from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestFinance(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "customer_care.group_care_user,customer_care.group_care_finance,base.group_allow_export"
        cls.accountant = cls._create_user("accountant", groups)
        cls.finance = cls.env["customer.finance"].create(
            {
                "partner_id": cls.customer.id,
                "bank_note": "Secret Bank",
                "loan_amount": 100,
                "credit_standing": "d",
            }
        )
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.env.invalidate_all()

    def _as(self, user):
        """Return the model for ``user`` with nothing in cache, as in a new request."""
        self.env.invalidate_all()
        return self.env["customer.finance"].with_user(user)

    def _get_log(self, partners=None):
        partners = partners or self.customer
        domain = [("kind", "=", "finance_read"), ("partner_id", "in", partners.ids)]
        return self.env["customer.privacy.log"].search(domain)

    def test_finance_is_for_its_group_alone(self):
        """No other role, not even administrator or auditor, reads, searches, groups or writes the file."""
        others = (
            self.employee, self.specialist, self.supervisor, self.manager, self.admin, self.auditor, self.portal,
            self.public,
        )  # fmt: skip
        for user in others:
            model = self._as(user)
            for work in (
                lambda model=model: model.browse(self.finance.id).read(["bank_note"]),
                lambda model=model: model.browse(self.finance.id).web_read({"bank_note": {}}),
                lambda model=model: model.search([("loan_amount", ">", 1)]),
                lambda model=model: model.search_count([]),
                lambda model=model: model.name_search("Wind"),
                lambda model=model: model.formatted_read_group([], ["credit_standing"], ["__count"]),
                lambda model=model: model.browse(self.finance.id).export_data(["bank_note"]),
                lambda model=model: model.browse(self.finance.id).write({"bank_note": "x"}),
                lambda model=model: model.create({"partner_id": self.contact.id}),
                lambda user=user: self.customer.with_user(user).action_care_open_finance(),
            ):
                # Without the right to export it is a UserError, which AccessError is too.
                with self.subTest(user=user.name), self.assertRaises(UserError):
                    work()
        self.assertFalse(self._get_log())

    def test_finance_each_way_of_reading_is_logged(self):
        """Read, list, groups, export and a search by figures each leave one row."""
        spec = {"bank_note": {}, "loan_amount": {}}
        ids = self.finance.ids
        ways = {
            "read": lambda model: model.browse(ids).read(["bank_note"]),
            "web_read": lambda model: model.browse(ids).web_read(spec),
            "search_read": lambda model: model.search_read([], ["loan_amount"]),
            "web_search_read": lambda model: model.web_search_read([], spec),
            "formatted_read_group": lambda model: model.formatted_read_group(
                [], ["credit_standing"], ["__count"]
            ),
            "web_read_group": lambda model: model.web_read_group([], ["credit_standing"], ["__count"]),
            "export_data": lambda model: model.browse(ids).export_data(["bank_note"]),
            "computed": lambda model: model.browse(ids).read(["debt_ratio"]),
            "search": lambda model: model.search_count([("loan_amount", ">", 50)]),
            "domain": lambda model: model.search([("credit_standing", "=", "d")]),
        }
        for name, way in ways.items():
            before = self._get_log()
            day = fields.Datetime.now() + timedelta(hours=2 * (1 + list(ways).index(name)))
            with freeze_time(day), self.subTest(way=name):
                way(self._as(self.accountant))
                row = self._get_log() - before
                self.assertRecordValues(
                    row, [{"partner_id": self.customer.id, "user_id": self.accountant.id}]
                )

    def test_finance_log_is_one_row_per_hour(self):
        """Within an hour a user leaves one row for a customer; another user leaves his own."""
        other = self._create_user("banker", "customer_care.group_care_finance")
        for _time in range(3):
            self._as(self.accountant).browse(self.finance.id).read(["bank_note"])
        self.assertEqual(len(self._get_log()), 1)
        self._as(other).browse(self.finance.id).read(["bank_note"])
        self.assertEqual(len(self._get_log()), 2)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=61)):
            self._as(self.accountant).browse(self.finance.id).read(["bank_note"])
        self.assertEqual(len(self._get_log()), 3)

    def test_finance_name_is_no_reading(self):
        """The name of the customer alone tells nothing; nor does the program's own work."""
        self._as(self.accountant).browse(self.finance.id).read(["display_name"])
        self._as(self.accountant).search([("partner_id", "=", self.customer.id)])
        self.env["customer.finance"].sudo().search([("loan_amount", ">", 1)]).mapped("bank_note")
        self.assertFalse(self._get_log())

    def test_finance_many_readings_are_few_queries(self):
        """A list of many files is logged by one look and one INSERT."""
        partners = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(50)])
        self.env["customer.finance"].create([{"partner_id": partner.id} for partner in partners])
        self.env.flush_all()
        model = self._as(self.accountant)
        model.search_read([], ["partner_id"])  # warms rights
        with self.assertQueryCount(8):
            self._as(self.accountant).search_read([], ["bank_note"])
        self.assertEqual(len(self._get_log(partners)), 50)

    def test_finance_button_makes_the_file_on_first_use(self):
        """The button opens the file of the company in a dialog, and makes it once."""
        action = self.contact.with_user(self.accountant).action_care_open_finance()
        self.assertEqual((action["res_id"], action["target"]), (self.finance.id, "new"))
        customer = self._create_customer().with_user(self.accountant)
        first = customer.action_care_open_finance()["res_id"]
        self.assertEqual(customer.action_care_open_finance()["res_id"], first)

    def test_finance_bad_input(self):
        """One file for each customer, for good; no negative loans."""
        model = self.env["customer.finance"].with_user(self.accountant)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            model.create({"partner_id": self.contact.id})
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.finance.write({"loan_amount": -1})
            self.finance.flush_recordset()
        with self.assertRaises(UserError):
            model.browse(self.finance.id).write({"partner_id": self._create_customer().id})
        with self.assertRaises(AccessError):
            model.browse(self.finance.id).unlink()
        self.assertEqual(self.finance.debt_ratio, 0)

    def test_finance_of_another_company(self):
        """Files of customers of another company are not seen, nor their number."""
        company = self.env["res.company"].create({"name": "Other"})
        customer = self._create_customer(company_id=company.id)
        finance = self.env["customer.finance"].create({"partner_id": customer.id})
        with self.assertRaises(AccessError):
            self._as(self.accountant).browse(finance.id).read(["bank_note"])
        found = self._as(self.accountant).search([("credit_standing", "!=", "a")])
        self.assertIn(self.finance, found)
        self.assertNotIn(finance, found)
        self.assertFalse(self._get_log(customer))
