import pytz
from odoo import api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.addons.customer_care.tools.turns import take_turns
from odoo.addons.customer_care.tools.worktime import to_local
from odoo.exceptions import UserError

from .customer_complaint_clock import Question
from .customer_complaint_policy_line import TASK_TARGET


class CustomerComplaintTask(models.Model):
    """From handing over to the answer, and what is said when no answer comes."""

    _inherit = "customer.complaint.task"

    def action_hand_over(self):
        """Hand the tasks over: their time begins, and who does them is told.

        :raises UserError: when one is not a draft or returned, or nobody is named
        """
        self._check_writer()
        self._check_state(("draft", "returned"))
        tasks = self.sudo()
        nobody = tasks.filtered(lambda task: not task.user_id and not task._get_addressee_email())
        if nobody:
            raise UserError(
                self.env._(
                    "Please say who does it, a person or a mail address: %(tasks)s",
                    tasks=", ".join(nobody.mapped("name")),
                )
            )
        now = fields.Datetime.now()
        for task in tasks:
            again = task.state == "returned"
            task.write(
                {
                    "state": "open",
                    "handed_datetime": now,
                    "deadline": (task.deadline if task.deadline and task.deadline > now else False)
                    or task._get_limit_deadline(now),
                    "return_reason": False,
                    "reminded_datetime": False,
                    "reopen_count": task.reopen_count + again,
                }
            )
        tasks._tell_doer()
        tasks._log_on_complaint(lambda task: self.env._("Task for %(name)s: %(task)s", **task._get_words()))

    def action_done(self, result=None):
        """Note that the tasks are done; a result must have been written or be given as text."""
        self._check_doer()
        self._check_state(("open",))
        for task in self.sudo():
            if not result and not task._has_content(task.result):
                raise UserError(self.env._("Please write the result first: %(task)s", task=task.name))
        self._finish(result)

    def action_open_return(self):
        """Open the dialog that asks why the task is returned."""
        self.ensure_one()
        self._check_doer()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_task_return_action"
        )
        return {**action, "context": {"default_task_id": self.id}}

    def action_return(self, reason):
        """Give the tasks back to the handler of the complaint, with a reason.

        :raises UserError: without a reason, or when one is not in work
        """
        self._check_doer()
        self._check_state(("open",))
        reason = str(reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why the task is returned."))
        self._send_back(reason)

    def action_reopen(self):
        """Give done or cancelled tasks into work once more, with a new deadline."""
        self._check_writer()
        self._check_state(("done", "cancelled"))
        take_turns(self.complaint_id)
        now = fields.Datetime.now()
        for task in self.sudo():
            task.write(
                {
                    "state": "open",
                    "handed_datetime": now,
                    "done_datetime": False,
                    "done_by": False,
                    "reminded_datetime": False,
                    "deadline": task._get_limit_deadline(now),
                    "reopen_count": task.reopen_count + 1,
                }
            )
        self.sudo()._tell_doer()

    def action_cancel(self):
        """Drop the tasks."""
        self._check_writer()
        self._check_state(("draft", "open", "returned"))
        self.sudo().write({"state": "cancelled"})
        self.sudo()._end_activities()

    def _check_writer(self):
        """:raises AccessError: unless the user may write the complaints of the tasks"""
        self.check_access("write")
        self.complaint_id.check_access("write")

    def _check_doer(self):
        """:raises AccessError: unless the user does the tasks or may write their complaints"""
        others = self.sudo().filtered(lambda task: task.user_id != self.env.user)
        if others:
            others.with_env(self.env)._check_writer()

    def _check_state(self, states):
        wrong = self.sudo().filtered(lambda task: task.state not in states)
        if wrong:
            names = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "That is not possible for: %(tasks)s",
                    tasks=", ".join(f"{task.name} ({names[task.state]})" for task in wrong),
                )
            )

    # The answer, also from the page of the link: without a check of rights

    def _finish(self, result=None, name=None):
        """Note the answer and tell the handlers.

        :param str result: plain text, None to keep what is written
        :param str name: who answers, without a login
        """
        tasks = self.sudo()
        vals = {
            "state": "done",
            "done_datetime": fields.Datetime.now(),
            "done_by": name or self.env.user.name,
        }
        if result:
            vals["result"] = self._to_html(result)
        tasks.write(vals)
        tasks._end_activities()
        tasks._log_on_complaint(lambda task: self.env._("Done by %(name)s: %(task)s", **task._get_words()))
        tasks._tell_handler("done")

    def _send_back(self, reason):
        tasks = self.sudo()
        tasks.write({"state": "returned", "return_reason": reason})
        tasks._end_activities()
        tasks._log_on_complaint(
            lambda task: self.env._("Returned by %(name)s: %(task)s", **task._get_words())
        )
        tasks._tell_handler("returned")

    def _get_words(self):
        return {
            "name": self.department_id.name or self.user_id.name or self.email or "-",
            "task": self.name,
        }

    def _log_on_complaint(self, text):
        """Note in the thread of the complaints what happened to their tasks.

        :param text: function of a task
        """
        for task in self:
            task.complaint_id._message_log(body=text(task))

    def _end_activities(self):
        self.activity_unlink(["customer_complaint.mail_activity_type_task"])

    def _tell_handler(self, event):
        """Give the handler of the complaint, else the leader of its team, a to-do."""
        for task in self:
            complaint = task.complaint_id
            user = complaint._get_told_user()
            if not user.active or user == self.env.user:
                continue
            env = task.with_context(lang=user.lang).env
            summary = {
                "done": env._("The task is done: %(task)s", task=task.name),
                "returned": env._("The task was returned: %(task)s", task=task.name),
                "late": env._("The task is late: %(task)s", task=task.name),
            }[event]
            complaint.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo", user_id=user.id, summary=summary[:200]
            )

    def _tell_doer(self):
        """Give who sees the task an activity, others a mail with the link."""
        mailed = self.browse()
        for task in self:
            user = task.user_id
            if user and task.with_user(user).has_access("read"):
                zone = pytz.timezone(task._get_zone())
                deadline = task.deadline and to_local(task.deadline, zone).date()
                task.activity_schedule(
                    "customer_complaint.mail_activity_type_task",
                    user_id=user.id,
                    summary=task.name[:200],
                    date_deadline=deadline or fields.Date.context_today(task),
                )
            elif task._get_addressee_email():
                mailed |= task
        mailed._mail_link("customer_complaint.mail_template_complaint_task")

    # Deadlines

    def _get_limit(self):
        """Return (limit, unit) that the policy of the complaint gives a task (singleton), None without one."""
        _policy, limits = self.env["customer.complaint.policy"]._match(self.complaint_id.sudo())
        return next(((limit, unit) for target, limit, unit in limits if target == TASK_TARGET), None)

    def _get_limit_deadline(self, start):
        """Return the deadline of a task (singleton) handed over at ``start``; False when no time limit applies."""
        found = self._get_limit()
        if not found:
            return False
        complaint = self.complaint_id.sudo()
        limit, unit = found
        Clock = self.env["customer.complaint.clock"].sudo()
        calendar = Clock._get_calendars(complaint)[complaint.team_id, complaint.company_id]
        question = Question(calendar, complaint.company_id, limit, unit, start.replace(microsecond=0), (), ())
        deadline = Clock._answer({question})[question]["result"].deadline
        return deadline.replace(microsecond=0) if deadline else False

    @api.model
    def _cron_remind(self, batch=100):
        """Remind once of tasks whose deadline has passed, and tell the handlers."""
        domain = [
            ("state", "=", "open"),
            ("deadline", "<", fields.Datetime.now()),
            ("reminded_datetime", "=", False),
        ]
        tasks = self.sudo()
        self.env["ir.cron"]._commit_progress(remaining=tasks.search_count(domain))
        work_in_batches(tasks, domain, self.env.registry[self._name]._remind, batch)

    def _remind(self):
        self.write({"reminded_datetime": fields.Datetime.now()})
        self.filtered(lambda task: task._get_addressee_email())._mail_link(
            "customer_complaint.mail_template_complaint_task_late"
        )
        self._tell_handler("late")

    def _answer_by_link(self, answer, text, name, files):
        """Take the answer from the page of the link, where the visitor was checked by its secret.

        :param str answer: done or return
        :param str text: plain text
        :param files: [(name, content)]
        """
        self.ensure_one()
        task = self.sudo()
        name = name or task.user_id.name or task.email or self.env._("Unknown")
        if files:
            task.message_post(
                body=self.env._("Files of %(name)s", name=name),
                attachments=files,
                subtype_xmlid="mail.mt_note",
            )
        if answer == "done":
            task._finish(text, name)
        else:
            task._send_back(text)
