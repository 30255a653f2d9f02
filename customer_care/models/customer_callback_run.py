from odoo import fields, models


class CustomerCallbackRun(models.Model):
    """One look of a rule at all its customers. How it works is in ``customer.rule.run.mixin``."""

    _name = "customer.callback.run"
    _description = "Run of a Callback Rule"
    _inherit = ["customer.rule.run.mixin"]
    _run_jobs = ("customer_care.ir_cron_callback_1", "customer_care.ir_cron_callback_2")
    _candidate_model = "customer.callback.candidate"
    _slice_model = "customer.callback.slice"
    _slice_counts = ("count_new", "count_moved", "count_cancelled")
    _order = "id desc"

    rule_id = fields.Many2one(
        "customer.callback.rule", required=True, readonly=True, ondelete="cascade", index=True
    )
    count_due = fields.Integer(string="To Call", help="Callbacks to be made or moved.")
    count_new = fields.Integer(string="Callbacks Made")
    count_moved = fields.Integer(string="Callbacks Moved", readonly=True)
    count_cancelled = fields.Integer(string="Callbacks Cancelled", readonly=True)
    count_unassigned = fields.Integer(
        string="Nobody Calls", readonly=True, help="Callbacks for which no caller was found."
    )
    count_no_phone = fields.Integer(string="No Number Known", readonly=True)
    slice_ids = fields.One2many("customer.callback.slice", "run_id", readonly=True)

    _open_uniq = models.UniqueIndex(
        "(rule_id) WHERE state IN ('waiting', 'running')", "This rule is being run already."
    )

    def action_open_called(self):
        """Open the list of the customers of the preview who would be called."""
        return self._get_candidate_action([("code", "=", False)], self.env._("Would Be Called"), {})

    def action_open_left_out(self):
        """Open the list of the customers of the preview who would not, by reason."""
        return self._get_candidate_action(
            [("code", "!=", False)], self.env._("Left Out"), {"search_default_group_code": 1}
        )

    def action_open_callbacks(self):
        """Open the callbacks of the rule."""
        self.ensure_one()
        return self.rule_id.action_open_callbacks()

    def _get_candidate_action(self, *args):
        return self._get_list_action("customer_care.customer_callback_candidate_action", *args)


class CustomerCallbackSlice(models.Model):
    """Part of the customers of a run that a worker does in one transaction."""

    _name = "customer.callback.slice"
    _description = "Slice of a Run of a Callback Rule"
    _order = "run_id, number"
    _log_access = False

    run_id = fields.Many2one(
        "customer.callback.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    number = fields.Integer(required=True, readonly=True)
    is_done = fields.Boolean(readonly=True)
    count_new = fields.Integer(readonly=True)
    count_moved = fields.Integer(readonly=True)
    count_cancelled = fields.Integer(readonly=True)
    count_blocked = fields.Integer(readonly=True)
