from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from .customer_complaint_part import PART


class CustomerComplaintWhy(models.Model):
    """One question of a 5-whys sheet: each asks for the reason of the answer before."""

    _name = "customer.complaint.why"
    _description = "Why of a Complaint"
    _inherit = [PART]
    _order = "sequence, id"
    _rec_name = "question"

    sequence = fields.Integer(default=10)
    question = fields.Char(string="Why?", required=True)
    answer = fields.Text(string="Because")
    evidence = fields.Char(string="How We Know")
    is_root = fields.Boolean(string="Root Cause", help="Nothing behind it can be changed by us.")

    @api.constrains("is_root", "answer")
    def _check_root(self):
        if any(why.is_root and not (why.answer or "").strip() for why in self):
            raise ValidationError(self.env._("A root cause needs an answer."))


# What each of the eight disciplines asks for: "Global 8D", Ford Motor Company, 1987.
DISCIPLINES = [
    ("d1", "D1 Team"),
    ("d2", "D2 Description of the Problem"),
    ("d3", "D3 Interim Containment"),
    ("d4", "D4 Root Causes"),
    ("d5", "D5 Chosen Corrective Actions"),
    ("d6", "D6 Corrective Actions Carried out"),
    ("d7", "D7 Recurrence Prevented"),
    ("d8", "D8 Closing and Thanks"),
]
# Those of which actions are made, with the kind of such an action.
ACTED_ON = {"d5": "corrective", "d6": "corrective", "d7": "preventive", "d8": "improvement"}


class CustomerComplaintDiscipline(models.Model):
    """A line of the 8D sheet of a complaint: made by its button, written and done by its owner."""

    _name = "customer.complaint.discipline"
    _description = "8D Discipline"
    _inherit = [PART]
    _order = "code"
    _rec_name = "code"
    _guarded_fields = {"state": "todo", "done_datetime": False, "done_by_id": False}

    code = fields.Selection(DISCIPLINES, string="Discipline", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="Owner", domain=[("share", "=", False)])
    member_ids = fields.Many2many(
        "res.users",
        "customer_complaint_discipline_member_rel",
        "discipline_id",
        "user_id",
        string="Members",
        domain=[("share", "=", False)],
    )
    deadline = fields.Date(string="Due on")
    text = fields.Html(string="What Was Done", sanitize_attributes=True)
    task_ids = fields.Many2many(
        "customer.complaint.task",
        "customer_complaint_discipline_task_rel",
        "discipline_id",
        "task_id",
        string="Tasks of Departments",
        domain="[('complaint_id', '=', complaint_id)]",
    )
    compensation_ids = fields.Many2many(
        "customer.complaint.compensation",
        "customer_complaint_discipline_compensation_rel",
        "discipline_id",
        "compensation_id",
        string="Compensations Given",
        domain="[('complaint_id', '=', complaint_id)]",
    )
    action_ids = fields.Many2many(
        "customer.complaint.action",
        "customer_complaint_discipline_action_rel",
        "discipline_id",
        "action_id",
        string="Corrective Actions",
        domain="[('complaint_ids', 'in', complaint_id)]",
    )
    state = fields.Selection([("todo", "To Do"), ("done", "Completed")], required=True, readonly=True)
    done_datetime = fields.Datetime(string="Completed on", readonly=True)
    done_by_id = fields.Many2one("res.users", string="Completed by", readonly=True)

    _code_uniq = models.Constraint("UNIQUE(complaint_id, code)", "The 8D sheet has this discipline already.")

    @api.constrains("user_id", "member_ids")
    def _check_users(self):
        (self.user_id | self.member_ids)._care_check_employees()

    @api.constrains("task_ids", "compensation_ids", "action_ids")
    def _check_links(self):
        for line in self.sudo():
            others = (line.task_ids.complaint_id | line.compensation_ids.complaint_id) - line.complaint_id
            if others or any(line.complaint_id not in action.complaint_ids for action in line.action_ids):
                raise ValidationError(self.env._("This belongs to another complaint."))

    def _check_change(self, vals):
        result = super()._check_change(vals)
        if self.filtered(lambda line: line.state == "done"):
            raise UserError(self.env._("This discipline is completed. Reopen it before you change it."))
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if not self.env.su:
            self._check_change({})

    def action_create_corrective(self):
        """Create an action for the complaint, with its cause and category, link and open it.

        :raises UserError: of a discipline without actions, or one that is completed
        """
        self.ensure_one()
        self.check_access("write")
        self._check_change({})
        if self.code not in ACTED_ON:
            raise UserError(self.env._("Actions belong to the disciplines D5 to D8."))
        defaults = self.complaint_id._prepare_action_context()
        values = {name.removeprefix("default_"): value for name, value in defaults.items()}
        action = self.env["customer.complaint.action"].create(
            {**values, "kind": ACTED_ON[self.code], "complaint_ids": [Command.set(self.complaint_id.ids)]}
        )
        self.action_ids = [Command.link(action.id)]
        return action._get_records_action(name=action.display_name)

    def action_done(self):
        """Complete the disciplines.

        :raises UserError: when nothing is written, or nobody owns one
        """
        self.check_access("write")
        self._check_investigation_open()
        for line in self:
            is_team = line.code == "d1" and line.member_ids
            if not line.user_id or not (is_team or line.complaint_id._has_words(line.text)):
                raise UserError(
                    self.env._(
                        "Please name the owner and write what was done: %(name)s", name=line.display_name
                    )
                )
        self.sudo().write(
            {"state": "done", "done_datetime": fields.Datetime.now(), "done_by_id": self.env.uid}
        )

    def action_reopen(self):
        """Open completed disciplines again."""
        self.check_access("write")
        self._check_investigation_open()
        self.sudo().write({"state": "todo", "done_datetime": False, "done_by_id": False})


