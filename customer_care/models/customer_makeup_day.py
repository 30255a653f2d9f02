from odoo import fields, models

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]


class CustomerMakeupDay(models.Model):
    """A day of a weekend on which people work in return for a long holiday.

    A working calendar knows weekdays and leaves, but no single day more. The State Council of China names such
    days each year together with the public holidays.
    """

    _name = "customer.makeup.day"
    _description = "Make-up Working Day"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, help="What the day makes up for, e.g. the National Day holiday.")
    date = fields.Date(required=True)
    weekday = fields.Selection(
        WEEKDAYS, string="Hours of", required=True, default="0", help="The day is worked like this weekday."
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self._default_company_id(),
        index=True,
        help="Leave empty to let the day hold in all companies.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        check_company=True,
        ondelete="cascade",
        index="btree_not_null",
        help="Leave empty to let the day hold for all working hours of the company.",
    )

    _unique_day = models.UniqueIndex(
        "(date, COALESCE(company_id, 0), COALESCE(calendar_id, 0))",
        "This make-up working day is listed already.",
    )

    def _default_company_id(self):
        return self.env.company
