from odoo import api, fields, models
from odoo.tools import SQL


class ComplaintSubjectMixin(models.AbstractModel):
    """Survey reports by what the complaint that was asked about belongs to, as far as the reader sees the complaint."""

    _name = "complaint.subject.mixin"
    _description = "Survey Report with Complaints"

    complaint_category_id = fields.Many2one("customer.complaint.category", readonly=True)
    complaint_team_id = fields.Many2one("customer.complaint.team", readonly=True)

    @api.model
    def _get_complaint_join(self, model, res_id):
        """Return {alias: (table, condition)} of the complaint a row is about."""
        return {
            "complaint": (
                "customer_complaint",
                SQL("complaint.id = CASE WHEN %s = 'customer.complaint' THEN %s END", model, res_id),
            )
        }

    @api.model
    def _get_complaint_columns(self):
        return {
            "complaint_category_id": SQL("complaint.category_id"),
            "complaint_team_id": SQL("complaint.team_id"),
        }
