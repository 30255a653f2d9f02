from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerComplaintStageArchive(models.TransientModel):
    """Archive stages that complaints are in: these are moved to another stage first."""

    _name = "customer.complaint.stage.archive"
    _description = "Archive Complaint Stages in Use"

    stage_ids = fields.Many2many("customer.complaint.stage", string="Stages", required=True, readonly=True)
    count = fields.Integer(compute="_compute_count", string="Complaints in Them")
    target_id = fields.Many2one(
        "customer.complaint.stage", string="Move Them to", domain="[('id', 'not in', stage_ids)]"
    )

    @api.depends("stage_ids")
    def _compute_count(self):
        # As superuser: complaints of all companies have to leave.
        for wizard in self:
            wizard.count = len(wizard._get_complaints())

    def action_confirm(self):
        """Move the complaints as any move does, but without the rules for people; then archive.

        :raises UserError: when a complaint cannot go there
        """
        self.ensure_one()
        self.stage_ids.check_access("write")
        complaints = self._get_complaints()
        if complaints and not self.target_id:
            raise UserError(self.env._("Choose where the complaints shall go."))
        complaints.write({"stage_id": self.target_id.id})
        self.stage_ids.write({"active": False})
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _get_complaints(self):
        Complaint = self.env["customer.complaint"].sudo().with_context(active_test=False)
        return Complaint.search([("stage_id", "in", self.stage_ids.ids)])
