from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestCallbackTour(CareCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.callback"].search([("user_id", "=", cls.specialist.id)]).unlink()
        cls.env.company.write({"care_contact_from": 0, "care_contact_to": 0})

    def test_morning_at_the_desk(self):
        """A caller starts, answers, finishes and takes back without leaving the desk."""
        script = self.env["customer.callback.script"].create(
            {
                "name": "Tour",
                "question_ids": [
                    Command.create({"title": "Is all well?", "kind": "yes_no", "is_required": True}),
                    Command.create({"title": "What is wrong?", "kind": "text", "sequence": 20}),
                ],
            }
        )
        script.question_ids[1].write(
            {"condition_question_id": script.question_ids[0].id, "condition_yes_no": "no"}
        )
        today = fields.Date.today()
        first = self._create_callback(
            partner_id=self._create_customer("Tour first", phone="+49 30 123").id,
            date_planned=today - timedelta(days=2),
            script_id=script.id,
        )
        second = self._create_callback(
            partner_id=self._create_customer("Tour second", phone="+49 30 124").id, date_planned=today
        )
        self.start_tour("/odoo/care-my-calls", "customer_care_desk", login=self.specialist.login)
        self.assertRecordValues(
            first | second,
            [
                {"state": "done", "outcome": "reached", "satisfaction": 9, "reopen_count": 1},
                {"state": "done", "outcome": "no_answer", "satisfaction": 0, "reopen_count": 0},
            ],
        )
        answers = first.answer_ids.sorted(lambda answer: answer.question_id.sequence)
        self.assertRecordValues(
            answers,
            [{"value_yes_no": "no", "value_text": False}, {"value_yes_no": False, "value_text": "The pump"}],
        )
