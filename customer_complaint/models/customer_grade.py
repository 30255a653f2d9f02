from odoo import api, fields, models, tools


class CustomerGrade(models.Model):
    """How much the complaints of customers of a grade weigh."""

    _name = "customer.grade"
    _inherit = ["customer.grade", "customer.cached.mixin"]

    complaint_priority = fields.Selection(
        [
            ("-1", "One step lower"),
            ("0", "As all complaints"),
            ("1", "One step higher"),
            ("3", "Always very high"),
        ],
        required=True,
        default="0",
        help="How the grade moves the priority that severity and urgency give to a new complaint.",
    )
    is_complaint_key = fields.Boolean(
        string="Service Manager Joins Complaints",
        help="Complaints of customers of this grade bring in the service manager of the team.",
    )

    @api.model
    def _get_cached_fields(self):
        return {"complaint_priority", "is_complaint_key"}

    @api.model
    @tools.ormcache()
    def _get_complaint_steps(self):
        """Return ``{grade id: steps}`` to add to the priority, of the grades that move it.

        Kept in the registry's cache: each complaint asks, administrators rarely change it.
        """
        grades = self.sudo().with_context(active_test=False).search([("complaint_priority", "!=", "0")])
        return {grade.id: int(grade.complaint_priority) for grade in grades}

    @api.model
    @tools.ormcache()
    def _get_key_grades(self):
        """Return the ids of the grades whose complaints bring in the service manager, kept in the cache."""
        grades = self.sudo().with_context(active_test=False)
        return frozenset(grades.search([("is_complaint_key", "=", True)]).ids)
