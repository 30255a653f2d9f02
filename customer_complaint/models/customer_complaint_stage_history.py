from odoo import api, fields, models
from odoo.addons.customer_care.tools.insert import insert
from odoo.exceptions import AccessError

from .customer_complaint_stage import CLOCK_EFFECTS, PHASES


class CustomerComplaintStageHistory(models.Model):
    """What happened to a complaint's stage, append-only; the meaning of the stage is frozen in each row."""

    _name = "customer.complaint.stage.history"
    _description = "Complaint Stage History"
    _order = "datetime desc, id desc"
    _rec_name = "stage_id"
    # Who and when is in the row itself.
    _log_access = False

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id")
    stage_id = fields.Many2one("customer.complaint.stage", required=True, readonly=True, ondelete="restrict")
    phase = fields.Selection(PHASES, required=True, readonly=True)
    clock_effect = fields.Selection(CLOCK_EFFECTS, string="Time Limits", required=True, readonly=True)
    target_effects = fields.Char(
        string="Effects on Single Time Limits",
        readonly=True,
        help="What the stage did to single time limits otherwise than to all, as it was then.",
    )
    is_solution = fields.Boolean(string="Solution Proposed", readonly=True)
    datetime = fields.Datetime(string="On", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="By", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("The stage history is written by the program alone."))
        return super().create(vals_list)

    def write(self, vals):
        if vals:
            raise AccessError(self.env._("The stage history cannot be changed."))
        return super().write(vals)

    @api.model
    def _append(self, vals_list):
        """Append rows in one batch, as superuser; all values are given.

        :param vals_list: as of ``_prepare_stage_history_vals``
        """
        rows = insert(self.sudo(), vals_list)
        complaints = self.env["customer.complaint"].browse([vals["complaint_id"] for vals in vals_list])
        complaints.invalidate_recordset(["stage_history_ids"], flush=False)
        complaints.modified(["stage_history_ids"])
        return rows

    @api.ondelete(at_uninstall=False)
    def _unlink_except_superuser(self):
        if not self.env.su:
            raise AccessError(self.env._("The stage history cannot be deleted."))
