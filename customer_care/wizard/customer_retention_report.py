from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.matrix import get_percent

FIGURES = ("start_count", "kept_count", "lost_count", "won_back_count", "new_count", "end_count")
STATUS = {
    "kept_count": ["kept"],
    "lost_count": ["lost"],
    "won_back_count": ["won_back"],
    "new_count": ["new"],
}
STATUS["start_count"] = ["kept", "lost"]
STATUS["end_count"] = ["kept", "won_back", "new"]


class CustomerRetentionReport(models.TransientModel):
    """How many customers stayed, left, came back and came between two days."""

    _name = "customer.retention.report"
    _description = "Retention and Churn"
    _inherit = ["customer.period.report"]

    group_by = fields.Selection(
        [
            ("care_team_id", "Care team"),
            ("care_user_id", "Responsible specialist"),
            ("grade_from_id", "Grade at the start"),
            ("stage_from_id", "Stage at the start"),
        ],
        default="care_team_id",
    )
    matrix = fields.Json(compute="_compute_matrix")
    start_count = fields.Integer(string="At the Start", compute="_compute_matrix")
    kept_count = fields.Integer(string="Kept", compute="_compute_matrix")
    lost_count = fields.Integer(string="Lost", compute="_compute_matrix")
    won_back_count = fields.Integer(string="Won Back", compute="_compute_matrix")
    new_count = fields.Integer(string="New", compute="_compute_matrix")
    end_count = fields.Integer(string="At the End", compute="_compute_matrix")
    retention = fields.Char(compute="_compute_matrix")
    churn = fields.Char(compute="_compute_matrix")
    history_date = fields.Date(string="History since", compute="_compute_history_date")

    @api.depends("date_from")
    def _compute_history_date(self):
        changes = self.env["customer.lifecycle.change"].sudo()
        first = changes.search([], order="date, id", limit=1)
        for report in self:
            report.history_date = first.date and fields.Date.context_today(report, first.date)

    @api.depends("date_from", "date_to", "company_id", "team_id", "group_by")
    def _compute_matrix(self):
        for report in self:
            groups = report._get_groups()
            totals = [sum(row[1][index] for row in groups) for index in range(len(FIGURES))]
            for name, number in zip(FIGURES, totals, strict=True):
                report[name] = number
            report.retention = report._format(get_percent(report.kept_count, report.start_count))
            report.churn = report._format(get_percent(report.lost_count, report.start_count))
            report.matrix = report._get_matrix(groups, totals)

    def _get_groups(self):
        """Return ``[(record of the group or None, [figures])]``."""
        self.ensure_one()
        rows = self._get_rows()
        if rows is None:
            return []
        groupby = [self.group_by] if self.group_by else []
        found = rows._read_group(self._get_domain(), groupby, [f"{name}:sum" for name in FIGURES])
        return [
            ((group[0] if groupby else None), [number or 0 for number in group[len(groupby) :]])
            for group in found
        ]

    def _get_rows(self):
        """Return the rows of the period as an empty recordset, or None when there is no period."""
        if not self._has_period():
            return None
        return self.env["customer.retention.row"].with_context(**self._get_context())

    def _get_matrix(self, groups, totals):
        labels = self.env["customer.retention.row"].fields_get(FIGURES, ["string"])
        head = [labels[name]["string"] for name in FIGURES]
        lines = [self._get_line(group, numbers) for group, numbers in groups] if self.group_by else []
        total = self._get_line(None, totals, self.env._("Total"))
        total["class"] = "fw-bold"
        return {
            "method": "action_open_customers",
            "corner": dict(self._fields["group_by"]._description_selection(self.env)).get(self.group_by, ""),
            "head": [*head, self.env._("Retention"), self.env._("Churn")],
            "rows": [*lines, total],
        }

    def _get_line(self, group, numbers, name=None):
        key = "all" if name else (group.id or False if group else False)
        start, kept, lost = numbers[0], numbers[1], numbers[2]
        cells = [
            {"text": str(number), **({"args": [figure, key]} if number else {})}
            for figure, number in zip(FIGURES, numbers, strict=True)
        ]
        rates = [self._format(get_percent(kept, start)), self._format(get_percent(lost, start))]
        return {
            "name": name or (group and group.display_name) or self.env._("None"),
            "cells": [*cells, *({"text": rate, "class": "fw-bold"} for rate in rates)],
        }

    def _format(self, percent):
        return "–" if percent is None else f"{percent:.1f} %"

    def action_open_customers(self, figure="end_count", group="all"):
        """Open the customers behind a number.

        :param figure: one of FIGURES
        :param group: id of the group, False for those without, ``all`` for all
        """
        self.ensure_one()
        if figure not in STATUS:
            raise UserError(self.env._("There is no such figure."))
        domain = [*self._get_domain(), ("status", "in", STATUS[figure])]
        if group != "all" and self.group_by:
            domain.append((self.group_by, "=", group))
        action = self._get_action()
        # The customers themselves first: the client follows the order of ``views``.
        views = sorted(action["views"], key=lambda view: view[1] != "list")
        return {**action, "domain": domain, "views": views, "view_mode": "list,pivot,graph"}

    def action_analyse(self):
        """Open the pivot of the period."""
        self.ensure_one()
        return {**self._get_action(), "domain": self._get_domain()}

    def _get_action(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_retention_row_action")
        name = self.env._(
            "Retention %(first)s – %(last)s",
            first=fields.Date.to_string(self.date_from),
            last=fields.Date.to_string(self.date_to),
        )
        return {**action, "name": name, "display_name": name, "context": self._get_context()}

    # XLSX

    def _get_xlsx_name(self):
        return self.env._(
            "Retention %(first)s to %(last)s",
            first=fields.Date.to_string(self.date_from),
            last=fields.Date.to_string(self.date_to),
        )

    def _write_xlsx(self, book):
        matrix = self.matrix
        sheet = book.add_sheet(self.env._("Retention"))
        sheet.write_title(self._get_xlsx_name())
        sheet.write_head([matrix["corner"], *matrix["head"]])
        first = sheet.row
        for row in matrix["rows"]:
            numbers = [int(cell["text"]) for cell in row["cells"][: len(FIGURES)]]
            rates = [get_percent(numbers[index], numbers[0]) for index in (1, 2)]
            sheet.write_row(
                [row["name"], *numbers, *(rate and rate / 100 for rate in rates)],
                {7: "percent", 8: "percent"},
            )
        sheet.write_note(self.env._("Retention = kept / at the start. Churn = lost / at the start."))
        # Without groups the total alone is drawn.
        last = first + max(len(matrix["rows"]) - 2, 0)
        sheet.add_chart(
            "column",
            self.env._("Retention and churn"),
            [(self.env._("Retention"), first, last, 7), (self.env._("Churn"), first, last, 8)],
            position=(sheet.row + 1, 0),
        )
        self._write_xlsx_customers(book)

    def _write_xlsx_customers(self, book):
        rows = self._get_rows()
        if rows is None:
            return
        names = "partner_id status stage_from_id stage_to_id grade_from_id care_user_id care_team_id".split()
        sheet = book.add_sheet(self.env._("Customers"))
        sheet.write_records(rows, self._get_domain(), names)
