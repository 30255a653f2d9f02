from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_care.tools.insert import insert
from odoo.exceptions import AccessError, UserError

from ..tools.clock import HOUR
from .customer_complaint_stage import CLOCK_EFFECTS, PHASES


class CustomerComplaintStageHistory(models.Model):
    """What happened to a complaint's stage, append-only; the meaning of the stage is frozen in each row."""

    _name = "customer.complaint.stage.history"
    _description = "Complaint Stage History"
    _order = "datetime desc, id desc"
    _rec_name = "stage_id"
    # Who and when is in the row itself.
    _log_access = False

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id")
    stage_id = fields.Many2one("customer.complaint.stage", required=True, readonly=True, ondelete="restrict")
    phase = fields.Selection(PHASES, required=True, readonly=True)
    clock_effect = fields.Selection(CLOCK_EFFECTS, string="Time Limits", required=True, readonly=True)
    target_effects = fields.Char(
        string="Effects on Single Time Limits",
        readonly=True,
        help="What the stage did to single time limits otherwise than to all, as it was then.",
    )
    is_solution = fields.Boolean(string="Solution Proposed", readonly=True)
    datetime = fields.Datetime(string="On", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    reason_id = fields.Many2one(
        "customer.complaint.waiting.reason", string="Waiting Reason", readonly=True, ondelete="restrict"
    )
    ending_reason_id = fields.Many2one(
        "customer.complaint.ending.reason", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    waits_for = fields.Selection(related="reason_id.waits_for", string="Waiting for")
    note = fields.Char(readonly=True)
    working_hours = fields.Float(
        compute="_compute_working_hours",
        compute_sudo=True,
        help="Working time of the team from this entry to the next one, or until now.",
    )

    @api.depends("complaint_id", "datetime")
    def _compute_working_hours(self):
        """Take the spans of whole complaints: an entry ends with the next one."""
        saved = self.filtered("id")
        (self - saved).working_hours = 0.0
        complaints = saved.complaint_id
        spans = self._get_spans(complaints)
        calendars = self.env["customer.complaint.clock"]._get_calendars(complaints)
        for complaint, rows in saved.grouped("complaint_id").items():
            company = complaint.company_id
            calendar = calendars[complaint.team_id, company]
            begin = min(spans[row.id][0] for row in rows)
            end = max(spans[row.id][1] for row in rows)
            # Whole months, so that the cache is hit.
            first = begin.date().replace(day=1)
            last = (end.date().replace(day=1) + timedelta(days=32)).replace(day=1)
            worktime = calendar._get_complaint_worktime(company.id, first, last)
            for row in rows:
                row.working_hours = worktime.between(*spans[row.id]) / HOUR

    @api.model
    def _get_spans(self, complaints):
        """Return {row id: (entry, next entry or now)} of the complaints."""
        rows = self.search_fetch([("complaint_id", "in", complaints.ids)], ["complaint_id", "datetime"])
        now = fields.Datetime.now()
        spans, later = {}, {}
        for row in rows:
            spans[row.id] = (row.datetime, later.get(row.complaint_id, max(now, row.datetime)))
            later[row.complaint_id] = row.datetime
        return spans

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("The stage history is written by the program alone."))
        return super().create(vals_list)

    def write(self, vals):
        if vals:
            raise AccessError(self.env._("The stage history cannot be changed."))
        return super().write(vals)

    @api.model
    def _append(self, vals_list):
        """Append rows in one batch, as superuser; all values are given.

        :param vals_list: as of ``_prepare_stage_history_vals``
        """
        rows = insert(self.sudo(), vals_list)
        complaints = self.env["customer.complaint"].browse([vals["complaint_id"] for vals in vals_list])
        complaints.invalidate_recordset(["stage_history_ids"], flush=False)
        complaints.modified(["stage_history_ids"])
        return rows

    @api.model
    def _check_unused(self, name, reasons):
        """Refuse to delete reasons that the history names in the field ``name``.

        :raises UserError:
        """
        used = self.sudo()._read_group([(name, "in", reasons.ids)], [name])
        if used:
            raise UserError(
                self.env._(
                    "These reasons have been used and can only be archived: %(reasons)s",
                    reasons=", ".join(reason.display_name for (reason,) in used),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_superuser(self):
        if not self.env.su:
            raise AccessError(self.env._("The stage history cannot be deleted."))
