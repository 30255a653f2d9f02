from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from .common import SurveyKit


@tagged("post_install", "-at_install")
class TestCorrect(SurveyKit, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_kit()
        cls.answer = cls._send()
        cls.scores = cls._answer(cls.answer, csat=2, nps=10, comment="Fine")
        cls.csat_score = cls.scores.filtered(lambda score: score.kind == "csat")

    def _correct(self, scores=None, role="manager", **vals):
        scores = (scores or self.csat_score).sudo(False).with_user(self.users[role])
        context = scores.action_correct()["context"]
        wizard = (
            self.env["customer.survey.score.correct"]
            .with_user(self.users[role])
            .with_context(**context)
            .create({"reason": "He said so on the phone", **vals})
        )
        wizard.action_confirm()
        return self.answer.care_score_ids

    def test_reversed_scale_makes_a_new_row(self):
        """A scale read the wrong way round is turned; the row that was wrong stays as history."""
        scores = self._correct(correction="reversed")
        new = scores.filtered(lambda score: score.kind == "csat")
        self.assertRecordValues(
            new,
            [
                {
                    "raw_value": 9,
                    "value": 88.89,
                    "is_low": False,
                    "previous_id": self.csat_score.id,
                    "comment": "Fine",
                }
            ],
        )
        self.assertRecordValues(
            self.csat_score,
            [
                {
                    "active": False,
                    "value": 11.11,
                    "correction": "reversed",
                    "correction_reason": "He said so on the phone",
                    "corrected_by_id": self.users["manager"].id,
                }
            ],
        )
        self.assertTrue(self.csat_score.corrected_datetime)
        self.assertEqual(new.create_uid, self.env.ref("base.user_root"), "a score has no author")
        event = self._get_events("survey_corrected")
        self.assertEqual(event.summary, "CSAT 11 → CSAT 89 (He said so on the phone)")
        self.assertEqual(event.user_id, self.users["manager"])

    def test_figures_count_what_holds(self):
        """Averages, metrics and the customer's figures follow a correction."""
        metric = self.env.ref("customer_survey.customer_metric_csat_12m")
        self.assertAlmostEqual(metric._get_values(self.customer)[self.customer.id][metric.id], 11.11)
        self._correct(correction="reversed")
        self.assertAlmostEqual(metric._get_values(self.customer)[self.customer.id][metric.id], 88.89)
        self.assertAlmostEqual(self.contact.care_satisfaction, 88.89)
        self.assertEqual(self.contact.care_answer_count, 1)

    def test_low_answer_corrected_to_a_good_one_needs_nobody(self):
        """The follow-up is dismissed and the call nobody has begun is cancelled."""
        loop = self.env["customer.survey.loop"].search([("user_input_id", "=", self.answer.id)])
        self.assertEqual((loop.state, loop.callback_id.state), ("open", "planned"))
        self._correct(correction="reversed")
        self.assertEqual((loop.state, loop.callback_id.state), ("dismissed", "cancelled"))
        self.assertTrue(loop.dismiss_reason)

    def test_good_answer_corrected_to_a_low_one_is_followed_up(self):
        """What turns out to be low is followed up as if it had come so."""
        answer = self._send(cause="2")
        score = self._answer(answer, csat=10)
        self._correct(score, correction="value", raw_value=1)
        loop = self.env["customer.survey.loop"].search([("user_input_id", "=", answer.id)])
        self.assertRecordValues(loop, [{"kind": "low", "state": "open", "value": 0}])

    def test_void_leaves_no_row(self):
        """What does not count leaves history alone, and cannot come back by a second submit."""
        self._correct(self.scores, correction="void")
        self.assertFalse(self.answer.care_score_ids)
        told = {summary.split(" (")[0] for summary in self._get_events("survey_voided").mapped("summary")}
        self.assertEqual(told, {"CSAT 11", "NPS 100"})
        self.assertRecordValues(
            self.contact, [{"care_answer_count": 0, "care_nps_class": False, "care_last_answer_date": False}]
        )
        self.answer._mark_done()
        self.env.invalidate_all()
        self.assertFalse(self.answer.care_score_ids)

    def test_answer_of_somebody_else(self):
        """A score that another customer gave moves to him, with his team and grade."""
        other = self._create_partner("Bea", care_user_id=self.users["manager"].id)
        new = self._correct(self.scores, correction="person", partner_id=other.id)
        self.assertEqual(new.partner_id, other)
        self.assertEqual((new.user_id, new.mapped("res_id")), (self.users["manager"], [other.id, other.id]))
        self.assertRecordValues(
            self.contact | other,
            [
                {"care_answer_count": 0, "care_nps_class": False},
                {"care_answer_count": 1, "care_nps_class": "promoter"},
            ],
        )

    def test_recommendation_keeps_its_class(self):
        """A corrected recommendation is in the class of the new answer, on the scale from 0 to 10."""
        nps = self.scores - self.csat_score
        new = self._correct(nps, correction="reversed").filtered(lambda score: score.kind == "nps")
        self.assertRecordValues(new, [{"raw_value": 0, "nps_class": "detractor", "is_low": True}])

    def test_roles(self):
        """Only managers correct, and nobody by plain writing."""
        for role in ("specialist", "supervisor", "auditor", "employee", "survey_manager", "portal"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.csat_score.sudo(False).with_user(self.users[role]).action_correct()
        for role in self.users:
            score = self.csat_score.sudo(False).with_user(self.users[role])
            for vals in (
                {"value": 100},
                {"active": False},
                {"correction_reason": "x"},
                {"previous_id": False},
            ):
                with self.subTest(role=role, vals=vals), self.assertRaises(AccessError):
                    score.write(vals)
            with self.subTest(role=role, forged="create"), self.assertRaises(AccessError):
                score.create({"kind": "csat", "value": 1000, "date": "2026-01-01"})
        for role in ("specialist", "supervisor"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.env["customer.survey.score.correct"].with_user(self.users[role]).create(
                    {"score_ids": self.csat_score.ids, "reason": "x"}
                )

    def test_bad_input(self):
        """No reason, an answer outside of the scale, several scores at once, a row that is history."""
        for vals in (
            {"reason": " "},
            {"correction": "value", "raw_value": 11},
            {"correction": "value", "raw_value": 0},
            {"correction": "person"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self._correct(**vals)
        with self.assertRaisesRegex(UserError, "one score at a time"):
            self._correct(self.scores, correction="value", raw_value=5)
        self._correct(correction="reversed")
        with self.assertRaisesRegex(UserError, "history"):
            self._correct()
        score = self._answer(self._send(cause="2"), csat=5)
        score.sudo().question_id = False
        with self.assertRaisesRegex(UserError, "deleted"):
            self._correct(score, correction="reversed")

    def test_preview(self):
        """The dialog says before what will hold, or why it cannot."""
        wizard = self.env["customer.survey.score.correct"].new({"score_ids": self.csat_score.ids})
        wizard.correction = "reversed"
        self.assertIn("→ 89", wizard.preview)
        wizard.update({"correction": "value", "raw_value": 99})
        self.assertIn("from 1 to 10", wizard.preview)
