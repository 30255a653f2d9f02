from itertools import product

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .metric_common import TODAY, MetricCommon


@tagged("post_install", "-at_install")
class TestTransaction(MetricCommon):
    # Currency of the purchase's date

    def test_transaction_amount_is_converted_at_its_date(self):
        """The rate of the purchase's date counts, and that of the company."""
        self._set_rate(self.foreign, "2026-01-01", 2.0)
        self._set_rate(self.foreign, "2026-02-01", 4.0)
        bought = self._buy(
            ("2026-01-01", 100), ("2026-01-31", 100), ("2026-02-01", 100), currency_id=self.foreign.id
        )
        self.assertEqual(bought.mapped("amount_company"), [50, 50, 25])
        expected = [self.foreign._convert(100, self.currency, self.company, one.date) for one in bought]
        self.assertEqual(bought.mapped("amount_company"), expected)
        self.assertEqual(self._get("amount_12m"), 125)

    def test_transaction_later_rates_leave_it_as_it_is(self):
        """What was bought was bought at the rate of its day, until it is changed itself."""
        self._set_rate(self.foreign, "2026-01-01", 2.0)
        bought = self._buy(("2026-03-01", 100), currency_id=self.foreign.id)
        self._set_rate(self.foreign, "2026-02-01", 4.0)
        self.assertEqual(bought.amount_company, 50)
        bought.amount = 200
        self.assertEqual(bought.amount_company, 50)
        bought.currency_id = self.currency
        self.assertEqual(bought.amount_company, 200)

    def test_transaction_without_a_rate_names_currency_and_date(self):
        """A currency without a rate at or before the date is refused, whatever comes later."""
        with self.assertRaisesRegex(ValidationError, "XTA has no exchange rate on or before 2026-01-15"):
            self._buy(("2026-01-15", 100), currency_id=self.foreign.id)
        self._set_rate(self.foreign, "2026-01-16", 2.0)
        with self.assertRaisesRegex(ValidationError, "XTA has no exchange rate on or before 2026-01-15"):
            self._buy(("2026-01-15", 100), currency_id=self.foreign.id)
        bought = self._buy(("2026-01-16", 100), currency_id=self.foreign.id)
        with self.assertRaisesRegex(ValidationError, "XTA has no exchange rate on or before 2026-01-15"):
            bought.date = "2026-01-15"

    def test_transaction_rate_of_another_company_does_not_count(self):
        """Each company enters its own rates; a shared one serves all."""
        other = self._create_company("Other", self.currency)
        self._set_rate(self.foreign, "2026-01-01", 2.0, other)
        with self.assertRaisesRegex(ValidationError, "no exchange rate"):
            self._buy(("2026-01-15", 100), currency_id=self.foreign.id)
        self.env["res.currency.rate"].create(
            {"name": "2026-01-02", "rate": 5.0, "currency_id": self.foreign.id, "company_id": False}
        )
        self.assertEqual(self._buy(("2026-01-15", 100), currency_id=self.foreign.id).amount_company, 20)
        bought = self._buy(("2026-01-15", 100), currency_id=self.foreign.id, company_id=other.id)
        self.assertEqual(bought.amount_company, 50)

    def test_transaction_company_currency_with_own_rates(self):
        """Where the company's own currency has rates, both are taken at the date, as core does."""
        self.env["res.currency.rate"].search([("currency_id", "=", self.currency.id)]).unlink()
        self._set_rate(self.currency, "2026-01-01", 3.0)
        self._set_rate(self.foreign, "2025-12-01", 2.0)
        bought = self._buy(("2026-01-15", 100), currency_id=self.foreign.id)
        self.assertEqual(bought.amount_company, 150)
        with self.assertRaisesRegex(ValidationError, f"{self.currency.name} has no exchange rate"):
            self._buy(("2025-12-15", 100), currency_id=self.foreign.id)

    def test_transaction_many_currencies_and_dates_take_few_queries(self):
        """A batch looks up all rates at once."""
        for day in range(1, 21):
            self._set_rate(self.foreign, f"2026-01-{day:02}", float(day))
        counts = []
        for size in (5, 20):
            rows = [(f"2026-01-{day:02}", 100) for day in range(1, size + 1)]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            bought = self._buy(*rows, currency_id=self.foreign.id)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(bought[3].amount_company, 25)
        self.assertLessEqual(counts[1], counts[0])

    # References

    def test_transaction_reference_is_unique_in_a_company(self):
        """The same reference twice is the same purchase imported twice; empty ones are none."""
        other = self._create_company("Other", self.currency)
        self._buy(("2026-01-15", 100), reference="  A1 ")
        self._buy(("2026-01-15", 100), reference="A1", company_id=other.id)
        self._buy(("2026-01-15", 100), ("2026-01-15", 100), reference=" ")
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._buy(("2026-01-16", 100), reference="A1")

    # Import

    def _import(self, rows, names="partner_id,date,amount,currency_id,reference", user=None):
        model = self.env["customer.transaction"].with_user(user or self.supervisor)
        return model.load(names.split(","), rows)

    def test_transaction_import_by_name_and_external_id(self):
        """Rows name the customer by name or external id; the company's currency needs no column."""
        self._set_rate(self.foreign, "2026-01-01", 2.0)
        result = self._import(
            [
                ["Wind AG", "2026-01-15", "100", self.currency.name, "B1"],
                ["Wind AG", "2026-01-16", "-20.5", "XTA", "B2"],
            ]
        )
        self.assertFalse(result["messages"])
        bought = self.env["customer.transaction"].browse(result["ids"])
        self.assertEqual(bought.partner_id, self.customer)
        self.assertEqual(bought.mapped("amount_company"), [100, -10.25])
        self.env["ir.model.data"].create(
            {"module": "test_care", "name": "wind", "model": "res.partner", "res_id": self.customer.id}
        )
        result = self._import([["test_care.wind", "2026-01-15", "7"]], "partner_id/id,date,amount")
        self.assertFalse(result["messages"])
        bought = self.env["customer.transaction"].browse(result["ids"])
        self.assertRecordValues(bought, [{"currency_id": self.currency.id, "amount_company": 7}])

    def test_transaction_import_says_what_is_wrong(self):
        """Each bad file is answered by a sentence, and nothing of it is kept."""
        self._buy(("2026-01-15", 100), reference="C1")
        name = self.currency.name
        cases = {
            "already a purchase with this reference": ["Wind AG", "2026-01-15", "1", name, "C1"],
            "XTA has no exchange rate": ["Wind AG", "2026-01-15", "1", "XTA", "C2"],
            "No matching record": ["Nobody of this name", "2026-01-15", "1", name, "C2"],
            "does not seem to be a number": ["Wind AG", "2026-01-15", "much", name, "C2"],
            "does not seem to be a valid date": ["Wind AG", "sometime", "1", name, "C2"],
        }
        count = self.env["customer.transaction"].search_count([])
        for text, row in cases.items():
            with self.subTest(text=text), mute_logger("odoo.sql_db"):
                result = self._import([["Wind AG", "2026-01-14", "1", name, "C0"], row])
                self.assertFalse(result["ids"])
                messages = " ".join(str(message["message"]) for message in result["messages"])
                self.assertIn(text.lower(), messages.lower())
                self.assertEqual(self.env["customer.transaction"].search_count([]), count)

    # Customers that move

    def test_transaction_follows_its_customer_to_another_company(self):
        """When a contact changes the company, his purchases go with him."""
        other = self._create_customer("Moon Ltd")
        bought = self._buy(("2026-03-01", 10), partner=self.contact)
        self.assertEqual(bought.commercial_partner_id, self.customer)
        self.contact.parent_id = other
        self.assertEqual(bought.commercial_partner_id, other)
        self.assertIsNone(self._get("amount_12m"))
        self.assertEqual(self._get("amount_12m", other), 10)

    def _merge(self, sources, target):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((sources + target).ids, target)

    def test_transaction_of_a_merged_customer_goes_to_the_one_that_stays(self):
        """Core's merge leaves no purchase with a customer that is gone, also when a contact stays."""
        double = self._create_customer("Wind AG (double)")
        bought = self._buy(("2026-03-01", 10), partner=double)
        mine = self._buy(("2026-03-01", 5))
        self._merge(double, self.customer)
        self.assertFalse(double.exists())
        self.assertEqual((bought + mine).partner_id, self.customer)
        self.assertEqual((bought + mine).commercial_partner_id, self.customer)
        self.assertEqual(self._get("amount_12m"), 15)

    def test_transaction_of_a_customer_merged_into_a_contact(self):
        """The purchases then belong to the contact's company."""
        double = self._create_customer("Ada Wind")
        bought = self._buy(("2026-03-01", 10), partner=double)
        self._merge(double, self.contact)
        self.assertEqual(bought.partner_id, self.contact)
        self.assertEqual(bought.commercial_partner_id, self.customer)
        self.assertEqual(self._get("amount_12m"), 10)

    def test_transaction_keeps_its_customer_from_being_deleted(self):
        """Who bought is archived, not deleted."""
        sun = self._create_customer()
        self._buy(("2026-03-01", 10), partner=sun)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            sun.unlink()

    # Rights

    def test_transaction_access_matrix(self):
        """The specialist reads, the supervisor enters, the manager deletes, the auditor reads."""
        allowed = {
            "specialist": "read",
            "supervisor": "read write create",
            "manager": "read write create unlink",
            "admin": "read write create unlink",
            "auditor": "read",
        }
        roles = ("portal", "public", "employee", "specialist", "supervisor", "manager", "admin", "auditor")
        for role, operation in product(roles, ("read", "write", "create", "unlink")):
            with self.subTest(role=role, operation=operation):
                model = self.env["customer.transaction"].with_user(getattr(self, role))
                self.assertEqual(model.has_access(operation), operation in allowed.get(role, "").split())

    def test_transaction_of_another_company_is_not_seen(self):
        """Each user sees the purchases of the own companies, in lists, on forms and in writing."""
        other = self._create_company("Other", self.currency)
        foreign = self._buy(("2026-03-01", 10), company_id=other.id)
        mine = self._buy(("2026-03-01", 5))
        for user in (self.specialist, self.manager, self.admin, self.auditor):
            found = foreign.with_user(user).search([("partner_id", "=", self.customer.id)])
            self.assertEqual(found, mine)
            customer = self.customer.with_user(user)
            self.assertEqual(customer.care_transaction_count, 1)
            self.assertEqual(customer.care_transaction_amount, 5)
        with self.assertRaises(AccessError):
            foreign.with_user(self.manager).amount = 1
        with self.assertRaises(AccessError):
            self.env["customer.transaction"].with_user(self.manager).create(
                {"partner_id": self.customer.id, "amount": 1, "company_id": other.id}
            )

    def test_transaction_customer_of_another_company_is_refused(self):
        """A purchase and its customer belong to the same company."""
        other = self._create_company("Other", self.currency)
        hidden = self._create_customer("Hidden", company_id=other.id)
        with self.assertRaises(UserError):
            self._buy(("2026-03-01", 10), partner=hidden)

    def test_transaction_computed_fields_cannot_be_forged(self):
        """Neither values, nor defaults of a context, nor a user's defaults set what follows from others."""
        model = self.env["customer.transaction"].with_user(self.manager)
        other = self._create_customer("Moon Ltd")
        vals = {"partner_id": self.customer.id, "date": "2026-03-01", "amount": 10}
        forged = {"amount_company": 9999, "commercial_partner_id": other.id}
        bought = model.create(vals)
        for name, value in forged.items():
            with self.assertRaisesRegex(AccessError, name):
                model.create({**vals, name: value})
            with self.assertRaisesRegex(AccessError, name):
                bought.write({name: value})
        defaults = {f"default_{name}": value for name, value in forged.items()}
        sneaked = model.with_context(**defaults).create(vals)
        self.env["ir.default"].set("customer.transaction", "amount_company", 9999, user_id=self.manager.id)
        sneaked += model.create(vals)
        sneaked.invalidate_recordset()
        for one in sneaked:
            self.assertRecordValues(one, [{"amount_company": 10, "commercial_partner_id": self.customer.id}])

    def test_transaction_button_on_portal_reads_nothing(self):
        """A portal user reads none of the fields on his own record."""
        user = new_test_user(self.env, "test_care_own", groups="base.group_portal")
        for name in ("care_transaction_count", "care_transaction_amount"):
            with self.assertRaises(AccessError):
                user.partner_id.with_user(user).read([name])
        with self.assertRaises(AccessError):
            user.partner_id.with_user(user).action_care_open_transactions()

    # On screen

    def test_transaction_button_counts_the_whole_company(self):
        """Company and contacts show the same sum; the list behind it holds the same rows."""
        self._buy(("2026-03-01", 10))
        self._buy(("2026-03-01", 5), partner=self.contact)
        for partner in (self.customer, self.contact):
            partner = partner.with_user(self.specialist)
            self.assertEqual((partner.care_transaction_count, partner.care_transaction_amount), (2, 15))
            action = partner.action_care_open_transactions()
            found = self.env[action["res_model"]].with_user(self.specialist).search(action["domain"])
            self.assertEqual(sum(found.mapped("amount")), 15)

    def test_transaction_button_of_many_customers_takes_no_more_queries(self):
        """The figures of a page of customers come at once."""
        partners = self.env["res.partner"].create([{"name": f"Customer {n}"} for n in range(50)])
        counts = []
        for some in (partners[:1], partners[:1], partners):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(some.mapped("care_transaction_count"), [0] * len(some))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[2], counts[1])

    def test_transaction_button_sums_several_companies(self):
        """Sums of books in another currency are shown in the current company's, at today's rate."""
        other = self._create_company("Other", self.foreign)
        self.specialist.company_ids = [Command.link(other.id)]
        self._set_rate(self.foreign, "2020-01-01", 2.0)
        self._buy(("2026-03-01", 10), company_id=other.id)
        self._buy(("2026-03-01", 5))
        customer = self.customer.with_user(self.specialist).with_context(
            allowed_company_ids=[self.company.id, other.id]
        )
        self.assertEqual((customer.care_transaction_count, customer.care_transaction_amount), (2, 10))

    def test_transaction_form_fills_currency_and_date(self):
        """Who enters a purchase names customer and amount."""
        with Form(self.env["customer.transaction"].with_user(self.supervisor)) as form:
            form.partner_id = self.customer
            form.amount = 12
        bought = form.record
        self.assertEqual(bought.currency_id, self.currency)
        self.assertEqual(bought.date, fields.Date.context_today(bought))
        self.assertEqual(bought.display_name, f"Wind AG · {bought.date}")

    def test_transaction_source_is_the_companys_choice(self):
        """Purchases are the imported ones until somebody chooses otherwise; the setting is the company's."""
        self.assertEqual(self.company.care_purchase_source, "transaction")
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.care_purchase_source, "transaction")
        self._buy((TODAY, 3))
        self.assertEqual(self._get("amount_12m"), 3)
