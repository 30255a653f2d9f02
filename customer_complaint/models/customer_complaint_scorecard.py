from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.scorecard import FIGURES


class CustomerComplaintScorecard(models.Model):
    """How one person handled complaints in one month, in figures; written by the program alone.

    A complaint counts in the month in which it was solved last, for the person who held it longest between its
    receipt and its solution (``customer_complaint_scorecard_compute``). The cases are kept with the card, so that
    it can be looked up later why a figure was as it was.
    """

    _name = "customer.complaint.scorecard"
    _description = "Scorecard of a Complaint Handler"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "month desc, company_id, rank, id"
    _mail_post_access = "read"

    user_id = fields.Many2one(
        "res.users", string="Handler", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    team_id = fields.Many2one(
        "customer.complaint.team",
        string="Compared with",
        readonly=True,
        ondelete="set null",
        help="The team of most of the person's complaints in the month.",
    )
    month = fields.Date(
        required=True, readonly=True, help="The first day of the month, in the company's time zone."
    )
    state = fields.Selection(
        [("draft", "Being Computed"), ("confirmed", "Confirmed")],
        required=True,
        readonly=True,
        default="draft",
        tracking=True,
    )
    confirmed_by_id = fields.Many2one("res.users", string="Confirmed by", readonly=True)
    confirmed_date = fields.Date(string="Confirmed on", readonly=True)
    objection_until = fields.Date(string="Objections until", readonly=True)
    objection_state = fields.Selection(
        [("none", "None"), ("open", "Waits for an Answer"), ("answered", "Answered")],
        string="Objection",
        required=True,
        readonly=True,
        default="none",
    )
    remark_ids = fields.One2many(
        "customer.complaint.scorecard.remark", "scorecard_id", string="Remarks", readonly=True
    )
    is_mine = fields.Boolean(compute="_compute_is_mine")
    is_judge = fields.Boolean(compute="_compute_is_mine")

    # The figures
    case_count = fields.Integer(string="Solved Complaints", readonly=True)
    volume = fields.Integer(
        string="Weighted Volume",
        readonly=True,
        help="Minor complaints count 1, general 2, serious 4, major 8.",
    )
    response_hours = fields.Float(string="Median First Response (Hours)", readonly=True, aggregator="avg")
    solution_hours = fields.Float(string="Median Solution (Hours)", readonly=True, aggregator="avg")
    response_share = fields.Float(
        string="First Response: Share of the Limit", readonly=True, aggregator="avg"
    )
    solution_share = fields.Float(string="Solution: Share of the Limit", readonly=True, aggregator="avg")
    limit_count = fields.Integer(string="Judged Time Limits", readonly=True)
    limit_met = fields.Integer(string="Time Limits Kept", readonly=True)
    answer_count = fields.Integer(string="Answers of Customers", readonly=True)
    satisfaction = fields.Float(readonly=True, aggregator="avg", help="0 to 100: ratings and callbacks.")
    first_count = fields.Integer(string="Solved at First Try", readonly=True)
    points_speed = fields.Float(string="Speed", readonly=True, aggregator="avg")
    points_limit = fields.Float(string="Within Limits", readonly=True, aggregator="avg")
    points_satisfaction = fields.Float(string="Satisfaction: Points", readonly=True, aggregator="avg")
    points_volume = fields.Float(string="Volume", readonly=True, aggregator="avg")
    points_first = fields.Float(string="First Try", readonly=True, aggregator="avg")
    missing = fields.Char(readonly=True, help="Figures without anything to judge, by their keys.")
    is_small = fields.Boolean(string="Few Complaints", readonly=True)
    total = fields.Float(string="Total Points", readonly=True, aggregator="avg")
    has_total = fields.Boolean(readonly=True)
    team_total = fields.Float(string="Median of the Team", readonly=True, aggregator="avg")
    rank = fields.Integer(readonly=True, aggregator=None)
    rank_count = fields.Integer(string="Ranked Persons", readonly=True, aggregator=None)
    previous_total = fields.Float(string="Month before", compute="_compute_trend")
    trend = fields.Selection(
        [("up", "Better"), ("same", "The Same"), ("down", "Worse"), ("unknown", "Not Comparable")],
        compute="_compute_trend",
    )
    weights = fields.Json(readonly=True)
    cases = fields.Json(readonly=True, groups=fields.NO_ACCESS)
    explanation = fields.Html(string="How is this Computed", compute="_compute_explanation")
    training_ids = fields.One2many(
        "customer.complaint.training", compute="_compute_training_ids", string="Trainings"
    )

    _once = models.UniqueIndex("(company_id, user_id, month)", "There is a scorecard of this month already.")

    @api.depends("user_id", "month")
    def _compute_display_name(self):
        for card in self:
            card.display_name = (
                f"{card.user_id.name or ''} {card.month and card.month.strftime('%Y-%m') or ''}"
            )

    @api.depends_context("uid")
    def _compute_is_mine(self):
        for card in self:
            card.is_mine = card.user_id == self.env.user
            card.is_judge = card._may_judge()

    @api.depends("user_id", "month", "total", "has_total")
    def _compute_trend(self):
        before = self.sudo().search(
            [
                ("user_id", "in", self.user_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("month", "in", [fields.Date.subtract(card.month, months=1) for card in self if card.month]),
                ("has_total", "=", True),
            ]
        )
        totals = {(card.user_id, card.company_id, card.month): card.total for card in before}
        for card in self:
            month = card.month and fields.Date.subtract(card.month, months=1)
            previous = totals.get((card.user_id, card.company_id, month))
            card.previous_total = previous or 0
            if previous is None or not card.has_total:
                card.trend = "unknown"
            elif abs(card.total - previous) < 1:
                card.trend = "same"
            else:
                card.trend = "up" if card.total > previous else "down"

    @api.depends("user_id")
    def _compute_training_ids(self):
        found = self.env["customer.complaint.training"].search([("user_id", "in", self.user_id.ids)])
        trainings = found.grouped("user_id")
        for card in self:
            card.training_ids = trainings.get(card.user_id, found.browse())

    @api.depends("weights", "missing", "total")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for card in self:
            card.explanation = self.env["ir.qweb"]._render(
                "customer_complaint.customer_complaint_scorecard_explanation",
                {"card": card, "rows": card._get_explanation_rows()},
            )

    def _get_explanation_rows(self):
        """Return [(name, what was measured, formula, points or None, weight)] of the card (singleton)."""
        self.ensure_one()
        texts = self._get_formulas()
        missing = (self.missing or "").split(",")
        weights = self.weights or {}
        return [
            (
                self._fields[f"points_{name}"]._description_string(self.env),
                *texts[name],
                None if name in missing else self[f"points_{name}"],
                weights.get(name, 0),
            )
            for name in FIGURES
        ]

    def _get_formulas(self):
        """Return {figure: (what was measured, formula)} in the reader's language."""
        return {
            "speed": (
                self.env._(
                    "Median first response %(response)s working hours, %(response_share)s %% of the limit; "
                    "median solution %(solution)s working hours, %(solution_share)s %% of the limit",
                    response=round(self.response_hours, 1),
                    response_share=round(100 * self.response_share),
                    solution=round(self.solution_hours, 1),
                    solution_share=round(100 * self.solution_share),
                ),
                self.env._(
                    "Half of the limit or less gives 100 points, the whole limit 50, one and a half times the "
                    "limit 0; the average of both medians."
                ),
            ),
            "limit": (
                self.env._(
                    "%(met)s of %(count)s time limits kept", met=self.limit_met, count=self.limit_count
                ),
                self.env._("The share of first responses and solutions within their limits."),
            ),
            "satisfaction": (
                self.env._("Answers of customers: %(count)s", count=self.answer_count),
                self.env._(
                    "The average of all answers: ratings of 1 to 5 times 20, callbacks of 1 to 10 times 10."
                ),
            ),
            "volume": (
                self.env._(
                    "Complaints: %(count)s, weighted: %(volume)s", count=self.case_count, volume=self.volume
                ),
                self.env._(
                    "Minor complaints weigh 1, general 2, serious 4, major 8. The median of the team gives 50 "
                    "points, twice as much 100."
                ),
            ),
            "first": (
                self.env._(
                    "%(first)s of %(count)s complaints", first=self.first_count, count=self.case_count
                ),
                self.env._(
                    "The share that was not reopened and of which no called customer said it was not solved."
                ),
            ),
        }

    # Drill-down

    def action_open_cases(self):
        """Open the complaints that count; see ``_open_cases``."""
        return self._open_cases("cases")

    def action_open_late(self):
        """Open those of which a time limit was exceeded."""
        return self._open_cases("late")

    def action_open_again(self):
        """Open those that were not solved at the first try."""
        return self._open_cases("again")

    def action_open_rated(self):
        """Open those about which customers were asked."""
        return self._open_cases("rated")

    def _open_cases(self, name):
        """Open the complaints of the card (singleton) that the reader may see."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "customer.complaint",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", (self.sudo().cases or {}).get(name, []))],
        }

    # Confirming

    def _may_judge(self):
        """Return whether the user may confirm and answer the card (singleton): never his own."""
        self.ensure_one()
        if self.user_id == self.env.user:
            return False
        return self.env.su or (
            self.has_access("read")
            and self.env.user.has_group("customer_complaint.group_complaint_supervisor")
        )

    def _check_judge(self):
        """:raises AccessError: when one of the cards is not for the user to judge"""
        self.check_access("read")
        if not all(card._may_judge() for card in self):
            raise AccessError(
                self.env._(
                    "Scorecards are confirmed and answered by the leader of the team or a manager, never one's own."
                )
            )

    def action_confirm(self):
        """Confirm the cards: from now on they do not change, and their persons may object for some days.

        :raises AccessError: see ``_check_judge``
        :raises UserError: when the month is not over
        """
        self._check_judge()
        today = fields.Date.context_today(self)
        cards = self.sudo().filtered(lambda card: card.state == "draft")
        if any(fields.Date.add(card.month, months=1) > today for card in cards):
            raise UserError(self.env._("A scorecard can be confirmed once its month is over."))
        for company, group in cards.grouped("company_id").items():
            group.write(
                {
                    "state": "confirmed",
                    "confirmed_by_id": self.env.uid,
                    "confirmed_date": today,
                    "objection_until": fields.Date.add(today, days=company.care_objection_days),
                }
            )

    def action_reopen(self):
        """Let managers compute confirmed cards anew, e.g. after an objection; who did it is logged."""
        self._check_judge()
        if not self.env.su and not self.env.user.has_group("customer_complaint.group_complaint_manager"):
            raise AccessError(self.env._("Only a manager can reopen a confirmed scorecard."))
        self.sudo().filtered(lambda card: card.state == "confirmed").write(
            {"state": "draft", "confirmed_by_id": False, "confirmed_date": False, "objection_until": False}
        )

    def action_recompute(self):
        """Compute the months of the cards anew.

        :raises UserError: when one is confirmed
        """
        self._check_judge()
        if any(card.state == "confirmed" for card in self):
            raise UserError(self.env._("A confirmed scorecard does not change any more."))
        for company, month in {(card.company_id, card.month) for card in self.sudo()}:
            self.sudo()._compute_month(company, month)

    # Objections

    def action_open_remark(self):
        """Open the dialog to object or to answer."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_scorecard_remark_add_action"
        )
        return {**action, "context": {"default_scorecard_id": self.id}}

    def _add_remark(self, text):
        """Add an objection of the person, or an answer to it.

        :raises UserError: without text, too late, or without anything to answer
        :raises AccessError: for others
        """
        self.ensure_one()
        self.check_access("read")
        text = (text or "").strip()
        if not text:
            raise UserError(self.env._("Please write what you think."))
        card = self.sudo()
        if card.user_id == self.env.user:
            today = fields.Date.context_today(self)
            if card.state != "confirmed" or card.objection_until < today:
                raise UserError(
                    self.env._("Objections are possible once the card is confirmed, until the day it names.")
                )
            kind = "objection"
        else:
            self._check_judge()
            if card.objection_state != "open":
                raise UserError(self.env._("There is no objection to answer."))
            kind = "answer"
        self.env["customer.complaint.scorecard.remark"].sudo().create(
            {"scorecard_id": card.id, "user_id": self.env.uid, "kind": kind, "text": text}
        )
        card.objection_state = "open" if kind == "objection" else "answered"
        if kind == "objection" and card.confirmed_by_id.active:
            user = card.confirmed_by_id
            card.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=card.with_context(lang=user.lang).env._("Answer the objection to a scorecard"),
            )
        elif kind == "answer":
            card.activity_feedback(["mail.mail_activity_data_todo"])
