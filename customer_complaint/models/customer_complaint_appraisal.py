from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .customer_complaint_part import PART

STATES = [
    ("proposed", "To Decide"),
    ("refused", "Not Needed"),
    ("needed", "To Be Asked for"),
    ("asked", "Asked for"),
    ("reported", "Reported"),
    ("cancelled", "Cancelled"),
]
OPEN = ("proposed", "needed", "asked")
ACTIVITY = "customer_complaint.mail_activity_type_appraisal"
GUARDED = {
    "state": "proposed",
    "decided_by_id": False,
    "decided_datetime": False,
    "asked_datetime": False,
    "asked_by_id": False,
    "task_id": False,
    "reported_datetime": False,
}
# What those who were asked have been told.
ASKED_FIELDS = {"question", "object", "performer", "user_id", "department_id", "partner_id"}


class CustomerComplaintAppraisal(models.Model):
    """A technical appraisal: decided whether it is needed, asked for, and reported.

    The service manager of the team decides, or a complaint manager; ``_is_decider`` is the place to say otherwise.
    """

    _name = "customer.complaint.appraisal"
    _description = "Technical Appraisal"
    _inherit = [PART, "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _guarded_fields = GUARDED

    name = fields.Char(string="Title", required=True, tracking=True)
    question = fields.Text(string="Question to the Appraiser", required=True)
    object = fields.Char(string="Object Examined", help="The product, part or work that is examined.")
    performer = fields.Selection(
        [
            ("user", "Our Expert"),
            ("department", "Our Department"),
            ("partner", "External Body"),
        ],
        required=True,
        default="user",
    )
    user_id = fields.Many2one("res.users", string="Expert Asked", domain=[("share", "=", False)])
    department_id = fields.Many2one("customer.complaint.department", string="Department Asked")
    partner_id = fields.Many2one("res.partner", string="Body Asked", help="E.g. an institute of inspection.")
    state = fields.Selection(
        STATES, required=True, readonly=True, copy=False, tracking=True, index=True, group_expand=True
    )
    decided_by_id = fields.Many2one("res.users", string="Need Decided by", readonly=True, copy=False)
    decided_datetime = fields.Datetime(string="Need Decided on", readonly=True, copy=False)
    decision_note = fields.Char(string="Reason of the Decision", copy=False)
    asked_datetime = fields.Datetime(string="Asked for on", readonly=True, copy=False)
    asked_by_id = fields.Many2one("res.users", string="Asked for by", readonly=True, copy=False)
    deadline = fields.Date(string="Report Due on", copy=False, tracking=True)
    task_id = fields.Many2one(
        "customer.complaint.task", string="Task of the Department", readonly=True, copy=False
    )
    result = fields.Selection(
        [
            ("confirms", "Confirms the Complaint"),
            ("refutes", "Refutes the Complaint"),
            ("open", "Inconclusive"),
        ],
        string="Result of the Appraisal",
        copy=False,
        tracking=True,
    )
    result_text = fields.Html(string="Summary of the Report", sanitize_attributes=True, copy=False)
    report_file = fields.Binary(string="Report", attachment=True, copy=False)
    report_file_name = fields.Char(copy=False)
    reported_datetime = fields.Datetime(string="Reported on", readonly=True, copy=False)
    cost = fields.Monetary(copy=False)
    currency_id = fields.Many2one(related="complaint_id.company_id.currency_id")
    can_decide = fields.Boolean(compute="_compute_can_decide")

    _check_cost = models.Constraint(
        "CHECK(cost >= 0 AND cost < 1000000000000)", "The cost of an appraisal is out of range."
    )

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        for appraisal in self:
            appraisal.can_decide = appraisal.state == "proposed" and appraisal._is_decider(self.env.user)

    @api.constrains("user_id", "department_id", "complaint_id", "performer")
    def _check_performer(self):
        self.user_id._care_check_employees()
        for appraisal in self.sudo():
            complaint = appraisal.complaint_id
            if appraisal.performer == "user" and appraisal.user_id in complaint.accused_ids:
                raise ValidationError(
                    self.env._(
                        "%(name)s is complained of and cannot appraise it.", name=appraisal.user_id.name
                    )
                )
            company = appraisal.department_id.company_id
            if company and company != complaint.company_id:
                raise ValidationError(
                    self.env._(
                        "The department %(name)s belongs to another company.",
                        name=appraisal.department_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        appraisals = super().create(vals_list)
        appraisals._ask_for_decision()
        return appraisals

    def _check_change(self, vals):
        result = super()._check_change(vals)
        if not ASKED_FIELDS.isdisjoint(vals) and self.filtered(
            lambda one: one.state not in ("proposed", "needed")
        ):
            raise UserError(
                self.env._("An appraisal that was asked for is not changed any more. Cancel it first.")
            )
        if "decision_note" in vals and self.filtered(lambda one: one.state != "proposed"):
            raise UserError(self.env._("It is decided already whether this appraisal is needed."))
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        if not self.env.su and self.filtered(lambda one: one.state not in ("proposed", "needed")):
            raise UserError(
                self.env._("Appraisals that were decided or asked for are cancelled, not deleted.")
            )

    # Deciding

    def _get_decider(self):
        """Return who is asked whether the appraisal (singleton) is needed, may be empty."""
        return self.complaint_id.sudo().team_id.manager_id

    def _is_decider(self, user):
        """Return whether ``user`` may decide on the appraisal (singleton); never somebody complained of."""
        if user in self.complaint_id.sudo().accused_ids:
            return False
        return user == self._get_decider() or user.has_group("customer_complaint.group_complaint_manager")

    def _ask_for_decision(self):
        for appraisal in self.sudo():
            user = appraisal._get_decider()
            if user and user != self.env.user and user not in appraisal.complaint_id.accused_ids:
                appraisal.with_context(mail_activity_quick_update=True).activity_schedule(
                    ACTIVITY, user_id=user.id, summary=self._in_lang(user)._("Is this appraisal needed?")
                )

    def _in_lang(self, user):
        return self.with_context(lang=user.lang or self.env.lang).env

    def action_need(self):
        """Decide that the appraisals are needed."""
        self._decide("needed")

    def action_refuse(self):
        """Decide that the appraisals are not needed."""
        self._decide("refused")

    def _decide(self, state):
        self.check_access("write")
        self._check_state("proposed")
        if not all(appraisal._is_decider(self.env.user) for appraisal in self):
            raise AccessError(
                self.env._("The service manager of the team decides whether an appraisal is needed.")
            )
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_datetime": fields.Datetime.now(),
            }
        )
        self.sudo().activity_unlink([ACTIVITY])
        for appraisal in self.sudo():
            user = appraisal.complaint_id.investigator_id or appraisal.complaint_id.user_id
            if state == "needed" and user and user != self.env.user:
                appraisal.activity_schedule(
                    ACTIVITY, user_id=user.id, summary=self._in_lang(user)._("Ask for the appraisal")
                )

    # Asking and reporting

    def action_ask(self):
        """Ask for the appraisals: an expert gets a to-do, a department a task; a letter is printed for others.

        :raises UserError: when nobody is named, or it was not decided that it is needed
        """
        self.check_access("write")
        self._check_state("needed")
        for appraisal in self:
            asked = appraisal[f"{appraisal.performer}_id"]
            if not asked:
                raise UserError(
                    self.env._("Please say who makes the appraisal “%(name)s”.", name=appraisal.name)
                )
        self.sudo().activity_unlink([ACTIVITY])
        for appraisal in self:
            vals = {"state": "asked", "asked_datetime": fields.Datetime.now(), "asked_by_id": self.env.uid}
            if appraisal.performer == "department":
                vals["task_id"] = appraisal._make_task().id
            appraisal.sudo().write(vals)
            appraisal._remind_reporter()

    def _make_task(self):
        """Hand the question over to the department, and return its task."""
        task = self.env["customer.complaint.task"].create(
            {
                "name": self.name,
                "complaint_id": self.complaint_id.id,
                "department_id": self.department_id.id,
                "briefing": "\n".join(filter(None, (self.question, self.object))),
                "deadline": self.deadline,
            }
        )
        task.action_hand_over()
        return task

    def _remind_reporter(self):
        """Give a to-do on the day when the report is due: to our expert, else to who asked."""
        user = self.user_id if self.performer == "user" else self.env.user
        # An expert who does not see the complaint is told by who asked.
        if not self.with_user(user).has_access("read"):
            user = self.env.user
        self.sudo().activity_schedule(
            ACTIVITY,
            user_id=user.id,
            date_deadline=self.deadline or None,
            summary=self._in_lang(user)._("Report of the appraisal"),
        )

    def action_report(self):
        """Note that the appraisals were reported.

        :raises UserError: without a result and a report or its summary
        """
        self.check_access("write")
        self._check_state("asked")
        for appraisal in self:
            if not appraisal.result or not (appraisal.result_text or appraisal.report_file):
                raise UserError(
                    self.env._(
                        "Please fill in the result and the report or its summary: %(name)s",
                        name=appraisal.name,
                    )
                )
        self.sudo().write({"state": "reported", "reported_datetime": fields.Datetime.now()})
        self.sudo().activity_feedback([ACTIVITY])
        for appraisal in self.sudo():
            user = appraisal.complaint_id.investigator_id or appraisal.complaint_id.user_id
            if user and user != self.env.user:
                appraisal.complaint_id.with_context(mail_activity_quick_update=True).activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=user.id,
                    summary=self._in_lang(user)._("The appraisal “%(name)s” is there", name=appraisal.name),
                )

    def action_cancel(self):
        """Drop the appraisals."""
        self.check_access("write")
        self._check_state(*OPEN)
        self._check_investigation_open()
        self.sudo().write({"state": "cancelled"})
        self.sudo().activity_unlink([ACTIVITY])

    def _check_state(self, *states):
        """:raises UserError: when one is in none of the states"""
        wrong = self.filtered(lambda one: one.state not in states)
        if wrong:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Not possible now (%(state)s): %(names)s",
                    state=labels[wrong[0].state],
                    names=", ".join(wrong.mapped("name")),
                )
            )

    def _get_letter_lang(self):
        """Return the language of the letter to the body asked."""
        self.ensure_one()
        return self.partner_id.lang or self.company_id.partner_id.lang or self.env.lang
