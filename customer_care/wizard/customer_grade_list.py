from odoo import api, fields, models
from odoo.fields import Domain

COLUMNS = (
    "complete_name",
    "care_grade_id",
    "care_score",
    "care_previous_score",
    "care_grade_date",
    "care_review_date",
    "care_lifecycle_stage_id",
    "care_next_contact_date",
    "care_user_id",
    "care_team_id",
    "phone",
    "email",
    "city",
    "country_id",
)


class CustomerGradeList(models.TransientModel):
    """The directory of graded customers as a workbook: a sheet with their number by grade and a chart, and the list."""

    _name = "customer.grade.list"
    _description = "Grade List"
    _inherit = ["customer.xlsx.mixin"]

    # Not a many2many: a hundred thousand customers may be chosen.
    chosen_ids = fields.Json(
        readonly=True, help="Ids of the customers that were chosen; empty: all that have a grade."
    )

    @api.model
    def _open(self, partners):
        """Return the action that downloads the list of these customers; of all graded ones without any."""
        customers = partners.commercial_partner_id
        return self.create({"chosen_ids": customers.ids}).action_download_xlsx()

    def _get_domain(self):
        grades = self.env["customer.grade"].with_context(active_test=False).search(Domain.TRUE)
        domain = grades._get_partner_domain()
        return domain & Domain("id", "in", self.chosen_ids) if self.chosen_ids else domain

    # XLSX

    def _get_xlsx_name(self):
        return self.env._("Grade List %(date)s", date=fields.Date.context_today(self))

    def _write_xlsx(self, book):
        Partner, domain = self.env["res.partner"], self._get_domain()
        self._write_xlsx_counts(book.add_sheet(self.env._("Grades")), Partner, domain)
        sheet = book.add_sheet(self.env._("Customers"))
        sheet.write_records(Partner, domain, COLUMNS, order="care_score desc, id desc")

    def _write_xlsx_counts(self, sheet, model, domain):
        sheet.write_title(self._get_xlsx_name())
        labels = model.fields_get(["care_grade_id", "care_score"], ["string"])
        customers = self.env._("Customers")
        sheet.write_head([labels["care_grade_id"]["string"], customers, self.env._("Average Score")])
        first = sheet.row
        groups = model._read_group(domain, ["care_grade_id"], ["__count", "care_score:avg"])
        for grade, count, score in sorted(groups, key=lambda group: (group[0].sequence, group[0].id)):
            sheet.write_row([grade.display_name, count, round(score or 0.0, 2)])
        if groups:
            series = [(customers, first, sheet.row - 1, 1)]
            sheet.add_chart("column", self._get_xlsx_name(), series, (sheet.row + 1, 0))
