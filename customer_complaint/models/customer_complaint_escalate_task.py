from datetime import timedelta

from odoo import fields, models
from odoo.tools.sql import column_exists, table_exists

from .customer_complaint_policy_line import TASK_TARGET
from .customer_complaint_stage import OPEN_PHASES

# Working time is read so far beyond the last deadline; a level further away is looked for again later.
AHEAD = timedelta(days=62)


class CustomerComplaint(models.Model):
    """Department tasks that run late are escalated like the time limits of their complaint.

    A task counts from its handing over to its deadline, whoever set that, and is never paused: a department works
    while the customer is waited for. ``has_open_tasks`` spares all complaints without tasks the question.
    """

    _inherit = "customer.complaint"

    has_open_tasks = fields.Boolean(readonly=True, copy=False, groups="base.group_user")

    def _auto_init(self):
        """Note which complaints of before have tasks in work."""
        cr = self.env.cr
        is_new = table_exists(cr, "customer_complaint_task") and not column_exists(
            cr, self._table, "has_open_tasks"
        )
        result = super()._auto_init()
        if is_new:
            cr.execute(
                "UPDATE customer_complaint SET has_open_tasks = TRUE"
                " WHERE id IN (SELECT complaint_id FROM customer_complaint_task WHERE state = 'open')"
            )
        return result

    def _get_escalation_rows(self, results):
        rows = super()._get_escalation_rows(results)
        having = self.filtered("has_open_tasks")
        if not having or not self.env["customer.complaint.escalation"]._is_watching(TASK_TARGET):
            return rows
        return {**rows, **having._get_task_rows()}

    def _get_escalation_round(self, task_id):
        """Let all levels of a task follow again when it is handed over anew, or its complaint begins anew."""
        number = super()._get_escalation_round(task_id)
        return number + self.env["customer.complaint.task"].browse(task_id or ()).reopen_count

    def _get_task_rows(self):
        """Return {(complaint id, target, task id): entry} of the tasks in work, as superuser."""
        Task = self.env["customer.complaint.task"]
        tasks = Task.search(
            [("complaint_id", "in", self.ids), ("state", "=", "open"), ("deadline", "!=", False)], order="id"
        ).filtered(lambda task: task.complaint_id.stage_id._get_phase() in OPEN_PHASES)
        if not tasks:
            return {}
        now = fields.Datetime.now()
        first = min(tasks.mapped("handed_datetime")).date().replace(day=1) - timedelta(days=1)
        last = (max(now, *tasks.mapped("deadline")) + AHEAD).date().replace(day=1)
        calendars = self.env["customer.complaint.clock"]._get_calendars(tasks.complaint_id)
        rows = {}
        for task in tasks:
            complaint = task.complaint_id
            calendar = calendars[complaint.team_id, complaint.company_id]
            opening = calendar._get_complaint_worktime(complaint.company_id.id, first, last)
            rows[complaint.id, TASK_TARGET, task.id] = task._get_time(calendar, opening, now)
        return rows
