from odoo import fields, models


class CustomerContactCheckLine(models.TransientModel):
    """Whether a customer may be contacted for one purpose by one channel, and why not."""

    _name = "customer.contact.check.line"
    _description = "May We Contact: Answer"

    check_id = fields.Many2one("customer.contact.check", index=True, ondelete="cascade")
    purpose_id = fields.Many2one("customer.consent.purpose")
    channel = fields.Selection([("phone", "Phone"), ("sms", "SMS"), ("email", "E-mail")])
    is_allowed = fields.Boolean(string="Allowed")
    reasons = fields.Char()
