from odoo import fields, models
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    care_survey_count = fields.Integer(
        string="Satisfaction Score Count",
        compute="_compute_care_satisfaction",
        groups="customer_care.group_care_user,customer_care.group_care_auditor",
    )
    care_satisfaction = fields.Float(
        string="Satisfaction",
        digits=(5, 2),
        compute="_compute_care_satisfaction",
        groups="customer_care.group_care_user,customer_care.group_care_auditor",
        help="Average of all satisfaction scores (CSAT) of the customer, 0-100.",
    )

    care_last_satisfaction = fields.Float(
        string="Last Satisfaction",
        digits=(5, 2),
        compute="_compute_care_last_satisfaction",
        groups="customer_care.group_care_user,customer_care.group_care_auditor",
        help="The newest satisfaction score (CSAT) of the customer, 0-100.",
    )
    care_last_satisfaction_date = fields.Date(
        string="Last Satisfaction on",
        compute="_compute_care_last_satisfaction",
        groups="customer_care.group_care_user,customer_care.group_care_auditor",
    )

    def _compute_care_last_satisfaction(self):
        """Take the newest score of each company, in one query and with the reader's rights."""
        Score = self.env["customer.survey.score"]
        family = SQL.identifier(Score._table, "commercial_partner_id")
        date, score_id = SQL.identifier(Score._table, "date"), SQL.identifier(Score._table, "id")
        Score.flush_model(["commercial_partner_id", "kind", "date", "value"])
        query = Score._search(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids), ("kind", "=", "csat")]
        )
        query.order = SQL("%s, %s DESC, %s DESC", family, date, score_id)
        columns = SQL(
            "DISTINCT ON (%s) %s, %s, %s", family, family, date, SQL.identifier(Score._table, "value")
        )
        last = {row[0]: row[1:] for row in self.env.execute_query(query.select(columns))}
        for partner in self:
            date, value = last.get(partner.commercial_partner_id.id, (False, 0.0))
            partner.care_last_satisfaction_date = date
            partner.care_last_satisfaction = value

    def _compute_care_satisfaction(self):
        groups = self.env["customer.survey.score"]._read_group(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
            ["commercial_partner_id", "kind"],
            ["__count", "value:avg"],
        )
        counts, averages = {}, {}
        for customer, kind, count, average in groups:
            counts[customer.id] = counts.get(customer.id, 0) + count
            if kind == "csat":
                averages[customer.id] = average
        for partner in self:
            customer_id = partner.commercial_partner_id.id
            partner.care_survey_count = counts.get(customer_id, 0)
            partner.care_satisfaction = averages.get(customer_id, 0.0)

    def action_care_scores(self):
        """Show the satisfaction scores of the customer."""
        action = self.env["ir.actions.act_window"]._for_xml_id("customer_survey.customer_survey_score_action")
        action["domain"] = [("commercial_partner_id", "in", self.commercial_partner_id.ids)]
        action["context"] = {}
        return action

    def action_care_send_survey(self):
        """Open the wizard that asks these contacts by hand."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_survey.customer_survey_rule_send_action"
        )
        action["context"] = {"default_partner_ids": self.ids}
        return action
