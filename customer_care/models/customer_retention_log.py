from odoo import fields, models


class CustomerRetentionLog(models.Model):
    """One run of a retention period."""

    _name = "customer.retention.log"
    _description = "Run of a Retention Period"
    _order = "create_date desc, id desc"
    _rec_name = "rule_id"

    rule_id = fields.Many2one(
        "customer.retention.rule", required=True, readonly=True, index=True, ondelete="cascade"
    )
    count = fields.Integer(string="Records", readonly=True)
    is_dry_run = fields.Boolean(string="Trial", readonly=True)
