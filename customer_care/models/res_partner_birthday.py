from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.sql import column_exists, create_column

from ..tools import lunar

LUNAR_FIELDS = ("care_lunar_year", "care_lunar_month", "care_lunar_day", "care_lunar_is_leap")
CALENDARS = [("gregorian", "Gregorian"), ("lunar", "Lunar")]
# Columns made before the ORM would compute them for every contact there is: without birthdays all are empty.
COLUMNS = {"care_birthday_calendar": "varchar", "care_lunar_key": "int4", "care_next_birthday": "date"}


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "customer.yearly.mixin"]

    _yearly_date_field = "care_birthday"
    _yearly_calendar_field = "care_birthday_calendar"
    _yearly_key_field = "care_lunar_key"
    _yearly_next_field = "care_next_birthday"

    care_birthday = fields.Date(
        string="Birthday",
        groups="base.group_user",
        help="The day of birth, in the Gregorian calendar.",
    )
    care_birthday_calendar = fields.Selection(
        CALENDARS,
        string="Birthday Calendar",
        default="gregorian",
        groups="base.group_user",
        help="By which calendar the birthday comes back each year.",
    )
    care_lunar_birthday = fields.Char(
        string="Lunar Birthday",
        compute="_compute_care_lunar_birthday",
        groups="base.group_user",
        help="The day of birth in the Chinese calendar.",
    )
    care_lunar_year = fields.Integer(
        compute="_compute_care_lunar", inverse="_inverse_care_lunar", groups="base.group_user"
    )
    care_lunar_month = fields.Integer(
        compute="_compute_care_lunar", inverse="_inverse_care_lunar", groups="base.group_user"
    )
    care_lunar_day = fields.Integer(
        compute="_compute_care_lunar", inverse="_inverse_care_lunar", groups="base.group_user"
    )
    care_lunar_is_leap = fields.Boolean(
        string="Leap Month",
        compute="_compute_care_lunar",
        inverse="_inverse_care_lunar",
        groups="base.group_user",
        help="Born in the second of two months with the same number.",
    )
    care_lunar_key = fields.Integer(
        string="Lunar Day (number)",
        compute="_compute_care_next_birthday",
        store=True,
        copy=False,
        aggregator=None,
        groups="base.group_user",
    )
    care_next_birthday = fields.Date(
        string="Next Birthday",
        compute="_compute_care_next_birthday",
        store=True,
        index="btree_not_null",
        copy=False,
        groups="base.group_user",
    )
    # A contact is looked after by the company's specialist.
    care_responsible_id = fields.Many2one(
        "res.users",
        string="Looked after by",
        compute="_compute_care_responsible_id",
        groups="base.group_user",
    )
    care_age = fields.Integer(string="Age", compute="_compute_care_age", groups="base.group_user")

    def _auto_init(self):
        for name, kind in COLUMNS.items():
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, kind)
        return super()._auto_init()

    @api.depends("care_birthday")
    @api.depends_context("lang")
    def _compute_care_lunar_birthday(self):
        for partner in self:
            partner.care_lunar_birthday = partner.care_birthday and self._yearly_get_text(
                partner.care_birthday
            )

    @api.depends("care_birthday")
    def _compute_care_lunar(self):
        for partner in self:
            values = (0, 0, 0, False)
            if partner.care_birthday:
                try:
                    year, day = lunar.to_lunar(partner.care_birthday)
                    values = (year, *day)
                except lunar.LunarRangeError:
                    values = (0, 0, 0, False)
            partner.update(dict(zip(LUNAR_FIELDS, values, strict=True)))

    def _inverse_care_lunar(self):
        for partner in self:
            date = partner._get_lunar_entry()
            if date and date != partner.care_birthday:
                partner.care_birthday = date

    @api.depends("care_birthday", "care_birthday_calendar")
    def _compute_care_next_birthday(self):
        self._yearly_compute_next(fields.Date.today())

    @api.depends("care_user_id", "commercial_partner_id.care_user_id")
    def _compute_care_responsible_id(self):
        for partner in self:
            partner.care_responsible_id = partner._care_get_responsible()

    @api.depends("care_birthday")
    def _compute_care_age(self):
        today = fields.Date.context_today(self)
        for partner in self:
            born = partner.care_birthday
            partner.care_age = lunar.age(born, today) if born and born <= today else 0

    @api.constrains("care_birthday", "care_birthday_calendar")
    def _check_care_birthday(self):
        tomorrow = fields.Date.add(
            fields.Date.today(), days=1
        )  # it may be tomorrow already in the user's zone
        for partner in self:
            if partner.care_birthday and partner.care_birthday > tomorrow:
                raise ValidationError(self.env._("The birthday of %(name)s lies ahead.", name=partner.name))
        self._yearly_check()

    @api.onchange(*LUNAR_FIELDS)
    def _onchange_care_lunar(self):
        """Show the Gregorian day while a lunar one is entered."""
        if not all(self[name] for name in LUNAR_FIELDS[:3]):
            return None
        try:
            self.care_birthday = self._get_lunar_entry()
            self.care_birthday_calendar = "lunar"
        except ValidationError as error:
            return {"warning": {"title": self.env._("Lunar Birthday"), "message": str(error)}}
        return None

    @api.model
    def _cron_care_birthdays(self):
        """Renew the next birthdays and anniversaries that passed, set-based; twice is harmless."""
        today = fields.Date.today()
        self._yearly_renew(today)
        self.env["customer.anniversary"]._yearly_renew(today)

    def _get_lunar_entry(self):
        """Return the Gregorian day of the lunar day that was entered, False when none was.

        :raises ValidationError: when the entry is incomplete or there is no such day
        """
        self.ensure_one()
        year, month, day, is_leap = (self[name] for name in LUNAR_FIELDS)
        if not (year or month or day):
            return False
        if not (year and month and day):
            raise ValidationError(self.env._("Enter year, month and day of the lunar birthday."))
        try:
            return lunar.to_gregorian(year, lunar.LunarDay(month, day, is_leap))
        except lunar.LunarRangeError as error:
            raise ValidationError(self._yearly_get_range_message()) from error
        except lunar.LunarDayError as error:
            raise ValidationError(
                self.env._("The lunar year %(year)s has no such day or no such leap month.", year=year)
            ) from error
