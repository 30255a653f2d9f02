from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import get_public_method

LINES = 80


class CustomerComplaintMove(models.TransientModel):
    """The dialog of a move: what is missing, with the buttons and fields that help, for one or many complaints.

    It moves those that may go and keeps showing the others.
    """

    _name = "customer.complaint.move"
    _description = "Move Complaints"

    complaint_ids = fields.Many2many("customer.complaint", string="Complaints", required=True, readonly=True)
    count = fields.Integer(compute="_compute_count", string="Selected")
    team_id = fields.Many2one("customer.complaint.team", compute="_compute_team_id")
    stage_id = fields.Many2one("customer.complaint.stage", string="Move to")
    is_asked = fields.Boolean(readonly=True, help="The stage is chosen in the dialog.")
    reason_name = fields.Char(compute="_compute_needs")
    reason_id = fields.Many2one("customer.complaint.waiting.reason", string="Waits for")
    ending_reason_id = fields.Many2one("customer.complaint.ending.reason", string="Why")
    note = fields.Char(help="E.g. which part, and when it should arrive; or what the customer was told.")
    moved_count = fields.Integer(readonly=True)
    line_ids = fields.One2many("customer.complaint.move.line", "move_id", string="Missing", readonly=True)

    @api.depends("complaint_ids")
    def _compute_count(self):
        for move in self:
            move.count = len(move.complaint_ids)

    @api.depends("complaint_ids")
    def _compute_team_id(self):
        for move in self:
            teams = move.complaint_ids.team_id
            move.team_id = teams if len(teams) == 1 else False

    @api.depends("complaint_ids", "stage_id")
    def _compute_needs(self):
        for move in self:
            stage = move.stage_id
            move.reason_name = stage._get_facts()[stage.id]["reason"] if stage else False

    @api.model
    def _open(self, complaints, stage=None):
        """Return the action of a new dialog; without a stage it asks for one."""
        vals = {
            "complaint_ids": [Command.set(complaints.ids)],
            "stage_id": stage and stage.id,
            "is_asked": not stage or len(complaints) > 1,
        }
        if len(complaints) == 1 and complaints.stage_id == stage:
            # Only the reason changes: what was said before is there to be corrected.
            vals.update(
                reason_id=complaints.waiting_reason_id.id,
                ending_reason_id=complaints.ending_reason_id.id,
                note=complaints.stage_note,
            )
        move = self.create(vals)
        move._refresh_lines()
        return move._show()

    def _show(self):
        self.ensure_one()
        if len(self.complaint_ids) == 1 and self.stage_id:
            name = self.env._("Move to %(stage)s", stage=self.stage_id.name)
        else:
            name = self.env._("Move Complaints")
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_confirm(self):
        """Fill in what was given, move those complaints that may go, and show what keeps the others."""
        self.ensure_one()
        if not self.stage_id:
            raise UserError(self.env._("Choose a stage."))
        complaints = self.complaint_ids.exists()
        complaints.check_access("write")
        self._fill_in(complaints)
        obstacles = self._get_obstacles(complaints)
        stuck = complaints.browse({item.complaint.id for items in obstacles.values() for item in items})
        moved = complaints - stuck
        for stage, group in self._get_targets(moved).items():
            group.write(self._prepare_move_vals(stage))
        self.write({"moved_count": self.moved_count + len(moved), "complaint_ids": [Command.set(stuck.ids)]})
        if not stuck:
            return {"type": "ir.actions.act_window_close", "infos": {"moved": True}}
        self._refresh_lines(obstacles)
        return self._show()

    def action_refresh(self):
        """Look again what is missing, after something was done elsewhere."""
        self.ensure_one()
        self._refresh_lines()
        return self._show()

    def _prepare_move_vals(self, stage):
        vals = {"stage_id": stage.id}
        name = stage._get_facts()[stage.id]["reason"]
        if name:
            reason = self.reason_id if name == "waiting_reason_id" else self.ending_reason_id
            vals.update({name: reason.id, "stage_note": self.note})
        return vals

    def _fill_in(self, complaints):
        """Write what was given in the dialog to the complaints. Override to do so."""

    def _get_empty_names(self):
        """Return the names of the complaint's fields that are asked for in the dialog. Override to do so."""
        return []

    def _get_targets(self, complaints):
        """Return {stage: complaints}: each team has its own stage for the one that was chosen."""
        targets = {}
        for team, group in complaints.grouped("team_id").items():
            stage = self.stage_id._get_counterpart(team) or self.stage_id
            targets[stage] = targets.get(stage, complaints.browse()) + group
        return targets

    def _get_obstacles(self, complaints, offered=()):
        """Return {stage: [Missing]}.

        :param offered: {field: value} of what else will be given
        """
        return {
            stage: group._get_obstacles(stage, {**self._prepare_move_vals(stage), **dict(offered)})
            for stage, group in self._get_targets(complaints).items()
        }

    def _refresh_lines(self, obstacles=None):
        """Write down what is missing; lines are the program's, so that buttons do what it offers.

        :param obstacles: as of ``_get_obstacles``, else all but what can be given in the dialog
        """
        if not self.stage_id:
            return
        if obstacles is None:
            names = ("waiting_reason_id", "ending_reason_id", *self._get_empty_names())
            offered = dict.fromkeys(names, True)
            obstacles = self._get_obstacles(self.complaint_ids, offered)
        items = [item for missing in obstacles.values() for item in missing]
        self.line_ids.sudo().unlink()
        self.line_ids.sudo().create(
            [
                {
                    "move_id": self.id,
                    "complaint_id": item.complaint.id,
                    "text": item.text[:1].upper() + item.text[1:],
                    "action": item.action,
                }
                for item in items[:LINES]
            ]
        )


class CustomerComplaintMoveLine(models.TransientModel):
    """Something that is missing before a move."""

    _name = "customer.complaint.move.line"
    _description = "Missing before a Move"

    move_id = fields.Many2one("customer.complaint.move", required=True, ondelete="cascade")
    complaint_id = fields.Many2one("customer.complaint", required=True, ondelete="cascade")
    text = fields.Char(string="What is Missing", required=True)
    action = fields.Char()

    def action_help(self):
        """Do or open what helps, with the rights of the user; then look again what is missing."""
        self.ensure_one()
        complaint = self.complaint_id
        name = self.action or "action_open"
        get_public_method(complaint, name)
        result = getattr(complaint, name)()
        return result if isinstance(result, dict) else self.move_id.action_refresh()
