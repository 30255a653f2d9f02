from markupsafe import Markup
from odoo import api, fields, models

from ..models.customer_complaint import CHANNELS, KINDS, SEVERITIES, URGENCIES
from ..models.customer_complaint_clock import Question
from ..models.customer_complaint_policy_line import TARGETS

# Of a complaint, as they stand here.
COPIED = ("company_id", "team_id", "category_id", "severity", "urgency", "kind", "channel", "source_id")


class CustomerComplaintPolicyTest(models.TransientModel):
    """Says which time limits a complaint with given marks would have, and why; writes nothing."""

    _name = "customer.complaint.policy.test"
    _description = "Which Time Limits Apply?"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    team_id = fields.Many2one("customer.complaint.team", domain="[('company_id', 'in', [company_id, False])]")
    category_id = fields.Many2one("customer.complaint.category")
    severity = fields.Selection(SEVERITIES, default=lambda self: self._default_mark("severity"))
    urgency = fields.Selection(URGENCIES, default=lambda self: self._default_mark("urgency"))
    kind = fields.Selection(KINDS, default=lambda self: self._default_mark("kind"))
    channel = fields.Selection(CHANNELS, default=lambda self: self._default_mark("channel"))
    source_id = fields.Many2one("customer.complaint.source")
    grade_id = fields.Many2one("customer.grade", string="Customer Grade")
    received_datetime = fields.Datetime(
        string="Received on", required=True, default=lambda self: fields.Datetime.now()
    )
    answer = fields.Html(compute="_compute_answer", sanitize=False)

    def _default_mark(self, name):
        return self.env["customer.complaint"].default_get([name]).get(name)

    @api.depends(*COPIED, "grade_id", "received_datetime")
    @api.depends_context("lang", "tz", "uid")
    def _compute_answer(self):
        for test in self:
            is_complete = test.received_datetime and test.company_id in self.env.user.company_ids
            test.answer = test._render() if is_complete else False

    def _render(self):
        """Return which policy applies and why, and each of its limits with its deadline."""
        draft = self._get_draft()
        _policy_id, limits = self.env["customer.complaint.policy"].sudo()._match(draft)
        answers = self._get_answers(draft, limits)
        if not answers:
            return draft._render_policy()
        heads = (
            self.env._("Time Limit"),
            self.env._("Allowed"),
            self.env._("Counted From"),
            self.env._("Deadline"),
            self.env._("How It Is Counted"),
        )
        return draft._render_policy() + Markup(
            "<div class='table-responsive'><table class='table table-sm'><thead><tr>%s</tr></thead>"
            "<tbody>%s</tbody></table></div>%s"
        ) % (
            Markup("").join(Markup("<th>%s</th>") % head for head in heads),
            Markup("").join(self._render_row(draft, target, entry) for target, entry in answers.items()),
            draft._render_special_days(answers),
        )

    def _get_draft(self):
        """Return a complaint with these marks that is stored nowhere, as superuser."""
        customer = self.env["res.partner"].sudo().new({"care_grade_id": self.grade_id.id})
        marks = {name: self[name] for name in (*COPIED, "received_datetime")}
        return self.env["customer.complaint"].sudo().new({**marks, "partner_id": customer})

    def _get_answers(self, draft, limits):
        """Return {target: answer of the clocks} in order, as if nothing but the receipt had happened."""
        Clock = self.env["customer.complaint.clock"].sudo()
        calendar = Clock._get_calendars(draft)[draft.team_id, draft.company_id]
        start = draft.received_datetime.replace(microsecond=0)
        order = [target for target, _name in TARGETS]
        questions = {
            target: Question(calendar, draft.company_id, limit, unit, start, (), ())
            for target, limit, unit in sorted(limits, key=lambda limit: order.index(limit[0]))
        }
        answers = Clock._answer(set(questions.values()))
        return {target: answers[question] for target, question in questions.items()}

    def _render_row(self, draft, target, entry):
        question, result = entry["question"], entry["result"]
        origins = {
            "update": self.env._("each word to the customer"),
            "task": self.env._("the handing over"),
        }
        deadline = result.breach or result.deadline
        cells = (
            self.env["customer.complaint.clock"]._get_selection_names()[target],
            draft._say_amount(question.limit, question.unit),
            origins.get(target, self.env._("the receipt")),
            draft._format_moment(deadline) if deadline else "-",
            draft._say_calendar(question),
        )
        return Markup("<tr><td class='text-nowrap'>%s</td>" + "<td>%s</td>" * 4 + "</tr>") % cells
