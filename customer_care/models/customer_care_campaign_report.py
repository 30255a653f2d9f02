from markupsafe import Markup
from odoo import api, fields, models

PEOPLE = (
    "id",
    "partner_id",
    "contact_id",
    "email",
    "phone",
    "state",
    "companions",
    "remark",
    "date_invited",
    "date_answered",
    "is_walk_in",
    "care_user_id",
    "grade_id",
)
COUNTS = ("target_count", "invited_count", "accepted_count", "waiting_count", "attended_count", "seats_taken")
COSTS = ("budget", "planned_cost", "actual_cost", "cost_by_attendee", "cost_by_reached")


class CustomerCareCampaign(models.Model):
    """The effect in words, and the workbook: list of those invited, costs, effect with a chart."""

    _inherit = "customer.care.campaign"

    effect_html = fields.Html(string="Effect in Words", compute="_compute_effect_html", sanitize=False)

    @api.depends("effect_ids")
    @api.depends_context("lang")
    def _compute_effect_html(self):
        for campaign in self:
            lines = campaign._get_effect_lines()
            items = Markup().join(Markup("<li>%s</li>") % line for line in lines)
            campaign.effect_html = Markup("<ul>%s</ul>") % items if lines else False

    def _get_effect_lines(self):
        """Return sentences: for each point and figure what changed, and the difference of the differences."""
        self.ensure_one()
        labels = dict(self.effect_ids._fields["figure"]._description_selection(self.env))
        lines = []
        for (months, figure), rows in self.effect_ids.grouped(lambda row: (row.months, row.figure)).items():
            by_group = {row.group: row for row in rows}
            attended, comparison = by_group.get("attended"), by_group.get("comparison")
            if not attended or not comparison or not attended.customers:
                continue
            known = comparison.customers > 0
            lines.append(
                self.env._(
                    "%(figure)s, %(months)s months: %(change)s on average for %(count)s customers who attended, "
                    "%(other)s for %(others)s comparable customers who were not invited. "
                    "Difference of the differences: %(effect)s.",
                    figure=labels[figure],
                    months=months,
                    change=f"{attended.change:+,.2f}",
                    count=attended.customers,
                    other=f"{comparison.change:+,.2f}" if known else "–",
                    others=comparison.customers,
                    effect=f"{attended.change - comparison.change:+,.2f}" if known else "–",
                )
            )
        if any(row.is_small for row in self.effect_ids if row.figure == "amount"):
            lines.append(
                self.env._(
                    "Caution: at least one group has fewer than 30 customers. Chance alone may explain this."
                )
            )
        return lines

    # XLSX

    def _get_xlsx_name(self):
        return self.env._("Campaign %(name)s", name=self.name)

    def _write_xlsx(self, book):
        self._write_xlsx_people(book)
        self._write_xlsx_figures(book)
        if self.effect_ids:
            self._write_xlsx_effect(book)

    def _write_xlsx_people(self, book):
        sheet = book.add_sheet(self.env._("Participants"))
        Participant = self.env["customer.care.campaign.participant"]
        sheet.write_records(Participant, [("campaign_id", "=", self.id)], PEOPLE, order="id")

    def _write_xlsx_figures(self, book):
        sheet = book.add_sheet(self.env._("Costs and Figures"))
        sheet.write_title(self._get_xlsx_name())
        labels = self.fields_get([*COUNTS, *COSTS, "currency_id"], ["string"])
        sheet.write_head([self.env._("Figure"), self.env._("Value")])
        for name in (*COUNTS, *COSTS):
            sheet.write_row([labels[name]["string"], self[name]])
        sheet.write_row([labels["currency_id"]["string"], self.currency_id.name])
        sheet.write_note(
            self.env._(
                "Cost per attendee: actual cost divided by the customers who came, without companions."
            )
        )
        names = ("name", "date", "planned_amount", "actual_amount")
        heads = self.env["customer.care.campaign.cost"].fields_get(names, ["string"])
        sheet.write_head([heads[name]["string"] for name in names])
        for cost in self.cost_ids:
            sheet.write_row([cost.name, cost.date or None, cost.planned_amount, cost.actual_amount])

    def _write_xlsx_effect(self, book):
        sheet = book.add_sheet(self.env._("Effect"))
        sheet.write_title(self._get_xlsx_name())
        names = (
            "months figure group customers before_mean after_mean change before_median after_median".split()
        )
        heads = self.effect_ids.fields_get(names, ["string"])
        figures = dict(self.effect_ids._fields["figure"]._description_selection(self.env))
        groups = dict(self.effect_ids._fields["group"]._description_selection(self.env))
        sheet.write_head([heads[name]["string"] for name in ("group", "figure", *names[:1], *names[3:])])
        spans = []
        for (months, figure), rows in self.effect_ids.grouped(lambda row: (row.months, row.figure)).items():
            first = sheet.row
            for row in rows:
                values = [row[name] for name in names[3:]]
                sheet.write_row([groups[row.group], figures[figure], months, *values])
            if figure in ("amount", "purchases"):
                spans.append((self._get_chart_title(figures[figure], months), first, sheet.row - 1))
        for text in self._get_effect_lines():
            sheet.write_note(text)
        sheet.write_note(self._get_effect_definition())
        row = sheet.row + 1
        for title, first, last in spans:
            series = [
                (heads["before_mean"]["string"], first, last, 4),
                (heads["after_mean"]["string"], first, last, 5),
            ]
            sheet.add_chart("column", title, series, (row, 0))
            row += 20

    def _get_chart_title(self, figure, months):
        return self.env._("%(figure)s, %(months)s months before and after", figure=figure, months=months)

    @api.model
    def _get_effect_definition(self):
        return self.env._(
            "The same number of months before and after the first day is compared. Comparable: customers whom the "
            "targets mean, with the grades of those who attended, not invited. Difference of the differences: the "
            "average change of those who attended minus that of the comparable ones."
        )
