from odoo import fields, models

from .customer_complaint_escalate import HIGHEST_RAISE
from .customer_complaint_escalate_people import Directory
from .customer_complaint_escalation_log import ACTIVITY


class CustomerComplaint(models.Model):
    """What a level of escalation does. All of it is in the transaction of its row in the log."""

    _inherit = "customer.complaint"

    def _fire_escalations(self, rows):
        """Log the rows and act on those that nobody logged before.

        :param rows: as of ``_prepare_escalation_vals`` with ``state``, and ``roles`` unless of a level
        """
        Level = self.env["customer.complaint.escalation.level"]
        directory = Directory(self)
        receivers, prepared = {}, []
        for row in rows:
            vals = dict(row)
            level, roles = Level.browse(vals["level_id"]), vals.pop("roles", None)
            is_open = vals["state"] == "open"
            found = None
            if is_open:
                complaint = self.browse(vals["complaint_id"])
                task = self.env["customer.complaint.task"].browse(vals["task_id"] or ())
                wanted = level._get_roles() if level else roles
                found = complaint._find_receivers(wanted, level.user_ids, directory, task)
                receivers[complaint.id, level.id, vals["target"], task.id] = found.user_ids
            vals["is_doer_told"] = bool(found and found.is_doer_told)
            vals["detours"] = [list(detour) for detour in found.detours] if found and found.detours else None
            vals["emails"] = level.emails if is_open and level else False
            vals["is_to_tell"] = is_open and (not level or level.is_mailed)
            prepared.append(vals)
        logs = self.env["customer.complaint.escalation.log"]._append(prepared, receivers)
        fired = logs.filtered(lambda log: log.state == "open")
        if fired:
            self._apply_escalations(fired, directory)
        return fired

    def _apply_escalations(self, logs, directory):
        """Do to the complaints what the levels say."""
        highest = {}
        for log in logs.sorted("level"):
            highest[log.complaint_id] = log.level
        for level, complaints in self.browse([c.id for c in highest]).grouped(highest.get).items():
            for before, group in complaints.grouped("escalation_level").items():
                group._write_dates({"escalation_level": max(level, before), "escalation_state": "open"})
        # Whoever handled it before is told too: the receivers are known already.
        for level, group in logs.grouped("level_id").items():
            if level.priority_steps:
                group.complaint_id._raise_priority(level.priority_steps)
            if level.reassign_to:
                group.complaint_id._escalate_reassign(level, directory)
            if level.todo_for:
                group._plan_todos(level, directory)
        self._note_escalations(logs.filtered(lambda log: not log.level_id or log.level_id.has_note))
        self._plan_escalation_activities(
            logs.filtered(lambda log: not log.level_id or log.level_id.has_activity)
        )
        logs.complaint_id._care_log("complaint_escalated")

    def _raise_priority(self, steps):
        """Raise the priority; the steps are kept beside what severity, urgency and grade give."""
        for before, complaints in self.grouped("priority_raise").items():
            complaints.write({"priority_raise": min(before + steps, HIGHEST_RAISE)})

    def _escalate_reassign(self, level, directory):
        """Hand the complaints over to the person whom the level names, if he is there and may read them."""
        for complaint in self:
            role = level.reassign_to
            people = (
                level.reassign_user_id
                if role == "user"
                else complaint._get_escalation_people(role, directory)
            )
            found = complaint._find_present(role, people, directory, [])
            if (
                found
                and complaint.user_id.id != found[0]
                and complaint.company_id in people.browse(found[0]).company_ids
            ):
                complaint.write({"user_id": found[0]})

    def _note_escalations(self, logs):
        """Write into the history of each complaint what was escalated to whom."""
        bodies = {}
        for log in logs:
            company_lang = log.complaint_id.company_id.partner_id.lang
            text = log.with_context(lang=company_lang)._get_text()
            bodies[log.complaint_id.id] = (
                f"{bodies[log.complaint_id.id]} {text}" if log.complaint_id.id in bodies else text
            )
        if bodies:
            self.browse(bodies)._message_log_batch(bodies=bodies)

    def _plan_escalation_activities(self, logs):
        """Give each person one activity for each complaint; messages are sent for all at once, later."""
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        model_id = self.env["ir.model"]._get_id(self._name)
        vals_list = {}
        for log in logs:
            for user in log.user_ids:
                texts = log.with_context(lang=user.lang)
                vals_list[log.complaint_id.id, user.id] = {
                    "activity_type_id": kind.id if kind else False,
                    "res_model_id": model_id,
                    "res_id": log.complaint_id.id,
                    "user_id": user.id,
                    "summary": texts.what,
                    "date_deadline": fields.Date.context_today(self),
                    "automated": True,
                }
        quiet = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True, complaint_no_subscription=True
        )
        quiet.create(list(vals_list.values()))

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Who is told of an escalation does not get all messages of the complaint from then on."""
        if self.env.su and self.env.context.get("complaint_no_subscription"):
            return True
        return super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)
