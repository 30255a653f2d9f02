from datetime import date, datetime

from odoo import Command
from odoo.addons.customer_care.tests.metric_common import MetricCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestPurchaseSource(MetricCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create(
            {"name": "Machine", "list_price": 100, "taxes_id": False}
        )

    def _order(self, day, amount, partner=None, confirm=True, company=None, currency=None, **vals):
        company = company or self.company
        vals = {
            "partner_id": (partner or self.customer).id,
            "company_id": company.id,
            "order_line": [
                Command.create(
                    {
                        "product_id": self.product.id,
                        "product_uom_qty": 1,
                        "price_unit": amount,
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
            **vals,
        }
        if currency:
            vals["pricelist_id"] = (
                self.env["product.pricelist"]
                .create({"name": "Abroad", "currency_id": currency.id, "company_id": company.id})
                .id
            )
        order = self.env["sale.order"].with_company(company).create(vals)
        if confirm:
            order.action_confirm()
        order.date_order = day
        return order

    def test_source_orders_count_only_when_chosen(self):
        """Nothing changes until the company chooses its orders; imported purchases go on counting."""
        self._buy(("2026-03-01", 5))
        self._order(datetime(2026, 3, 2, 12), 100)
        self.assertEqual(self._get("amount_12m"), 5)
        self.company.care_purchase_source = "sale"
        self.assertEqual(self._get("amount_12m"), 105)
        self.assertEqual(self._get("purchases_12m"), 2)
        self.assertEqual(self._get("highest_purchase"), 100)
        self.company.care_purchase_source = "transaction"
        self.assertEqual(self._get("amount_12m"), 5)

    def test_source_only_confirmed_orders_count(self):
        """Quotations and cancelled orders are no purchases; orders of a contact are the company's."""
        self.company.care_purchase_source = "sale"
        self._order(datetime(2026, 3, 2, 12), 1, confirm=False)
        self._order(datetime(2026, 3, 2, 12), 2)._action_cancel()
        self.assertIsNone(self._get("amount_12m"))
        self._order(datetime(2026, 3, 2, 12), 4, partner=self.contact)
        self.assertEqual(self._get("amount_12m"), 4)

    def test_source_day_of_an_order_is_that_of_its_company(self):
        """The last second of a day at the company still belongs to it, whoever looks."""
        self.company.care_purchase_source = "sale"
        self.company.partner_id.tz = "Asia/Shanghai"
        self._order(datetime(2026, 3, 31, 15, 59, 59), 4)
        self._order(datetime(2026, 3, 31, 16), 8)
        self.env.user.tz = "America/New_York"
        self.assertEqual(self._get("amount_12m"), 4)
        self.assertEqual(self._get("recency_days"), 0)

    def test_source_order_in_a_currency_at_its_own_rate(self):
        """An order counts in the company's currency at the rate that it carries."""
        self.company.care_purchase_source = "sale"
        self._set_rate(self.foreign, "2026-01-01", 2.0)
        self._set_rate(self.foreign, "2026-03-01", 4.0)
        order = self._order(datetime(2026, 2, 1, 12), 100, currency=self.foreign)
        self.assertEqual(order.currency_id, self.foreign)
        self.assertEqual(order.currency_rate, 2)
        self.assertEqual(self._get("amount_12m"), 50)

    def test_source_each_company_has_its_own(self):
        """Only the orders of the companies that chose them count, converted where the books differ."""
        other = self._create_company("Other", self.foreign)
        self._set_rate(self.foreign, "2025-01-01", 2.0)
        self._set_rate(self.foreign, "2025-01-01", 2.0, other)
        self._order(datetime(2026, 3, 2, 12), 100)
        self._order(datetime(2026, 3, 2, 12), 10, company=other)
        other.care_purchase_source = "sale"
        self.assertEqual(self._get("amount_12m"), 5)
        self.assertEqual(self._get("amount_12m", company=other), 10)
        self.assertIsNone(self._get("amount_12m", company=self.company))
        self.company.care_purchase_source = "sale"
        self.assertEqual(self._get("amount_12m"), 105)

    def test_source_follows_a_contact_to_another_company(self):
        """Orders count for the company that the contact belongs to now."""
        self.company.care_purchase_source = "sale"
        self._order(datetime(2026, 3, 2, 12), 4, partner=self.contact)
        other = self._create_customer("Moon Ltd")
        self.contact.parent_id = other
        self.assertEqual(self._get("amount_12m", other), 4)
        self.assertIsNone(self._get("amount_12m", date=date(2026, 3, 31)))
