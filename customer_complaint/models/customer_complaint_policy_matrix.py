import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from .customer_complaint_policy_line import TARGETS

# How people write the units, in English and Chinese; more words of the reader's language are those of the labels.
UNIT_WORDS = {
    "working_hours": ("h", "wh", "hour", "hours", "小时", "工时", "工作时"),
    "working_days": ("wd", "working day", "工作日", "个工作日"),
    "calendar_days": ("d", "cd", "day", "days", "calendar day", "天", "日", "自然日", "日历日", "个自然日"),
}
CELL = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(\D*?)\s*$")


class CustomerComplaintPolicy(models.Model):
    """The limits of a policy as one row: each target is a text like "24 h", so that all policies fit on a screen."""

    _inherit = "customer.complaint.policy"

    limit_acknowledge = fields.Char(
        string="Acknowledgement", compute="_compute_limits", inverse="_inverse_limit_acknowledge"
    )
    limit_response = fields.Char(
        string="First Response", compute="_compute_limits", inverse="_inverse_limit_response"
    )
    limit_update = fields.Char(
        string="Next Update", compute="_compute_limits", inverse="_inverse_limit_update"
    )
    limit_solution = fields.Char(
        string="Proposed Solution", compute="_compute_limits", inverse="_inverse_limit_solution"
    )
    limit_resolution = fields.Char(
        string="Resolution", compute="_compute_limits", inverse="_inverse_limit_resolution"
    )
    limit_task = fields.Char(
        string="Department Task", compute="_compute_limits", inverse="_inverse_limit_task"
    )

    @api.depends("line_ids.target", "line_ids.limit", "line_ids.unit")
    @api.depends_context("lang")
    def _compute_limits(self):
        names = self._get_unit_names()
        for policy in self:
            lines = {line.target: line for line in policy.line_ids}
            for target, _name in TARGETS:
                line = lines.get(target)
                policy[f"limit_{target}"] = f"{line.limit:g} {names[line.unit]}" if line else False

    def _inverse_limit_acknowledge(self):
        self._set_limits("acknowledge")

    def _inverse_limit_response(self):
        self._set_limits("response")

    def _inverse_limit_update(self):
        self._set_limits("update")

    def _inverse_limit_solution(self):
        self._set_limits("solution")

    def _inverse_limit_resolution(self):
        self._set_limits("resolution")

    def _inverse_limit_task(self):
        self._set_limits("task")

    def _set_limits(self, target):
        """Store the text of one cell as a time limit; an empty one takes the limit away.

        :raises ValidationError: for a text that is no limit
        """
        texts = {policy: policy[f"limit_{target}"] for policy in self}
        for policy, text in texts.items():
            line = policy.line_ids.filtered(lambda line: line.target == target)
            parsed = self._read_limit(text)
            if not parsed:
                policy.line_ids = [Command.delete(line.id)] if line else []
            elif line and (line.limit, line.unit) != parsed:
                line.write({"limit": parsed[0], "unit": parsed[1]})
            elif not line:
                values = {"target": target, "limit": parsed[0], "unit": parsed[1]}
                policy.line_ids = [Command.create(values)]
        # What was typed is shown as it was understood.
        self.invalidate_recordset([f"limit_{target}"], flush=False)

    @api.model
    def _read_limit(self, text):
        """Return (limit, unit) of a text like "24 h", "10 wd" or "60 d", None for an empty one.

        :raises ValidationError: for anything else, naming how limits are written
        """
        text = (text or "").strip()
        if not text:
            return None
        match = CELL.match(text)
        word = match and " ".join(match.group(2).lower().replace("-", " ").split())
        unit = match and self._find_unit(word)
        amount = float(match.group(1).replace(",", ".")) if match else 0
        if not unit or not amount:
            raise ValidationError(
                self.env._(
                    "“%(text)s” is no time limit. Write for example 24 h (working hours), 10 wd (working days) or 60 d"
                    " (calendar days).",
                    text=text,
                )
            )
        return amount, unit

    @api.model
    def _find_unit(self, word):
        for unit, name in self._get_unit_names().items():
            label = name.lower()
            if word and (word in UNIT_WORDS[unit] or word in (label, label.removesuffix("s"))):
                return unit
        return None

    @api.model
    def _get_unit_names(self):
        """Return {unit: name in the reader's language}."""
        units = self.env["customer.complaint.policy.line"]._fields["unit"]._description_selection(self.env)
        return {unit: name.lower() for unit, name in units}
