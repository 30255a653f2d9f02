from odoo import fields, models


class CustomerCallback(models.Model):
    """A call that reached the customer is a contact; taken back, it is none."""

    _inherit = "customer.callback"

    def _finish(self, outcome):
        result = super()._finish(outcome)
        if outcome == "reached":
            self.env["customer.contact.log"]._log_contacts(
                [callback._prepare_contact_vals() for callback in self.sudo()]
            )
        return result

    def action_reopen(self):
        result = super().action_reopen()
        # sudo: the entry is the program's, nobody may delete it by hand
        self.env["customer.contact.log"].sudo().search(
            [("source", "=", "callback"), ("res_model", "=", self._name), ("res_id", "in", self.ids)]
        ).unlink()
        return result

    def _prepare_contact_vals(self):
        """Return the values of the contact of a reached call. Override to add a key."""
        self.ensure_one()
        minutes = self.duration_minutes if "duration_minutes" in self._fields else 0
        end = self.done_datetime
        return {
            "partner_id": self.partner_id.id,
            "kind": "call",
            "direction": "out",
            "subject": self.subject,
            "date_start": fields.Datetime.subtract(end, minutes=minutes),
            "date_end": end,
            "user_id": self.done_by_id.id,
            "team_id": self.team_id.id,
            "company_id": self.company_id.id,
            "result": self.note,
            "source": "callback",
            "res_model": self._name,
            "res_id": self.id,
        }
