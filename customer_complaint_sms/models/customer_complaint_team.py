from odoo import fields, models


class CustomerComplaintTeam(models.Model):
    _inherit = "customer.complaint.team"

    is_acknowledged_by_sms = fields.Boolean(
        "Acknowledge by SMS",
        help="Customers of whom no e-mail address is known get number, promised time and link by SMS; each "
        "costs money. When it cannot be sent, a colleague is asked to ring.",
    )
