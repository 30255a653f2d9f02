from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from psycopg2 import DataError

from ..tools import holidays

# Beyond this nobody plans.
LONGEST_DAYS = 366


class CustomerCareOccasion(models.Model):
    """A day on which customers are thought of: whom, how many days before, and how.

    Nothing happens before an occasion is switched on. Then the nightly job plans one ``customer.care.greeting``
    for each person and year (``customer_care_occasion_plan``), and the hourly one sends what is due.
    """

    _name = "customer.care.occasion"
    _description = "Occasion"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self._default_company_id(), index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    is_on = fields.Boolean(
        string="Switched On",
        copy=False,
        help="Only while it is switched on greetings are planned and sent. Look at the preview before.",
    )

    kind = fields.Selection(
        [("birthday", "Birthday"), ("anniversary", "Anniversary"), ("holiday", "Holiday")],
        required=True,
        default="holiday",
    )
    anniversary_kind = fields.Selection(
        selection=lambda self: self.env["customer.anniversary"]._fields["kind"].selection,
        string="Only Anniversaries of This Kind",
        help="Empty: all but memorial days.",
    )
    day_rule = fields.Selection(
        [
            ("fixed", "The same day each year"),
            ("lunar", "By the lunar calendar"),
            ("qingming", "Qingming (solar term)"),
        ],
        string="Rule of the Day",
        required=True,
        default="fixed",
    )
    month = fields.Integer(default=1, aggregator=None)
    day = fields.Integer(string="Day of the Month", default=1, aggregator=None)
    next_date = fields.Date(string="Next Time", compute="_compute_next_date")

    # Whom
    whom = fields.Selection(
        [("person", "Persons"), ("company", "Companies"), ("all", "Persons and companies")],
        required=True,
        default="person",
    )
    grade_ids = fields.Many2many("customer.grade", string="Grades", help="Empty: whatever the grade.")
    stage_ids = fields.Many2many(
        "customer.lifecycle.stage", string="Life-Cycle Stages", help="Empty: whatever the stage."
    )
    country_ids = fields.Many2many("res.country", string="Countries", help="Empty: everywhere.")
    domain = fields.Char(string="Only Customers That", default="[]")

    # How
    channel = fields.Selection(selection="_selection_channel", string="How", required=True, default="email")
    days_before = fields.Integer(default=0, help="So many days before the day itself it is sent or done.")
    late_days = fields.Integer(
        string="At Most Late", default=1, help="What could not be sent so many days after is left out."
    )
    template_id = fields.Many2one(
        "mail.template",
        domain="[('model', '=', 'customer.care.greeting')]",
        ondelete="set null",
        index="btree_not_null",
    )
    sms_text = fields.Text(string="Text Message", translate=True)
    is_task_without_address = fields.Boolean(
        string="Task when There Is No Address",
        help="Who cannot be written to becomes a task of the specialist: ring, or send a card.",
    )
    purpose_id = fields.Many2one(
        "customer.consent.purpose",
        default=lambda self: self._default_purpose_id(),
        ondelete="restrict",
        index="btree_not_null",
        help="What the customer must have allowed, or not refused.",
    )
    article_id = fields.Many2one("customer.care.gift.article", string="Gift", check_company=True)
    yearly_budget = fields.Monetary(
        string="Budget of the Year", help="What the gifts of this occasion may cost in a year. 0: no limit."
    )
    greeting_count = fields.Integer(compute="_compute_greeting_count")
    problem = fields.Char(
        compute="_compute_problem",
        help="Why the occasion cannot be planned or sent although it is switched on.",
    )

    _check_days_before = models.Constraint(
        "CHECK(days_before BETWEEN 0 AND 60)", "An occasion begins from 0 to 60 days before its day."
    )
    _check_late_days = models.Constraint(
        "CHECK(late_days BETWEEN 0 AND 30)", "A greeting may come from 0 to 30 days late."
    )
    _check_yearly_budget = models.Constraint("CHECK(yearly_budget >= 0)", "The budget cannot be negative.")

    def _default_company_id(self):
        return self.env.company

    def _default_purpose_id(self):
        return self.env["customer.consent.purpose"]._get_by_code("greeting")

    @api.model
    def _selection_channel(self):
        """Text messages are offered only where they can be sent."""
        channels = [
            ("email", self.env._("E-mail")),
            ("phone", self.env._("Call")),
            ("letter", self.env._("Letter or card")),
            ("gift", self.env._("Gift")),
        ]
        if self._has_sms():
            channels.insert(1, ("sms", self.env._("Text message (SMS)")))
        return channels

    @api.model
    def _has_sms(self):
        """Tell whether text messages can be sent here and somebody has switched them on."""
        return self.env["res.company"]._care_has_sms_application() and bool(
            self.env["res.company"].sudo().search_count([("care_has_sms", "=", True)], limit=1)
        )

    @api.depends("kind", "day_rule", "month", "day")
    def _compute_next_date(self):
        today = fields.Date.context_today(self)
        for occasion in self:
            days = occasion._get_days(today, fields.Date.add(today, days=2 * LONGEST_DAYS))
            occasion.next_date = min(days)[0] if days else False

    def _compute_greeting_count(self):
        groups = self.env["customer.care.greeting"]._read_group(
            [("occasion_id", "in", self.ids)], ["occasion_id"], ["__count"]
        )
        counts = {occasion.id: count for occasion, count in groups}
        for occasion in self:
            occasion.greeting_count = counts.get(occasion.id, 0)

    @api.depends("is_on", "channel", "template_id", "sms_text", "article_id", "domain")
    def _compute_problem(self):
        """What was right when it was switched on may be gone: a field of the filter, a mail template."""
        for occasion in self:
            occasion.problem = occasion.is_on and (occasion._get_problem() or occasion._get_domain_problem())

    @api.constrains("kind", "day_rule", "month", "day")
    def _check_day(self):
        for occasion in self.filtered(lambda occasion: occasion.kind == "holiday"):
            if not holidays.check_day(occasion.day_rule, occasion.month, occasion.day):
                raise ValidationError(
                    self.env._(
                        "There is no day %(day)s in month %(month)s.", day=occasion.day, month=occasion.month
                    )
                )

    @api.constrains("domain")
    def _check_domain(self):
        for occasion in self:
            domain = occasion._get_own_domain()
            try:
                with self.env.cr.savepoint():
                    # By the rights of who writes it: numbers of customers must not tell what the writer may not read.
                    self.env["res.partner"].sudo(False).search(domain, limit=1)
            except DataError as error:
                # e.g. a text where a number is expected
                raise occasion._get_domain_error() from error

    @api.constrains("template_id")
    def _check_template(self):
        for occasion in self:
            occasion.template_id._care_check_model("customer.care.greeting")

    @api.constrains("is_on", "channel", "template_id", "sms_text", "article_id")
    def _check_complete(self):
        """:raises ValidationError: an occasion is switched on that has nothing to send"""
        for occasion in self.filtered("is_on"):
            problem = occasion._get_problem()
            if problem:
                raise ValidationError(
                    self.env._("%(occasion)s: %(problem)s", occasion=occasion.name, problem=problem)
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        greetings = self.env["customer.care.greeting"].sudo()
        if greetings.search_count([("occasion_id", "in", self.ids), ("state", "!=", "planned")], limit=1):
            raise UserError(
                self.env._("An occasion with greetings belongs to the history: archive it instead.")
            )

    def write(self, vals):
        if not vals.get("active", True):
            vals = {**vals, "is_on": False}
        result = super().write(vals)
        if "is_on" in vals and not vals["is_on"]:
            # What was planned falls away; switched on again, it is planned anew.
            self.env["customer.care.greeting"].sudo().search(
                [("occasion_id", "in", self.ids), ("state", "=", "planned"), ("callback_id", "=", False)]
            ).unlink()
        return result

    def action_open_greetings(self):
        """Open the greetings of the occasion."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_care_greeting_action"),
            "domain": [("occasion_id", "=", self.id)],
            "context": {},
        }

    def action_preview(self):
        """Open the mail as one customer would get it; nothing is sent (singleton)."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview"),
            "res_model": "customer.care.greeting.preview",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_occasion_id": self.id},
        }

    def _get_problem(self):
        """Return why the occasion has nothing to send now, False when it has (singleton)."""
        self.ensure_one()
        template = self.template_id.sudo()
        if self.channel == "email" and not template:
            return self.env._("The occasion has no mail template.")
        if self.channel == "email" and not template.active:
            return self.env._("The mail template of the occasion is archived.")
        if self.channel == "email" and template._care_is_empty():
            return self.env._("The mail template has no subject or no text.")
        if self.channel == "sms" and not (
            self.sms_text and self.company_id.sudo().care_has_sms and self._has_sms()
        ):
            return self.env._("Text messages are not configured.")
        if self.channel == "gift" and not self.article_id:
            return self.env._("The occasion has no gift.")
        return False

    def _get_domain_problem(self):
        """Return why the filter cannot be used, False when it can (singleton)."""
        try:
            self._get_own_domain()
        except ValidationError as error:
            return str(error)
        return False

    def _get_days(self, begin, end):
        """Return ``[(date, year)]`` of a holiday between two days (singleton); of other kinds none."""
        self.ensure_one()
        if self.kind != "holiday" or not holidays.check_day(self.day_rule, self.month, self.day):
            return []
        return holidays.get_days(self.day_rule, self.month, self.day, begin, end)

    def _get_own_domain(self):
        """Return the filter of the occasion (singleton).

        :raises ValidationError: it cannot be used
        """
        self.ensure_one()
        try:
            domain = Domain(literal_eval(self.domain or "[]"))
            domain.validate(self.env["res.partner"])
        except Exception as error:
            raise self._get_domain_error() from error
        return domain

    def _get_domain_error(self):
        return ValidationError(
            self.env._("The filter of the occasion %(occasion)s cannot be used.", occasion=self.name)
        )

    def _get_partner_domain(self):
        """Return whom the occasion is for (singleton)."""
        self.ensure_one()
        domain = (
            self._get_own_domain()
            & Domain("active", "=", True)
            & Domain("company_id", "in", [self.company_id.id, False])
            & self.env["res.partner"]._care_get_customer_domain()
            & Domain("care_is_anonymous", "!=", True)
            & Domain("type", "in", ["contact", False])
        )
        if self.whom != "all":
            domain &= Domain("is_company", "=", self.whom == "company")
        if self.grade_ids:
            domain &= Domain("care_grade_id", "in", self.grade_ids.ids)
        if self.stage_ids:
            domain &= Domain("care_lifecycle_stage_id", "in", self.stage_ids.ids)
        if self.country_ids:
            own = Domain("country_id", "in", self.country_ids.ids)
            parent = Domain("country_id", "=", False) & Domain(
                "commercial_partner_id.country_id", "in", self.country_ids.ids
            )
            domain &= own | parent
        return domain
