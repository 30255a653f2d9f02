from odoo import Command, api, fields, models
from odoo.exceptions import UserError

KINDS = ("refund", "discount")


class CustomerComplaintCompensation(models.Model):
    """Refunds are carried out by credit notes."""

    _inherit = "customer.complaint.compensation"

    @api.model
    def _get_document_models(self):
        kinds = super()._get_document_models()
        return {**kinds, **{kind: [*kinds.get(kind, ()), "account.move"] for kind in KINDS}}

    def _check_document(self, document):
        if document._name == "account.move" and document.move_type != "out_refund":
            raise UserError(
                self.env._("%(document)s is no credit note.", document=document._complaint_get_name())
            )
        return super()._check_document(document)

    def action_create_credit_note(self):
        """Credit the compensation (singleton): by core's reversal of the invoice complained of, else by a draft.

        :raises AccessError: without the right to create credit notes
        :raises UserError: unless it is approved, open, without document and about money
        """
        self.ensure_one()
        self._check_ready_for_document()
        self.env["account.move"].check_access("create")
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            raise UserError(self.env._("There is no amount to credit."))
        invoice = self._get_invoice()
        if invoice:
            return self._open_reversal(invoice)
        return self._create_credit_note()

    def _get_invoice(self):
        """Return the posted invoice that the complaint is about (singleton), may be empty."""
        document = self.complaint_id.reference
        moves = self.env["account.move"]
        if not document or document._name != "account.move":
            return moves
        document.check_access("read")
        is_invoice = document.move_type == "out_invoice" and document.state == "posted"
        return document if is_invoice and document.company_id == self.company_id else moves

    def _open_reversal(self, invoice):
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_view_account_move_reversal")
        return {
            **action,
            "views": [(False, "form")],
            "context": {
                "active_model": "account.move",
                "active_id": invoice.id,
                "active_ids": invoice.ids,
                "default_compensation_id": self.id,
                "default_reason": self.display_name,
            },
        }

    def _create_credit_note(self):
        """Draft a credit note with one line, of which the accountant checks account and taxes, and open it."""
        customer = self.complaint_id.partner_id
        if not customer:
            raise UserError(self.env._("The complaint has no customer to credit."))
        move = (
            self.env["account.move"]
            .with_company(self.company_id)
            .create(
                {
                    "move_type": "out_refund",
                    "partner_id": customer.id,
                    "currency_id": self.currency_id.id,
                    "ref": self.complaint_id.number,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": self.display_name,
                                "quantity": 1,
                                "price_unit": self.amount,
                                # what was approved is what the customer gets
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
        )
        self._link_document(move)
        return move._get_records_action(name=move.display_name)

    def _limit_credit_note(self, move):
        """Reduce a drafted reversal to the approved amount (singleton); its taxes stay in proportion.

        One line for each account and set of taxes replaces the lines of the invoice.
        """
        date = move.invoice_date or fields.Date.context_today(self)
        approved = self.currency_id._convert(self.amount, move.currency_id, self.company_id, date)
        if move.currency_id.compare_amounts(approved, move.amount_total) >= 0:
            return
        share = approved / move.amount_total
        lines = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        groups = lines.grouped(lambda line: (line.account_id, line.tax_ids))
        commands = [
            Command.create(
                {
                    "name": self.display_name,
                    "quantity": 1,
                    "price_unit": move.currency_id.round(share * self._get_price(taxes, parts)),
                    "account_id": account.id,
                    "tax_ids": [Command.set(taxes.ids)],
                }
            )
            for (account, taxes), parts in groups.items()
        ]
        move.write(
            {"invoice_line_ids": [*(Command.delete(key) for key in move.invoice_line_ids.ids), *commands]}
        )
        self._cut_cents(move, approved)

    def _get_price(self, taxes, lines):
        """Return the price of the lines in the way their taxes count: with or without them."""
        is_included = taxes and all(taxes.mapped("price_include"))
        return sum(lines.mapped("price_total" if is_included else "price_subtotal"))

    def _cut_cents(self, move, approved):
        """Take off the cents by which rounded taxes exceed the approved amount."""
        excess = move.amount_total - approved
        if move.currency_id.compare_amounts(excess, 0) > 0:
            line = move.invoice_line_ids.sorted("price_unit")[-1:]
            line.price_unit -= move.currency_id.round(excess)
