from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import frozendict

from . import identity_fields as masked
from .customer_complaint_stage import PHASES

SEVERITIES = [("minor", "Minor"), ("general", "General"), ("serious", "Serious"), ("major", "Major")]
URGENCIES = [("low", "Low"), ("normal", "Normal"), ("high", "High")]
KINDS = [
    ("complaint", "Complaint"),
    ("grievance", "Grievance"),
    ("suggestion", "Suggestion"),
    ("inquiry", "Inquiry"),
    ("praise", "Praise"),
]
PRIORITIES = [("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Very High")]
# What counts as a complaint in figures, grades and the contact gate; the other kinds are counted apart.
PROBLEM_KINDS = ("complaint", "grievance")
CHANNELS = [
    ("mail", "E-mail"),
    ("phone", "Phone"),
    ("visit", "Visit"),
    ("portal", "Customer Portal"),
    ("web", "Web Form"),
    ("callback", "Callback"),
    ("survey", "Survey"),
    ("other", "Other"),
]
VERDICTS = [
    ("valid", "Valid"),
    ("partly", "Partly Valid"),
    ("invalid", "Not Valid"),
    ("misunderstanding", "Misunderstanding"),
]
# Only the program sets these; refused in write and create over RPC, also as defaults in the context.
CODE_ONLY_FIELDS = (
    "number",
    "acknowledged_datetime",
    "responded_datetime",
    "resolved_datetime",
    "closed_datetime",
    "stage_datetime",
    "reopen_count",
    "policy_id",
    "next_deadline",
    "next_target",
    "informed_datetime",
    "is_clock_stale",
    "clock_ids",
    "stage_history_ids",
    "major_reason",
    "major_datetime",
    "major_rule_id",
    "alarm_state",
    "released_datetime",
    "released_by_id",
    "waiting_warned_datetime",
    "is_closed_unanswered",
)
EARLIEST_YEAR = 1970
# What a new complaint takes over from its customer or asks of him; all his fields would be a hundred.
PARTNER_FIELDS = ("email", "phone", "commercial_partner_id", "company_id", "care_grade_id")
# They follow from other fields: what is written would only hide the truth.
COMPUTED_FIELDS = ("commercial_partner_id", "email_normalized", "priority")
STAFF = "base.group_user"


