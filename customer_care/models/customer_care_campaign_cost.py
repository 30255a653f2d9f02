from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerCareCampaignCost(models.Model):
    """One thing a campaign costs, planned and paid, with its evidence."""

    _name = "customer.care.campaign.cost"
    _description = "Cost of a Campaign"
    _order = "campaign_id, id"

    campaign_id = fields.Many2one("customer.care.campaign", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="campaign_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="campaign_id.currency_id")
    name = fields.Char(string="What For", required=True)
    date = fields.Date(string="Paid On")
    planned_amount = fields.Monetary(string="Planned")
    actual_amount = fields.Monetary(string="Actual")
    evidence_ids = fields.Many2many("ir.attachment", copy=False, help="Invoices and receipts.")

    _check_planned = models.Constraint(
        "CHECK(planned_amount >= 0 AND planned_amount <> 'NaN')", "A cost cannot be negative."
    )
    _check_actual = models.Constraint(
        "CHECK(actual_amount >= 0 AND actual_amount <> 'NaN')", "A cost cannot be negative."
    )

    @api.model_create_multi
    def create(self, vals_list):
        costs = super().create(vals_list)
        costs._check_open()
        costs._own_evidence()
        return costs

    def write(self, vals):
        self._check_open()
        result = super().write(vals)
        self._check_open()
        self._own_evidence()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evaluated(self):
        self._check_open()

    def copy_data(self, default=None):
        return [{**vals, "actual_amount": 0.0, "date": False} for vals in super().copy_data(default)]

    def _own_evidence(self):
        """Let everybody who may read a cost read its evidence, not only who uploaded it."""
        for cost in self:
            loose = cost.sudo().evidence_ids.filtered(
                lambda file: not file.res_id and file.create_uid == self.env.user
            )
            loose.write({"res_model": cost._name, "res_id": cost.id})

    def _check_open(self):
        """:raises UserError: the campaign is evaluated or cancelled: its costs stay as they are"""
        if any(cost.campaign_id.state in ("evaluated", "cancelled") for cost in self):
            raise UserError(self.env._("The costs of an evaluated or cancelled campaign stay as they are."))
