from odoo import api, fields, models
from odoo.addons.customer_care.tools.answers import notify
from odoo.exceptions import UserError
from odoo.tools.sql import column_exists, table_exists


class CustomerSurveyRule(models.Model):
    """The states of a rule, and what it lacks: a rule that cannot ask anybody is not set to work."""

    _inherit = "customer.survey.rule"

    state = fields.Selection(
        [("draft", "Draft"), ("running", "Active"), ("paused", "Paused")],
        string="Status",
        required=True,
        default="running",
        tracking=True,
        help="Only active rules ask customers.",
    )
    problems = fields.Text(string="What the Rule Lacks", compute="_compute_problems")

    def _auto_init(self):
        """Rules of older versions go on as they did: their own quiet period, by day and by night."""
        cr = self.env.cr
        is_old = table_exists(cr, self._table) and not column_exists(cr, self._table, "quiet_mode")
        result = super()._auto_init()
        if is_old:
            cr.execute("UPDATE customer_survey_rule SET quiet_mode = 'own', is_daytime = FALSE")
        return result

    @api.depends(
        "trigger",
        "survey_id.active",
        "survey_id.question_and_page_ids.care_metric",
        "grade_line_ids",
        "percent",
    )
    @api.depends_context("lang")
    def _compute_problems(self):
        for rule in self:
            rule.problems = "\n".join(rule._get_problems()) or False

    def _get_problems(self):
        """Return what keeps the rule (singleton) from asking anybody, as translated sentences. Override to add some."""
        self.ensure_one()
        problems = []
        survey = self.sudo().survey_id
        if not survey:
            problems.append(self.env._("No survey is chosen."))
        elif not survey.active:
            problems.append(self.env._("The survey %(survey)s is archived.", survey=survey.title))
        elif not survey._care_is_usable():
            problems.append(self.env._("The survey %(survey)s shows no questions.", survey=survey.title))
        elif not survey._care_is_measuring():
            problems.append(
                self.env._(
                    "No question of the survey %(survey)s counts as a score: mark one with Counts As.",
                    survey=survey.title,
                )
            )
        if self.trigger == "grade" and not self.grade_line_ids:
            problems.append(self.env._("Say for at least one grade after how many months it is asked."))
        if not self.percent:
            problems.append(self.env._("The sample is 0 %: nobody is asked."))
        return problems

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        if not self.env.su:
            rules._check_works()
        return rules

    def write(self, vals):
        result = super().write(vals)
        if not self.env.su and not {"state", "active", "survey_id", "trigger"}.isdisjoint(vals):
            self._check_works()
        return result

    def _is_at_work(self):
        return self.active and self.state == "running"

    def _check_works(self):
        """:raises UserError: an active rule of these cannot ask anybody"""
        for rule in self.filtered(lambda rule: rule._is_at_work()):
            problems = rule._get_problems()
            if problems:
                raise UserError(
                    self.env._(
                        "Rule %(rule)s cannot be active: %(problems)s",
                        rule=rule.name,
                        problems=" ".join(problems),
                    )
                )

    def action_activate(self):
        """Let the rules ask customers from now on.

        :raises UserError: one of them lacks something
        """
        self.write({"state": "running"})
        self._check_works()
        return True

    def action_pause(self):
        """Ask nobody until the rules are activated again; who is asked already may answer."""
        self.write({"state": "paused"})
        return True

    def action_check(self):
        """Say what the rule lacks, or that it works."""
        self.ensure_one()
        self.check_access("read")
        problems = self._get_problems()
        return notify(
            "\n".join(problems) or self.env._("Nothing is missing: the rule can ask customers."),
            "warning" if problems else "success",
            sticky=bool(problems),
        )
