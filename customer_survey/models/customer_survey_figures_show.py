from odoo import api, models
from odoo.addons.customer_care.tools.periods import cumulate

from ..tools.statistics import (
    LEAST_ANSWERS,
    Sample,
    compare_means,
    compare_nets,
    compare_shares,
    net_interval,
    net_score,
    share,
    wilson,
)
from .customer_survey_figures_texts import TILES
from .customer_survey_report import NPS_CLASSES

# Reasons and rows of a table that are shown one by one; the rest is summed up, or left to the analysis.
BARS = 15
ROWS = 20
NPS_MARKS = range(11)
NOTHING = {
    name: 0
    for name in (
        "answers",
        "anonymous",
        "low",
        "csat",
        "satisfied",
        "csat_total",
        "csat_squares",
        "ces",
        "ces_total",
        "ces_squares",
        "promoters",
        "passives",
        "detractors",
    )
}


class CustomerSurveyFigures(models.AbstractModel):
    """Arrange the figures as the dashboard, the workbook and the mail show them."""

    _inherit = "customer.survey.figures"

    @api.model
    def _show_dashboard(self, question, earlier):
        figures = self._query_figures(question)
        before = self._query_totals(question.at(earlier)) if earlier else None
        return {
            "period": self._say_period(question.period),
            "earlier": self._say_period(earlier) if earlier else "",
            "count": self._get_total(figures)["answers"] or figures["responses"]["sent"],
            "tiles": self._show_tiles(figures, before),
            "trend": self._show_trend(question, figures),
            "marks": self._show_marks(figures),
            "classes": self._show_classes(figures),
            "reasons": self._show_reasons(figures),
            "tables": self._show_tables(figures),
            "definitions": self._get_definitions(),
        }

    @api.model
    def _get_total(self, figures):
        return next((row for row in figures["counts"] if row["dimension"] == "all"), NOTHING)

    @api.model
    def _get_rows(self, figures, dimension):
        """Return {key: row} of the counts by ``step`` or a dimension."""
        return {row[dimension]: row for row in figures["counts"] if row["dimension"] == dimension}

    @api.model
    def _get_classes(self, row):
        """Return (promoters, passives, detractors) of a row of the counts."""
        return row["promoters"], row["passives"], row["detractors"]

    # Tiles

    @api.model
    def _get_numbers(self, figures):
        """Return {code of a tile: (number, part, whole)}; ``None`` for what is not known."""
        total, responses = self._get_total(figures), figures["responses"]
        hours, (loop, loops) = responses["hours"], figures["loop"]
        shares = {
            "response": (responses["done"], responses["reached"]),
            "completion": (responses["done"], responses["started"]),
            "csat": (total["satisfied"], total["csat"]),
            "low": (total["low"], total["answers"]),
        }
        return {
            "answers": (total["answers"], None, total["answers"]),
            "time": (None if hours is None else hours * 3600, None, responses["timed"]),
            "csat_mean": (self._get_sample(total, "csat").mean, None, total["csat"]),
            "nps": (net_score(*self._get_classes(total)), None, sum(self._get_classes(total))),
            "ces": (self._get_sample(total, "ces").mean, None, total["ces"]),
            "loop": (loop, None, loops),
            **{code: (share(part, whole), part, whole) for code, (part, whole) in shares.items()},
        }

    @api.model
    def _get_sample(self, row, kind):
        return Sample(row[kind], row[f"{kind}_total"], row[f"{kind}_squares"])

    @api.model
    def _get_interval(self, code, figures):
        """Return the 95 % interval of a figure, ``None`` where there is none."""
        number, part, whole = self._get_numbers(figures)[code]
        if code == "nps":
            return net_interval(*self._get_classes(self._get_total(figures)))
        return wilson(part, whole) if part is not None and number is not None else None

    @api.model
    def _get_difference(self, code, figures, before):
        """Return the ``Difference`` between two periods, ``None`` of a figure that is not compared."""
        now, old = self._get_total(figures), self._get_total(before)
        if code == "nps":
            return compare_nets(self._get_classes(now), self._get_classes(old))
        if code in ("csat_mean", "ces"):
            kind = code.removesuffix("_mean")
            return compare_means(self._get_sample(now, kind), self._get_sample(old, kind))
        _number, part, whole = self._get_numbers(figures)[code]
        _old, old_part, old_whole = self._get_numbers(before)[code]
        return compare_shares(part, whole, old_part, old_whole) if part is not None else None

    @api.model
    def _get_tile_codes(self):
        """Return the codes of the tiles that can have a figure."""
        has_loop = self.env.get("customer.survey.loop") is not None
        return [code for code in TILES if code != "loop" or has_loop]

    @api.model
    def _show_tiles(self, figures, before):
        """Return the tiles: figure, how sure it is, and whether it differs from before by more than chance."""
        numbers = self._get_numbers(figures)
        earlier = self._get_numbers(before) if before else {}
        names, definitions = self._get_tile_names(), self._get_definitions()
        tiles = []
        for code in self._get_tile_codes():
            number, part, whole = numbers[code]
            old = earlier[code][0] if before else None
            notes = (
                [f"{self._say_count(part)} / {self._say_count(whole)}"] if part is not None and whole else []
            )
            interval = self._say_range(self._get_interval(code, figures))
            tiles.append(
                {
                    "code": code,
                    "name": names[code],
                    "number": number,
                    "value": self._say_number(code, number),
                    "note": ", ".join([*notes, *filter(None, [interval])]),
                    "before": self._say_number(code, old) if before else "",
                    "sentence": self._say_difference(
                        self._get_difference(code, figures, before) if before else None
                    ),
                    "definition": definitions[code],
                    "can_open": bool(whole),
                    **self._show_change(code, number, old, TILES[code]),
                }
            )
        return tiles

    @api.model
    def _is_share(self, code):
        return code not in ("answers", "time")

    @api.model
    def _is_percent(self, code):
        """Whether a figure is a percentage, and no score."""
        return code in ("response", "completion", "csat", "low", "loop")

    @api.model
    def _say_number(self, code, number):
        if code == "answers":
            return self._say_count(number)
        if code == "time":
            return self._say_hours(number)
        return self._say_percent(number) if self._is_percent(code) else self._say_points(number)

    # Charts

    @api.model
    def _show_trend(self, question, figures):
        """Return the points of both trends with the limits of their bands; ``None`` where nobody answered."""
        steps = question.period.get_steps(question.grain)
        rows = self._get_rows(figures, "step")
        counts = [rows.get(day.isoformat(), NOTHING) for day in steps]
        nets = [net_interval(*self._get_classes(row)) or (None, None) for row in counts]
        shares = [wilson(row["satisfied"], row["csat"]) or (None, None) for row in counts]
        return {
            "labels": [self._say_step(day, question.grain) for day in steps],
            "keys": [day.isoformat() for day in steps],
            "answers": [row["answers"] for row in counts],
            "nps": [net_score(*self._get_classes(row)) for row in counts],
            "nps_low": [low for low, _high in nets],
            "nps_high": [high for _low, high in nets],
            "csat": [share(row["satisfied"], row["csat"]) for row in counts],
            "csat_low": [low for low, _high in shares],
            "csat_high": [high for _low, high in shares],
        }

    @api.model
    def _show_marks(self, figures):
        """Return how often each recommendation was given; empty when none was."""
        counts = {row["key"]: row["count"] for row in figures["marks"]}
        return [{"key": mark, "count": counts.get(mark, 0)} for mark in NPS_MARKS] if counts else []

    @api.model
    def _show_classes(self, figures):
        """Return promoters, passives and detractors with their shares."""
        names, counts = self._get_class_names(), self._get_classes(self._get_total(figures))
        total = sum(counts)
        return [
            {
                "key": key,
                "name": names[key],
                "count": count,
                "percent": share(count, total),
                "share": self._say_percent(share(count, total)),
            }
            for (key, _name), count in zip(NPS_CLASSES, counts, strict=True)
            if total
        ]

    @api.model
    def _show_reasons(self, figures, most=BARS):
        """Return the reasons in falling order with their cumulated shares.

        :param most: how many are shown one by one, the others are summed up; ``None``: all
        """
        keys = [row["key"] for row in figures["reasons"]]
        names = {one.id: one.value for one in self.env["survey.question.answer"].sudo().browse(keys)}
        bars = sorted(
            ({**row, "name": names[row["key"]] or ""} for row in figures["reasons"]),
            key=lambda bar: (-bar["count"], bar["key"]),
        )
        rest = bars[most:] if most else []
        if rest:
            count = sum(bar["count"] for bar in rest)
            bars = [*bars[:most], {"key": "rest", "name": self.env._("All Others"), "count": count}]
        shares = cumulate([bar["count"] for bar in bars])
        return [{**bar, "cumulated": one} for bar, one in zip(bars, shares, strict=True)]

    # Tables

    @api.model
    def _show_tables(self, figures, most=ROWS):
        """Return a table for each dimension: rows in falling order of their answers.

        :param most: rows of each table; ``None``: all
        """
        names = self._get_dimension_names()
        return [
            {
                "key": dimension,
                "name": names[dimension][0],
                "rows": self._show_table(figures, dimension, most),
            }
            for dimension in self._get_dimensions()
        ]

    @api.model
    def _show_table(self, figures, dimension, most):
        rows = self._get_rows(figures, dimension)
        model = self.env["customer.survey.report"]._fields[dimension].comodel_name
        # named also where it is archived, or none of the reader's
        records = self.env[model].sudo().with_context(active_test=False).browse([key for key in rows if key])
        names = {record.id: record.display_name for record in records.exists()}
        empty = self._get_dimension_names()[dimension][1]
        ordered = sorted(rows.items(), key=lambda item: (-item[1]["answers"], item[0] or 0))
        return [self._show_row(key, names.get(key, empty), row) for key, row in ordered[:most]]

    @api.model
    def _show_row(self, key, name, row):
        csat, nps = share(row["satisfied"], row["csat"]), net_score(*self._get_classes(row))
        ces = self._get_sample(row, "ces").mean
        return {
            "key": key or False,
            "name": name,
            "answers": row["answers"],
            "is_few": row["answers"] < LEAST_ANSWERS,
            "csat": self._say_percent(csat),
            "nps": self._say_points(nps),
            "nps_range": self._say_range(net_interval(*self._get_classes(row))),
            "ces": self._say_points(ces),
            "low": self._say_percent(share(row["low"], row["answers"])),
            "numbers": [csat, nps, ces, share(row["low"], row["answers"])],
        }
