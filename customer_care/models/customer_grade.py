from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.matrix import DIRECTION_CLASSES, get_direction, get_matrix


class CustomerGrade(models.Model):
    """What a customer is worth to us, the best grade first."""

    _name = "customer.grade"
    _description = "Customer Grade"
    _order = "sequence, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="One or two letters that stand for the grade, e.g. A.")
    sequence = fields.Integer(default=10, help="The best grade comes first.")
    color = fields.Integer(default=0)
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True)
    partner_count = fields.Integer(string="Customers", compute="_compute_partner_count")

    _code_uniq = models.Constraint("UNIQUE(code)", "There is already a grade with this code.")

    @api.depends("code", "name")
    def _compute_display_name(self):
        for grade in self:
            parts = dict.fromkeys(part for part in (grade.code, grade.name) if part)
            grade.display_name = " · ".join(parts)

    def _compute_partner_count(self):
        counts = dict(
            self.env["res.partner"]._read_group(self._get_partner_domain(), ["care_grade_id"], ["__count"])
        )
        for grade in self:
            grade.partner_count = counts.get(grade, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """Grades that customers have, or had, are archived."""
        used = self.env["res.partner"].sudo().with_context(active_test=False)
        results = self.env["customer.grading.result"].sudo()
        versions = self.env["customer.grading.version"].sudo().search(Domain.TRUE)
        named = {row["grade_id"] for version in versions for row in version.spec["thresholds"]}
        if not named.isdisjoint(self.ids):
            raise UserError(
                self.env._("A grade that a version of a scheme gives cannot be deleted: archive it instead.")
            )
        if used.search_count([("care_grade_id", "in", self.ids)], limit=1) or results.search_count(
            ["|", ("grade_id", "in", self.ids), ("previous_grade_id", "in", self.ids)], limit=1
        ):
            raise UserError(
                self.env._("A grade that was given to customers cannot be deleted: archive it instead.")
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        count = self.with_context(active_test=False).search_count([])
        for number, vals in enumerate(vals_list, start=count + 1):
            vals.update(name=self.env._("%(name)s (copy)", name=vals["name"]), code=f"{vals['code']}{number}")
        return vals_list

    def action_open_partners(self):
        """Open the customers who have the grade."""
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.res_partner_action_grade"),
            "domain": list(self._get_partner_domain()),
            "context": {},
        }

    def _get_partner_domain(self):
        """Return the domain of the customers of the grades; contacts show their company's and do not count."""
        return Domain("care_grade_id", "in", self.ids) & (
            Domain("is_company", "=", True) | Domain("parent_id", "=", False)
        )

    @api.model
    def _get_ranks(self):
        """Return ``{grade_id: rank}`` of all grades, archived ones too; 0 is the best."""
        grades = self.sudo().with_context(active_test=False).search(Domain.TRUE)
        return {grade_id: rank for rank, grade_id in enumerate(grades.ids)}

    @api.model
    def _get_shown(self, counts):
        """Return the grades in use and those that occur in ``{(grade id, grade id): number}``, the best first."""
        used = {grade_id for pair in counts for grade_id in pair}
        grades = self.with_context(active_test=False).search(Domain.TRUE)
        return grades.filtered(lambda grade: grade.active or grade.id in used)

    @api.model
    def _get_matrix(self, counts):
        """Return the table of customers that went from grade to grade, coloured by the direction.

        :param counts: ``{(grade id or None, grade id or None): number}``
        """
        grades = self._get_shown(counts)
        names = [(grade.id, grade.display_name) for grade in grades]
        return get_matrix(
            names,
            names,
            counts,
            none=self.env._("Not graded"),
            total=self.env._("Total"),
            get_class=lambda old, new: DIRECTION_CLASSES.get(get_direction(grades.ids, old, new), ""),
        )

    @api.model
    def _get_best_ids(self):
        """Return the ids of the best grade in use and of archived better ones: a director gives and takes them."""
        grades = self.sudo().with_context(active_test=False).search(Domain.TRUE)
        best = next((number for number, grade in enumerate(grades, start=1) if grade.active), len(grades))
        return set(grades[:best].ids)
