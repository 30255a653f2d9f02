from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_datetime

from .customer_complaint import STAFF


class CustomerComplaintMilestones(models.Model):
    """The dated milestones of a complaint, computed from what happened, and the record sheet that shows them."""

    _inherit = "customer.complaint"

    milestone_html = fields.Html(
        string="Milestones", compute="_compute_milestone_html", sanitize=False, groups=STAFF
    )

    def _get_milestones(self):
        """Return the ordered milestones of one complaint: [(key, label, datetime or False, name of who)].

        Keys: received acknowledged assessed investigated resolved informed corrected verified closed. Override to
        date some by other records.
        """
        self.ensure_one()
        complaint = self.sudo()
        labels = {
            "received": self.env._("Received"),
            "acknowledged": self.env._("Acknowledged"),
            "assessed": self.env._("Assessed"),
            "investigated": self.env._("Investigated"),
            "resolved": self.env._("Solution Found"),
            "informed": self.env._("Customer Informed"),
            "corrected": self.env._("Corrected"),
            "verified": self.env._("Verified"),
            "closed": self.env._("Closed"),
        }
        found = complaint._find_milestones()
        return [
            (key, label, found.get(key, (False, ""))[0], found.get(key, (False, ""))[1] or "")
            for key, label in labels.items()
        ]

    def _find_milestones(self):
        """Return {key: (datetime, name of who)} of what has happened to one complaint (as superuser)."""
        rows = self.stage_history_ids.sorted("id")
        found = {
            "received": (self.received_datetime, self.receiver_id.name),
            "acknowledged": (self.acknowledged_datetime or self.responded_datetime, self.user_id.name),
            "informed": (self.informed_datetime, self.user_id.name),
        }
        first = rows[:1].stage_id
        moved = next((row for row in rows if row.stage_id != first), None)
        if moved:
            # Who moves it on has judged how grave it is.
            found["assessed"] = (moved.datetime, moved.user_id.name)
        solution = next((row for row in rows[::-1] if row.is_solution), None)
        if solution:
            found["resolved"] = (solution.datetime, solution.user_id.name)
        if self.investigated_datetime:
            found["investigated"] = (self.investigated_datetime, self.investigated_by_id.name)
        if self.resolved_datetime:
            row = next((row for row in rows[::-1] if row.phase in ("resolved", "closed")), None)
            found["corrected"] = (self.resolved_datetime, row.user_id.name if row else "")
            found.setdefault("resolved", found["corrected"])
        done = (
            self.env["customer.callback"].search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("state", "=", "done"),
                    ("outcome", "=", "reached"),
                    ("done_datetime", ">=", self.resolved_datetime),
                ],
                order="done_datetime desc",
                limit=1,
            )
            if self.resolved_datetime
            else self.env["customer.callback"]
        )
        if done:
            found["verified"] = (done.done_datetime, done.user_id.name)
        if self.closed_datetime:
            row = rows[-1:]
            found["closed"] = (self.closed_datetime, row.user_id.name)
        return found

    @api.depends_context("lang", "tz", "uid")
    def _compute_milestone_html(self):
        for complaint in self:
            cells = []
            for _key, label, moment, who in complaint._get_milestones():
                text = format_datetime(self.env, moment, dt_format="short") if moment else "–"
                style = "text-bg-success" if moment else "text-bg-light"
                cells.append(
                    Markup(
                        '<div class="border rounded p-2 text-center" style="min-width: 110px;">'
                        '<div class="badge %s">%s</div><div class="small mt-1">%s</div>'
                        '<div class="small text-muted">%s</div></div>'
                    )
                    % (style, label, text, who)
                )
            complaint.milestone_html = Markup('<div class="d-flex flex-wrap gap-2">%s</div>') % Markup(
                ""
            ).join(cells)

    def _get_sheet_rows(self):
        """Return [(label, text)] of the record sheet beside the milestones (singleton)."""
        self.ensure_one()
        names = (
            "number", "name", "partner_id", "contact_name", "channel", "kind", "category_id", "severity",
            "urgency", "team_id", "user_id", "stage_id", "ending_reason_id", "verdict", "expectation", "reopen_count",
        )  # fmt: skip
        fields_info = self.fields_get(names, attributes=("string", "type", "selection"))
        rows = []
        for name in names:
            info = fields_info[name]
            value = self[name]
            if info["type"] == "many2one":
                value = value.sudo().display_name if value else ""
            elif info["type"] == "selection":
                value = dict(info["selection"]).get(value, "")
            if value:
                rows.append((info["string"], value))
        return rows
