from datetime import datetime, time, timedelta
from operator import methodcaller
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.addons.customer_care.tools.batches import work_in_batches
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.recurrence import RATE_DAYS, Watch, get_allowed, get_rate
from .customer_complaint import PROBLEM_KINDS

# What may make a complaint the same again.
SAME = ("customer", "product", "cause", "category")
# Looked at by the job: what is done, and what failed and still has days to come.
WATCHED = ("done", "not_effective")
BATCH = 50
# Complaints registered so many days later are still counted.
GRACE_DAYS = 14


class CustomerComplaintAction(models.Model):
    """Whether complaints come back after an action: the recurrence engine.

    A complaint comes back when it agrees with the action in what is chosen (customer, product, cause, category) and
    happened, or where that is not known was received, within ``watch_days`` after the day of the remedy. It is
    compared with a number, or with as many days before that day. The job counts in SQL, notes each complaint that
    came back once (``customer.complaint.action.recurrence``), and marks the action as not effective or proposes it.
    """

    _inherit = "customer.complaint.action"

    date_effect = fields.Date(
        string="In Effect since",
        copy=False,
        tracking=True,
        help="The day of the remedy: complaints are counted from the day after. Empty: the day it is marked done.",
    )
    watch_days = fields.Integer(
        string="Days Watched", required=True, default=90, help="So many days after the remedy, and before it."
    )
    date_check = fields.Date(
        string="Effect Checked on",
        copy=False,
        tracking=True,
        help="On this day somebody else than the owner is asked whether the action helped. Empty: when the days "
        "watched are over.",
    )
    date_watch_end = fields.Date(
        string="Watched until",
        compute="_compute_date_watch_end",
        store=True,
        help="The last day that counts.",
    )
    same_customer = fields.Boolean(
        help="Of the customers of the complaints, counted over all their contacts."
    )
    same_product = fields.Boolean(help="The product of the action, else those of its complaints.")
    same_cause = fields.Boolean(
        default=True, help="The cause of the action with those below it, else the causes of its complaints."
    )
    same_category = fields.Boolean(
        help="The category of the action with those below it, else the categories of its complaints."
    )
    match = fields.Selection(
        [("all", "All of these agree"), ("any", "One of these agrees")], required=True, default="all"
    )
    measure = fields.Selection(
        [("count", "So many came back"), ("before", "Not enough fewer than before")],
        string="Failed when",
        required=True,
        default="count",
    )
    recurrence_limit = fields.Integer(string="Number that Came Back", default=1)
    reduction_percent = fields.Integer(
        string="Fewer than Before (%)",
        default=50,
        help="So many percent fewer must it be than in the days before.",
    )
    is_automatic = fields.Boolean(
        string="Mark without Asking",
        default=True,
        help="Set: marked as not effective as soon as it failed. Not set: it is proposed, a person decides.",
    )

    before_count = fields.Integer(string="Complaints before", readonly=True, copy=False)
    after_count = fields.Integer(string="Complaints after", readonly=True, copy=False)
    checked_datetime = fields.Datetime(string="Counted on", readonly=True, copy=False)
    is_failing = fields.Boolean(string="Came Back", readonly=True, copy=False)
    told_round = fields.Integer(string="Told of Attempt", readonly=True, copy=False, aggregator=None)
    chart_counts = fields.Json(readonly=True, copy=False)
    before_rate = fields.Float(compute="_compute_rates", digits=(16, 1), string="Before, in 30 Days")
    after_rate = fields.Float(compute="_compute_rates", digits=(16, 1), string="After, in 30 Days")
    effect_chart = fields.Html(compute="_compute_effect_chart", sanitize=False)
    recurrence_ids = fields.One2many(
        "customer.complaint.action.recurrence", "action_id", string="Came Back as", readonly=True
    )

    _watch_days_range = models.Constraint(
        "CHECK(watch_days BETWEEN 1 AND 1096)", "An action is watched for 1 to 1,096 days."
    )
    _recurrence_limit_positive = models.Constraint(
        "CHECK(recurrence_limit >= 1)", "An action fails when at least one complaint came back."
    )
    _reduction_range = models.Constraint(
        "CHECK(reduction_percent BETWEEN 1 AND 100)", "It must be 1 to 100 percent fewer than before."
    )
    _watched_idx = models.Index("(id) WHERE state IN ('done', 'not_effective')")

    @api.depends("date_effect", "watch_days")
    def _compute_date_watch_end(self):
        for action in self:
            end = action.date_effect and fields.Date.add(action.date_effect, days=action.watch_days)
            action.date_watch_end = end or False

    @api.depends("before_count", "after_count", "checked_datetime", "date_effect", "watch_days")
    def _compute_rates(self):
        for action in self:
            passed = action._get_days_passed()
            action.before_rate = get_rate(action.before_count, action.watch_days if action.date_effect else 0)
            action.after_rate = get_rate(action.after_count, passed)

    @api.depends("chart_counts", "before_count", "after_count")
    @api.depends_context("lang")
    def _compute_effect_chart(self):
        for action in self:
            action.effect_chart = action._render_chart() if action.chart_counts else False

    @api.constrains("same_customer", "same_product", "same_cause", "same_category")
    def _check_same(self):
        for action in self:
            if not any(action[f"same_{what}"] for what in SAME):
                raise ValidationError(
                    self.env._("Choose in what a complaint must agree with the action to have come back.")
                )

    def _get_days_passed(self):
        """Return of how many whole days after the remedy complaints are known (singleton)."""
        self.ensure_one()
        if not (self.date_effect and self.checked_datetime):
            return 0
        zone = ZoneInfo(self.company_id.sudo().partner_id.tz or "UTC")
        counted = self.checked_datetime.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()
        return Watch(self.date_effect, self.watch_days).get_days_passed(counted)

    # Counting

    def action_check_recurrence(self):
        """Count anew, now."""
        self.check_access("write")
        self._check_step(WATCHED, self.env._("What comes back is counted when the action is done."))
        if self:
            self.sudo()._check_recurrence()

    def action_view_recurrences(self):
        """Open the complaints that came back in this attempt."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_complaint.customer_complaint_action_recurrence_action"
        )
        return {**action, "domain": [("action_id", "=", self.id)], "context": {}}

    @api.model
    def _cron_check_recurrence(self):
        """Count for all actions that are watched, in batches that several workers may share."""
        now = fields.Datetime.now()
        domain = (
            Domain("state", "in", WATCHED)
            & Domain("date_watch_end", ">=", fields.Date.subtract(now.date(), days=GRACE_DAYS))
            & (Domain("checked_datetime", "=", False) | Domain("checked_datetime", "<", now))
        )
        actions = self.with_context(active_test=False)
        self.env["ir.cron"]._commit_progress(remaining=actions.search_count(domain))
        work_in_batches(actions, domain, methodcaller("_check_recurrence"), BATCH)

    def _check_recurrence(self):
        """Count what came back, note it, and say what follows from it, as superuser.

        All within one transaction; an owner is told once in each attempt.
        """
        found = self._count_recurrences()
        now = fields.Datetime.now()
        Recurrence = self.env["customer.complaint.action.recurrence"]
        Recurrence._note({action: found[action.id][1] for action in self})
        for action in self:
            counts, complaint_ids = found[action.id]
            before = sum(count for span, count in counts.items() if span < 0)
            allowed = get_allowed(action.measure, before, action.recurrence_limit, action.reduction_percent)
            action.write(
                {
                    "before_count": before,
                    "after_count": len(complaint_ids),
                    "chart_counts": action._prepare_chart(counts),
                    "checked_datetime": now,
                    "is_failing": len(complaint_ids) > allowed,
                }
            )
        self.filtered(lambda action: action.is_failing and action.told_round < action.round)._fail()

    def _fail(self):
        """Mark as not effective, or propose it, and tell the owner with the numbers."""
        for action in self:
            vals = {"told_round": action.round}
            if action.is_automatic and action.state == "done":
                vals |= {"state": "not_effective", "verified_datetime": fields.Datetime.now()}
            action.write(vals)
        self._sync_todos()
        self._tell_failed()

    def _get_watch(self):
        return Watch(self.date_effect or self.date_done, self.watch_days)

    def _get_moments(self):
        """Return when the days before begin and end, and those after (naive UTC), at the company (singleton)."""
        zone = ZoneInfo(self.company_id.partner_id.tz or "UTC")
        watch = self._get_watch()
        return [
            datetime.combine(day, time.min, zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
            for day in (*watch.before, *watch.after)
        ]

    def _count_recurrences(self):
        """Return {action id: ({span of 30 days: count}, [ids of complaints that came back])}, as superuser.

        Spans before the remedy are negative, -1 the last one; 0 is the first after it.
        """
        self.env.flush_all()
        found = {action.id: ({}, []) for action in self}
        parts = [part for part in (action._get_count_sql() for action in self) if part]
        if not parts:
            return found
        for action_id, span, count, ids in self.env.execute_query(SQL(" UNION ALL ").join(parts)):
            counts, complaint_ids = found[action_id]
            counts[span] = count
            complaint_ids.extend(ids or [])
        return found

    def _get_count_sql(self):
        """Return the query of (action, span, count, ids of those after), None when nothing can agree."""
        conditions = [self._get_same_sql(what) for what in SAME if self[f"same_{what}"]]
        if self.match == "all" and not all(conditions):
            return None
        conditions = [condition for condition in conditions if condition]
        if not conditions:
            return None
        begin, end, after, until = self._get_moments()
        moment = SQL("LEAST(complaint.happened_datetime, complaint.received_datetime)")
        facts = self.env["customer.complaint.stage"]._get_facts()
        cancelled = tuple(key for key, fact in facts.items() if fact["phase"] == "cancelled") or (0,)
        span = SQL("INTERVAL %s", f"{RATE_DAYS} days")
        return SQL(
            """
            (SELECT %(action)s::int, span, COUNT(*), ARRAY_AGG(id) FILTER (WHERE span >= 0)
               FROM (
                SELECT complaint.id,
                       CASE WHEN %(moment)s < %(end)s
                            THEN -1 - FLOOR(EXTRACT(EPOCH FROM %(end)s - %(moment)s - INTERVAL '1 microsecond')
                                            / EXTRACT(EPOCH FROM %(span)s))::int
                            ELSE FLOOR(EXTRACT(EPOCH FROM %(moment)s - %(after)s)
                                       / EXTRACT(EPOCH FROM %(span)s))::int END AS span
                  FROM customer_complaint complaint
                 WHERE complaint.company_id = %(company)s AND complaint.active
                   AND complaint.kind IN %(kinds)s AND complaint.stage_id NOT IN %(cancelled)s
                   AND complaint.merged_into_id IS NULL
                   AND complaint.received_datetime >= %(begin)s
                   AND (%(moment)s >= %(begin)s AND %(moment)s < %(end)s
                        OR %(moment)s >= %(after)s AND %(moment)s < %(until)s)
                   AND (%(same)s)
               ) same GROUP BY span)
            """,
            action=self.id,
            moment=moment,
            begin=begin,
            end=end,
            after=after,
            until=until,
            span=span,
            company=self.company_id.id,
            kinds=PROBLEM_KINDS,
            cancelled=cancelled,
            same=SQL(" AND " if self.match == "all" else " OR ").join(conditions),
        )

    def _get_same_sql(self, what):
        """Return the condition that ``complaint`` agrees in ``what``, None when the action says nothing of it."""
        return getattr(self, f"_get_same_{what}")()

    def _get_same_customer(self):
        complaints = self.complaint_ids
        parts = []
        if families := complaints.commercial_partner_id:
            parts.append(SQL("complaint.commercial_partner_id IN %s", tuple(families.ids)))
        if emails := set(filter(None, complaints.mapped("email_normalized"))):
            parts.append(SQL("complaint.email_normalized IN %s", tuple(sorted(emails))))
        return SQL("(%s)", SQL(" OR ").join(parts)) if parts else None

    def _get_same_product(self):
        names = [self.product_ref] if self.product_ref else self.complaint_ids.mapped("product_ref")
        names = {name.strip().lower() for name in names if name and name.strip()}
        return SQL("LOWER(TRIM(complaint.product_ref)) IN %s", tuple(sorted(names))) if names else None

    def _get_same_cause(self):
        complaints = self.complaint_ids
        causes = self._with_children(self.cause_id or complaints.cause_id | complaints.cause_ids)
        if not causes:
            return None
        return SQL(
            "(complaint.cause_id IN %(ids)s OR complaint.id IN (SELECT complaint_id FROM customer_complaint_cause_rel"
            " WHERE cause_id IN %(ids)s))",
            ids=tuple(causes.ids),
        )

    def _get_same_category(self):
        categories = self._with_children(self.category_id or self.complaint_ids.category_id)
        return SQL("complaint.category_id IN %s", tuple(categories.ids)) if categories else None

    def _with_children(self, nodes):
        """Return the nodes of a tree with all below them, as it is now, archived ones too."""
        return nodes and nodes.with_context(active_test=False).search([("id", "child_of", nodes.ids)])

    # The chart

    def _prepare_chart(self, counts):
        """Return [[span, count, days]] of each span of 30 days watched, the first and the last may be shorter."""
        full, rest = divmod(self.watch_days, RATE_DAYS)
        lengths = [RATE_DAYS] * full + ([rest] if rest else [])
        before = [[-1 - at, counts.get(-1 - at, 0), days] for at, days in enumerate(lengths)]
        after = [[at, counts.get(at, 0), days] for at, days in enumerate(lengths)]
        return before[::-1] + after

    def _render_chart(self):
        """Return the bars of the spans as HTML: rates in 30 days, those to come are left out (singleton)."""
        today = self._get_days_passed()
        bars = []
        for span, count, days in self.chart_counts:
            passed = min(max(today - span * RATE_DAYS, 0), days) if span >= 0 else days
            if passed or count:
                bars.append(
                    {"span": span, "count": count, "rate": get_rate(count, passed or days), "days": passed}
                )
        highest = max((bar["rate"] for bar in bars), default=0) or 1
        first = self.date_effect + timedelta(1)
        for bar in bars:
            bar["height"] = round(100 * bar["rate"] / highest)
            start = self.date_effect if bar["span"] < 0 else first
            bar["start"] = start + timedelta(bar["span"] * RATE_DAYS)
        return self.env["ir.qweb"]._render(
            "customer_complaint.customer_complaint_action_chart", {"action": self, "bars": bars}
        )
