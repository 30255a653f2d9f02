from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

READERS = "customer_care.group_care_user,customer_care.group_care_auditor"
CODE_ONLY_FIELDS = ("care_potential_score", "care_assessment_score", "care_next_birthday", "care_lunar_key")
# {field: external id of the metric}; the last two are days ago.
DEALINGS = {
    "care_highest_purchase": "customer_care.customer_metric_highest_purchase",
    "care_monthly_purchase": "customer_care.customer_metric_monthly_purchase_12m",
    "care_first_purchase_date": "customer_care.customer_metric_first_purchase_days",
    "care_last_purchase_date": "customer_care.customer_metric_recency_days",
}


class ResPartner(models.Model):
    _inherit = "res.partner"

    care_nature = fields.Selection(
        [("company", "Company"), ("individual", "Individual"), ("government", "Government or public body")],
        string="Nature",
        groups="base.group_user",
    )
    care_source_id = fields.Many2one(
        "customer.source",
        string="Source",
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
    )
    care_source_is_referral = fields.Boolean(related="care_source_id.is_referral", groups="base.group_user")
    care_referrer_id = fields.Many2one(
        "res.partner",
        string="Referrer",
        index="btree_not_null",
        groups="base.group_user",
        help="Who recommended us to this customer.",
    )
    care_main_business = fields.Char(string="Main Business", groups="base.group_user")
    care_staff_count = fields.Integer(string="Staff", groups="base.group_user", aggregator=None)
    care_operating_condition = fields.Selection(
        [
            ("expanding", "Expanding"),
            ("stable", "Stable"),
            ("shrinking", "Shrinking"),
            ("distressed", "In distress"),
        ],
        string="Operating Condition",
        groups="base.group_user",
    )

    care_payer_id = fields.Many2one(
        "res.partner",
        string="Person who Pays",
        index="btree_not_null",
        groups="base.group_user",
        domain="[('id', 'child_of', id), ('is_company', '=', False)]",
    )
    care_payment_attitude = fields.Selection(
        [
            ("early", "Pays before due"),
            ("prompt", "Pays when due"),
            ("reminded", "Pays after a reminder"),
            ("slow", "Pays late"),
            ("disputes", "Often disputes invoices"),
        ],
        string="Payment Attitude",
        groups="base.group_user",
    )
    care_payment_means = fields.Selection(
        [
            ("transfer", "Bank transfer"),
            ("cheque", "Cheque"),
            ("cash", "Cash"),
            ("card", "Card"),
            ("mobile", "Mobile payment"),
            ("bill", "Bill of exchange"),
        ],
        string="Means of Payment",
        groups="base.group_user",
    )

    care_preferred_channel_id = fields.Many2one(
        "customer.contact.channel",
        string="Preferred Channel",
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
    )
    care_preferred_time = fields.Selection(
        [
            ("morning", "Morning"),
            ("noon", "Around noon"),
            ("afternoon", "Afternoon"),
            ("evening", "Evening"),
            ("weekend", "Weekend"),
        ],
        string="Preferred Time",
        groups="base.group_user",
    )
    care_preferred_frequency = fields.Selection(
        [
            ("weekly", "Weekly"),
            ("monthly", "Monthly"),
            ("quarterly", "Quarterly"),
            ("half_yearly", "Twice a year"),
            ("yearly", "Yearly"),
            ("asked", "Only when asked"),
        ],
        string="Preferred Frequency",
        groups="base.group_user",
    )

    care_potential = fields.Selection(
        [("0", "None"), ("1", "Low"), ("2", "Medium"), ("3", "High"), ("4", "Very high")],
        string="Potential",
        groups="base.group_user",
    )
    care_potential_score = fields.Float(
        readonly=True,
        copy=False,
        aggregator="avg",
        groups="base.group_user",
        help="The potential from 0 (none) to 100 (very high).",
    )
    care_assessment_score = fields.Float(
        string="Assessment",
        readonly=True,
        copy=False,
        aggregator="avg",
        groups="base.group_user",
        help="Score (0-100) of the newest confirmed assessment.",
    )

    care_highest_purchase = fields.Monetary(
        string="Highest Purchase",
        currency_field="care_currency_id",
        compute="_compute_care_dealings",
        groups=READERS,
    )
    care_monthly_purchase = fields.Monetary(
        string="Average Monthly Purchase",
        currency_field="care_currency_id",
        compute="_compute_care_dealings",
        groups=READERS,
        help="Average of the last 12 months.",
    )
    care_first_purchase_date = fields.Date(
        string="First Purchase", compute="_compute_care_dealings", groups=READERS
    )
    care_last_purchase_date = fields.Date(
        string="Last Purchase", compute="_compute_care_dealings", groups=READERS
    )
    care_currency_id = fields.Many2one("res.currency", compute="_compute_care_dealings", groups=READERS)

    _care_staff_positive = models.Constraint(
        "CHECK(care_staff_count >= 0)", "The number of staff cannot be negative."
    )

    @api.depends_context("company")
    def _compute_care_dealings(self):
        """Ask the metrics, in one pass for all customers; nothing of it is stored."""
        today = fields.Date.context_today(self)
        # From the cache of external ids, without a query; a metric that was deleted has none.
        find = self.env["ir.model.data"]._xmlid_to_res_id
        metrics = {name: find(xmlid, raise_if_not_found=False) for name, xmlid in DEALINGS.items()}
        known = self.env["customer.metric"].sudo().browse(filter(None, metrics.values()))
        values = known._get_values(self, today, self.env.company) if known else {}
        for partner in self:
            figures = values.get(partner.commercial_partner_id.id, {})
            for name, metric_id in metrics.items():
                figure = figures.get(metric_id)
                if name.endswith("_date"):
                    figure = figure is not None and today - timedelta(days=int(figure))
                partner[name] = figure
            partner.care_currency_id = self.env.company.currency_id

    @api.constrains("care_referrer_id", "care_payer_id")
    def _check_care_referrer(self):
        for partner in self:
            if partner.care_referrer_id and partner.care_referrer_id == partner:
                raise ValidationError(self.env._("%(name)s cannot be the own referrer.", name=partner.name))

    @api.model_create_multi
    def create(self, vals_list):
        self._check_care_code_only(name for vals in vals_list for name in vals)
        hidden = {f"default_{name}" for name in CODE_ONLY_FIELDS}
        if hidden.intersection(self.env.context):
            context = {key: value for key, value in self.env.context.items() if key not in hidden}
            self = self.with_context(context)  # pylint: disable=context-overridden
        partners = super().create(vals_list)
        # Only what a user gave: the fields of the many contacts without it stay unread.
        rated = [
            partner.id
            for partner, vals in zip(partners, vals_list, strict=True)
            if vals.get("care_potential")
        ]
        if rated or "default_care_potential" in self.env.context:
            partners._care_store_potential()
        return partners

    def write(self, vals):
        self._check_care_code_only(vals)
        result = super().write(vals)
        if "care_potential" in vals:
            self._care_store_potential()
        return result

    def _check_care_code_only(self, names):
        """:raises AccessError: when a user names a field that only the program sets"""
        guarded = sorted(set(names).intersection(CODE_ONLY_FIELDS))
        if guarded and not self.env.su:
            raise AccessError(
                self.env._("These fields are set by the program alone: %(fields)s", fields=", ".join(guarded))
            )

    def _care_store_potential(self):
        self._care_store_scores(
            "care_potential_score",
            {
                partner.id: int(partner.care_potential) * 25.0 if partner.care_potential else None
                for partner in self.sudo()
            },
        )

    def _care_refresh_assessment_score(self):
        """Give each customer the score of the newest confirmed assessment, or none."""
        Assessment = self.env["customer.assessment"].sudo()
        Assessment.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (partner_id) partner_id, score FROM customer_assessment
                 WHERE partner_id = ANY(%s) AND state = 'confirmed'
                 ORDER BY partner_id, date DESC, id DESC
                """,
                self.ids,
            )
        )
        self._care_store_scores("care_assessment_score", {**dict.fromkeys(self.ids), **dict(rows)})

    def _care_store_scores(self, name, scores):
        """Write a figure that may be unknown: NULL in the table, which the ORM would make 0.

        :param scores: ``{partner_id: figure or None}``
        """
        if not scores:
            return
        self.env["res.partner"].flush_model([name])
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET %s = given.score FROM (VALUES %s) given (id, score)"
                " WHERE res_partner.id = given.id",
                SQL.identifier(name),
                SQL(", ").join(SQL("(%s, %s::float8)", key, value) for key, value in scores.items()),
            )
        )
        self.browse(scores).invalidate_recordset([name])
