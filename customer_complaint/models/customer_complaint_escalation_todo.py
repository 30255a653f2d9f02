from datetime import timedelta

from odoo import fields, models


class CustomerComplaintEscalationLog(models.Model):
    """A level can give one person something to do, beside telling people."""

    _inherit = "customer.complaint.escalation.log"

    def _plan_todos(self, level, directory):
        """Create the to-do of a level on the complaint of each log, as superuser.

        :param directory: the ``Directory`` of this job
        """
        today = fields.Date.context_today(self)
        vals_list = []
        for log in self:
            user_id = log._find_todo_user(level, directory)
            if not user_id:
                continue
            words = level.with_context(lang=self.env["res.users"].browse(user_id).lang)
            parts = [words.todo_summary, log.task_id.name]
            vals_list.append(
                {
                    "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
                    "res_model_id": self.env["ir.model"]._get_id("customer.complaint"),
                    "res_id": log.complaint_id.id,
                    "user_id": user_id,
                    "summary": ": ".join(filter(None, parts))[:200],
                    "date_deadline": today + timedelta(days=level.todo_days),
                    "automated": True,
                }
            )
        quiet = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True, complaint_no_subscription=True
        )
        quiet.create(vals_list)

    def _find_todo_user(self, level, directory):
        """Return the id of who gets the to-do, False when nobody is there who may read the complaint."""
        role, task = level.todo_for, self.task_id
        if role in ("doer", "department") and not task:
            role = "handler"
        if role == "user":
            found = self.complaint_id._find_present(role, level.todo_user_id, directory, [])
            role = "handler"
            if found:
                return found[0]
        return next(iter(self.complaint_id._find_role(role, directory, task, [])), False)
