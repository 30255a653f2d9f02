import threading

from odoo import SUPERUSER_ID, api
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger
from psycopg2.errors import SerializationFailure

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestTwoDevices(TransactionCase):
    """Two devices submit the same link at the same moment: two real transactions."""

    def setUp(self):
        super().setUp()
        self.db = db_connect(self.env.cr.dbname)

    def _open(self):
        cr = self.db.cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def _prepare(self, **vals):
        """Make and commit an invitation; it is removed after the test. Return its id."""
        env = self._open()
        kit = type("Kit", (SurveyKit,), {"env": env})
        kit.survey = kit._create_survey(**vals)
        partner = kit._create_partner("Two Devices")
        rule = kit._create_rule(delay_days=1)
        answer = rule._ask(partner, env.company)
        env.cr.commit()

        def clean():
            env.cr.rollback()
            env.invalidate_all()
            survey = kit.survey
            env["customer.survey.score"].search([("survey_id", "=", survey.id)]).unlink()
            rule.unlink()
            survey.unlink()
            partner.unlink()
            env.cr.commit()

        self.addCleanup(clean)
        return answer.id, kit.survey.id

    def _submit(self, env, answer_id, value):
        """Take an answer as the route does; tell whether it was taken."""
        answer = env["survey.user_input"].browse(answer_id).exists()
        answer._care_lock()
        if not answer or answer.state == "done":
            return False
        SurveyKit._answer(answer, csat=value)
        return True

    def _run(self, answer_id):
        """Let two submit at once; return the error of the second."""
        first, second = self._open(), self._open()
        for env in (first, second):
            self.assertEqual(env["survey.user_input"].browse(answer_id).state, "new")
        self.assertTrue(self._submit(first, answer_id, 9))
        errors = []

        def submit():
            try:
                second.cr.execute("SET LOCAL lock_timeout = '20s'")
                self._submit(second, answer_id, 1)
            except SerializationFailure as error:
                errors.append(error)

        thread = threading.Thread(target=submit)
        with mute_logger("odoo.sql_db"):
            thread.start()
            thread.join(0.5)
            self.assertTrue(thread.is_alive(), "the second one waits for the first")
            first.cr.commit()
            thread.join(20)
        self.assertEqual(len(errors), 1)
        # Odoo runs the request again
        second.cr.rollback()
        second.invalidate_all()
        return second

    def _get_values(self, survey):
        env = self._open()
        return env["customer.survey.score"].search([("survey_id", "=", survey)]).mapped("raw_value")

    def test_second_is_run_again_and_refused(self):
        """The first one counts; the second waits, is run again and finds it done."""
        answer_id, survey = self._prepare()
        second = self._run(answer_id)
        self.assertFalse(self._submit(second, answer_id, 1))
        second.cr.commit()
        self.assertEqual(self._get_values(survey), [9])

    def test_second_of_anonymous_finds_nothing(self):
        """Of an anonymous survey the second one does not find its invitation any more."""
        answer_id, survey = self._prepare(care_is_anonymous=True)
        second = self._run(answer_id)
        self.assertFalse(second["survey.user_input"].browse(answer_id).exists())
        self.assertEqual(self._get_values(survey), [9])
