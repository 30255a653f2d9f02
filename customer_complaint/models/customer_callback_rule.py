from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .customer_complaint import KINDS, PROBLEM_KINDS, SEVERITIES

TRIGGERS = [
    ("complaint_resolved", "A complaint was resolved"),
    ("complaint_closed", "A complaint was closed"),
]
RANKS = {severity: rank for rank, (severity, _name) in enumerate(SEVERITIES)}


class CustomerCallbackRule(models.Model):
    """Calls after a complaint was resolved or closed, by severity and kind: each rule that fits plans its own."""

    _inherit = "customer.callback.rule"

    trigger = fields.Selection(
        selection_add=TRIGGERS,
        ondelete={trigger: "cascade" for trigger, _name in TRIGGERS},
    )
    is_about_complaint = fields.Boolean(compute="_compute_is_about_complaint")
    complaint_severity_from = fields.Selection(
        SEVERITIES, string="Severity from", help="This severity and those above it; leave empty for all."
    )
    complaint_severity_to = fields.Selection(
        SEVERITIES, string="Severity up to", help="This severity and those below it; leave empty for all."
    )
    complaint_kind = fields.Selection(
        [(kind, name) for kind, name in KINDS if kind in PROBLEM_KINDS],
        string="Kind of Complaint",
        help="Leave empty for both. Nobody is called after an inquiry, a suggestion or praise.",
    )
    complaint_major = fields.Selection(
        [("only", "Only Major Complaints"), ("without", "Without Major Complaints")],
        string="Major Complaints",
        help="Leave empty for all.",
    )

    @api.depends("trigger")
    def _compute_is_about_complaint(self):
        for rule in self:
            rule.is_about_complaint = rule.trigger in dict(TRIGGERS)

    @api.constrains("complaint_severity_from", "complaint_severity_to")
    def _check_severities(self):
        for rule in self:
            if RANKS.get(rule.complaint_severity_from, 0) > RANKS.get(rule.complaint_severity_to, len(RANKS)):
                raise ValidationError(
                    self.env._("No complaint would fit: the lowest severity is above the highest one.")
                )

    def _is_for(self, record):
        return super()._is_for(record) and (
            not self.is_about_complaint or record._name != "customer.complaint" or self._fits(record)
        )

    def _fits(self, complaint):
        """Return whether the conditions of the rule (singleton) hold for a complaint (as superuser)."""
        rank = RANKS[complaint.severity]
        return (
            RANKS.get(self.complaint_severity_from, 0) <= rank
            and rank <= RANKS.get(self.complaint_severity_to, len(RANKS))
            and (not self.complaint_kind or complaint.kind == self.complaint_kind)
            and (not self.complaint_major or complaint.is_major == (self.complaint_major == "only"))
        )

    @api.depends("complaint_severity_from", "complaint_severity_to", "complaint_kind", "complaint_major")
    def _compute_sentence(self):
        return super()._compute_sentence()

    def _say_whom(self):
        parts = [super()._say_whom()]
        if self.is_about_complaint:
            parts.extend(self._say_conditions())
        return " ".join(part for part in parts if part)

    def _say_conditions(self):
        """Yield the conditions on complaints in words (singleton)."""

        def get_label(name):
            return dict(self._fields[name]._description_selection(self.env))[self[name]]

        if self.complaint_severity_from:
            yield self.env._("Severity %(severity)s or above.", severity=get_label("complaint_severity_from"))
        if self.complaint_severity_to:
            yield self.env._("Severity %(severity)s or below.", severity=get_label("complaint_severity_to"))
        for name in ("complaint_kind", "complaint_major"):
            if self[name]:
                yield f"{get_label(name)}."
