from odoo import api, fields, models

from .customer_callback_rule_change import DECISIVE_FIELDS


class CustomerCallbackRule(models.Model):
    """What a rule does in one sentence, and what it lacks."""

    _inherit = "customer.callback.rule"

    sentence = fields.Text(string="What the Rule Does", compute="_compute_sentence")
    warning = fields.Text(string="What the Rule Lacks", compute="_compute_warning")

    @api.depends(*sorted(DECISIVE_FIELDS - {"seed"}))
    @api.depends_context("lang")
    def _compute_sentence(self):
        for rule in self:
            parts = [rule._say_when(), rule._say_whom(), rule._say_choice(), rule._say_who()]
            rule.sentence = " ".join(part for part in parts if part)

    @api.depends(
        "script", "script_id", "team_id", "team_id.member_ids", "assign_to", "caller_id", "active", "trigger"
    )
    @api.depends_context("lang")
    def _compute_warning(self):
        for rule in self:
            rule.warning = "\n".join(rule._get_warnings()) or False

    def _say_when(self):
        """Return the sentence on the trigger. Addons with a trigger of their own may leave it to the general one."""
        self.ensure_one()
        if self.trigger == "manual":
            return self.env._("Waits until somebody chooses it for a callback.")
        if self.trigger == "purchase":
            return self._say_window()
        if self.trigger == "frequency":
            return self.env._(
                "Calls each customer as often as the policy of the grade asks, counted from the last contact."
            )
        if self.trigger == "dormant":
            kinds = dict(self._fields["dormant_of"]._description_selection(self.env))
            return self.env._(
                "Calls customers who have been silent for %(days)s days (%(kind)s).",
                days=self.dormant_days,
                kind=kinds.get(self.dormant_of, "").lower(),
            )
        if self.trigger == "filter":
            if self.repeat_days:
                return self.env._(
                    "Calls customers who match the filter, again every %(days)s days.", days=self.repeat_days
                )
            return self.env._("Calls customers who match the filter, once.")
        triggers = dict(self._fields["trigger"]._description_selection(self.env))
        return self.env._(
            "%(event)s: calls the customer %(days)s day(s) later.",
            days=self.delay_days,
            event=triggers.get(self.trigger, self.trigger),
        )

    def _say_window(self):
        values = {"from": self.month_from, "to": self.month_to}
        if self.purchase_of == "first":
            text = self.env._(
                "Calls customers %(from)s to %(to)s months after their first purchase.", **values
            )
        else:
            text = self.env._(
                "Calls customers %(from)s to %(to)s months after their last purchase.", **values
            )
        return f"{text} {self.env._('The window opens again each year.')}" if self.is_yearly else text

    def _say_whom(self):
        parts = []
        names = (self.grade_ids, self.stage_ids, self.country_ids, self.state_ids, self.customer_team_ids)
        names = [name for records in names for name in records.mapped("display_name")]
        if names:
            parts.append(self.env._("Only: %(names)s.", names=", ".join(names)))
        if self.trigger != "filter" and (self.partner_domain or "[]").strip() != "[]":
            parts.append(self.env._("Only customers who match the filter."))
        if self.is_once_enough and self.is_periodic:
            parts.append(self.env._("Leaves out customers who are called anyway."))
        return " ".join(parts)

    def _say_choice(self):
        if not self.is_periodic:
            return ""
        parts = []
        if self.selection == "random":
            parts.append(self.env._("A random sample of %(percent)s %%.", percent=f"{self.percent:g}"))
        if self.max_count:
            if self.selection in ("all", "random"):
                parts.append(self.env._("At most %(count)s in a run.", count=self.max_count))
            else:
                choices = dict(self._fields["selection"]._description_selection(self.env))
                choice = choices[self.selection].lower()
                parts.append(
                    self.env._(
                        "At most %(count)s in a run (%(choice)s).", count=self.max_count, choice=choice
                    )
                )
        return " ".join(parts)

    def _say_who(self):
        choices = dict(self._fields["assign_to"]._description_selection(self.env))
        who = (
            self.caller_id.name
            if self.assign_to == "user" and self.caller_id
            else choices.get(self.assign_to)
        )
        if self.team_id:
            return self.env._("Who calls: %(who)s, team %(team)s.", who=who, team=self.team_id.name)
        return self.env._("Who calls: %(who)s.", who=who)

    def _has_script(self):
        """Whether the caller is told what to say. Override to know of other scripts."""
        self.ensure_one()
        return bool(self.script or self.script_id)

    def _get_warnings(self):
        """Return sentences on what the rule (singleton) lacks to be useful."""
        warnings = []
        if not self._has_script():
            warnings.append(self.env._("There is no script: callers do not know what to ask."))
        company = self.company_id or self.env.company
        today = self._get_today(company)
        staff = self._get_staff(company, today, today)
        team = self.team_id.sudo()
        if self.assign_to == "user" and self.caller_id.id not in staff.able:
            warnings.append(
                self.env._("The person named cannot call: archived, of another company, or no specialist.")
            )
        if not team and self.assign_to in ("leader", "turn", "load"):
            warnings.append(
                self.env._("There is no team: only customers who have a team of their own get a caller.")
            )
        elif team and not staff.able.intersection([*team.member_ids.ids, team.user_id.id]):
            warnings.append(
                self.env._("Nobody in the team can call: name members who are specialists of the company.")
            )
        elif team and not any(
            staff.is_there(user, today) for user in [*team.member_ids.ids, team.user_id.id]
        ):
            warnings.append(self.env._("Nobody in the team is there today."))
        return warnings
