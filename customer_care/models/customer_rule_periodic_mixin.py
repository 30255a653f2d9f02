from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerRulePeriodicMixin(models.AbstractModel):
    """A rule that looks at all its customers: by hand, as a preview, and each night.

    A model names the model of its runs (``_run_model``, with ``customer.rule.run.mixin``) and the action
    that shows them (``_run_action``, external id), has the fields ``active``
    and ``company_id``, says which triggers are periodic (``_get_periodic_triggers``), which day it is
    (``_get_today``) and who may start runs (``_check_may_plan``).
    """

    _name = "customer.rule.periodic.mixin"
    _description = "Rule That Looks at All Customers"

    _run_model = None
    _run_action = None

    is_periodic = fields.Boolean(string="Looks at Customers", compute="_compute_is_periodic")
    run_count = fields.Integer(string="Number of Runs", compute="_compute_run_count")
    open_run_state = fields.Selection(
        selection="_selection_open_run_state", string="Open Run", compute="_compute_open_run"
    )
    open_run_new = fields.Integer(compute="_compute_open_run")
    date_last_run = fields.Date(string="Last Run", readonly=True, copy=False)

    @api.model
    def _selection_open_run_state(self):
        labels = {"waiting": self.env._("To Confirm"), "running": self.env._("Running")}
        return list(labels.items())

    @api.depends("trigger")
    def _compute_is_periodic(self):
        triggers = self._get_periodic_triggers()
        for rule in self:
            rule.is_periodic = rule.trigger in triggers

    def _compute_run_count(self):
        groups = (
            self.env[self._run_model]
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

    def action_open_runs(self):
        """Open the history of the rule."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(self._run_action),
            "domain": [("rule_id", "=", self.id), ("state", "!=", "preview")],
            "context": {},
        }

    def _get_open_runs(self):
        # Whoever reads a rule sees that it waits; its runs are for those who may look at them.
        return (
            self.env[self._run_model]
            .sudo()
            .search([("rule_id", "in", self.ids), ("state", "in", ("waiting", "running"))])
        )

    # Actions

    def action_preview(self):
        """Show whom the rule would take, when and why, and whom not; nothing is done."""
        self.ensure_one()
        self._check_may_plan()
        self._check_preview()
        Run = self.env[self._run_model].sudo()
        Run.search(
            [("rule_id", "=", self.id), ("state", "=", "preview"), ("user_id", "=", self.env.uid)]
        ).unlink()
        return Run.with_env(self.env)._start(self, "preview")._get_form_action()

    def action_plan_now(self):
        """Do what is due now; more than the company's limit must be confirmed.

        :raises UserError: the rule waits for events, is not at work, or is just being run
        """
        self.ensure_one()
        self._check_may_plan()
        self._check_periodic()
        if not self._is_at_work():
            raise UserError(self._get_rest_text())
        return self.env[self._run_model]._start(self, "manual")._get_form_action()

    def action_open_waiting(self):
        """Open the run that is under way or waits to be confirmed."""
        self.ensure_one()
        self._check_may_plan()
        run = self._get_open_runs() or self.run_ids[:1]
        return run._get_form_action() if run else self.action_open_runs()

    # Nights

    @api.model
    def _cron_plan(self):
        """Run each rule once a day, then do what is left to do; any number of workers may do so at once."""
        Cron = self.env["ir.cron"]
        rules = self.sudo().search([("trigger", "in", list(self._get_periodic_triggers()))])
        Cron._commit_progress(remaining=len(rules))
        for rule in rules:
            rule._run_tonight()
            if not Cron._commit_progress(1):
                return
        self.env[self._run_model]._work_all()

    def _run_tonight(self):
        """Start the run of the day (singleton), unless another worker does or did."""
        if not self.try_lock_for_update(allow_referencing=True):
            return
        self.invalidate_recordset()
        today = self._get_today(self.company_id or self.env.company)
        if self._is_at_work() and (not self.date_last_run or self.date_last_run < today):
            self.env[self._run_model]._start(self, "night")

    # Hooks

    @api.model
    def _get_periodic_triggers(self):
        """Return the values of ``trigger`` that make runs."""
        return ()

    def _is_at_work(self):
        """Whether the rule (singleton) does anything at present."""
        return self.active

    def _get_rest_text(self):
        """Return the message for who runs a rule that is not at work."""
        raise NotImplementedError()

    def _check_may_plan(self):
        """:raises AccessError: the user may not start or look at runs"""
        raise NotImplementedError()

    def _check_periodic(self):
        """:raises UserError: the rule waits for something to happen"""
        raise NotImplementedError()

    def _check_preview(self):
        """:raises UserError: there is nothing to preview"""
        self._check_periodic()
