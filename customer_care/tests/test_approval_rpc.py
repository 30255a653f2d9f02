from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .approval_common import DOCUMENT, ApprovalData

LINE = "customer.approval.line"


@tagged("post_install", "-at_install")
class TestApprovalRpc(ApprovalData, HttpCase):
    def _call(self, user, model, method, *args, **kwargs):
        self.authenticate(user.login, user.login)
        result = self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )
        self.env.invalidate_all()
        return result

    def _assert_refused(self, user, model, method, *args, error="AccessError", **kwargs):
        with (
            self.subTest(user=user.login, model=model, method=method, args=args),
            mute_logger("odoo.http"),
            self.assertRaisesRegex(JsonRpcException, error),
        ):
            self._call(user, model, method, *args, **kwargs)
        self.env.invalidate_all()

    def test_forging_is_refused(self):
        """Employees, the requester and portal users cannot write, make or delete approvals by RPC."""
        document = self._create_pending()
        line = self._lines(document)
        for user in self.other | self.employee | self.manager | self.portal:
            self._assert_refused(
                user, LINE, "write", line.ids, {"state": "approved", "done_by_id": self.director.id}
            )
            self._assert_refused(user, LINE, "unlink", line.ids)
            self._assert_refused(
                user, LINE, "create", [{"name": "x", "res_model": DOCUMENT, "res_id": document.id}]
            )
            self._assert_refused(user, LINE, "web_save", line.ids, {"state": "approved"}, specification={})
            self._assert_refused(user, DOCUMENT, "write", document.ids, {"approval_state": "approved"})
            self._assert_refused(
                user, DOCUMENT, "web_save", document.ids, {"approval_state": "approved"}, specification={}
            )
            self._assert_refused(
                user,
                DOCUMENT,
                "create",
                [{"name": "x", "company_id": self.company.id, "approval_state": "approved"}],
            )
        self.assertEqual((document.approval_state, line.state), ("pending", "pending"))

    def test_answers_of_others_are_refused(self):
        """Only the asked person answers."""
        document = self._create_pending(amount=20000)
        for user in self.other | self.employee | self.director | self.portal | self.admin:
            self._assert_refused(user, DOCUMENT, "action_approve", document.ids)
            self._assert_refused(user, DOCUMENT, "action_reject", document.ids, "x")
        for user in self.other | self.portal:
            self._assert_refused(user, DOCUMENT, "action_cancel_approval", document.ids)
            self._assert_refused(user, LINE, "action_approve", self._lines(document).ids)
        self._assert_refused(self.portal, DOCUMENT, "action_request_approval", document.ids)
        self.assertEqual(document.approval_state, "pending")
        self._call(self.manager, DOCUMENT, "action_approve", document.ids, comment="fine")
        self._call(self.director, LINE, "action_approve", self._lines(document)[1].ids)
        self.assertEqual(document.approval_state, "approved")

    def test_context_of_the_client_opens_nothing(self):
        """Defaults and switches in the context neither approve nor unlock."""
        context = {
            "skip_validation_check": True,
            "default_approval_state": "approved",
            "default_state": "approved",
            "default_done_by_id": self.manager.id,
            "allowed_company_ids": self.company.ids,
        }
        values = {"name": "x", "company_id": self.company.id, "amount": 5000}
        [new_id] = self._call(self.employee, DOCUMENT, "create", [values], context=context)
        document = self.Document.browse(new_id)
        self.assertEqual(document.approval_state, "draft")
        self._call(self.employee, DOCUMENT, "action_request_approval", document.ids, context=context)
        self.assertRecordValues(self._lines(document), [{"state": "pending", "done_by_id": False}])
        self._assert_refused(
            self.employee, DOCUMENT, "write", [new_id], {"amount": 1}, error="UserError", context=context
        )
        self._assert_refused(self.employee, DOCUMENT, "action_approve", [new_id], context=context)

    def test_private_methods_are_out_of_reach(self):
        """What does not check rights cannot be called."""
        document = self._create_pending()
        for method in ("_approval_close", "_approval_answer", "_approval_elevate", "_approval_recheck"):
            self._assert_refused(self.employee, DOCUMENT, method, document.ids, error="AccessError")

    def test_portal_reads_nothing(self):
        """Approvals, rules and deputies are invisible to customers."""
        self._create_pending()
        for model in (LINE, "customer.approval.rule", "customer.approval.deputy", "customer.approval.reject"):
            self._assert_refused(self.portal, model, "search_read", [], ["display_name"])
        self._assert_refused(self.portal, DOCUMENT, "search_read", [], ["approval_state"])

    def test_deputy_is_not_taken_by_rpc(self):
        """Nobody becomes the manager's deputy by an own call."""
        values = {
            "user_id": self.manager.id,
            "deputy_id": self.other.id,
            "date_from": "2020-01-01",
            "date_to": "2040-01-01",
        }
        self._assert_refused(self.other, "customer.approval.deputy", "create", [values])
        [deputy_id] = self._call(
            self.other,
            "customer.approval.deputy",
            "create",
            [{**values, "user_id": self.other.id, "deputy_id": self.admin.id}],
        )
        self._assert_refused(
            self.other, "customer.approval.deputy", "write", [deputy_id], {"user_id": self.manager.id}
        )

    def test_form_reads_lines_by_rights(self):
        """The document's page shows lines to those who may see them, and is readable by everybody else."""
        document = self._create_pending()
        specification = {
            "approval_can_approve": {},
            "approval_state": {},
            "approval_line_ids": {"fields": {"name": {}, "approver_ids": {"fields": {"display_name": {}}}}},
        }
        for user, count, can in ((self.manager, 1, True), (self.employee, 1, False), (self.other, 0, False)):
            [values] = self._call(user, DOCUMENT, "web_read", document.ids, specification=specification)
            self.assertEqual((len(values["approval_line_ids"]), values["approval_can_approve"]), (count, can))
