from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

PHASES = [
    ("open", "Open"),
    ("waiting", "Waiting"),
    ("resolved", "Resolved"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]
OPEN_PHASES = ("open", "waiting")
DONE_PHASES = ("resolved", "closed", "cancelled")
ENDED_PHASES = ("closed", "cancelled")
CLOCK_EFFECTS = [("run", "Runs"), ("pause", "Pauses"), ("stop", "Stops")]
PHASE_EFFECTS = {"open": "run", "waiting": "pause", "resolved": "stop", "closed": "stop", "cancelled": "stop"}


class CustomerComplaintStage(models.Model):
    """A step of the handling: the administrator names and orders it, the program reads its ``phase``."""

    _name = "customer.complaint.stage"
    _description = "Complaint Stage"
    _inherit = "customer.cached.mixin"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    fold = fields.Boolean(string="Folded in Kanban")
    team_ids = fields.Many2many("customer.complaint.team", string="Teams", help="Leave empty for all teams.")
    description = fields.Text(translate=True)

    phase = fields.Selection(
        PHASES,
        required=True,
        default="open",
        help="What this stage means to the program. Waiting: for the customer or for others.",
    )
    clock_effect = fields.Selection(
        CLOCK_EFFECTS,
        string="Time Limits",
        compute="_compute_clock_effect",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="What entering this stage does to the time limits.",
    )
    effect_ids = fields.One2many(
        "customer.complaint.stage.effect",
        "stage_id",
        string="Except for",
        copy=True,
        help="Time limits to which this stage does something else. Without an entry, acknowledgement and first "
        "response go on where the others pause: they are owed to the customer before.",
    )
    is_solution = fields.Boolean(
        string="Solution Proposed",
        help="Entering this stage fulfils the time limit for proposing a solution.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="Message to the Customer",
        domain=[("model", "=", "customer.complaint")],
        help="Sent to the customer when a complaint enters this stage.",
    )
    origin_id = fields.Many2one(
        "customer.complaint.stage",
        string="Copied from",
        readonly=True,
        ondelete="set null",
        help="When a complaint changes teams it goes to the stage with the same origin.",
    )

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        self._set_cached_names()

    @api.depends("phase")
    def _compute_clock_effect(self):
        for stage in self:
            stage.clock_effect = PHASE_EFFECTS[stage.phase or "open"]

    def write(self, vals):
        result = super().write(vals)
        if not {"active", "phase", "team_ids"}.isdisjoint(vals):
            self._check_open_stage_left()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_last_open(self):
        self._check_open_stage_left(without=self)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """Keep stages that complaints are or were in: their history reads them."""
        used = (
            self.env["customer.complaint.stage.history"]
            .sudo()
            ._read_group([("stage_id", "in", self.ids)], ["stage_id"])
        )
        if used:
            raise UserError(
                self.env._(
                    "These stages have been used and can only be archived: %(stages)s",
                    stages=", ".join(stage.display_name for (stage,) in used),
                )
            )

    def _check_open_stage_left(self, without=()):
        """See that each team, and complaints without team, have an open stage to begin in.

        :param without: stages that are about to go
        :raises ValidationError: when one has none
        """
        lost = self._get_teams_without("open", without)
        if lost:
            raise ValidationError(
                self.env._(
                    "No open stage would be left in which to begin: %(teams)s",
                    teams=self._get_team_names(lost),
                )
            )

    @api.model
    def _get_teams_without(self, phase, without=()):
        """Return the teams whose complaints use no active stage of a phase: a set of ids, False for no team.

        :param without: stages that do not count
        """
        teams = self.env["customer.complaint.team"].sudo().search(Domain.TRUE)
        stages = self.sudo().search([("phase", "=", phase)]).filtered(lambda stage: stage not in without)
        serving = [set(stage.with_context(active_test=False).team_ids.ids) for stage in stages]
        return {
            team.id
            for team in (*teams, teams.browse())
            if not any(team.id in served or not (served or team.has_own_stages) for served in serving)
        }

    @api.model
    def _get_team_names(self, team_ids):
        """Return the names of teams for people to read.

        :param team_ids: as of ``_get_teams_without``
        """
        teams = self.env["customer.complaint.team"].sudo().browse(filter(None, team_ids))
        names = teams.mapped("name")
        return ", ".join([*names, self.env._("complaints without team")] if False in team_ids else names)

    @api.model
    @tools.ormcache()
    def _get_facts(self):
        """Return {stage id: facts, as of ``_prepare_facts``} by sequence.

        Kept in the registry's cache: each complaint asks, administrators rarely change a stage.
        """
        stages = self.sudo().with_context(active_test=False).search(Domain.TRUE)
        return {stage.id: stage._prepare_facts() for stage in stages}

    def _prepare_facts(self):
        """Return what the program has to know of a stage (singleton) at any time, as plain values."""
        self.ensure_one()
        return {
            "phase": self.phase,
            "clock_effect": self.clock_effect,
            "target_effects": self.effect_ids._freeze(),
            "is_solution": self.is_solution,
            "team_ids": frozenset(self.team_ids.ids),
            "active": self.active,
            "has_template": bool(self.mail_template_id),
            "origin_id": self.origin_id.id,
        }

    def _get_phase(self):
        """Return what the stage means, ``None`` for no stage."""
        return self._get_facts()[self.id]["phase"] if self.id else None

    def _is_open_to(self, team):
        """Return whether complaints of ``team`` (may be empty) use this stage."""
        teams = self._get_facts()[self.id]["team_ids"]
        return team.id in teams or not (teams or team._has_own_flow())

    @api.model
    def _get_flow(self, team):
        """Return the active stages that complaints of ``team`` (may be empty) use, in order."""
        return self.browse(self._get_flow_ids(team.id or False))

    @api.model
    @tools.ormcache("team_id")
    def _get_flow_ids(self, team_id):
        team = self.env["customer.complaint.team"].browse(team_id or ())
        return tuple(
            stage_id
            for stage_id, facts in self._get_facts().items()
            if facts["active"] and self.browse(stage_id)._is_open_to(team)
        )

    @api.model
    def _get_first(self, team):
        """Return the first open stage that complaints of ``team`` (may be empty) use."""
        return next((stage for stage in self._get_flow(team) if stage._get_phase() == "open"), self.browse())

    def _get_counterpart(self, team):
        """Return what this stage corresponds to in the flow of another team, may be empty.

        It is the stage itself, else the one it was copied from or to, else the first of the same meaning. An
        open or waiting stage without counterpart begins anew.
        """
        self.ensure_one()
        if self._is_open_to(team):
            return self
        flow, facts = self._get_flow(team), self._get_facts()
        origin = facts[self.id]["origin_id"] or self.id
        phase = self._get_phase()
        related = [stage for stage in flow if origin in (stage.id, facts[stage.id]["origin_id"])]
        similar = [stage for stage in flow if stage._get_phase() == phase]
        found = next(iter((*related, *similar)), self.browse())
        return found or (self._get_first(team) if phase in OPEN_PHASES else found)
