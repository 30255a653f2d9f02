from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import is_html_empty

from .customer_complaint_first_deadline import READ_FIELDS
from .customer_complaint_flow import Missing
from .customer_complaint_stage import DONE_PHASES

STAFF = "base.group_user"
# Why a complaint is in its stage.
REASON_FIELDS = ("waiting_reason_id", "ending_reason_id", "stage_note")
# Read at each move, with what is tracked and what time limits ask. All fields would be three times as many.
MOVED_FIELDS = {"stage_note", "resolved_datetime", "closed_datetime", "reopen_count"}
SHOWN = 40


class MoveRefused(UserError):
    """People may not make this move as it is. The browser opens the dialog that says what helps.

    :param missing: list of Missing
    """

    def __init__(self, message, complaints, stage, missing):
        super().__init__(message)
        self.missing = missing
        # What reaches the browser.
        self.args = (message, complaints.ids, stage.id)

    def __str__(self):
        """Return the sentence alone: imports show it."""
        return self.args[0]


class CustomerComplaint(models.Model):
    """The rules of a move from stage to stage for people: who, from where, with what, and why.

    They do not hold for the program itself (superuser), which reopens, hands over and imports. What protects
    money holds for all: ``_check_entry`` in ``customer_complaint_flow``.
    """

    _inherit = "customer.complaint"

    waiting_reason_id = fields.Many2one(
        "customer.complaint.waiting.reason",
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        groups=STAFF,
    )
    waits_for = fields.Selection(related="waiting_reason_id.waits_for", string="Waiting for", groups=STAFF)
    ending_reason_id = fields.Many2one(
        "customer.complaint.ending.reason",
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        groups=STAFF,
        help="Why it was rejected or withdrawn.",
    )
    stage_note = fields.Char(string="Note on the Stage", copy=False, groups=STAFF)

    def write(self, vals):
        self._check_reasons(vals)
        if vals.get("stage_id"):
            self.sudo().fetch({*self._track_get_fields(), *READ_FIELDS, *MOVED_FIELDS})
            self._check_move(self.env["customer.complaint.stage"].browse(vals["stage_id"]), vals)
            self._forget_reasons(vals)
            staying = self.filtered(lambda complaint: complaint.stage_id.id == vals["stage_id"])
            result = super().write(vals)
            staying._log_reasons(vals)
            return result
        moves = self._get_transfers(vals)
        for stage, complaints in moves.items():
            # A stage of the same meaning keeps the reasons.
            phase = stage._get_phase()
            leaving = complaints.filtered(lambda c, phase=phase: c.stage_id._get_phase() != phase)
            leaving._forget_reasons({"stage_id": stage.id})
            super(CustomerComplaint, complaints).write({**vals, "stage_id": stage.id})
        result = super(CustomerComplaint, self - self.browse().union(*moves.values())).write(vals)
        self._log_reasons(vals)
        return result

    def _after_create(self):
        """Ask of people who enter a complaint in a later stage what that stage asks."""
        if not self.env.su:
            for (stage, team), complaints in self.grouped(lambda c: (c.stage_id, c.team_id)).items():
                if stage != stage._get_first(team):
                    complaints._raise_refusals(stage, complaints._get_refusals(stage, {}, is_new=True))
        return super()._after_create()

    def action_move_to(self, stage_id):
        """Move the complaints, or return the dialog that says what is missing and asks for it.

        :return: an action, or False when all have moved
        """
        self.check_access("write")
        stage = self.env["customer.complaint.stage"].browse(stage_id).exists()
        if not stage:
            raise UserError(self.env._("This stage does not exist any more."))
        if stage._get_phase() not in DONE_PHASES and set(self.mapped("phase")) <= set(DONE_PHASES):
            return self.action_reopen()
        if self._get_obstacles(stage):
            return self.env["customer.complaint.move"]._open(self, stage)
        self.write({"stage_id": stage.id})
        return False

    def action_move(self):
        """Ask into which stage to move the selected complaints."""
        self.check_access("write")
        return self.env["customer.complaint.move"]._open(self)

    def action_close(self):
        """Open the dialog that closes the selected complaints."""
        self.check_access("write")
        for team in self.team_id or self.team_id.browse([False]):
            flow = self.env["customer.complaint.stage"]._get_flow(team)
            for stage in flow:
                if stage._get_phase() == "closed":
                    return self.env["customer.complaint.move"]._open(self, stage)
        raise UserError(self.env._("No stage closes complaints. An administrator has to add one."))

    def action_change_reason(self):
        """Ask again what the complaint waits for, or why it was rejected or withdrawn."""
        self.ensure_one()
        self.check_access("write")
        return self.env["customer.complaint.move"]._open(self, self.stage_id)

    # Rules

    def _check_move(self, stage, vals):
        """Refuse a move of people that the rules of the stage do not allow, naming all that is missing.

        :raises MoveRefused: not for the superuser
        """
        if self.env.su or stage.id not in stage._get_facts():
            return
        self.check_access("write")
        moving = self.filtered(lambda complaint: complaint.stage_id != stage)
        moving._raise_refusals(stage, moving._get_refusals(stage, vals))

    def _check_entry(self, stage):
        """Refuse an entry into ``stage`` while something is missing; one message names all of it.

        :raises MoveRefused: also for the superuser
        """
        missing = self._get_missing(stage)
        if missing:
            self._raise_missing(stage, missing)

    def _raise_refusals(self, stage, refusals):
        """:raises MoveRefused: when there are refusals, with what is missing for the program's rules too"""
        if refusals:
            self._raise_missing(stage, refusals + self.sudo()._get_missing(stage))

    def _raise_missing(self, stage, refusals):
        lines = [f"- {item.complaint.display_name}: {item.text}" for item in refusals[:SHOWN]]
        if len(refusals) > SHOWN:
            lines.append("…")
        raise MoveRefused(
            self.env._("Before that, the following must be done:\n%(missing)s", missing="\n".join(lines)),
            self,
            stage,
            refusals,
        )

    def _get_obstacles(self, stage, vals=()):
        """Return all that keeps the complaints out of ``stage``: [Missing].

        :param vals: what will be written together with the move
        """
        moving = self.filtered(lambda complaint: complaint.stage_id != stage)
        return moving._get_refusals(stage, dict(vals)) + moving.sudo()._get_missing(stage)

    def _get_refusals(self, stage, vals, is_new=False):
        """Return what the rules for people say against moving the complaints: [Missing].

        Override to add rules that do not hold for the program.

        :param vals: what is written together with the move
        """
        facts = stage._get_facts()[stage.id]
        refusals = []
        for complaint in self:
            say = complaint._say_refusals(stage, facts, is_new)
            refusals.extend(Missing(complaint, text, action) for text, action in say)
        name = facts["reason"]
        if name:
            lacking = self.filtered(lambda complaint: not vals.get(name, is_new and complaint[name]))
            refusals.extend(lacking._get_lacking_reasons(name))
        return refusals + self._get_empty(facts["required"], vals)

    def _get_lacking_reasons(self, name):
        """Return [Missing] of complaints that have to give the reason ``name``."""
        text = {
            "waiting_reason_id": self.env._("say what it waits for"),
            "ending_reason_id": self.env._("say why it is rejected or withdrawn"),
        }[name]
        return [Missing(complaint, text) for complaint in self]

    def _check_reasons(self, vals):
        """Refuse that people take away the reason that a stage asks for, or give one that does not belong to it.

        :param vals: what will be written
        :raises MoveRefused, UserError: not for the superuser
        """
        if self.env.su or vals.keys().isdisjoint(("waiting_reason_id", "ending_reason_id")):
            return
        stages = self.env["customer.complaint.stage"].browse(vals.get("stage_id") or self.stage_id.ids)
        facts = stages._get_facts()
        if vals.get("ending_reason_id") and any(
            facts[stage.id]["phase"] != "cancelled" for stage in stages.exists()
        ):
            raise UserError(
                self.env._("Only complaints that are rejected or withdrawn have an ending reason.")
            )
        # Those that come into the stage are asked with all that it asks.
        for stage, complaints in self.grouped("stage_id").items():
            name = facts[stage.id]["reason"] if stage in stages else None
            if name in vals and not vals[name]:
                complaints._raise_missing(stage, complaints._get_lacking_reasons(name))

    def _say_refusals(self, stage, facts, is_new):
        """Yield (text, action) of what speaks against the move of one complaint, apart from its fields."""
        here = self.stage_id
        if not stage._is_open_to(self.team_id):
            team = self.team_id.name or "-"
            yield self.env._("its team %(team)s does not use this stage", team=team), None
            return
        if not is_new:
            if here._get_phase() in DONE_PHASES and facts["phase"] not in DONE_PHASES:
                yield self.env._("it is done; use “Reopen” and give the reason"), "action_reopen"
                return
            if not stage._is_next_of(here):
                allowed = [
                    follower.name for follower in stage._get_flow(self.team_id) if follower._is_next_of(here)
                ]
                names = ", ".join(allowed) or "-"
                yield (
                    self.env._("from %(stage)s it can only go to: %(next)s", stage=here.name, next=names),
                    None,
                )
        if facts["entry_by"] != "all" and not stage._is_entry_allowed(self._get_roles()):
            yield (
                self.env._("only these may move it there: %(who)s", who=stage._get_entry_text(self.team_id)),
                None,
            )

    def _get_empty(self, names, vals):
        """Return [Missing] for the fields that are empty, after ``vals`` will be written."""
        labels = {}
        missing = []
        for name in names:
            if name not in self._fields:
                continue
            if name in vals:
                empty = self.sudo() if self._is_empty(name, vals[name]) else self.browse()
            else:
                empty = self.sudo().filtered(
                    lambda complaint, name=name: complaint._is_empty(name, complaint[name])
                )
            if empty:
                labels = labels or self.env["customer.complaint.requirement"]._get_labels()
                text = self.env._("fill in: %(field)s", field=labels.get(name, name))
                missing.extend(
                    Missing(complaint.with_env(self.env), text, "action_open") for complaint in empty
                )
        return missing

    @api.model
    def _is_empty(self, name, value):
        """Return whether a value of the field is nothing a person would call an answer."""
        if self._fields[name].type == "html" and isinstance(value, str):
            return is_html_empty(value)
        return not (value.strip() if isinstance(value, str) else value)

    def _get_roles(self):
        """Return the user's roles in the complaint: a set of handler, leader, manager. Override to add more."""
        self.ensure_one()
        complaint, user = self.sudo(), self.env.user
        people = {
            "handler": complaint.user_id,
            "leader": complaint.team_id.user_id,
            "manager": complaint.team_id.manager_id,
        }
        return {role for role, person in people.items() if user in person}

    def action_open(self):
        """Open the form of the complaint."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    @api.model
    def _get_board_team(self, domain):
        """Return the one team of which the domain (or the context) of a board speaks, may be empty."""
        team_ids = set()
        for condition in Domain(domain).iter_conditions():
            if condition.field_expr == "team_id" and condition.operator in ("=", "in"):
                value = condition.value
                values = [value] if isinstance(value, (int, str)) else value
                team_ids.update(team_id for team_id in values if isinstance(team_id, int))
        team_ids = team_ids or {self.env.context.get("default_team_id") or 0}
        team_id = team_ids.pop() if len(team_ids) == 1 else 0
        return self.env["customer.complaint.team"].browse(team_id or [])

    # Consequences

    def _get_transfers(self, vals):
        """Return {stage: complaints} of those that a change of team brings into another flow."""
        moves = {}
        if "team_id" in vals:
            team = self.env["customer.complaint.team"].browse(vals["team_id"] or [])
            for stage, complaints in self.grouped("stage_id").items():
                counterpart = stage._get_counterpart(team)
                if counterpart and counterpart != stage:
                    moves[counterpart] = moves.get(counterpart, self.browse()) + complaints
        return moves

    def _relabel_stage(self, stage):
        """Take the complaints to a stage that stands for the one they are in: nothing else happens to them.

        Neither the customer nor anybody else is told; the history names the new stage from now on.
        """
        if not self:
            return
        self._write_dates({"stage_id": stage.id})
        now = fields.Datetime.now()
        self.env["customer.complaint.stage.history"]._append(
            [complaint._prepare_stage_history_vals(now) for complaint in self]
        )
        self._refresh_clocks()

    def _forget_reasons(self, vals):
        """Clear why the complaints were in the stage that they leave, unless it is given anew."""
        stale = self.sudo().filtered(
            lambda c: c.stage_id.id != vals["stage_id"] and any(c[name] for name in REASON_FIELDS)
        )
        names = [name for name in REASON_FIELDS if name not in vals]
        if stale and names:
            self.check_access("write")
            stale._write_dates(dict.fromkeys(names, False))

    def _log_reasons(self, vals):
        """Append a changed reason to the history, so that the time before counts for the reason before."""
        if vals.keys().isdisjoint(REASON_FIELDS):
            return
        now = fields.Datetime.now()
        rows = [complaint._prepare_stage_history_vals(now) for complaint in self.sudo()]
        if rows:
            self.env["customer.complaint.stage.history"]._append(rows)

    def _prepare_stage_history_vals(self, moment):
        vals = super()._prepare_stage_history_vals(moment)
        # Read only where there may be a reason: a new complaint would have to be fetched for it.
        facts = self.stage_id._get_facts()[self.stage_id.id]
        name = facts["reason"] or (facts["phase"] == "cancelled" and "ending_reason_id")
        return {
            **vals,
            "reason_id": name == "waiting_reason_id" and self.waiting_reason_id.id,
            "ending_reason_id": name == "ending_reason_id" and self.ending_reason_id.id,
            "note": name and self.stage_note,
        }
