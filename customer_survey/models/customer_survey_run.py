from odoo import fields, models


class CustomerSurveyRun(models.Model):
    """One look of a survey rule at all its customers. How it works is in ``customer.rule.run.mixin``.

    The customers are found by ``customer_survey_run_find``, the invitations made by ``customer_survey_run_make``.
    """

    _name = "customer.survey.run"
    _description = "Run of a Survey Rule"
    _inherit = ["customer.rule.run.mixin"]
    _run_jobs = ("customer_survey.ir_cron_survey_run_1", "customer_survey.ir_cron_survey_run_2")
    _candidate_model = "customer.survey.candidate"
    _slice_model = "customer.survey.slice"
    _order = "id desc"

    rule_id = fields.Many2one(
        "customer.survey.rule", required=True, readonly=True, ondelete="cascade", index=True
    )
    is_periodic = fields.Boolean(related="rule_id.is_periodic")
    count_due = fields.Integer(string="To Ask")
    count_new = fields.Integer(string="Customers Asked")
    slice_ids = fields.One2many("customer.survey.slice", "run_id", readonly=True)

    _open_uniq = models.UniqueIndex(
        "(rule_id) WHERE state IN ('waiting', 'running')", "This rule is being run already."
    )

    def action_open_asked(self):
        """Open the list of the customers of the preview who would be asked."""
        return self._get_candidate_action([("code", "=", False)], self.env._("Would Be Asked"), {})

    def action_open_left_out(self):
        """Open the list of the customers of the preview who would not, by reason."""
        return self._get_candidate_action(
            [("code", "!=", False)], self.env._("Left Out"), {"search_default_group_code": 1}
        )

    def action_open_requests(self):
        """Open the requests that the run has made."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_survey.customer_survey_request_action"),
            "domain": [("run_id", "=", self.id)],
        }

    def _get_candidate_action(self, *args):
        return self._get_list_action("customer_survey.customer_survey_candidate_action", *args)

    def _get_limit(self):
        company = self.rule_id._get_parts()[0].company
        return company.care_survey_limit or 2**31

    def _get_wait_notice(self, env):
        return env._("Too many surveys"), env._(
            "%(rule)s would ask %(count)s customers, more than %(limit)s. Nobody is asked until you confirm it or "
            "change the rule.",
            rule=self.rule_id.name,
            count=self.count_new,
            limit=self._get_limit(),
        )

    def _get_fail_notice(self, env, text):
        return env._("The survey rule does not work"), env._(
            "%(rule)s asked nobody: %(error)s", rule=self.rule_id.name, error=text
        )


class CustomerSurveySlice(models.Model):
    """Part of the customers of a run that a worker does in one transaction."""

    _name = "customer.survey.slice"
    _description = "Slice of a Run of a Survey Rule"
    _order = "run_id, number"
    _log_access = False

    run_id = fields.Many2one(
        "customer.survey.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    number = fields.Integer(required=True, readonly=True)
    is_done = fields.Boolean(readonly=True)
    count_new = fields.Integer(readonly=True)
    counts = fields.Json(string="Left Out as Data", readonly=True)
