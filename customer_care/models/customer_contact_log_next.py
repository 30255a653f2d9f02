from odoo import fields, models
from odoo.exceptions import UserError


class CustomerContactLog(models.Model):
    """What comes next: a callback or an activity, made once from the entry."""

    _inherit = "customer.contact.log"

    next_step = fields.Char()
    next_date = fields.Date(string="Next Step on")
    next_callback_id = fields.Many2one("customer.callback", compute="_compute_next_callback_id")

    def _compute_next_callback_id(self):
        keys = {f"contact.{log.id}": log.id for log in self}
        callbacks = self.env["customer.callback"].sudo().search([("key", "in", list(keys))])
        found = {keys[callback.key]: callback.id for callback in callbacks}
        for log in self:
            log.next_callback_id = found.get(log.id)

    def action_plan_callback(self):
        """Plan the call that the next step asks for, once, and open it (singleton).

        :raises UserError: without next step and date, or when the customer must not be called
        """
        self.ensure_one()
        self._check_next_step()
        Callback = self.env["customer.callback"]
        Callback.check_access("create")
        if not self.next_callback_id:
            # sudo: the origin and the key are the program's
            Callback.sudo().create(self._prepare_callback_vals())
            self.invalidate_recordset(["next_callback_id"])
        return {
            "type": "ir.actions.act_window",
            "res_model": "customer.callback",
            "res_id": self.next_callback_id.id,
            "views": [(False, "form")],
        }

    def action_plan_activity(self):
        """Plan an activity for the next step, once for each entry.

        :raises UserError: without next step and date
        """
        self._check_next_step()
        for log in self:
            if log.next_step not in log.activity_ids.mapped("summary"):
                log.activity_schedule(
                    "mail.mail_activity_data_todo",
                    date_deadline=log.next_date,
                    summary=log.next_step,
                    user_id=(log.user_id or self.env.user).id,
                )
        return True

    def _prepare_callback_vals(self):
        """Return the values of the callback for the next step. Override to add a key."""
        self.ensure_one()
        return {
            "subject": self.next_step,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "team_id": self.team_id.id,
            "user_id": (self.user_id or self.env.user).id,
            "date_planned": self.next_date,
            "res_model": self._name,
            "res_id": self.id,
            "key": f"contact.{self.id}",
        }

    def _check_next_step(self):
        """:raises UserError: an entry does not say what comes next, and when"""
        self.check_access("read")
        if any(not log.next_step or not log.next_date for log in self):
            raise UserError(self.env._("Enter the next step and its date first."))
