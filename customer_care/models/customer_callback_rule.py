from odoo import fields, models

# Triggers that happen; whatever makes them happen calls ``_plan``.
EVENTS = [("delivered", "A delivery was made"), ("plan_closed", "A care plan was closed")]
# Triggers that the calendar makes: each night the customers are looked at anew.
PERIODIC = [
    ("purchase", "Months after a purchase"),
    ("frequency", "As often as the grade asks"),
    ("dormant", "Nothing for a long time"),
    ("filter", "Own filter"),
]
# Only the methods of this model set these.
GUARDED_FIELDS = ("is_changed", "date_last_run", "turns", "seed")


class CustomerCallbackRule(models.Model):
    """When to ring whom.

    Some rules wait for something to happen (``_plan``), others look at all customers each night (``_start_run``):

    - ``customer_callback_rule_event``: planning for documents when something happens
    - ``customer_callback_rule_when``: which customers are due, by SQL
    - ``customer_callback_rule_whom``: filters, samples and the order of choice
    - ``customer_callback_rule_who``: who calls
    - ``customer_callback_rule_plan``: starting runs by hand and each night
    - ``customer_callback_rule_change``: what happens when a rule is changed or archived
    - ``customer_callback_rule_text``: what the rule does, in words
    """

    _name = "customer.callback.rule"
    _description = "Callback Rule"
    _inherit = [
        "customer.guard.mixin",
        "customer.rule.audience.mixin",
        "customer.rule.owner.mixin",
        "customer.rule.periodic.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _run_model = "customer.callback.run"
    _order = "sequence, id"
    _check_company_auto = True
    _guarded_fields = dict.fromkeys(GUARDED_FIELDS, False)

    name = fields.Char(required=True, translate=True, help="Becomes the subject of the callbacks.")
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self._default_company_id(),
        index=True,
        help="Leave empty to use the rule in all companies.",
    )
    trigger = fields.Selection(
        selection=[("manual", "By hand"), *PERIODIC, *EVENTS],
        required=True,
        default="manual",
        index=True,
        tracking=True,
        help="What makes the callback. By hand: the rule is chosen when somebody plans a callback.",
    )

    delay_days = fields.Integer(string="Days until the Call", default=1, tracking=True)
    is_working_days = fields.Boolean(
        string="Working Days",
        default=True,
        help="Count working days of the team, or of the company's customer care, rather than calendar days.",
    )
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], default="0", required=True)
    max_attempts = fields.Integer(default=3, help="After so many unanswered calls the callback is given up.")
    retry_days = fields.Integer(string="Days until the next Attempt", default=1)

    team_id = fields.Many2one(
        "customer.care.team", check_company=True, ondelete="restrict", index="btree_not_null", tracking=True
    )
    script = fields.Html(translate=True, help="What to ask and to say; shown on the callback.")

    callback_count = fields.Integer(compute="_compute_callback_count")

    _check_delay_days = models.Constraint(
        "CHECK(delay_days BETWEEN 0 AND 3650)", "The days until the call go from 0 to 3650."
    )
    _check_retry_days = models.Constraint(
        "CHECK(retry_days BETWEEN 0 AND 3650)", "The days until the next attempt go from 0 to 3650."
    )
    _check_max_attempts = models.Constraint("CHECK(max_attempts > 0)", "There must be at least one attempt.")

    def _default_company_id(self):
        return self.env.company

    def _compute_callback_count(self):
        groups = self.env["customer.callback"]._read_group(
            [("rule_id", "in", self.ids)], ["rule_id"], ["__count"]
        )
        counts = {rule.id: count for rule, count in groups}
        for rule in self:
            rule.callback_count = counts.get(rule.id, 0)

    def _get_guarded_values(self):
        return {**super()._get_guarded_values(), "seed": self._get_new_seed()}

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for rule, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%(name)s (copy)", name=rule.name)
        return vals_list

    def action_open_callbacks(self):
        """Open the callbacks that the rule has planned."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_callback_action_all")
        return {**action, "domain": [("rule_id", "=", self.id)], "context": {}}
