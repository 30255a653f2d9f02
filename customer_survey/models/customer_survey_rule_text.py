from odoo import api, fields, models


class CustomerSurveyRule(models.Model):
    """What a rule does, in words."""

    _inherit = "customer.survey.rule"

    sentence = fields.Text(string="What the Rule Does", compute="_compute_sentence")

    @api.depends(
        "trigger",
        "delay_days",
        "is_working_days",
        "delay_hours",
        "interval_months",
        "is_anniversary",
        "purchase_of",
        "percent",
        "quota_count",
        "quota_period",
        "quiet_mode",
        "quiet_days",
        "company_id",
    )
    @api.depends_context("lang", "company")
    def _compute_sentence(self):
        for rule in self:
            parts = [rule._say_cause(), rule._say_delay(), rule._say_limits(), rule._say_quiet()]
            rule.sentence = " ".join(part for part in parts if part)

    def _say_cause(self):
        """Return the sentence on the trigger. Addons with a trigger of their own may leave it to the general one."""
        self.ensure_one()
        if self.trigger == "manual":
            return self.env._("Asks whom somebody chooses.")
        if self.trigger == "purchase":
            if self.purchase_of == "first":
                return self.env._("Asks each customer about the first purchase.")
            return self.env._("Asks each customer about the last purchase.")
        if self.trigger == "grade":
            lines = ", ".join(
                self.env._("%(grade)s every %(months)s months", grade=line.grade_id.name, months=line.months)
                for line in self.grade_line_ids
            )
            return self.env._("Asks customers by grade: %(grades)s.", grades=lines or "-")
        if self.trigger == "filter":
            if self.is_anniversary:
                return self.env._("Asks customers who match the filter, each year on the anniversary.")
            if self.interval_months:
                return self.env._(
                    "Asks customers who match the filter, again every %(months)s months.",
                    months=self.interval_months,
                )
            return self.env._("Asks customers who match the filter, once.")
        triggers = dict(self._fields["trigger"]._description_selection(self.env))
        return self.env._("%(event)s: asks the customer.", event=triggers.get(self.trigger, self.trigger))

    def _say_delay(self):
        if self.trigger in ("grade", "filter"):
            return ""
        parts = []
        if self.delay_days and self.is_working_days:
            parts.append(self.env._("%(days)s working days later", days=self.delay_days))
        elif self.delay_days:
            parts.append(self.env._("%(days)s days later", days=self.delay_days))
        if self.delay_hours and self.trigger != "purchase":
            parts.append(self.env._("after %(hours)s working hours", hours=f"{self.delay_hours:g}"))
        return self.env._("This is done %(when)s.", when=", ".join(parts)) if parts else ""

    def _say_limits(self):
        parts = []
        if self.percent < 100:
            parts.append(self.env._("A sample of %(percent)s %% is asked.", percent=f"{self.percent:g}"))
        if self.quota_count:
            parts.append(
                {
                    "day": self.env._("At most %(count)s a day.", count=self.quota_count),
                    "week": self.env._("At most %(count)s a week.", count=self.quota_count),
                    "month": self.env._("At most %(count)s a month.", count=self.quota_count),
                }.get(self.quota_period, "")
            )
        return " ".join(parts)

    def _say_quiet(self):
        days = self._get_quiet_period(self.company_id or self.env.company)
        if days:
            return self.env._("Whoever was asked within %(days)s days is left in peace.", days=days)
        return ""
