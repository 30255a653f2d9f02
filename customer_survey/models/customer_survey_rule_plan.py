from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .customer_survey_rule import PERIODIC

RUNNERS = "customer_care.group_care_manager"


class CustomerSurveyRule(models.Model):
    """Runs of the rules that look at customers, and previews of all."""

    _inherit = "customer.survey.rule"
    _run_action = "customer_survey.customer_survey_run_action"

    run_ids = fields.One2many(
        "customer.survey.run", "rule_id", string="Runs", domain=[("state", "!=", "preview")]
    )
    open_run_new = fields.Integer(string="Customers of the Open Run")
    has_preview = fields.Boolean(compute="_compute_has_preview")
    next_run_date = fields.Date(
        string="Next Run",
        compute="_compute_next_run_date",
        help="Rules that look at customers run each night.",
    )

    @api.depends("trigger")
    def _compute_has_preview(self):
        events = self._get_trigger_documents()
        for rule in self:
            rule.has_preview = rule.is_periodic or rule.trigger in events

    @api.depends("date_last_run", "trigger", "state", "active")
    def _compute_next_run_date(self):
        cron = self.env.ref("customer_survey.ir_cron_survey_run_1", raise_if_not_found=False).sudo()
        for rule in self:
            due = False
            if cron and cron.active and rule.is_periodic and rule._is_at_work():
                today = rule._get_today(rule.company_id or self.env.company)
                due = today
                if rule.date_last_run and rule.date_last_run >= today:
                    due = fields.Date.add(rule.date_last_run, days=1)
            rule.next_run_date = due

    @api.model
    def _get_periodic_triggers(self):
        return dict(PERIODIC)

    def _get_rest_text(self):
        return self.env._("Only an active rule asks customers: activate it first.")

    def _check_may_plan(self):
        """:raises AccessError: the user may not ask many customers"""
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(RUNNERS):
            raise AccessError(self.env._("Only managers of customer care let rules ask customers."))

    def _check_periodic(self):
        if not self.is_periodic:
            raise UserError(
                self.env._(
                    "This rule waits until something happens or somebody sends it: it asks nobody by itself."
                )
            )

    def _check_preview(self):
        if not self.has_preview:
            raise UserError(self.env._("What this rule waits for cannot be foreseen: there is no preview."))
