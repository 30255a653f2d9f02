from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .customer_care_plan import LIVE_STATES, PENDING_STATES


class CustomerWeakRelation(models.Model):
    """Customers whose relation is weak by today's figures, with the reasons and what is proposed to do."""

    _name = "customer.weak.relation"
    _description = "Relation to Be Strengthened"
    _auto = False
    _order = "weight desc, partner_id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Responsible", readonly=True)
    team_id = fields.Many2one("customer.care.team", string="Care Team", readonly=True)
    grade_id = fields.Many2one("customer.grade", readonly=True)
    lifecycle_stage_id = fields.Many2one("customer.lifecycle.stage", string="Life-Cycle Stage", readonly=True)
    score = fields.Float(readonly=True, aggregator="avg", digits=(5, 2))
    reason_count = fields.Integer(string="Number of Reasons", readonly=True)
    weight = fields.Integer(readonly=True)
    has_plan = fields.Boolean(
        string="Has a Plan", readonly=True, help="A plan is under way, or a draft of one."
    )
    reasons = fields.Json(compute="_compute_reasons")
    rule_ids = fields.Many2many(
        "customer.weak.rule", string="Rules", compute="_compute_texts", search="_search_rule_ids"
    )
    reason_text = fields.Char(string="Why", compute="_compute_texts")
    action_text = fields.Char(string="Proposed Actions", compute="_compute_texts")

    @property
    def _table_query(self):
        """Only sums: reasons are made for the rows that are shown."""
        return SQL(
            """
            SELECT partner.id, partner.id AS partner_id, partner.company_id, partner.care_user_id AS user_id,
                   partner.care_team_id AS team_id, partner.care_grade_id AS grade_id,
                   partner.care_lifecycle_stage_id AS lifecycle_stage_id, partner.care_score AS score,
                   reason.count AS reason_count, reason.weight,
                   EXISTS (SELECT 1 FROM customer_care_plan plan
                            WHERE plan.commercial_partner_id = partner.id AND plan.origin_id IS NULL AND plan.active
                              AND plan.state IN %(states)s) AS has_plan
              FROM (SELECT found.partner_id, COUNT(*)::int AS count, SUM(found.weight)::int AS weight
                      FROM (%(reasons)s) found
                     GROUP BY found.partner_id) reason
              JOIN res_partner partner ON partner.id = reason.partner_id
             WHERE partner.active AND partner.partner_share IS NOT FALSE
               AND partner.id NOT IN (SELECT partner_id FROM res_company)
            """,
            states=("draft", *PENDING_STATES, *LIVE_STATES),
            reasons=self._get_reasons_query(),
        )

    @api.model
    def _get_reasons_query(self):
        return self.env["customer.weak.rule"]._get_query(fields.Date.context_today(self))

    def _compute_reasons(self):
        """Fill ``[[rule id, value]]``, the heaviest first."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT found.partner_id,
                       jsonb_agg(jsonb_build_array(found.rule_id, found.value)
                                 ORDER BY found.weight DESC, found.rule_id)
                  FROM (%s) found
                 WHERE found.partner_id = ANY(%s)
                 GROUP BY found.partner_id
                """,
                self._get_reasons_query(),
                self.ids,
            )
        )
        found = dict(rows)
        for row in self:
            row.reasons = found.get(row.id, [])

    @api.depends("reasons")
    @api.depends_context("lang")
    def _compute_texts(self):
        rules = {rule.id: rule for rule in self.env["customer.weak.rule"].sudo().search(Domain.TRUE)}
        for row in self:
            found = [(rules[rule_id], value) for rule_id, value in row.reasons or [] if rule_id in rules]
            row.rule_ids = [rule.id for rule, _value in found]
            row.reason_text = "; ".join(rule._get_reason(value) for rule, value in found)
            row.action_text = "; ".join(dict.fromkeys(rule.action_name for rule, _value in found))

    def _search_rule_ids(self, operator, value):
        if operator == "any":
            operator, value = "in", self.env["customer.weak.rule"].search(value).ids
        if operator != "in":
            return NotImplemented
        rules = self.env["customer.weak.rule"].browse(
            rule_id for rule_id in value if isinstance(rule_id, int)
        )
        query = rules._get_query(fields.Date.context_today(self), rules)
        return [("id", "in", SQL("(SELECT partner_id FROM (%s) found)", query))]

    def action_create_plans(self):
        """Open the dialogue that makes plans with the proposed measures for these customers."""
        self.check_access("read")
        action = self.partner_id.action_care_create_plans()
        action["context"]["default_source"] = "weak"
        return action

    def action_add_measure(self):
        """Open the dialogue that adds one measure for these customers."""
        self.check_access("read")
        action = self.partner_id.action_care_add_measure()
        rule = self.rule_ids[:1]
        if rule:
            action["context"].update(
                default_kind=rule.action_kind,
                default_name=rule.action_name,
                default_date=fields.Date.to_string(
                    fields.Date.add(fields.Date.context_today(self), days=rule.action_days)
                ),
            )
        return action

    def action_open_customer(self):
        """Open the customer's form."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "views": [(False, "form")],
        }

    def action_print(self):
        """Print the sheet of these customers."""
        self.check_access("read")
        return self.env.ref("customer_care.customer_weak_relation_report").report_action(self)
