from odoo import fields, models
from odoo.addons.customer_care.tools.chart import get_line_chart
from odoo.tools.misc import format_date

from .res_partner_survey import READERS

# Answers that the chart shows.
CHARTED = 24


class ResPartner(models.Model):
    """What the page on satisfaction shows, read once the page is opened."""

    _inherit = "res.partner"

    care_satisfaction_history = fields.Html(
        string="Satisfaction over Time",
        compute="_compute_care_satisfaction_history",
        sanitize=False,
        groups=READERS,
    )

    def _compute_care_satisfaction_history(self):
        """Draw the last satisfaction scores (CSAT), one point for each day; empty with fewer than two."""
        for partner in self:
            groups = self.env["customer.survey.score"]._read_group(
                [("commercial_partner_id", "=", partner.commercial_partner_id.id), ("kind", "=", "csat")],
                ["date:day"],
                ["value:avg"],
                order="date:day desc",
                limit=CHARTED,
            )
            rows = [(format_date(self.env, date), value, f"{value:.0f}") for date, value in reversed(groups)]
            partner.care_satisfaction_history = (
                get_line_chart(rows, self.env._("Satisfaction over time")) if len(rows) > 1 else False
            )
