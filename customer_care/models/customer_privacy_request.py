from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

OPEN_STATES = ("new", "progress")
# Only the buttons set these; with the values of a new request.
GUARDED_FIELDS = {
    "number": False,
    "state": "new",
    "date_done": False,
    "done_by_id": False,
    "export_attachment_id": False,
    "date_export_until": False,
    "is_from_portal": False,
}
# Whoever asks for these must be known to be the customer.
IDENTITY_KINDS = ("access", "correct", "erase")


class CustomerPrivacyRequest(models.Model):
    """A customer asks about the data kept of him.

    Source: GDPR articles 12 and 15-21, PIPL articles 44-50.
    """

    _name = "customer.privacy.request"
    _description = "Privacy Request"
    _inherit = ["customer.guard.mixin", "mail.thread", "mail.activity.mixin", "customer.care.mixin"]
    _order = "date_due, id"
    _rec_name = "number"
    _check_company_auto = True
    _guarded_fields = GUARDED_FIELDS
    _computed_fields = ("identity_checked_by_id",)

    number = fields.Char(readonly=True, copy=False)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self._default_company_id()
    )
    kind = fields.Selection(
        [
            ("access", "Copy of the data"),
            ("correct", "Correction"),
            ("erase", "Erasure"),
            ("restrict", "Restriction of use"),
            ("object", "Objection"),
        ],
        required=True,
        default="access",
        tracking=True,
    )
    state = fields.Selection(
        [("new", "Received"), ("progress", "In progress"), ("done", "Done"), ("rejected", "Rejected")],
        required=True,
        readonly=True,
        copy=False,
        default="new",
        tracking=True,
    )
    description = fields.Text(string="What the Customer Asks", copy=False)
    date_received = fields.Date(
        string="Received on", required=True, default=fields.Date.context_today, copy=False
    )
    date_due = fields.Date(
        string="Due on",
        compute="_compute_date_due",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    is_overdue = fields.Boolean(compute="_compute_is_overdue", search="_search_is_overdue")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        domain="[('share', '=', False)]",
        index="btree_not_null",
        default=lambda self: self._default_user_id(),
        tracking=True,
    )
    identity_checked_by_id = fields.Many2one(
        "res.users", string="Identity Checked by", readonly=True, copy=False
    )
    identity_method = fields.Char(
        string="Identity Checked how",
        copy=False,
        help="For example: logged in to the portal, called back on the known number, identity card shown.",
    )
    is_with_contacts = fields.Boolean(
        string="With all Contacts",
        help="The company asks for itself: its contacts are included. Otherwise only what is kept of this one.",
    )
    is_with_notes = fields.Boolean(
        string="With Internal Notes",
        help="Internal notes of the staff about the customer are part of the copy. They may hold data of "
        "others: read them before you hand them over.",
    )
    answer = fields.Text(copy=False, help="The customer reads it in the mail and in the portal.")
    date_done = fields.Datetime(string="Answered on", readonly=True, copy=False)
    done_by_id = fields.Many2one("res.users", string="Answered by", readonly=True, copy=False)
    export_attachment_id = fields.Many2one(
        "ir.attachment", string="Copy of the Data", readonly=True, copy=False
    )
    date_export_until = fields.Date(string="Copy Kept until", readonly=True, copy=False)
    is_from_portal = fields.Boolean(string="Asked in the Portal", readonly=True, copy=False)
    color = fields.Integer(compute="_compute_is_overdue")

    _number_uniq = models.UniqueIndex("(number, company_id)", "There is already a request with this number.")
    _due_idx = models.Index("(date_due, id)")

    def _default_company_id(self):
        return self.env.company

    def _default_user_id(self):
        return self.env.user if self.env.user._is_internal() else self.env["res.users"]

    @api.depends("date_received", "company_id")
    def _compute_date_due(self):
        for request in self:
            days = request.company_id.sudo().care_request_days or 30
            received = request.date_received or fields.Date.context_today(request)
            request.date_due = received + relativedelta(days=days)

    @api.depends("date_due", "state")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for request in self:
            request.is_overdue = bool(
                request.state in OPEN_STATES and request.date_due and request.date_due < today
            )
            request.color = 1 if request.is_overdue else 0

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        return Domain("state", "in", OPEN_STATES) & Domain("date_due", "<", today)

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        requests._note_identity()
        requests._care_log("privacy_requested")
        requests._plan_activity()
        return requests

    def write(self, vals):
        result = super().write(vals)
        if "identity_method" in vals:
            self._note_identity()
        if "user_id" in vals:
            self._plan_activity()
        return result

    def _get_guarded_values(self):
        sequence = self.env["ir.sequence"].sudo()
        return {**super()._get_guarded_values(), "number": sequence.next_by_code("customer.privacy.request")}

    def _check_change(self, vals):
        closed = self.filtered(lambda request: request.state not in OPEN_STATES)
        if closed and {"partner_id", "kind", "date_received", "description", "answer"}.intersection(vals):
            raise UserError(self.env._("An answered request cannot be changed. Reopen it first."))
        return super()._check_change(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_superuser(self):
        if not self.env.su:
            raise UserError(self.env._("Requests of customers are kept. Reject one that came by mistake."))

    def action_start(self):
        """Begin to work on new requests."""
        self.check_access("write")
        for request in self.filtered(lambda request: request.state == "new"):
            request.sudo().write({"state": "progress", "user_id": request.user_id.id or self.env.uid})
        return True

    def action_done(self):
        """Answer requests; the customer gets a mail.

        :raises UserError: identity not checked, no answer, or already answered
        """
        return self._finish("done")

    def action_reject(self):
        """Refuse requests; the customer gets a mail with the reason in the answer."""
        return self._finish("rejected")

    def action_reopen(self):
        """Take answered requests up again; managers only."""
        self.check_access("write")
        self._check_group("customer_care.group_care_manager")
        self.sudo().write({"state": "progress", "date_done": False, "done_by_id": False})
        return True

    def action_export(self):
        """Make the copy of the data and keep it with the request; managers only.

        :raises AccessError: not a manager
        :raises UserError: identity not checked, or already answered
        """
        self.ensure_one()
        self.check_access("write")
        self._check_group("customer_care.group_care_manager")
        self._check_open()
        self._check_identity()
        company = self.company_id.sudo()
        attachment = self.env["customer.privacy.export"]._export_to(
            self, self._get_partners(), with_notes=self.is_with_notes
        )
        self.sudo().export_attachment_id.unlink()
        self.sudo().write(
            {
                "state": "progress",
                "export_attachment_id": attachment.id,
                "date_export_until": fields.Date.context_today(self)
                + relativedelta(days=company.care_export_days or 14),
            }
        )
        return True

    def action_download(self):
        """Open the copy of the data."""
        self.ensure_one()
        self.check_access("read")
        self._check_group("customer_care.group_care_manager")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.export_attachment_id.id}?download=true",
            "target": "self",
        }

    def action_anonymize(self):
        """Open the wizard that erases the personal data of the customer."""
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        self._check_identity()
        return self._get_partners()._care_get_anonymize_action(self)

    def action_open_lookup(self):
        """Open Odoo's own search for a name and an address over all records."""
        self.ensure_one()
        self.check_access("read")
        if not self.partner_id.email:
            raise UserError(self.env._("Odoo's search needs the e-mail address of the customer."))
        return self.partner_id.action_privacy_lookup()

    def _get_partners(self):
        self.ensure_one()
        return self.partner_id._care_get_persons(self.is_with_contacts)

    def _finish(self, state):
        self.check_access("write")
        self._check_open()
        for request in self:
            if not (request.answer or "").strip():
                raise UserError(self.env._("Please write the answer that the customer reads."))
        if state == "done":
            self._check_identity()
        self.sudo().write({"state": state, "date_done": fields.Datetime.now(), "done_by_id": self.env.uid})
        if state == "done":
            corrected = self.filtered(lambda request: request.kind == "correct")
            for request in corrected:
                self.env["customer.privacy.log"]._log("data_corrected", request.partner_id, request.number)
        self.sudo().activity_feedback(["mail.mail_activity_data_todo"])
        self._send_answer()
        return True

    def _send_answer(self):
        template = self.env.ref("customer_care.mail_template_privacy_request", raise_if_not_found=False)
        if not template:
            return
        reachable = self.filtered(lambda request: request.partner_id.email)
        for request in reachable:
            template.sudo().send_mail(request.id, email_layout_xmlid="mail.mail_notification_light")

    # Checks

    def _check_open(self):
        for request in self:
            if request.state not in OPEN_STATES:
                raise UserError(
                    self.env._("The request %(number)s was already answered.", number=request.number)
                )

    def _check_identity(self):
        for request in self.filtered(lambda request: request.kind in IDENTITY_KINDS):
            if not request.identity_method:
                raise UserError(
                    self.env._(
                        "Please enter how you made sure that request %(number)s came from the customer.",
                        number=request.number,
                    )
                )

    def _check_group(self, group):
        if not self.env.su and not self.env.user.has_group(group):
            raise AccessError(self.env._("Only a manager of the customer care may do this."))

    def _note_identity(self):
        for request in self:
            if bool(request.identity_method) != bool(request.sudo().identity_checked_by_id):
                checker = self.env.user if request.identity_method else self.env["res.users"]
                request.sudo().identity_checked_by_id = checker

    @api.model
    def _find_responsible(self, partner, company):
        """Return who answers a request that came without staff: who acts for the customer, else a manager.

        The manager of the company with the fewest open requests; empty when there is none.
        """
        helper = partner._care_get_helper()
        if helper:
            return helper
        managers = self.env.ref("customer_care.group_care_manager").sudo().all_user_ids
        managers = managers.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        )
        groups = self.sudo()._read_group(
            [("user_id", "in", managers.ids), ("state", "in", OPEN_STATES)], ["user_id"], ["__count"]
        )
        load = {user.id: count for user, count in groups}
        return managers.sorted(lambda user: (load.get(user.id, 0), user.id))[:1]

    def _plan_activity(self):
        """The responsible person finds each open request among the own activities, once."""
        for request in self.sudo():
            if request.state not in OPEN_STATES or not request.user_id:
                continue
            open_ones = request.activity_ids.filtered(lambda a, r=request: a.user_id == r.user_id)
            if open_ones:
                continue
            request.activity_ids.unlink()
            request.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=request.date_due,
                user_id=request.user_id.id,
                summary=self.env._("Answer the privacy request"),
            )

    def _care_get_summary(self):
        return self.number or ""

    @api.autovacuum
    def _gc_exports(self):
        """Delete copies of data whose time is over."""
        over = self.sudo().search(
            [("export_attachment_id", "!=", False), ("date_export_until", "<", fields.Date.today())],
            limit=1000,
        )
        over.export_attachment_id.unlink()
        return len(over), len(over) == 1000
