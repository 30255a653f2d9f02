import psycopg2
from markupsafe import Markup
from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, mute_logger

from ..tools import grading
from ..tools.figures import Scope

# How many customers are looked at for values of a metric.
SAMPLE = 1000
FILTER_ERRORS = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    psycopg2.DataError,
    psycopg2.ProgrammingError,
)


class CustomerGradingScheme(models.Model):
    """What is wrong with a scheme, or can never match."""

    _inherit = "customer.grading.scheme"

    @api.depends("criterion_ids", "threshold_ids", "scope", "weight_total", "is_changed")
    @api.depends_context("lang")
    def _compute_check_html(self):
        for scheme in self:
            findings = scheme._check_rules()
            scheme.check_html = Markup().join(
                Markup("<div class='text-%s'>%s</div>") % (level, text) for level, text in findings
            )

    def _check_configuration(self):
        """Return what is wrong with the working copy (singleton): pairs of level and sentence.

        :return: list of (``danger`` or ``warning``, text); with ``danger`` the scheme cannot be activated
        """
        self.ensure_one()
        findings = self._check_rules()
        if not any(level == "danger" for level, _text in findings):
            findings += self._check_customers()
        return findings

    def _raise_problems(self):
        """:raises UserError: naming all problems of the working copy (singleton)"""
        problems = [text for level, text in self._check_configuration() if level == "danger"]
        if problems:
            raise UserError(
                "\n".join([self.env._("%(scheme)s cannot be used yet:", scheme=self.name), *problems])
            )

    @api.model
    def _get_worst_level(self, findings):
        return min((level for level, _text in findings), default="success")

    def _get_scope_error(self):
        """Return why the filter of the scheme (singleton) cannot be used, or nothing."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint(flush=False), mute_logger("odoo.sql_db"):
                self.env["res.partner"].sudo().search(
                    self._get_scope_domain(self.scope, self.company_id.id), limit=1
                )
        except FILTER_ERRORS as error:
            return self.env._(
                "The filter of the scheme %(scheme)s cannot be used: %(error)s",
                scheme=self.name,
                error=str(error),
            )
        return None

    # --- Rules alone ---

    def _check_rules(self):
        findings = []
        if not self.criterion_ids:
            findings.append(("danger", self.env._("There are no criteria.")))
        elif abs(self.weight_total - 100) > 0.005:
            findings.append(
                ("danger", self.env._("The weights make %(total)g, not 100.", total=self.weight_total))
            )
        error = self._get_scope_error()
        if error:
            findings.append(("danger", error))
        for criterion in self.criterion_ids:
            findings += self._check_criterion(criterion)
        findings += self._check_thresholds()
        if not any(level == "danger" for level, _text in findings):
            findings += self._check_reach()
        return findings

    def _check_criterion(self, criterion):
        name = criterion.metric_id.name
        if not criterion.metric_id._is_available():
            yield "danger", self.env._("The metric %(metric)s is not available any more.", metric=name)
        if not criterion.metric_id.active:
            yield "warning", self.env._("%(metric)s: the metric is archived.", metric=name)
        if criterion.method == "linear" and criterion.low == criterion.high:
            yield "danger", self.env._("%(metric)s: 0 and 100 points are at the same value.", metric=name)
        if criterion.method != "bands":
            return
        starts = criterion.band_ids.mapped("from_value")
        points = [band.points for band in criterion.band_ids.sorted("from_value")]
        if not starts:
            yield "danger", self.env._("%(metric)s: there are no bands.", metric=name)
            return
        if len(set(starts)) < len(starts):
            yield "danger", self.env._("%(metric)s: two bands begin at the same value.", metric=name)
        if min(starts) > 0:
            yield (
                "warning",
                self.env._(
                    "%(metric)s: values under %(start)g are in no band and get 0 points.",
                    metric=name,
                    start=min(starts),
                ),
            )
        wrong = sorted(points, reverse=criterion.metric_id.is_lower_better) != points
        if wrong:
            yield "warning", self.env._("%(metric)s: a better value gets fewer points.", metric=name)
        if len(set(points)) < 2 and (len(points) > 1 or min(starts) <= 0):
            yield "warning", self.env._("%(metric)s: all bands give the same points.", metric=name)

    def _check_thresholds(self):
        rows = self.threshold_ids.sorted(lambda row: (row.grade_id.sequence, row.grade_id.id))
        if not rows:
            return [("danger", self.env._("There are no thresholds."))]
        findings = []
        scores = [round(row.min_score, 2) for row in rows]
        if len(set(rows.grade_id.ids)) < len(rows):
            findings.append(("danger", self.env._("A grade has two thresholds.")))
        if any(better <= worse for better, worse in zip(scores, scores[1:], strict=False)):
            findings.append(
                (
                    "danger",
                    self.env._("The thresholds are out of order: a better grade needs a higher score."),
                )
            )
        if min(scores) > 0:
            findings.append(
                (
                    "danger",
                    self.env._("The lowest grade must begin at 0, else some customers would have none."),
                )
            )
        archived = rows.grade_id.filtered(lambda grade: not grade.active)
        if archived:
            findings.append(
                (
                    "danger",
                    self.env._(
                        "Archived grades cannot be given: %(grades)s",
                        grades=", ".join(archived.mapped("name")),
                    ),
                )
            )
        return findings

    def _check_reach(self):
        """Grades above the highest score, or below the lowest one, are never given."""
        spec = self._get_spec()
        low = high = 0.0
        for criterion in spec["criteria"]:
            least, most = grading.get_limits(criterion)
            if criterion["missing"] != "leave_out":
                missing = grading.get_missing_points(criterion)
                least, most = min(least, missing), max(most, missing)
            low += least * criterion["weight"] / 100
            high += most * criterion["weight"] / 100
        rows = spec["thresholds"]
        for index, row in enumerate(rows):
            upper = rows[index - 1]["min"] if index else 101
            if row["min"] > high + 0.005:
                yield (
                    "warning",
                    self.env._(
                        "Grade %(grade)s can never be reached: it begins at %(min)g, the highest score is %(max).2f.",
                        grade=row["code"], min=row["min"], max=high,
                    ),
                )  # fmt: skip
            elif upper <= low:
                yield (
                    "warning",
                    self.env._(
                        "Grade %(grade)s can never be given: the lowest score is %(low).2f.",
                        grade=row["code"],
                        low=low,
                    ),
                )

    # --- With the customers ---

    def _check_customers(self):
        scopes = self._get_scopes()
        try:
            query = self._get_customer_query(scopes)
        except FILTER_ERRORS as error:
            # Its own filter was looked at before.
            text = self.env._(
                "The filter of a scheme before this one cannot be used: %(error)s", error=str(error)
            )
            return [("danger", text)]
        query.limit = SAMPLE
        ids = tuple(row[0] for row in self.env.execute_query(query.select()))
        if not ids:
            alone = self._get_customer_query({**scopes, "excluded": []})
            alone.limit = 1
            if self.env.execute_query(alone.select()):
                return [
                    (
                        "warning",
                        self.env._(
                            "All customers of this scheme belong to schemes before it: nobody is graded."
                        ),
                    )
                ]
            return [("warning", self.env._("No customer matches the filter: nobody is graded."))]
        metrics = self.criterion_ids.metric_id.sudo()
        scope = Scope(
            date=self._get_day(),
            company_ids=tuple(self.company_id.ids),
            currency_id=self.currency_id.id,
            ids=ids,
        )
        figures = metrics._build_query(SQL("SELECT id FROM res_partner WHERE id IN %s", ids), scope)
        counts = SQL(", ").join(SQL("COUNT(%s)", SQL.identifier(f"value_{n}")) for n in range(len(metrics)))
        [known] = self.env.execute_query(SQL("SELECT %s FROM (%s) figure", counts, figures))
        return [
            (
                "warning",
                self.env._(
                    "%(metric)s: none of %(count)s customers looked at has a value.",
                    metric=metric.name,
                    count=len(ids),
                ),
            )
            for metric, count in zip(metrics, known, strict=True)
            if not count
        ]
