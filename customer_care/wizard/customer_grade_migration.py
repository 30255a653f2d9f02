from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.matrix import get_direction, get_percent

DIRECTIONS = ("better", "same", "worse", "new", "ended")


class CustomerGradeMigration(models.TransientModel):
    """How many customers went from each grade to each other between two days."""

    _name = "customer.grade.migration"
    _description = "Migration of Grades between two Days"
    _inherit = ["customer.period.report"]

    scheme_id = fields.Many2one(
        "customer.grading.scheme", help="Customers graded by this scheme. Empty: all."
    )
    matrix = fields.Json(compute="_compute_matrix")
    customer_count = fields.Integer(string="Customers", compute="_compute_matrix")
    better_count = fields.Integer(string="Better", compute="_compute_matrix")
    same_count = fields.Integer(string="Unchanged", compute="_compute_matrix")
    worse_count = fields.Integer(string="Worse", compute="_compute_matrix")
    new_count = fields.Integer(string="First Graded", compute="_compute_matrix")
    ended_count = fields.Integer(string="No Longer Graded", compute="_compute_matrix")

    @api.depends("date_from", "date_to", "company_id", "team_id", "scheme_id")
    def _compute_matrix(self):
        for report in self:
            counts, directions = report._get_counts()
            for direction in DIRECTIONS:
                report[f"{direction}_count"] = directions.get(direction, 0)
            report.customer_count = sum(directions.values())
            report.matrix = report._get_matrix(counts)

    def _get_context(self):
        return {**super()._get_context(), "care_scheme_id": self.scheme_id.id}

    def _get_counts(self):
        """Return ``{(grade id or None, grade id or None): number}`` and ``{direction: number}``."""
        rows = self._get_rows()
        if rows is None:
            return {}, {}
        counts, directions = {}, {}
        groups = rows._read_group(
            self._get_domain(), ["grade_from_id", "grade_to_id", "direction"], ["__count"]
        )
        for old, new, direction, count in groups:
            counts[old.id or None, new.id or None] = count
            directions[direction] = directions.get(direction, 0) + count
        return counts, directions

    def _get_rows(self):
        if not self._has_period():
            return None
        return self.env["customer.grade.migration.row"].with_context(**self._get_context())

    def _get_matrix(self, counts):
        table = self.env["customer.grade"]._get_matrix(counts)
        corner = self.env._(
            "%(first)s ↓ %(last)s →",
            first=fields.Date.to_string(self.date_from) or "",
            last=fields.Date.to_string(self.date_to) or "",
        )
        return {**table, "corner": corner, "method": "action_open_customers"}

    def action_open_customers(self, old=False, new=False):
        """Open the customers of one cell: ids of the grades at the start and at the end, False for none."""
        self.ensure_one()
        if any(key and not isinstance(key, int) for key in (old, new)):
            raise UserError(self.env._("There is no such grade."))
        domain = [("grade_from_id", "=", old or False), ("grade_to_id", "=", new or False)]
        return {**self._get_action(), "domain": [*self._get_domain(), *domain]}

    def action_analyse(self):
        """Open all customers of the period."""
        self.ensure_one()
        return {**self._get_action(), "domain": self._get_domain()}

    def _get_action(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_care.customer_grade_migration_row_action"
        )
        return {**action, "name": self._get_xlsx_name(), "context": self._get_context()}

    # XLSX

    def _get_xlsx_name(self):
        return self.env._(
            "Migration of Grades %(first)s to %(last)s",
            first=fields.Date.to_string(self.date_from),
            last=fields.Date.to_string(self.date_to),
        )

    def _write_xlsx(self, book):
        counts, directions = self._get_counts()
        sheet = book.add_sheet(self.env._("Migration"))
        sheet.write_title(self._get_xlsx_name())
        first, columns = self._write_xlsx_matrix(sheet, counts)
        last = sheet.row - 2
        labels = dict(
            self.env["customer.grade.migration.row"]._fields["direction"]._description_selection(self.env)
        )
        sheet.row += 1
        total = sum(directions.values())
        for direction in DIRECTIONS:
            number = directions.get(direction, 0)
            percent = get_percent(number, total)
            sheet.write_row(
                [labels[direction], number, None if percent is None else percent / 100], {2: "percent"}
            )
        if last >= first:
            series = [(name, first, last, column) for column, name in enumerate(columns, start=1)]
            sheet.add_chart("column", self._get_xlsx_name(), series, (sheet.row + 1, 0), stacked=True)
        rows = self._get_rows()
        names = "partner_id grade_from_id grade_to_id steps direction care_score care_user_id care_team_id".split()
        book.add_sheet(self.env._("Customers")).write_records(rows, self._get_domain(), names)

    def _write_xlsx_matrix(self, sheet, counts):
        """Write the matrix; return the index of its first row and the names of its columns."""
        grades = self.env["customer.grade"]._get_shown(counts)
        ids = [*grades.ids, *([None] if any(None in pair for pair in counts) else [])]
        names = [*grades.mapped("display_name"), self.env._("Not graded")][: len(ids)]
        sheet.write_head([self.env._("From ↓ to →"), *names, self.env._("Total")])
        first = sheet.row
        for old, name in zip(ids, names, strict=True):
            numbers = [counts.get((old, new), 0) for new in ids]
            formats = {
                column: get_direction(grades.ids, old, new)
                for column, new in enumerate(ids, start=1)
                if numbers[column - 1]
            }
            sheet.write_row([name, *numbers, sum(numbers)], formats)
        sums = [sum(counts.get((old, new), 0) for old in ids) for new in ids]
        sheet.write_row([self.env._("Total"), *sums, sum(sums)], dict.fromkeys(range(len(ids) + 2), "bold"))
        return first, names
