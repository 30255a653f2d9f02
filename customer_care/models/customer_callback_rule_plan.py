from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .customer_callback_rule import PERIODIC

RUNNERS = "customer_care.group_care_supervisor"


class CustomerCallbackRule(models.Model):
    """Start runs of the rules that look at customers."""

    _inherit = "customer.callback.rule"
    _run_action = "customer_care.customer_callback_run_action"

    run_ids = fields.One2many(
        "customer.callback.run", "rule_id", string="Runs", domain=[("state", "!=", "preview")]
    )
    open_run_new = fields.Integer(string="Callbacks of the Open Run")

    @api.model
    def _get_periodic_triggers(self):
        return dict(PERIODIC)

    def _get_rest_text(self):
        return self.env._("An archived rule plans nothing.")

    def _check_may_plan(self):
        """:raises AccessError: the user divides no work"""
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(RUNNERS):
            raise AccessError(self.env._("Only supervisors plan callbacks by rules."))

    def _check_periodic(self):
        if not self.is_periodic:
            raise UserError(
                self.env._(
                    "This rule waits until something happens or somebody chooses it: it plans nothing by itself."
                )
            )
