import pytz
from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.addons.customer_care.tools.texts import keep_texts
from odoo.exceptions import UserError
from odoo.fields import Domain


class CustomerComplaintAudit(models.Model):
    """A self-audit of the handling of complaints over a period; its results are frozen when it is finished."""

    _name = "customer.complaint.audit"
    _description = "Self-Audit of Complaint Handling"
    _inherit = ["customer.guard.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_to desc, id desc"
    _guarded_fields = {"state": "draft", "measured_datetime": False, "finished_by_id": False}

    name = fields.Char(required=True, default=lambda self: self.env._("Self-Audit"), tracking=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    date_from = fields.Date(
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1) - relativedelta(months=12),
        help="Complaints received from this day on.",
    )
    date_to = fields.Date(
        required=True, default=lambda self: fields.Date.context_today(self), help="Until this day included."
    )
    user_id = fields.Many2one("res.users", string="Auditor", default=lambda self: self.env.user)
    state = fields.Selection(
        [("draft", "In Work"), ("done", "Finished")],
        required=True,
        readonly=True,
        default="draft",
        tracking=True,
    )
    measured_datetime = fields.Datetime(string="Measured on", readonly=True, copy=False)
    finished_by_id = fields.Many2one("res.users", string="Finished by", readonly=True, copy=False)
    line_ids = fields.One2many("customer.complaint.audit.line", "audit_id", string="Checks")
    summary = fields.Text(help="What was found, and what management decided.")
    reached_count = fields.Integer(string="Targets Reached", compute="_compute_counts")
    failed_count = fields.Integer(string="Targets Missed", compute="_compute_counts")
    open_count = fields.Integer(string="Not Answered", compute="_compute_counts")

    _dates_order = models.Constraint("CHECK(date_from <= date_to)", "The audit ends before it begins.")

    @api.depends("line_ids.status")
    def _compute_counts(self):
        for audit in self:
            statuses = audit.line_ids.mapped("status")
            audit.reached_count = statuses.count("reached")
            audit.failed_count = statuses.count("missed")
            audit.open_count = statuses.count("open")

    def action_measure(self):
        """Measure all checks anew; answers, notes and measures of people stay.

        :raises UserError: when an audit is finished
        """
        self.check_access("write")
        if any(audit.state == "done" for audit in self):
            raise UserError(self.env._("The results of a finished audit do not change any more."))
        for audit in self.sudo():
            audit._measure()

    def _measure(self):
        """Measure the checks of the audit (singleton) as superuser, each by one query."""
        self.env.flush_all()
        zone = pytz.timezone(self.company_id._care_get_tz())
        start, end = (
            zone.localize(fields.Datetime.to_datetime(day)).astimezone(pytz.utc).replace(tzinfo=None)
            for day in (self.date_from, self.date_to + relativedelta(days=1))
        )
        previous = self._get_previous()
        before = {line.check_id: line for line in previous.line_ids}
        lines = {line.check_id: line for line in self.line_ids}
        fresh = []
        for check in self.env["customer.complaint.audit.check"].search(Domain.TRUE):
            last = before.get(check)
            vals = {
                "sequence": check.sequence,
                "name": check.name,
                "clause": check.clause,
                "target": check.target,
                "is_manual": not check.provider,
                "has_previous": bool(last and last.is_judged),
                "previous_percent": last.percent if last else 0,
            }
            if check.provider:
                judged, good, offenders = check._measure(self.company_id, start, end)
                vals.update(
                    judged_count=judged,
                    good_count=good,
                    is_judged=bool(judged),
                    percent=100 * good / judged if judged else 0,
                    offenders=offenders,
                )
            if check in lines:
                lines[check].write(vals)
            else:
                fresh.append({**vals, "audit_id": self.id, "check_id": check.id})
        self.line_ids.create(fresh)
        keep_texts(self.line_ids, "name", "check_id")
        self.measured_datetime = fields.Datetime.now()

    def _get_previous(self):
        """Return the last finished audit of the company before this one (singleton)."""
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "done"),
                ("id", "!=", self.id),
                ("date_to", "<", self.date_to),
            ],
            limit=1,
        )

    def action_finish(self):
        """Freeze the results.

        :raises UserError: when it was not measured, or a question is not answered
        """
        self.check_access("write")
        for audit in self:
            if not audit.measured_datetime:
                raise UserError(self.env._("Please measure the audit first."))
            if any(line.is_manual and not line.answer for line in audit.line_ids):
                raise UserError(self.env._("Please answer the questions that the program cannot measure."))
        self.sudo().write({"state": "done", "finished_by_id": self.env.uid})

    def _check_change(self, vals):
        if any(audit.state == "done" for audit in self.sudo()):
            raise UserError(self.env._("The results of a finished audit do not change any more."))
        return super()._check_change(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if any(audit.state == "done" for audit in self):
            raise UserError(self.env._("A finished audit is kept."))
