from dateutil.relativedelta import relativedelta
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
        help="Average satisfaction score (CSAT) of the customer in the last twelve months, 0-100.",
    )

    care_last_satisfaction = fields.Float(
        string="Last Satisfaction",
        digits=(5, 2),
        compute="_compute_care_satisfaction",
        groups="customer_care.group_care_user,customer_care.group_care_auditor",
        help="The newest satisfaction score (CSAT) of the customer, 0-100.",
    )
    care_last_satisfaction_date = fields.Date(
        string="Last Satisfaction on",
        compute="_compute_care_satisfaction",
        groups="customer_care.group_care_user,customer_care.group_care_auditor",
    )

    def _compute_care_satisfaction(self):
        """Count, average and newest score of each company, in one query and with the reader's rights."""
        Score = self.env["customer.survey.score"]
        Score.flush_model(["commercial_partner_id", "kind", "date", "value"])
        query = Score._search([("commercial_partner_id", "in", self.commercial_partner_id.ids)])
        rows = SQL(
            """
            SELECT commercial_partner_id, COUNT(*), AVG(value) FILTER (WHERE kind = 'csat' AND date > %s),
                   (ARRAY_AGG(value ORDER BY date DESC, id DESC) FILTER (WHERE kind = 'csat'))[1],
                   MAX(date) FILTER (WHERE kind = 'csat')
              FROM customer_survey_score WHERE id IN %s GROUP BY commercial_partner_id
            """,
            self.env.company._care_get_day() - relativedelta(months=12),
            query.subselect(),
        )
        figures = {family_id: row for family_id, *row in self.env.execute_query(rows)}
        for partner in self:
            count, average, last, date = figures.get(partner.commercial_partner_id.id, (0, 0.0, 0.0, False))
            partner.care_survey_count = count
            partner.care_satisfaction = average
            partner.care_last_satisfaction = last
            partner.care_last_satisfaction_date = date

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
