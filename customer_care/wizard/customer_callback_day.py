from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain


class CustomerCallbackDay(models.TransientModel):
    """What the desk shows when nobody is left to call: the day in figures, and tomorrow."""

    _name = "customer.callback.day"
    _description = "Calls of the Day"

    done_count = fields.Integer(string="Done Today", compute="_compute_counts")
    reached_count = fields.Integer(string="Reached Today", compute="_compute_counts")
    waiting_count = fields.Integer(
        string="Later Today", compute="_compute_counts", help="Their time of day has not come yet."
    )
    tomorrow_count = fields.Integer(string="Until Tomorrow", compute="_compute_counts")
    open_count = fields.Integer(string="Without a Caller", compute="_compute_counts")
    last_done_id = fields.Many2one("customer.callback", string="Last Call", compute="_compute_counts")

    def _compute_counts(self):
        Callback = self.env["customer.callback"]
        today = fields.Date.context_today(self)
        own = Domain("user_id", "=", self.env.uid) & Domain("state", "=", "planned")
        done = Callback._get_done_domain()
        figures = {
            "done_count": Callback.search_count(done),
            "reached_count": Callback.search_count(done & Domain("outcome", "=", "reached")),
            "waiting_count": Callback.search_count(Callback._get_queue_domain(own_only=True)),
            "tomorrow_count": Callback.search_count(
                own & Domain("date_planned", "=", today + timedelta(days=1))
            ),
            "open_count": Callback.search_count(Callback._get_pull_domain()),
            "last_done_id": Callback._get_done_today(limit=1),
        }
        self.update(figures)

    def action_pull(self):
        """Take a call without caller."""
        return self.env["customer.callback"].action_pull()

    def action_refresh(self):
        """Look again whether somebody is to be called."""
        return self.env["customer.callback"].action_open_desk()

    def action_undo(self):
        """Take back the end of the last call."""
        return self.env["customer.callback"].browse().action_desk_undo()
