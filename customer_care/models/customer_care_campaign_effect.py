from datetime import timedelta

import pytz
from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.figures import Scope

# Groups with fewer customers say little.
SMALL_GROUP = 30
# {figure: value of a customer without any; None: only customers with a value before and after count}
FIGURES = {"amount": 0.0, "purchases": 0.0, "satisfaction": None, "score": None, "grade": None}
# Results of gradings that say which grade a customer has got.
GRADED_STATES = ("applied", "unchanged")


class CustomerCareCampaignEffect(models.Model):
    """A figure of one group of customers, before and after a campaign: frozen when it is computed."""

    _name = "customer.care.campaign.effect"
    _description = "Effect of a Campaign"
    _inherit = "customer.program.mixin"
    _order = "campaign_id desc, months, figure, group_sequence"
    _rec_name = "campaign_id"

    campaign_id = fields.Many2one(
        "customer.care.campaign", required=True, ondelete="cascade", readonly=True, index=True
    )
    company_id = fields.Many2one(related="campaign_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="campaign_id.currency_id")
    months = fields.Integer(
        string="Months After", required=True, readonly=True, aggregator=None, help="As many months before."
    )
    figure = fields.Selection(
        [
            ("amount", "Amount of purchases"),
            ("purchases", "Number of purchases"),
            ("satisfaction", "Satisfaction (0-100)"),
            ("score", "Grading score (0-100)"),
            ("grade", "Grade (steps, more is better)"),
        ],
        required=True,
        readonly=True,
    )
    group = fields.Selection(
        [
            ("attended", "Attended"),
            ("absent", "Invited, did not attend"),
            ("comparison", "Not invited, comparable"),
        ],
        required=True,
        readonly=True,
    )
    group_sequence = fields.Integer(readonly=True, aggregator=None)
    customers = fields.Integer(readonly=True)
    before_mean = fields.Float(string="Before (Mean)", readonly=True, aggregator="avg", digits=(16, 2))
    after_mean = fields.Float(string="After (Mean)", readonly=True, aggregator="avg", digits=(16, 2))
    change = fields.Float(string="Change (Mean)", readonly=True, aggregator="avg", digits=(16, 2))
    before_median = fields.Float(string="Before (Median)", readonly=True, aggregator=None, digits=(16, 2))
    after_median = fields.Float(string="After (Median)", readonly=True, aggregator=None, digits=(16, 2))
    is_small = fields.Boolean(
        string="Small Group", readonly=True, help="With so few customers chance alone may explain the change."
    )

    _row_uniq = models.Constraint(
        'UNIQUE(campaign_id, months, figure, "group")', "There is one row for each figure and group."
    )

    def _get_program_error(self):
        return self.env._("The effect of a campaign is computed, nobody writes it.")


class CustomerCareCampaign(models.Model):
    """What customers did after a campaign, against as long before, and against those who were not invited."""

    _inherit = "customer.care.campaign"

    effect_months = fields.Char(
        string="Effect After (Months)",
        default="3",
        required=True,
        help="One number of months or several, e.g. 1, 3, 6, 12; as long before the campaign is compared.",
    )
    date_effect = fields.Datetime(string="Effect Computed On", readonly=True, copy=False)
    effect_ids = fields.One2many("customer.care.campaign.effect", "campaign_id", readonly=True)

    @api.constrains("effect_months")
    def _check_effect_months(self):
        for campaign in self:
            campaign._get_effect_months()

    def action_compute_effect(self):
        """Compute the effect of ended campaigns anew and keep it; an evaluated one stays as it is.

        :raises UserError: it did not end, or not even the shortest time after it is over
        """
        self._check_may_run("done")
        for campaign in self:
            begin, points = campaign._get_first_day(), campaign._get_due_months()
            if not points:
                first = begin + relativedelta(months=min(campaign._get_effect_months()))
                raise UserError(
                    self.env._(
                        "The effect can be computed from %(date)s on.", date=fields.Date.to_string(first)
                    )
                )
            rows = [row for months in points for row in campaign._compute_effect(months, begin)]
            document = campaign.sudo()
            document.effect_ids.unlink()
            self.env["customer.care.campaign.effect"].sudo().create(rows)
            document.write({"date_effect": fields.Datetime.now()})
        return True

    def action_open_effect(self):
        """Open the effect as a chart."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "customer_care.customer_care_campaign_effect_action"
            ),
            "domain": [("campaign_id", "=", self.id)],
            "context": {"search_default_amount": 1},
        }

    def _get_effect_months(self):
        """Return the sorted numbers of months (singleton).

        :raises ValidationError: it is not a list of numbers from 1 to 36
        """
        self.ensure_one()
        texts = [
            text.strip()
            for text in (self.effect_months or "").replace("，", ",").replace("、", ",").split(",")
        ]
        if not all(text.isascii() and text.isdecimal() and 1 <= int(text) <= 36 for text in texts):
            raise ValidationError(
                self.env._("The months of the effect are numbers from 1 to 36, e.g. 1, 3, 6, 12.")
            )
        return sorted({int(text) for text in texts})

    def _get_due_months(self):
        """Return those numbers of months that are over since the first day (singleton)."""
        begin, today = self._get_first_day(), fields.Date.context_today(self)
        return [
            months for months in self._get_effect_months() if begin + relativedelta(months=months) <= today
        ]

    def _get_first_day(self):
        self.ensure_one()
        zone = pytz.timezone(self.date_tz or "UTC")
        return pytz.utc.localize(self.date_begin).astimezone(zone).date()

    def _compute_effect(self, months, begin):
        """Return the values of the rows of so many months, two figures of each customer in each statement.

        The time after begins where that before ends: three months from 30 November to 28 February have no day in
        common with those before, though three months back from there it is 28 November.
        """
        eve = begin - timedelta(days=1)
        last = begin + relativedelta(months=months) - timedelta(days=1)
        scopes = [
            Scope(
                date=day,
                company_ids=tuple(self.company_id.ids),
                currency_id=self.sudo().currency_id.id,
                since=since,
            )
            for day, since in ((eve, None), (last, eve))
        ]
        groups = self._get_group_query()
        result = []
        for figure, empty in FIGURES.items():
            before, after = (self._get_figure_query(figure, scope, months, groups) for scope in scopes)
            found = self._read_effect(groups, before, after, empty)
            names = [name for name, _label in self.effect_ids._fields["group"].selection]
            for number, name in enumerate(names):
                count, *means = found.get(name, (0, 0.0, 0.0, 0.0, 0.0))
                before_mean, after_mean, before_median, after_median = (float(mean or 0.0) for mean in means)
                result.append(
                    {
                        "campaign_id": self.id,
                        "months": months,
                        "figure": figure,
                        "group": name,
                        "group_sequence": number,
                        "customers": count,
                        "before_mean": before_mean,
                        "after_mean": after_mean,
                        "change": after_mean - before_mean,
                        "before_median": before_median,
                        "after_median": after_median,
                        "is_small": count < SMALL_GROUP,
                    }
                )
        return result

    def _read_effect(self, groups, before, after, empty):
        """Return ``{group: (customers, mean before, mean after, median before, median after)}``."""
        known = SQL("before.value IS NOT NULL AND after.value IS NOT NULL") if empty is None else SQL("TRUE")
        query = SQL(
            """
            SELECT name, COUNT(*), AVG(b), AVG(a), percentile_cont(0.5) WITHIN GROUP (ORDER BY b),
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY a)
              FROM (SELECT family.name, COALESCE(before.value, %(empty)s) AS b, COALESCE(after.value, %(empty)s) AS a
                      FROM (%(groups)s) family
                      LEFT JOIN (%(before)s) before ON before.partner_id = family.id
                      LEFT JOIN (%(after)s) after ON after.partner_id = family.id
                     WHERE %(known)s) pairs
             GROUP BY name
            """,
            groups=groups,
            before=before,
            after=after,
            empty=empty or 0.0,
            known=known,
        )
        return {name: tuple(row) for name, *row in self.env.execute_query(query)}

    def _get_group_query(self):
        """Return SQL that selects ``id, name``: the commercial partners of the three groups.

        Comparable are customers whom the targets of the campaign mean, with the grades of those who attended,
        and who were not invited.
        """
        self.ensure_one()
        self.env.flush_all()
        Partner = self.env["res.partner"].sudo().with_context(active_test=False)
        grades = self.env.execute_query(
            SQL(
                "SELECT DISTINCT c.care_grade_id FROM customer_care_campaign_participant p"
                " JOIN res_partner c ON c.id = p.commercial_partner_id"
                " WHERE p.campaign_id = %s AND p.state = 'attended' AND c.care_grade_id IS NOT NULL",
                self.id,
            )
        )
        domain = self._get_target_domain()
        if grades:
            domain &= Domain("care_grade_id", "in", [row[0] for row in grades])
        comparable = Partner._search(domain)
        invited = SQL(
            "SELECT commercial_partner_id AS id,"
            " CASE WHEN bool_or(state = 'attended') THEN 'attended' ELSE 'absent' END AS name"
            " FROM customer_care_campaign_participant WHERE campaign_id = %s AND state <> 'target'"
            " AND commercial_partner_id IS NOT NULL GROUP BY commercial_partner_id",
            self.id,
        )
        return SQL(
            "%(invited)s UNION ALL SELECT found.id, 'comparison' FROM (%(comparable)s) found"
            " WHERE NOT EXISTS (SELECT 1 FROM customer_care_campaign_participant o"
            " WHERE o.campaign_id = %(campaign)s AND o.state <> 'target' AND o.commercial_partner_id = found.id)",
            invited=invited,
            comparable=comparable.subselect(),
            campaign=self.id,
        )

    def _get_figure_query(self, figure, scope, months, groups):
        """Return SQL that selects ``partner_id, value`` of the customers of the groups as of the scope's day."""
        if figure in ("amount", "purchases", "satisfaction"):
            metric = self.env["customer.metric"].sudo().new({"provider": figure, "months": months})
            query = metric._build_query(SQL("SELECT id FROM (%s) members", groups), scope)
            return SQL("SELECT partner_id, value_0 AS value FROM (%s) figure", query)
        return self._get_grading_query(figure, scope)

    @api.model
    def _get_grading_query(self, figure, scope):
        """Return the last score, or the last grade as steps above the lowest one, known at the scope's day."""
        ranks = self.env["customer.grade"]._get_ranks()
        if figure == "score" or not ranks:
            column, join, condition = SQL("r.score"), SQL(), SQL("r.state NOT IN ('ungraded', 'simulated')")
        else:
            steps = SQL(", ").join(
                SQL("(%s, %s)", grade, len(ranks) - 1 - rank) for grade, rank in ranks.items()
            )
            column = SQL("g.step")
            join = SQL(" JOIN (VALUES %s) AS g(id, step) ON g.id = r.grade_id", steps)
            condition = SQL("r.state = ANY(%s)", list(GRADED_STATES))
        return SQL(
            "SELECT DISTINCT ON (r.partner_id) r.partner_id, %s::float AS value FROM customer_grading_result r%s"
            " WHERE r.date <= %s AND NOT COALESCE(r.is_dry_run, FALSE) AND %s"
            " ORDER BY r.partner_id, r.date DESC, r.id DESC",
            column,
            join,
            scope.date,
            condition,
        )
