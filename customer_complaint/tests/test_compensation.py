from lxml import etree
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestCompensation(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint(user_id=cls.handler.id)

    def _propose(self, amount, **vals):
        return self._create_compensation(self.complaint, amount, **vals).with_user(self.handler)

    def test_cards_on_the_phone(self):
        """What belongs to a complaint is shown there as cards: a row of its list is wider than the screen."""
        arch = etree.fromstring(self.complaint.with_user(self.handler).get_view(view_type="form")["arch"])
        for name in ("compensation_ids", "task_ids", "handover_ids", "extension_ids"):
            with self.subTest(name=name):
                self.assertTrue(arch.xpath(f"//field[@name='{name}'][kanban or contains(@mode, 'kanban')]"))

    def test_small_amount_needs_nobody(self):
        """Up to 1,000 no rule asks; it can be executed at once after the request."""
        compensation = self._propose(1000)
        compensation.action_request_approval()
        self.assertEqual(compensation.approval_state, "approved")
        self.assertFalse(compensation.approval_line_ids)
        compensation.action_execute()
        self.assertRecordValues(compensation, [{"state": "executed", "executed_user_id": self.handler.id}])

    def test_over_1000_manager_approves(self):
        """Over 1,000 a manager approves, and the customer's timeline tells."""
        compensation = self._propose(1000.01)
        compensation.action_request_approval()
        self.assertEqual(compensation.approval_state, "pending")
        compensation.with_user(self.manager).action_approve()
        self.assertEqual(compensation.approval_state, "approved")
        kinds = self.env["customer.care.event"].search([("partner_id", "=", self.customer.id)]).mapped("kind")
        self.assertIn("compensation_approved", kinds)

    def test_over_10000_manager_then_director(self):
        """Over 10,000 the director follows the manager, not before."""
        compensation = self._propose(10001)
        compensation.action_request_approval()
        with self.assertRaises(UserError):
            compensation.with_user(self.director).action_approve()
        compensation.with_user(self.manager).action_approve()
        self.assertEqual(compensation.approval_state, "pending")
        compensation.with_user(self.director).action_approve()
        self.assertEqual(compensation.approval_state, "approved")

    def test_foreign_currency_counts_in_the_companys(self):
        """The limits are in the company's currency."""
        currency = self.env["res.currency"].create({"name": "XTT", "symbol": "x"})
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "rate": 100, "name": "2020-01-01", "company_id": self.env.company.id}
        )
        cheap = self._propose(50000, currency_id=currency.id)
        cheap.action_request_approval()
        self.assertEqual(cheap.approval_state, "approved")

    def test_execution_needs_approval(self):
        """Nobody executes what is not approved, rejected or cancelled; nothing is executed twice."""
        compensation = self._propose(5000)
        with self.assertRaisesRegex(UserError, "Only approved"):
            compensation.action_execute()
        compensation.action_request_approval()
        with self.assertRaisesRegex(UserError, "Only approved"):
            compensation.with_user(self.manager).action_execute()
        compensation.with_user(self.manager).action_reject("Too much")
        with self.assertRaisesRegex(UserError, "Only approved"):
            compensation.sudo().action_execute()
        compensation.action_cancel()
        with self.assertRaisesRegex(UserError, "Only proposed"):
            compensation.action_cancel()
        small = self._propose(1)
        small.action_request_approval()
        small.action_execute()
        with self.assertRaisesRegex(UserError, "Only approved"):
            small.action_execute()
        with self.assertRaisesRegex(UserError, "Only proposed"):
            small.action_cancel()

    def test_negative_amount_is_refused(self):
        """An amount below nothing is refused by the database, at once and later."""
        for amount in (-0.01, -1e12):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                self._propose(amount)
        compensation = self._propose(1)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            compensation.amount = -1
            compensation.flush_recordset()

    def test_forging_by_rpc_is_refused(self):
        """Neither requester, colleague, manager, employee nor portal user forges an approval."""
        compensation = self._propose(20000)
        compensation.action_request_approval()
        lines = compensation.sudo().approval_line_ids
        self.assertTrue(lines)
        users = (self.handler, self.supervisor, self.manager, self.employee, self.portal, self.auditor)
        attacks = (
            lambda record: record.write({"approval_state": "approved"}),
            lambda record: record.write({"state": "executed"}),
            lambda record: record.with_context(tracking_disable=True, skip_validation_check=True).write(
                {"state": "executed"}
            ),
            lambda record: record.write({"executed_user_id": record.env.uid}),
            lambda record: record.write({"amount": 1}),
            lambda record: record.write({"approval_line_ids": [Command.clear()]}),
            lambda record: lines.with_user(record.env.user).write({"state": "approved"}),
            lambda record: lines.with_user(record.env.user).unlink(),
            lambda record: record.action_execute(),
            lambda record: record.unlink(),
            lambda record: record.complaint_id.write({"compensation_ids": [Command.delete(record.id)]}),
            lambda record: record.create({"complaint_id": record.complaint_id.id, "state": "executed"}),
            lambda record: record.create(
                {"complaint_id": record.complaint_id.id, "approval_state": "approved"}
            ),
        )
        for user in users:
            for number, attack in enumerate(attacks):
                with self.subTest(user=user.login, attack=number), self.assertRaises(UserError):
                    attack(compensation.with_user(user))
                    self.env.flush_all()
        for user in set(users) - {self.manager}:
            with self.subTest(approve=user.login), self.assertRaises(UserError):
                compensation.with_user(user).action_approve()
        self.assertRecordValues(
            compensation, [{"state": "proposed", "approval_state": "pending", "amount": 20000}]
        )

    def test_defaults_of_the_context_forge_nothing(self):
        """A default in the context neither approves nor executes."""
        context = {"default_state": "executed", "default_approval_state": "approved"}
        compensation = (
            self.env["customer.complaint.compensation"]
            .with_user(self.handler)
            .with_context(**context)
            .create({"complaint_id": self.complaint.id, "amount": 20000})
        )
        self.assertRecordValues(compensation, [{"state": "proposed", "approval_state": "draft"}])

    def test_raised_after_approval_asks_again(self):
        """Raised after its approval it is not approved any more; once executed it is closed to changes."""
        compensation = self._propose(500)
        compensation.action_request_approval()
        compensation.amount = 20000
        self.assertEqual(compensation.approval_state, "draft")
        with self.assertRaisesRegex(UserError, "Only approved"):
            compensation.action_execute()
        small = self._propose(500)
        small.action_request_approval()
        small.action_execute()
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            small.amount = 400

    def test_manager_does_not_approve_his_own(self):
        """Who requests never approves."""
        compensation = self._propose(5000).with_user(self.manager)
        compensation.action_request_approval()
        with self.assertRaises(UserError):
            compensation.action_approve()

    def test_cancel_of_pending_is_refused(self):
        """A request is taken back before the compensation is cancelled."""
        compensation = self._propose(5000)
        compensation.action_request_approval()
        with self.assertRaisesRegex(UserError, "Take the request"):
            compensation.action_cancel()
        compensation.action_cancel_approval()
        compensation.action_cancel()
        self.assertEqual(compensation.state, "cancelled")

    def test_batch(self):
        """Several go in one go."""
        compensations = self._propose(10) + self._propose(20)
        compensations.action_request_approval()
        compensations.action_execute()
        self.assertEqual(compensations.mapped("state"), ["executed", "executed"])

    def test_moving_to_another_complaint_is_guarded(self):
        """An approved compensation does not change its complaint unseen."""
        compensation = self._propose(5000)
        compensation.action_request_approval()
        compensation.with_user(self.manager).action_approve()
        compensation.complaint_id = self._create_complaint(user_id=self.handler.id)
        self.assertEqual(compensation.approval_state, "draft")
