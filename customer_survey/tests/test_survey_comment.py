from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .figures_common import FiguresCommon


@tagged("post_install", "-at_install")
class TestSurveyComment(FiguresCommon):
    @classmethod
    def _say(cls, answer, text, question=None):
        question = question or answer.survey_id.question_ids.filtered("care_is_comment")
        return cls.env["survey.user_input.line"].create(
            {
                "user_input_id": answer.id,
                "question_id": question.id,
                "answer_type": "text_box",
                "value_text_box": text,
            }
        )

    def _comments(self, role="supervisor"):
        return self._as(role)["customer.survey.comment"]

    def test_a_comment_stands_beside_its_scores(self):
        """One row for each text, with the lowest score of its answer and who it is about."""
        answer = self._add(2, csat=10, nps=3, team_id=self.team.id, is_low=True)
        self._say(answer, "Too late")
        self._say(self._add(3, csat=9), "   ")
        self._say(self._invite(4, state="in_progress"), "Half a thou")
        self._say(self._invite(4, state="done", test_entry=True, end_datetime=datetime(2026, 3, 4)), "Test")
        [comment] = self._comments().search([])
        self.assertRecordValues(
            comment,
            [
                {
                    "text": "Too late",
                    "score": 30.0,
                    "nps_class": "detractor",
                    "is_low": True,
                    "partner_id": self.contact.id,
                    "commercial_partner_id": self.customer.id,
                    "team_id": self.team.id,
                    "is_read": False,
                }
            ],
        )
        self.assertEqual(self._comments().search([("text", "ilike", "LATE")]), comment)
        self.assertFalse(self._comments().search([("nps_class", "=", "promoter")]))

    def test_corrected_scores_leave_a_comment(self):
        """A text stays when the scores beside it are corrected away."""
        answer = self._add(2, nps=3)
        self._say(answer, "Hm")
        answer.care_score_ids.active = False
        [comment] = self._comments().search([])
        self.assertEqual((comment.has_score, comment.nps_class, comment.is_low), (False, False, False))

    def test_marks(self):
        """Supervisors mark comments and sort them by theme; who only reads is refused."""
        line = self._say(self._add(2, nps=3), "Late")
        other = self._say(self._add(3, nps=9), "Nice")
        comment = self._comments().browse(line.id)
        comment.action_mark_read()
        self.assertTrue(comment.is_read)
        comment.action_mark_unread()
        self.assertFalse(comment.is_read)
        late, price = self.env["customer.survey.theme"].create([{"name": "Late"}, {"name": "Dear"}])
        sorts = self._as("supervisor", active_ids=[line.id])["customer.survey.comment.sort"]
        sorts.create({"theme_ids": late.ids}).action_apply()
        sorts.create({"theme_ids": price.ids}).action_apply()
        self.assertEqual((comment.theme_ids, comment.is_read), (late + price, True))
        sorts.create({"theme_ids": price.ids, "mode": "replace"}).action_apply()
        self.assertEqual(line.care_theme_ids, price)
        self.assertEqual(self._comments().search([("theme_ids", "=", price.id)]), comment)
        groups = self._comments()._read_group([], ["theme_ids"], ["__count"])
        self.assertEqual([(theme.name, count) for theme, count in groups], [("Dear", 1), (False, 1)])
        self.assertFalse(other.care_is_read)
        with self.assertRaises(AccessError):
            self._comments("auditor").browse(line.id).action_mark_read()
        for role in ("specialist", "employee", "portal"):
            with self.assertRaises(AccessError):
                self._comments(role).search([])
            with self.assertRaises(AccessError):
                self._comments(role).browse(line.id).action_mark_read()

    def test_comments_of_another_company(self):
        """What a reader does not see cannot be marked by its number either."""
        line = self._say(self._add(2, nps=3), "Late")
        line.user_input_id.care_company_id = self.old_company
        sorts = self._as("supervisor", active_ids=[line.id])["customer.survey.comment.sort"]
        sorts.create({"theme_ids": []}).action_apply()
        self.assertFalse(line.care_is_read)
        with self.assertRaises(AccessError):
            self._comments().browse(line.id).action_mark_read()
        self.assertFalse(line.care_is_read)

    def test_anonymous_comments(self):
        """They name nobody, and a few are not shown."""
        nameless = self._make_anonymous()
        for day in range(2, 6):
            self._say(self._add(day, survey=nameless, partner=self.env["res.partner"], nps=3), "Secret")
        self.assertFalse(self._comments().search([]))
        self._say(self._add(6, survey=nameless, partner=self.env["res.partner"], nps=3), "Secret")
        comments = self._comments().search([])
        self.assertEqual(len(comments), 5)
        self.assertFalse(comments.partner_id)
