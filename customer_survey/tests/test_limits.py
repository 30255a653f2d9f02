from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestLimits(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()

    @mute_logger("odoo.sql_db")
    def test_rule_days_have_an_end(self):
        """A rule that reaches beyond the calendar would stop whatever asks for a survey."""
        for name in ("delay_days", "expiry_days", "quiet_days"):
            for days in (-1, 3651, 2**31 - 1):
                with self.subTest(name=name, days=days), self.assertRaises(IntegrityError):
                    self._create_rule(**{name: days})
            self._create_rule(**{name: 3650})

    def test_survey_of_a_rule_is_archived_not_deleted(self):
        """Deleting a survey that rules send says what to do instead."""
        self.survey.title = "After repair"
        with self.assertRaisesRegex(UserError, "After repair"):
            self.survey.unlink()

    def test_document_gone_says_so(self):
        """A row outlives what the customer was asked about."""
        team = self.env["customer.care.team"].create({"name": "x"})
        values = {"date": "2026-01-01", "kind": "csat", "res_model": "customer.care.team"}
        gone = self.env["customer.survey.score"].create({**values, "res_id": team.id})
        none = self.env["customer.survey.score"].create({**values, "res_model": False})
        removed = self.env["customer.survey.score"].create({**values, "res_model": "no.such", "res_id": 1})
        team.unlink()
        for score in (gone, none, removed):
            with self.assertRaisesRegex(UserError, "document"):
                score.action_open_document()
