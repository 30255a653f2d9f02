import json
from ast import literal_eval

from markupsafe import Markup
from odoo import api, models
from odoo.fields import Command, Domain

COPIED = ("weight", "method", "classes", "scale", "low", "high", "missing", "missing_points")
METRIC_COPIED = ("provider", "months", "unit", "is_lower_better", "is_history", "code")


class CustomerGradingScheme(models.Model):
    """How a scheme is written down as the text of a version, and read from it."""

    _inherit = "customer.grading.scheme"

    def _get_spec(self):
        """Return the working copy (singleton) as plain JSON: what a version keeps. See ``tools.grading``."""
        self.ensure_one()
        scheme = self.sudo()
        return {
            "name": scheme._get_names(),
            "scope": scheme.scope or "[]",
            "company_id": scheme.company_id.id,
            "currency_id": scheme.currency_id.id,
            "review_months": scheme.review_months,
            "criteria": [
                scheme._prepare_criterion_spec(criterion)
                for criterion in scheme.criterion_ids.sorted(lambda row: (row.sequence, row.metric_id.id))
            ],
            "thresholds": [
                {
                    "grade_id": row.grade_id.id,
                    "code": row.grade_id.code,
                    "name": scheme._get_names(row.grade_id),
                    "min": round(row.min_score, 2),
                }
                for row in scheme.threshold_ids.sorted(lambda row: (-row.min_score, row.grade_id.id))
            ],
        }

    @api.model
    def _prepare_criterion_spec(self, criterion):
        metric = criterion.metric_id
        return {
            **{name: criterion[name] for name in COPIED},
            **{name: metric[name] for name in METRIC_COPIED},
            "weight": round(criterion.weight, 2),
            "metric_id": metric._origin.id,
            "name": self._get_names(metric),
            "bands": [[band.from_value, band.points] for band in criterion.band_ids.sorted("from_value")]
            if criterion.method == "bands"
            else [],
        }

    def _get_names(self, record=None):
        """Return ``{language: name}`` of the record (by default the scheme) in all installed languages."""
        record = self if record is None else record
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        return {code: record.with_context(lang=code).name for code in langs}

    @api.model
    def _get_spec_name(self, names):
        """Return the name in the reader's language, of what ``_get_names`` returned."""
        return names.get(self.env.lang) or names.get("en_US") or next(iter(names.values()), "")

    @api.model
    def _get_criterion_name(self, row):
        """Return the name of a criterion of a spec, in the reader's language.

        A translation that came after the rules were written down is taken from the metric, unless it was renamed.
        """
        names, source = row["name"], row["name"].get("en_US")
        if self.env.lang == "en_US" or names.get(self.env.lang, source) != source:
            return self._get_spec_name(names)
        metric = (
            self.env["customer.metric"].sudo().with_context(lang="en_US").browse(row["metric_id"]).exists()
        )
        if metric.name != source:
            return self._get_spec_name(names)
        return metric.with_context(lang=self.env.lang).name

    @api.model
    def _is_same_spec(self, one, other):
        """Return whether two specs grade alike: translations and names aside."""

        def strip(value):
            if isinstance(value, dict):
                return {key: strip(part) for key, part in value.items() if key != "name"}
            return [strip(part) for part in value] if isinstance(value, list | tuple) else value

        return json.dumps(strip(one), sort_keys=True) == json.dumps(strip(other), sort_keys=True)

    @api.model
    def _activate_shipped(self):
        """Put the shipped schemes in force: called once by the data of the addon."""
        for name in ("company", "person"):
            scheme = self.env.ref(f"customer_care.customer_grading_scheme_{name}", raise_if_not_found=False)
            if scheme and not scheme.version_id:
                scheme.action_activate()

    def _restore_spec(self, spec):
        self.ensure_one()
        metrics = self.env["customer.metric"].with_context(active_test=False)
        self.write(
            {
                **{name: spec[name] for name in ("scope", "company_id", "currency_id", "review_months")},
                "criterion_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                **{name: row[name] for name in COPIED},
                                "metric_id": row["metric_id"],
                                "sequence": number,
                                "band_ids": [
                                    Command.create({"from_value": start, "points": points})
                                    for start, points in row["bands"]
                                ],
                            }
                        )
                        for number, row in enumerate(spec["criteria"], start=1)
                        if metrics.browse(row["metric_id"]).exists()
                    ),
                ],
                "threshold_ids": [
                    Command.clear(),
                    *(
                        Command.create({"grade_id": row["grade_id"], "min_score": row["min"]})
                        for row in spec["thresholds"]
                    ),
                ],
            }
        )

    @api.model
    def _get_scope_domain(self, scope, company_id):
        """Return the filter of a scheme as a :class:`Domain`.

        :raises ValueError: when it is no list of fixed conditions
        """
        try:
            conditions = literal_eval((scope or "").strip() or "[]")
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            raise ValueError(self.env._("it is not a list of conditions with fixed values")) from error
        if not isinstance(conditions, list):
            raise ValueError(self.env._("it is not a list of conditions with fixed values"))
        domain = Domain(conditions)
        return domain & Domain("company_id", "in", [False, company_id]) if company_id else domain

    @api.model
    def _get_spec_html(self, spec):
        """Return the rules of a version as a table in the reader's language."""
        methods = dict(
            self.env["customer.grading.criterion"]._fields["method"]._description_selection(self.env)
        )
        rows = [
            Markup("<tr><td>%s</td><td class='text-end'>%g %%</td><td>%s</td><td>%s</td></tr>")
            % (
                self._get_criterion_name(row),
                row["weight"],
                methods[row["method"]],
                self._get_mapping_words(row),
            )
            for row in spec.get("criteria", ())
        ]
        grades = ", ".join(f"{row['code']} ≥ {row['min']:g}" for row in spec.get("thresholds", ()))
        return Markup(
            "<table class='table table-sm'><tbody>%s</tbody></table><p>%s</p><p class='text-muted'>%s</p>"
        ) % (
            Markup().join(rows),
            grades,
            self.env._("Customers: %(filter)s", filter=spec.get("scope") or "[]"),
        )

    @api.model
    def _get_mapping_words(self, row):
        if row["method"] == "bands":
            return ", ".join(f"≥ {start:g}: {points:g}" for start, points in row["bands"])
        if row["method"] == "quantile":
            return self.env._("%(count)s classes, the best gets 100 points", count=row["classes"])
        return self.env._("%(low)g: 0 points, %(high)g: 100 points", low=row["low"], high=row["high"])
