from collections import defaultdict
from datetime import timedelta
from operator import methodcaller

from odoo import api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column, table_exists

from .customer_complaint_policy import CONDITION_FIELDS
from .customer_complaint_policy_line import TARGETS
from .customer_complaint_stage import OPEN_PHASES

# A change of one of these asks the time limits anew, if the policies in use look at it.
CLOCK_FIELDS = {
    "stage_id",
    "team_id",
    "company_id",
    "received_datetime",
    "acknowledged_datetime",
    "responded_datetime",
    "informed_datetime",
    *CONDITION_FIELDS,
}
# These matter only where a policy limits what they start or fulfil.
TARGET_FIELDS = {"acknowledged_datetime": "acknowledge", "informed_datetime": "update"}
REFRESH_AT_ONCE = 1000


class CustomerComplaint(models.Model):
    """Time limits: deadlines, what is late, and why."""

    _inherit = "customer.complaint"

    policy_id = fields.Many2one(
        "customer.complaint.policy",
        string="Time Limit Policy",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
    )
    clock_ids = fields.One2many(
        "customer.complaint.clock",
        "complaint_id",
        string="Time Limits",
        readonly=True,
        groups="base.group_user",
    )
    next_deadline = fields.Datetime(
        readonly=True,
        copy=False,
        help="The nearest deadline that is not fulfilled; empty while all time limits are paused.",
    )
    next_target = fields.Selection(
        TARGETS, string="Next Time Limit", readonly=True, copy=False, help="What is due at the next deadline."
    )
    is_clock_stale = fields.Boolean(readonly=True, copy=False)
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late", string="Late")
    is_due_soon = fields.Boolean(
        compute="_compute_is_due_soon",
        search="_search_is_due_soon",
        string="Due Soon",
        help="The nearest deadline is less hours away than the settings of the company say.",
    )
    response_deadline = fields.Datetime(compute="_compute_deadlines", compute_sudo=True)
    response_state = fields.Selection(
        lambda self: self.env["customer.complaint.clock"]._get_state_selection(),
        compute="_compute_deadlines",
        compute_sudo=True,
    )
    response_left = fields.Char(compute="_compute_deadlines", compute_sudo=True)
    resolution_deadline = fields.Datetime(compute="_compute_deadlines", compute_sudo=True)
    resolution_state = fields.Selection(
        lambda self: self.env["customer.complaint.clock"]._get_state_selection(),
        compute="_compute_deadlines",
        compute_sudo=True,
    )
    resolution_left = fields.Char(compute="_compute_deadlines", compute_sudo=True)

    def _auto_init(self):
        """Fill in, for complaints of before, which time limit is next and when the customer last heard of us."""
        cr = self.env.cr
        is_new = table_exists(cr, "customer_complaint_clock") and not column_exists(
            cr, self._table, "next_target"
        )
        if is_new:
            # Made here, so that nothing is computed for complaints of before: they have their time limits.
            create_column(cr, self._table, "next_target", "varchar")
            create_column(cr, self._table, "next_escalation_datetime", "timestamp")
        result = super()._auto_init()
        if is_new:
            cr.execute(
                "UPDATE customer_complaint c SET next_target = (SELECT min(k.target)"
                " FROM customer_complaint_clock k WHERE k.complaint_id = c.id AND k.deadline = c.next_deadline"
                " AND k.state IN ('running', 'paused', 'breached')), informed_datetime = responded_datetime"
                " WHERE next_deadline IS NOT NULL OR responded_datetime IS NOT NULL"
            )
        return result

    @api.depends("next_deadline")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        late = self.filtered(lambda complaint: complaint.next_deadline and complaint.next_deadline < now)
        late.is_late = True
        (self - late).is_late = False

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("next_deadline", "<", fields.Datetime.now())

    @api.depends("next_deadline", "company_id")
    def _compute_is_due_soon(self):
        now = fields.Datetime.now()
        hours = self.env["res.company"]._get_complaint_soon_hours()
        soon = self.filtered(
            lambda c: (
                c.next_deadline
                and now <= c.next_deadline < now + timedelta(hours=hours.get(c.company_id.id, 0))
            )
        )
        soon.is_due_soon = True
        (self - soon).is_due_soon = False

    def _search_is_due_soon(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        companies = defaultdict(list)
        for company_id, hours in self.env["res.company"]._get_complaint_soon_hours().items():
            companies[hours].append(company_id)
        return Domain("next_deadline", ">=", now) & Domain.OR(
            Domain("company_id", "in", company_ids)
            & Domain("next_deadline", "<", now + timedelta(hours=hours))
            for hours, company_ids in companies.items()
        )

    @api.depends("clock_ids.deadline", "clock_ids.state")
    @api.depends_context("lang")
    def _compute_deadlines(self):
        Clock = self.env["customer.complaint.clock"]
        clocks = Clock._get_stored(self._origin)
        for complaint in self:
            for target in ("response", "resolution"):
                line = clocks.get((complaint._origin.id, target), Clock)
                complaint[f"{target}_deadline"] = line.deadline
                complaint[f"{target}_state"] = line.state
                is_open = line.state in ("running", "breached")
                left = complaint._format_time_left(line.deadline) if is_open else False
                complaint[f"{target}_left"] = left

    def action_refresh_clocks(self):
        """Compute the time limits anew, e.g. after working times were changed."""
        self.check_access("write")
        self._refresh_clocks()

    # Computing

    def _after_write(self, vals):
        """Ask the time limits anew after a write that concerns them."""
        concerned = CLOCK_FIELDS.intersection(vals) - (CONDITION_FIELDS - self._get_watched_conditions())
        if not concerned:
            return
        complaints = self
        if concerned <= TARGET_FIELDS.keys():
            targets = {TARGET_FIELDS[name] for name in concerned}
            complaints = self.filtered(lambda complaint: complaint.sudo()._has_limit(targets))
        complaints._refresh_clocks()

    def _get_watched_conditions(self):
        """Return which of ``CONDITION_FIELDS`` decide about time limits. Override to add others."""
        return self.env["customer.complaint.policy"]._get_condition_fields()

    def _has_limit(self, targets):
        """Return whether the complaint's policy has a time limit for one of ``targets``."""
        _policy_id, limits = self.env["customer.complaint.policy"]._match(self)
        return any(target in targets for target, _limit, _unit in limits)

    def _refresh_clocks(self):
        """Compute the time limits of the complaints from their history and store the result, in one batch."""
        self.env["customer.complaint.clock"].sudo()._refresh(self.sudo())

    @api.model
    def _get_open_clock_domain(self):
        """Return the domain of complaints whose time limits can still change."""
        return Domain("phase", "in", OPEN_PHASES)

    @api.model
    def _request_clock_refresh(self, domain):
        """Have the time limits of open complaints computed anew: a few at once, many by the scheduled job."""
        Complaint = self.sudo().with_context(active_test=False)
        domain = Domain(domain or Domain.TRUE) & self._get_open_clock_domain()
        found = Complaint.search(domain, limit=REFRESH_AT_ONCE + 1, order="id")
        if len(found) <= REFRESH_AT_ONCE:
            found._refresh_clocks()
            return
        query = Complaint._search(domain)
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "UPDATE customer_complaint SET is_clock_stale = TRUE WHERE id IN %s RETURNING id",
                query.subselect(),
            )
        )
        Complaint.invalidate_model(["is_clock_stale"])
        self.env.ref("customer_complaint.customer_complaint_cron_refresh_clocks")._trigger()

    @api.model
    def _cron_refresh_clocks(self, batch=500):
        """Store which time limits are exceeded by now, and compute anew those asked for."""
        Complaint = self.with_context(active_test=False)
        domain = self._get_refresh_domain()
        self.env["ir.cron"]._commit_progress(remaining=Complaint.search_count(domain))
        work_in_batches(Complaint, domain, methodcaller("_refresh_clocks"), batch)

    @api.model
    def _get_refresh_domain(self):
        """Return the complaints of which a running time limit has passed, or that are marked for it."""
        passed = Domain(
            "clock_ids", "any", [("state", "=", "running"), ("deadline", "<", fields.Datetime.now())]
        )
        return Domain("is_clock_stale", "=", True) | passed

    # In words

    def _format_time_left(self, deadline):
        """Return the time to ``deadline`` in words, e.g. "3 h late"; False without deadline."""
        if not deadline:
            return False
        seconds = (deadline - fields.Datetime.now()).total_seconds()
        amount = abs(seconds)
        is_late = seconds < 0
        if amount < 3600:
            count = int(amount // 60)
            if is_late:
                return self.env._("%(count)s min late", count=count)
            return self.env._("%(count)s min left", count=count)
        if amount < 48 * 3600:
            count = int(amount // 3600)
            if is_late:
                return self.env._("%(count)s h late", count=count)
            return self.env._("%(count)s h left", count=count)
        count = int(amount // 86400)
        if is_late:
            return self.env._("%(count)s d late", count=count)
        return self.env._("%(count)s d left", count=count)

    def _complaint_get_promised_datetime(self):
        """Return by when a first response is promised: its deadline, else 24 hours from receipt."""
        self.ensure_one()
        return self.sudo().response_deadline or self.received_datetime + timedelta(hours=24)
