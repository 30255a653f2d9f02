from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.fields import Domain

TODO = "customer_complaint.mail_activity_type_action"


class CustomerComplaintAction(models.Model):
    """Who is to do what with an action, and is reminded of it.

    The owner has a to-do while the action is in progress, and is told when complaints came back. Whoever checks the
    effect has one when the action is overdue and on the day of the check. Marks keep the job from asking twice.
    """

    _inherit = "customer.complaint.action"

    late_told_date = fields.Date(string="Told Overdue of", readonly=True, copy=False)
    check_told_date = fields.Date(string="Told of Check on", readonly=True, copy=False)

    def write(self, vals):
        result = super().write(vals)
        # another date is another reason to be told
        if "date_due" in vals:
            self.sudo().write({"late_told_date": False})
        if "date_check" in vals:
            self.sudo().write({"check_told_date": False})
        if {"user_id", "date_due"}.intersection(vals):
            self.filtered(lambda action: action.state == "open")._sync_todos()
        return result

    def _get_checker(self):
        """Return who says whether the action helped: never its owner, may be nobody (singleton)."""
        self.ensure_one()
        action = self.sudo()
        people = (action.checker_id, action.team_id.user_id, action.team_id.manager_id, action.create_uid)
        for user in people:
            if user.active and not user.share and user != action.user_id and user.id != SUPERUSER_ID:
                return user
        return self.env["res.users"]

    def _sync_todos(self):
        """Have the to-dos of the program fit the state: one of the owner while in progress, else none."""
        todos = self.env["mail.activity"].sudo()
        todos.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", self.env.ref(TODO).id),
            ]
        ).unlink()
        opened = self.filtered(lambda action: action.state == "open" and action.user_id.active)
        opened._add_todos(
            lambda action: (
                action.user_id,
                action._in_lang_of(action.user_id).env._("Carry out the action"),
                action.date_due,
            )
        )

    def _in_lang_of(self, user):
        return self.with_context(lang=user.lang or self.env.lang)

    def _add_todos(self, get_todo):
        """Create to-dos in one batch, as superuser.

        :param get_todo: gives (user, summary, date or False for today) of an action
        """
        todos = [(action, *get_todo(action)) for action in self]
        vals_list = [
            action._prepare_todo_vals(user, summary, day) for action, user, summary, day in todos if user
        ]
        quiet = self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True)
        quiet.create(vals_list)

    def _prepare_todo_vals(self, user, summary, day):
        """Return the values of a to-do of the action (singleton), due today without a day."""
        return {
            "activity_type_id": self.env.ref(TODO).id,
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "user_id": user.id,
            "summary": summary,
            "date_deadline": day or self._get_today(self.company_id),
            "automated": True,
        }

    def _tell_failed(self):
        """Tell each owner once, with the numbers, that complaints came back; who decides gets a to-do."""
        for action in self:
            checker = action._get_checker()
            owner = action.user_id if action.user_id.active else checker
            words = action._in_lang_of(owner)
            text = words.env._(
                "Complaints came back after “%(action)s”: %(after)s since %(date)s, %(before)s in as many days before.",
                action=action.display_name,
                after=action.after_count,
                before=action.before_count,
                date=fields.Date.to_string(action.date_effect),
            )
            if owner and action._is_seen_by(owner):
                words.message_notify(
                    partner_ids=owner.partner_id.ids,
                    subject=words.env._("Not effective: %(action)s", action=action.display_name),
                    body=text,
                )
        self.filtered(lambda action: action.state == "not_effective")._add_todos(
            lambda action: (
                action.user_id if action.user_id.active else action._get_checker(),
                action._in_lang_of(action.user_id).env._("Complaints came back: find what really helps"),
                False,
            )
        )
        self.filtered(lambda action: action.state == "done")._add_todos(
            lambda action: (
                action._get_checker() or action.user_id,
                action._in_lang_of(action._get_checker()).env._(
                    "Complaints came back: decide whether it helped"
                ),
                False,
            )
        )

    @api.model
    def _cron_remind(self):
        """Ask who checks the effects for those of the day, and tell of what is overdue; each once."""
        for company in self.env["res.company"].search(Domain.TRUE):
            today = self._get_today(company)
            of_company = Domain("company_id", "=", company.id)
            due = of_company & Domain("state", "=", "done") & Domain("date_check", "<=", today)
            late = of_company & Domain("state", "=", "open") & Domain("date_due", "<", today)
            due &= Domain("check_told_date", "=", False)
            late &= Domain("late_told_date", "=", False)
            if not (
                work_in_batches(self, due, self._ask_check) and work_in_batches(self, late, self._tell_late)
            ):
                return

    @api.model
    def _ask_check(self, actions):
        actions._add_todos(
            lambda action: (
                action._get_checker() or action.user_id,
                action._in_lang_of(action._get_checker()).env._("Did the action help?"),
                action.date_check,
            )
        )
        for action in actions:
            action.check_told_date = action.date_check

    @api.model
    def _tell_late(self, actions):
        actions._add_todos(
            lambda action: (
                action._get_checker(),
                action._in_lang_of(action._get_checker()).env._(
                    "Overdue, owner: %(name)s", name=action.user_id.name
                ),
                False,
            )
        )
        actions._tell_owners()
        for action in actions:
            action.late_told_date = action.date_due
