from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .approval_common import DOCUMENT, ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovalRule(ApprovalCase):
    def test_model_must_use_the_mixin(self):
        """Only documents that can be approved have rules."""
        with self.assertRaisesRegex(ValidationError, "cannot be approved"):
            self._create_rule("Partner", user_ids=self.manager, model="res.partner")
        with self.assertRaisesRegex(ValidationError, "cannot be approved"):
            self._create_rule("Mixin", user_ids=self.manager, model="customer.approval.mixin")
        self.assertIn(DOCUMENT, self.Rule._get_approval_models())

    def test_bad_domain_is_refused_at_save(self):
        """A filter that cannot be evaluated never waits for the first request."""
        for domain in (
            "no list", "[('missing', '=', 1)]", "[('amount', '=', )]", "{}", "[('user_id', '=', uid)]", "[1]",
            "[('name', 'nonsense', 'x')]", "__import__('os')", "[('partner_id.missing', '=', 1)]",
            "[('id', '=', 'x')]",
        ):  # fmt: skip
            with (
                self.subTest(domain=domain),
                self.assertRaisesRegex(ValidationError, "filter .* cannot be used"),
            ):
                self.rule_manager.domain = domain
        self.rule_manager.domain = "[('partner_id.name', 'ilike', 'x'), ('amount', '>', 5)]"

    def test_domain_that_became_invalid_fails_closed(self):
        """A broken filter stops the request, it does not let it pass."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_approval_rule SET domain = %s WHERE id = %s",
            ["[('gone', '=', 1)]", self.rule_manager.id],
        )
        self.env.invalidate_all()
        document = self._create_document()
        with self.assertRaisesRegex(UserError, "rule Manager cannot be used"):
            document.action_request_approval()

    def test_domain_selects_the_documents(self):
        """A rule holds only for what matches its filter, archived partners included."""
        partner = self.env["res.partner"].create({"name": "Key", "active": False})
        self.rule_manager.domain = "[('partner_id.name', '=', 'Key')]"
        self.assertEqual(self._create_pending(partner_id=partner.id).approval_state, "pending")
        self.assertEqual(self._create_pending().approval_state, "approved")

    @mute_logger("odoo.sql_db")
    def test_bad_amounts_are_refused(self):
        """Limits are positive and in order."""
        for vals in (
            {"amount_from": -1},
            {"amount_to": -1},
            {"amount_to": 500},
        ):
            with self.subTest(vals=vals), self.assertRaises(IntegrityError):
                self.rule_manager.write(vals)
                self.rule_manager.flush_recordset()

    def test_upper_limit_is_included(self):
        """From is exclusive, to is inclusive, 0 is no limit."""
        self.rule_manager.amount_to = 2000
        for amount, state in (
            (1000, "approved"),
            (1000.01, "pending"),
            (2000, "pending"),
            (2000.01, "approved"),
        ):
            self.assertEqual(self._create_pending(amount=amount).approval_state, state, amount)
        self._create_rule("All", user_ids=self.manager)
        for amount in (0, -5):
            self.assertEqual(self._create_pending(amount=amount).approval_state, "pending")

    def test_amount_that_is_no_number_is_refused(self):
        """NaN and infinity compare with nothing and must not slip past the limits."""
        for amount in (float("nan"), float("inf")):
            with self.subTest(amount=amount), self.assertRaisesRegex(UserError, "out of range"):
                self._create_pending(amount=amount, currency_id=False)

    def test_rule_without_approver_is_refused(self):
        """A rule nobody can fulfil is found at save."""
        with self.assertRaisesRegex(ValidationError, "Nobody could approve"):
            self._create_rule("Nobody")
        empty = self.env["res.groups"].create({"name": "Empty"})
        with self.assertRaisesRegex(ValidationError, "Nobody could approve"):
            self._create_rule("Empty group", group_id=empty.id)
        with self.assertRaisesRegex(ValidationError, "Nobody could approve"):
            self._create_rule("Portal", user_ids=self.portal)
        rule = self._create_rule("Off", active=False)
        with self.assertRaisesRegex(ValidationError, "Nobody could approve"):
            rule.active = True
        self._create_rule("Field", approver_field="head_id")

    def test_approver_field_must_lead_to_a_user(self):
        """The path is followed at save."""
        for path in (
            "missing",
            "name",
            "partner_id",
            "partner_id.name",
            "head_id.",
            "head_id.login",
            "__class__",
        ):
            with self.subTest(path=path), self.assertRaisesRegex(ValidationError, "not a field"):
                self.rule_manager.approver_field = path
        self.rule_manager.approver_field = "partner_id.user_id"
        partner = self.env["res.partner"].create({"name": "x", "user_id": self.auditor.id})
        approvers = self._lines(self._create_pending(partner_id=partner.id)).approver_ids
        self.assertEqual(approvers, self.manager | self.auditor)

    def test_summary_says_who_is_asked(self):
        """The form tells in words what the rule does."""
        summary = self.rule_manager.summary
        self.assertIn("approval_manager", summary)
        self.assertIn("1,000.00", summary)
        self.rule_manager.group_id = self.env.ref("customer_care.group_care_director")
        self.assertIn("Director", self.rule_manager.with_user(self.admin).summary)
        draft = self.Rule.new({"model_id": self.rule_manager.model_id.id})
        self.assertIn("Nobody", draft.summary)

    def test_administrator_can_configure(self):
        """The care administrator needs no further group."""
        rule = self.Rule.with_user(self.admin).create(
            {
                "name": "Own",
                "model_id": self.rule_manager.model_id.id,
                "user_ids": [Command.set(self.director.ids)],
                "domain": "[('amount', '>', 3)]",
            }
        )
        self.assertEqual(rule.model_name, DOCUMENT)
        self.assertTrue(rule.summary)
        rule.with_user(self.admin).read(["model_id", "summary", "domain"])
        self.assertTrue(self.env["ir.model"].with_user(self.admin).name_search("Document to Approve"))
        with self.assertRaises(AccessError):
            rule.with_user(self.manager).unlink()

    def test_archived_rule_is_not_asked(self):
        """Archiving is how a rule ends."""
        self.rule_manager.active = False
        self.assertEqual(self._create_pending().approval_state, "approved")

    def test_foreign_currency_is_converted(self):
        """Limits are judged in the company's currency, at today's rate."""
        yen = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "JPY")])
        yen.active = True
        yen.rate_ids.unlink()
        document = self._create_document(amount=150000, currency_id=yen.id)
        with self.assertRaisesRegex(UserError, "JPY has no rate"):
            document.action_request_approval()
        self.env["res.currency.rate"].create({"currency_id": yen.id, "rate": 100, "name": "2020-01-01"})
        document.action_request_approval()
        self.assertRecordValues(
            self._lines(document), [{"amount": 1500.0, "currency_id": self.currency.id, "state": "pending"}]
        )
        self.assertEqual(self._create_pending(amount=90000, currency_id=yen.id).approval_state, "approved")

    def test_companies_are_apart(self):
        """Rules, approvers and lines of another company do not mix, whatever companies the client selects."""
        company = self.env["res.company"].create({"name": "Second"})
        self.employee.company_ids |= company
        foreign = self._create_user("approval_second", "customer_care.group_care_manager")
        foreign.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        self.rule_manager.company_id = self.company
        self.rule_manager.user_ids |= foreign
        second = self._create_rule("Second", user_ids=foreign | self.manager, company_id=company.id)
        first_document = self._create_document()
        first_document.with_context(
            allowed_company_ids=[company.id, self.company.id]
        ).action_request_approval()
        line = self._lines(first_document)
        self.assertRecordValues(line, [{"rule_id": self.rule_manager.id, "approver_ids": self.manager.ids}])
        document = self._create_document(company_id=company.id)
        document.action_request_approval()
        second_line = self._lines(document)
        self.assertRecordValues(
            second_line,
            [{"rule_id": second.id, "approver_ids": foreign.ids, "currency_id": company.currency_id.id}],
        )
        self.assertTrue(second_line.with_user(foreign).has_access("read"))
        self.assertFalse(second_line.with_user(self.manager).has_access("read"))
        self.assertFalse(line.with_user(foreign).has_access("read"))
        self.assertFalse(self.rule_manager.with_user(foreign).has_access("read"))
        foreign.write({"company_ids": [Command.set(self.company.ids)], "company_id": self.company.id})
        with self.assertRaises(AccessError):
            document.with_user(foreign).action_approve()
