from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .approval_common import DOCUMENT, PLAIN, ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovalSecurity(ApprovalCase):
    def test_lines_access_matrix(self):
        """Nobody writes lines; who is concerned, managers and auditors read them."""
        document = self._create_pending()
        line = self._lines(document)
        readers = self.employee | self.manager | self.director | self.admin | self.auditor
        everyone = readers | self.other | self.portal | self.env.ref("base.public_user")
        for user in everyone:
            mine = line.with_user(user)
            with self.subTest(user=user.login):
                for operation in ("write", "create", "unlink"):
                    self.assertFalse(mine.has_access(operation))
                self.assertEqual(mine.has_access("read"), user in readers)
                with self.assertRaises(AccessError):
                    mine.write({"state": "approved", "done_by_id": self.manager.id})
                with self.assertRaises(AccessError):
                    mine.unlink()
                with self.assertRaises(AccessError):
                    self.Line.with_user(user).create(
                        {
                            "name": "Forged",
                            "res_model": document._name,
                            "res_id": document.id,
                            "requester_id": self.employee.id,
                            "state": "approved",
                        }
                    )
        self.assertFalse(self.Line.with_user(self.other).search([("id", "=", line.id)]))

    def test_rules_access_matrix(self):
        """Only the administrator writes rules; managers and auditors read them."""
        for user in self.employee | self.other | self.manager | self.director | self.auditor | self.portal:
            rule = self.rule_manager.with_user(user)
            with self.subTest(user=user.login):
                readers = self.manager | self.director | self.auditor
                self.assertEqual(rule.has_access("read"), user in readers)
                for operation in ("write", "create", "unlink"):
                    self.assertFalse(rule.has_access(operation))
                with self.assertRaises(AccessError):
                    rule.write({"amount_from": 999999})
        self.rule_manager.with_user(self.admin).write({"amount_from": 2000})

    def test_approval_fields_cannot_be_written(self):
        """Not by write, and not together with other fields."""
        document = self._create_pending()
        for user in self.employee | self.other | self.manager | self.admin:
            for vals in (
                {"approval_state": "approved"},
                {"approval_requester_id": self.other.id},
                {"name": "x", "approval_state": "draft"},
                {"approval_line_ids": [Command.clear()]},
                {"approval_line_ids": [Command.update(self._lines(document).id, {"state": "approved"})]},
            ):
                with self.subTest(user=user.login, vals=vals), self.assertRaises(AccessError):
                    document.with_user(user).write(vals)
        self.assertEqual(document.approval_state, "pending")

    def test_approval_fields_cannot_be_created(self):
        """Not by values, by copy or by defaults in the context."""
        base = {"name": "x", "company_id": self.company.id}
        Document = self.Document.with_user(self.employee)
        for vals in (
            {"approval_state": "approved"},
            {"approval_requester_id": self.other.id},
            {"approval_line_ids": [Command.create({"name": "Forged", "state": "approved"})]},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                Document.create({**base, **vals})
        with self.assertRaises(AccessError):
            self._create_document().copy({"approval_state": "approved"})
        context = {"default_approval_state": "approved", "default_approval_requester_id": self.other.id}
        for model in (Document, Document.sudo()):
            document = model.with_context(**context).create(base)
            self.assertRecordValues(document, [{"approval_state": "draft", "approval_requester_id": False}])

    def test_user_defaults_open_nothing(self):
        """Defaults that a user stores reach neither documents nor lines, even as superuser."""
        Default = self.env["ir.default"]
        Default.set(DOCUMENT, "approval_state", "approved", user_id=self.employee.id)
        Default.set("customer.approval.line", "state", "approved", user_id=self.employee.id)
        Default.set("customer.approval.line", "done_by_id", self.manager.id, user_id=self.employee.id)
        Default.set("customer.approval.line", "comment", "forged", user_id=self.employee.id)
        document = self._create_document()
        self.assertEqual(document.approval_state, "draft")
        document = document.sudo().create(document.copy_data()[0])
        self.assertEqual(document.approval_state, "draft")
        document.action_request_approval()
        self.assertRecordValues(
            self._lines(document), [{"state": "pending", "done_by_id": False, "comment": False}]
        )

    def test_portal_default_is_refused(self):
        """A portal user who may create documents cannot bring the approval as a default."""
        Document = self.Document.with_user(self.portal)
        vals = {"name": "x", "company_id": self.company.id}
        self.assertEqual(Document.create(vals).sudo().approval_state, "draft")
        with self.assertRaises(AccessError):
            Document.with_context(default_approval_state="approved").create(vals)

    def test_approver_who_became_a_portal_user_has_no_vote(self):
        """Only employees answer, also where the line still names somebody else."""
        document = self._create_pending()
        self.manager.group_ids = [Command.set(self.env.ref("base.group_portal").ids)]
        with self.assertRaises(AccessError):
            document.with_user(self.manager).action_approve()

    def test_filtered_field_cannot_be_changed_around_a_rule(self):
        """A rule that holds for some documents holds for what becomes one of them."""
        self._create_rule("Urgent", user_ids=self.director, domain="[('note', '=', 'urgent')]")
        pending = self._create_pending()
        approved = self._create_approved()
        small = self._create_pending(amount=1)
        for document in pending | approved | small:
            document.write({"note": "harmless"})
        self.assertEqual(
            (pending | approved | small).mapped("approval_state"), ["pending", "approved", "approved"]
        )
        (pending | approved | small).write({"note": "urgent"})
        self.assertEqual(set((pending | approved | small).mapped("approval_state")), {"draft"})
        self.assertFalse(self._activities(pending))
        self.assertFalse(pending.event)
        self.assertEqual(small.event, "reset")

    def test_context_keys_open_nothing(self):
        """Whatever a client sends as context, the guards hold and the lines are as the rules say."""
        context = {
            "skip_validation_check": True,
            "tier_validation": True,
            "su": True,
            "active_test": False,
            "default_state": "approved",
            "default_done_by_id": self.manager.id,
            "default_comment": "forged",
            "default_round": 9,
            "tz": "Pacific/Kiritimati",
        }
        self._create_rule("Archived", user_ids=self.director, active=False)
        document = self._create_document().with_context(**context)
        document.action_request_approval()
        self.assertRecordValues(
            self._lines(document), [{"state": "pending", "done_by_id": False, "comment": False, "round": 1}]
        )
        with self.assertRaises(AccessError):
            document.write({"approval_state": "approved"})
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            document.write({"amount": 1})
        with self.assertRaises(AccessError):
            document.action_approve()

    def test_strangers_cannot_answer(self):
        """Requester, employees, later approvers, auditors and portal users are refused, and learn nothing."""
        document = self._create_pending(amount=20000, name="Secret")
        strangers = self.employee | self.other | self.director | self.auditor | self.portal | self.admin
        for user in strangers:
            for call in (
                lambda record: record.action_approve(),
                lambda record: record.action_approve("x"),
                lambda record: record.action_reject("x"),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError) as caught:
                    call(document.with_user(user))
                self.assertNotIn("Secret", str(caught.exception))
        self.assertEqual(document.approval_state, "pending")
        self.assertEqual(self._lines(document).mapped("state"), ["pending", "waiting"])

    def test_superuser_mode_gives_no_vote(self):
        """Code that calls as superuser still answers only for the person behind it."""
        document = self._create_pending()
        for user in (self.employee, self.other):
            with self.assertRaises(AccessError):
                document.with_user(user).sudo().action_approve()

    def test_batch_with_one_foreign_document_is_refused(self):
        """No document of a batch is approved when one does not wait for the user."""
        documents = self._create_pending() | self._create_document()
        with self.assertRaises(AccessError):
            documents.with_user(self.manager).action_approve()
        self.assertEqual(documents[0].approval_state, "pending")

    def test_request_needs_the_right_to_write(self):
        """Who may not write a document, and who is no employee, requests nothing."""
        document = self._create_document()
        with self.assertRaises(AccessError):
            document.with_user(self.portal).action_request_approval()
        self.env["ir.rule"].create(
            {
                "name": "own only",
                "model_id": self.env["ir.model"]._get_id(document._name),
                "domain_force": "[('create_uid', '=', user.id)]",
            }
        )
        with self.assertRaises(AccessError):
            document.with_user(self.other).action_request_approval()
        self.assertEqual(document.approval_state, "draft")

    def test_portal_user_sees_no_approval_fields(self):
        """Approval fields are internal."""
        document = self._create_pending()
        for name in ("approval_state", "approval_line_ids", "approval_requester_id", "approval_can_approve"):
            with self.assertRaises(AccessError):
                document.with_user(self.portal).read([name])
        with self.assertRaises(AccessError):
            document.with_user(self.portal).write({"approval_state": "approved"})

    def test_protected_fields_are_locked_while_pending(self):
        """Nobody changes what others are asked about, not even code as superuser."""
        document = self._create_pending()
        partner = self.env["res.partner"].create({"name": "Other"})
        for user in (self.employee, self.manager, self.env.ref("base.user_root")):
            for vals in (
                {"amount": 1},
                {"amount": 6000},
                {"partner_id": partner.id},
                {"currency_id": False},
                {"quantity": 3},
            ):
                with (
                    self.subTest(user=user.login, vals=vals),
                    self.assertRaisesRegex(UserError, "cannot be changed"),
                ):
                    document.with_user(user).write(vals)
        document.write({"note": "free", "amount": 5000})
        self.assertEqual(document.approval_state, "pending")

    def test_raised_amount_needs_a_new_approval(self):
        """Approve small, then raise: back to draft, history kept."""
        document = self._create_approved()
        document.write({"amount": 5000.01})
        self.assertEqual(document.approval_state, "draft")
        self.assertEqual(document.event, "reset")
        self.assertRecordValues(
            self._lines(document), [{"state": "superseded", "done_by_id": self.manager.id}]
        )
        with self.assertRaises(UserError):
            document.action_done()
        # Lowering it again does not revive the withdrawn approval.
        document.write({"amount": 4000})
        self.assertEqual(document.approval_state, "draft")
        document.action_request_approval()
        self.assertEqual(document.approval_state, "pending")

    def test_raise_after_approval_without_rule_needs_approval(self):
        """Under the limit nobody was asked; over it somebody must be."""
        document = self._create_pending(amount=900)
        self.assertEqual(document.approval_state, "approved")
        document.write({"amount": 950})
        self.assertEqual(document.approval_state, "approved")
        document.write({"amount": 1001})
        self.assertEqual(document.approval_state, "draft")

    def test_lowered_amount_stays_approved(self):
        """An approval covers less than was asked, even without any rule left."""
        document = self._create_approved()
        document.write({"amount": 4000})
        self.assertEqual(document.approval_state, "approved")
        document.write({"amount": 10})
        self.assertEqual(document.approval_state, "approved")
        document.write({"note": "free"})
        self.assertEqual(document.approval_state, "approved")

    def test_withdrawn_approval_is_not_reused_after_a_small_request(self):
        """Lowering below the limit, requesting and raising again asks anew."""
        document = self._create_approved()
        document.write({"amount": 6000})
        document.write({"amount": 10})
        document.action_request_approval()
        self.assertEqual(document.approval_state, "approved")
        document.write({"amount": 4000})
        self.assertEqual(document.approval_state, "draft")

    def test_other_partner_or_currency_needs_a_new_approval(self):
        """An approval holds for the document as it was."""
        partner = self.env["res.partner"].create({"name": "Other"})
        euro = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "JPY")])
        euro.active = True
        self.env["res.currency.rate"].create({"currency_id": euro.id, "rate": 100, "name": "2020-01-01"})
        for vals in ({"partner_id": partner.id}, {"currency_id": euro.id, "amount": 490000}, {"quantity": 4}):
            document = self._create_approved()
            document.write(vals)
            self.assertEqual(document.approval_state, "draft", vals)

    def test_stricter_rule_counts_at_the_next_change(self):
        """A rule made later holds for what is changed later."""
        document = self._create_approved()
        self._create_rule("Late", user_ids=self.director)
        document.write({"note": "x"})
        self.assertEqual(document.approval_state, "approved")
        document.write({"amount": 4000})
        self.assertEqual(document.approval_state, "draft")

    def test_filtered_field_is_watched_without_protected_fields(self):
        """A field that only a rule's filter looks at is enough to ask again."""
        self._create_rule("Urgent", user_ids=self.director, model=PLAIN, domain="[('name', '=', 'urgent')]")
        document = self.env[PLAIN].with_user(self.employee).create({"name": "x"})
        document.action_request_approval()
        self.assertEqual(document.approval_state, "approved")
        document.write({"name": "urgent"})
        self.assertEqual(document.approval_state, "draft")

    def test_wizard_cannot_reject_for_others(self):
        """Lines smuggled into the dialogue are checked by the document."""
        document = self._create_pending()
        wizard = self.env["customer.approval.reject"].with_user(self.employee)
        wizard = wizard.create({"line_ids": [Command.set(self._lines(document).ids)], "comment": "x"})
        with self.assertRaises(AccessError):
            wizard.action_reject()
        self.assertEqual(document.approval_state, "pending")

    def test_line_buttons_refuse_strangers(self):
        """The buttons of the list answer only what waits for the user."""
        line = self._lines(self._create_pending())
        for user in self.employee | self.other | self.auditor | self.admin:
            for method in ("action_approve", "action_reject_ask"):
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    getattr(line.with_user(user), method)()
        with self.assertRaises(AccessError):
            line.with_user(self.other).action_open_document()

    def test_only_checked_methods_are_public(self):
        """Every name without underscore that these models add is known to check rights itself."""
        allowed = {
            "customer.approval.mixin": {
                "action_request_approval", "action_approve", "action_reject", "action_cancel_approval",
            },
            "customer.approval.line": {"action_approve", "action_reject_ask"},
            "customer.approval.rule": set(),
            "customer.approval.deputy": set(),
            "customer.approval.reject": {"action_reject"},
        }  # fmt: skip
        overridden = {"create", "write", "unlink", "default_get"}
        for model, names in allowed.items():
            public = set()
            for base in type(self.env[model]).__mro__:
                if (
                    base.__module__.startswith("odoo.addons.customer_care.")
                    and getattr(base, "_name", "") == model
                ):
                    public |= {
                        name
                        for name, value in vars(base).items()
                        if callable(value) and not name.startswith("_")
                    }
            fields = set(self.env[model]._fields)
            self.assertEqual(public - overridden - fields, names, model)
