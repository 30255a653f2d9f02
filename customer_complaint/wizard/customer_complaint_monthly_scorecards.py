from odoo import models
from odoo.fields import Domain

# What the sheet shows of a card, in this order; those named ``points_...`` go from 0 to 100.
COLUMNS = (
    "user_id",
    "team_id",
    "state",
    "case_count",
    "volume",
    "response_hours",
    "solution_hours",
    "points_speed",
    "points_limit",
    "points_satisfaction",
    "points_volume",
    "points_first",
    "total",
    "team_total",
    "is_small",
)
# Hours are known as far as the speed is.
HOURS = ("response_hours", "solution_hours")


class CustomerComplaintMonthly(models.TransientModel):
    """The scorecards of the month, of those people whose cards the reader sees."""

    _inherit = "customer.complaint.monthly"

    def _get_monthly_sheets(self):
        *sheets, definitions = super()._get_monthly_sheets()
        return [*sheets, self._write_scorecards, definitions]

    def _get_cards(self):
        """Return the scorecards of the report by the reader's rights, by team and name: it is no ranking."""
        domain = Domain("month", "=", self._get_period().first)
        domain &= Domain("company_id", "in", (self.company_id or self.env.companies).ids)
        if self.team_ids:
            domain &= Domain("team_id", "in", self.team_ids.ids)
        cards = self.env["customer.complaint.scorecard"].search(domain)
        return cards.sorted(lambda card: (card.team_id.name or "", card.user_id.name or "", card.id))

    def _write_scorecards(self, book, figures, answer):
        """A row for each person; who solved too few complaints for a total is marked."""
        names = self.env["customer.complaint.scorecard"].fields_get(
            COLUMNS, attributes=("string", "selection")
        )
        sheet = book.add_sheet(self.env._("Scorecards"))
        sheet.write_head([names[name]["string"] for name in COLUMNS])
        for card in self._get_cards():
            sheet.write_row([self._get_card_cell(card, name, names[name]) for name in COLUMNS])

    def _get_card_cell(self, card, name, field):
        """Return what a column says of a card: nothing where there was nothing to judge."""
        value = card[name]
        if name in ("user_id", "team_id"):
            return value.name or ""
        if name == "state":
            return dict(field["selection"])[value]
        if name == "is_small":
            return field["string"] if value else ""
        figure = "speed" if name in HOURS else name.removeprefix("points_")
        if figure in (card.missing or "").split(","):
            return None
        if name == "total" and not card.has_total or name == "team_total" and not value:
            return None
        return round(value, 2)
