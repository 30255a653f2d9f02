from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import split_every
from odoo.tools.safe_eval import safe_eval

from ..tools.answers import RELOAD, notify

ROWS_AT_ONCE = 500


class CustomerRetentionRule(models.Model):
    """How long one kind of record is kept.

    Source: GDPR article 5(1)(e), PIPL article 19: no longer than the purpose needs.
    """

    _name = "customer.retention.rule"
    _description = "Retention Period"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(selection="_selection_kind", required=True)
    months = fields.Integer(string="Kept for (Months)", required=True, default=36)
    domain = fields.Char(string="Only Records That", default="[]", help="A filter on the records.")
    model_name = fields.Char(compute="_compute_model_name")
    action = fields.Selection(
        [("erase", "Empty the texts"), ("archive", "Archive"), ("delete", "Delete")],
        required=True,
        default="delete",
    )
    company_id = fields.Many2one("res.company", help="Leave empty for all companies.")
    last_run = fields.Datetime(readonly=True, copy=False)
    log_ids = fields.One2many("customer.retention.log", "rule_id", string="Runs")

    _check_months = models.Constraint("CHECK(months > 0)", "Records are kept for one month or more.")

    @api.depends("kind")
    def _compute_model_name(self):
        for rule in self:
            rule.model_name = self._get_kinds().get(rule.kind, {}).get("model", False)

    @api.model
    def _selection_kind(self):
        return [
            (kind, self.env["ir.model"]._get(entry["model"]).name or entry["model"])
            for kind, entry in self._get_kinds().items()
        ]

    @api.constrains("kind", "action", "domain")
    def _check_rule(self):
        for rule in self:
            entry = self._get_kinds().get(rule.kind)
            if not entry or rule.action not in entry["actions"]:
                raise ValidationError(
                    self.env._(
                        "This action is not possible for the records of rule %(rule)s.", rule=rule.name
                    )
                )
            own = rule._get_own_domain()
            if not own.is_true():
                # By the rights of who writes it: the number in the preview must not tell what he may not read.
                rule._get_model().sudo(False)._search(own, limit=1)

    @api.model
    def _get_kinds(self):
        """Return ``{kind: entry}``: what can have a retention period. Override to add kinds.

        An entry is a dict with ``model``, ``date`` (the field the age counts from), ``actions`` (possible
        ones), and as needed ``domain`` (what is finished) and ``erase`` (``{field: value}``).
        """
        return {
            "event": {
                "model": "customer.care.event",
                "date": "date",
                "actions": ("erase", "delete"),
                "erase": {"summary": None},
            },
            "callback": {
                "model": "customer.callback",
                "date": "done_datetime",
                "actions": ("erase", "delete"),
                "domain": [("state", "!=", "planned")],
                "erase": {"note": None, "needs": None, "cancel_reason": None},
            },
            "answer": {
                "model": "customer.callback.answer",
                "date": "date",
                "actions": ("erase", "delete"),
                "domain": [("callback_id.state", "!=", "planned")],
                "erase": {"value_text": None},
            },
            "contact": {
                "model": "customer.contact.log",
                "date": "date_start",
                "actions": ("erase", "delete"),
                "erase": {"result": None, "next_step": None},
            },
            "greeting": {
                "model": "customer.care.greeting",
                "date": "date",
                "actions": ("delete",),
                "domain": [("state", "!=", "planned")],
            },
            "gift": {
                "model": "customer.care.gift",
                "date": "date",
                "actions": ("erase", "delete"),
                "domain": [("state", "in", ("given", "cancelled"))],
                "erase": {"evidence": None, "note": None},
            },
            "request": {
                "model": "customer.privacy.request",
                "date": "date_done",
                "actions": ("erase", "delete"),
                "domain": [("state", "in", ("done", "rejected"))],
                "erase": {"description": None, "answer": None, "identity_method": None},
            },
            "need": {
                "model": "customer.need",
                "date": "date_end",
                "actions": ("erase", "delete"),
                "domain": [("state", "in", ("met", "dropped"))],
                "erase": {"name": "-", "note": None},
            },
            "participant": {
                "model": "customer.care.campaign.participant",
                "date": "campaign_id.date_end",
                "actions": ("erase", "delete"),
                "domain": [("campaign_id.state", "in", ("done", "evaluated", "cancelled"))],
                "erase": {"remark": None, "blocked_reason": None, "token": None},
            },
            "plan": {
                "model": "customer.care.plan",
                "date": "date_end",
                "actions": ("erase", "archive", "delete"),
                "domain": [("state", "in", ("closed", "cancelled"))],
                "erase": {
                    "description": None,
                    "lessons": None,
                    "improvement": None,
                    "remark": None,
                    "verdict_reason": None,
                    "cancel_reason": None,
                },
            },
            "measure": {
                "model": "customer.care.measure",
                "date": "plan_id.date_end",
                "actions": ("erase",),
                "domain": [("plan_id.state", "in", ("closed", "cancelled"))],
                "erase": {"description": None, "note": None, "work_note": None},
            },
            "plan_version": {
                "model": "customer.care.plan.version",
                "date": "plan_id.date_end",
                "actions": ("delete",),
                "domain": [("plan_id.state", "in", ("closed", "cancelled"))],
            },
            "detail": {
                "model": "customer.detail.request",
                "date": "date",
                "actions": ("delete",),
                "domain": [("date_expiry", "<", "today")],
            },
        }

    def action_preview(self):
        """Show the records the rule would touch today; nothing is changed."""
        self.ensure_one()
        self.check_access("read")
        model = self._get_model()
        count = model.sudo().search_count(self._get_domain())
        self.env["customer.retention.log"].sudo().create(
            {"rule_id": self.id, "count": count, "is_dry_run": True}
        )
        return notify(
            self.env._("%(count)s records would be affected today.", count=count),
            then=RELOAD,
            title=self.name,
        )

    def _get_model(self):
        self.ensure_one()
        return self.env[self._get_kinds()[self.kind]["model"]].with_context(active_test=False)

    def _get_own_domain(self):
        """Return the filter of the rule (singleton) as a ``Domain``.

        :raises ValidationError: it cannot be used
        """
        try:
            own = Domain(safe_eval(self.domain or "[]", {"uid": self.env.uid}))
            own.validate(self._get_model())
        except Exception as error:
            raise ValidationError(
                self.env._("The filter of rule %(rule)s cannot be used.", rule=self.name)
            ) from error
        return own

    def _get_domain(self):
        """Return the domain of the records whose time is over (singleton).

        :raises ValidationError: the filter of the rule cannot be used
        """
        self.ensure_one()
        entry, model = self._get_kinds()[self.kind], self._get_model()
        own = self._get_own_domain()
        limit = fields.Date.today() - relativedelta(months=self.months)
        domain = Domain(entry["date"], "<", limit) & Domain(entry.get("domain") or []) & own
        if self.company_id and "company_id" in model._fields:
            domain &= Domain("company_id", "=", self.company_id.id)
        if self.action == "archive":
            domain &= Domain("active", "=", True)
        if self.action == "erase":
            # What is empty already is left alone, so that a rule comes to an end.
            domain &= Domain.OR(Domain(name, "!=", value or False) for name, value in entry["erase"].items())
        return domain

    def action_apply(self):
        """Apply the rules now, up to some batches; the nightly job does the rest."""
        self.check_access("write")
        if not self.env.user.has_group("customer_care.group_care_admin"):
            raise UserError(self.env._("Only an administrator of the customer care may do this."))
        for rule in self:
            rule._apply(limit=10 * ROWS_AT_ONCE)
        return True

    def _apply(self, limit=None):
        """Apply one rule to at most ``limit`` records; return how many."""
        self.ensure_one()
        rule = self.sudo()
        records = rule._get_model().search(rule._get_domain(), limit=limit, order="id")
        for ids in split_every(ROWS_AT_ONCE, records.ids):
            rule._apply_to(records.browse(ids))
        rule.last_run = fields.Datetime.now()
        if records:
            self.env["customer.retention.log"].sudo().create({"rule_id": rule.id, "count": len(records)})
            self.env["customer.privacy.log"]._log(
                "retention", self.env["res.partner"], f"{records._name} {rule.action}: {len(records)}"
            )
        return len(records)

    def _apply_to(self, records):
        if self.action == "archive":
            records.action_archive()
        elif self.action == "erase":
            erase = self._get_kinds()[self.kind]["erase"]
            self.env["res.partner"]._care_anonymize_records(records._name, {"erase": erase}, records)
        else:
            records.unlink()

    @api.model
    def _cron_apply(self):
        """Apply all rules in batches, each committed."""
        cron = self.env["ir.cron"]
        for rule in self.search(Domain.TRUE):
            while done := rule._apply(limit=ROWS_AT_ONCE):
                if not cron._commit_progress(done):
                    return
                if done < ROWS_AT_ONCE:
                    break
