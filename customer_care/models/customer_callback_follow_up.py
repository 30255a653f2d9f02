from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerCallback(models.Model):
    """What follows the last unanswered attempt: a letter, a mail, or a question to the team leader.

    It is a piece of work that somebody ends; nothing leaves the house by itself.
    """

    _inherit = "customer.callback"

    follow_up = fields.Selection(
        [("letter", "Write a letter"), ("mail", "Send a mail"), ("supervisor", "Ask the team leader")],
        string="Next Step",
        readonly=True,
        copy=False,
    )
    follow_up_datetime = fields.Datetime(string="Next Step Done", readonly=True, copy=False)

    _follow_up_idx = models.Index("(user_id) WHERE follow_up IS NOT NULL AND follow_up_datetime IS NULL")

    def _set_follow_up(self):
        """Note what the policies want for callbacks given up, and ask the team leaders."""
        for callback in self.sudo():
            action = callback._get_policy().final_action
            if not action or action == "none" or callback.is_do_not_call:
                continue
            callback.write({"follow_up": action})
            if action == "supervisor":
                callback._notify_people(
                    callback.team_id.user_id,
                    self.env._("A customer could not be reached: what shall be done?"),
                )

    def action_open_follow_up(self):
        """Open the preview of the letter or mail.

        :raises UserError: nothing is to be written
        """
        self.ensure_one()
        self.check_access("write")
        self._check_follow_up()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to the Customer"),
            "res_model": "customer.callback.letter",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_callback_id": self.id},
        }

    def action_follow_up_done(self):
        """Note that the next step was done."""
        self.check_access("write")
        self._lock()
        self._check_follow_up()
        self.sudo().write({"follow_up_datetime": fields.Datetime.now()})
        return True

    def _check_follow_up(self):
        """:raises UserError: there is no next step, or it was done"""
        self.invalidate_recordset(["follow_up_datetime"])
        if any(not callback.follow_up or callback.follow_up_datetime for callback in self):
            raise UserError(self.env._("No next step is waiting for this callback."))

    def _write_to_customer(self, kind):
        """Note that a letter or mail went out: in the timeline and in the contact log."""
        now = fields.Datetime.now()
        callbacks = self.sudo()
        callbacks.write({"follow_up_datetime": now})
        callbacks._log(f"callback_{kind}")
        vals = {"kind": "mail", "date_start": now, "result": False, "is_counted": False}
        self.env["customer.contact.log"]._log_contacts(
            [{**callback._prepare_contact_vals(), **vals} for callback in callbacks]
        )

    def _get_letter_lang(self):
        """Return the language of the customer, else of the company, else of the reader."""
        self.ensure_one()
        partner = self.partner_id
        family = partner.commercial_partner_id
        return partner.lang or family.lang or self.company_id.partner_id.lang or self.env.lang

    @api.model
    def _notify_people(self, users, subject, callbacks=None):
        """Send one message to each of these people with links to the callbacks.

        :param callbacks: default: those of the recordset
        """
        callbacks = self if callbacks is None else callbacks
        users._care_notify(subject, "customer_care.customer_callback_digest", {"callbacks": callbacks})
