from odoo import models
from odoo.exceptions import MissingError


class CustomerComplaint(models.Model):
    """The log of changes: one batch for many complaints, where core writes one message after another."""

    _inherit = "customer.complaint"

    def _message_track(self, fields_iter, initial_values_dict):
        # With none core still has to forget the text that was set for the log.
        fields_iter = self._get_changed(fields_iter, initial_values_dict) or fields_iter
        if len(self) < 2 or not fields_iter or self._has_tracking_messages():
            return super()._message_track(fields_iter, initial_values_dict)
        tracked = self.fields_get(fields_iter, attributes=("string", "type", "selection", "currency_field"))
        tracking = {}
        for complaint in self:
            try:
                tracking[complaint.id] = complaint._mail_track(tracked, initial_values_dict[complaint.id])
            except MissingError:
                continue
        self._log_tracking(
            {key: commands for key, (changes, commands) in tracking.items() if changes and commands}
        )
        return tracking

    def _get_changed(self, names, initial_values_dict):
        """Return which of the tracked fields have changed at all: core describes and compares all that it is given."""
        try:
            return {
                name
                for name in names
                if any(
                    name in initial_values_dict[complaint.id]
                    and complaint[name] != initial_values_dict[complaint.id][name]
                    for complaint in self
                )
            }
        except MissingError:
            # core passes over what was deleted in the meantime
            return names

    def _has_tracking_messages(self):
        """Return whether a text or author was set for the log, which core knows to put in."""
        data = self.env.cr.precommit.data
        return bool(
            data.get(f"mail.tracking.message.{self._name}") or data.get(f"mail.tracking.author.{self._name}")
        )

    def _log_tracking(self, commands_by_id):
        """Log the tracked values of many complaints in one batch.

        :param commands_by_id: {complaint id: commands to create mail.tracking.value}
        """
        if not commands_by_id:
            return
        messages = self.browse(commands_by_id)._message_log_batch(bodies={})
        self.env["mail.tracking.value"].sudo().create(
            [
                {**vals, "mail_message_id": message.id}
                for message in messages
                for _command, _id, vals in commands_by_id[message.res_id]
            ]
        )

    def _message_post_after_hook(self, message, msg_values):
        """Take a message of the staff that the customer can see as the response, the next ones as updates."""
        result = super()._message_post_after_hook(message, msg_values)
        if self._is_answer(message, msg_values):
            self._set_informed(message.date)
        return result

    def _is_answer(self, message, msg_values):
        """Return whether a message answers the customer: by staff, no note, not automatic, sent to him."""
        complaint = self.sudo()
        message = message.sudo()
        if (
            not message.author_id
            or message.author_id.partner_share
            or message.message_type not in ("comment", "email")
            or message.is_internal
            or message.subtype_id.internal
            or not message.subtype_id
            or message.subtype_id == self.env.ref("mail.mt_note")
        ):
            return False
        receivers = message.partner_ids | complaint.message_partner_ids
        if complaint.partner_id and complaint.partner_id in receivers:
            return True
        email = complaint.email_normalized
        return bool(email) and (
            email in receivers.mapped("email_normalized")
            or email in (msg_values.get("outgoing_email_to") or "").lower()
        )
