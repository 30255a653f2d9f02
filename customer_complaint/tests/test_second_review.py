import base64
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_solution import SolutionCommon

LETTER = "odoo.addons.customer_complaint.models.customer_complaint_letter_send"


@tagged("post_install", "-at_install")
class TestSecondReview(SolutionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint.proposal = "<p>A new pump</p>"
        cls.body = cls.env["customer.complaint.external.body"].create(
            {"name": "Arbitrator", "phone": "12315"}
        )

    def _decline(self):
        self._record("decline", comment="Not enough")
        return self.complaint.review_ids[:1]

    def _finish(self, review, outcome="upheld", proposal=None, user=None):
        return review.with_user(user or self.supervisor)._finish(outcome, "<p>Looked at it</p>", proposal)

    def _final(self):
        letter = self._create_letter(use="final", external_body_id=self.body.id)
        letter.action_request_approval()
        letter.with_user(self.manager).action_approve()
        with mute_logger(LETTER):
            letter.action_send()
        return letter

    # Answers that somebody else notes

    def test_recorded_call(self):
        """An answer by phone is kept with who said it, when, who noted it, the text and the recording."""
        moment = fields.Datetime.now() - timedelta(minutes=5)
        self.complaint.received_datetime = moment - timedelta(days=1)
        answer = self._record(
            "accept",
            person="Mrs. Lin",
            moment=moment,
            document=base64.b64encode(b"sound"),
            document_name="call.mp3",
            comment=False,
        )
        self.assertRecordValues(
            answer,
            [
                {
                    "kind": "accept",
                    "channel": "phone",
                    "person": "Mrs. Lin",
                    "datetime": moment.replace(microsecond=0),
                    "recorded_by_id": self.handler.id,
                    "user_id": False,
                    "digest": self.complaint._get_solution_digest(),
                }
            ],
        )
        self.assertIn("A new pump", answer.text)
        self.assertEqual(answer.evidence_ids.raw, b"sound")
        self.assertEqual(self.complaint.solution_answer, "accepted")
        with self.assertRaisesRegex(UserError, "answered already"):
            self.complaint.with_user(self.handler).action_record_decline()

    def test_record_proves_something(self):
        """Paper needs the paper, a call a recording or words, a decline the reason; nobody answers in the future."""
        now = fields.Datetime.now()
        for kind, vals, message in (
            ("accept", {"channel": "paper"}, "paper"),
            ("accept", {"comment": False}, "recording"),
            ("decline", {"comment": " "}, "recording"),
            ("accept", {"person": "  "}, "who answered"),
            ("accept", {"moment": now + timedelta(days=1)}, "future"),
            ("accept", {"moment": now - timedelta(days=9)}, "before the complaint"),
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, message):
                self._record(kind, **vals)
        self.assertFalse(self.complaint.answer_ids)

    def test_record_of_another_text(self):
        """What was read out is what is answered: a change meanwhile is noticed."""
        with self.assertRaisesRegex(UserError, "changed meanwhile"):
            self.complaint.with_user(self.handler)._record_answer(
                "accept", "phone", "Lin", fields.Datetime.now(), "Yes", digest="of another text"
            )
        self.complaint.proposal = False
        with self.assertRaisesRegex(UserError, "Nothing is proposed"):
            self.complaint.with_user(self.handler).action_record_acceptance()

    def test_record_rights(self):
        """Who only reads the complaint, or does not see it, notes nothing; answers are written by nobody."""
        for user in (self.other_handler, self.director, self.auditor, self.employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.complaint.with_user(user).action_record_acceptance()
        answer = self._record("accept")
        with self.assertRaises(AccessError):
            answer.with_user(self.manager).write({"channel": "portal"})

    # The second review

    def test_decline_asks_for_review(self):
        """Declined: the leader of the team, who had no part in it, gets the review with a deadline."""
        review = self._decline()
        self.assertRecordValues(
            review, [{"state": "asked", "reviewer_id": self.supervisor.id, "reason": "Not enough"}]
        )
        self.assertIn("A new pump", review.declined_solution)
        self.assertGreater(review.deadline, fields.Datetime.now() + timedelta(days=4))
        self.assertEqual(review.activity_ids.user_id, self.supervisor)
        self.assertEqual(self.complaint.second_review_state, "asked")
        self.assertIn(self.complaint, self.complaint.search([("second_review_state", "=", "asked")]))
        self.assertNotIn(self.complaint, self.complaint.search([("second_review_state", "=", "none")]))

    def test_working_days(self):
        """The deadline counts working days of the team's calendar."""
        self.env.company.care_review_days = 2
        with self._at(6, 10):  # a Friday
            self.complaint.received_datetime = fields.Datetime.now() - timedelta(days=1)
            review = self._decline()
        self.assertEqual(review.deadline, fields.Datetime.to_datetime("2026-03-10 17:00:00"))

    def test_approver_and_handler_do_not_review(self):
        """Neither who handles nor who approved; without anybody left it waits for a supervisor's choice."""
        offer = self._create_compensation(self.complaint, 5000).with_user(self.handler)
        offer.action_request_approval()
        offer.with_user(self.manager).action_approve()
        self.team.user_id = self.manager
        review = self._decline()
        self.assertFalse(review.reviewer_id)
        for user in (self.manager, self.handler):
            with self.assertRaisesRegex(ValidationError, "cannot review"):
                review.with_user(self.manager).reviewer_id = user
        with self.assertRaisesRegex(ValidationError, "does not see"):
            review.with_user(self.manager).reviewer_id = self.employee
        with self.assertRaises(AccessError):
            review.with_user(self.handler).reviewer_id = self.supervisor
        other = self._create_user("second_reviewer_t", "customer_complaint.group_complaint_manager")
        review.with_user(self.manager).reviewer_id = other
        self.assertEqual(review.activity_ids.user_id, other)

    def test_company_reviewer(self):
        """When team leader and handler are one, the reviewer of the company does it."""
        self.team.user_id = self.handler
        self.env.company.care_review_user_id = self.manager
        self.assertEqual(self._decline().reviewer_id, self.manager)

    def test_only_reviewer_finishes(self):
        """Nobody else ends a review, also not one who became handler meanwhile."""
        review = self._decline()
        for user in (self.handler, self.manager, self.director):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._finish(review, user=user)
        self.complaint.user_id = self.supervisor
        with self.assertRaises(AccessError):
            self._finish(review)

    def test_upheld(self):
        """Upheld: the customer is asked again; accepting ends it."""
        review = self._decline()
        with self.assertRaisesRegex(UserError, "why"):
            review.with_user(self.supervisor)._finish("upheld", "<p></p>")
        self._finish(review)
        self.assertEqual(self.complaint.second_review_state, "upheld")
        self.assertFalse(self.complaint.solution_answer)
        self._record("accept")
        self.complaint.stage_id = self.stage_closed
        with self.assertRaisesRegex(UserError, "finished already"):
            self._finish(review)

    def test_improved(self):
        """Improved: another proposal, about which the customer is asked."""
        review = self._decline()
        with self.assertRaisesRegex(UserError, "the one that was declined"), self.env.cr.savepoint():
            self._finish(review, "improved", "<p>A new pump</p>")
        self._finish(review, "improved", "<p>A new pump and a voucher</p>")
        self.assertIn("voucher", self.complaint.proposal)
        self.assertEqual(self.complaint.second_review_state, "improved")
        self.assertIn("A new pump", review.declined_solution)

    def test_reviewed_solution_stays_before_the_customer(self):
        """What he declined by phone, before the stage proposed it, he reads after the review and may accept."""
        self.assertFalse(self.complaint._is_solution_before_customer())
        review = self._decline()
        self.assertTrue(self.complaint._is_solution_before_customer())
        self._finish(review)
        self.assertTrue(self.complaint._is_solution_before_customer())
        self.assertLessEqual({"accept", "decline"}, self.complaint._portal_get_acts())
        self.complaint.sudo().proposal = False
        self.assertFalse(self.complaint._is_solution_before_customer())

    def test_declined_in_another_language(self):
        """The declined solution is not an improvement because the reviewer reads amounts in another language."""
        self.env["res.lang"]._activate_lang("de_DE")
        refund = self.env["customer.complaint.compensation"].create(
            {"complaint_id": self.complaint.id, "kind": "refund", "amount": 1500}
        )
        refund.with_user(self.handler).action_request_approval()
        refund.with_user(self.manager).action_approve()
        self.assertIn(refund, self.complaint._portal_get_offers())
        review = self._decline()
        self.assertIn("1,500", review.declined_solution)
        with self.assertRaisesRegex(UserError, "abgelehnt|declined"):
            self._finish(review.with_context(lang="de_DE"), "improved", "<p>A new pump</p>")

    def test_declined_again(self):
        """After the second review no third one begins: the handler writes the final response."""
        self._finish(self._decline())
        self._record("decline", comment="Still not")
        self.assertEqual(len(self.complaint.review_ids), 1)
        self.assertIn(
            "final response",
            self.complaint.activity_ids[:1].summary + self.complaint.activity_ids[-1:].summary,
        )

    def test_accepted_after_all(self):
        """A customer who accepts while the review is open ends it."""
        review = self._decline()
        self.complaint.sudo().solution_answer = False
        self._record("accept")
        self.assertEqual(review.state, "dropped")
        self.assertFalse(review.activity_ids)

    # Nothing closes silently

    def test_closing_a_declined_complaint(self):
        """Not before the review is finished and the external body named, however and by whomever it is moved."""
        review = self._decline()
        ways = (
            lambda stage: self.complaint.with_user(self.manager).write({"stage_id": stage.id}),
            lambda stage: self.complaint.with_user(self.handler).web_save({"stage_id": stage.id}, {}),
            lambda stage: (self.complaint | self._create_complaint()).write({"stage_id": stage.id}),
            lambda stage: (
                self.complaint.sudo().with_context(tracking_disable=True).write({"stage_id": stage.id})
            ),
        )
        for stage in (self.stage_resolved, self.stage_closed, self.stage_cancelled):
            for way in ways:
                with self.assertRaisesRegex(UserError, "second review"):
                    way(stage)
        # another proposal is another question, but no answer
        self.complaint.proposal = "<p>Something else</p>"
        with self.assertRaisesRegex(UserError, "second review"):
            self.complaint.stage_id = self.stage_closed
        self._finish(review)
        with self.assertRaisesRegex(UserError, "external body"):
            self.complaint.stage_id = self.stage_closed
        letter = self._final()
        self.assertEqual(self.complaint.external_body_id, self.body)
        self.assertRecordValues(review, [{"letter_id": letter.id, "named_datetime": letter.sent_datetime}])
        self.assertIn(self.complaint, self.complaint.search([("external_body_id", "=", self.body.id)]))
        self.complaint.stage_id = self.stage_closed
        self.assertEqual(self.complaint.phase, "closed")

    def test_dialog_helps(self):
        """The dialog of the move names what is missing and the way to it."""
        self._decline()
        missing = self.complaint._get_missing(self.stage_closed)
        self.assertIn("action_view_review", [item.action for item in missing])

    def test_customer_withdraws(self):
        """A customer who gives up himself ends it without a final response."""
        self._decline()
        self.complaint._customer_act("withdraw", "Lin Wei")
        self.assertEqual(self.complaint.phase, "cancelled")

    def test_decline_of_earlier_times(self):
        """Where a decline is older than this, the review is asked for by hand, once."""
        self.complaint._log_answer("decline", "Lin", "No")
        with self.assertRaisesRegex(UserError, "ask for the second review"):
            self.complaint.stage_id = self.stage_closed
        self.complaint.with_user(self.handler).action_view_review()
        self.assertEqual(self.complaint.second_review_state, "asked")
        with self.assertRaisesRegex(UserError, "already"):
            self.complaint.with_user(self.handler).action_ask_review()
        other = self._create_complaint(user_id=self.handler.id)
        with self.assertRaisesRegex(UserError, "not declined"):
            other.with_user(self.handler).action_ask_review()

    def test_forging(self):
        """Reviews are neither made nor ended over RPC, nor the body named."""
        review = self._decline()
        Review = self.env["customer.complaint.review"]
        with self.assertRaises(AccessError):
            Review.with_user(self.manager).create({"complaint_id": self.complaint.id})
        for vals in (
            {"state": "upheld"},
            {"external_body_id": self.body.id},
            {"named_datetime": "2026-01-01"},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                review.with_user(self.manager).write(vals)
        with self.assertRaises(AccessError):
            review.with_user(self.manager).unlink()

    def test_access(self):
        """A review is seen as its complaint is, hidden with a confidential one."""
        review = self._decline()
        for user, reads in (
            (self.handler, True),
            (self.other_handler, False),
            (self.auditor, True),
            (self.employee, False),
            (self.portal, False),
        ):
            self.assertEqual(review.with_user(user).has_access("read"), reads, user.login)
        self.complaint.write({"is_confidential": True, "accused_ids": [Command.link(self.manager.id)]})
        self.assertFalse(review.with_user(self.manager).has_access("read"))

    def test_merge_waits(self):
        """A complaint in second review is not merged away."""
        self._decline()
        main = self._create_complaint(user_id=self.handler.id)
        with self.assertRaisesRegex(UserError, "second review"):
            self.complaint.with_user(self.supervisor)._merge_into(main.with_user(self.supervisor))
