from odoo import api, fields, models
from odoo.exceptions import UserError

# Triggers that happen; whatever makes them happen calls ``_send``.
EVENTS = [
    ("callback_done", "Callback made"),
    ("plan_closed", "Care plan closed"),
    ("delivered", "Delivery made"),
]
# Triggers that the calendar makes: each night the customers are looked at anew.
PERIODIC = [
    ("purchase", "Purchase"),
    ("grade", "Every so many months by grade"),
    ("filter", "Customers by filter"),
]


class CustomerSurveyRule(models.Model):
    """Which survey a customer is asked to answer, when, and what a low score is.

    Some rules wait for something to happen (``_send``), others look at all customers each night:

    - ``customer_survey_rule_ask``: deciding for documents when something happens
    - ``customer_survey_rule_check``: what a rule lacks, and its states
    - ``customer_survey_rule_due``: which customers are due, by SQL
    - ``customer_survey_rule_plan``: runs and previews
    - ``customer_survey_rule_text``: what the rule does, in words
    - ``customer_survey_rule_when``: the moment of asking
    - ``customer_survey_rule_whom``: conditions, contact, sample, quota, quiet period

    Other addons extend `trigger` and call `_send(trigger, records, cause)` when it happens.
    """

    _name = "customer.survey.rule"
    _description = "Survey Rule"
    _inherit = [
        "customer.guard.mixin",
        "customer.rule.audience.mixin",
        "customer.rule.owner.mixin",
        "customer.rule.periodic.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _run_model = "customer.survey.run"
    _guarded_fields = {"date_last_run": False, "seed": False}
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self._default_company_id(),
        help="Empty: the rule applies to all companies.",
    )

    trigger = fields.Selection(
        [("manual", "Sent by hand"), *EVENTS, *PERIODIC],
        required=True,
        default="manual",
        tracking=True,
        help="What makes the rule ask the customer.",
    )
    survey_id = fields.Many2one(
        "survey.survey",
        required=True,
        ondelete="restrict",
        index=True,
        domain=[("survey_type", "=", "customer_care")],
        tracking=True,
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail Template",
        domain=[("model", "=", "survey.user_input")],
        help="Empty: the template that comes with the application.",
    )
    expiry_days = fields.Integer(
        string="Expires After (days)",
        default=30,
        help="The link stops working so many days after sending. 0: never.",
    )
    low_score = fields.Float(
        string="Low Score Limit",
        default=60.0,
        digits=(5, 2),
        help="A score at or under this limit (0-100) calls for a callback.",
    )

    request_count = fields.Integer(string="Asked", compute="_compute_request_count")
    left_out_count = fields.Integer(string="Not Asked", compute="_compute_request_count")
    answer_count = fields.Integer(string="Answered", compute="_compute_answer_count")
    answer_percent = fields.Float(
        string="Answered (%)",
        digits=(5, 1),
        compute="_compute_answer_count",
        help="Of those who were asked.",
    )

    _days_check = models.Constraint(
        "CHECK(delay_days BETWEEN 0 AND 3650 AND expiry_days BETWEEN 0 AND 3650"
        " AND quiet_days BETWEEN 0 AND 3650)",
        "Days go from 0 to 3650.",
    )
    _low_score_check = models.Constraint(
        "CHECK(low_score >= 0 AND low_score <= 100)",
        "The low score limit must lie between 0 and 100.",
    )

    @api.model
    def _default_company_id(self):
        """Rules that come along serve all companies; what somebody adds asks nobody in those of others."""
        return self.env["res.company"] if self.env.su else self.env.company

    def _raise_foreign(self, contacts):
        """Say that the rule (singleton) does not ask customers of other companies.

        :raises UserError:
        """
        raise UserError(
            self.env._(
                "Rule %(rule)s asks customers of %(company)s alone, not: %(contacts)s",
                rule=self.name,
                company=self.company_id.name,
                contacts=", ".join(contacts.mapped("display_name")),
            )
        )

    @api.depends_context("uid")
    def _compute_request_count(self):
        groups = self.env["customer.survey.request"]._read_group(
            [("rule_id", "in", self.ids)], ["rule_id", "outcome"], ["__count"]
        )
        asked, others = dict.fromkeys(self.ids, 0), dict.fromkeys(self.ids, 0)
        for rule, outcome, count in groups:
            counts = asked if outcome == "asked" else others
            counts[rule.id] += count
        for rule in self:
            rule.request_count = asked.get(rule.id, 0)
            rule.left_out_count = others.get(rule.id, 0)

    @api.depends("request_count")
    def _compute_answer_count(self):
        # figures alone: who may read the rule may know how many answered, not what
        groups = (
            self.env["survey.user_input"]
            .sudo()
            ._read_group(
                [("care_rule_id", "in", self.ids), ("state", "=", "done"), ("test_entry", "=", False)],
                ["care_rule_id"],
                ["__count"],
            )
        )
        counts = {rule.id: count for rule, count in groups}
        for rule in self:
            rule.answer_count = counts.get(rule.id, 0)
            rule.answer_percent = 100 * rule.answer_count / rule.request_count if rule.request_count else 0.0

    @api.constrains("survey_id")
    def _check_survey_id(self):
        for rule in self:
            if rule.sudo().survey_id.survey_type != "customer_care":
                raise UserError(
                    self.env._("Rule %(rule)s needs a survey of the type Customer Care.", rule=rule.name)
                )

    @api.constrains("mail_template_id")
    def _check_mail_template_id(self):
        for rule in self:
            model = rule.mail_template_id.model
            if model and model != "survey.user_input":
                raise UserError(
                    self.env._(
                        "The e-mail template of rule %(rule)s is not made for surveys.", rule=rule.name
                    )
                )

    def _get_guarded_values(self):
        return {**super()._get_guarded_values(), "seed": self._get_new_seed()}

    def copy_data(self, default=None):
        """A copy is a draft: it would ask all customers again."""
        vals_list = super().copy_data(default)
        for rule, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%(name)s (copy)", name=rule.name)
            if "state" not in (default or {}):
                vals["state"] = "draft"
        return vals_list

    def action_view_requests(self):
        """Show whom the rule asked and whom it did not."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_survey.customer_survey_request_action"
        )
        action["domain"] = [("rule_id", "in", self.ids)]
        return action

    def action_view_left_out(self):
        """Show whom the rule did not ask, by reason."""
        return {
            **self.action_view_requests(),
            "context": {"search_default_not_asked": 1, "search_default_by_outcome": 1},
        }

    def action_view_scores(self):
        """Show what the rule's answers were worth."""
        action = self.env["ir.actions.act_window"]._for_xml_id("customer_survey.customer_survey_score_action")
        action["domain"] = [("rule_id", "in", self.ids)]
        return action
