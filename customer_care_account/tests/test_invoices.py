from datetime import date

from odoo import Command
from odoo.addons.customer_care.tests.metric_common import MetricCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestInvoices(MetricCommon):
    """Invoices and payments in a company with the few accounts they need."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls._create_books("Books", cls.currency)
        cls.env.user.company_ids = [Command.link(cls.company.id)]
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.delay = cls.env.ref("customer_care_account.customer_metric_payment_delay_12m")
        cls.overdue = cls.env.ref("customer_care_account.customer_metric_overdue_amount")

    @classmethod
    def _create_books(cls, name, currency):
        company = cls._create_company(name, currency)
        accounts = {
            kind: cls.env["account.account"].create(
                {
                    "name": kind,
                    "code": f"X{number}",
                    "account_type": kind,
                    "reconcile": kind in ("asset_receivable", "liability_payable"),
                    "company_ids": [Command.set(company.ids)],
                }
            )
            for number, kind in enumerate(
                ("asset_receivable", "liability_payable", "income", "asset_cash", "expense"), start=1000
            )
        }
        company.currency_exchange_journal_id = cls.env["account.journal"].create(
            {"name": "Exchange", "code": "EXC", "type": "general", "company_id": company.id}
        )
        company.income_currency_exchange_account_id = accounts["income"]
        company.expense_currency_exchange_account_id = accounts["expense"]
        cls.env["account.journal"].create(
            {
                "name": "Invoices",
                "code": "INV",
                "type": "sale",
                "company_id": company.id,
                "default_account_id": accounts["income"].id,
            }
        )
        cls.env["account.journal"].create(
            {
                "name": "Bank",
                "code": "BNK",
                "type": "general",
                "company_id": company.id,
                "default_account_id": accounts["asset_cash"].id,
            }
        )
        (cls.customer + cls.contact).with_company(company).write(
            {
                "property_account_receivable_id": accounts["asset_receivable"].id,
                "property_account_payable_id": accounts["liability_payable"].id,
            }
        )
        return company

    def _get_account(self, kind, company=None):
        company = company or self.company
        return self.env["account.account"].search(
            [("account_type", "=", kind), ("company_ids", "in", company.ids)], limit=1
        )

    def _invoice(self, day, amount, due=None, kind="out_invoice", partner=None, post=True, **vals):
        company = vals.pop("company", self.company)
        invoice = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": kind,
                    "partner_id": (partner or self.customer).id,
                    "invoice_date": day,
                    "date": day,
                    "invoice_date_due": due or day,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Machine",
                                "quantity": 1,
                                "price_unit": amount,
                                "account_id": self._get_account("income", company).id,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                    **vals,
                }
            )
        )
        if post:
            invoice.action_post()
        return invoice

    def _pay(self, invoice, day, amount=None):
        """Book a payment by a plain entry and match it with the invoice."""
        amount = amount or invoice.amount_residual
        receivable = self._get_account("asset_receivable", invoice.company_id)
        cash = self._get_account("asset_cash", invoice.company_id)
        lines = [(receivable, 0, amount), (cash, amount, 0)]
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": day,
                "journal_id": self.env["account.journal"]
                .search([("code", "=", "BNK"), ("company_id", "=", invoice.company_id.id)])
                .id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": invoice.partner_id.id,
                            "debit": debit,
                            "credit": credit,
                        }
                    )
                    for account, debit, credit in lines
                ],
            }
        )
        entry.action_post()
        both = (invoice.line_ids + entry.line_ids).filtered(lambda line: line.account_id == receivable)
        both.reconcile()

    # Purchases

    def test_invoices_count_only_when_chosen(self):
        """Nothing changes until the company chooses its invoices; imported purchases go on counting."""
        self._buy(("2026-03-01", 5), company_id=self.company.id)
        self._invoice("2026-03-02", 100)
        self.assertEqual(self._get("amount_12m"), 5)
        self.company.care_purchase_source = "invoice"
        self.assertEqual(self._get("amount_12m"), 105)
        self.assertEqual(self._get("purchases_12m"), 2)

    def test_invoices_credit_notes_are_refunds(self):
        """Invoices and receipts are purchases, credit notes refunds; drafts are nothing."""
        self.company.care_purchase_source = "invoice"
        self._invoice("2026-03-01", 1000, post=False)
        self._invoice("2026-03-01", 1000).button_cancel()
        self.assertIsNone(self._get("amount_12m"))
        self._invoice("2026-03-01", 100, partner=self.contact)
        self._invoice("2026-03-02", 20, kind="out_receipt")
        self._invoice("2026-03-03", 30, kind="out_refund")
        self._invoice("2026-04-01", 7)
        self.assertEqual(self._get("amount_12m"), 90)
        self.assertEqual(self._get("purchases_12m"), 2)
        self.assertEqual(self._get("recency_days"), 29)

    def test_invoices_in_a_currency_as_booked(self):
        """An invoice counts in the company's currency as it was booked."""
        self.company.care_purchase_source = "invoice"
        self._set_rate(self.foreign, "2026-01-01", 2.0)
        self._set_rate(self.foreign, "2026-03-01", 4.0)
        self._invoice("2026-02-01", 100, currency_id=self.foreign.id)
        self.assertEqual(self._get("amount_12m"), 50)

    def test_invoices_follow_a_contact_to_another_company(self):
        """Invoices count for the company that the contact belongs to now."""
        self.company.care_purchase_source = "invoice"
        self._invoice("2026-03-01", 100, due="2026-03-10", partner=self.contact)
        other = self._create_customer("Moon Ltd")
        self.contact.parent_id = other
        self.assertEqual(self._get("amount_12m", other), 100)
        self.assertEqual(self._get_of(self.overdue, other), 100)
        self.assertIsNone(self._get("amount_12m"))

    # Payments

    def test_invoices_payment_delay_is_the_mean_of_paid_ones(self):
        """Days from due to the last payment, early ones below zero, of those fully paid in the window."""
        self.assertIsNone(self._get_of(self.delay))
        late = self._invoice("2026-01-01", 100, due="2026-01-31")
        self._pay(late, "2026-02-05", 40)
        self.assertIsNone(self._get_of(self.delay))
        self._pay(late, "2026-02-10")
        self.assertEqual(self._get_of(self.delay), 10)
        self._pay(self._invoice("2026-01-01", 100, due="2026-01-31"), "2026-01-27")
        self.assertEqual(self._get_of(self.delay), 3)
        self.assertEqual(self._get_of(self.delay, date=date(2026, 2, 1)), -4)
        self.assertIsNone(self._get_of(self.delay, date=date(2027, 6, 1)))

    def test_invoices_taken_back_were_not_paid(self):
        """A credit note that cancels an invoice is no payment."""
        invoice = self._invoice("2026-01-01", 100, due="2026-01-31")
        refund = self._invoice("2026-02-20", 100, kind="out_refund")
        receivable = self._get_account("asset_receivable")
        (invoice + refund).line_ids.filtered(lambda line: line.account_id == receivable).reconcile()
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertIsNone(self._get_of(self.delay))
        self.assertEqual(self._get_of(self.overdue), 0)

    def test_invoices_overdue_is_what_was_open_on_the_day(self):
        """Rests of posted invoices after their due date, as they stood at the end of the day asked about."""
        self.assertEqual(self._get_of(self.overdue), 0)
        invoice = self._invoice("2026-01-01", 100, due="2026-01-31")
        self._invoice("2026-01-01", 50, due="2026-03-31")
        self._invoice("2026-01-01", 70, due="2026-01-31", post=False)
        self.assertEqual(self._get_of(self.overdue), 100)
        self.assertEqual(self._get_of(self.overdue, date=date(2026, 1, 31)), 0)
        self.assertEqual(self._get_of(self.overdue, date=date(2026, 4, 1)), 150)
        self._pay(invoice, "2026-02-10", 30)
        self.assertEqual(self._get_of(self.overdue), 70)
        self._pay(invoice, "2026-02-20")
        self.assertEqual(self._get_of(self.overdue), 0)
        self.assertEqual(self._get_of(self.overdue, date=date(2026, 2, 9)), 100)
        self.assertEqual(self._get_of(self.overdue, date=date(2026, 2, 15)), 70)

    def test_invoices_of_several_companies_in_one_currency(self):
        """Purchases are converted at the invoice's date, overdue amounts at the day asked about."""
        other = self._create_books("Abroad", self.foreign)
        self._set_rate(self.foreign, "2026-01-01", 2.0, other)
        self._set_rate(self.foreign, "2026-03-01", 4.0, other)
        (self.company + other).care_purchase_source = "invoice"
        self._invoice("2026-02-01", 100, company=other)
        self._invoice("2026-02-01", 7)
        own = {"company": self.company}
        self.assertEqual(self._get("amount_12m", **own), 7)
        self.assertEqual(self._get_of(self.overdue, company=other), 100)
        self.assertEqual(self.env.company, self.company)
        self.assertEqual(self._get("amount_12m"), 7 + 50)
        self.assertEqual(self._get_of(self.overdue), 7 + 25)
