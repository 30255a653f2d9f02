from datetime import datetime, time

import pytz
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import html2plaintext, is_html_empty

from . import identity_fields as masked
from .customer_complaint_clock import Question

TODO = "mail.mail_activity_data_todo"


class CustomerComplaintReview(models.Model):
    """The second review of a solution that the customer declined, by somebody who was no part of it."""

    _name = "customer.complaint.review"
    _description = "Second Review"
    _inherit = ["customer.guard.mixin", "mail.thread", "mail.activity.mixin", "complaint.identity.mixin"]
    _order = "id desc"
    _rec_name = "complaint_id"

    _guarded_fields = {
        "state": "asked",
        "requested_datetime": False,
        "done_datetime": False,
        "done_by_id": False,
        "reason": False,
        "reasoning": False,
        "declined_solution": False,
        "external_body_id": False,
        "named_datetime": False,
        "letter_id": False,
    }

    complaint_id = fields.Many2one("customer.complaint", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="complaint_id.company_id")
    partner_id = masked.Many2one(related="complaint_id.partner_id", string="Customer")
    user_id = fields.Many2one(related="complaint_id.user_id", string="Handler")
    state = fields.Selection(
        [
            ("asked", "Asked for"),
            ("upheld", "Upheld"),
            ("improved", "Improved"),
            ("dropped", "Not Needed any More"),
        ],
        string="Outcome",
        required=True,
        readonly=True,
        default="asked",
        tracking=True,
        index=True,
    )
    reviewer_id = fields.Many2one(
        "res.users", index="btree_not_null", domain=[("share", "=", False)], tracking=True,
        help="Neither who handles the complaint nor who approved the solution.",
    )  # fmt: skip
    reason = masked.Text(string="Why the Customer Declines", readonly=True)
    declined_solution = fields.Html(readonly=True, help="As it was before the customer.")
    requested_datetime = fields.Datetime(string="Asked on", readonly=True)
    deadline = fields.Datetime(tracking=True)
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late", string="Late")
    reasoning = fields.Html(string="Result of the Review", readonly=True)
    done_datetime = fields.Datetime(string="Finished on", readonly=True)
    done_by_id = fields.Many2one("res.users", string="Finished by", readonly=True)
    external_body_id = fields.Many2one(
        "customer.complaint.external.body", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    named_datetime = fields.Datetime(
        string="Named on", readonly=True, help="When the customer was told to whom else to turn."
    )
    letter_id = fields.Many2one("customer.complaint.letter", readonly=True, string="Final Response")

    _asked_uniq = models.UniqueIndex(
        "(complaint_id) WHERE state = 'asked'", "A second review of this complaint is asked for already."
    )
    _deadline_idx = models.Index("(deadline) WHERE state = 'asked'")

    @api.depends("deadline", "state")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for review in self:
            review.is_late = bool(review.state == "asked" and review.deadline and review.deadline < now)

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "=", "asked") & Domain("deadline", "<", fields.Datetime.now())

    @api.constrains("reviewer_id")
    def _check_reviewer_id(self):
        for review in self.sudo().filtered("reviewer_id"):
            reviewer = review.reviewer_id
            if reviewer in review._get_excluded():
                raise ValidationError(
                    self.env._(
                        "%(name)s handled the complaint or approved the solution, and cannot review it.",
                        name=reviewer.name,
                    )
                )
            if not review.complaint_id.with_user(reviewer).has_access("read"):
                raise ValidationError(
                    self.env._(
                        "%(name)s does not see the complaint, and cannot review it.", name=reviewer.name
                    )
                )

    def _check_change(self, vals):
        """Leave naming the reviewer and the deadline to supervisors, while the review is open."""
        self.complaint_id.check_access("write")
        if not self.env.user.has_group("customer_complaint.group_complaint_supervisor"):
            raise AccessError(self.env._("Only supervisors choose the second reviewer."))
        if any(review.state != "asked" for review in self) or "complaint_id" in vals:
            raise UserError(self.env._("A finished review does not change any more."))

    def write(self, vals):
        result = super().write(vals)
        if "reviewer_id" in vals:
            self.sudo()._schedule()
        return result

    # Asking

    @api.model
    def _ask(self, complaint, reason):
        """Ask for the second review of a declined complaint (singleton, superuser), unless one was."""
        if complaint.review_ids.filtered(lambda review: review.state != "dropped"):
            return self.browse()
        now = fields.Datetime.now()
        review = self.sudo().create(
            {
                "complaint_id": complaint.id,
                "reviewer_id": False,
                "reason": reason or False,
                "declined_solution": self._get_solution_told(complaint),
                "requested_datetime": now,
                "deadline": self._get_deadline(complaint, now),
            }
        )
        reviewer = review._find_reviewer()
        if reviewer:
            review.reviewer_id = reviewer
        else:
            review._schedule()
        return review

    @api.model
    def _get_deadline(self, complaint, start):
        """Return the end of the last working day, in the calendar of the team."""
        Clock = self.env["customer.complaint.clock"].sudo()
        calendar = Clock._get_calendars(complaint)[complaint.team_id, complaint.company_id]
        days = complaint.company_id.care_review_days
        question = Question(
            calendar, complaint.company_id, days, "working_days", start.replace(microsecond=0), (), ()
        )
        deadline = Clock._answer({question})[question]["result"].deadline
        if deadline:
            return deadline.replace(microsecond=0)
        zone = pytz.timezone(complaint.company_id.partner_id.tz or "UTC")
        day = fields.Date.add(pytz.utc.localize(start).astimezone(zone).date(), days=days)
        return zone.localize(datetime.combine(day, time(18))).astimezone(pytz.utc).replace(tzinfo=None)

    def _get_excluded(self):
        """Return who was part of the solution (singleton, superuser): handlers, approvers, the accused."""
        complaint = self.complaint_id
        documents = {
            "customer.complaint.compensation": complaint.compensation_ids.ids,
            "customer.complaint.plan": complaint.plan_ids.ids,
            "customer.complaint.letter": complaint.letter_ids.ids,
        }
        named = Domain.OR(
            Domain("res_model", "=", name) & Domain("res_id", "in", ids) for name, ids in documents.items()
        )
        lines = self.env["customer.approval.line"].sudo().search(named & Domain("state", "=", "approved"))
        return complaint.user_id | complaint.receiver_id | complaint.accused_ids | lines.done_by_id

    def _find_reviewer(self):
        """Return the first of team leader, service manager and the company's reviewer who can do it."""
        team = self.complaint_id.team_id
        excluded = self._get_excluded()
        for user in (team.user_id, team.manager_id, self.company_id.care_review_user_id):
            if user.active and user not in excluded and self.complaint_id.with_user(user).has_access("read"):
                return user
        return user.browse()

    def _schedule(self):
        """Give open reviews (superuser) one to-do: to the reviewer, else to who has to choose one."""
        for review in self.filtered(lambda review: review.state == "asked"):
            review.activity_unlink([TODO])
            team = review.complaint_id.team_id
            chooser = (team.manager_id | team.user_id | review.complaint_id.user_id).filtered("active")[:1]
            user = review.reviewer_id or chooser
            if not user:
                continue
            env = review.with_context(lang=user.lang).env
            if review.reviewer_id:
                summary = env._("Review the declined solution")
            else:
                summary = env._("Choose who reviews the declined solution")
            date = (review.deadline or fields.Datetime.now()).date()
            review.activity_schedule(TODO, date_deadline=date, user_id=user.id, summary=summary)

    # Finishing

    def action_final_response(self):
        """Write the letter that names the external body."""
        self.ensure_one()
        return self.complaint_id.action_final_response()

    def action_finish(self):
        """Open the dialog to uphold or improve the solution."""
        self.ensure_one()
        self._check_reviewer()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_review_finish_action"
            ),
            "context": {"default_review_id": self.id},
        }

    def _get_solution_told(self, complaint):
        """Return the solution (html) in the customer's language: whoever compares, reads the same words."""
        return complaint.with_context(lang=complaint._complaint_get_lang())._get_solution_html()

    def _is_declined(self, solution):
        """Return whether a solution says what the declined one said (singleton)."""
        texts = [html2plaintext(html or "").split() for html in (solution, self.sudo().declined_solution)]
        return texts[0] == texts[1]

    def _check_reviewer(self):
        """:raises AccessError: when the user is not the reviewer, or became part of the solution"""
        self.check_access("read")
        if self.state != "asked":
            raise UserError(self.env._("The second review is finished already."))
        if self.env.user != self.reviewer_id or self.env.user in self.sudo()._get_excluded():
            raise AccessError(self.env._("Only the second reviewer finishes the review."))

    def _finish(self, outcome, reasoning, proposal=None):
        """End the review (singleton): uphold the solution, or improve it; then the customer is asked again.

        :param outcome: upheld or improved
        :param reasoning: html, why
        :param proposal: html of the improved solution
        :raises AccessError: for others than the reviewer
        :raises UserError: without reasoning, or when an improved solution is the declined one
        """
        self.ensure_one()
        review, complaint = self.sudo(), self.complaint_id.sudo()
        review.lock_for_update(allow_referencing=True)
        review.invalidate_recordset(["state", "reviewer_id"])
        self._check_reviewer()
        if outcome not in ("upheld", "improved"):
            raise UserError(self.env._("Uphold the solution, or improve it."))
        if is_html_empty(reasoning):
            raise UserError(self.env._("Say why the solution is upheld or improved."))
        review.write(
            {
                "state": outcome,
                "reasoning": reasoning,
                "done_datetime": fields.Datetime.now(),
                "done_by_id": self.env.uid,
            }
        )
        if outcome == "improved":
            if is_html_empty(proposal):
                raise UserError(self.env._("Write the improved solution."))
            complaint.proposal = proposal
            if self._is_declined(self._get_solution_told(complaint)):
                raise UserError(self.env._("The improved solution is the one that was declined."))
        # the customer is asked again, also about what was upheld
        complaint.solution_answer = False
        review.activity_feedback([TODO])
        complaint._care_log("solution_reviewed")
        complaint._complaint_remind(TODO, self.env._("Tell the customer the result of the second review"))
