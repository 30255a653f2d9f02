from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CustomerGradingMatrixMixin(models.AbstractModel):
    """Documents that stand for many grading results, shown as a table from the grade before to the new one.

    A model names the column of ``customer.grading.result`` that leads to it: ``_matrix_field = "run_id"``.
    """

    _name = "customer.grading.matrix.mixin"
    _description = "Table of Grade Changes"

    _matrix_field = None

    matrix = fields.Json(compute="_compute_matrix", string="From Grade to Grade")

    def _compute_matrix(self):
        counts = self._get_matrix_counts()
        for record in self:
            found = counts.get(record.id)
            record.matrix = record._get_matrix(found) if found else False

    def _get_matrix_counts(self):
        """Return ``{record id: {(grade id before or None, grade id or None): number}}`` in one query."""
        if not self.ids:
            return {}
        self.env["customer.grading.result"].flush_model()
        column = SQL.identifier(self._matrix_field)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT %s, previous_grade_id, grade_id, COUNT(*)
                  FROM customer_grading_result WHERE %s IN %s GROUP BY 1, 2, 3
                """,
                column,
                column,
                tuple(self.ids),
            )
        )
        result = {}
        for record_id, old, new, count in rows:
            result.setdefault(record_id, {})[old, new] = count
        return result

    def _get_matrix(self, counts):
        table = self.env["customer.grade"]._get_matrix(counts)
        return {**table, "corner": self.env._("Before ↓ After →"), "method": "action_open_cell"}

    def action_open_cell(self, old=False, new=False):
        """Open the customers of one cell: ids of the grades before and after, False for none."""
        self.ensure_one()
        self.check_access("read")
        if any(key and not isinstance(key, int) for key in (old, new)):
            raise UserError(self.env._("There is no such grade."))
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_grading_result_action"),
            "name": self.display_name,
            "domain": [
                (self._matrix_field, "=", self.id),
                ("previous_grade_id", "=", old or False),
                ("grade_id", "=", new or False),
            ],
            "context": {},
        }
