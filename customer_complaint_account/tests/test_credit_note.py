from odoo import SUPERUSER_ID, Command
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestCreditNote(AccountTestInvoicingCommon):
    """A refund is carried out by a credit note, which never gives more than was approved."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(user=SUPERUSER_ID, context={"allowed_company_ids": cls.env.company.ids})
        company = cls.env.company
        both = "customer_complaint.group_complaint_manager,account.group_account_invoice"
        cls.both = cls._create_user("both_t", both)
        cls.handler = cls._create_user("handler_t", "customer_complaint.group_complaint_manager")
        cls.customer = cls.partner_a
        cls.team = cls.env["customer.complaint.team"].create({"name": "T", "company_id": company.id})
        cls.invoice = cls.init_invoice(
            "out_invoice", partner=cls.customer, products=cls.product_a, amounts=[], post=True
        )
        # a paid invoice: what is credited has to be paid out
        cls._pay(cls.invoice)
        cls.complaint = cls.env["customer.complaint"].create(
            {
                "name": "Too dear",
                "partner_id": cls.customer.id,
                "team_id": cls.team.id,
                "company_id": company.id,
                "reference": f"account.move,{cls.invoice.id}",
                "user_id": cls.both.id,
            }
        )

    @classmethod
    def _create_user(cls, login, groups):
        company = cls.env.company
        return new_test_user(
            cls.env, login, groups=groups, company_id=company.id, company_ids=[Command.set(company.ids)]
        )

    def _approve(self, amount=100, *, approve=True, **vals):
        compensation = self.env["customer.complaint.compensation"].create(
            {
                "complaint_id": self.complaint.id,
                "kind": "refund",
                "amount": amount,
                "currency_id": self.env.company.currency_id.id,
                **vals,
            }
        )
        if approve:
            compensation.sudo().write({"approval_state": "approved"})
        return compensation.with_user(self.both)

    def _reverse(self, compensation):
        """Do what the dialog does and return the drafted credit note."""
        action = compensation.action_create_credit_note()
        self.assertEqual(action["res_model"], "account.move.reversal")
        wizard = Form(
            self.env["account.move.reversal"].with_user(self.both).with_context(**action["context"])
        )
        wizard.save().refund_moves()
        return self.env["account.move"].browse(compensation.document_id)

    @classmethod
    def _pay(cls, move):
        cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()

    def test_reversal_of_the_invoice(self):
        """The credit note is limited to the approved amount, linked, executes when paid, not before."""
        compensation = self._approve(100)
        credit = self._reverse(compensation)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(credit.reversed_entry_id, self.invoice)
        self.assertAlmostEqual(credit.amount_total, 100, delta=0.01)
        self.assertLessEqual(credit.amount_total, 100)
        self.assertEqual(compensation.document_name, credit._complaint_get_name())
        with self.assertRaisesRegex(UserError, "not done"):
            compensation.action_execute()
        credit.action_post()
        self.assertEqual(compensation.state, "proposed")
        self._pay(credit)
        self.assertIn(credit.payment_state, ("in_payment", "paid"))
        self.assertEqual(compensation.state, "executed")
        self.assertEqual(compensation.document_name, credit.name)

    def test_posted_may_be_called_executed(self):
        """Who offsets credit notes later says himself when the customer has it."""
        compensation = self._approve(100)
        self._reverse(compensation).action_post()
        compensation.action_execute()
        self.assertEqual(compensation.state, "executed")

    def test_set_off(self):
        """Posted against an invoice that is still open, it is set off at once: the customer owes less."""
        invoice = self.init_invoice("out_invoice", partner=self.customer, products=self.product_a, post=True)
        self.complaint.reference = f"account.move,{invoice.id}"
        compensation = self._approve(100)
        credit = self._reverse(compensation)
        credit.action_post()
        self.assertAlmostEqual(invoice.amount_residual, invoice.amount_total - credit.amount_total)
        self.assertEqual(compensation.state, "executed")

    def test_full_refund(self):
        """The whole invoice is reversed as it is."""
        compensation = self._approve(self.invoice.amount_total)
        credit = self._reverse(compensation)
        self.assertEqual(credit.amount_total, self.invoice.amount_total)
        self.assertEqual(credit.invoice_line_ids.product_id, self.product_a)

    def test_cents(self):
        """Whatever the taxes round to, the credit note does not exceed the approved amount."""

        for cents in (1, 3, 7, 1001, 3333, 9999):
            with self.subTest(cents=cents):
                compensation = self._approve(cents / 100)
                credit = self._reverse(compensation)
                self.assertLessEqual(credit.amount_total, cents / 100)
                self.assertAlmostEqual(credit.amount_total, cents / 100, delta=0.02)

    def test_changed_to_more_does_not_execute(self):
        """A credit note over more than approved is posted, but does not execute; the handler is told."""
        compensation = self._approve(100)
        credit = self._reverse(compensation)
        credit.invoice_line_ids[0].price_unit += 50
        credit.action_post()
        self._pay(credit)
        self.assertEqual(compensation.state, "proposed")
        self.assertIn("approved are", self.complaint.activity_ids[-1:].summary)
        with self.assertRaisesRegex(UserError, "approved are"):
            compensation.action_execute()

    def test_other_currency(self):
        """The approved amount counts in the currency of the invoice at its rate."""
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 3.0), ("2017-01-01", 2.0)])
        invoice = self.init_invoice(
            "out_invoice", partner=self.customer, products=self.product_a, currency=currency, post=True
        )
        self._pay(invoice)
        self.complaint.reference = f"account.move,{invoice.id}"
        compensation = self._approve(50)
        credit = self._reverse(compensation)
        self.assertEqual(credit.currency_id, currency)
        self.assertAlmostEqual(credit.amount_total, 100, delta=0.02)
        credit.action_post()
        self._pay(credit)
        self.assertEqual(compensation.state, "executed")

    def test_without_invoice_a_draft(self):
        """A complaint that names no invoice gets a draft with one line of the approved amount."""
        self.complaint.reference = False
        compensation = self._approve(80)
        action = compensation.action_create_credit_note()
        credit = self.env["account.move"].browse(action["res_id"])
        self.assertRecordValues(
            credit, [{"move_type": "out_refund", "amount_total": 80, "partner_id": self.customer.id}]
        )
        self.assertEqual((compensation.document_model, compensation.document_id), ("account.move", credit.id))
        with self.assertRaisesRegex(UserError, "already"):
            compensation.action_create_credit_note()

    def test_reset_and_deleted(self):
        """Reset to draft it is open again with its document, deleted without; the handler is told of both."""
        compensation = self._approve(100)
        credit = self._reverse(compensation)
        credit.action_post()
        compensation.action_execute()
        credit.button_draft()
        self.assertRecordValues(
            compensation,
            [{"state": "proposed", "executed_datetime": False, "executed_user_id": False}],
        )
        self.assertEqual(compensation.document_id, credit.id)
        self.assertIn("taken back", self.complaint.activity_ids[-1:].summary)
        credit.with_context(force_delete=True).unlink()
        self.assertFalse(compensation.document_id)
        self.assertIn("deleted", " ".join(self.complaint.activity_ids.mapped("summary")))

    def test_cancelled(self):
        """A cancelled credit note carries nothing out: another one can."""
        compensation = self._approve(100)
        credit = self._reverse(compensation)
        credit.button_cancel()
        self.assertFalse(compensation.document_id)
        again = self._reverse(compensation)
        self.assertNotEqual(again, credit)

    def test_only_approved(self):
        """Neither an open nor a cancelled compensation creates a credit note, also not by the dialog's RPC."""
        draft = self._approve(approve=False)
        with self.assertRaisesRegex(UserError, "approved first"):
            draft.action_create_credit_note()
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.both)
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({"compensation_id": draft.id, "journal_id": self.invoice.journal_id.id})
        )
        with self.assertRaisesRegex(UserError, "approved first"):
            wizard.refund_moves()
        self.assertFalse(self.invoice.reversal_move_ids)
        cancelled = self._approve()
        cancelled.action_cancel()
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            cancelled.action_create_credit_note()

    def test_rights(self):
        """Who may not create invoices creates no credit note, and sees number but not document."""
        compensation = self._approve()
        with self.assertRaises(AccessError):
            compensation.with_user(self.handler).action_create_credit_note()
        self._reverse(compensation)
        self.assertTrue(compensation.with_user(self.handler).document_name)
        with self.assertRaises(AccessError):
            compensation.with_user(self.handler).action_open_document()
        self.assertEqual(compensation.action_open_document()["res_id"], compensation.document_id)

    def test_link(self):
        """Only a credit note of the same customer that serves no other compensation is linked."""
        credit = self.init_invoice(
            "out_refund", partner=self.customer, products=self.product_a, amounts=[], post=True
        )
        other = self.init_invoice("out_refund", partner=self.partner_b, products=self.product_a, post=True)
        compensation, second = self._approve(10000), self._approve(10000)
        for document, text in (
            (other, "another customer"),
            (self.invoice, "no credit note"),
        ):
            with self.subTest(text=text), self.assertRaisesRegex(UserError, text):
                self._link(compensation, document)
        self._link(compensation, credit)
        self.assertEqual(compensation.document_name, credit.name)
        with self.assertRaisesRegex(UserError, "another compensation"):
            self._link(second, credit)
        compensation.action_unlink_document()
        self._link(second, credit)
        self.assertEqual(second.document_id, credit.id)

    def _link(self, compensation, document):
        action = compensation.action_link_document()
        Wizard = self.env["customer.complaint.compensation.link"].with_user(self.both)
        wizard = Wizard.with_context(**action["context"]).create(
            {"document": f"{document._name},{document.id}"}
        )
        self.assertEqual(wizard.model_names.split(","), self._models("refund"))
        wizard.action_confirm()

    def _models(self, kind):
        return self.env["customer.complaint.compensation"]._get_document_models()[kind]

    def test_error_does_not_stop_the_invoice(self):
        """When the compensation cannot follow, the credit note is posted all the same."""
        compensation = self._approve(100)
        credit = self._reverse(compensation)
        self.patch(type(compensation), "_follow_documents", lambda *args, **kwargs: 1 / 0)
        with mute_logger("odoo.addons.customer_complaint.models.customer_complaint_document_mixin"):
            credit.action_post()
        self.assertEqual(credit.state, "posted")

    def test_job_follows(self):
        """What changed without telling anybody is found by the daily job: a payment that was undone."""
        compensation = self._approve(100)
        credit = self._reverse(compensation)
        credit.action_post()
        self._pay(credit)
        self.assertEqual(compensation.state, "executed")
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM account_move WHERE id = %s", [self._orphan(compensation).id])
        self.env.invalidate_all()
        with self.enter_registry_test_mode():
            self.env.ref("customer_complaint.ir_cron_complaint_document").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(compensation.state, "proposed")
        self.assertFalse(compensation.document_id)

    def _orphan(self, compensation):
        """Point the compensation to a draft that can be deleted behind the ORM's back."""
        draft = self.env["account.move"].create({"move_type": "out_refund", "partner_id": self.customer.id})
        compensation.sudo().document_id = draft.id
        self.env.flush_all()
        return draft

    def test_complaints_of_the_invoice(self):
        """The invoice counts its complaints in one query and prefills the next one."""
        invoice = self.invoice.with_user(self.both)
        self.assertEqual(invoice.complaint_count, 1)
        self.assertEqual(
            self.env["customer.complaint"].search(invoice.action_view_complaints()["domain"]), self.complaint
        )
        context = invoice.action_register_complaint()["context"]
        form = Form(self.env["customer.complaint"].with_user(self.both).with_context(**context))
        self.assertEqual(form.partner_id, self.customer)
        self.assertEqual(form.order_ref, invoice.name)
        with self.assertRaises(AccessError):
            invoice.with_user(self._create_user("invoicing_t", "account.group_account_invoice")).read(
                ["complaint_count"]
            )

    def test_reference_of_a_hidden_invoice(self):
        """Who may not read invoices cannot name one; what others named he sees as number only."""
        own = self.complaint.with_user(self.handler)
        with self.assertRaises(AccessError):
            own.write({"reference": f"account.move,{self.invoice.id}"})
        self.complaint.order_ref = self.invoice.name
        values = own.web_read({"order_ref": {}, "reference": {"fields": {"display_name": {}}}})[0]
        self.assertEqual(values["order_ref"], self.invoice.name)
        self.assertNotIn(self.invoice.name, values["reference"]["display_name"])

    def test_deleted_invoice_leaves_its_number(self):
        """The complaint about a deleted document keeps its name as text."""
        draft = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.customer.id, "ref": "R-1"}
        )
        self.complaint.reference = f"account.move,{draft.id}"
        name = draft._complaint_get_name()
        draft.unlink()
        self.assertFalse(self.complaint.reference)
        self.assertEqual(self.complaint.order_ref, name)
