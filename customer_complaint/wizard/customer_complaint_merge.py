from odoo import api, fields, models


class CustomerComplaintMerge(models.TransientModel):
    _name = "customer.complaint.merge"
    _description = "Merge Complaints"

    complaint_ids = fields.Many2many("customer.complaint", string="Complaints", required=True)
    main_id = fields.Many2one(
        "customer.complaint",
        string="Main Complaint",
        compute="_compute_main_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        domain="[('id', 'in', complaint_ids)]",
        help="The work goes on here; the others end and lead here.",
    )

    @api.depends("complaint_ids")
    def _compute_main_id(self):
        """Propose the one received first among those that are open."""
        for wizard in self:
            if wizard.main_id not in wizard.complaint_ids:
                wizard.main_id = wizard.complaint_ids._origin.sorted(
                    lambda one: (one.phase not in ("open", "waiting"), one.received_datetime, one.id)
                )[:1]

    def action_confirm(self):
        """Merge the complaints into the main one and open it."""
        self.ensure_one()
        (self.complaint_ids - self.main_id)._merge_into(self.main_id)
        return self.main_id._get_records_action(name=self.env._("Complaint"))
