from dataclasses import replace

from odoo import models
from odoo.addons.customer_care.tools.worktime import WorkTime

from ..tools import clock
from .customer_complaint_clock import Question
from .customer_complaint_escalation_log import ACTIVITY

# A change of one of these moves the levels of escalation.
MOVING_FIELDS = {"state", "deadline", "handed_datetime", "complaint_id"}


class CustomerComplaintTask(models.Model):
    """What happens to a task moves or ends its escalation."""

    _inherit = "customer.complaint.task"

    def write(self, vals):
        origins = {task.id: task.complaint_id for task in self} if "complaint_id" in vals else {}
        result = super().write(vals)
        if not MOVING_FIELDS.isdisjoint(vals):
            tasks = self.sudo()
            tasks._take_logs_along(origins)
            tasks.filtered(lambda task: task.state != "open")._settle_escalations()
            complaints = tasks.complaint_id
            for origin in origins.values():
                complaints |= origin.sudo()
            complaints._follow_tasks()
        return result

    def _say_target(self, name):
        """Return the name of a time limit, with that of the task if it is one's; of no task the name alone."""
        return f"{name}: {self.name}" if self else name

    def _settle_escalations(self):
        """Take back what is still asked of people for the tasks. As superuser."""
        Log = self.env["customer.complaint.escalation.log"]
        logs = Log.search([("task_id", "in", self.ids), ("state", "=", "open")])
        if logs:
            logs.write({"state": "settled"})
            logs.complaint_id._after_settling()

    def _take_logs_along(self, origins):
        """Keep what was told of tasks that go to another complaint, as when complaints are merged.

        :param origins: {task id: complaint of before}
        """
        Log = self.env["customer.complaint.escalation.log"]
        for task in self.filtered(lambda task: origins.get(task.id, task.complaint_id) != task.complaint_id):
            task._settle_escalations()
            shift = task.complaint_id.escalation_round - origins[task.id].sudo().escalation_round
            for log in Log.search([("task_id", "=", task.id)]):
                log.write({"complaint_id": task.complaint_id.id, "round": log.round + shift})

    def _get_time(self, calendar, opening, now):
        """Return the time limit of a task in work, in the form of ``_compute_results`` of the clocks.

        Working time is counted, or time by day and night when the time limit is one of calendar days or no working
        time lies before the deadline.

        :param opening: WorkTime of the calendar
        """
        self.ensure_one()
        limit = self._get_limit()
        start = self.handed_datetime
        worktime = WorkTime.ALWAYS if limit and limit[1] == "calendar_days" else opening
        seconds = worktime.between(start, self.deadline)
        if not seconds and self.deadline > start:
            worktime = WorkTime.ALWAYS
            seconds = worktime.between(start, self.deadline)
        result = clock.compute(start, (), seconds, worktime, now)
        return {
            "line": limit,
            "question": Question(calendar, self.complaint_id.company_id, seconds, False, start, (), ()),
            "worktime": worktime,
            "opening": opening,
            "result": replace(result, deadline=self.deadline, breach=None),
        }


class CustomerComplaint(models.Model):
    _inherit = "customer.complaint"

    def _follow_tasks(self):
        """Note which complaints have tasks in work, and look ahead anew. As superuser."""
        groups = self.env["customer.complaint.task"]._read_group(
            [("complaint_id", "in", self.ids), ("state", "=", "open")], ["complaint_id"]
        )
        having = self.browse([complaint.id for (complaint,) in groups])
        for flag, complaints in ((True, having), (False, self - having)):
            changed = complaints.filtered(lambda complaint, flag=flag: complaint.has_open_tasks != flag)
            changed._write_dates({"has_open_tasks": flag})
        if self.env["customer.complaint.escalation"]._get_rules():
            self._store_next_escalations(self.env["customer.complaint.clock"]._compute_results(self))

    def _after_settling(self):
        """Take the to-dos back where nothing waits to be acknowledged any more. As superuser."""
        done = (
            self.filtered(lambda one: one.escalation_state == "open")
            - self._get_open_escalations().complaint_id
        )
        if not done:
            return
        logs = self.env["customer.complaint.escalation.log"].search(
            [("complaint_id", "in", done.ids), ("state", "=", "acknowledged")]
        )
        known = logs.filtered(lambda log: log.round >= log.complaint_id.escalation_round).complaint_id
        known._write_dates({"escalation_state": "acknowledged"})
        (done - known)._write_dates({"escalation_state": "over"})
        done.activity_unlink([ACTIVITY])
