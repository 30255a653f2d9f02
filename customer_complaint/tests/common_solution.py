from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import ComplaintCommon


class SolutionCommon(ComplaintCommon):
    """A complaint of ``handler``, with factories for plans, letters and answers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint(user_id=cls.handler.id, severity="general")
        # Each test says what it asks for.
        models = ("plan", "letter", "compensation")
        cls.rules = cls.env["customer.approval.rule"].search(
            [("model_id.model", "in", [f"customer.complaint.{name}" for name in models])]
        )
        cls.env["customer.complaint.offer"].with_context(active_test=False).search([]).active = False

    @classmethod
    def _create_plan(cls, complaint=None, measures=({},), user=None, **vals):
        """Create a plan as the handler does, with one countermeasure for each dict of ``measures``."""
        lines = [
            Command.create(
                {
                    "name": f"Step {number}",
                    "date_deadline": fields.Date.add(fields.Date.today(), days=7),
                    "user_id": cls.handler.id,
                    **measure,
                }
            )
            for number, measure in enumerate(measures)
        ]
        complaint = complaint or cls.complaint
        return (
            cls.env["customer.complaint.plan"]
            .with_user(user or cls.handler)
            .create({"complaint_id": complaint.id, "measure_ids": lines, **vals})
        )

    @classmethod
    def _create_letter(cls, complaint=None, **vals):
        complaint = complaint or cls.complaint
        return (
            cls.env["customer.complaint.letter"]
            .with_user(cls.handler)
            .create(
                {"complaint_id": complaint.id, "subject": "Our answer", "body": "<p>Dear Lin</p>", **vals}
            )
        )

    @classmethod
    def _create_offer(cls, **vals):
        return cls.env["customer.complaint.offer"].create({"note": "Why", "kind": "refund", **vals})

    def _record(self, kind, complaint=None, **vals):
        """Note an answer of the customer as the handler does, by the dialog."""
        complaint = (complaint or self.complaint).with_user(self.handler)
        action = (
            complaint.action_record_acceptance() if kind == "accept" else complaint.action_record_decline()
        )
        wizard = (
            self.env["customer.complaint.answer.record"]
            .with_user(self.handler)
            .with_context(**action["context"])
            .create({"person": "Lin Wei", "comment": "Said so", **vals})
        )
        wizard.action_confirm()
        return complaint.answer_ids[:1]

    def _assert_refused(self, call):
        """Assert that the database or the program refuses what ``call`` does."""
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as caught, self.env.cr.savepoint():
            call()
            self.env.flush_all()
        self.assertIsInstance(caught.exception, (IntegrityError, UserError))
