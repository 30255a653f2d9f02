from odoo import api, fields, models
from odoo.addons.customer_care.tools.answers import RELOAD, notify
from odoo.exceptions import AccessError, UserError

from .customer_complaint_stage import DONE_PHASES, OPEN_PHASES


class CustomerComplaint(models.Model):
    """A wrong move is taken back: of one complaint in its form, of many in the list.

    It is for whoever made the move, the team's leader and its service manager. A complaint that is done is
    brought back by reopening, which asks for the reason. The history keeps both moves.
    """

    _inherit = "customer.complaint"

    can_go_back = fields.Boolean(compute="_compute_can_go_back")

    @api.depends("stage_id", "team_id")
    def _compute_can_go_back(self):
        """Offer to take the last move back wherever a complaint cannot be at its very beginning."""
        for complaint in self:
            first = complaint.stage_id._get_first(complaint.team_id)
            is_ended = complaint.stage_id._get_phase() in ("resolved", "cancelled")
            complaint.can_go_back = complaint.stage_id != first and not is_ended

    def action_back(self):
        """Take the last move back, or return the dialog that reopens.

        :raises UserError: when there is no stage to go back to
        :raises AccessError: when the move was somebody else's
        """
        self.ensure_one()
        self.check_access("write")
        last, previous = self._get_last_moves()
        if previous and self._is_reopened_by(previous):
            return self.action_reopen()
        error = self._get_back_error(last, previous)
        if error:
            raise error
        self._step_back(previous)
        return True

    def action_back_many(self):
        """Take the last move of each of the complaints back; those that cannot stay and are named with the reason.

        :raises UserError: when none of them can go back
        """
        self.check_access("write")
        going, staying = {}, []
        for complaint in self:
            last, previous = complaint._get_last_moves()
            error = complaint._get_back_error(last, previous)
            if not error and complaint._is_reopened_by(previous):
                error = UserError(self.env._("It is done; reopen it and give the reason."))
            if error:
                staying.append(f"- {complaint.display_name}: {error}")
            else:
                key = previous, complaint._get_reasons_in(previous)
                going[key] = going.get(key, self.browse()) + complaint
        if not going:
            raise UserError(self.env._("None can go back:\n%(reasons)s", reasons="\n".join(staying)))
        for (stage, _reasons), complaints in going.items():
            complaints._step_back(stage)
        count = sum(map(len, going.values()))
        lines = [self.env._("%(count)s complaints are back in their previous stage.", count=count), *staying]
        return notify("\n".join(lines), "warning" if staying else "success", RELOAD, sticky=bool(staying))

    def _is_reopened_by(self, stage):
        """Return whether a move to the stage would silently open a complaint that is done."""
        return self.phase in DONE_PHASES and stage._get_phase() in OPEN_PHASES

    def _get_back_error(self, last, previous):
        """Return the exception that says why the user cannot take the last move back, None when he can.

        :param last, previous: as of ``_get_last_moves``
        """
        if not previous:
            return UserError(self.env._("The complaint has been in no other stage."))
        if self.env.uid != last.user_id.id and self._get_roles().isdisjoint(("leader", "manager")):
            return AccessError(
                self.env._(
                    "Only who made the last move, the team leader and the service manager take it back."
                )
            )
        return None

    def _step_back(self, stage):
        """Write the stage that complaints come back to, and why they were there: the same for all of them.

        As superuser: the rules were kept when they first came there; rights are checked by the caller.
        """
        waiting, ending, note = self[:1]._get_reasons_in(stage)
        self.sudo().write(
            {
                "stage_id": stage.id,
                "waiting_reason_id": waiting.id,
                "ending_reason_id": ending.id,
                "stage_note": note,
            }
        )

    def _get_last_moves(self):
        """Return (last row of the history, stage before the present one), both may be empty."""
        rows = self.sudo().stage_history_ids.sorted(lambda row: (row.datetime, row.id), reverse=True)
        previous = next(
            (row.stage_id for row in rows if row.stage_id != self.stage_id), self.stage_id.browse()
        )
        return rows[:1], previous

    def _get_reasons_in(self, stage):
        """Return why the complaint was in ``stage`` the last time, each may be empty.

        :return: (waiting reason, ending reason, note)
        """
        rows = self.sudo().stage_history_ids.filtered(lambda row: row.stage_id == stage)
        row = rows.sorted("id")[-1:]
        return row.reason_id, row.ending_reason_id, row.note
