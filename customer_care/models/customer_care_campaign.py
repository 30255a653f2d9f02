from datetime import timedelta

import pytz
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

# Only the methods of this model set these, from these values on.
GUARDED_FIELDS = {"state": "draft", "date_effect": False}
# In these the people asked may still answer.
OPEN_STATES = ("inviting", "running")
# Participants in these states take seats.
SEAT_STATES = ("accepted", "attended")
# Outside of these a date is a slip of the pen.
FIRST_YEAR, LAST_YEAR = 1970, 2999
# In these nothing about when and where changes any more.
CLOSED_STATES = ("done", "evaluated", "cancelled")
# Those who were invited are told when one of these changes.
NOTICE_FIELDS = ("date_begin", "date_end", "date_tz", "location", "online_url")


class CustomerCareCampaign(models.Model):
    """A customer day, a training, a seminar or a benefit: who is invited, who came, what it cost and did.

    Targets are in ``customer_care_campaign_target``, mails in ``customer_care_campaign_mail``, the effect in
    ``customer_care_campaign_effect``.
    """

    _name = "customer.care.campaign"
    _description = "Campaign"
    _inherit = [
        "customer.guard.mixin",
        "customer.approval.mixin",
        "customer.xlsx.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_begin desc, id desc"
    _check_company_auto = True
    _guarded_fields = GUARDED_FIELDS
    _approval_amount_field = "budget"

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [
            ("day", "Customer day"),
            ("training", "Training"),
            ("seminar", "Seminar"),
            ("benefit", "Benefit"),
            ("other", "Other"),
        ],
        required=True,
        default="day",
    )
    description = fields.Html(translate=True, help="What the invited read on their page.")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self._default_company_id()
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self._default_user_id(),
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        check_company=True,
        tracking=True,
        index="btree_not_null",
    )
    team_id = fields.Many2one("customer.care.team", check_company=True, index="btree_not_null")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("inviting", "Inviting"),
            ("running", "Under Way"),
            ("done", "Done"),
            ("evaluated", "Evaluated"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        tracking=True,
        index=True,
        group_expand=True,
    )

    # When and where
    date_begin = fields.Datetime(string="Begin", required=True, tracking=True, copy=False)
    date_end = fields.Datetime(string="End", required=True, tracking=True, copy=False)
    date_tz = fields.Selection(
        selection="_selection_date_tz",
        string="Time Zone",
        required=True,
        default=lambda self: self.env.user.tz or "UTC",
    )
    date_text = fields.Char(string="Date and Time", compute="_compute_date_text")
    location = fields.Char(string="Place", translate=True, tracking=True)
    online_url = fields.Char(string="Online Link", tracking=True)
    date_deadline = fields.Datetime(
        string="Answer Until",
        copy=False,
        tracking=True,
        help="After this moment nobody answers any more. Empty: until the begin.",
    )
    is_limited = fields.Boolean(string="Limited Seats", help="Who comes too late is put on the waiting list.")
    capacity = fields.Integer(string="Seats", aggregator=None, help="Companions take a seat too.")
    companions_max = fields.Integer(
        string="Companions Allowed", default=0, aggregator=None, help="How many people each guest may bring."
    )
    seats_taken = fields.Integer(
        compute="_compute_counts", help="Guests who are coming or came, with their companions."
    )
    seats_left = fields.Integer(compute="_compute_counts")

    # Money
    currency_id = fields.Many2one(related="company_id.currency_id")
    budget = fields.Monetary(tracking=True)
    cost_ids = fields.One2many("customer.care.campaign.cost", "campaign_id", string="Costs", copy=True)
    planned_cost = fields.Monetary(compute="_compute_costs", store=True)
    actual_cost = fields.Monetary(compute="_compute_costs", store=True)
    is_over_budget = fields.Boolean(compute="_compute_is_over_budget", string="Over Budget")

    # People
    participant_ids = fields.One2many("customer.care.campaign.participant", "campaign_id")
    target_count = fields.Integer(string="On the List", compute="_compute_counts")
    invited_count = fields.Integer(string="Reached", compute="_compute_counts")
    accepted_count = fields.Integer(string="Will Come", compute="_compute_counts")
    waiting_count = fields.Integer(string="On the Waiting List", compute="_compute_counts")
    attended_count = fields.Integer(string="Came", compute="_compute_counts")
    cost_by_attendee = fields.Monetary(
        string="Cost per Attendee",
        compute="_compute_counts",
        help="Actual cost divided by the customers who came, without their companions.",
    )
    cost_by_reached = fields.Monetary(
        string="Cost per Reached Customer",
        compute="_compute_counts",
        help="Actual cost divided by the customers who were invited or came.",
    )
    evaluation = fields.Html(copy=False, help="What was reached, and what to do better next time.")

    _check_dates = models.Constraint("CHECK(date_end > date_begin)", "A campaign ends after its begin.")
    _check_capacity = models.Constraint(
        "CHECK(NOT COALESCE(is_limited, FALSE) OR COALESCE(capacity, 0) > 0)",
        "A campaign with limited seats has at least one.",
    )
    _check_companions = models.Constraint(
        "CHECK(companions_max BETWEEN 0 AND 50)", "A guest brings from 0 to 50 companions."
    )
    _check_budget = models.Constraint(
        "CHECK(budget >= 0 AND budget <> 'NaN')", "The budget of a campaign cannot be negative."
    )
    _date_idx = models.Index("(date_begin DESC, id DESC)")

    @api.model
    def _selection_date_tz(self):
        return [(name, name) for name in pytz.all_timezones]

    def _default_company_id(self):
        return self.env.company

    def _default_user_id(self):
        return self.env.user

    @api.depends("date_begin", "date_end", "date_tz")
    @api.depends_context("lang")
    def _compute_date_text(self):
        for campaign in self:
            campaign.date_text = campaign._get_date_text() if campaign.date_begin else False

    @api.depends("cost_ids.planned_amount", "cost_ids.actual_amount")
    def _compute_costs(self):
        for campaign in self:
            campaign.planned_cost = sum(campaign.cost_ids.mapped("planned_amount"))
            campaign.actual_cost = sum(campaign.cost_ids.mapped("actual_amount"))

    @api.depends("planned_cost", "actual_cost", "budget")
    def _compute_is_over_budget(self):
        for campaign in self:
            campaign.is_over_budget = max(campaign.planned_cost, campaign.actual_cost) > campaign.budget

    @api.depends(
        "participant_ids.state", "participant_ids.companions", "actual_cost", "capacity", "is_limited"
    )
    def _compute_counts(self):
        """Numbers of all, also of customers whom the reader may not see."""
        groups = (
            self.env["customer.care.campaign.participant"]
            .sudo()
            ._read_group(
                [("campaign_id", "in", self.ids)], ["campaign_id", "state"], ["__count", "companions:sum"]
            )
        )
        found = {}
        for campaign, state, count, companions in groups:
            found.setdefault(campaign.id, {})[state] = (count, companions or 0)
        for campaign in self:
            rows = found.get(campaign._origin.id, {})
            by_state = {state: count for state, (count, _companions) in rows.items()}
            came = by_state.get("attended", 0)
            campaign.seats_taken = sum(sum(rows.get(state, ())) for state in SEAT_STATES)
            campaign.seats_left = (
                max(campaign.capacity - campaign.seats_taken, 0) if campaign.is_limited else 0
            )
            campaign.target_count = sum(by_state.values())
            campaign.invited_count = reached = campaign.target_count - by_state.get("target", 0)
            campaign.accepted_count = by_state.get("accepted", 0) + came
            campaign.waiting_count = by_state.get("waiting", 0)
            campaign.attended_count = came
            campaign.cost_by_attendee = campaign.actual_cost / came if came else 0.0
            campaign.cost_by_reached = campaign.actual_cost / reached if reached else 0.0

    @api.constrains("date_begin", "date_deadline")
    def _check_deadline(self):
        for campaign in self:
            if campaign.date_deadline and campaign.date_deadline > campaign.date_begin:
                raise ValidationError(self.env._("The answer is due before the campaign begins."))

    @api.constrains("date_begin", "date_end", "date_tz")
    def _check_moment(self):
        for campaign in self:
            if campaign.date_begin.year < FIRST_YEAR or campaign.date_end.year > LAST_YEAR:
                raise ValidationError(self.env._("Please check the year of the campaign."))
            # The server does not check the values of a selection that a method gives.
            if campaign.date_tz not in pytz.all_timezones_set:
                raise ValidationError(self.env._("This time zone does not exist: %s", campaign.date_tz))

    @api.constrains("user_id")
    def _check_user(self):
        self.user_id._care_check_employees()

    @api.constrains("online_url")
    def _check_online_url(self):
        for campaign in self:
            if campaign.online_url and not campaign.online_url.lower().startswith(("https://", "http://")):
                raise ValidationError(self.env._("An online link begins with https:// or http://."))

    @api.constrains("is_limited", "capacity")
    def _check_seats(self):
        for campaign in self:
            if campaign.is_limited and campaign.seats_taken > campaign.capacity:
                raise ValidationError(
                    self.env._(
                        "%(count)s seats are taken already: there cannot be fewer.",
                        count=campaign.seats_taken,
                    )
                )

    @api.onchange("date_begin")
    def _onchange_date_begin(self):
        if self.date_begin and (not self.date_end or self.date_end <= self.date_begin):
            self.date_end = self.date_begin + timedelta(hours=2)

    def write(self, vals):
        before = {campaign: campaign._get_notice_values() for campaign in self}
        result = super().write(vals)
        if {"capacity", "is_limited"} & vals.keys():
            self._promote_waiting()
        changed = self.filtered(lambda campaign: before[campaign] != campaign._get_notice_values())
        changed._queue_notice("change")
        return result

    def _check_change(self, vals):
        if {*NOTICE_FIELDS, "capacity", "is_limited", "budget", "target_domain"} & vals.keys():
            self._check_not_closed()
        return super()._check_change(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        if any(campaign.state != "draft" for campaign in self):
            raise UserError(
                self.env._("Only a draft can be deleted: cancel or archive the campaign instead.")
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        now = fields.Datetime.now().replace(minute=0, second=0)
        for campaign, vals in zip(self, vals_list, strict=True):
            vals.setdefault("date_begin", now + timedelta(days=30))
            vals.setdefault("date_end", vals["date_begin"] + (campaign.date_end - campaign.date_begin))
            vals["name"] = (default or {}).get("name") or self.env._("%(name)s (copy)", name=campaign.name)
        return vals_list

    # Rules

    def _check_may_run(self, *states):
        """:raises UserError: one is in none of the states; :raises AccessError: no right to write"""
        self.check_access("write")
        labels = dict(self._fields["state"]._description_selection(self.env))
        for campaign in self:
            if campaign.state not in states:
                raise UserError(
                    self.env._(
                        "%(campaign)s is %(state)s: this is not possible any more, or not yet.",
                        campaign=campaign.display_name,
                        state=labels[campaign.state],
                    )
                )

    def _check_not_closed(self):
        """:raises UserError: one is over or cancelled"""
        if any(campaign.state in CLOSED_STATES for campaign in self):
            raise UserError(self.env._("A campaign that is over or cancelled cannot be changed."))

    def _is_answerable(self):
        """Whether those invited may answer now (singleton)."""
        self.ensure_one()
        until = self.date_deadline or self.date_begin
        return self.active and self.state in OPEN_STATES and fields.Datetime.now() <= until

    def _get_notice_values(self):
        return tuple(self[name] for name in NOTICE_FIELDS)

    def _get_date_text(self):
        """Return when it is, in the zone of the campaign and the reader's language."""
        self.ensure_one()
        zone = pytz.timezone(self.date_tz or "UTC")
        begin, end = (
            pytz.utc.localize(moment).astimezone(zone) for moment in (self.date_begin, self.date_end)
        )
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        date_format, time_format = lang.date_format or "%Y-%m-%d", "%H:%M"
        text = f"{begin.strftime(date_format)} {begin.strftime(time_format)} – "
        if begin.date() != end.date():
            text += f"{end.strftime(date_format)} "
        return f"{text}{end.strftime(time_format)} ({self.date_tz})"

    # What opens

    def action_open_participants(self):
        """Open those on the list."""
        return self._get_participant_action("customer_care.customer_care_campaign_participant_action")

    def action_open_checkin(self):
        """Open the screen on which the arrival of the guests is noted."""
        return self._get_participant_action("customer_care.customer_care_campaign_participant_action_checkin")

    def _get_participant_action(self, xmlid):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return {
            **action,
            "name": self.name,
            "display_name": self.name,
            "domain": list(Domain("campaign_id", "=", self.id)),
            "context": {"default_campaign_id": self.id},
        }
