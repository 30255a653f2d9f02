from datetime import datetime, time

import pytz
from odoo import api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

TODO = "mail.mail_activity_data_todo"


class CustomerComplaintMeasure(models.Model):
    """Work on countermeasures: their owners get to-dos, note what they did, and are reminded once when late."""

    _inherit = "customer.complaint.measure"

    def action_done(self):
        """Note that the countermeasures are carried out: what the owner, or who works on the complaint, does.

        :raises AccessError: for others
        :raises UserError: before the plan is approved, twice, or without result and evidence
        """
        self.check_access("read")
        if not self.env.su and any(measure.user_id != self.env.user for measure in self):
            self.complaint_id.check_access("write")
        measures = self.sudo()
        if any(measure.state != "open" or measure.plan_id.state != "approved" for measure in measures):
            raise UserError(self.env._("Only open countermeasures of an approved plan can be done."))
        bare = measures.filtered(
            lambda measure: not (measure.result or "").strip() and not measure.evidence_ids
        )
        if bare:
            raise UserError(
                self.env._(
                    "Say what was done, or attach the evidence: %(names)s",
                    names=", ".join(bare.mapped("name")),
                )
            )
        measures.write(
            {
                "state": "done",
                "done_date": fields.Date.context_today(self),
                "done_by_id": self.env.uid,
            }
        )
        measures.activity_feedback([TODO])
        measures.plan_id._finish()

    def action_reopen(self):
        """Take back that the countermeasures are done, while their plan is not."""
        self.check_access("write")
        self.complaint_id.check_access("write")
        if any(measure.state != "done" or measure.plan_id.state != "approved" for measure in self):
            raise UserError(self.env._("Only what is done in an approved plan can be opened again."))
        measures = self.sudo()
        measures.write({"state": "open", "done_date": False, "done_by_id": False})
        measures._schedule()

    def action_open(self):
        """Open the countermeasure with its evidence."""
        self.ensure_one()
        return self._get_records_action(name=self.name)

    def action_make_task(self):
        """Open the department task that does the countermeasure, or draft one to hand over.

        :raises UserError: before the plan is approved, or when it is done
        """
        self.ensure_one()
        self.check_access("read")
        if not self.task_id:
            self.complaint_id.check_access("write")
            if self.state != "open" or self.plan_state != "approved":
                raise UserError(
                    self.env._("Only open countermeasures of an approved plan are given to others.")
                )
            self.sudo().task_id = self.env["customer.complaint.task"].create(self._prepare_task_vals())
        return self.task_id._get_records_action(name=self.task_id.display_name)

    def _prepare_task_vals(self):
        self.ensure_one()
        zone = pytz.timezone(self.env.user.tz or "UTC")
        end = zone.localize(datetime.combine(self.date_deadline, time(18))).astimezone(pytz.utc)
        vals = {
            "complaint_id": self.complaint_id.id,
            "name": self.name,
            "deadline": end.replace(tzinfo=None),
        }
        if self.department_id:
            vals["department_id"] = self.department_id.id
        else:
            vals["user_id"] = self.user_id.id
        return vals

    def _cancel(self):
        """Give up open countermeasures (superuser)."""
        self.write({"state": "cancelled"})
        self.activity_unlink([TODO])

    def _copy_to(self, plan):
        """Copy the countermeasure (singleton, superuser) into another version, as far as it is done.

        The evidence stays where it was handed in and is shown in both.
        """
        self.ensure_one()
        vals = self.copy_data()[0]
        kept = {
            "plan_id": plan.id,
            "state": self.state,
            "result": self.result,
            "cost_actual": self.cost_actual,
            "done_date": self.done_date,
            "done_by_id": self.done_by_id.id,
            "reminded_datetime": self.reminded_datetime,
            "evidence_ids": [fields.Command.set(self.evidence_ids.ids)],
            "task_id": self.task_id.id,
        }
        return self.create({**vals, **kept})

    # To-dos

    def _schedule(self):
        """Give the owners of open countermeasures (superuser) one to-do each, dated when it is due."""
        for measure in self.filtered(
            lambda measure: measure.state == "open" and measure.plan_state == "approved"
        ):
            measure.activity_unlink([TODO])
            user = measure._get_worker()
            if user:
                measure.activity_schedule(
                    TODO, date_deadline=measure.date_deadline, user_id=user.id, summary=measure.name[:200]
                )

    def _reschedule(self):
        self._schedule()

    def _get_worker(self):
        """Return who gets the to-do (singleton, superuser): the owner, else the handler, who sees to it."""
        owner = self.user_id
        if owner.active and self.with_user(owner).has_access("read"):
            return owner
        return self.complaint_id.user_id.filtered("active")

    @api.model
    def _cron_remind(self, batch=100):
        """Remind the owners of what is overdue, once each, and tell the handlers."""
        domain = [
            ("state", "=", "open"),
            ("plan_id.state", "=", "approved"),
            ("date_deadline", "<", fields.Date.today()),
            ("reminded_datetime", "=", False),
        ]
        measures = self.sudo()
        self.env["ir.cron"]._commit_progress(remaining=measures.search_count(domain))
        work_in_batches(measures, domain, self.env.registry[self._name]._remind, batch)

    def _remind(self):
        self.write({"reminded_datetime": fields.Datetime.now()})
        for measure in self:
            handler = measure.complaint_id.user_id
            for user in (measure._get_worker() | handler).filtered("active"):
                env = measure.with_context(lang=user.lang).env
                measure.message_notify(
                    partner_ids=user.partner_id.ids,
                    subject=env._("Overdue: %(measure)s", measure=measure.name),
                    body=env._(
                        "The countermeasure %(measure)s of %(plan)s was to be done by %(date)s.",
                        measure=measure.name,
                        plan=measure.plan_id.display_name,
                        date=format_date(env, measure.date_deadline),
                    ),
                )
