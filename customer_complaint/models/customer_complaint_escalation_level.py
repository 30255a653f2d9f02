from datetime import datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize_all, email_split

from ..tools import escalation

TRIGGERS = [
    ("percent", "% of the time is used"),
    ("before", "before the deadline"),
    ("after", "after the deadline"),
]
# Who takes the place of whom when somebody is missing: the next one.
ROLES = ("doer", "department", "handler", "leader", "manager", "director", "admin")
# Those that only a department task has.
TASK_ROLES = ("doer", "department")


TODO_ROLES = [
    ("doer", "Who Does the Task"),
    ("department", "Responsible of the Department"),
    ("handler", "Handler"),
    ("leader", "Team Leader"),
    ("manager", "Service Manager"),
    ("user", "A Certain Person"),
]


class LevelFacts(NamedTuple):
    """What is needed to know when a level is due; ``number`` is its place in the rule."""

    id: int
    number: int
    trigger: str
    amount: float
    unit: str
    is_round_the_clock: bool
    since: datetime

    def threshold(self, limit):
        """Return after how many seconds of a limit the level is reached."""
        return escalation.threshold(limit, self.trigger, self.amount, self.unit)


class CustomerComplaintEscalationLevel(models.Model):
    """A step of a rule: when, who is told, what happens, and by when somebody must acknowledge.

    ``since_datetime`` is when the level got the threshold it has. Complaints that had reached it before are
    left alone, so that a new rule does not tell everybody everything at once.
    """

    _name = "customer.complaint.escalation.level"
    _description = "Complaint Escalation Level"
    _inherit = ["customer.guard.mixin"]
    _order = "escalation_id, sequence, id"
    _rec_name = "sentence"
    _rec_names_search = ["escalation_id.name"]
    _guarded_fields = {"since_datetime": False}

    escalation_id = fields.Many2one(
        "customer.complaint.escalation", string="Rule", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    number = fields.Integer(string="Level", compute="_compute_number")
    since_datetime = fields.Datetime(string="Holds Since", readonly=True, copy=False)
    sentence = fields.Char(string="In Words", compute="_compute_sentence")

    # When
    amount = fields.Float(string="When", required=True, default=80, digits=(16, 2))
    trigger = fields.Selection(TRIGGERS, string="Reached", required=True, default="percent")
    unit = fields.Selection(
        [("minutes", "Minutes"), ("hours", "Hours")],
        required=True,
        default="hours",
        help="Counted as the time limit is: working time, or by day and night for limits in calendar days.",
    )
    is_round_the_clock = fields.Boolean(
        string="Also at Night",
        help="People are told at once, also outside the working time of the team.",
    )

    # Who
    to_doer = fields.Boolean(
        string="Tell Who Does the Task",
        help="Of a department task: in the inbox who may read the complaint, others by mail with the link.",
    )
    to_department = fields.Boolean(
        string="Tell the Department", help="Who is responsible for the department that has the task."
    )
    to_handler = fields.Boolean(string="Tell Handler", default=True)
    to_leader = fields.Boolean(string="Tell Team Leader")
    to_manager = fields.Boolean(string="Tell Service Manager")
    to_director = fields.Boolean(string="Tell Directors")
    user_ids = fields.Many2many(
        "res.users",
        "customer_complaint_escalation_level_user_rel",
        "level_id",
        "user_id",
        string="Tell Persons",
        domain=[("share", "=", False)],
    )
    emails = fields.Char(string="Tell Addresses", help="E-mail addresses, separated by commas.")

    # What
    is_mailed = fields.Boolean(
        string="Message", default=True, help="By e-mail or in the inbox, as each person has chosen."
    )
    has_activity = fields.Boolean(
        string="To-Do", default=True, help="Each person gets an activity of the same day."
    )
    has_note = fields.Boolean(string="Note in the History", default=True)
    priority_steps = fields.Integer(string="Raise Priority by")
    reassign_to = fields.Selection(
        [("leader", "Team Leader"), ("manager", "Service Manager"), ("user", "A Certain Person")],
        string="Hand over to",
        help="The complaint gets another handler.",
    )
    reassign_user_id = fields.Many2one("res.users", string="New Handler", domain=[("share", "=", False)])
    todo_for = fields.Selection(
        TODO_ROLES,
        string="To-Do for",
        help="Beside telling people, one person gets something to do; a role that is vacant passes it on to the next.",
    )
    todo_user_id = fields.Many2one("res.users", string="Person of the To-Do", domain=[("share", "=", False)])
    todo_summary = fields.Char(string="What to Do", translate=True)
    todo_days = fields.Integer(string="Days for It", help="The to-do is due so many days later.")
    ack_hours = fields.Float(
        string="Acknowledge Within",
        help="Working hours in which somebody who was told must acknowledge; else the next level follows. 0: not "
        "needed.",
    )

    _amount_check = models.Constraint(
        "CHECK(amount >= 0 AND amount <= 10000)", "The threshold of a level must be between 0 and 10,000."
    )
    _priority_check = models.Constraint(
        "CHECK(priority_steps >= 0 AND priority_steps <= 3)",
        "A level can raise the priority by at most 3.",
    )
    _todo_check = models.Constraint(
        "CHECK(todo_days >= 0 AND todo_days <= 365)", "A to-do is due within 0 to 365 days."
    )
    _ack_check = models.Constraint(
        "CHECK(ack_hours >= 0 AND ack_hours <= 1000)",
        "The time to acknowledge must be between 0 and 1,000 hours.",
    )

    @api.depends("escalation_id.level_ids.sequence")
    def _compute_number(self):
        for rule, levels in self.grouped("escalation_id").items():
            order = rule.level_ids.ids
            for level in levels:
                level.number = order.index(level.id) + 1 if level.id in order else len(order) + 1

    @api.depends_context("lang")
    @api.depends(
        "amount",
        "trigger",
        "unit",
        "to_doer",
        "to_department",
        "to_handler",
        "to_leader",
        "to_manager",
        "to_director",
        "user_ids",
        "emails",
        "priority_steps",
        "reassign_to",
        "reassign_user_id",
        "todo_for",
        "todo_user_id",
        "todo_summary",
        "todo_days",
        "ack_hours",
        "is_round_the_clock",
    )
    def _compute_sentence(self):
        for level in self:
            parts = [level._say_when(), *level._say_what()]
            level.sentence = "; ".join(parts)

    @api.constrains("emails")
    def _check_emails(self):
        for level in self.filtered("emails"):
            wanted = [part for part in level.emails.replace(";", ",").split(",") if part.strip()]
            if len(email_normalize_all(level.emails.replace(";", ","))) != len(wanted):
                raise ValidationError(
                    self.env._("These are not all e-mail addresses: %(emails)s", emails=level.emails)
                )

    @api.constrains("reassign_to", "reassign_user_id")
    def _check_reassign_user(self):
        if any(level.reassign_to == "user" and not level.reassign_user_id for level in self):
            raise ValidationError(self.env._("Please name the person who gets the complaints."))

    @api.constrains(
        "to_doer",
        "to_department",
        "to_handler",
        "to_leader",
        "to_manager",
        "to_director",
        "user_ids",
        "emails",
    )
    def _check_receivers(self):
        if any(not level._get_roles() and not level.user_ids and not level.emails for level in self):
            raise ValidationError(self.env._("A level of escalation must tell somebody."))

    @api.constrains("todo_for", "todo_user_id", "todo_summary")
    def _check_todo(self):
        for level in self.filtered("todo_for"):
            if not (level.todo_summary or "").strip():
                raise ValidationError(self.env._("Please say what is to be done."))
            if level.todo_for == "user" and not level.todo_user_id:
                raise ValidationError(self.env._("Please name the person who gets the to-do."))

    @api.constrains("user_ids", "reassign_user_id", "todo_user_id")
    def _check_users(self):
        named = [level.user_ids | level.reassign_user_id | level.todo_user_id for level in self.sudo()]
        if any(users.filtered("share") for users in named):
            raise ValidationError(self.env._("Only employees can be told of complaints."))

    @api.model_create_multi
    def create(self, vals_list):
        levels = super().create(vals_list)
        levels.escalation_id._after_change()
        return levels

    def write(self, vals):
        result = super().write(vals)
        if {"amount", "trigger", "unit", "escalation_id", "is_round_the_clock"}.intersection(vals):
            self._begin_anew()
        self.escalation_id._after_change()
        return result

    def unlink(self):
        rules = self.escalation_id
        result = super().unlink()
        rules._after_change()
        return result

    def _get_guarded_values(self):
        return {"since_datetime": fields.Datetime.now()}

    def _begin_anew(self):
        """Leave alone what reaches the levels' thresholds before now."""
        self.sudo().write({"since_datetime": fields.Datetime.now()})

    def _get_facts(self):
        self.ensure_one()
        return LevelFacts(
            self.id,
            self.number,
            self.trigger,
            self.amount,
            self.unit,
            self.is_round_the_clock,
            self.since_datetime or self.create_date,
        )

    def _get_roles(self):
        """Return the names of the roles that are told, in order."""
        self.ensure_one()
        return [role for role in ROLES[:-1] if self[f"to_{role}"]]

    def _get_emails(self):
        """Return the normalized addresses that are told."""
        return email_normalize_all(", ".join(email_split(self.emails or "")))

    # In words

    @api.model
    def _get_role_names(self):
        """Return {role: name in the middle of a sentence} in the reader's language."""
        return {
            "doer": self.env._("who does the task"),
            "department": self.env._("the department"),
            "handler": self.env._("the handler"),
            "leader": self.env._("the team leader"),
            "manager": self.env._("the service manager"),
            "director": self.env._("the directors"),
            "admin": self.env._("the administrators"),
        }

    def _say_when(self):
        """Return when the level is reached, in words."""
        self.ensure_one()
        amount = f"{self.amount:g}"
        if self.trigger == "percent":
            return self.env._("When %(amount)s %% of the time is used", amount=amount)
        texts = {
            ("before", "hours"): self.env._("%(amount)s hours before the deadline", amount=amount),
            ("before", "minutes"): self.env._("%(amount)s minutes before the deadline", amount=amount),
            ("after", "hours"): self.env._("%(amount)s hours after the deadline", amount=amount),
            ("after", "minutes"): self.env._("%(amount)s minutes after the deadline", amount=amount),
        }
        return texts[self.trigger or "before", self.unit or "hours"]

    def _say_what(self):
        """Return what happens then, as a list of texts."""
        self.ensure_one()
        names = self._get_role_names()
        people = [names[role] for role in self._get_roles()]
        people += self.user_ids.mapped("name") + (self._get_emails() if self.emails else [])
        texts = [self.env._("tell %(people)s", people=", ".join(people))] if people else []
        if self.is_round_the_clock:
            texts.append(self.env._("by day and night"))
        if self.priority_steps:
            texts.append(self.env._("raise the priority by %(count)s", count=self.priority_steps))
        if self.reassign_to:
            person = self.reassign_user_id.name if self.reassign_to == "user" else names[self.reassign_to]
            texts.append(self.env._("hand the complaint over to %(person)s", person=person or "-"))
        texts += self._say_todo()
        if self.ack_hours:
            hours = f"{self.ack_hours:g}"
            texts.append(
                self.env._(
                    "must be acknowledged within %(hours)s working hours, else the next level follows",
                    hours=hours,
                )
            )
        return texts

    def _say_todo(self):
        """Return what somebody gets to do, as a list of texts."""
        if not self.todo_for:
            return []
        person = self.todo_user_id.name if self.todo_for == "user" else self._get_role_names()[self.todo_for]
        values = {"person": person or "-", "what": self.todo_summary or "-"}
        if not self.todo_days:
            return [self.env._("to-do for %(person)s: “%(what)s”, at once", **values)]
        return [
            self.env._(
                "to-do for %(person)s: “%(what)s”, within %(days)s days", days=self.todo_days, **values
            )
        ]
