from odoo import api, models
from odoo.exceptions import RedirectWarning, ValidationError

from .customer_complaint_stage import DONE_PHASES


class CustomerComplaintStage(models.Model):
    """No stage goes while complaints are in it, and none without which nobody could close one."""

    _inherit = "customer.complaint.stage"

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self._check_left()
        if "phase" in vals:
            self._check_meaning(vals["phase"])
        if {"active", "phase", "team_ids"}.isdisjoint(vals):
            return super().write(vals)
        before = self._get_teams_without("closed")
        result = super().write(vals)
        self._check_closing_stage_left(before)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_occupied(self):
        self._check_left()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_last_closing(self):
        self._check_closing_stage_left(self._get_teams_without("closed"), without=self)

    def action_archive(self):
        """Archive the stages; ask where complaints that are still in them shall go."""
        if not self._count_complaints():
            return super().action_archive()
        self.check_access("write")
        return self._prepare_archive_action()

    def _count_complaints(self):
        """Return {stage: number of complaints in it}, without those that have none."""
        return self.env["customer.complaint"]._count_uses(self, "stage_id")

    def _check_left(self):
        """See that no complaint is in the stages any more.

        :raises RedirectWarning: else, with the dialog that moves them
        """
        counts = self._count_complaints()
        if counts:
            text = self.env._(
                "Complaints are still in these stages. Once they are moved, the stages can be archived:"
            )
            text = f"{text}\n{self.env['customer.complaint']._list_uses(counts)}"
            raise RedirectWarning(text, self._prepare_archive_action(), self.env._("Move Them to…"))

    def _check_meaning(self, phase):
        """See that no complaint is done, or not any more, because its stage means something else from now on.

        :raises ValidationError: naming the stages that complaints are in
        """
        changed = self.filtered(
            lambda stage: stage.phase != phase and not {stage.phase, phase}.isdisjoint(DONE_PHASES)
        )
        counts = changed._count_complaints()
        if counts:
            text = self.env._(
                "Complaints would be done, or open again, without having been moved. Move them out of these stages "
                "before you change what the stages mean:"
            )
            text = f"{text}\n{self.env['customer.complaint']._list_uses(counts)}"
            raise ValidationError(text)

    def _prepare_archive_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Archive Stages"),
            "res_model": "customer.complaint.stage.archive",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_stage_ids": self.ids},
        }

    def _check_closing_stage_left(self, before, without=()):
        """See that no team, nor complaints without team, lose their last stage that closes.

        Those that had none before can go on being set up.

        :param before: as of ``_get_teams_without``, before the change
        :param without: stages that are about to go
        :raises ValidationError: when one has lost it
        """
        lost = self._get_teams_without("closed", without) - before
        if lost:
            raise ValidationError(
                self.env._(
                    "No stage would be left that closes complaints: %(teams)s",
                    teams=self._get_team_names(lost),
                )
            )
