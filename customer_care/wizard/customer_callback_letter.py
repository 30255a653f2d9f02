from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerCallbackLetter(models.TransientModel):
    """Preview of the letter or mail to a customer who could not be reached."""

    _name = "customer.callback.letter"
    _description = "Write to a Customer Who Was not Reached"

    callback_id = fields.Many2one("customer.callback", required=True, readonly=True)
    # By the reader's rights: the dialog can be opened with the number of any callback.
    kind = fields.Selection(related="callback_id.follow_up", related_sudo=False)
    partner_id = fields.Many2one(related="callback_id.partner_id", related_sudo=False)
    email = fields.Char(related="partner_id.email", string="To", related_sudo=False)
    warning = fields.Char(compute="_compute_warning")
    subject = fields.Char(compute="_compute_text", store=True, readonly=False)
    body = fields.Html(compute="_compute_text", store=True, readonly=False)

    @api.depends("callback_id")
    def _compute_warning(self):
        for wizard in self:
            wizard.warning = " ".join(wizard._get_obstacles()) or False

    @api.depends("callback_id")
    def _compute_text(self):
        for wizard in self:
            callback = wizard.callback_id
            # Stored values are computed as superuser.
            if not callback or not callback.sudo(False).has_access("write"):
                wizard.subject = wizard.body = False
            elif callback.follow_up == "mail":
                template = wizard._get_template()
                wizard.subject = template._render_field("subject", callback.ids, compute_lang=True)[
                    callback.id
                ]
                wizard.body = template._render_field("body_html", callback.ids, compute_lang=True)[
                    callback.id
                ]
            else:
                lang = callback._get_letter_lang()
                wizard.subject = False
                wizard.body = (
                    self.env["ir.qweb"]
                    .with_context(lang=lang)
                    ._render(
                        "customer_care.customer_callback_letter_body",
                        {"callback": callback.with_context(lang=lang)},
                    )
                )

    def _get_template(self):
        """Return the mail template of the policy, as superuser."""
        template = self.callback_id._get_policy().sudo().mail_template_id
        return template or self.env.ref("customer_care.mail_template_callback_missed").sudo()

    def _get_obstacles(self):
        """Return why the customer must not get a mail now."""
        self.ensure_one()
        if self.kind != "mail":
            return []
        return self.partner_id.sudo()._care_gate("callback", "email", fields.Datetime.now())

    def action_send(self):
        """Send the mail and note it.

        :raises UserError: the customer must not be written to, or it was sent already
        """
        self.ensure_one()
        callback = self._take("mail")
        obstacles = self._get_obstacles()
        if obstacles:
            raise UserError(self.env._("No mail can be sent: %(reasons)s", reasons=" ".join(obstacles)))
        self._get_template().send_mail(
            callback.id, email_values={"subject": self.subject, "body_html": self.body, "body": self.body}
        )
        callback._write_to_customer("mail")
        return self.env["customer.callback"].action_open_desk()

    def action_print(self):
        """Print the letter and note it."""
        self.ensure_one()
        callback = self._take("letter")
        callback._write_to_customer("letter")
        return {
            **self.env.ref("customer_care.customer_callback_report_letter").report_action(callback),
            "close_on_report_download": True,
        }

    def _take(self, kind):
        """Lock the callback for writing to its customer; return it.

        :raises UserError: another kind is wanted, or somebody has done it
        """
        callback = self.callback_id
        callback.check_access("write")
        callback._lock()
        callback._check_follow_up()
        if callback.follow_up != kind:
            raise UserError(self.env._("The retry policy wants something else for this callback."))
        return callback
