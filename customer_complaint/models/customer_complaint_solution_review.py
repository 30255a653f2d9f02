from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .customer_complaint import STAFF
from .customer_complaint_flow import Missing
from .customer_complaint_stage import DONE_PHASES

REVIEW_STATES = [
    ("none", "No Second Review"),
    ("asked", "Asked for"),
    ("upheld", "Upheld"),
    ("improved", "Improved"),
]


class CustomerComplaintSolutionReview(models.Model):
    """What follows when the customer declines: a second review, then the external body. Nothing ends silently.

    A complaint whose last answer is a decline is closed, resolved or rejected only when the second review is
    finished and the customer was told to whom else to turn; whoever moves it, and however.
    """

    _inherit = "customer.complaint"

    review_ids = fields.One2many(
        "customer.complaint.review", "complaint_id", string="Second Reviews", readonly=True, groups=STAFF
    )
    second_review_state = fields.Selection(
        REVIEW_STATES,
        string="Second Review",
        compute="_compute_second_review",
        search="_search_second_review_state",
        groups=STAFF,
    )
    external_body_id = fields.Many2one(
        "customer.complaint.external.body",
        string="External Body Named",
        compute="_compute_second_review",
        search="_search_external_body_id",
        groups=STAFF,
    )
    letter_ids = fields.One2many(
        "customer.complaint.letter", "complaint_id", string="Letters", readonly=True, groups=STAFF
    )

    @api.depends("review_ids.state", "review_ids.external_body_id")
    def _compute_second_review(self):
        for complaint in self:
            reviews = complaint.review_ids.filtered(lambda review: review.state != "dropped").sorted("id")
            complaint.second_review_state = reviews[-1:].state or "none"
            complaint.external_body_id = complaint.review_ids.filtered("named_datetime").external_body_id[-1:]

    def _search_second_review_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        Review = self.env["customer.complaint.review"].sudo()
        kept = Review._search([("state", "!=", "dropped")])
        found = Domain("review_ids", "any!", [("state", "in", list(value))]) if value else Domain.FALSE
        if "none" in value:
            found |= ~Domain("review_ids", "any!", [("id", "in", kept)])
        return found

    def _search_external_body_id(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        named = Domain("named_datetime", "!=", False)
        if operator == "in" and False in value:
            rest = [key for key in value if key]
            without = ~Domain("review_ids", "any!", named)
            return without | Domain("review_ids", "any!", named & Domain("external_body_id", "in", rest))
        return Domain("review_ids", "any!", named & Domain("external_body_id", operator, value))

    def action_letter(self):
        """Open the draft of a letter, or begin one."""
        return self._open_letter("letter")

    def action_final_response(self):
        """Open the draft of a final response that names the external body, or begin one."""
        return self._open_letter("final")

    def _open_letter(self, use):
        self.ensure_one()
        self.check_access("write")
        draft = self.letter_ids.filtered(lambda letter: letter.state == "draft" and letter.use == use)[:1]
        if draft:
            return draft._get_records_action(name=draft.display_name)
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_letter_action"
            ),
            "views": [(False, "form")],
            "context": {"default_complaint_id": self.id, "default_use": use},
        }

    def action_view_review(self):
        """Open the second review; ask for it when the customer declined and nobody has."""
        self.ensure_one()
        self.check_access("read")
        review = self.review_ids.filtered(lambda review: review.state != "dropped")[:1]
        if not review:
            self.action_ask_review()
            review = self.review_ids[:1]
        return review._get_records_action(name=self.env._("Second Review"))

    def action_ask_review(self):
        """Ask for the second review of what the customer declined.

        :raises UserError: when the customer did not decline, or it was asked for before
        """
        for complaint in self:
            complaint.check_access("write")
            decline = complaint.sudo()._get_open_decline()
            if not decline:
                raise UserError(self.env._("The customer has not declined a solution."))
            if not self.env["customer.complaint.review"]._ask(complaint.sudo(), decline.comment):
                raise UserError(self.env._("The solution has been reviewed a second time already."))

    def _get_open_decline(self):
        """Return the customer's last answer when it is a decline that he has not taken back (superuser)."""
        kinds = ("accept", "decline", "withdraw")
        answers = self.answer_ids.filtered(lambda answer: answer.kind in kinds)
        last = answers.sorted("id")[-1:]
        return last if last.kind == "decline" else last.browse()

    def _complaint_on_solution_answer(self, accepted, comment):
        """Have a declined solution reviewed; after that the external body is named."""
        result = super()._complaint_on_solution_answer(accepted, comment)
        Review = self.env["customer.complaint.review"]
        reviews = self.review_ids.filtered(lambda review: review.state == "asked")
        if accepted:
            reviews.write({"state": "dropped"})
            reviews.activity_unlink(["mail.mail_activity_data_todo"])
        elif not Review._ask(self, comment):
            self._complaint_remind(
                "mail.mail_activity_data_todo",
                self.env._("Declined again: write the final response that names the external body"),
            )
        return result

    def _note_external_body(self, letter):
        """Keep to whom the customer was told to turn (singleton, superuser), by a final response."""
        reviews = self.review_ids.filtered(lambda review: review.state in ("upheld", "improved"))
        reviews[:1].write(
            {
                "external_body_id": letter.external_body_id.id,
                "named_datetime": letter.sent_datetime,
                "letter_id": letter.id,
            }
        )

    def _is_solution_before_customer(self):
        """What was reviewed stays before the customer, in whatever stage: he may accept it after all."""
        is_reviewed = self.sudo().second_review_state in ("upheld", "improved")
        return super()._is_solution_before_customer() or is_reviewed and bool(self._get_solution_html())

    def _portal_get_timeline(self):
        """Tell the customer of the second review too."""
        steps = super()._portal_get_timeline()
        for review in self.sudo().review_ids.filtered(lambda review: review.state != "dropped"):
            steps = steps + [
                (review.requested_datetime, self.env._("Somebody else looks at our proposal again")),
                (review.done_datetime, self.env._("Our proposal was reviewed a second time")),
                (review.named_datetime, self.env._("You have got our final response")),
            ]
        return sorted((step for step in steps if step[0]), key=lambda step: step[0])

    def _get_missing(self, stage):
        missing = super()._get_missing(stage)
        if stage._get_phase() not in DONE_PHASES:
            return missing
        for complaint in self.sudo():
            if not complaint._get_open_decline():
                continue
            state = complaint.second_review_state
            if state == "none":
                text = self.env._("the customer declined: ask for the second review")
                missing = missing + [Missing(complaint, text, "action_view_review")]
            elif state == "asked":
                text = self.env._("the second review of the declined solution is not finished")
                missing = missing + [Missing(complaint, text, "action_view_review")]
            elif not complaint.external_body_id:
                text = self.env._(
                    "the customer declined: send the final response that names the external body"
                )
                missing = missing + [Missing(complaint, text, "action_final_response")]
        return missing

    def _check_merge(self, main):
        result = super()._check_merge(main)
        if self.review_ids.filtered(lambda review: review.state == "asked"):
            raise UserError(self.env._("A second review is not finished yet."))
        return result
