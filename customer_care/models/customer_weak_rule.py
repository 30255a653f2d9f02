from math import ceil

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from .customer_care_plan_template_line import KINDS, ROLES


class CustomerWeakRule(models.Model):
    """When a relation counts as weak, and what is proposed then.

    To add a kind, extend ``kind`` by ``selection_add`` and write ``_query_<kind>``.
    """

    _name = "customer.weak.rule"
    _description = "Rule for Weak Relations"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for the customers of all companies.")
    kind = fields.Selection(
        [
            ("grade_fell", "Grade fell within so many days"),
            ("score_low", "Score below"),
            ("score_falling", "Score fell by at least"),
            ("satisfaction_low", "Satisfaction in callbacks at most (1-10)"),
            ("dormant", "No purchase for so many days"),
            ("no_contact", "No contact for so many days"),
        ],
        required=True,
    )
    threshold = fields.Float(string="Limit Value", required=True)
    weight = fields.Integer(
        default=1, required=True, help="Customers with the highest sum of weights come first in the list."
    )
    action_kind = fields.Selection(KINDS, string="Proposed Measure", required=True, default="call")
    action_name = fields.Char(string="What to Do", required=True, translate=True)
    action_days = fields.Integer(string="Within Days", default=14)
    action_role = fields.Selection(ROLES, string="By Whom", required=True, default="specialist")

    _check_threshold = models.Constraint(
        "CHECK(threshold >= 0 AND threshold <> 'NaN')", "The limit of a rule cannot be negative."
    )
    _check_weight = models.Constraint("CHECK(weight BETWEEN 1 AND 100)", "The weight goes from 1 to 100.")
    _check_action_days = models.Constraint(
        "CHECK(action_days BETWEEN 0 AND 3660)", "The days for a measure go from 0 to 3660."
    )

    def action_open_weak(self):
        """Open the customers whom the rule finds."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_weak_relation_action"),
            "domain": [("rule_ids", "in", self.ids)],
        }

    # Queries

    @api.model
    def _get_query(self, date, rules=None):
        """Return a SELECT of ``rule_id, weight, partner_id, value``: one row for each reason found.

        :param date: as of the end of this day
        :param rules: by default all; archived ones find nothing
        """
        rules = self.sudo().search(Domain.TRUE if rules is None else Domain("id", "in", rules.ids))
        self.env.flush_all()
        empty = SQL("SELECT 0 AS rule_id, 0 AS weight, 0 AS partner_id, 0::numeric AS value WHERE FALSE")
        return SQL(" UNION ALL ").join([empty, *(rule._get_own_query(date) for rule in rules)])

    def _get_own_query(self, date):
        """Return what the rule (singleton) finds; one of a company finds no customers of other companies."""
        self.ensure_one()
        found = getattr(self, f"_query_{self.kind}")(date)
        company = SQL(
            "JOIN res_partner customer ON customer.id = found.partner_id"
            " AND (customer.company_id IS NULL OR customer.company_id = %s)",
            self.company_id.id,
        )
        return SQL(
            "SELECT %s AS rule_id, %s AS weight, found.partner_id, found.value::numeric FROM (%s) found %s",
            self.id,
            self.weight,
            found,
            company if self.company_id else SQL(),
        )

    def _query_grade_fell(self, date):
        """The last change of grade that took effect was one down, at most so many days ago."""
        return SQL(
            """
            SELECT partner_id, levels AS value FROM (
                SELECT DISTINCT ON (partner_id) partner_id, levels, date
                  FROM customer_grading_result
                 WHERE state = 'applied' AND is_dry_run IS NOT TRUE AND levels <> 0 AND date <= %(date)s
                 ORDER BY partner_id, date DESC, id DESC
            ) change WHERE levels < 0 AND date >= %(first)s
            """,
            date=date,
            first=fields.Date.subtract(date, days=int(self.threshold)),
        )

    def _query_score_low(self, date):
        return SQL(
            "SELECT id AS partner_id, care_score AS value FROM res_partner"
            " WHERE commercial_partner_id = id AND care_grade_id IS NOT NULL AND care_score < %s",
            self.threshold,
        )

    def _query_score_falling(self, date):
        return SQL(
            "SELECT id AS partner_id, care_previous_score - care_score AS value FROM res_partner"
            " WHERE commercial_partner_id = id AND care_grade_id IS NOT NULL"
            " AND care_previous_score - care_score >= GREATEST(%s, 0.01)",
            self.threshold,
        )

    def _query_satisfaction_low(self, date):
        """The average of the answers of the last twelve months."""
        return SQL(
            """
            SELECT commercial_partner_id AS partner_id, AVG(satisfaction) AS value
              FROM customer_callback
             WHERE state = 'done' AND satisfaction > 0 AND done_datetime >= %s::date - INTERVAL '1 year'
             GROUP BY commercial_partner_id HAVING AVG(satisfaction) <= %s
            """,
            date,
            self.threshold,
        )

    def _query_dormant(self, date):
        """Customers who bought once, and not for so many days: first who they are, then since when."""
        return SQL(
            """
            SELECT partner.id AS partner_id,
                   (SELECT %(date)s::date - MAX(purchase.date) FROM customer_transaction purchase
                     WHERE purchase.commercial_partner_id = partner.id AND purchase.amount_company > 0
                       AND purchase.date <= %(date)s) AS value
              FROM res_partner partner
             WHERE partner.commercial_partner_id = partner.id
               AND NOT EXISTS (SELECT 1 FROM customer_transaction purchase
                                WHERE purchase.commercial_partner_id = partner.id AND purchase.amount_company > 0
                                  AND purchase.date <= %(date)s AND purchase.date > %(limit)s)
               AND EXISTS (SELECT 1 FROM customer_transaction purchase
                            WHERE purchase.commercial_partner_id = partner.id AND purchase.amount_company > 0
                              AND purchase.date <= %(limit)s)
            """,
            date=date,
            limit=fields.Date.subtract(date, days=ceil(self.threshold)),
        )

    def _query_no_contact(self, date):
        """Graded customers without contact for so many days; without any, since the day of the grade."""
        return SQL(
            """
            SELECT partner.id AS partner_id,
                   %(date)s::date - COALESCE((SELECT MAX(log.date_start)::date FROM customer_contact_log log
                                               WHERE log.commercial_partner_id = partner.id AND log.is_counted),
                                             partner.care_grade_date) AS value
              FROM res_partner partner
             WHERE partner.commercial_partner_id = partner.id AND partner.care_grade_id IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM customer_contact_log log
                                WHERE log.commercial_partner_id = partner.id AND log.is_counted
                                  AND log.date_start >= %(limit)s::date + 1)
               AND (partner.care_grade_date <= %(limit)s
                    OR EXISTS (SELECT 1 FROM customer_contact_log log
                                WHERE log.commercial_partner_id = partner.id AND log.is_counted))
            """,
            date=date,
            limit=fields.Date.subtract(date, days=ceil(self.threshold)),
        )

    # In words

    def _get_reason(self, value):
        """Return why the rule (singleton) found a customer, in the reader's language."""
        self.ensure_one()
        number = formatLang(self.env, value, digits=0)
        texts = {
            "grade_fell": self.env._("Grade fell"),
            "score_low": self.env._("Score %(number)s", number=number),
            "score_falling": self.env._("Score fell by %(number)s", number=number),
            "satisfaction_low": self.env._(
                "Satisfaction %(number)s of 10", number=formatLang(self.env, value, digits=1)
            ),
            "dormant": self.env._("No purchase for %(number)s days", number=number),
            "no_contact": self.env._("No contact for %(number)s days", number=number),
        }
        return texts.get(self.kind, self.name)
