from markupsafe import Markup
from odoo import api, fields, models
from odoo.addons.customer_care.tools.chart import get_line_chart

from ..tools.index import get_period

# Points of the small chart.
PERIODS_SHOWN = 12


class CustomerSatisfactionIndex(models.Model):
    """The index as chart, as a try with the figures of now, and as workbook."""

    _inherit = "customer.satisfaction.index"

    trend_html = fields.Html(string="Trend", compute="_compute_trend_html", sanitize=False)
    explanation_html = fields.Html(string="This Period", compute="_compute_explanation_html", sanitize=False)

    @api.depends_context("lang")
    def _compute_trend_html(self):
        Value = self.env["customer.satisfaction.value"]
        for index in self:
            domain = [("index_id", "in", index.ids), ("level", "=", "total")]
            values = Value.search(domain, order="date_from desc", limit=PERIODS_SHOWN)[::-1]
            rows = [(value._get_period_text(), value.value, f"{value.value:.0f}") for value in values]
            index.trend_html = (
                get_line_chart(rows, index.name, target=index.target or None)
                if len(rows) > 1
                else Markup("<p class='text-muted'>%s</p>")
                % self.env._("The trend begins with the second period.")
            )

    @api.depends_context("lang")
    def _compute_explanation_html(self):
        for index in self:
            # what is not saved has nobody to be computed for
            index.explanation_html = index._get_try_html() if index.ids else False

    def _get_try_html(self):
        """Return what the index (singleton) is now, as its indicators stand, as a table."""
        try_index = self.sudo()
        period = get_period(self.period, try_index._get_today())
        span, place = try_index._get_span(*period), ("total", None, None)
        figures = try_index._measure(span).get(place, {})
        vals = try_index._prepare_value_vals(span, place, figures, {}, is_final=False)
        lines = (
            [line for _command, _id, line in vals["line_ids"]]
            if vals
            else [
                {
                    **indicator._prepare_line_vals(*figures.get(indicator, (None, 0))),
                    "share": 0.0,
                    "contribution": 0.0,
                }
                for indicator in try_index.indicator_ids
            ]
        )
        return self.env["ir.qweb"]._render(
            "customer_survey.customer_satisfaction_index_now",
            {
                "index": self,
                "lines": [
                    {
                        **line,
                        "indicator": self.env["customer.satisfaction.indicator"].browse(line["indicator_id"]),
                    }
                    for line in lines
                ],
                "value": vals.get("value"),
                "period": period,
            },
        )

    def _get_weights_text(self):
        """Return the weights of the index (singleton) in words, for its log."""
        weights = ", ".join(f"{indicator.name} {indicator.weight:g}" for indicator in self.indicator_ids)
        return self.env._("In force with the weights: %(weights)s", weights=weights)

    # Workbook

    def _get_xlsx_name(self):
        return self.name

    def _write_xlsx(self, book):
        values = self.env["customer.satisfaction.value"].search(
            [("index_id", "=", self.id)], order="date_from, id"
        )
        totals = values.filtered(lambda value: value.level == "total")
        self._write_trend(book, totals)
        self._write_places(book, values - totals)
        self._write_indicators(book, totals)
        self._write_definitions(book)

    def _write_trend(self, book, totals):
        sheet = book.add_sheet(self.env._("Trend"))
        sheet.write_title(self.name)
        sheet.write_head(
            [
                self.env._("Period"),
                self.env._("Index"),
                self.env._("Target"),
                self.env._("Change"),
                self.env._("Known (%)"),
                self.env._("In Words"),
            ]
        )
        first = sheet.row
        for value in totals:
            sheet.write_row(
                [
                    value._get_period_text(),
                    value.value,
                    value.target or None,
                    value.change,
                    value.known_percent,
                    value.summary,
                ]
            )
        if totals:
            series = [
                (self.env._("Index"), first, sheet.row - 1, 1),
                (self.env._("Target"), first, sheet.row - 1, 2),
            ]
            sheet.add_chart("line", self.name, series, (sheet.row + 1, 0))

    def _write_places(self, book, values):
        sheet = book.add_sheet(self.env._("Segments and Teams"))
        sheet.write_head(
            [
                self.env._("Period"),
                self.env._("Of"),
                self.env._("Index"),
                self.env._("Target"),
                self.env._("Change"),
                self.env._("Known (%)"),
            ]
        )
        for value in values:
            sheet.write_row(
                [
                    value._get_period_text(),
                    value.place,
                    value.value,
                    value.target or None,
                    value.change,
                    value.known_percent,
                ]
            )

    def _write_indicators(self, book, totals):
        sheet = book.add_sheet(self.env._("Indicators"))
        sheet.write_head(
            [
                self.env._("Period"),
                self.env._("Indicator"),
                self.env._("Figure"),
                self.env._("Cases"),
                self.env._("Points"),
                self.env._("Weight in Effect (%)"),
                self.env._("Contribution"),
                self.env._("Change by Points"),
                self.env._("Change by Weight"),
            ]
        )
        for line in totals.line_ids.sorted(lambda line: (line.value_id.date_from, line.id)):
            sheet.write_row(
                [
                    line.value_id._get_period_text(),
                    line.name or "",
                    line.raw if line.is_known else None,
                    line.count,
                    line.points if line.is_counted else None,
                    line.share,
                    line.contribution,
                    line.points_effect,
                    line.weight_effect,
                ]
            )

    def _write_definitions(self, book):
        sheet = book.add_sheet(self.env._("Definitions"))
        sheet.write_head(
            [
                self.env._("Indicator"),
                self.env._("Weight"),
                self.env._("Worst"),
                self.env._("Best"),
                self.env._("How it is computed"),
            ]
        )
        for indicator in self.indicator_ids:
            sheet.write_row(
                [
                    indicator.name,
                    indicator.weight,
                    indicator.worst_value,
                    indicator.best_value,
                    indicator.explanation,
                ]
            )
        sheet.write_note(self._get_method_text())

    def _get_method_text(self):
        """Return how index and change come about, in words."""
        return self.env._(
            "Each figure becomes 0 points at its worst and 100 at its best value, in proportion between them. The index"
            " is the mean of the points by weight; indicators with too few cases are left out. A change is divided"
            " among the indicators without rest: by their points, and by their weight where that changed."
        )
