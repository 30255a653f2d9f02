from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ComplaintCommon

DIALOG = "customer.complaint.compensation.execute"


@tagged("post_install", "-at_install")
class TestCompensationExecute(ComplaintCommon):
    """Where no document carries a compensation out, evidence is recorded."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint(user_id=cls.handler.id)

    def _approve(self, amount=100, **vals):
        vals = {"evidence": False, **vals}
        compensation = self._create_compensation(self.complaint, amount, **vals).with_user(self.handler)
        compensation.action_request_approval()
        return compensation

    def _open(self, action, user=None):
        context = action["context"]
        return self.env[DIALOG].with_user(user or self.handler).with_context(**context).create({})

    def _file(self, user, **vals):
        vals = {"name": "receipt.txt", "raw": b"x", "res_model": DIALOG, "res_id": 0, **vals}
        return self.env["ir.attachment"].with_user(user).create(vals)

    def test_without_evidence_the_dialog_asks(self):
        """Nothing is executed without evidence; blanks are none."""
        compensation = self._approve()
        compensation.evidence = "  "
        action = compensation.action_execute()
        self.assertEqual(action["res_model"], DIALOG)
        self.assertEqual(compensation.state, "proposed")
        dialog = self._open(action)
        self.assertEqual(dialog.compensation_ids, compensation)
        for text in (False, "   "):
            dialog.evidence = text
            with self.subTest(text=text), self.assertRaisesRegex(UserError, "how the customer got it"):
                dialog.action_confirm()
        dialog.evidence = "Handed over on Monday"
        dialog.action_confirm()
        self.assertRecordValues(
            compensation,
            [
                {
                    "state": "executed",
                    "evidence": "Handed over on Monday",
                    "executed_user_id": self.handler.id,
                }
            ],
        )

    def test_not_approved_is_refused_before_the_dialog(self):
        """Nobody is asked for evidence of what may not be given."""
        compensation = self._approve(5000)
        with self.assertRaisesRegex(UserError, "Only approved"):
            compensation.action_execute()

    def test_one_dialog_for_several(self):
        """Evidence that is there stays; each of the others gets the text and its own copy of the file."""
        first, second, told = self._approve(), self._approve(), self._approve(evidence="Told before")
        dialog = self._open((first | second | told).action_execute())
        self.assertEqual(dialog.compensation_ids, first | second | told)
        file = self._file(self.handler)
        dialog.write({"evidence": "Sent", "file_ids": [Command.link(file.id)]})
        dialog.action_confirm()
        self.assertEqual((first | second | told).mapped("state"), ["executed"] * 3)
        self.assertEqual((first | second | told).mapped("evidence"), ["Sent", "Sent", "Told before"])
        for compensation in (first, second):
            copy = compensation.evidence_file_ids
            self.assertEqual((copy.res_model, copy.res_id), (compensation._name, compensation.id))
            self.assertEqual(copy.with_user(self.supervisor).raw, b"x")
        self.assertFalse(told.evidence_file_ids)

    def test_a_file_is_evidence(self):
        """A photo of the receipt is enough; who may not see the complaint does not see it."""
        compensation = self._approve()
        file = self._file(self.handler)
        compensation.evidence_file_ids = [Command.link(file.id)]
        compensation.action_execute()
        self.assertEqual(compensation.state, "executed")
        self.assertEqual(file.with_user(self.supervisor).raw, b"x")
        with self.assertRaises(AccessError):
            file.with_user(self.other_handler).read(["raw"])

    def test_evidence_of_others_is_not_stolen(self):
        """Whoever names somebody else's file does not get to read it."""
        file = self._file(self.manager)
        compensation = self._approve()
        with self.assertRaises(AccessError):
            compensation.evidence_file_ids = [Command.link(file.id)]
        file.invalidate_recordset()
        self.assertFalse(file.sudo().res_id)

    def test_evidence_of_an_executed_one_stays(self):
        """What was the proof yesterday is the proof today."""
        compensation = self._approve(evidence="Transfer 1")
        compensation.action_execute()
        for vals in ({"evidence": "Transfer 2"}, {"evidence_file_ids": [Command.clear()]}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "cannot be changed"):
                compensation.write(vals)

    def test_documents_are_not_forged(self):
        """Nobody writes by RPC or context which document carries a compensation out."""
        compensation = self._approve()
        for user in (self.handler, self.supervisor, self.manager):
            own = compensation.with_user(user)
            for vals in ({"document_model": "res.partner"}, {"document_id": 1}, {"document_name": "x"}):
                with self.subTest(user=user.login, vals=vals), self.assertRaises(AccessError):
                    own.write(vals)
                with self.subTest(user=user.login, create=vals), self.assertRaises(AccessError):
                    own.create({"complaint_id": self.complaint.id, **vals})
        made = compensation.with_context(default_document_model="res.partner", default_document_id=1).create(
            {"complaint_id": self.complaint.id}
        )
        self.assertFalse(made.document_model)
        self.assertFalse(made.document_id)

    def test_a_document_of_any_model_is_refused(self):
        """Only models that bridges name can carry anything out."""
        compensation = self._approve(kind="apology")
        self.assertFalse(compensation.is_document_kind)
        with self.assertRaisesRegex(UserError, "No document"):
            compensation.action_open_document()

    def test_dialogs_are_for_who_may(self):
        """The auditor executes nothing, a colleague of another team neither."""
        compensation = self._approve()
        for user in (self.auditor, self.other_handler, self.employee, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                compensation.with_user(user).action_execute()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                dialog = (
                    self.env[DIALOG]
                    .with_user(user)
                    .create({"compensation_ids": [Command.link(compensation.id)], "evidence": "x"})
                )
                dialog.action_confirm()
        self.assertEqual(compensation.state, "proposed")

    def test_erased_with_the_customer(self):
        """What the evidence says of a person goes with his data."""
        self.complaint.stage_id = self.env["customer.complaint.stage"].search([("phase", "=", "cancelled")])[
            :1
        ]
        compensation = self._approve(evidence="To his account")
        compensation.action_execute()
        entry = self.customer._care_privacy_models()["customer.complaint.compensation"]
        self.assertIn("evidence", entry["fields"])
        self.assertIn("evidence", entry["erase"])
