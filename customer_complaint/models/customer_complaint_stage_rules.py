from odoo import api, fields, models
from odoo.exceptions import ValidationError

ENTRY_ROLES = [
    ("all", "Everyone Who May Change the Complaint"),
    ("handler", "Handler, Team Leader or Service Manager"),
    ("leader", "Team Leader or Service Manager"),
    ("manager", "Service Manager"),
    ("groups", "Only Certain Groups"),
]
# {who is asked for: roles of a complaint that fit}
FITTING_ROLES = {
    "handler": ("handler", "leader", "manager"),
    "leader": ("leader", "manager"),
    "manager": ("manager",),
    "groups": (),
}


class CustomerComplaintStage(models.Model):
    """What is asked of those who move a complaint into a stage, and where it may go from there."""

    _inherit = "customer.complaint.stage"

    entry_by = fields.Selection(
        ENTRY_ROLES,
        string="Who May Move In",
        required=True,
        default="all",
        help="Who of those that may change a complaint at all may move it into this stage.",
    )
    group_ids = fields.Many2many(
        "res.groups",
        "customer_complaint_stage_group_rel",
        "stage_id",
        "group_id",
        string="Groups",
        help="Their members may move complaints in too, whatever their role in the complaint is.",
    )
    next_stage_ids = fields.Many2many(
        "customer.complaint.stage",
        "customer_complaint_stage_next_rel",
        "stage_id",
        "next_stage_id",
        string="Allowed Next Stages",
        help="Leave empty for any. Reopening is always possible.",
    )
    previous_stage_ids = fields.Many2many(
        "customer.complaint.stage",
        "customer_complaint_stage_next_rel",
        "next_stage_id",
        "stage_id",
        string="Named as Next by",
        help="Stages that name this one among those that may follow.",
    )
    requirement_ids = fields.Many2many(
        "customer.complaint.requirement",
        "customer_complaint_stage_requirement_rel",
        "stage_id",
        "requirement_id",
        string="Required Information",
        help="Must be filled in before a complaint enters this stage.",
    )
    needs_reason = fields.Boolean(
        string="Ask for the Reason",
        help="Whoever moves a complaint here says for whom or what it waits; where complaints are rejected or "
        "withdrawn, why.",
    )
    needs_approvals_done = fields.Boolean(
        string="Compensations Decided",
        help="No compensation may wait for a decision. Always so before a complaint is resolved or closed.",
    )
    flow_team_id = fields.Many2one(
        "customer.complaint.team",
        string="In the Flow of",
        compute="_compute_flow_team_id",
        search="_search_flow_team_id",
        help="Finds the stages that complaints of a team use.",
    )

    def _compute_flow_team_id(self):
        self.flow_team_id = False

    @api.model
    def _search_flow_team_id(self, operator, value):
        """Find the stages of the flow of teams (ids), False: of complaints without team."""
        if operator == "any":
            operator, value = "in", self.env["customer.complaint.team"].search(value).ids
        if operator != "in":
            return NotImplemented
        teams = [self.env["customer.complaint.team"].browse(team_id or []) for team_id in value]
        return [("id", "in", [stage.id for team in teams for stage in self._get_flow(team)])]

    @api.constrains("entry_by", "group_ids")
    def _check_groups(self):
        for stage in self:
            if stage.entry_by == "groups" and not stage.group_ids:
                raise ValidationError(
                    self.env._("Name the groups that may move complaints into %(stage)s.", stage=stage.name)
                )

    def _prepare_facts(self):
        return {
            **super()._prepare_facts(),
            "entry_by": self.entry_by,
            "group_ids": frozenset(self.group_ids.ids),
            "next_ids": frozenset(self.next_stage_ids.filtered("active").ids),
            "required": tuple(self.requirement_ids.filtered("active").mapped("field_name")),
            "reason": self._get_reason_name(),
            "needs_approvals_done": self.needs_approvals_done,
        }

    def _get_reason_name(self):
        """Return the name of the complaint's field with the reason that the stage asks for, None for none."""
        if not self.needs_reason:
            return None
        return "ending_reason_id" if self.phase == "cancelled" else "waiting_reason_id"

    def _is_entry_allowed(self, roles):
        """Return whether the user, in ``roles`` of a complaint (handler, leader...), may move it in here.

        :param roles: set of keys as of ``customer.complaint._get_roles``
        """
        facts = self._get_facts()[self.id]
        entry = facts["entry_by"]
        return (
            entry == "all"
            or not roles.isdisjoint(FITTING_ROLES[entry])
            or not facts["group_ids"].isdisjoint(self.env.user._get_group_ids())
        )

    def _get_entry_text(self, team):
        """Return who may move complaints of ``team`` in, with names, for people to read."""
        self.ensure_one()
        people = {
            "handler": (self.env._("the handler"), team.browse().user_id),
            "leader": (self.env._("the team leader"), team.user_id),
            "manager": (self.env._("the service manager"), team.manager_id),
        }
        parts = []
        for role in FITTING_ROLES.get(self.entry_by, ()):
            label, person = people[role]
            parts.append(f"{label} ({person.sudo().name})" if person else label)
        parts.extend(self.sudo().group_ids.mapped("name"))
        return ", ".join(parts)

    def _is_next_of(self, stage):
        """Return whether complaints may come here from ``stage``."""
        allowed = self._get_facts()[stage.id]["next_ids"]
        return not allowed or self.id in allowed
