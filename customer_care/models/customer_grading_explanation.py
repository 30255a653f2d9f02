from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ..tools import grading

BAR = Markup(
    "<div class='progress' style='height: 0.6rem; min-width: 6rem' role='img' aria-label='%(points).0f / 100'>"
    "<div class='progress-bar %(color)s' style='width: %(points).1f%%'></div></div>"
)


class CustomerGradingResult(models.Model):
    """Why a customer got this grade, and what is missing to the next one."""

    _inherit = "customer.grading.result"

    breakdown = fields.Json(
        compute="_compute_breakdown",
        help="For each criterion: metric, value, unit, points, weight, contribution, and what would bring more.",
    )
    breakdown_html = fields.Html(string="Why This Grade", compute="_compute_breakdown_html", sanitize=False)
    gap = fields.Float(string="Missing to the Next Grade", compute="_compute_breakdown", digits=(5, 2))
    next_grade_id = fields.Many2one("customer.grade", compute="_compute_breakdown")

    @api.depends("run_id", "score")
    @api.depends_context("lang")
    def _compute_breakdown(self):
        values = self._get_metric_values()
        for result in self:
            run = result.sudo().run_id
            figures = values.get(result.id)
            if not run.spec or not figures:
                result.breakdown = []
                result.gap = 0.0
                result.next_grade_id = False
                continue
            explanation = grading.explain(run.spec, figures, run.borders or [])
            result.gap = explanation["gap"] or 0.0
            result.next_grade_id = (
                self.env["customer.grade"].browse(explanation["next_grade_id"] or ()).exists()
            )
            result.breakdown = [
                self._prepare_breakdown_row(criterion, row)
                for criterion, row in zip(run.spec["criteria"], explanation["criteria"], strict=True)
            ]

    @api.depends("breakdown", "reason", "state")
    @api.depends_context("lang")
    def _compute_breakdown_html(self):
        for result in self:
            if not result.breakdown:
                result.breakdown_html = Markup("<p>%s</p>") % (
                    result.reason or self.env._("This grade was given by hand.")
                )
                continue
            rows = Markup().join(result._get_row_html(row) for row in result.breakdown)
            heads = (
                self.env._("Criterion"), self.env._("Value"), "", self.env._("Points"),
                self.env._("Weight"), self.env._("Counts"),
            )  # fmt: skip
            head = Markup().join(
                Markup("<th class='%s'>%s</th>") % ("text-end" if number in (1, 3, 4, 5) else "", text)
                for number, text in enumerate(heads)
            )
            total = Markup("<tr class='fw-bold'><td colspan='5'>%s</td><td class='text-end'>%s</td></tr>") % (
                self.env._("Score"),
                "-" if not result.grade_id else formatLang(self.env, result.score, digits=2),
            )
            result.breakdown_html = Markup(
                "<table class='table table-sm o_care_breakdown'><thead><tr>%s</tr></thead><tbody>%s%s</tbody></table>%s"
            ) % (head, rows, total, result._get_gap_html())

    def _get_metric_values(self):
        """Return ``{result id: list of figures}``, in the order of the criteria."""
        if not self.ids:
            return {}
        self.flush_recordset()
        return dict(
            self.env.execute_query(
                SQL("SELECT id, metric_values FROM customer_grading_result WHERE id IN %s", tuple(self.ids))
            )
        )

    @api.model
    def _prepare_breakdown_row(self, criterion, row):
        """Return a criterion's row of the breakdown: plain JSON."""
        return {
            "criterion": self.env["customer.grading.scheme"]._get_criterion_name(criterion),
            "metric": criterion["code"],
            "value": row["value"],
            "unit": criterion["unit"],
            "points": row["points"],
            "weight": row["weight"],
            "contribution": row["contribution"],
            "missing": criterion["missing"] if row["value"] is None else False,
            "next": {"value": row["to_value"], "score": row["to_score"]} if row["to_score"] else None,
        }

    def _get_row_html(self, row):
        points = row["points"]
        if points is None:
            note = self.env._("unknown, left out: the other criteria weigh more")
        elif row["value"] is None:
            note = self.env._("unknown")
        else:
            note = self._format_value(row["value"], row["unit"])
        bar = BAR % {"points": points or 0, "color": "bg-success" if (points or 0) >= 50 else "bg-warning"}
        cell = Markup("<td class='text-end'>%s</td>")
        return Markup("<tr><td>%s</td>%s<td class='align-middle'>%s</td>%s%s%s</tr>") % (
            row["criterion"],
            cell % note,
            bar if points is not None else "",
            cell % ("-" if points is None else formatLang(self.env, points, digits=1)),
            cell % (formatLang(self.env, row["weight"], digits=1) + " %"),
            cell % formatLang(self.env, row["contribution"], digits=2),
        )

    def _get_gap_html(self):
        """Return in whole sentences what is missing to the next grade, the shortest way first."""
        self.ensure_one()
        if not self.grade_id:
            return Markup("<p>%s</p>") % self.env._(
                "Not graded: no history is known yet. A grade follows with the first figures."
            )
        if not self.gap:
            return Markup("<p>%s</p>") % self.env._("This is the best grade.")
        head = self.env._(
            "%(gap)s points are missing to grade %(grade)s.",
            gap=formatLang(self.env, self.gap, digits=2),
            grade=self.next_grade_id.display_name or "",
        )
        ways = sorted(
            (row for row in self.breakdown if row["next"]),
            key=lambda row: -min(row["next"]["score"], self.gap),
        )
        items = Markup().join(Markup("<li>%s</li>") % self._get_way(row) for row in ways[:3])
        return Markup("<p class='mb-1'>%s</p><ul>%s</ul>") % (head, items)

    def _get_way(self, row):
        values = {
            "criterion": row["criterion"],
            "value": self._format_value(row["next"]["value"], row["unit"]),
            "score": formatLang(self.env, row["next"]["score"], digits=2),
        }
        if row["next"]["score"] + 0.005 >= self.gap:
            return self.env._(
                "%(criterion)s: %(value)s would bring %(score)s points, which is enough alone.", **values
            )
        return self.env._("%(criterion)s: %(value)s would bring %(score)s points at most.", **values)

    def _format_value(self, value, unit):
        number = formatLang(self.env, value, digits=0 if value == int(value) else 2)
        if unit == "money":
            currency_id = self.sudo().run_id.spec.get("currency_id")
            currency = self.env["res.currency"].browse(currency_id)
            return formatLang(self.env, value, currency_obj=currency) if currency.exists() else number
        texts = {
            "days": self.env._("%(number)s days", number=number),
            "years": self.env._("%(number)s years", number=number),
            "percent": self.env._("%(number)s %%", number=number),
        }
        return texts.get(unit, number)
