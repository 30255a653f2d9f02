from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .customer_complaint import SEVERITIES
from .customer_complaint_compensation import LARGEST_AMOUNT
from .customer_complaint_measure import MEASURE_KINDS

BASES = [("none", "No Amount"), ("fixed", "Fixed Amount"), ("percent", "Share of the Claim")]


class CustomerComplaintOffer(models.Model):
    """One row of the matrix of solutions: for whom, for what and how much was claimed, and what is proposed then.

    Of each kind of compensation the first row that fits counts, of the countermeasures all that fit.
    """

    _name = "customer.complaint.offer"
    _description = "Solution Matrix"
    _inherit = ["customer.number.mixin"]
    _order = "sequence, id"
    _rec_name = "note"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")

    # For which complaints
    grade_id = fields.Many2one(
        "customer.grade",
        string="Customer Grade",
        ondelete="cascade",
        help="Empty: for customers of all grades.",
    )
    severity = fields.Selection(SEVERITIES, help="Empty: for all severities.")
    category_ids = fields.Many2many(
        "customer.complaint.category",
        "customer_complaint_offer_category_rel",
        string="Categories",
        help="Empty: for all. Categories below the chosen ones are included.",
    )
    claim_from = fields.Float(
        string="Claim Over",
        digits=(16, 2),
        help="In the currency of the complaint's company. 0: also without a claim.",
    )
    claim_to = fields.Float(string="Claim Up To", digits=(16, 2), help="0: no upper limit.")

    # What is proposed
    kind = fields.Selection(
        selection=lambda self: self._selection_kind(), string="Compensation", help="Empty: none."
    )
    basis = fields.Selection(BASES, string="Amount is", required=True, default="none")
    amount = fields.Float(
        string="Fixed Amount", digits=(16, 2), help="In the currency of the complaint's company."
    )
    percent = fields.Float(string="Share (%)", digits=(5, 2))
    amount_limit = fields.Float(string="At Most", digits=(16, 2), help="0: no limit.")
    measure = fields.Char(string="Countermeasure", translate=True, help="Empty: none.")
    measure_kind = fields.Selection(
        MEASURE_KINDS, string="Kind of Countermeasure", required=True, default="immediate"
    )
    measure_days = fields.Integer(string="Due in Days", default=7)
    note = fields.Char(string="Why", required=True, translate=True, help="Told to who handles the complaint.")

    _claims_range = models.Constraint(
        # not a number is larger than any number
        f"CHECK(claim_from >= 0 AND claim_from < {LARGEST_AMOUNT} AND claim_to >= 0 AND claim_to < {LARGEST_AMOUNT}"
        " AND (claim_to = 0 OR claim_from < claim_to))",
        "The upper limit of the claim must lie above the lower limit.",
    )
    _amounts_range = models.Constraint(
        f"CHECK(amount >= 0 AND amount < {LARGEST_AMOUNT} AND amount_limit >= 0 AND amount_limit < {LARGEST_AMOUNT}"
        " AND percent >= 0 AND percent <= 1000)",
        "An amount, limit or share of the matrix of solutions is out of range.",
    )
    _days_range = models.Constraint(
        "CHECK(measure_days BETWEEN 0 AND 3660)", "A countermeasure is due in 0 to 3,660 days."
    )

    @api.model
    def _selection_kind(self):
        return self.env["customer.complaint.compensation"]._fields["kind"]._description_selection(self.env)

    @api.constrains("kind", "measure")
    def _check_proposes(self):
        for offer in self:
            if not (offer.kind or (offer.measure or "").strip()):
                raise ValidationError(self.env._("Choose a compensation or write a countermeasure."))

    # What fits

    @api.model
    def _find(self, complaint, claim):
        """Return the rows that count for a complaint (singleton, superuser).

        :param claim: what the customer claims, in the currency of the company; 0 without a claim
        """
        ids = [int(key) for key in (complaint.category_id.parent_path or "").split("/") if key]
        grade = complaint.partner_id.commercial_partner_id.care_grade_id
        rows = self.search(
            Domain("company_id", "in", [complaint.company_id.id, False])
            & Domain("grade_id", "in", [grade.id, False])
            & Domain("severity", "in", [complaint.severity, False])
            & (Domain("category_ids", "=", False) | Domain("category_ids", "in", ids))
        )
        rows = rows.filtered(lambda row: row._is_claim_covered(claim, complaint.company_id.currency_id))
        kinds, counted = set(), self.browse()
        for row in rows:
            if row.measure or row.kind not in kinds:
                counted |= row
            kinds.add(row.kind)
        return counted

    def _is_claim_covered(self, claim, currency):
        if self.claim_from and currency.compare_amounts(claim, self.claim_from) <= 0:
            return False
        return not (self.claim_to and currency.compare_amounts(claim, self.claim_to) > 0)

    def _get_amount(self, claim, currency):
        """Return the proposed amount (singleton) for a claim, rounded."""
        amount = {"fixed": self.amount, "percent": claim * self.percent / 100}.get(self.basis, 0.0)
        if self.amount_limit:
            amount = min(amount, self.amount_limit)
        return currency.round(amount)

    def _say_condition(self, currency):
        """Return for which complaints the row (singleton) is, in words of the reader's language."""
        parts = [self.grade_id.display_name]
        parts.append(dict(self._fields["severity"]._description_selection(self.env)).get(self.severity))
        parts.extend(self.category_ids.mapped("name"))
        if self.claim_from:
            parts.append(self.env._("claim over %(amount)s", amount=currency.format(self.claim_from)))
        if self.claim_to:
            parts.append(self.env._("claim up to %(amount)s", amount=currency.format(self.claim_to)))
        return ", ".join(filter(None, parts)) or self.env._("all complaints")

    def _say_amount(self, claim, currency):
        """Return how the amount (singleton) comes about, in words."""
        amount = currency.format(self._get_amount(claim, currency))
        if self.basis == "none":
            return ""
        if self.basis == "fixed":
            return amount
        values = {"percent": f"{self.percent:g}", "claim": currency.format(claim), "amount": amount}
        if self.amount_limit and claim * self.percent / 100 > self.amount_limit:
            limit = currency.format(self.amount_limit)
            return self.env._("%(percent)s %% of %(claim)s, at most %(limit)s", limit=limit, **values)
        return self.env._("%(percent)s %% of %(claim)s = %(amount)s", **values)
