from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.contact import get_minutes, is_counted, split_minutes

# Only the program sets these, from these values on.
GUARDED_FIELDS = {"source": "manual", "res_model": False, "res_id": False}
# Follows from the customer.
COMPUTED_FIELDS = ("commercial_partner_id",)
# What may be added to a row that the program wrote.
NOTE_FIELDS = {"result", "next_step", "next_date"}
# Discussion and files of a row are no correction of it.
THREAD_FIELDS = {"message_follower_ids", "message_ids", "activity_ids", "message_main_attachment_id"}
# Ten years: longer is a slip of the pen.
LONGEST_MINUTES = 10 * 366 * 24 * 60
LAST_YEAR = 2999


class CustomerContactLog(models.Model):
    """Every contact with a customer: who, how long, what, and what next.

    Employees enter what happened at the counter, on a visit, by mail. Callbacks, meetings, campaigns and others
    append theirs through ``_log_contacts`` (``customer_contact_log_append``).
    """

    _name = "customer.contact.log"
    _description = "Contact Log"
    _inherit = [
        "customer.guard.mixin",
        "customer.care.link.mixin",
        "customer.care.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_start desc, id desc"
    _rec_name = "subject"
    _rec_names_search = ["subject", "partner_id"]
    _check_company_auto = True
    _guarded_fields = GUARDED_FIELDS
    _computed_fields = COMPUTED_FIELDS

    subject = fields.Char(required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade", index=True, check_company=True
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        related="partner_id.commercial_partner_id",
        string="Company of the Customer",
        store=True,
        precompute=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self._default_company_id(), index=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Employee",
        default=lambda self: self._default_user_id(),
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        check_company=True,
    )
    team_id = fields.Many2one(
        "customer.care.team",
        compute="_compute_team_id",
        store=True,
        precompute=True,
        readonly=False,
        check_company=True,
        index="btree_not_null",
    )
    participant_ids = fields.Many2many(
        "res.partner",
        "customer_contact_log_participant_rel",
        "log_id",
        "partner_id",
        string="Participants",
        help="Everybody who was there: people of the customer and colleagues.",
    )
    extra_partner_ids = fields.Many2many(
        "res.partner",
        string="Also with These Customers",
        store=False,
        help="One reception of several customers: each gets an entry of the same contents.",
    )

    kind = fields.Selection(
        [
            ("call", "Call"),
            ("visit", "Visit"),
            ("reception", "Reception"),
            ("mail", "Mail"),
            ("message", "Message"),
            ("gift", "Gift"),
            ("event", "Event"),
            ("meeting", "Meeting"),
            ("other", "Other"),
        ],
        required=True,
        default="call",
    )
    direction = fields.Selection([("in", "From the customer"), ("out", "To the customer")], default="out")
    is_counted = fields.Boolean(
        string="Counts as a Contact",
        compute="_compute_is_counted",
        store=True,
        precompute=True,
        readonly=False,
        help="The time until the next contact begins anew with it. A gift or a greeting alone is no talk.",
    )
    date_start = fields.Datetime(
        string="Begin", required=True, default=lambda self: self._default_date_start()
    )
    date_end = fields.Datetime(
        string="End",
        compute="_compute_date_end",
        inverse="_inverse_date_end",
        store=True,
        precompute=True,
        readonly=False,
    )
    duration_minutes = fields.Integer(string="Duration (Minutes)", aggregator="sum")
    duration_text = fields.Char(string="Duration", compute="_compute_duration_text")

    result = fields.Text(help="What was talked about, what was agreed.")

    # Origin
    source = fields.Selection(
        [
            ("manual", "By hand"),
            ("callback", "Callback"),
            ("meeting", "Calendar"),
            ("mail", "Mail of the record"),
            ("measure", "Care plan"),
            ("campaign", "Campaign"),
            ("greeting", "Greeting"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="manual",
    )
    res_model = fields.Char(string="Document Model", readonly=True, copy=False)
    res_id = fields.Many2oneReference(string="Document", model_field="res_model", readonly=True, copy=False)
    can_edit = fields.Boolean(compute="_compute_can_edit")

    _check_duration = models.Constraint(
        "CHECK(duration_minutes >= 0)", "A contact cannot last less than 0 minutes."
    )
    _check_end = models.Constraint("CHECK(date_end >= date_start)", "A contact cannot end before it begins.")
    _document_uniq = models.UniqueIndex(
        "(res_model, res_id, source, partner_id) WHERE res_id > 0",
        "This contact has already been noted.",
    )
    _date_idx = models.Index("(date_start DESC, id DESC)")
    _family_date_idx = models.Index("(commercial_partner_id, date_start DESC, id DESC)")
    _counted_idx = models.Index("(commercial_partner_id, date_start DESC) WHERE is_counted")
    _user_date_idx = models.Index("(user_id, date_start DESC)")

    def _default_company_id(self):
        return self.env.company

    def _default_user_id(self):
        return self.env.user

    def _default_date_start(self):
        return fields.Datetime.now().replace(second=0)

    @api.depends("subject", "partner_id")
    def _compute_display_name(self):
        for log in self:
            log.display_name = ": ".join(filter(None, (log.partner_id.display_name, log.subject)))

    @api.depends("partner_id", "user_id", "company_id")
    def _compute_team_id(self):
        """The team of the customer, else of the employee; a chosen one stays."""
        open_logs = self.filtered(lambda log: not log.team_id)
        own_teams = (
            self.env["customer.care.team"].sudo().search([("member_ids", "in", open_logs.user_id.ids)])
        )
        for log in open_logs:
            partner = log.partner_id.sudo()
            team = partner.care_team_id or partner.commercial_partner_id.care_team_id
            if team.company_id and team.company_id != log.company_id:
                team = team.browse()
            log.team_id = team or own_teams._get_first_of(log.user_id, log.company_id)

    @api.depends("kind", "source")
    def _compute_is_counted(self):
        for log in self:
            log.is_counted = is_counted(log.kind, log.source)

    @api.depends("date_start", "duration_minutes")
    def _compute_date_end(self):
        for log in self:
            minutes = min(max(log.duration_minutes, 0), LONGEST_MINUTES)
            if log.date_start and log.date_start.year > LAST_YEAR:
                raise ValidationError(self.env._("Please check the year of the contact."))
            log.date_end = log.date_start and log.date_start + timedelta(minutes=minutes)

    def _inverse_date_end(self):
        """Let the duration follow the end; what is left out takes no time."""
        for log in self:
            end = log.date_end or log.date_start
            if end < log.date_start:
                raise ValidationError(self.env._("A contact cannot end before it begins."))
            log.duration_minutes = get_minutes(log.date_start, end)

    @api.depends("duration_minutes")
    def _compute_duration_text(self):
        for log in self:
            log.duration_text = log._format_duration(log.duration_minutes)

    @api.depends("create_date", "create_uid", "user_id")
    @api.depends_context("uid")
    def _compute_can_edit(self):
        is_supervisor = self.env.su or self.env.user.has_group("customer_care.group_care_supervisor")
        today = fields.Date.context_today(self)
        for log in self:
            made = log.create_date and fields.Date.context_today(self, log.create_date)
            log.can_edit = (
                is_supervisor
                or not log._origin
                or (made == today and self.env.user in (log.user_id, log.create_uid))
            )

    @api.onchange("date_end")
    def _onchange_date_end(self):
        if self.date_start and self.date_end and self.date_end >= self.date_start:
            self.duration_minutes = get_minutes(self.date_start, self.date_end)

    @api.constrains("user_id")
    def _check_user(self):
        self.user_id._care_check_employees()

    @api.constrains("duration_minutes")
    def _check_longest(self):
        for log in self:
            if not 0 <= log.duration_minutes <= LONGEST_MINUTES:
                raise ValidationError(self.env._("A contact lasts from 0 minutes to ten years."))

    @api.model_create_multi
    def create(self, vals_list):
        count = len(vals_list)
        logs = super().create(self._spread(vals_list))
        logs.filtered(lambda log: log.source == "manual")._log()
        # Who asked for one gets one, whatever was made for the other customers.
        return logs[:count]

    def _check_change(self, vals):
        if vals:
            self.check_access("write")
            self._check_editable(set(vals) - THREAD_FIELDS)
        return super()._check_change(vals)

    def copy_data(self, default=None):
        vals_list = super().copy_data({"date_start": self._default_date_start(), **(default or {})})
        return [
            {key: value for key, value in vals.items() if key not in ("date_end", "extra_partner_ids")}
            for vals in vals_list
        ]

    def action_export_sheet(self):
        """Send the browser to the record sheet of these contacts as a workbook.

        :raises AccessError: the user may not export, or not read one of them
        """
        self.check_access("read")
        return self.env["customer.contact.sheet"].create({"log_ids": self.ids}).action_download_xlsx()

    def _check_editable(self, names):
        """Own entries are corrected on the same day, later by supervisors; the program's only get notes.

        :raises UserError: otherwise
        """
        if not names:
            return
        if names - NOTE_FIELDS and any(log.source != "manual" for log in self):
            raise UserError(
                self.env._(
                    "This contact was noted by the program: only the result and the next step can be changed."
                )
            )
        if not all(log.can_edit for log in self):
            raise UserError(
                self.env._(
                    "A contact is corrected on the day of its entry, by who entered it; later by a supervisor."
                )
            )

    @api.model
    def _spread(self, vals_list):
        """Repeat the values for each of the other customers, who come after the first ones."""
        result, extra = [], []
        for vals in vals_list:
            vals = dict(vals)
            commands = vals.pop("extra_partner_ids", None) or []
            result.append(vals)
            ids = self.new({"extra_partner_ids": commands}).extra_partner_ids._origin.ids if commands else []
            extra += [{**vals, "partner_id": number} for number in ids if number != vals.get("partner_id")]
        return result + extra

    @api.model
    def _format_duration(self, minutes):
        """Return a duration for readers, e.g. ``2 d 0 h 5 min``."""
        days, hours, rest = split_minutes(minutes or 0)
        if days:
            return self.env._("%(days)s d %(hours)s h %(minutes)s min", days=days, hours=hours, minutes=rest)
        if hours:
            return self.env._("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)
        return self.env._("%(minutes)s min", minutes=rest)

    def _log(self):
        """Append one row of the timeline for each entry."""
        self.env["customer.care.event"]._log(
            [
                {
                    "partner_id": log.partner_id.id,
                    "kind": "contact_logged",
                    "summary": log.subject,
                    "date": log.date_start,
                    "res_model": log._name,
                    "res_id": log.id,
                    "user_id": log.user_id.id,
                    "company_id": log.company_id.id,
                }
                for log in self
            ]
        )
