from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools.figures import Scope

# What a provider's figures are, unless it says otherwise in ``_get_providers``.
DEFAULTS = {"unit": "number", "is_lower_better": False, "is_history": False, "empty": None}


class CustomerMetric(models.Model):
    """A figure of a customer, computed for many customers in one statement.

    To add a kind of figure, extend ``provider`` by ``selection_add``, describe it in ``_get_providers`` and
    write ``_query_<provider>(scope)``.
    """

    _name = "customer.metric"
    _description = "Customer Metric"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False, help="Short name for imports and formulas.")
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    provider = fields.Selection([], required=True, string="Figure")
    months = fields.Integer(
        help="How many months before the day of the grading count. 0 counts all time.",
    )
    unit = fields.Selection(
        [
            ("number", "Number"),
            ("days", "Days"),
            ("years", "Years"),
            ("money", "Amount of money"),
            ("percent", "Percent"),
            ("points", "Points (0-100)"),
        ],
        required=True,
        compute="_compute_from_provider",
        store=True,
        precompute=True,
        readonly=False,
    )
    is_lower_better = fields.Boolean(
        string="Lower is Better",
        compute="_compute_from_provider",
        store=True,
        precompute=True,
        readonly=False,
        help="Less is better, as with days since the last purchase.",
    )
    is_history = fields.Boolean(
        string="Needs Purchases",
        compute="_compute_from_provider",
        store=True,
        precompute=True,
        readonly=False,
        help="The figure is unknown for customers who never bought.",
    )
    description = fields.Text(string="Formula", translate=True, help="How the figure comes about.")

    _code_uniq = models.Constraint("UNIQUE(code)", "There is already a metric with this code.")
    _check_months = models.Constraint(
        "CHECK(months BETWEEN 0 AND 600)", "The months go from 0 (all time) to 600."
    )

    @api.depends("provider")
    def _compute_from_provider(self):
        providers = self._get_providers()
        for metric in self:
            facts = {**DEFAULTS, **providers.get(metric.provider, {})}
            metric.unit = facts["unit"]
            metric.is_lower_better = facts["is_lower_better"]
            metric.is_history = facts["is_history"]

    @api.constrains("provider", "months")
    def _check_window(self):
        providers = self._get_providers()
        for metric in self:
            if not metric.months and providers.get(metric.provider, {}).get("needs_months"):
                raise ValidationError(
                    self.env._(
                        "The metric %(metric)s compares two periods: please say how many months they have.",
                        metric=metric.name,
                    )
                )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        last = self.with_context(active_test=False).search([], order="id desc", limit=1)
        for number, (metric, vals) in enumerate(zip(self, vals_list, strict=True), start=last.id + 1):
            vals["name"] = self.env._("%(name)s (copy)", name=metric.name)
            vals["code"] = f"{metric.code}_{number}"
        return vals_list

    def action_open_values(self):
        """Open the list of the customers with their values of this metric, as of today."""
        self.ensure_one()
        self.check_access("read")
        title = self.env._("Values: %(metric)s", metric=self.name)
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_metric_value_action"),
            "name": title,
            "display_name": title,
            "domain": [("metric_id", "=", self.id)],
            "context": {"care_metric_id": self.id, "search_default_known": 1},
        }

    # Queries

    @api.model
    def _get_providers(self):
        """Return ``{provider: facts}``. Override to describe a provider that an addon adds.

        Facts, as they differ from DEFAULTS: ``unit``, ``is_lower_better``, ``is_history`` (unknown for who
        never bought), ``empty`` (value of a customer without any row; ``None`` is unknown), ``needs_months``.
        """
        return {}

    def _build_query(self, partners, scope):
        """Return a SELECT of ``partner_id, value_0, value_1, ...`` in the order of the metrics.

        Metrics whose provider reads the same rows share one pass over them. Pending changes are flushed.

        :param partners: SQL that selects ``id`` of commercial partners; one row for each of them
        :param scope: :class:`Scope`; it should be as narrow as ``partners``
        :return: SQL; values are double precision, NULL is unknown
        """
        self.env.flush_all()
        passes = {}
        for index, metric in enumerate(self):
            rows, value = metric._get_query(scope)
            passes.setdefault(rows, []).append((index, value))
        columns, joins = {}, []
        for number, (rows, values) in enumerate(passes.items()):
            alias = SQL.identifier(f"pass_{number}")
            sums = [
                SQL("(%s)::double precision AS %s", value, SQL.identifier(f"value_{index}"))
                for index, value in values
            ]
            joins.append(
                SQL(
                    " LEFT JOIN (SELECT partner_id, %s FROM (%s) source GROUP BY partner_id) %s"
                    " ON %s.partner_id = partner.id",
                    SQL(", ").join(sums),
                    rows,
                    alias,
                    alias,
                )
            )
            columns.update({index: self[index]._get_column(alias, index) for index, _value in values})
        names = [SQL("partner.id AS partner_id"), *(columns[index] for index in range(len(self)))]
        return SQL(
            "SELECT %s FROM (%s) partner%s",
            SQL(", ").join(names),
            partners,
            SQL("").join(joins),
        )

    def _is_available(self):
        """Return whether some addon still computes the metric (singleton)."""
        return self.provider in dict(self._fields["provider"]._description_selection(self.env))

    def _get_query(self, scope):
        """Return ``(rows, value)`` of the provider: a SELECT with ``partner_id``, an aggregate over it."""
        self.ensure_one()
        return getattr(self, f"_query_{self.provider}")(scope)

    def _get_column(self, alias, index):
        self.ensure_one()
        name = SQL.identifier(f"value_{index}")
        column = SQL("%s.%s", alias, name)
        empty = self._get_providers().get(self.provider, {}).get("empty")
        if empty is not None:
            column = SQL("COALESCE(%s, %s)", column, float(empty))
        return SQL("%s AS %s", column, name)

    def _get_values(self, partners, date=None, company=None):
        """Return ``{commercial_partner_id: {metric_id: float or None}}`` in one statement.

        Reads as superuser: rights are the caller's affair.

        :param partners: customers or contacts; their commercial partners count
        :param date: as of the end of this day, by default today at the company
        :param company: its books alone, in its currency; by default all, in the current company's currency
        """
        ids = tuple(partners.sudo().commercial_partner_id.ids)
        if not ids:
            return {}
        scope = Scope(
            date=date or (company or self.env.company)._care_get_day(),
            company_ids=tuple(company.ids) if company else (),
            currency_id=(company or self.env.company).sudo().currency_id.id,
            ids=ids,
        )
        members = SQL("SELECT id FROM res_partner WHERE id IN %s", ids)
        rows = self.env.execute_query(self.sudo()._build_query(members, scope))
        return {partner_id: dict(zip(self.ids, values, strict=True)) for partner_id, *values in rows}
