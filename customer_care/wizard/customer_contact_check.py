from odoo import api, fields, models
from odoo.fields import Domain


class CustomerContactCheck(models.TransientModel):
    """May we contact this customer, what for and how: the gate's answers, with reasons."""

    _name = "customer.contact.check"
    _description = "May We Contact?"

    partner_id = fields.Many2one("res.partner", string="Customer", required=True)
    at = fields.Datetime(string="When", required=True, default=fields.Datetime.now)
    line_ids = fields.One2many("customer.contact.check.line", "check_id", compute="_compute_line_ids")

    @api.depends("partner_id", "at")
    def _compute_line_ids(self):
        purposes = self.env["customer.consent.purpose"].search(Domain.TRUE)
        channels = dict(
            self.env["customer.contact.check.line"]._fields["channel"]._description_selection(self.env)
        )
        for check in self:
            lines = []
            for purpose in purposes:
                for channel in channels:
                    partner = check.partner_id
                    reasons = partner._care_gate(purpose.code, channel, check.at) if partner else []
                    lines.append(
                        {
                            "purpose_id": purpose.id,
                            "channel": channel,
                            "is_allowed": not reasons,
                            "reasons": " ".join(reasons),
                        }
                    )
            check.line_ids = self.env["customer.contact.check.line"].concat(
                *(self.env["customer.contact.check.line"].new(vals) for vals in lines)
            )
