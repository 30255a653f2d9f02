from odoo import api, fields, models
from odoo.tools import SQL

INVOICE_TYPES = ("out_invoice", "out_receipt")
PAID_STATES = ("paid", "in_payment")


class CustomerMetric(models.Model):
    """How customers pay, of all companies in scope, whatever their source of purchases."""

    _inherit = "customer.metric"

    provider = fields.Selection(
        selection_add=[("payment_delay", "Average payment delay"), ("overdue_amount", "Overdue amount")],
        ondelete={"payment_delay": "cascade", "overdue_amount": "cascade"},
    )

    @api.model
    def _get_providers(self):
        return {
            **super()._get_providers(),
            "payment_delay": {"unit": "days", "is_lower_better": True},
            "overdue_amount": {"unit": "money", "is_lower_better": True, "empty": 0},
        }

    def _query_payment_delay(self, scope):
        """Average days from the due date to the last payment, of invoices fully paid in the window.

        Invoices that a credit note took back (``reversed``) were not paid.
        """
        rows = SQL(
            """
            SELECT partner_id, date, date - due AS delay
              FROM (SELECT partner.commercial_partner_id AS partner_id, move.invoice_date_due AS due,
                           MAX(payment.date) AS date
                      FROM account_move move
                      JOIN res_partner partner ON partner.id = move.partner_id
                      JOIN account_move_line line
                        ON line.move_id = move.id AND line.display_type = 'payment_term'
                      JOIN account_partial_reconcile part ON part.debit_move_id = line.id
                      JOIN account_move_line payment ON payment.id = part.credit_move_id
                     WHERE move.state = 'posted' AND move.move_type IN %(types)s
                       AND move.payment_state IN %(states)s AND %(partners)s AND %(companies)s
                     GROUP BY move.id, partner.commercial_partner_id) paid
             WHERE date <= %(date)s
            """,
            types=INVOICE_TYPES,
            states=PAID_STATES,
            date=scope.date,
            partners=scope.limit(SQL("partner.commercial_partner_id")),
            companies=scope.limit_company(SQL("move.company_id")),
        )
        return rows, SQL("AVG(delay) FILTER (WHERE %s)", scope.after(SQL("date"), self.months))

    def _query_overdue_amount(self, scope):
        """What was due before the day and not yet paid on it; in another currency at that day's rate."""
        rest = SQL(
            """(line.balance - COALESCE((
                SELECT SUM(part.amount)
                  FROM account_partial_reconcile part
                  JOIN account_move_line payment ON payment.id = part.credit_move_id
                 WHERE part.debit_move_id = line.id AND payment.date <= %s), 0))""",
            scope.date,
        )
        rows = SQL(
            """
            SELECT partner.commercial_partner_id AS partner_id, %(amount)s AS amount
              FROM account_move move
              JOIN res_partner partner ON partner.id = move.partner_id
              JOIN account_move_line line ON line.move_id = move.id AND line.display_type = 'payment_term'
             WHERE move.state = 'posted' AND move.move_type IN %(types)s
               AND move.date <= %(date)s AND line.date_maturity < %(date)s
               AND (line.reconciled IS NOT TRUE OR EXISTS (
                    SELECT FROM account_partial_reconcile later
                      JOIN account_move_line payment ON payment.id = later.credit_move_id
                     WHERE later.debit_move_id = line.id AND payment.date > %(date)s))
               AND %(partners)s AND %(companies)s
            """,
            amount=self._convert_amount(rest, SQL("move.company_id"), SQL("%s::date", scope.date), scope),
            types=INVOICE_TYPES,
            date=scope.date,
            partners=scope.limit(SQL("partner.commercial_partner_id")),
            companies=scope.limit_company(SQL("move.company_id")),
        )
        return rows, SQL("COALESCE(SUM(amount), 0)")
