from unittest.mock import patch

from odoo.exceptions import AccessError, LockError, UserError
from odoo.tests import tagged

from .approval_common import PLAIN, ApprovalCase


@tagged("post_install", "-at_install")
class TestApproval(ApprovalCase):
    def test_request_without_rule_is_approved_at_once(self):
        """What no rule asks for needs nobody."""
        document = self._create_pending(amount=1000)
        self.assertEqual(document.approval_state, "approved")
        self.assertFalse(document.approval_line_ids)
        self.assertEqual(document.event, "approved")
        self.assertEqual(document.approval_requester_id, self.employee)

    def test_over_1000_needs_the_manager(self):
        """One level: the manager's answer approves."""
        document = self._create_pending(amount=1000.01)
        self.assertRecordValues(
            self._lines(document),
            [
                {
                    "name": "Manager",
                    "state": "pending",
                    "amount": 1000.01,
                    "approver_ids": self.manager.ids,
                    "requester_id": self.employee.id,
                    "record_name": "Refund",
                    "round": 1,
                }
            ],
        )
        with self.assertRaisesRegex(UserError, "has to be approved first"):
            document.action_done()
        self.assertTrue(document.with_user(self.manager).approval_can_approve)
        self.assertFalse(document.with_user(self.director).approval_can_approve)
        document.with_user(self.manager).action_approve("fine")
        self.assertEqual(document.approval_state, "approved")
        self.assertEqual(document.event, "approved")
        document.action_done()
        line = self._lines(document)
        self.assertEqual((line.done_by_id, line.comment), (self.manager, "fine"))
        self.assertTrue(line.done_datetime)

    def test_language_of_the_approver(self):
        """The approver reads the rule's name as it was at the request, in his language and not the requester's."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.rule_manager.update_field_translations("name", {"zh_CN": "经理审批"})
        line = self._lines(self._create_pending(amount=1000.01))
        self.rule_manager.update_field_translations("name", {"en_US": "Other", "zh_CN": "其他"})
        self.assertEqual(line.with_context(lang="en_US").name, "Manager")
        self.assertEqual(line.with_context(lang="zh_CN").name, "经理审批")

    def test_over_10000_needs_manager_then_director(self):
        """Two levels: the director waits for the manager."""
        document = self._create_pending(amount=10001)
        self.assertEqual(self._lines(document).mapped("state"), ["pending", "waiting"])
        with self.assertRaises(AccessError):
            document.with_user(self.director).action_approve()
        document.with_user(self.manager).action_approve()
        self.assertEqual(document.approval_state, "pending")
        self.assertEqual(self._lines(document).mapped("state"), ["approved", "pending"])
        document.with_user(self.director).action_approve()
        self.assertEqual(document.approval_state, "approved")

    def test_same_step_needs_one_approver_of_each_line(self):
        """Two rules of one step are asked at the same time, both must agree."""
        self._create_rule("Audit", user_ids=self.auditor, amount_from=1000, sequence=10)
        document = self._create_pending()
        self.assertEqual(self._lines(document).mapped("state"), ["pending", "pending"])
        document.with_user(self.auditor).action_approve()
        self.assertEqual(document.approval_state, "pending")
        document.with_user(self.manager).action_approve()
        self.assertEqual(document.approval_state, "approved")

    def test_reject_supersedes_the_rest_and_tells_the_chatter(self):
        """A rejection ends the round; the reason stays with the line and the document."""
        document = self._create_pending(amount=20000)
        document.with_user(self.manager).action_reject("Too much")
        self.assertEqual(document.approval_state, "rejected")
        self.assertEqual(document.event, "rejected")
        self.assertEqual(self._lines(document).mapped("state"), ["rejected", "superseded"])
        self.assertEqual(self._lines(document)[0].comment, "Too much")
        self.assertIn("Too much", document.message_ids[0].body)

    def test_reject_without_reason_is_refused(self):
        """The requester must learn why."""
        document = self._create_pending()
        for comment in ("", "  ", None, False):
            with self.assertRaisesRegex(UserError, "Say why"):
                document.with_user(self.manager).action_reject(comment)
        self.assertEqual(document.approval_state, "pending")

    def test_new_round_keeps_the_history(self):
        """Requesting again after a rejection adds lines and deletes none."""
        document = self._create_pending(amount=20000)
        document.with_user(self.manager).action_approve()
        document.with_user(self.director).action_reject("Not yet")
        document.action_request_approval()
        self.assertRecordValues(
            self._lines(document),
            [
                {"round": 1, "state": "superseded", "done_by_id": self.manager.id},
                {"round": 1, "state": "rejected", "done_by_id": self.director.id},
                {"round": 2, "state": "pending", "done_by_id": False},
                {"round": 2, "state": "waiting", "done_by_id": False},
            ],
        )

    def test_cancel_by_requester_or_manager(self):
        """The requester and a manager may take a request back, nobody else."""
        document = self._create_pending()
        for user in (self.other, self.auditor):
            with self.assertRaises(AccessError):
                document.with_user(user).action_cancel_approval()
        document.action_cancel_approval()
        self.assertEqual(document.approval_state, "draft")
        self.assertEqual(self._lines(document).state, "cancelled")
        self.assertFalse(self._activities(document))
        document.action_request_approval()
        document.with_user(self.manager).action_cancel_approval()
        self.assertEqual(document.approval_state, "draft")
        with self.assertRaisesRegex(UserError, "Only an open request"):
            document.action_cancel_approval()

    def test_request_twice_is_refused(self):
        """A pending or approved document is not asked again."""
        document = self._create_pending()
        with self.assertRaisesRegex(UserError, "requested already"):
            document.action_request_approval()
        document.with_user(self.manager).action_approve()
        with self.assertRaisesRegex(UserError, "requested already"):
            document.action_request_approval()

    def test_second_approver_gets_a_clear_error(self):
        """Who comes second learns who answered."""
        self.rule_manager.user_ids |= self.director
        document = self._create_pending()
        document.with_user(self.manager).action_approve()
        with self.assertRaisesRegex(UserError, "approval_manager.* has answered already"):
            document.with_user(self.director).action_approve()
        with self.assertRaisesRegex(UserError, "has answered already"):
            document.with_user(self.director).action_reject("No")

    def test_request_made_anew_is_not_approved_unseen(self):
        """A form that shows an earlier request approves nothing: the amount may be another."""
        document = self._create_pending(amount=5000)
        seen = document.with_user(self.manager).with_context(
            approval_round=document.with_user(self.manager).approval_round
        )
        document.action_cancel_approval()
        document.amount = 9000
        document.action_request_approval()
        with self.assertRaisesRegex(UserError, "made anew"):
            seen.action_approve()
        self.assertEqual(document.approval_state, "pending")
        fresh = document.with_user(self.manager)
        fresh.with_context(approval_round=fresh.approval_round).action_approve()
        self.assertEqual(document.approval_state, "approved")

    def test_two_at_once_gets_a_clear_error(self):
        """Who comes while another decides is told so, instead of waiting or overwriting."""
        document = self._create_pending()
        with (
            patch.object(type(document), "lock_for_update", side_effect=LockError("locked")),
            self.assertRaisesRegex(UserError, "Somebody else is just working"),
        ):
            document.with_user(self.manager).action_approve()

    def test_requester_is_removed_from_the_approvers(self):
        """Nobody approves an own request, even when a rule names the requester."""
        self.rule_manager.user_ids |= self.employee
        document = self._create_pending()
        self.assertEqual(self._lines(document).approver_ids, self.manager)
        with self.assertRaises(AccessError):
            document.action_approve()

    def test_nobody_left_is_an_error_that_names_the_rule(self):
        """A step is never skipped because only the requester could approve it."""
        document = self._create_document(user=self.manager)
        with self.assertRaisesRegex(UserError, "rule Manager names nobody"):
            document.action_request_approval()
        self.assertEqual(document.approval_state, "draft")

    def test_group_field_and_responsible_approvers(self):
        """A rule asks a group with those who imply it, a field's user and the responsible, together."""
        self.rule_manager.write(
            {
                "user_ids": False,
                "group_id": self.env.ref("customer_care.group_care_director").id,
                "approver_field": "head_id",
                "is_responsible_asked": True,
            }
        )
        document = self._create_pending(head_id=self.other.id, user_id=self.auditor.id)
        approvers = self._lines(document).approver_ids
        self.assertEqual(approvers, self.director | self.admin | self.other | self.auditor)

    def test_portal_or_archived_approver_is_not_asked(self):
        """Only active internal users approve."""
        self.rule_manager.write({"approver_field": "head_id"})
        self.rule_manager.user_ids = False
        self.manager.active = False
        for user in (self.portal, self.manager):
            document = self._create_document(head_id=user.id)
            with self.assertRaisesRegex(UserError, "names nobody"):
                document.action_request_approval()

    def test_approver_archived_after_request_shows_and_is_repaired_by_a_new_request(self):
        """Lines tell that nobody is left; taken back and requested again, the present people are asked."""
        document = self._create_pending()
        line = self._lines(document)
        self.assertTrue(line.has_active_approver)
        self.manager.active = False
        self.assertFalse(line.has_active_approver)
        self.assertEqual(self.Line.search([("has_active_approver", "=", False), ("id", "=", line.id)]), line)
        self.assertEqual(line.approver_ids, self.manager)
        self.rule_manager.user_ids = self.director
        document.with_user(self.admin).action_cancel_approval()
        document.action_request_approval()
        self.assertEqual(self._lines(document)[1].approver_ids, self.director)

    def test_changed_or_deleted_rule_leaves_the_lines(self):
        """What was asked is frozen."""
        document = self._create_pending()
        line = self._lines(document)
        self.rule_manager.write({"name": "Renamed", "user_ids": self.director.ids})
        self.assertEqual((line.name, line.approver_ids), ("Manager", self.manager))
        self.rule_manager.unlink()
        self.assertEqual((line.exists().name, line.rule_id.id), ("Manager", False))
        document.with_user(self.manager).action_approve()
        self.assertEqual(document.approval_state, "approved")

    def test_notices_follow_the_asked_people(self):
        """Each asked person has one activity while it is their turn."""
        document = self._create_pending(amount=20000)
        activity = self._activities(document)
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("20,000.00", activity.summary)
        self.assertIn("approval_employee", activity.summary)
        document.with_user(self.manager).action_approve()
        self.assertEqual(self._activities(document).user_id, self.director)
        document.with_user(self.director).action_reject("No")
        self.assertFalse(self._activities(document))

    def test_activity_done_by_somebody_else_approves_nothing(self):
        """The notice is a reminder only."""
        document = self._create_pending()
        self._activities(document).with_user(self.employee).action_feedback()
        self.assertEqual(document.approval_state, "pending")

    def test_delete_while_pending_is_refused(self):
        """A document that others are asked about does not vanish; its history outlives it."""
        document = self._create_pending()
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            document.unlink()
        document.with_user(self.manager).action_approve()
        line = self._lines(document)
        document.unlink()
        self.assertTrue(line.exists())

    def test_line_of_vanished_document_is_taken_back(self):
        """A document removed by the database leaves no approval that can never be answered."""
        document = self._create_pending()
        line = self._lines(document)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM customer_approval_fake WHERE id = %s", [document.id])
        self.env.invalidate_all()
        line.with_user(self.manager).action_approve()
        self.assertEqual(line.state, "cancelled")

    def test_copy_is_not_approved(self):
        """A copy starts anew."""
        document = self._create_approved()
        copy = document.copy()
        self.assertRecordValues(copy, [{"approval_state": "draft", "approval_requester_id": False}])
        self.assertFalse(copy.approval_line_ids)

    def test_empty_recordset(self):
        """Nothing to do is no error."""
        empty = self.Document.with_user(self.employee)
        self.assertTrue(empty.action_request_approval())
        self.assertTrue(empty.action_approve())
        self.assertTrue(empty.action_reject("No"))
        self.assertTrue(empty.action_cancel_approval())
        self.assertTrue(empty.write({"amount": 1}))
        self.assertFalse(self.Line.action_approve() is False)

    def test_document_without_amount_and_chatter(self):
        """A model may have neither amount nor chatter; a rule without limits still holds."""
        self._create_rule("Plain", user_ids=self.manager, model=PLAIN)
        document = self.env[PLAIN].with_user(self.employee).create({"name": "Grade A"})
        document.action_request_approval()
        self.assertEqual(document.approval_state, "pending")
        document.with_user(self.manager).action_reject("No")
        self.assertEqual(document.approval_state, "rejected")

    def test_search_can_approve(self):
        """Documents can be filtered by whether they wait for me."""
        document = self._create_pending()
        Document = self.Document.with_user(self.manager)
        self.assertIn(document, Document.search([("approval_can_approve", "=", True)]))
        self.assertNotIn(document, Document.search([("approval_can_approve", "=", False)]))
        self.assertNotIn(
            document, Document.with_user(self.other).search([("approval_can_approve", "=", True)])
        )

    def test_line_buttons_and_reject_dialogue(self):
        """The list approves and rejects in bulk through the documents."""
        documents = self._create_pending() | self._create_pending()
        lines = self._lines(documents).with_user(self.manager)
        lines[0].action_approve()
        self.assertEqual(documents[0].approval_state, "approved")
        action = lines[1].action_reject_ask()
        wizard = (
            self.env["customer.approval.reject"].with_user(self.manager).with_context(**action["context"])
        )
        wizard.create({"comment": "Too much"}).action_reject()
        self.assertEqual(documents[1].approval_state, "rejected")

    def test_reject_dialogue_from_documents(self):
        """The dialogue opened on documents finds the lines that wait for the user."""
        documents = self._create_pending() | self._create_pending()
        wizard = self.env["customer.approval.reject"].with_context(
            active_model=documents._name, active_ids=documents.ids
        )
        wizard.with_user(self.manager).create({"comment": "No"}).action_reject()
        self.assertEqual(set(documents.mapped("approval_state")), {"rejected"})
        with self.assertRaisesRegex(UserError, "Nothing is selected"):
            wizard.with_user(self.other).create({"comment": "No"}).action_reject()
        with self.assertRaises(AccessError):
            wizard.with_user(self.manager).with_context(active_model="res.partner", active_ids=[1]).create(
                {"comment": "x"}
            )

    def test_open_document_needs_the_right_to_read_it(self):
        """An approver who may not read the document approves it, but does not see it."""
        document = self._create_pending()
        line = self._lines(document).with_user(self.manager)
        self.assertEqual(line.action_open_document()["res_id"], document.id)
        self.env["ir.rule"].create(
            {
                "name": "own only",
                "model_id": self.env["ir.model"]._get_id(document._name),
                "domain_force": "[('create_uid', '=', user.id)]",
            }
        )
        with self.assertRaises(AccessError):
            line.action_open_document()
        line.action_approve()
        self.assertEqual(document.approval_state, "approved")
