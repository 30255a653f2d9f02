from odoo import fields, models
from odoo.exceptions import UserError


class CustomerConsentRecord(models.TransientModel):
    """Record one decision, of one customer or of many at once."""

    _name = "customer.consent.record"
    _description = "Record Consent"

    partner_ids = fields.Many2many("res.partner", string="Customers", required=True)
    purpose_id = fields.Many2one("customer.consent.purpose", required=True)
    state = fields.Selection(
        [("given", "Given"), ("refused", "Refused"), ("withdrawn", "Withdrawn")],
        string="Decision",
        required=True,
        default="given",
    )
    source = fields.Selection(
        [
            ("phone", "Phone"),
            ("paper", "Paper"),
            ("mail", "E-mail"),
            ("specialist", "Conversation"),
            ("import", "Import"),
        ],
        required=True,
        default="phone",
    )
    date = fields.Datetime(string="Decided on", required=True, default=fields.Datetime.now)
    date_until = fields.Date(string="Valid until")
    evidence = fields.Text()
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence Files")

    def action_confirm(self):
        """Record the decision, with the rights of the user."""
        self.ensure_one()
        if not self.partner_ids:
            raise UserError(self.env._("Please choose a customer."))
        self.partner_ids.check_access("read")
        self.env["customer.consent"].create(
            [
                {
                    "partner_id": partner.id,
                    "purpose_id": self.purpose_id.id,
                    "state": self.state,
                    "source": self.source,
                    "date": self.date,
                    "date_until": self.date_until,
                    "evidence": self.evidence,
                    "attachment_ids": [(6, 0, self.attachment_ids.ids)],
                }
                for partner in self.partner_ids
            ]
        )
        return {"type": "ir.actions.act_window_close"}
