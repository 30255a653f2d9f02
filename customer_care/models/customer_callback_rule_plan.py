from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .customer_callback_rule import PERIODIC

RUNNERS = "customer_care.group_care_supervisor"


class CustomerCallbackRule(models.Model):
    """Start runs of the rules that look at customers: by hand, as a preview, and each night."""

    _inherit = "customer.callback.rule"

    run_ids = fields.One2many(
        "customer.callback.run", "rule_id", string="Runs", domain=[("state", "!=", "preview")]
    )
    run_count = fields.Integer(string="Number of Runs", compute="_compute_run_count")
    open_run_state = fields.Selection(
        [("waiting", "To Confirm"), ("running", "Running")], string="Open Run", compute="_compute_open_run"
    )
    open_run_new = fields.Integer(string="Callbacks of the Open Run", compute="_compute_open_run")
    date_last_run = fields.Date(string="Last Run", readonly=True, copy=False)

    def _compute_run_count(self):
        groups = (
            self.env["customer.callback.run"]
            .sudo()
            ._read_group([("rule_id", "in", self.ids), ("state", "!=", "preview")], ["rule_id"], ["__count"])
        )
        counts = {rule.id: count for rule, count in groups}
        for rule in self:
            rule.run_count = counts.get(rule.id, 0)

    @api.depends("run_ids.state")
    def _compute_open_run(self):
        runs = self._get_open_runs()
        for rule in self:
            run = runs.filtered(lambda run, rule=rule: run.rule_id == rule)
            rule.open_run_state = run.state
            rule.open_run_new = run.count_new

    def _get_open_runs(self):
        # Whoever reads a rule sees that it waits; its runs are for supervisors.
        return (
            self.env["customer.callback.run"]
            .sudo()
            .search([("rule_id", "in", self.ids), ("state", "in", ("waiting", "running"))])
        )

    # Actions

    def action_preview(self):
        """Show who would be called, when, by whom and why, and who not; nothing is planned."""
        self.ensure_one()
        self._check_may_plan()
        self._check_periodic()
        Run = self.env["customer.callback.run"].sudo()
        Run.search(
            [("rule_id", "=", self.id), ("state", "=", "preview"), ("user_id", "=", self.env.uid)]
        ).unlink()
        return Run.with_env(self.env)._start(self, "preview")._get_form_action()

    def action_plan_now(self):
        """Plan the callbacks that are due now; more than the company's limit must be confirmed.

        :raises UserError: the rule waits for events, is archived, or is just being run
        """
        self.ensure_one()
        self._check_may_plan()
        self._check_periodic()
        if not self.active:
            raise UserError(self.env._("An archived rule plans nothing."))
        return self.env["customer.callback.run"]._start(self, "manual")._get_form_action()

    def action_open_runs(self):
        """Open the history of the rule."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_callback_run_action"),
            "domain": [("rule_id", "=", self.id), ("state", "!=", "preview")],
            "context": {},
        }

    def action_open_waiting(self):
        """Open the run that is under way or waits to be confirmed."""
        self.ensure_one()
        self._check_may_plan()
        run = self._get_open_runs() or self.run_ids[:1]
        return run._get_form_action() if run else self.action_open_runs()

    def _check_may_plan(self):
        """:raises AccessError: the user divides no work"""
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(RUNNERS):
            raise AccessError(self.env._("Only supervisors plan callbacks by rules."))

    def _check_periodic(self):
        if not self.is_periodic:
            raise UserError(
                self.env._(
                    "This rule waits until something happens or somebody chooses it: it plans nothing by itself."
                )
            )

    # Nights

    @api.model
    def _cron_plan(self):
        """Run each rule once a day, then make what is left to make; any number of workers may do so at once."""
        Cron = self.env["ir.cron"]
        rules = self.sudo().search([("trigger", "in", list(dict(PERIODIC)))])
        Cron._commit_progress(remaining=len(rules))
        for rule in rules:
            rule._run_tonight()
            if not Cron._commit_progress(1):
                return
        self.env["customer.callback.run"]._work_all()

    def _run_tonight(self):
        """Start the run of the day (singleton), unless another worker does or did."""
        if not self.try_lock_for_update(allow_referencing=True):
            return
        self.invalidate_recordset(["date_last_run", "active"])
        today = self._get_today(self.company_id or self.env.company)
        if self.active and (not self.date_last_run or self.date_last_run < today):
            self.env["customer.callback.run"]._start(self, "night")

    # Notices

    def _get_owners(self):
        """Return who is told: the responsible, else an administrator of customer care in the company."""
        if self.user_id.active:
            return self.user_id
        admins = self.env.ref("customer_care.group_care_admin").sudo().all_user_ids
        company = self.company_id
        admins = admins.filtered(
            lambda user: user.active and not user.share and (not company or company in user.company_ids)
        )
        return (admins.filtered(lambda user: user != self.env.ref("base.user_root")) or admins)[:1]

    def _get_owner_env(self):
        """Return an environment in the language of who is told."""
        return self.with_context(lang=self._get_owners()[:1].lang or self.env.lang).env

    def _notify_owner(self, summary, note):
        """Tell the owner by an activity; once, as long as it is open."""
        self.ensure_one()
        if summary in self._get_notices().mapped("summary"):
            return
        for user in self._get_owners():
            self.sudo().activity_schedule(
                "mail.mail_activity_data_warning", summary=summary, note=note, user_id=user.id
            )

    def _get_notices(self):
        warning = self.env.ref("mail.mail_activity_data_warning", raise_if_not_found=False)
        return (
            self.env["mail.activity"]
            .sudo()
            .search(
                Domain("res_model", "=", self._name)
                & Domain("res_id", "in", self.ids)
                & Domain("activity_type_id", "=", warning.id if warning else False)
            )
        )

    def _close_notices(self):
        """Somebody has looked at it."""
        self._get_notices().action_feedback()
