from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.care_figures import AMOUNTS, COUNTS, FIGURES

SUMS = (*COUNTS, *AMOUNTS)
# Figures that are read month by month in the workbook.
MONTHLY = ("contacts", "coverage", "satisfaction", "loyalty", "churn")
MONTHS = 12


class CustomerCareReport(models.TransientModel):
    """The care of customers in a period: what was planned and done, at what cost and to what effect."""

    _name = "customer.care.report"
    _description = "Care Report"
    _inherit = ["customer.period.report"]

    period = fields.Selection(
        [
            ("month", "This month"),
            ("last_month", "Last month"),
            ("year", "This year"),
            ("own", "Own period"),
        ],
        required=True,
        default="month",
    )
    group_by = fields.Selection(
        [
            ("care_team_id", "Care team"),
            ("care_user_id", "Responsible specialist"),
            ("care_grade_id", "Grade"),
        ],
        required=True,
        default="care_team_id",
    )
    user_id = fields.Many2one("res.users", string="Responsible Specialist", domain="[('share', '=', False)]")
    grade_id = fields.Many2one("customer.grade")
    currency_id = fields.Many2one("res.currency", compute="_compute_figures")
    tiles = fields.Json(compute="_compute_figures")
    matrix = fields.Json(compute="_compute_figures")
    planned_cost = fields.Monetary(compute="_compute_figures")
    actual_cost = fields.Monetary(compute="_compute_figures")
    contact_count = fields.Integer(string="Contacts", compute="_compute_figures")

    def _default_period(self):
        return self._get_days("month")

    @api.model
    def _get_days(self, period):
        """Return the first and the last day of ``period``, a value of the field but ``own``."""
        today = fields.Date.context_today(self)
        first = today.replace(day=1)
        if period == "last_month":
            return first - relativedelta(months=1), first - relativedelta(days=1)
        return (first.replace(month=1) if period == "year" else first), today

    @api.onchange("period")
    def _onchange_period(self):
        if self.period != "own":
            self.date_from, self.date_to = self._get_days(self.period)

    @api.onchange("date_from", "date_to")
    def _onchange_dates(self):
        if self.period != "own" and (self.date_from, self.date_to) != self._get_days(self.period):
            self.period = "own"

    # Figures

    @api.depends("date_from", "date_to", "company_id", "team_id", "user_id", "grade_id", "group_by")
    def _compute_figures(self):
        """One pass over the customers gives the groups, and their sum the tiles; a second one the period before."""
        for report in self:
            report.currency_id = report._get_company().currency_id
            groups = report._get_groups() if report._has_period() else []
            sums = {name: sum(numbers[name] for _group, numbers in groups) for name in SUMS}
            for name in (*AMOUNTS, "contact_count"):
                report[name] = sums[name]
            report.tiles = report._get_tiles(sums) if report._has_period() else False
            report.matrix = report._get_matrix(groups, sums) if report._has_period() else False

    def _get_company(self):
        return self.company_id or self.env.company

    def _get_rows(self, date_from=None, date_to=None):
        """Return the rows of the period, or of another one, as an empty recordset."""
        context = self._get_context()
        if date_from:
            context = {**context, "care_date_from": str(date_from), "care_date_to": str(date_to)}
        return self.env["customer.care.report.row"].with_company(self._get_company()).with_context(**context)

    def _get_domain(self):
        domain = Domain(super()._get_domain())
        if self.user_id:
            domain &= Domain("care_user_id", "=", self.user_id.id)
        if self.grade_id:
            domain &= Domain("care_grade_id", "=", self.grade_id.id)
        return domain

    def _get_sums(self, date_from=None, date_to=None):
        """Return ``{column: sum}`` over the customers of the report."""
        rows = self._get_rows(date_from, date_to)
        [sums] = rows._read_group(self._get_domain(), [], [f"{name}:sum" for name in SUMS])
        return dict(zip(SUMS, (number or 0 for number in sums), strict=True))

    def _get_groups(self):
        """Return ``[(record of the group, {column: sum})]``."""
        groups = self._get_rows()._read_group(
            self._get_domain(), [self.group_by], [f"{name}:sum" for name in SUMS]
        )
        return [
            (group, dict(zip(SUMS, (number or 0 for number in sums), strict=True))) for group, *sums in groups
        ]

    def _get_previous_period(self):
        """Return the days of the period of the same length before this one; whole months for whole months."""
        first, last = self.date_from, self.date_to
        after = last + relativedelta(days=1)
        if first.day == 1 and after.day == 1:
            months = (after.year - first.year) * 12 + after.month - first.month
            return first - relativedelta(months=months), first - relativedelta(days=1)
        if first.day == 1 and (first.year, first.month) == (last.year, last.month):
            return first - relativedelta(months=1), last - relativedelta(months=1)
        return first - (after - first), first - relativedelta(days=1)

    def _get_tiles(self, sums):
        before = self._get_sums(*self._get_previous_period())
        targets = self.env["customer.care.target"]._get_targets(self._get_company(), self.team_id)
        names, definitions = self._get_names(), self._get_definitions()
        return {
            "method": "action_open_figure",
            "tiles": [
                self._get_tile(figure, sums, before, targets.get(code), names[code], definitions[code])
                for code, figure in FIGURES.items()
            ],
        }

    def _get_tile(self, figure, sums, before, target, name, definition):
        percent, earlier = figure.get_percent(sums), figure.get_percent(before)
        reached = figure.is_reached(percent, target)
        return {
            "name": name,
            "value": self._format(percent),
            "note": self.env._("before: %(percent)s", percent=self._format(earlier)),
            "target": self._get_target_text(figure, target, reached),
            "class": "" if reached is None else "o_care_tile_good" if reached else "o_care_tile_bad",
            "definition": definition,
            **({"args": [figure.code]} if sums[figure.whole] else {}),
        }

    def _get_target_text(self, figure, target, reached):
        if target is None:
            return ""
        text = (
            self.env._("Target: at most %(percent)s", percent=self._format(target))
            if figure.is_lower_better
            else self.env._("Target: at least %(percent)s", percent=self._format(target))
        )
        return text if reached is None else f"{'✓' if reached else '✗'} {text}"

    def _get_matrix(self, groups, totals):
        names = self._get_names()
        teams = self.env["customer.care.team"]
        if self.group_by == "care_team_id":
            teams = teams.union(*(group for group, _sums in groups))
        targets = self.env["customer.care.target"]._get_team_targets(
            self._get_company(), teams | self.team_id
        )
        own = targets[self.team_id.id]
        lines = [
            self._get_line(
                group.display_name or self.env._("None"), sums, targets[group.id] if teams else own, group
            )
            for group, sums in groups
        ]
        total = {**self._get_line(self.env._("Total"), totals, own), "class": "fw-bold"}
        return {
            "method": "action_open_figure",
            "corner": dict(self._fields["group_by"]._description_selection(self.env))[self.group_by],
            "head": [names[code] for code in FIGURES],
            "rows": [*lines, total] if lines else [],
        }

    def _get_line(self, name, sums, targets, group=None):
        """Return a row of the matrix.

        :param targets: ``{figure: percent}`` that counts for the row
        :param group: record whose customers they are; default: all
        """
        cells = []
        for code, figure in FIGURES.items():
            percent = figure.get_percent(sums)
            reached = figure.is_reached(percent, targets.get(code))
            cell = {"text": self._format(percent), "class": "" if reached is not False else "text-danger"}
            if sums[figure.whole]:
                cell["note"] = self._format_parts(sums[figure.part], sums[figure.whole])
                cell["args"] = [code] if group is None else [code, group.id]
            cells.append(cell)
        return {"name": name, "cells": cells}

    def _format(self, percent):
        return "–" if percent is None else f"{percent:.1f} %"

    def _format_parts(self, part, whole):
        return f"{part:,.0f} / {whole:,.0f}"

    def _get_names(self):
        return dict(self.env["customer.care.target"]._fields["figure"]._description_selection(self.env))

    def _get_definitions(self):
        """Return ``{code: what the figure is}``. Override to say what an addon adds."""
        grade = self.env._("of those graded on both days")
        return {
            "contacts": self.env._("Made / planned: callbacks and measures due in the period."),
            "coverage": self.env._(
                "Customers whose last contact is no older than their grade allows / all with such a grade."
            ),
            "reach": self.env._("Calls that reached the customer / all calls finished in the period."),
            "overdue": self.env._(
                "Open after their last day / planned: callbacks and measures due in the period."
            ),
            "cost": self.env._("Actual / planned cost of the measures, gifts and campaigns of the period."),
            "satisfaction": self.env._(
                "Answers of %(least)s or better, of 10 / all answers.",
                least=self._get_company().care_satisfied_from,
            ),
            "loyalty": self.env._("Bought again in the last 12 months / bought in the 12 months before."),
            "retention": self.env._("Customers at the start who stayed / customers at the start."),
            "churn": self.env._("Customers at the start who were lost / customers at the start."),
            "better": self.env._("Customers who rose %(base)s.", base=grade),
            "worse": self.env._("Customers who fell %(base)s.", base=grade),
        }

    # Actions

    def action_open_figure(self, code, group="all"):
        """Open the customers behind a figure.

        :param code: one of FIGURES
        :param group: id of the group, False for those without, ``all`` for all
        :raises UserError: no such figure
        """
        self.ensure_one()
        self.check_access("read")
        figure = FIGURES.get(code)
        if not figure:
            raise UserError(self.env._("There is no such figure."))
        domain = self._get_domain() & Domain(figure.whole, ">", 0)
        if group != "all":
            domain &= Domain(self.group_by, "=", group)
        action = self._get_action(self._get_names()[code])
        views = sorted(action["views"], key=lambda view: view[1] != "list")
        return {**action, "domain": list(domain), "views": views, "view_mode": "list,pivot,graph"}

    def action_analyse(self):
        """Open the pivot of the period."""
        self.ensure_one()
        return {**self._get_action(self.env._("Care of Customers")), "domain": list(self._get_domain())}

    def action_open_targets(self):
        """Open the targets."""
        return self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_care_target_action")

    def _get_action(self, name):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_care.customer_care_report_row_action"
        )
        first, last = fields.Date.to_string(self.date_from), fields.Date.to_string(self.date_to)
        name = f"{name} {first} – {last}"
        return {**action, "name": name, "display_name": name, "context": self._get_context()}

    # XLSX

    def _get_xlsx_name(self):
        return self.env._(
            "Care Report %(first)s to %(last)s",
            first=fields.Date.to_string(self.date_from),
            last=fields.Date.to_string(self.date_to),
        )

    def _write_xlsx(self, book):
        self._write_xlsx_figures(book)
        self._write_xlsx_groups(book)
        self._write_xlsx_months(book)
        sheet = book.add_sheet(self.env._("Customers"))
        names = ("partner_id", "care_grade_id", "care_team_id", "care_user_id", *SUMS)
        sheet.write_records(self._get_rows(), self._get_domain(), names)

    def _write_xlsx_figures(self, book):
        """One row for each figure, beside its target and its definition."""
        sums, before = self._get_sums(), self._get_sums(*self._get_previous_period())
        targets = self.env["customer.care.target"]._get_targets(self._get_company(), self.team_id)
        names, definitions = self._get_names(), self._get_definitions()
        sheet = book.add_sheet(self.env._("All Figures"))
        sheet.write_title(self._get_xlsx_name())
        sheet.write_head(
            [
                self.env._("Figure"),
                self.env._("In the period"),
                self.env._("Target"),
                self.env._("Earlier Period"),
                self.env._("Part"),
                self.env._("Whole"),
                self.env._("Target Reached"),
                self.env._("Definition"),
            ]
        )
        first = sheet.row
        for code, figure in FIGURES.items():
            percent, target = figure.get_percent(sums), targets.get(code)
            reached = figure.is_reached(percent, target)
            shares = [
                None if share is None else share / 100
                for share in (percent, target, figure.get_percent(before))
            ]
            answer = "" if reached is None else self.env._("Yes") if reached else self.env._("No")
            color = {} if reached is None else {1: "percent", 6: "better" if reached else "worse"}
            sheet.write_row(
                [names[code], *shares, sums[figure.part], sums[figure.whole], answer, definitions[code]],
                {1: "percent", 2: "percent", 3: "percent", **color},
            )
        sheet.add_chart(
            "bar",
            self.env._("Figures and targets"),
            [
                (self.env._("In the period"), first, sheet.row - 1, 1),
                (self.env._("Target"), first, sheet.row - 1, 2),
            ],
            position=(sheet.row + 1, 0),
        )

    def _write_xlsx_groups(self, book):
        names = self._get_names()
        sheet = book.add_sheet(dict(self._fields["group_by"]._description_selection(self.env))[self.group_by])
        labels = self._get_rows().fields_get(SUMS, ["string"])
        shares = list(FIGURES.values())
        sheet.write_head(
            [
                sheet.worksheet.get_name(),
                *(names[one.code] for one in shares),
                *(labels[name]["string"] for name in SUMS),
            ]
        )
        first = sheet.row
        styles = dict.fromkeys(range(1, len(shares) + 1), "percent")
        for group, sums in self._get_groups():
            percents = [figure.get_percent(sums) for figure in shares]
            sheet.write_row(
                [
                    group.display_name or self.env._("None"),
                    *(None if percent is None else percent / 100 for percent in percents),
                    *(sums[name] for name in SUMS),
                ],
                styles,
            )
        if sheet.row > first:
            columns = [1 + list(FIGURES).index(code) for code in ("contacts", "coverage", "satisfaction")]
            sheet.add_chart(
                "column",
                self._get_xlsx_name(),
                [(names[shares[column - 1].code], first, sheet.row - 1, column) for column in columns],
                position=(sheet.row + 1, 0),
            )

    def _write_xlsx_months(self, book):
        """The last months up to the end of the period, as rows and as lines."""
        names = self._get_names()
        sheet = book.add_sheet(self.env._("Twelve Months"))
        sheet.write_head([self.env._("Month"), *(names[code] for code in MONTHLY)])
        first = sheet.row
        begin = self.date_to.replace(day=1)
        for back in range(MONTHS - 1, -1, -1):
            month = begin - relativedelta(months=back)
            last = min(month + relativedelta(months=1, days=-1), self.date_to)
            sums = self._get_sums(month, last)
            percents = [FIGURES[code].get_percent(sums) for code in MONTHLY]
            sheet.write_row(
                [month.strftime("%Y-%m"), *(None if one is None else one / 100 for one in percents)],
                dict.fromkeys(range(1, len(MONTHLY) + 1), "percent"),
            )
        sheet.add_chart(
            "line",
            self.env._("Twelve Months"),
            [(names[code], first, sheet.row - 1, column) for column, code in enumerate(MONTHLY, 1)],
            position=(sheet.row + 1, 0),
        )
