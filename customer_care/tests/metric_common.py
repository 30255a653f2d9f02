from datetime import date

from .common import CareCommon

TODAY = date(2026, 3, 31)


class MetricCommon(CareCommon):
    """Purchases and metrics; each test names the day it looks from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.currency = cls.company.currency_id
        cls.foreign = cls.env["res.currency"].create({"name": "XTA", "symbol": "x"})

    @classmethod
    def _buy(cls, *rows, partner=None, **vals):
        """Create purchases of the customer from ``(date, amount)`` pairs."""
        partner = partner or cls.customer
        return cls.env["customer.transaction"].create(
            [{"partner_id": partner.id, "date": day, "amount": amount, **vals} for day, amount in rows]
        )

    @classmethod
    def _set_rate(cls, currency, day, rate, company=None):
        return cls.env["res.currency.rate"].create(
            {
                "name": day,
                "rate": rate,
                "currency_id": currency.id,
                "company_id": (company or cls.company).id,
            }
        )

    @classmethod
    def _create_company(cls, name, currency):
        return cls.env["res.company"].create({"name": name, "currency_id": currency.id})

    @classmethod
    def _create_metric(cls, provider, months=0, **vals):
        vals = {"name": f"{provider} {months}", "code": f"test_{provider}_{months}", **vals}
        return cls.env["customer.metric"].create({"provider": provider, "months": months, **vals})

    def _get(self, code, partner=None, **kwargs):
        """Return the value of a shipped metric, as of TODAY unless told otherwise."""
        metric = self.env.ref(f"customer_care.customer_metric_{code}")
        return self._get_of(metric, partner, **kwargs)

    def _get_of(self, metric, partner=None, **kwargs):
        partner = (partner or self.customer).commercial_partner_id
        kwargs.setdefault("date", TODAY)
        return metric._get_values(partner, **kwargs)[partner.id][metric.id]
