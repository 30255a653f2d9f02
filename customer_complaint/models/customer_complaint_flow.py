from typing import NamedTuple

from markupsafe import Markup
from odoo import api, fields, models
from odoo.addons.customer_care.tools.insert import insert
from odoo.exceptions import AccessError, UserError, ValidationError

from .customer_complaint_stage import DONE_PHASES, ENDED_PHASES


class Missing(NamedTuple):
    """What keeps a complaint out of a stage, and the method of the complaint that helps (None: none)."""

    complaint: models.Model
    text: str
    action: str | None = None


class CustomerComplaint(models.Model):
    """What a change of stage means: gates, dates, history, timeline, callbacks, reopening."""

    _inherit = "customer.complaint"

    def action_reopen(self, reason=None):
        """Reopen resolved, closed or cancelled complaints.

        Without a reason, as from the button, ask for it. Dates are reset, the reopening is counted, the
        history stays and the time limits go on with what was left.

        :raises UserError: when one of the complaints is open
        """
        self.check_access("write")
        reason = str(reason or "").strip()
        if not reason:
            return {
                **self.env["ir.actions.act_window"]._for_xml_id(
                    "customer_complaint.customer_complaint_reopen_action"
                ),
                "context": {"default_complaint_ids": self.ids},
            }
        return self._reopen(reason)

    def action_mark_responded(self):
        """Note that the customer was answered by another way than a message from here, e.g. by phone."""
        self.check_access("write")
        missing = self.filtered(lambda complaint: not complaint.responded_datetime)
        missing._set_informed(fields.Datetime.now())
        body = self.env._("The customer was answered.")
        missing._message_log_batch(bodies=dict.fromkeys(missing.ids, body))

    def _reopen(self, reason):
        """Reopen the complaints and log the reason, without a check of rights."""
        if self.filtered(lambda complaint: complaint.stage_id._get_phase() not in DONE_PHASES):
            raise UserError(self.env._("Only resolved, closed or cancelled complaints can be reopened."))
        body = Markup("<p>%s</p><p>%s</p>") % (self.env._("Reopened:"), reason)
        for team, complaints in self.grouped("team_id").items():
            stage = self.env["customer.complaint.stage"]._get_first(team)
            if not stage:
                raise UserError(self.env._("There is no open stage to which the complaint could go back."))
            complaints.sudo().write({"stage_id": stage.id})
        self._message_log_batch(bodies=dict.fromkeys(self.ids, body))
        self._notify_reopened(reason)
        return True

    def _notify_reopened(self, reason):
        """Give the handlers a to-do, unless they reopened the complaint themselves."""
        silent = self.sudo().with_context(mail_activity_quick_update=True)
        for user, complaints in silent.grouped("user_id").items():
            if user and user != self.env.user:
                summary = self.with_context(lang=user.lang).env._("Reopened: %(reason)s", reason=reason)
                complaints.activity_schedule(
                    "mail.mail_activity_data_todo", user_id=user.id, summary=summary[:200]
                )

    # Change of stage

    def _after_create(self):
        """Do what belongs to new complaints: history, dates of their phase, time limits, timeline."""
        complaints = self.sudo()
        rows = [
            complaint._prepare_stage_history_vals(complaint.received_datetime) for complaint in complaints
        ]
        insert(self.env["customer.complaint.stage.history"].sudo(), rows)
        for stage, group in complaints.grouped("stage_id").items():
            if stage._get_phase() in DONE_PHASES:
                group._check_entry(stage)
                group._write_phase_dates(stage._get_phase(), fields.Datetime.now())
        self.env["customer.complaint.clock"].sudo()._store_first(complaints)
        complaints._care_log("complaint_received")

    def _before_stage_change(self, stage_id):
        """Check the move and return {complaint: previous stage} of those that really move."""
        stage = self.env["customer.complaint.stage"].browse(stage_id)
        if stage_id not in stage._get_facts():
            raise ValidationError(self.env._("A complaint must be in a stage."))
        phase = stage._get_phase()
        self.check_access("write")
        moving = self.sudo().filtered(lambda complaint: complaint.stage_id != stage)
        if phase not in DONE_PHASES and not self.env.su:
            done = moving.filtered(lambda complaint: complaint.stage_id._get_phase() in DONE_PHASES)
            if done:
                raise UserError(
                    self.env._(
                        "Use “Reopen” and give the reason: %(complaints)s",
                        complaints=", ".join(done.mapped("display_name")),
                    )
                )
        moving._check_entry(stage)
        return {complaint: complaint.stage_id for complaint in moving}

    def _get_missing(self, stage):
        """Return [:class:`Missing`] before an entry into ``stage``. Override to ask for more.

        What is asked here holds for the program too; rules for people are in ``_get_refusals``.
        """
        phase = stage._get_phase()
        if phase not in ("resolved", "closed") and not stage._get_facts()[stage.id]["needs_approvals_done"]:
            return []
        texts = {
            "draft": self.env._("the compensation “%(name)s” is not decided"),
            "pending": self.env._("the compensation “%(name)s” waits for approval"),
            "approved": self.env._("the approved compensation “%(name)s” is not executed"),
        }
        if phase != "closed":
            del texts["approved"]
        return [
            Missing(
                compensation.complaint_id,
                texts[compensation.approval_state] % {"name": compensation.display_name},
                "action_view_compensations",
            )
            for compensation in self.sudo().compensation_ids
            if compensation.state == "proposed" and compensation.approval_state in texts
        ]

    def _after_stage_change(self, previous):
        """Append to the history, set the dates of the phase, tell timeline, callbacks and hooks.

        :param previous: {complaint: stage before}
        """
        now = fields.Datetime.now()
        moved = self.sudo().browse([complaint.id for complaint in previous])
        if not moved:
            return
        self.env["customer.complaint.stage.history"]._append(
            [complaint._prepare_stage_history_vals(now) for complaint in moved]
        )
        before = {complaint.id: stage._get_phase() for complaint, stage in previous.items()}
        for phase, complaints in moved.grouped(lambda complaint: complaint.stage_id._get_phase()).items():
            changed = complaints.filtered(lambda complaint, phase=phase: before[complaint.id] != phase)
            reopened = changed.filtered(
                lambda complaint: (
                    before[complaint.id] in DONE_PHASES and complaint.stage_id._get_phase() not in DONE_PHASES
                )
            )
            reopened._count_reopening()
            changed._write_phase_dates(phase, now)
            complaints._write_dates({"stage_datetime": now})
            changed._on_phase(phase, reopened)

    def _prepare_stage_history_vals(self, moment):
        """Return one row of the stage history; the meaning of the stage is frozen in it."""
        self.ensure_one()
        facts = self.stage_id._get_facts()[self.stage_id.id]
        return {
            "complaint_id": self.id,
            "stage_id": self.stage_id.id,
            "phase": facts["phase"],
            "clock_effect": facts["clock_effect"],
            "is_solution": facts["is_solution"],
            "target_effects": facts["target_effects"],
            "datetime": moment,
            "user_id": self.env.uid,
        }

    def _write_phase_dates(self, phase, now):
        """Set when the complaints were resolved and closed, and take it back when they are not any more."""
        if phase == "resolved":
            self._write_dates({"resolved_datetime": now, "closed_datetime": False})
        elif phase in ENDED_PHASES:
            if phase == "closed":
                self.filtered(lambda complaint: not complaint.resolved_datetime)._write_dates(
                    {"resolved_datetime": now}
                )
            self._write_dates({"closed_datetime": now})
        else:
            self.filtered(
                lambda complaint: complaint.resolved_datetime or complaint.closed_datetime
            )._write_dates({"resolved_datetime": False, "closed_datetime": False})

    def _count_reopening(self):
        for count, complaints in self.grouped("reopen_count").items():
            complaints._write_dates({"reopen_count": count + 1})

    def _write_dates(self, vals):
        """Write fields that only the program sets, as stored computed fields are: nothing else follows."""
        for name, value in vals.items():
            self._fields[name].write(self, value)
        self.modified(vals)

    def _on_phase(self, phase, reopened):
        """Tell timeline, callbacks and hooks that the complaints have come into ``phase``."""
        if not self:
            return
        self._escalate_on_phase(phase, reopened)
        if phase in ENDED_PHASES:
            self._complaint_on_ended()
        if reopened:
            reopened._care_log("complaint_reopened")
            reopened._complaint_on_reopened()
        if phase == "resolved":
            self._care_log("complaint_resolved")
            self._complaint_on_resolved()
        elif phase == "closed":
            self._care_log("complaint_closed")
            self._complaint_on_closed()
        elif phase == "cancelled":
            self._care_log("complaint_cancelled")

    # Hooks

    def _complaint_on_resolved(self):
        """Act on complaints that were resolved; called on a recordset as superuser, after the change."""
        self._plan_follow_up("complaint_resolved")

    def _complaint_on_closed(self):
        """Act on complaints that were closed; called on a recordset as superuser, after the change."""

    def _complaint_on_ended(self):
        """Take back what is still asked of people with complaints that were closed or cancelled.

        Called on a recordset as superuser, after the change, before ``_complaint_on_closed``.
        """

    def _plan_follow_up(self, trigger):
        """Plan the calls of the rules of a trigger, once for each resolution or closing. Override to leave some out."""
        for count, complaints in self.grouped("reopen_count").items():
            self.env["customer.callback.rule"]._plan(trigger, complaints, cause=str(count))

    def _complaint_on_reopened(self):
        """Act on complaints that were reopened; called on a recordset as superuser, after the change."""

    def _care_callback_done(self, callback):
        """Reopen the complaint when the customer, called afterwards, is not content."""
        result = super()._care_callback_done(callback)
        complaint = self.sudo()
        if (
            callback.state == "done"
            and callback.outcome == "reached"
            and complaint.stage_id._get_phase() in ("resolved", "closed")
            and complaint._is_dissatisfied(callback)
        ):
            complaint._reopen_by_call(
                self.env._(
                    "The customer is not content (callback on %(date)s, satisfaction %(value)s).",
                    date=fields.Date.to_string(fields.Date.context_today(self)),
                    value=callback.satisfaction or "-",
                )
            )
        return result

    def _reopen_by_call(self, reason):
        """Reopen the complaint (singleton, as superuser) whose customer was not content in a call."""
        return self._reopen(reason)

    def _is_dissatisfied(self, callback):
        """Return whether the answer of a callback asks for another handling. Override for another rule."""
        self.ensure_one()
        limit = self.company_id.care_low_satisfaction
        return callback.problem_solved == "no" or 0 < callback.satisfaction <= limit

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        """Leave deleting to the superuser and administrators of the customer care."""
        if not self.env.su and not self.env.user.has_group("customer_care.group_care_admin"):
            raise AccessError(self.env._("Complaints are archived, not deleted."))
