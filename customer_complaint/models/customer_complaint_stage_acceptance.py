from odoo import api, fields, models, tools


class CustomerComplaintStage(models.Model):
    _inherit = "customer.complaint.stage"

    needs_acceptance = fields.Boolean(
        "Solution Accepted", help="Before that the customer must have accepted the proposed solution."
    )

    @api.model
    @tools.ormcache()
    def _get_acceptance_ids(self):
        """Return the ids of the stages that ask for the customer's acceptance; a change of a stage clears it."""
        stages = self.sudo().with_context(active_test=False)
        return frozenset(stages.search([("needs_acceptance", "=", True)]).ids)
