from odoo import api, fields, models


class SurveySurvey(models.Model):
    """Surveys to begin from."""

    _inherit = "survey.survey"

    care_is_template = fields.Boolean(
        string="Template",
        copy=False,
        help="Stands in the library: copies start from it. A rule may send it as it is, too.",
    )
    care_purpose = fields.Char(
        string="Purpose",
        translate=True,
        help="What the survey is for and when to send it; customers do not see it.",
    )
    care_rule_ids = fields.One2many(
        "customer.survey.rule",
        "survey_id",
        string="Survey Rules",
        groups="customer_care.group_care_user,customer_care.group_care_auditor",
    )
    care_rule_count = fields.Integer(
        string="Rules",
        compute="_compute_care_rule_count",
        groups="customer_care.group_care_user,customer_care.group_care_auditor",
        help="Rules in force that send the survey.",
    )

    @api.depends("title", "care_is_template")
    def _compute_display_name(self):
        """Tell a template from the copies made of it; customers see the title alone."""
        result = super()._compute_display_name()
        for survey in self.filtered("care_is_template"):
            survey.display_name = self.env._("%(title)s (template)", title=survey.title)
        return result

    @api.depends("care_rule_ids")
    def _compute_care_rule_count(self):
        counts = dict(
            self.env["customer.survey.rule"]._read_group(
                [("survey_id", "in", self.ids)], ["survey_id"], ["__count"]
            )
        )
        for survey in self:
            survey.care_rule_count = counts.get(survey, 0)

    @api.onchange("survey_type")
    def _onchange_survey_type(self):
        """Give a survey for customers what they can answer by a link, without marks like an exam."""
        result = super()._onchange_survey_type()
        if self.survey_type == "customer_care":
            self.write(
                {
                    "access_mode": "token",
                    "users_login_required": False,
                    "is_attempts_limited": False,
                    "scoring_type": "no_scoring",
                    "certification": False,
                    "is_time_limited": False,
                    "questions_selection": "all",
                }
            )
        return result

    def action_new_from_template(self):
        """Open the library."""
        return self.env["ir.actions.act_window"]._for_xml_id("customer_survey.survey_survey_action_template")

    def action_use_template(self):
        """Copy a template (singleton), in all its languages, and open the copy."""
        self.ensure_one()
        # said expressly: the library's context makes what is new a template
        survey = self.copy({"user_id": self.env.user.id, "care_is_template": False})
        for code, _name in self.env["res.lang"].get_installed():
            survey.with_context(lang=code).title = self.with_context(lang=code).title
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": survey.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def action_preview(self):
        """Show the survey (singleton) as a customer sees it on a telephone; the answers do not count."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "customer_survey_preview",
            "name": self.title,
            "target": "new",
            "params": {"url": f"/survey/test/{self.access_token}"},
        }

    def action_view_rules(self):
        """Open the rules that send the survey (singleton), or start a new one with it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("customer_survey.customer_survey_rule_action")
        action["domain"] = [("survey_id", "=", self.id)]
        action["context"] = {"default_survey_id": self.id, "default_name": self.title}
        return action
