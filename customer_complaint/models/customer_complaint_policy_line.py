from odoo import api, fields, models
from odoo.exceptions import ValidationError

TARGETS = [
    ("acknowledge", "Acknowledgement"),
    ("response", "First Response"),
    ("solution", "Proposed Solution"),
    ("resolution", "Resolution"),
    ("update", "Next Update"),
    ("task", "Department Task"),
]
# Those a complaint itself has a clock for; a task has its own, from its handing over.
COMPLAINT_TARGETS = ("acknowledge", "response", "solution", "resolution", "update")
TASK_TARGET = "task"
UNITS = [
    ("working_hours", "Working Hours"),
    ("working_days", "Working Days"),
    ("calendar_days", "Calendar Days"),
]


class CustomerComplaintPolicyLine(models.Model):
    """One time limit of a policy: how long what may take."""

    _name = "customer.complaint.policy.line"
    _description = "Complaint Time Limit"
    _inherit = ["customer.number.mixin"]
    _order = "policy_id, target, id"
    _rec_name = "target"

    policy_id = fields.Many2one("customer.complaint.policy", required=True, index=True, ondelete="cascade")
    target = fields.Selection(TARGETS, required=True, default="response")
    limit = fields.Float(required=True, digits=(16, 2), default=24)
    unit = fields.Selection(UNITS, required=True, default="working_hours")

    _limit_positive = models.Constraint('CHECK("limit" > 0)', "A time limit must be longer than nothing.")
    _target_uniq = models.Constraint("UNIQUE(policy_id, target)", "A policy has one limit for each target.")

    @api.constrains("limit", "unit")
    def _check_limit(self):
        for line in self:
            if line.limit > 10000:
                raise ValidationError(self.env._("A time limit can be at most 10,000."))
            if line.unit != "working_hours" and line.limit != int(line.limit):
                raise ValidationError(self.env._("A time limit in days must be a whole number."))

    @api.model_create_multi
    def create(self, vals_list):
        before = self.policy_id._get_rules()
        lines = super().create(vals_list)
        lines.policy_id._after_change(before)
        return lines

    def write(self, vals):
        before = self.policy_id._get_rules()
        result = super().write(vals)
        self.policy_id._after_change(before)
        return result

    def unlink(self):
        policies = self.policy_id
        before = policies._get_rules()
        result = super().unlink()
        policies._after_change(before)
        return result
