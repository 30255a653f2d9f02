from odoo import fields, models


class CustomerCallbackRule(models.Model):
    """What to ask, and how often to try.

    Without a retry policy the rule's own two numbers count; its own text comes before the script.
    """

    _inherit = "customer.callback.rule"

    script_id = fields.Many2one(
        "customer.callback.script",
        string="Script with Questions",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    policy_id = fields.Many2one(
        "customer.callback.policy",
        string="Retry Policy",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Without a policy the two numbers below count, at any time of the day.",
    )
