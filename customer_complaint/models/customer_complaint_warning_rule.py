from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.surge import judge
from .customer_complaint import PROBLEM_KINDS
from .customer_complaint_warning import SUBJECTS

# With fewer whole periods before, nothing is known of what is usual.
LEAST_SPANS = 3


class CustomerComplaintWarningRule(models.Model):
    """When a rise of complaints is told: the last days beside as many equal periods before.

    The counts are those of one SQL statement, the statistics those of ``tools/surge``. Of a tree both branches and
    leaves are compared; where a leaf rises, the branch above it is not told as well. Periods end with yesterday, at
    the company; those before its first complaint are left out.
    """

    _name = "customer.complaint.warning.rule"
    _description = "Early Warning Rule"
    _inherit = ["customer.complaint.rule.mixin", "customer.number.mixin"]

    subject = fields.Selection(SUBJECTS, string="Compared by", required=True, default="category")
    days = fields.Integer(string="Period in Days", required=True, default=7)
    spans = fields.Integer(
        string="Periods before",
        required=True,
        default=12,
        help="With how many equal periods before the last one is compared.",
    )
    alpha = fields.Float(
        string="Limit of Chance",
        digits=(16, 6),
        required=True,
        default=0.01,
        help="Told is what would come about less often than this if nothing had changed: 0.01 is once in a hundred.",
    )
    is_corrected = fields.Boolean(
        string="Divide by Comparisons",
        help="The limit is divided by the number of categories, causes or products compared (Bonferroni), so that "
        "false alarms stay as rare whatever their number. Real rises are found later.",
    )
    minimum = fields.Integer(string="Complaints at Least", required=True, default=3)
    user_id = fields.Many2one(
        "res.users",
        string="Whom to Tell",
        domain=[("share", "=", False)],
        help="Leave empty to tell the leader of the team that takes the category, else of the company's first team.",
    )
    last_datetime = fields.Datetime(string="Last Looked on", readonly=True, copy=False)
    warning_count = fields.Integer(compute="_compute_warning_count", string="Warnings")

    _days_range = models.Constraint("CHECK(days BETWEEN 1 AND 366)", "A period has 1 to 366 days.")
    _spans_range = models.Constraint("CHECK(spans BETWEEN 3 AND 104)", "3 to 104 periods are compared.")
    _alpha_range = models.Constraint(
        "CHECK(alpha > 0 AND alpha <= 0.5)", "The limit of chance is more than 0 and at most 0.5."
    )
    _minimum_positive = models.Constraint("CHECK(minimum >= 1)", "One complaint at least.")

    def _compute_warning_count(self):
        Warning = self.env["customer.complaint.warning"]
        counts = dict(Warning._read_group([("rule_id", "in", self.ids)], ["rule_id"], ["__count"]))
        for rule in self:
            rule.warning_count = counts.get(rule._origin, 0)

    @api.constrains("user_id")
    def _check_user_id(self):
        self.user_id._care_check_employees()

    def action_look_now(self):
        """Look for rises now; warnings given already are not given again."""
        self.check_access("write")
        self.sudo()._warn()
        return self.action_view_warnings()

    def action_view_warnings(self):
        """Open the warnings that the rules have given."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_complaint.customer_complaint_warning_action"
            ),
            "domain": [("rule_id", "in", self.ids)],
            "context": {},
        }

    @api.model
    def _cron_warn(self):
        """Look for rises, each rule in a transaction of its own."""
        for rule in self.search(Domain.TRUE):
            rule._warn()
            if not self.env["ir.cron"]._commit_progress(1):
                return

    def _warn(self):
        """Give the warnings that are due, as superuser. A rule that another worker holds is left to it."""
        for rule in self.try_lock_for_update():
            # of two workers one after the other, the second is to see what the first has written
            rule.last_datetime = fields.Datetime.now()
            rule.flush_recordset()
            for company in rule.company_id or self.env["res.company"].search(Domain.TRUE):
                rule._warn_company(company)

    def _warn_company(self, company):
        last_day = self.env["customer.complaint.action"]._get_today(company) - timedelta(days=1)
        counts = self._count(company, last_day)
        rises = self._find_rises(counts)
        told = self._get_told(company, last_day)
        vals_list = [
            self._prepare_warning_vals(company, last_day, key, counts[key], verdict, len(counts))
            for key, verdict in rises.items()
            if str(key) not in told
        ]
        self.env["customer.complaint.warning"].create(vals_list)._plan_todos()

    def _get_told(self, company, last_day):
        """Return the keys of warnings whose period overlaps with the one that ends on ``last_day``."""
        warnings = self.env["customer.complaint.warning"].search(
            [
                ("rule_id", "=", self.id),
                ("company_id", "=", company.id),
                ("date_to", ">", last_day - timedelta(days=self.days)),
            ]
        )
        return set(warnings.mapped("key"))

    def _get_borders(self, company, last_day, count):
        """Return ``count`` + 1 moments (naive UTC) between which periods lie, oldest first; days of the company."""
        zone = ZoneInfo(company.sudo().partner_id.tz or "UTC")
        days = [last_day + timedelta(days=1 - self.days * at) for at in range(count, -1, -1)]
        return [
            datetime.combine(day, time.min, zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
            for day in days
        ]

    def _count(self, company, last_day):
        """Return {key: [counts of periods, the last one first]}: ids of a tree, or names of products.

        What has too short a past is not compared: the result is empty.
        """
        borders = self._get_borders(company, last_day, self.spans + 1)
        self.env.flush_all()
        known = self._get_known_spans(company, borders)
        if known < LEAST_SPANS:
            return {}
        facts = self.env["customer.complaint.stage"]._get_facts()
        cancelled = tuple(key for key, fact in facts.items() if fact["phase"] == "cancelled") or (0,)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT %(key)s AS key, %(last)s - WIDTH_BUCKET(received_datetime, %(borders)s::timestamp[]) AS age,
                       COUNT(*)
                  FROM customer_complaint
                 WHERE received_datetime >= %(begin)s AND received_datetime < %(end)s
                   AND company_id = %(company)s AND active AND kind IN %(kinds)s
                   AND stage_id NOT IN %(cancelled)s AND merged_into_id IS NULL
                   AND %(key)s IS NOT NULL
                 GROUP BY 1, 2
                """,
                key=self._get_key_sql(),
                last=self.spans + 1,
                borders=borders,
                begin=borders[0],
                end=borders[-1],
                company=company.id,
                kinds=PROBLEM_KINDS,
                cancelled=cancelled,
            )
        )
        counts = {}
        for key, age, count in rows:
            for one in (key, *self._get_ancestors().get(key, ())):
                spans = counts.setdefault(one, [0] * (known + 1))
                if age <= known:
                    spans[age] += count
        return counts

    def _get_known_spans(self, company, borders):
        """Return how many whole periods lie between the company's first complaint and the last period."""
        [(first,)] = self.env.execute_query(
            SQL("SELECT MIN(received_datetime) FROM customer_complaint WHERE company_id = %s", company.id)
        )
        if not first:
            return 0
        return sum(border >= first for border in borders[:-2])

    def _get_key_sql(self):
        if self.subject == "product":
            return SQL("NULLIF(LOWER(TRIM(product_ref)), '')")
        return SQL.identifier(f"{self.subject}_id")

    def _get_ancestors(self):
        """Return {id: ids of those above it} of the tree, empty for products."""
        if self.subject == "product":
            return {}
        nodes = self.env[f"customer.complaint.{self.subject}"].with_context(active_test=False)
        paths = nodes.search_fetch(Domain.TRUE, ["parent_path"])
        return {node.id: [int(part) for part in node.parent_path.split("/")[:-2]] for node in paths}

    def _find_rises(self, counts):
        """Return {key: verdict} of what rises; of a tree the lowest nodes that do."""
        limit = self._get_limit(len(counts))
        rises = {}
        for key, (now, *earlier) in counts.items():
            if now < self.minimum or now * len(earlier) <= sum(earlier):
                continue
            verdict = judge(now, earlier)
            if verdict.probability < limit:
                rises[key] = verdict
        ancestors = self._get_ancestors()
        covered = {above for key in rises for above in ancestors.get(key, ())}
        return {key: verdict for key, verdict in rises.items() if key not in covered}

    def _get_limit(self, compared):
        return self.alpha / max(compared, 1) if self.is_corrected else self.alpha

    def _prepare_warning_vals(self, company, last_day, key, counts, verdict, compared):
        """Return the values of a warning. Override to add some."""
        return {
            "rule_id": self.id,
            "company_id": company.id,
            "subject": self.subject,
            "key": str(key),
            "category_id": self.subject == "category" and key,
            "cause_id": self.subject == "cause" and key,
            "product_ref": self.subject == "product" and key,
            "date_from": last_day - timedelta(days=self.days - 1),
            "date_to": last_day,
            "count": counts[0],
            "expected": verdict.expected,
            "probability": verdict.probability,
            "limit": self._get_limit(compared),
            "compared_count": compared,
            "earlier_counts": ", ".join(map(str, counts[1:])),
            "user_id": self._get_told_user(company, key).id,
        }

    def _get_told_user(self, company, key):
        """Return who is told: of the rule, else leader of the category's team, else of the first team."""
        teams = self.env["customer.complaint.team"].search([("company_id", "=", company.id)])
        own = teams
        if self.subject == "category":
            own = self.env["customer.complaint.category"].browse(key).team_id & teams
        people = self.user_id | own.user_id | own.manager_id | teams.user_id | teams.manager_id
        return people.filtered("active")[:1]
