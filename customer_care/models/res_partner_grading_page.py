from markupsafe import Markup
from odoo import fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_date, formatLang

from ..tools.chart import get_line_chart

READERS = "customer_care.group_care_user,customer_care.group_care_auditor"
# Results that the chart shows, and lines of the table.
CHARTED, LISTED = 24, 8
STATE_COLORS = {"applied": "success", "proposed": "warning", "rejected": "danger"}


class ResPartner(models.Model):
    """What the page on grading shows, read once the page is opened: why, how it came, what was before."""

    _inherit = "res.partner"

    care_score_history = fields.Html(
        string="Score over Time", compute="_compute_care_grading_page", sanitize=False, groups=READERS
    )
    care_grade_explanation = fields.Html(
        string="Why This Grade", compute="_compute_care_grading_page", sanitize=False, groups=READERS
    )
    care_grading_history = fields.Html(
        string="Grading History", compute="_compute_care_grading_page", sanitize=False, groups=READERS
    )

    def _compute_care_grading_page(self):
        history = self._care_get_last_results()
        empty = self.env["customer.grading.result"]
        for partner in self:
            results = history.get(partner.commercial_partner_id.id, empty)
            explained = results.filtered("run_id")[:1] or results[:1]
            partner.care_grade_explanation = explained.breakdown_html
            partner.care_score_history = partner._care_get_score_chart(results)
            partner.care_grading_history = partner._care_get_history_html(results[:LISTED])

    def _care_get_last_results(self):
        """Return ``{customer id: last results that the user may see}``, the newest first."""
        ids = self.commercial_partner_id.ids
        if not ids:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT wanted.id, ARRAY(
                    SELECT result.id FROM customer_grading_result result
                     WHERE result.partner_id = wanted.id AND NOT result.is_dry_run
                     ORDER BY result.date DESC, result.id DESC LIMIT %s)
                  FROM unnest(%s) AS wanted (id)
                """,
                CHARTED,
                ids,
            )
        )
        Result = self.env["customer.grading.result"]
        visible = set(Result.search([("id", "in", [number for _id, part in rows for number in part])]).ids)
        return {
            partner_id: Result.browse(number for number in part if number in visible)
            for partner_id, part in rows
        }

    def _care_get_score_chart(self, results):
        """Return a small line chart of the scores; empty with fewer than two."""
        rows = [
            (format_date(self.env, row.date), row.score, row.grade_id.code)
            for row in results
            if row.grade_id and row.run_id
        ]
        return get_line_chart(rows[::-1], self.env._("Score over time")) if len(rows) > 1 else False

    def _care_get_history_html(self, results):
        """Return the table of past results; empty without any."""
        if not results:
            return False
        fields_ = ("date", "previous_grade_id", "grade_id", "score", "state", "reason")
        labels = results.fields_get(fields_, ["string"])
        head = Markup().join(Markup("<th>%s</th>") % labels[name]["string"] for name in fields_)
        body = Markup().join(self._care_get_history_row(result) for result in results)
        return Markup("<table class='table table-sm'><thead><tr>%s</tr></thead><tbody>%s</tbody></table>") % (
            head,
            body,
        )

    def _care_get_history_row(self, result):
        states = dict(result._fields["state"]._description_selection(self.env))
        cells = (
            format_date(self.env, result.date),
            self._care_get_grade_badge(result.previous_grade_id),
            self._care_get_grade_badge(result.grade_id),
            formatLang(self.env, result.score, digits=2) if result.grade_id and result.run_id else "",
            Markup("<span class='badge text-bg-%s'>%s</span>")
            % (STATE_COLORS.get(result.state, "light"), states[result.state]),
            result.reason or "",
        )
        return Markup("<tr>%s</tr>") % Markup().join(Markup("<td>%s</td>") % cell for cell in cells)

    def _care_get_grade_badge(self, grade):
        if not grade:
            return ""
        return Markup("<span class='badge rounded-pill o_badge_color_%s'>%s</span>") % (
            grade.color,
            grade.display_name,
        )