class CustomerComplaint(models.Model):
    """A complaint from its receipt to its closing.

    What happens on a change of stage is in ``customer_complaint_flow``, what concerns time limits in
    ``customer_complaint_deadline``, the log of changes in ``customer_complaint_tracking``.
    """

    _name = "customer.complaint"
    _description = "Customer Complaint"
    _inherit = [
        "portal.mixin",
        "mail.thread.cc",
        "mail.thread.main.attachment",
        "mail.activity.mixin",
        "mail.tracking.duration.mixin",
        "rating.mixin",
        "customer.care.mixin",
        "customer.save.mixin",
        "customer.number.mixin",
        "complaint.thread.mixin",
    ]
    # Served by an index: the open one with the nearest deadline first, those without deadline last.
    _order = "next_deadline, id desc"
    _rec_names_search = ["number", "name", "partner_id"]
    _check_company_auto = True
    _primary_email = "email_from"
    _mail_thread_customer = True
    _track_duration_field = "stage_id"

    number = fields.Char(copy=False, readonly=True)
    name = fields.Char(string="Subject", required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self._default_company_id()
    )

    # The customer
    partner_id = masked.Many2one(
        "res.partner", string="Customer", check_company=True, index="btree_not_null", tracking=True
    )
    commercial_partner_id = masked.Many2one(
        "res.partner",
        related="partner_id.commercial_partner_id",
        string="Customer Company",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    email_from = masked.Char(
        string="E-mail", compute="_compute_email_from", store=True, readonly=False, precompute=True
    )
    email_normalized = masked.Char(
        compute="_compute_email_normalized", store=True, precompute=True, index="btree_not_null"
    )
    phone = masked.Char(compute="_compute_phone", store=True, readonly=False, precompute=True)

    # The matter
    kind = fields.Selection(KINDS, required=True, default="complaint")
    category_id = fields.Many2one("customer.complaint.category", index="btree_not_null", tracking=True)
    channel = fields.Selection(CHANNELS, required=True, default="phone")
    source_id = fields.Many2one(
        "customer.complaint.source",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Through whom the complaint came when not from the customer himself, e.g. a regulator.",
    )
    severity = fields.Selection(SEVERITIES, required=True, default="general", tracking=True, groups=STAFF)
    urgency = fields.Selection(URGENCIES, required=True, default="normal", tracking=True, groups=STAFF)
    priority = fields.Selection(
        PRIORITIES,
        compute="_compute_priority",
        store=True,
        precompute=True,
        groups=STAFF,
    )
    is_major = fields.Boolean(string="Major Complaint", tracking=True, groups=STAFF)
    description = fields.Html(sanitize_attributes=True)
    verdict = fields.Selection(VERDICTS, tracking=True, groups=STAFF)
    resolution = fields.Html(string="Findings and Agreement", groups=STAFF)

    # Who and where
    team_id = fields.Many2one(
        "customer.complaint.team",
        check_company=True,
        index="btree_not_null",
        tracking=True,
        default=lambda self: self._default_team_id(),
    )
    user_id = fields.Many2one(
        "res.users",
        string="Handler",
        check_company=True,
        domain=[("share", "=", False)],
        index="btree_not_null",
        tracking=True,
    )
    stage_id = fields.Many2one(
        "customer.complaint.stage",
        required=True,
        ondelete="restrict",
        copy=False,
        tracking=True,
        group_expand="_read_group_stage_ids",
        domain="[('flow_team_id', '=', team_id)]",
        default=lambda self: self._default_stage_id(),
    )
    phase = fields.Selection(PHASES, compute="_compute_phase", search="_search_phase")

    # When
    received_datetime = fields.Datetime(
        string="Received on", required=True, default=fields.Datetime.now, copy=False, tracking=True
    )
    acknowledged_datetime = fields.Datetime(string="Acknowledged on", readonly=True, copy=False)
    responded_datetime = fields.Datetime(string="First Response on", readonly=True, copy=False)
    resolved_datetime = fields.Datetime(string="Resolved on", readonly=True, copy=False)
    closed_datetime = fields.Datetime(string="Closed on", readonly=True, copy=False)
    stage_datetime = fields.Datetime(string="In this Stage since", readonly=True, copy=False)
    reopen_count = fields.Integer(string="Times Reopened", readonly=True, copy=False)
    stage_history_ids = fields.One2many(
        "customer.complaint.stage.history",
        "complaint_id",
        readonly=True,
        groups=STAFF,
    )

    compensation_ids = fields.One2many(
        "customer.complaint.compensation", "complaint_id", string="Compensations", groups=STAFF
    )
    _number_uniq = models.UniqueIndex("(number, company_id)", "This complaint number exists already.")
    _order_idx = models.Index("(next_deadline, id DESC)")
    # The board: how many are in each stage, and the first of each, from the index alone.
    # Company and confidentiality are in it because the record rules ask for them.
    _board_idx = models.Index(
        "(stage_id, next_deadline, id DESC) INCLUDE (company_id, is_confidential) WHERE active IS TRUE"
    )
    _received_idx = models.Index("(received_datetime)")
    _stale_idx = models.Index("(id) WHERE is_clock_stale IS TRUE")

    # Defaults

    def _default_company_id(self):
        return self.env.company

    def _default_team_id(self):
        company = self.env.company
        return self.env["customer.complaint.team"]._get_default_teams(company).get(company)

    def _default_stage_id(self):
        team = self.env["customer.complaint.team"].browse(self.env.context.get("default_team_id"))
        return self.env["customer.complaint.stage"]._get_first(team)

    # Compute

    @api.depends("number", "name")
    def _compute_display_name(self):
        for complaint in self:
            complaint.display_name = " ".join(filter(None, (complaint.number, complaint.name)))

    @api.depends("partner_id")
    def _compute_email_from(self):
        for complaint in self:
            complaint.email_from = complaint.partner_id.email or complaint.email_from

    @api.depends("email_from")
    def _compute_email_normalized(self):
        for complaint in self:
            complaint.email_normalized = tools.email_normalize(complaint.email_from, strict=False)

    @api.depends("partner_id")
    def _compute_phone(self):
        for complaint in self:
            complaint.phone = complaint.partner_id.phone or complaint.phone

    @api.depends("stage_id.phase")
    def _compute_phase(self):
        for stage, complaints in self.grouped("stage_id").items():
            complaints.phase = stage._get_phase()

    def _search_phase(self, operator, value):
        """Name the stages, so that the lists of open complaints use the index of the default order."""
        if operator != "in":
            return NotImplemented
        facts = self.env["customer.complaint.stage"]._get_facts()
        return [("stage_id", "in", [key for key, fact in facts.items() if fact["phase"] in value])]

    @api.depends("severity", "urgency", "partner_id", "priority_raise")
    def _compute_priority(self):
        """Severity and urgency, moved by the grade that the customer has when one of the three is set.

        What escalations have added counts on top.
        """
        steps = self.env["customer.grade"]._get_complaint_steps()
        matrix = self.env["customer.complaint.priority"]._get_matrix()
        for complaint in self:
            level = matrix[complaint.severity or "general", complaint.urgency or "normal"]
            if steps:
                level += steps.get(complaint.partner_id.sudo().care_grade_id.id, 0)
            complaint.priority = str(min(max(level, 0) + complaint.priority_raise, 3))

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for complaint in self:
            complaint.access_url = f"/my/complaints/{complaint.id}"
        return result

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Show the columns of the team's flow when the board is of one team, else the common ones."""
        return stages.search([("id", "in", (stages | stages._get_flow(self._get_board_team(domain))).ids)])

    @api.constrains("received_datetime")
    def _check_received_datetime(self):
        """Refuse a receipt in another age or the future; a minute is granted to clocks that differ."""
        limit = fields.Datetime.add(fields.Datetime.now(), minutes=1)
        if any(complaint.received_datetime > limit for complaint in self):
            raise ValidationError(self.env._("A complaint cannot have been received in the future."))
        if any(complaint.received_datetime.year < EARLIEST_YEAR for complaint in self):
            raise ValidationError(
                self.env._("A complaint cannot have been received before %(year)s.", year=EARLIEST_YEAR)
            )

    @api.constrains("user_id")
    def _check_user_id(self):
        if any(complaint.user_id.share for complaint in self.sudo()):
            raise ValidationError(self.env._("Only employees can handle complaints."))

    @api.constrains("stage_id", "team_id")
    def _check_stage_team(self):
        for complaint in self:
            if not complaint.stage_id._is_open_to(complaint.team_id):
                raise ValidationError(
                    self.env._(
                        "The stage %(stage)s does not belong to the team %(team)s.",
                        stage=complaint.stage_id.name,
                        team=complaint.team_id.name or "-",
                    )
                )

    # Create, write

    @api.model_create_multi
    def create(self, vals_list):
        self._check_code_only(field for vals in vals_list for field in vals)
        vals_list = self._fill_numbers(self._fill_defaults(vals_list))
        complaints = super().create(self._drop_empty(vals_list))
        # A new complaint has no rating: computing that would ask for it.
        self.env.remove_to_compute(self._fields["rating_last_value"], complaints)
        complaints._after_create()
        return complaints

    def write(self, vals):
        self._check_code_only(vals)
        self._check_receipt_change(vals)
        promised = self._get_promised_compensations(vals)
        promised._approval_check_unlocked()
        if "stage_id" not in vals:
            result = super().write(vals)
        else:
            previous = self._before_stage_change(vals["stage_id"])
            result = super().write(vals)
            self._after_stage_change(previous)
        promised._approval_recheck()
        self._after_write(vals)
        return result

    def _add_precomputed_values(self, vals_list):
        """Compute from records in memory that hold nothing but what the computations read, and all of that.

        What is missing would be asked for as a default, one field and one record after the other.
        """
        names, empty = self._get_precompute_names()
        parts = [{**empty, **{name: vals[name] for name in names if name in vals}} for vals in vals_list]
        partners = self.env["res.partner"].browse({vals.get("partner_id") or 0 for vals in vals_list} - {0})
        partners.sudo().fetch(PARTNER_FIELDS)
        # As superuser, as the computations are: of a new complaint nothing is hidden.
        result = super(CustomerComplaint, self.sudo())._add_precomputed_values(parts)
        for vals, part in zip(vals_list, parts, strict=True):
            vals.update((name, value) for name, value in part.items() if name not in empty)
        return result

    @tools.ormcache()
    def _get_precompute_names(self):
        """Return the names that belong to computing a new record, and {name: False} of those that are only read."""
        precomputed = [field for field in self._fields.values() if field.precompute]
        read = {name for field in precomputed for name in self._get_read_names(field)}
        empty = frozendict({name: False for name in read if not self._fields[name].compute})
        return frozenset(read.union(field.name for field in precomputed)), empty

    def _get_read_names(self, field):
        """Return the names of the fields of this model that the computation of ``field`` depends on."""
        return {path.partition(".")[0] for path in self.pool.field_depends[field]}

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=complaint.name)}
            for complaint, vals in zip(self, super().copy_data(default=default), strict=True)
        ]

    def _check_code_only(self, names):
        """Refuse values for fields that only the program sets.

        :raises AccessError: unless called as superuser
        """
        guarded = sorted({*CODE_ONLY_FIELDS, *COMPUTED_FIELDS}.intersection(names))
        if guarded and not self.env.su:
            raise AccessError(
                self.env._("These fields are set by the program alone: %(fields)s", fields=", ".join(guarded))
            )

    def _check_receipt_change(self, vals):
        """Keep the date of receipt, from which all time limits count, for managers to correct.

        :raises AccessError: for others
        """
        if (
            "received_datetime" in vals
            and not self.env.su
            and not self.env.user.has_group("customer_complaint.group_complaint_manager")
        ):
            raise AccessError(self.env._("Only a manager can correct the date of receipt."))

    # Actions

    def action_assign_to_me(self):
        """Take the complaints."""
        self.check_access("write")
        self.write({"user_id": self.env.uid})
