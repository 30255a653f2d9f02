from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

# What users write themselves; all else comes from the buttons.
NOTE_FIELDS = {"note"}
# What is sent by post or brought along.
POST_CHANNELS = ("letter", "gift")


class CustomerCareGreeting(models.Model):
    """One occasion of one person in one year: planned, sent, failed or left out.

    Sending is in ``customer_care_greeting_send``.
    """

    _name = "customer.care.greeting"
    _description = "Greeting"
    _inherit = ["customer.care.mixin"]
    _order = "date, id"
    _check_company_auto = True

    # The unique key begins with it: an index of its own would mislead the planner of 10,000 rows.
    occasion_id = fields.Many2one("customer.care.occasion", required=True, readonly=True, ondelete="cascade")
    kind = fields.Selection(related="occasion_id.kind", string="Kind of Occasion")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade", index=True
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        related="partner_id.commercial_partner_id",
        string="Company of the Customer",
        store=True,
        precompute=True,
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    user_id = fields.Many2one("res.users", string="Responsible Specialist", readonly=True)
    anniversary_id = fields.Many2one(
        "customer.anniversary", readonly=True, ondelete="set null", index="btree_not_null"
    )
    date = fields.Date(required=True, readonly=True)
    date_action = fields.Date(string="To Be Done on", required=True, readonly=True)
    year = fields.Integer(required=True, readonly=True, aggregator=None)
    channel = fields.Selection(
        [
            ("email", "E-mail"),
            ("sms", "Text message (SMS)"),
            ("phone", "Call"),
            ("letter", "Letter or card"),
            ("gift", "Gift"),
        ],
        string="How",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("planned", "Planned"), ("sent", "Sent"), ("failed", "Failed"), ("skipped", "Skipped")],
        required=True,
        readonly=True,
        default="planned",
    )
    reason = fields.Char(readonly=True, help="Why it failed or was left out.")
    is_blocked = fields.Boolean(
        string="Not Allowed", readonly=True, help="Left out by the customer's will; asked anew each night."
    )
    is_noticed = fields.Boolean(readonly=True, help="The specialist was told of the coming day.")
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")
    date_sent = fields.Datetime(string="Sent on", readonly=True)
    mail_id = fields.Many2one("mail.mail", readonly=True, ondelete="set null", index="btree_not_null")
    callback_id = fields.Many2one(
        "customer.callback", readonly=True, ondelete="set null", index="btree_not_null"
    )
    gift_ids = fields.One2many("customer.care.gift", "greeting_id", string="Gifts", readonly=True)
    note = fields.Char()

    _year_uniq = models.UniqueIndex(
        "(occasion_id, partner_id, year, COALESCE(anniversary_id, 0))",
        "There is a greeting for this occasion in this year already.",
    )
    _date_idx = models.Index("(date, id)")
    _open_idx = models.Index("(date_action, id) WHERE state = 'planned'")
    _mail_idx = models.Index("(mail_id) WHERE state = 'sent' AND mail_id IS NOT NULL")

    @api.depends("occasion_id", "partner_id", "anniversary_id")
    def _compute_display_name(self):
        for greeting in self:
            what = greeting.anniversary_id.name or greeting.occasion_id.name
            greeting.display_name = ": ".join(filter(None, (greeting.partner_id.display_name, what)))

    @api.depends("state", "date_action")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for greeting in self:
            greeting.is_late = greeting.state == "planned" and bool(
                greeting.date_action and greeting.date_action < today
            )

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("state", "=", "planned"), ("date_action", "<", fields.Date.context_today(self))]

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Greetings are planned by their occasions."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and set(vals) - NOTE_FIELDS:
            raise AccessError(self.env._("A greeting is changed by its buttons only."))
        return super().write(vals)

    def action_skip(self, reason=""):
        """Leave greetings out. Without a reason, open a dialog that asks for it.

        :raises UserError: one is not waiting any more
        """
        reason = str(reason or "").strip()
        if not reason:
            self.check_access("write")
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Leave Out"),
                "res_model": "customer.care.greeting.skip",
                "views": [(False, "form")],
                "target": "new",
                "context": {"default_greeting_ids": self.ids},
            }
        self._lock_open()
        self._skip({greeting: reason for greeting in self})
        return True

    def action_reset(self):
        """Plan again what failed or was left out, unless its time is over.

        :raises UserError: it was sent, or its time is over
        """
        self.check_access("write")
        today = fields.Date.context_today(self)
        for greeting in self:
            if greeting.state not in ("failed", "skipped"):
                raise UserError(self.env._("Only what failed or was left out can be planned again."))
            if fields.Date.add(greeting.date, days=greeting.sudo().occasion_id.late_days) < today:
                raise UserError(self.env._("The time of this greeting is over."))
        self.sudo().write({"state": "planned", "reason": False, "is_blocked": False, "mail_id": False})
        self.sudo()._ask_gate()
        return True

    def action_mark_done(self):
        """Note that letters or calls were made by hand.

        :raises UserError: one is not waiting any more
        """
        self._lock_open()
        self._finish_sent()
        return True

    def action_plan_call(self):
        """Make callbacks of the greetings, once each; of one, open it.

        :raises UserError: the customer must not be called, or the greeting waits no more
        """
        self._lock_open()
        greetings = self.sudo().filtered(lambda greeting: not greeting.callback_id)
        greetings._make_callbacks()
        if len(self) > 1:
            return True
        return {
            "type": "ir.actions.act_window",
            "res_model": "customer.callback",
            "res_id": self.callback_id.id,
            "views": [(False, "form")],
        }

    def action_plan_gift(self):
        """Open the dialog that plans a gift for each of the greetings."""
        self.check_access("write")
        self.env["customer.care.gift"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan Gifts"),
            "res_model": "customer.care.gift.plan",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_greeting_ids": self.ids,
                "default_article_id": self.occasion_id.article_id[:1].id,
            },
        }

    def action_export_addresses(self):
        """Send the browser to the postal addresses of those who get letters, cards and gifts.

        :raises UserError: none of the greetings is sent by post
        :raises AccessError: the user may not export
        """
        self.check_access("read")
        posted = self.filtered(lambda greeting: greeting.channel in POST_CHANNELS)
        if not posted:
            raise UserError(self.env._("None of these greetings is a letter, a card or a gift."))
        return (
            self.env["customer.care.address.list"].create({"greeting_ids": posted.ids}).action_download_xlsx()
        )

    # What the program does

    def _lock_open(self):
        """Lock greetings that wait, with the right to write them.

        :raises UserError: somebody else holds one, or it waits no more
        """
        self.check_access("write")
        if len(self.try_lock_for_update()) < len(self):
            raise UserError(
                self.env._("Somebody else is working on this greeting right now. Please try again.")
            )
        self.invalidate_recordset(["state", "callback_id"])
        if any(greeting.state not in ("planned", "failed") for greeting in self):
            raise UserError(self.env._("This greeting was already sent or left out. Reload the page."))

    def _skip(self, reasons, is_blocked=False):
        """Leave out greetings: ``{greeting: reason}``; those with the same reason in one statement."""
        groups = {}
        for greeting, reason in reasons.items():
            groups.setdefault(reason, []).append(greeting.id)
        for reason, ids in groups.items():
            self.sudo().browse(ids).write({"state": "skipped", "reason": reason, "is_blocked": is_blocked})

    def _finish_sent(self, vals=None):
        """Mark greetings as sent, and note it in the contact log and the timeline."""
        greetings = self.sudo()
        now = fields.Datetime.now()
        greetings.write(
            {"state": "sent", "reason": False, "is_blocked": False, "date_sent": now, **(vals or {})}
        )
        noted = greetings.filtered(lambda greeting: not greeting.callback_id and greeting.channel != "gift")
        self.env["customer.contact.log"]._log_contacts(
            [greeting._prepare_contact_vals() for greeting in noted]
        )
        self.env["customer.care.event"]._log(
            [
                greeting._prepare_care_event_vals("greeting_sent", greeting._get_title())
                for greeting in greetings
            ]
        )

    def _get_title(self):
        self.ensure_one()
        return self.anniversary_id.name or self.occasion_id.name

    def _prepare_contact_vals(self):
        """Return the values of the contact that the greeting was. Override to add a key."""
        self.ensure_one()
        kinds = {"phone": "call", "sms": "message"}
        return {
            "partner_id": self.partner_id.id,
            "kind": kinds.get(self.channel, "mail"),
            "subject": self._get_title(),
            "date_start": self.date_sent,
            "user_id": self.user_id.id,
            "company_id": self.company_id.id,
            "source": "greeting",
            "res_model": self._name,
            "res_id": self.id,
        }

    def _make_callbacks(self):
        """Make one callback for each greeting (superuser)."""
        callbacks = (
            self.env["customer.callback"]
            .sudo()
            .create([greeting._prepare_callback_vals() for greeting in self])
        )
        for greeting, callback in zip(self, callbacks, strict=True):
            greeting.callback_id = callback

    def _prepare_callback_vals(self):
        """Return the values of the callback. Override to add a key."""
        self.ensure_one()
        return {
            "subject": self._get_title(),
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "user_id": self.user_id.id,
            "date_planned": max(self.date_action, fields.Date.today()),
            "res_model": self._name,
            "res_id": self.id,
            "key": f"greeting.{self.id}",
        }

    def _care_callback_done(self, callback):
        result = super()._care_callback_done(callback)
        if self.state in ("planned", "failed"):
            if callback.outcome == "reached":
                self._finish_sent()
            else:
                labels = dict(callback._fields["outcome"]._description_selection(self.env))
                self.sudo().write({"state": "failed", "reason": labels.get(callback.outcome)})
        return result