class CustomerComplaint(models.Model):
    """The root of the matter: 5 whys, or the 8D sheet."""

    _inherit = "customer.complaint"

    why_ids = fields.One2many(
        "customer.complaint.why", "complaint_id", string="5 Whys", groups="base.group_user"
    )
    discipline_ids = fields.One2many(
        "customer.complaint.discipline", "complaint_id", string="8D Sheet", groups="base.group_user"
    )
    d8_percent = fields.Integer(
        string="8D Completed", compute="_compute_d8_percent", groups="base.group_user"
    )

    @api.depends("discipline_ids.state")
    def _compute_d8_percent(self):
        for complaint in self:
            done = complaint.discipline_ids.filtered(lambda line: line.state == "done")
            complaint.d8_percent = 100 * len(done) // len(DISCIPLINES)

    @api.model
    def _has_words(self, html):
        """Return whether a text says anything."""
        return not self._is_empty("findings", html or "")

    def action_make_8d(self):
        """Prepare the 8D sheets, with the investigators as owners; what is there stays."""
        self.check_access("write")
        for complaint in self:
            there = set(complaint.discipline_ids.mapped("code"))
            owner = complaint.investigator_id or complaint.user_id
            self.env["customer.complaint.discipline"].create(
                [
                    {"complaint_id": complaint.id, "code": code, "user_id": owner.id}
                    for code, _name in DISCIPLINES
                    if code not in there
                ]
            )

    def _count_parts(self):
        domain = [("complaint_id", "in", self.ids)]
        roots = (
            self.env["customer.complaint.why"]
            .sudo()
            ._read_group([*domain, ("is_root", "=", True)], ["complaint_id"])
        )
        sheets = (
            self.env["customer.complaint.discipline"]
            .sudo()
            ._read_group([*domain, ("state", "=", "done")], ["complaint_id"], ["__count"])
        )
        analysed = {complaint.id for (complaint,) in roots}
        analysed |= {complaint.id for complaint, count in sheets if count == len(DISCIPLINES)}
        return {**super()._count_parts(), "analysed": analysed}

    def _get_gap_texts(self, counts):
        gaps = super()._get_gap_texts(counts)
        needs = self.env["customer.complaint.depth"]._match(self).needs
        if "analysis" in needs and self.id not in counts["analysed"]:
            gaps.append(self.env._("a root cause among the whys, or a complete 8D sheet"))
        return gaps
