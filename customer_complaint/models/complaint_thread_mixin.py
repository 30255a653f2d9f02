from odoo import api, models


class ComplaintThreadMixin(models.AbstractModel):
    """Below the threads of mail that ``customer.complaint`` inherits: what ends in the thread's own way there."""

    _name = "complaint.thread.mixin"
    _description = "Thread of Complaints"
    _inherit = ["mail.thread"]

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Register what ``_prepare_mail_vals`` has read out of a mail.

        The thread's own has all fields of the model described to find two of them, a quarter of the time of a mail.
        """
        values = dict(custom_values or {})
        if msg_dict.get("email_from"):
            values["email_from"] = msg_dict["email_from"]
        return self.create(values)
