import json

from odoo import fields, models

from .customer_complaint_policy_line import COMPLAINT_TARGETS, TARGETS
from .customer_complaint_stage import CLOCK_EFFECTS


class CustomerComplaintStageEffect(models.Model):
    """What a stage does to one time limit, where that differs from what it does to the others.

    It holds for complaints that enter the stage from now on: each row of the stage history keeps what the
    stage did when the complaint entered it.
    """

    _name = "customer.complaint.stage.effect"
    _description = "Effect of a Stage on a Time Limit"
    _inherit = "customer.cached.mixin"
    _order = "stage_id, target"
    _rec_name = "target"

    stage_id = fields.Many2one("customer.complaint.stage", required=True, index=True, ondelete="cascade")
    target = fields.Selection(
        [target for target in TARGETS if target[0] in COMPLAINT_TARGETS], string="Time Limit", required=True
    )
    effect = fields.Selection(CLOCK_EFFECTS, required=True, default="run")

    _target_uniq = models.Constraint("UNIQUE(stage_id, target)", "A stage does one thing to each time limit.")

    def _freeze(self):
        """Return the effects of one stage as the history keeps them: a JSON text, None without any."""
        return json.dumps({line.target: line.effect for line in self}, sort_keys=True) if self else None
