from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# An id of a row is that of its record, times this, plus the number of the kind.
KINDS = 8
PLANNED_DAYS = 60


class CustomerCareComing(models.Model):
    """What comes in the next 60 days: greetings, birthdays, anniversaries, holidays and planned gifts, in one calendar.

    Birthdays and anniversaries are shown whether or not an occasion plans a greeting. A holiday that many customers are
    greeted on is one row with their number.
    """

    _name = "customer.care.coming"
    _description = "Coming Occasion"
    _auto = False
    _order = "date, id"
    _rec_name = "name"
    _depends = {
        "customer.care.greeting": [
            "occasion_id", "partner_id", "commercial_partner_id", "company_id", "user_id", "anniversary_id", "channel",
            "date", "date_action", "state",
        ],
        "customer.care.gift": ["partner_id", "commercial_partner_id", "company_id", "user_id", "date", "state"],
        "customer.anniversary": ["partner_id", "next_date", "active", "company_id", "commercial_partner_id"],
        "customer.care.occasion": ["kind"],
        "res.partner": ["care_next_birthday", "care_user_id", "active", "company_id", "commercial_partner_id"],
    }  # fmt: skip

    name = fields.Char(compute="_compute_name")
    kind = fields.Selection(
        [("birthday", "Birthday"), ("anniversary", "Anniversary"), ("holiday", "Holiday"), ("gift", "Gift")],
        readonly=True,
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", string="Company of the Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Responsible Specialist", readonly=True)
    date = fields.Date(readonly=True)
    date_action = fields.Date(string="To Be Done on", readonly=True)
    state = fields.Selection(
        [
            ("none", "Nothing planned"),
            ("planned", "Planned"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("skipped", "Skipped"),
        ],
        readonly=True,
    )
    channel = fields.Selection(
        selection=lambda self: self.env["customer.care.greeting"]._fields["channel"].selection,
        string="How",
        readonly=True,
    )
    number = fields.Integer(string="Customers", readonly=True, aggregator="sum")
    greeting_id = fields.Many2one("customer.care.greeting", readonly=True)
    gift_id = fields.Many2one("customer.care.gift", readonly=True)
    anniversary_id = fields.Many2one("customer.anniversary", readonly=True)
    occasion_id = fields.Many2one("customer.care.occasion", readonly=True)
    phone = fields.Char(related="partner_id.phone")
    grade_id = fields.Many2one(
        "customer.grade", related="commercial_partner_id.care_grade_id", string="Grade"
    )

    @api.depends("kind", "partner_id", "anniversary_id", "occasion_id", "gift_id", "number")
    @api.depends_context("lang")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for row in self:
            what = row.gift_id.name or row.anniversary_id.name or row.occasion_id.name or labels.get(row.kind)
            who = row.partner_id.name or str(row.number or "")
            row.name = f"{what}: {who}"

    @property
    def _table_query(self):
        today = fields.Date.context_today(self)
        return SQL(
            "%s UNION ALL %s UNION ALL %s UNION ALL %s UNION ALL %s",
            *(
                part(today, fields.Date.add(today, days=PLANNED_DAYS))
                for part in (
                    self._get_greetings,
                    self._get_holidays,
                    self._get_gifts,
                    self._get_birthdays,
                    self._get_anniversaries,
                )
            ),
        )

    def _get_greetings(self, begin, end):
        return SQL(
            """
            SELECT g.id * %s AS id, o.kind, g.partner_id, g.commercial_partner_id, g.company_id, g.user_id,
                   g.date, g.date_action, g.state, g.channel, 1 AS number, g.id AS greeting_id, NULL::int AS gift_id,
                   g.anniversary_id, g.occasion_id
              FROM customer_care_greeting g JOIN customer_care_occasion o ON o.id = g.occasion_id
             WHERE o.kind != 'holiday' AND g.date <= %s AND (g.date >= %s OR g.state IN ('planned', 'failed'))
            """,
            KINDS,
            end,
            begin,
        )

    def _get_holidays(self, begin, end):
        """One row for each holiday and specialist, so that everybody sees the own number."""
        return SQL(
            """
            SELECT MIN(g.id) * %s + 1, 'holiday', NULL::int, NULL::int, g.company_id, g.user_id,
                   g.date, MIN(g.date_action),
                   CASE WHEN BOOL_OR(g.state = 'planned') THEN 'planned' WHEN BOOL_OR(g.state = 'failed') THEN 'failed'
                        WHEN BOOL_OR(g.state = 'sent') THEN 'sent' ELSE 'skipped' END,
                   MIN(g.channel), COUNT(*) FILTER (WHERE g.state != 'skipped'), NULL::int, NULL::int, NULL::int,
                   g.occasion_id
              FROM customer_care_greeting g JOIN customer_care_occasion o ON o.id = g.occasion_id
             WHERE o.kind = 'holiday' AND g.date BETWEEN %s AND %s
             GROUP BY g.company_id, g.user_id, g.date, g.occasion_id
            """,
            KINDS,
            begin,
            end,
        )

    def _get_gifts(self, begin, end):
        return SQL(
            """
            SELECT id * %s + 2, 'gift', partner_id, commercial_partner_id, company_id, user_id, date, date, 'planned',
                   'gift', 1, greeting_id, id, NULL::int, occasion_id
              FROM customer_care_gift WHERE state IN ('draft', 'approved') AND date <= %s
            """,
            KINDS,
            end,
        )

    def _get_birthdays(self, begin, end):
        return SQL(
            """
            SELECT p.id * %s + 3, 'birthday', p.id, p.commercial_partner_id, p.company_id,
                   COALESCE(p.care_user_id, c.care_user_id), p.care_next_birthday, p.care_next_birthday,
                   'none', NULL, 1,
                   NULL::int, NULL::int, NULL::int, NULL::int
              FROM res_partner p LEFT JOIN res_partner c ON c.id = p.commercial_partner_id
             WHERE p.active AND p.care_next_birthday BETWEEN %s AND %s
               AND NOT EXISTS (SELECT FROM customer_care_greeting g
                                 JOIN customer_care_occasion o ON o.id = g.occasion_id
                                WHERE g.partner_id = p.id AND g.date = p.care_next_birthday AND o.kind = 'birthday')
            """,
            KINDS,
            begin,
            end,
        )

    def _get_anniversaries(self, begin, end):
        return SQL(
            """
            SELECT a.id * %s + 4, 'anniversary', a.partner_id, a.commercial_partner_id, a.company_id,
                   COALESCE(p.care_user_id, c.care_user_id), a.next_date, a.next_date, 'none', NULL, 1,
                   NULL::int, NULL::int, a.id, NULL::int
              FROM customer_anniversary a JOIN res_partner p ON p.id = a.partner_id AND p.active
              LEFT JOIN res_partner c ON c.id = a.commercial_partner_id
             WHERE a.active AND a.next_date BETWEEN %s AND %s
               AND NOT EXISTS (SELECT FROM customer_care_greeting g
                                WHERE g.anniversary_id = a.id AND g.date = a.next_date)
            """,
            KINDS,
            begin,
            end,
        )

    def action_open_record(self):
        """Open what the row stands for: the gift, the greetings, or the customer (singleton)."""
        self.ensure_one()
        self.check_access("read")
        if self.kind == "holiday":
            return {
                **self.env["ir.actions.act_window"]._for_xml_id(
                    "customer_care.customer_care_greeting_action"
                ),
                "domain": [("occasion_id", "=", self.occasion_id.id), ("date", "=", self.date)],
                "context": {},
            }
        record = self.gift_id or self.greeting_id or self.partner_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    def action_send_now(self):
        """Send the greetings of these rows now."""
        return self._get_greetings_of().action_send_now()

    def action_skip(self):
        """Leave out the greetings of these rows; asks for the reason."""
        return self._get_greetings_of().action_skip()

    def action_plan_call(self):
        """Plan a call: of the greeting, or where nothing is planned, a free one."""
        if self.greeting_id:
            return self._get_greetings_of().action_plan_call()
        return self._get_one_customer().action_care_plan_callback()

    def action_plan_gift(self):
        """Plan a gift: for the greetings, or where nothing is planned, a free one."""
        if self.greeting_id:
            return self._get_greetings_of().action_plan_gift()
        self.check_access("read")
        self.env["customer.care.gift"].check_access("create")
        customer = self._get_one_customer()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan Gift"),
            "res_model": "customer.care.gift",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_id": customer.id, "default_date": self[:1].date},
        }

    def _get_one_customer(self):
        """Return the customer of the chosen days.

        :raises UserError: when they are of nobody, as a holiday that is not planned is, or of several
        """
        if len(self.partner_id) != 1:
            raise UserError(self.env._("Please choose a customer."))
        return self.partner_id

    @api.model
    def action_open_coming(self):
        """Open the coming days: their own customers' for those who have some, for others all."""
        action = self.env["ir.actions.act_window"]._for_xml_id("customer_care.customer_care_coming_action")
        has_own = self.search_count([("user_id", "=", self.env.uid)], limit=1)
        return {**action, "context": {"search_default_my_customers": 1} if has_own else {}}

    def _get_greetings_of(self):
        """Return the greetings of these rows; of a holiday all that are open.

        :raises UserError: nothing is planned
        """
        self.check_access("read")
        greetings = self.greeting_id
        for row in self.filtered(lambda row: row.kind == "holiday"):
            greetings |= greetings.search(
                [
                    ("occasion_id", "=", row.occasion_id.id),
                    ("date", "=", row.date),
                    ("user_id", "=", row.user_id.id),
                    ("state", "in", ("planned", "failed")),
                ]
            )
        if not greetings:
            raise UserError(
                self.env._(
                    "Nothing is planned for this day: switch on an occasion, or plan a call or a gift."
                )
            )
        return greetings
