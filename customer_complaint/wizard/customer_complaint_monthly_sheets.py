from odoo import fields, models
from odoo.addons.customer_care.tools.periods import Period, add_months, get_change, get_share
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerComplaintMonthly(models.TransientModel):
    """The sheets of the monthly report; see ``_get_monthly_sheets``."""

    _inherit = "customer.complaint.monthly"

    def _write_summary(self, book, figures, answer):
        """One row for each figure: the month, the month before, a year before, the year so far and the last one."""
        month = self._get_period()
        year = Period(month.first.replace(month=1), month.last)
        periods = [month.get_earlier("period"), month.get_earlier("year"), year, year.get_earlier("year")]
        columns = [
            figures._get_numbers(answer),
            *(figures._get_numbers(figures._query_totals(self._get_question(period))) for period in periods),
        ]
        sheet = book.add_sheet(self.env._("Summary"))
        sheet.write_title(self._get_xlsx_name())
        scope = [self.company_id.name or "", ", ".join(self.team_ids.mapped("name"))]
        sheet.write_row([", ".join(filter(None, scope))])
        sheet.write_head(
            [
                self.env._("Figure"),
                self._say_month(month.first),
                self._say_month(periods[0].first),
                self.env._("Change (%)"),
                self._say_month(periods[1].first),
                self.env._("Change in a Year (%)"),
                self.env._("Year so far"),
                self.env._("Year before, same months"),
                self.env._("Change of the Year (%)"),
                self.env._("Definition"),
            ]
        )
        names, definitions = figures._get_tile_names(), figures._get_definitions()
        for code, name in names.items():
            cells = [self._get_cell(figures, code, column[code][0]) for column in columns]
            now, last_month, last_year, so_far, so_far_before = cells
            changes = [
                None if one is None or other is None else self._get_change(one, other)
                for one, other in ((now, last_month), (now, last_year), (so_far, so_far_before))
            ]
            style = dict.fromkeys((1, 2, 4, 6, 7), "percent") if figures._is_share(code) else {}
            sheet.write_row(
                [
                    self._get_label(figures, code, name),
                    now,
                    last_month,
                    changes[0],
                    last_year,
                    changes[1],
                    so_far,
                    so_far_before,
                    changes[2],
                    definitions[code],
                ],
                {**style, 3: "percent", 5: "percent", 8: "percent"},
            )

    def _get_change(self, number, before):
        change = get_change(number, before)
        return None if change is None else change / 100

    def _get_cell(self, figures, code, number):
        """Return what the workbook holds: shares of 1, hours, counts."""
        if number is None:
            return None
        if figures._is_share(code):
            return number / 100
        return round(number / 3600, 2) if code.endswith("_hours") else number

    def _get_label(self, figures, code, name):
        if code.endswith("_hours"):
            return self.env._("%(figure)s (working hours)", figure=name)
        return name

    def _write_trend(self, book, figures, answer):
        """One row for each month up to that of the report."""
        month = self._get_period()
        period = Period(add_months(month.first, 1 - int(self.months)), month.last)
        rows = figures._get_rows(figures._query_counts(self._get_question(period), ("step",)), "step")
        names = figures._get_tile_names()
        sheet = book.add_sheet(self.env._("Trend"))
        codes = ("received", "resolved", "major")
        shares = {"repeats": "count", "reopened": "count", "satisfied": "answered"}
        sheet.write_head(
            [
                self.env._("Month"),
                *(names[code] for code in codes),
                *(f"{names[code]} (%)" for code in shares),
            ]
        )
        first = sheet.row
        for day in period.get_steps("month"):
            row = rows.get(day.isoformat(), {})
            percents = [get_share(row.get(part, 0), row.get(whole, 0)) for part, whole in shares.items()]
            sheet.write_row(
                [
                    self._say_month(day),
                    row.get("count", 0),
                    row.get("resolved", 0),
                    row.get("major", 0),
                    *(None if percent is None else percent / 100 for percent in percents),
                ],
                dict.fromkeys((4, 5, 6), "percent"),
            )
        sheet.add_chart(
            "column",
            self.env._("Trend"),
            [(names["received"], first, sheet.row - 1, 1), (names["resolved"], first, sheet.row - 1, 2)],
            position=(sheet.row + 1, 0),
        )

    def _write_types(self, book, figures, answer):
        """The main categories of the month and of the year so far."""
        month = self._get_period()
        year = self._get_question(Period(month.first.replace(month=1), month.last))
        so_far = {
            row["key"]: row for row in figures._show_types(figures._query_counts(year, ("category_id",)))
        }
        now = {row["key"]: row for row in figures._show_types(answer)}
        sheet = book.add_sheet(self.env._("Types"))
        sheet.write_head(
            [
                self.env._("Type"),
                self._say_month(month.first),
                self.env._("Share"),
                self.env._("Year so far"),
                self.env._("Share of the Year"),
            ]
        )
        first, nothing = sheet.row, {"count": 0, "percent": 0.0}
        for key, row in so_far.items():
            one = now.get(key, nothing)
            sheet.write_row(
                [row["name"], one["count"], one["percent"] / 100, row["count"], row["percent"] / 100],
                {2: "percent", 4: "percent"},
            )
        if so_far:
            sheet.add_chart(
                "pie",
                self.env._("Year so far"),
                [(self.env._("Year so far"), first, sheet.row - 1, 3)],
                position=(sheet.row + 1, 0),
            )

    def _write_pareto(self, book, figures, answer):
        """All categories of the month in falling order, with the cumulated share as a line."""
        bars, title = figures._show_pareto(answer, most=None), self.env._("Pareto of the Categories")
        self._write_bars(book.add_sheet(self.env._("Pareto")), self.env._("Category"), bars, title)

    def _write_causes(self, book, figures, answer):
        """All causes of the month in falling order, with the cumulated share as a line."""
        bars, title = figures._show_causes(answer, most=None), self.env._("Pareto of the Causes")
        self._write_bars(book.add_sheet(self.env._("Root Causes")), self.env._("Root Cause"), bars, title)

    def _write_bars(self, sheet, name, bars, title):
        sheet.write_head([name, self.env._("Complaints"), self.env._("Cumulated Share")])
        first = sheet.row
        for bar in bars:
            sheet.write_row([bar["name"], bar["count"], bar["cumulated"] / 100], {2: "percent"})
        if bars:
            sheet.add_chart(
                "column",
                title,
                [(self.env._("Complaints"), first, sheet.row - 1, 1)],
                position=(sheet.row + 1, 0),
                line=(self.env._("Cumulated Share"), first, sheet.row - 1, 2),
            )

    def _get_time_head(self):
        return [
            self.env._("Measured"),
            self.env._("Median (working hours)"),
            self.env._("90th Percentile (working hours)"),
            self.env._("In Time"),
            self.env._("Median Days"),
            self.env._("90th Percentile Days"),
        ]

    def _get_time_cells(self, row):
        median, late, within, *days = row["numbers"]
        hours = [None if seconds is None else round(seconds / 3600, 2) for seconds in (median, late)]
        return [
            row["timed"],
            *hours,
            None if within is None else within / 100,
            *(None if day is None else round(day, 2) for day in days),
        ]

    def _write_times(self, book, figures, answer):
        """A row for each time limit."""
        sheet = book.add_sheet(self.env._("Times"))
        sheet.write_head([self.env._("Time Limit"), *self._get_time_head()])
        first = sheet.row
        for row in figures._show_times(answer):
            sheet.write_row([row["name"], *self._get_time_cells(row)], {4: "percent"})
        head = self._get_time_head()
        sheet.add_chart(
            "column",
            self.env._("Times"),
            [(head[1], first, sheet.row - 1, 2), (head[2], first, sheet.row - 1, 3)],
            position=(sheet.row + 1, 0),
        )

    def _write_teams(self, book, figures, answer):
        """A row for each team."""
        names = figures._get_tile_names()
        sheet = book.add_sheet(self.env._("Teams"))
        head = self._get_time_head()
        sheet.write_head(
            [
                self.env._("Team"),
                names["received"],
                names["open"],
                *(f"{names['response_hours'].split(',')[0]}: {text}" for text in head),
                *(f"{names['resolution_hours'].split(',')[0]}: {text}" for text in head),
                names["repeats"],
                names["reopened"],
                names["satisfied"],
            ]
        )
        first, rows = sheet.row, figures._show_teams(answer)
        styles = dict.fromkeys((6, 12, 15, 16, 17), "percent")
        for row in rows:
            sheet.write_row(
                [
                    row["name"],
                    row["count"],
                    row["open"],
                    *self._get_time_cells(row["response"]),
                    *self._get_time_cells(row["resolution"]),
                    *(None if percent is None else percent / 100 for percent in row["percents"]),
                ],
                styles,
            )
        if rows:
            sheet.add_chart(
                "column",
                self.env._("Teams"),
                [(names["received"], first, sheet.row - 1, 1), (names["open"], first, sheet.row - 1, 2)],
                position=(sheet.row + 1, 0),
            )

    def _write_departments(self, book, figures, answer):
        """What departments are mainly responsible for, their tasks, and how many were done in time."""
        question = self._get_question()
        begin, end = question.period.get_moments(question.zone)
        complaints = Domain("kind", "in", question.kinds)
        if self.team_ids:
            complaints &= Domain("team_id", "in", self.team_ids.ids)
        domain = (
            Domain("handed_datetime", ">=", begin)
            & Domain("handed_datetime", "<", end)
            & Domain("state", "!=", "cancelled")
            & Domain(
                "complaint_id",
                "any",
                figures.env["customer.complaint.report"]._get_case_domain() & complaints,
            )
        )
        responsible = {row["key"]: row["count"] for row in answer["departments"]}
        rows = self._count_tasks(figures.env["customer.complaint.task"], domain)
        sheet = book.add_sheet(self.env._("Departments"))
        sheet.write_head(
            [
                self.env._("Department"),
                self.env._("Complaints Mainly Responsible for"),
                self.env._("Tasks"),
                self.env._("Done"),
                self.env._("Late"),
            ]
        )
        rows += [(department_id, 0, 0, 0) for department_id in responsible.keys() - {row[0] for row in rows}]
        for department_id, *counts in rows:
            name = self.env["customer.complaint.department"].sudo().browse(department_id or ()).name
            count = responsible.get(department_id, 0)
            sheet.write_row([name or self.env._("Without Department"), count, *counts])

    def _count_tasks(self, tasks, domain):
        """Return [(department id, tasks, done, done or still open after the deadline)] of what the user may see."""
        query = tasks._search(domain)
        task = SQL.identifier(query.table)
        query.groupby = SQL("%s.department_id", task)
        return self.env.execute_query(
            SQL(
                "%s ORDER BY 2 DESC, 1",
                query.select(
                    SQL("%s.department_id", task),
                    SQL("COUNT(*)"),
                    SQL("COUNT(*) FILTER (WHERE %s.state = 'done')", task),
                    SQL(
                        "COUNT(*) FILTER (WHERE %s.deadline < COALESCE(%s.done_datetime, %s))",
                        task,
                        task,
                        fields.Datetime.now(),
                    ),
                ),
            )
        )

    def _write_satisfaction(self, book, figures, answer):
        """How many are satisfied, and why the others are not."""
        total = figures._get_total(answer)
        unhappy = total["answered"] - total["satisfied"]
        sheet = book.add_sheet(self.env._("Satisfaction"))
        sheet.write_head([self.env._("Answer"), self.env._("Complaints"), self.env._("Share")])
        first = sheet.row
        for name, count in (
            (self.env._("Satisfied"), total["satisfied"]),
            (self.env._("Not Satisfied"), unhappy),
        ):
            share = get_share(count, total["answered"])
            sheet.write_row([name, count, None if share is None else share / 100], {2: "percent"})
        last = sheet.row - 1
        sheet.row += 1
        sheet.write_head(
            [
                self.env._("Reasons of Dissatisfaction"),
                self.env._("Complaints"),
                self.env._("Share of those not satisfied"),
            ]
        )
        begin, reasons = sheet.row, figures._show_reasons(answer)
        for row in reasons:
            share = row["percent"]
            sheet.write_row(
                [row["name"], row["count"], None if share is None else share / 100], {2: "percent"}
            )
        end = sheet.row - 1
        title = figures._get_tile_names()["satisfied"]
        sheet.add_chart("pie", title, [(title, first, last, 1)], position=(end + 2, 0))
        if reasons:
            title = self.env._("Reasons of Dissatisfaction")
            sheet.add_chart("bar", title, [(title, begin, end, 1)], position=(end + 2, 4))

    def _write_definitions(self, book, figures, answer):
        """How each figure is computed."""
        names = figures._get_tile_names()
        sheet = book.add_sheet(self.env._("Definitions"))
        sheet.write_head([self.env._("Figure"), self.env._("Definition")])
        titles = {
            "scope": self.env._("What is counted?"),
            "types": self.env._("Types"),
            "pareto": self.env._("Pareto"),
            "causes": self.env._("Root Causes"),
            "times": self.env._("Times"),
            "customers": self.env._("Customers with most Complaints"),
            "products": self.env._("Products with most Complaints"),
            "departments": self.env._("Responsible Departments"),
            "reasons": self.env._("Reasons of Dissatisfaction"),
        }
        for code, text in figures._get_definitions().items():
            sheet.write_row([{**names, **titles}[code], text])
