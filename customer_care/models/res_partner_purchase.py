from odoo import fields, models

READERS = "customer_care.group_care_user,customer_care.group_care_auditor"


class ResPartner(models.Model):
    _inherit = "res.partner"

    care_transaction_count = fields.Integer(
        string="Imported Purchases", compute="_compute_care_transaction", groups=READERS
    )
    care_transaction_amount = fields.Monetary(
        string="Amount of Imported Purchases",
        currency_field="care_transaction_currency_id",
        compute="_compute_care_transaction",
        groups=READERS,
    )
    care_transaction_currency_id = fields.Many2one(
        "res.currency", string="Currency of Purchases", compute="_compute_care_transaction", groups=READERS
    )

    def _compute_care_transaction(self):
        totals = self.env["customer.transaction"]._get_totals(self)
        for partner in self:
            count, amount = totals.get(partner.commercial_partner_id.id, (0, 0.0))
            partner.care_transaction_count = count
            partner.care_transaction_amount = amount
            partner.care_transaction_currency_id = self.env.company.currency_id

    def action_care_open_transactions(self):
        """Open the imported purchases of the customer's company and all its contacts."""
        self.env["customer.transaction"].check_access("read")
        return self._care_get_family_action("customer_care.customer_transaction_action")
