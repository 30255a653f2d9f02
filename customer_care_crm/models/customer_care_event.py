from odoo import fields, models


class CustomerCareEvent(models.Model):
    _inherit = "customer.care.event"

    kind = fields.Selection(
        selection_add=[
            ("opportunity_created", "Opportunity created"),
            ("opportunity_won", "Opportunity won"),
            ("opportunity_lost", "Opportunity lost"),
        ],
        ondelete=dict.fromkeys(("opportunity_created", "opportunity_won", "opportunity_lost"), "cascade"),
    )
