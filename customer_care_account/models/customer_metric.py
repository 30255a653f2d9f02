from odoo import api, models
from odoo.tools import SQL

PURCHASE_TYPES = ("out_invoice", "out_refund", "out_receipt")


class CustomerMetric(models.Model):
    _inherit = "customer.metric"

    @api.model
    def _get_purchase_parts(self, scope):
        """Append the posted invoices, credit notes and receipts of the companies that count invoices.

        Without tax, in the company's currency as booked, by the day of the invoice.
        """
        parts = super()._get_purchase_parts(scope)
        companies = self._get_source_companies(scope, "invoice")
        if companies:
            parts.append(self._get_invoices_query(scope, companies))
        return parts

    @api.model
    def _get_invoices_query(self, scope, companies):
        amount = self._convert_amount(
            SQL("move.amount_untaxed_signed"), SQL("move.company_id"), SQL("move.invoice_date"), scope
        )
        # The customer's company as it is now; the one that an invoice keeps is that of the day it was made.
        return SQL(
            """
            SELECT partner.commercial_partner_id AS partner_id, move.invoice_date AS date,
                   %(amount)s AS amount
              FROM account_move move JOIN res_partner partner ON partner.id = move.partner_id
             WHERE move.state = 'posted' AND move.move_type IN %(types)s AND move.invoice_date <= %(date)s
               AND move.company_id IN %(companies)s AND %(partners)s
            """,
            amount=amount,
            types=PURCHASE_TYPES,
            date=scope.date,
            companies=companies,
            partners=scope.limit(SQL("partner.commercial_partner_id")),
        )
