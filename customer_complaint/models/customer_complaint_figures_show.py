from odoo import api, models
from odoo.addons.customer_care.tools.periods import cumulate, get_share

from .customer_complaint import CHANNELS
from .customer_complaint_figures_texts import TILES
from .customer_complaint_report import MEASURED

# Categories that a Pareto chart shows one by one; the rest is summed up.
BARS = 15
SHARES = {
    "response_within": ("met", "decided", "response"),
    "resolution_within": ("met", "decided", "resolution"),
    "repeats": ("repeats", "count", None),
    "reopened": ("reopened", "count", None),
    "confirmed": ("confirmed", "asked", None),
    "satisfied": ("satisfied", "answered", None),
}


class CustomerComplaintFigures(models.AbstractModel):
    """Arrange the figures as the dashboard and the monthly report show them."""

    _inherit = "customer.complaint.figures"

    @api.model
    def _show_dashboard(self, question, earlier):
        figures = self._query_figures(question)
        before = self._query_totals(question.at(earlier)) if earlier else None
        return {
            "period": self._say_period(question.period),
            "earlier": self._say_period(earlier) if earlier else "",
            "count": self._get_total(figures)["count"],
            "tiles": self._show_tiles(figures, before),
            "trend": self._show_trend(question, figures, earlier, before),
            "types": self._show_types(figures),
            "pareto": self._show_pareto(figures),
            "causes": self._show_causes(figures),
            "times": self._show_times(figures),
            "teams": self._show_teams(figures),
            "channels": self._show_channels(figures),
            "customers": self._show_customers(figures),
            "products": self._show_products(figures),
            "departments": self._show_departments(figures),
            "reasons": self._show_reasons(figures),
            "definitions": self._get_definitions(),
        }

    @api.model
    def _get_rows(self, figures, dimension):
        """Return {key: row} of the counts by ``step``, ``category_id``, ``team_id`` or ``channel``."""
        return {row[dimension]: row for row in figures["counts"] if row["dimension"] == dimension}

    @api.model
    def _get_total(self, figures):
        return next(row for row in figures["counts"] if row["dimension"] == "all")

    @api.model
    def _get_times(self, figures, team="all"):
        """Return {target: row} of the working times, of all or of one team (None: without team)."""
        return {
            row["target"]: row
            for row in figures["times"]
            if (row["is_all"] == 1 if team == "all" else row["is_all"] == 0 and row["team_id"] == team)
        }

    # Tiles

    @api.model
    def _get_numbers(self, figures):
        """Return {code of a tile: (number, part, whole)}; ``None`` for what is not known."""
        total, times = self._get_total(figures), self._get_times(figures)
        numbers = {name: (total[key], None, None) for name, key in self._get_count_columns().items()}
        for name, (part, whole, target) in SHARES.items():
            row = times.get(target, {}) if target else total
            numbers[name] = (
                get_share(row.get(part) or 0, row.get(whole) or 0),
                row.get(part) or 0,
                row.get(whole) or 0,
            )
        for target in ("response", "resolution"):
            row = times.get(target, {})
            numbers[f"{target}_hours"] = ((row.get("seconds") or [None])[0], None, row.get("timed") or 0)
        return numbers

    @api.model
    def _get_count_columns(self):
        """Return {code of a tile: column of the counts}."""
        return {"received": "count", "open": "open", "resolved": "resolved", "major": "major"}

    @api.model
    def _show_tiles(self, figures, before):
        numbers = self._get_numbers(figures)
        earlier = self._get_numbers(before) if before else {}
        names, definitions, times = self._get_tile_names(), self._get_definitions(), self._get_times(figures)
        tiles = []
        for code, is_more_better in TILES.items():
            number, part, whole = numbers[code]
            old = earlier[code][0] if code in earlier else None
            tile = {
                "code": code,
                "name": names[code],
                "number": number,
                "value": self._say_number(code, number),
                "note": "",
                "before": self._say_number(code, old) if code in earlier else "",
                "definition": definitions[code],
                "can_open": bool(number or whole),
                **self._show_change(code, number, old, is_more_better),
            }
            if part is not None and whole:
                tile["note"] = f"{self._say_count(part)} / {self._say_count(whole)}"
            if code.endswith("_hours") and number is not None:
                late = times[code.removesuffix("_hours")]["seconds"][1]
                tile["note"] = self.env._("90th percentile: %(hours)s", hours=self._say_hours(late))
            tiles.append(tile)
        return tiles

    @api.model
    def _is_share(self, code):
        """Whether a tile shows percent."""
        return code in SHARES

    @api.model
    def _say_number(self, code, number):
        if code.endswith("_hours"):
            return self._say_hours(number)
        return self._say_percent(number) if self._is_share(code) else self._say_count(number)

    # Charts

    @api.model
    def _show_trend(self, question, figures, earlier, before):
        """Return the points of both periods side by side, the first beside the first."""
        steps = question.period.get_steps(question.grain)
        now = self._get_rows(figures, "step")
        trend = {
            "grain": question.grain,
            "labels": [self._say_step(day, question.grain) for day in steps],
            "keys": [day.isoformat() for day in steps],
            "now": [now[day.isoformat()]["count"] if day.isoformat() in now else 0 for day in steps],
            "before": [],
        }
        if earlier:
            rows = self._get_rows(before, "step")
            keys = [day.isoformat() for day in earlier.get_steps(question.grain)]
            trend["before"] = [rows[key]["count"] if key in rows else 0 for key in keys][: len(steps)]
        return trend

    @api.model
    def _get_categories(self, ids):
        """Return the categories, as superuser: a figure is named also where a category is archived."""
        return self.env["customer.complaint.category"].sudo().browse(ids)

    @api.model
    def _show_types(self, figures):
        """Return the main categories in falling order of their counts."""
        counts, total = {}, self._get_total(figures)["count"]
        rows = self._get_rows(figures, "category_id")
        for category in self._get_categories([key for key in rows if key]):
            root = int(category.parent_path.split("/", 1)[0])
            counts[root] = counts.get(root, 0) + rows[category.id]["count"]
        if None in rows:
            counts[False] = rows[None]["count"]
        names = {category.id: category.name for category in self._get_categories(list(filter(None, counts)))}
        return [
            {
                "key": key,
                "name": names.get(key, self.env._("Without Category")),
                "count": count,
                "percent": get_share(count, total),
                "share": self._say_percent(get_share(count, total)),
            }
            for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]

    @api.model
    def _show_pareto(self, figures, most=BARS):
        """Return the categories in falling order with their cumulated shares.

        :param most: how many are shown one by one, the others are summed up; ``None``: all
        """
        rows = self._get_rows(figures, "category_id")
        names = {one.id: one.complete_name for one in self._get_categories([key for key in rows if key])}
        names[None] = self.env._("Without Category")
        return self._make_bars(rows, names, most)

    @api.model
    def _show_causes(self, figures, most=BARS):
        """Return the causes as ``_show_pareto`` the categories; complaints without a cause are left out."""
        rows = self._get_rows(figures, "cause_id")
        rows.pop(None, None)
        causes = self.env["customer.complaint.cause"].sudo().browse(rows)
        return self._make_bars(rows, {cause.id: cause.complete_name for cause in causes}, most)

    @api.model
    def _make_bars(self, rows, names, most):
        """Return the bars of a Pareto chart.

        :param rows: {key: row of the counts}
        :param names: {key: name}
        :param most: how many bars are shown one by one; ``None``: all
        """
        bars = sorted(
            ({"key": key or False, "name": names[key], "count": row["count"]} for key, row in rows.items()),
            key=lambda bar: (-bar["count"], bar["key"]),
        )
        rest = bars[most:] if most else []
        if rest:
            bars = [
                *bars[:most],
                {"key": "rest", "name": self.env._("All Others"), "count": sum(bar["count"] for bar in rest)},
            ]
        shares = cumulate([bar["count"] for bar in bars])
        return [{**bar, "cumulated": share} for bar, share in zip(bars, shares, strict=True)]

    @api.model
    def _show_channels(self, figures):
        total = self._get_total(figures)["count"]
        names = dict(self.env["customer.complaint"]._fields["channel"]._description_selection(self.env))
        rows = self._get_rows(figures, "channel")
        order = [key for key, _name in CHANNELS if key in rows]
        return [
            {
                "key": key,
                "name": names.get(key, key),
                "count": rows[key]["count"],
                "share": self._say_percent(get_share(rows[key]["count"], total)),
            }
            for key in sorted(order, key=lambda key: -rows[key]["count"])
        ]

    # Tables

    @api.model
    def _show_times(self, figures):
        """Return a row for each target, of all complaints."""
        days = next(row for row in figures["days"] if row["is_all"] == 1)
        return self._show_time_rows(self._get_times(figures), days)

    @api.model
    def _show_time_rows(self, times, days):
        names = dict(self.env["customer.complaint.clock"]._fields["target"]._description_selection(self.env))
        result = []
        for target, end in MEASURED.items():
            row = times.get(target, {})
            median, late = row.get("seconds") or (None, None)
            day_median, day_late = (days.get(f"{target}_days") if end else None) or (None, None)
            within = get_share(row.get("met") or 0, row.get("decided") or 0)
            result.append(
                {
                    "key": target,
                    "name": names[target],
                    "timed": row.get("timed") or 0,
                    "median": self._say_hours(median),
                    "late": self._say_hours(late),
                    "within": self._say_percent(within),
                    "decided": row.get("decided") or 0,
                    "day_median": self._say_days(day_median),
                    "day_late": self._say_days(day_late),
                    "numbers": [median, late, within, day_median, day_late],
                }
            )
        return result

    @api.model
    def _show_teams(self, figures):
        """Return a row for each team: how many, how fast, how good."""
        rows = self._get_rows(figures, "team_id")
        days = {row["team_id"]: row for row in figures["days"] if row["is_all"] == 0}
        teams = self.env["customer.complaint.team"].sudo().browse([key for key in rows if key])
        names = {team.id: team.name for team in teams}
        result = []
        for key, row in sorted(rows.items(), key=lambda item: (-item[1]["count"], item[0] or 0)):
            times = {
                one["key"]: one
                for one in self._show_time_rows(self._get_times(figures, key), days.get(key, {}))
            }
            satisfied = get_share(row["satisfied"], row["answered"])
            result.append(
                {
                    "key": key or False,
                    "name": names.get(key, self.env._("Without Team")),
                    "count": row["count"],
                    "open": row["open"],
                    "response": times["response"],
                    "resolution": times["resolution"],
                    "repeats": self._say_percent(get_share(row["repeats"], row["count"])),
                    "reopened": self._say_percent(get_share(row["reopened"], row["count"])),
                    "satisfied": self._say_percent(satisfied),
                    "answered": row["answered"],
                    "percents": [
                        get_share(row["repeats"], row["count"]),
                        get_share(row["reopened"], row["count"]),
                        satisfied,
                    ],
                }
            )
        return result

    @api.model
    def _show_customers(self, figures):
        """Return the customers with most complaints, named as far as the reader may read them."""
        partners = self.env["res.partner"].browse([row["key"] for row in figures["customers"]]).exists()
        names = {partner.id: partner.display_name for partner in partners._filtered_access("read")}
        return [{**row, "name": names[row["key"]]} for row in figures["customers"] if row["key"] in names]

    @api.model
    def _show_products(self, figures):
        return figures["products"]

    @api.model
    def _show_departments(self, figures):
        """Return the main responsible departments with their shares of the complaints that have one."""
        rows = figures["departments"]
        total = sum(row["count"] for row in rows)
        departments = self.env["customer.complaint.department"].sudo().browse([row["key"] for row in rows])
        names = {department.id: department.name for department in departments}
        return [
            {
                **row,
                "name": names[row["key"]],
                "percent": get_share(row["count"], total),
                "share": self._say_percent(get_share(row["count"], total)),
            }
            for row in rows
        ]

    @api.model
    def _show_reasons(self, figures):
        """Return the reasons of dissatisfaction with their shares of those who are not satisfied."""
        total = self._get_total(figures)
        unhappy = total["answered"] - total["satisfied"]
        reasons = self.env["customer.complaint.dissatisfaction"].browse(
            [row["key"] for row in figures["reasons"]]
        )
        names = {reason.id: reason.name for reason in reasons}
        return [
            {
                **row,
                "name": names[row["key"]],
                "percent": get_share(row["count"], unhappy),
                "share": self._say_percent(get_share(row["count"], unhappy)),
            }
            for row in sorted(figures["reasons"], key=lambda row: (-row["count"], row["key"]))
        ]
