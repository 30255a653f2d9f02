from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# Only the methods of this model set these, from these values on.
GUARDED_FIELDS = {"state": "draft", "date_given": False, "given_by_id": False, "greeting_id": False}
COMPUTED_FIELDS = ("commercial_partner_id", "currency_id", "year", "occasion_id")
OPEN_STATES = ("draft", "approved")
# What stays as it was once a gift is handed over or cancelled.
CLOSED_FIELDS = frozenset(
    (
        "partner_id",
        "article_id",
        "quantity",
        "amount",
        "company_id",
        "name",
        "date",
        "evidence",
        "evidence_ids",
        "measure_id",
    )
)


class CustomerCareGift(models.Model):
    """A gift to a customer: approved by the rules, kept within the budgets, handed over with evidence.

    Budgets are in ``customer_care_gift_budget``.
    """

    _name = "customer.care.gift"
    _description = "Gift"
    _inherit = [
        "customer.guard.mixin",
        "customer.approval.mixin",
        "customer.care.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True
    _guarded_fields = GUARDED_FIELDS
    _computed_fields = COMPUTED_FIELDS
    _approval_amount_field = "amount"
    _approval_protected_fields = ("partner_id", "article_id", "quantity")

    name = fields.Char(compute="_compute_name", store=True, precompute=True, readonly=False, required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade", index=True, check_company=True
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        related="partner_id.commercial_partner_id",
        string="Company of the Customer",
        store=True,
        precompute=True,
        index=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self._default_company_id(), index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id", store=True, precompute=True)
    user_id = fields.Many2one(
        "res.users",
        string="Responsible Specialist",
        default=lambda self: self._default_user_id(),
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        check_company=True,
        index=True,
    )
    article_id = fields.Many2one(
        "customer.care.gift.article",
        string="Gift",
        check_company=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    quantity = fields.Integer(default=1, required=True)
    amount = fields.Monetary(
        string="Cost", compute="_compute_amount", store=True, precompute=True, readonly=False, tracking=True
    )
    date = fields.Date(string="To Be Given on", required=True, default=fields.Date.context_today)
    year = fields.Integer(compute="_compute_year", store=True, precompute=True, aggregator=None)
    greeting_id = fields.Many2one(
        "customer.care.greeting", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )
    occasion_id = fields.Many2one(
        related="greeting_id.occasion_id", store=True, precompute=True, index="btree_not_null"
    )
    state = fields.Selection(
        [("draft", "Draft"), ("approved", "Approved"), ("given", "Handed over"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        tracking=True,
    )
    date_given = fields.Date(string="Handed over on", readonly=True, copy=False)
    given_by_id = fields.Many2one("res.users", string="Handed over by", readonly=True, copy=False)
    evidence = fields.Char(copy=False, help="Receipt, number of the parcel, who signed.")
    evidence_ids = fields.Many2many(
        "ir.attachment",
        "customer_care_gift_evidence_rel",
        "gift_id",
        "attachment_id",
        string="Files",
        copy=False,
    )
    note = fields.Text()

    _check_quantity = models.Constraint("CHECK(quantity > 0)", "At least one is given.")
    _check_amount = models.Constraint("CHECK(amount >= 0)", "The cost of a gift cannot be negative.")
    _year_idx = models.Index("(commercial_partner_id, year) WHERE state != 'cancelled'")
    _date_idx = models.Index("(date DESC, id DESC)")

    def _default_company_id(self):
        return self.env.company

    def _default_user_id(self):
        return self.env.user

    @api.depends("article_id")
    def _compute_name(self):
        for gift in self:
            gift.name = gift.article_id.name or gift.name

    @api.depends("article_id", "quantity", "company_id")
    def _compute_amount(self):
        today = fields.Date.context_today(self)
        for gift in self:
            article, company = gift.article_id, gift.company_id
            if article and company:
                value = article.currency_id._convert(article.value, company.currency_id, company, today)
                gift.amount = value * max(gift.quantity, 0)

    @api.depends("date")
    def _compute_year(self):
        for gift in self:
            gift.year = gift.date.year if gift.date else 0

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for gift in self:
            gift.display_name = ": ".join(filter(None, (gift.partner_id.display_name, gift.name)))

    @api.constrains("user_id")
    def _check_user(self):
        self.user_id._care_check_employees()

    @api.constrains("name", "article_id")
    def _check_name(self):
        for gift in self:
            if not (gift.name or "").strip():
                raise ValidationError(self.env._("Say what is given."))

    def _check_change(self, vals):
        if not CLOSED_FIELDS.isdisjoint(vals) and any(gift.state not in OPEN_STATES for gift in self):
            raise UserError(self.env._("A gift that was handed over or cancelled cannot be changed."))
        return super()._check_change(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_given(self):
        if not self.env.su and any(gift.state == "given" for gift in self):
            raise UserError(self.env._("A gift that was handed over belongs to the customer's history."))

    def action_request_approval(self):
        """Ask for approval; within no rule's limits the gift is approved at once.

        :raises UserError: a budget is exceeded, or the gift is no draft
        """
        self.check_access("write")
        if any(gift.state != "draft" for gift in self):
            raise UserError(self.env._("Only drafts of gifts are approved."))
        self._check_budgets()
        return super().action_request_approval()

    def action_hand_over(self):
        """Note that gifts were handed over, with their evidence.

        :raises UserError: not approved, without evidence, or already handed over or cancelled
        """
        self.check_access("write")
        if len(self.try_lock_for_update()) < len(self):
            raise UserError(self.env._("Somebody else is working on this gift right now. Please try again."))
        self.invalidate_recordset(["state"])
        if any(gift.state not in OPEN_STATES for gift in self):
            raise UserError(self.env._("This gift was already handed over or cancelled."))
        self._approval_check_approved()
        missing = self.filtered(lambda gift: not (gift.evidence or "").strip() and not gift.evidence_ids)
        if missing:
            raise UserError(
                self.env._(
                    "Enter the evidence first: a receipt, a number or a file. %(gift)s", gift=missing[0].name
                )
            )
        self._check_budgets()
        today = fields.Date.context_today(self)
        self.sudo().write({"state": "given", "date_given": today, "given_by_id": self.env.uid})
        self._log_given()
        return True

    def action_cancel(self):
        """Cancel gifts that were not handed over.

        :raises UserError: handed over already, or waiting for approval
        """
        self.check_access("write")
        if any(gift.state == "given" for gift in self):
            raise UserError(self.env._("This gift was already handed over or cancelled."))
        self._approval_check_unlocked()
        self.sudo().write({"state": "cancelled"})
        return True

    def _approval_on_approved(self):
        result = super()._approval_on_approved()
        self.filtered(lambda gift: gift.state == "draft").write({"state": "approved"})
        return result

    def _approval_on_reset(self):
        result = super()._approval_on_reset()
        self.filtered(lambda gift: gift.state == "approved").write({"state": "draft"})
        return result

    def _care_get_summary(self):
        self.ensure_one()
        return f"{self.name} · {self.currency_id.format(self.amount)}"

    def _log_given(self):
        """Note the gifts in the contact log and the timeline, and end their greetings."""
        gifts = self.sudo()
        self.env["customer.contact.log"]._log_contacts([gift._prepare_contact_vals() for gift in gifts])
        gifts._care_log("gift_given")
        greetings = gifts.greeting_id.filtered(
            lambda greeting: greeting.channel == "gift" and greeting.state in ("planned", "failed")
        )
        if greetings:
            greetings._finish_sent()

    def _prepare_contact_vals(self):
        """Return the values of the contact that the gift was. Override to add a key."""
        self.ensure_one()
        return {
            "partner_id": self.partner_id.id,
            "kind": "gift",
            "subject": self.name,
            "user_id": self.given_by_id.id,
            "company_id": self.company_id.id,
            "result": self.evidence,
            "source": "greeting",
            "res_model": self._name,
            "res_id": self.id,
        }
