from bisect import bisect_right
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Follow from the other fields; nobody sets them.
COMPUTED_FIELDS = ("commercial_partner_id", "amount_company", "company_currency_id")


class CustomerTransaction(models.Model):
    """A purchase (or, with an amount of zero or less, a refund) that was made outside of this database."""

    _name = "customer.transaction"
    _description = "Purchase"
    _inherit = ["customer.guard.mixin"]
    _order = "date desc, id desc"
    _rec_name = "reference"
    _rec_names_search = ["reference", "partner_id"]
    _check_company_auto = True
    _computed_fields = COMPUTED_FIELDS

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="restrict", index=True, check_company=True
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        related="partner_id.commercial_partner_id",
        string="Company of the Customer",
        store=True,
        precompute=True,
    )
    date = fields.Date(required=True, default=lambda self: self._default_date())
    amount = fields.Monetary(required=True, help="Without tax. Below zero it is a refund.", aggregator=None)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        precompute=True,
        readonly=False,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self._default_company_id()
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    amount_company = fields.Monetary(
        string="Amount in Company Currency",
        currency_field="company_currency_id",
        compute="_compute_amount_company",
        store=True,
        precompute=True,
        help="Converted at the rate of the purchase's date.",
    )
    reference = fields.Char(help="Number of the order or invoice; no two purchases of a company share one.")

    _reference_uniq = models.UniqueIndex(
        "(company_id, reference) WHERE reference IS NOT NULL",
        "There is already a purchase with this reference in the company.",
    )
    # Figures read all of a customer's rows and nothing but these columns.
    _figures_idx = models.Index("(commercial_partner_id, date) INCLUDE (amount_company, company_id)")
    _date_idx = models.Index("(date DESC, id DESC)")

    def _default_date(self):
        return fields.Date.context_today(self)

    def _default_company_id(self):
        return self.env.company

    @api.depends("partner_id", "reference", "date")
    def _compute_display_name(self):
        for transaction in self:
            parts = (transaction.partner_id.display_name, transaction.reference or transaction.date)
            transaction.display_name = " · ".join(str(part) for part in parts if part)

    @api.depends("company_id")
    def _compute_currency_id(self):
        """The company's currency; a chosen one stays."""
        for transaction in self:
            transaction.currency_id = transaction.currency_id or transaction.company_id.currency_id

    @api.depends("amount", "currency_id", "company_id", "date")
    def _compute_amount_company(self):
        """At the rate of the purchase's date; rates that change later leave it as it is."""
        factors = self._get_factors()
        for transaction in self:
            transaction.amount_company = transaction.amount * (factors[transaction][0] or 0)

    @api.constrains("currency_id", "company_id", "date")
    def _check_rate(self):
        for transaction, (factor, missing) in self._get_factors().items():
            if factor is None:
                raise ValidationError(
                    self.env._(
                        "%(currency)s has no exchange rate on or before %(date)s. Please enter one before "
                        "this purchase.",
                        currency=missing.name,
                        date=fields.Date.to_string(transaction.date),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create([self._clean(vals) for vals in vals_list])
        if not self.env.su:
            # Defaults of a client's context or of a user must not get there either.
            for name in COMPUTED_FIELDS[:2]:
                self.env.add_to_compute(self._fields[name], transactions)
        return transactions

    def write(self, vals):
        return super().write(self._clean(vals))

    def _clean(self, vals):
        if "reference" not in vals:
            return vals
        return {**vals, "reference": (vals["reference"] or "").strip() or False}

    # Rates

    def _get_factors(self):
        """Return ``{record: (factor into the company's currency, currency without a rate)}``.

        The factor is ``None`` when a rate is missing at the date. The company's own currency needs no rate
        when it has none at all: it is then what the others are measured in.
        """
        foreign = self.filtered(
            lambda one: one.date and one.currency_id and one.currency_id != one.company_id.currency_id
        )
        rates = foreign._get_rate_history() if foreign else {}
        result = {one: (1.0, self.env["res.currency"]) for one in self}
        for one in foreign:
            root, own = one.company_id.root_id, one.company_id.currency_id
            source = self._find_rate(rates, root, one.currency_id, one.date)
            target = 1.0
            if (root.id, own.id) in rates or (False, own.id) in rates:
                target = self._find_rate(rates, root, own, one.date)
            missing = (one.currency_id if not source else own) if not (source and target) else None
            result[one] = (None, missing) if missing else (target / source, self.env["res.currency"])
        return result

    def _get_rate_history(self):
        """Return ``{(company id or False, currency id): ([dates], [rates])}``, sorted by date."""
        companies = self.company_id
        rates = (
            self.env["res.currency.rate"]
            .sudo()
            .search_fetch(
                [
                    ("currency_id", "in", (self.currency_id + companies.currency_id).ids),
                    ("company_id", "in", [*companies.root_id.ids, False]),
                ],
                ["name", "rate", "company_id", "currency_id"],
                order="name",
            )
        )
        history = defaultdict(lambda: ([], []))
        for rate in rates:
            dates, values = history[rate.company_id.id, rate.currency_id.id]
            dates.append(rate.name)
            values.append(rate.rate)
        return dict(history)

    @api.model
    def _find_rate(self, history, root, currency, date):
        """Return the last rate on or before the date, of the company before a shared one; else ``None``."""
        for company_id in (root.id, False):
            dates, values = history.get((company_id, currency.id), ((), ()))
            index = bisect_right(dates, date)
            if index:
                return values[index - 1]
        return None

    @api.model
    def _get_totals(self, partners):
        """Return ``{commercial_partner_id: (count, sum in the current company's currency)}`` in one query.

        Of the rows the user may see. Sums of companies with another currency are converted at today's rate.
        """
        groups = self._read_group(
            [("commercial_partner_id", "in", partners.commercial_partner_id.ids)],
            ["commercial_partner_id", "company_id"],
            ["__count", "amount_company:sum"],
        )
        today = fields.Date.context_today(self)
        company = self.env.company
        totals = {}
        for partner, owner, count, amount in groups:
            amount = owner.currency_id._convert(amount, company.currency_id, company, today)
            before = totals.get(partner.id, (0, 0.0))
            totals[partner.id] = (before[0] + count, before[1] + amount)
        return totals
