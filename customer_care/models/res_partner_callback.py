from odoo import fields, models
from odoo.tools import SQL


class ResPartner(models.Model):
    """What the desk asks of customers."""

    _inherit = "res.partner"

    def _care_get_closed_ids(self):
        """Return the ids of those customers who are outside their contact hours now."""
        if not self:
            return set()
        goal = self.env["customer.consent.purpose"]
        query = self._care_gate_query(goal, "phone", SQL("p.id = ANY(%s)", self.ids))
        rows = {row["id"]: row for row in self.env.execute_query_dict(query)}
        return {number for number, _code in self._care_gate_hours(rows, goal, "phone", fields.Datetime.now())}
