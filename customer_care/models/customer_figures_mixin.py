from datetime import date

import pytz
from babel.dates import format_skeleton
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import date_utils
from odoo.tools.misc import babel_locale_parse, format_date, formatLang, get_lang

from ..tools.periods import MOST_YEARS, Period, add_months, get_change

COMPARISONS = ("period", "year", "none")
PERIODS = ("month", "last_month", "quarter", "year", "last_year", "twelve_months")
# A change of less than this is none.
LEAST_CHANGE = 0.05


class CustomerFiguresMixin(models.AbstractModel):
    """Figures of a period, for a dashboard of the class ``FigureDashboard`` in the browser.

    The browser calls ``get_choices()``, ``get_dashboard(options)`` and ``open_figure(options, figure, key)``; options
    are what was chosen, with the days ``date_from`` and ``date_to`` and how to ``compare``. Who inherits answers them
    with what stands here: periods, days and time zone of the reader, numbers in the reader's language.
    """

    _name = "customer.figures.mixin"
    _description = "Figures of a Period"

    # Called by the browser

    @api.model
    def get_choices(self):
        """Return what the dashboard offers to choose from. Override to add more choices."""
        self._check_reader()
        return {
            "periods": [
                {"key": key, "name": name, **self._get_dates(self._get_period(key))}
                for key, name in self._get_period_names().items()
            ],
            "comparisons": [{"key": key, "name": name} for key, name in self._get_comparison_names().items()],
        }

    # Hooks

    def _check_reader(self):
        """:raises AccessError: the user may not read the figures. Override."""
        raise NotImplementedError()

    @api.model
    def _is_share(self, code):
        """Whether a tile shows percent, whose change is in points. Override."""
        return False

    # Questions

    @api.model
    def _read_period(self, options):
        """Return (period, earlier period or None) of what the browser asks.

        :raises UserError: for what cannot be asked
        """
        self._check_reader()
        options = options if isinstance(options, dict) else {}
        period = Period(self._read_day(options.get("date_from")), self._read_day(options.get("date_to")))
        self._check_period(period)
        compare = options.get("compare") or "none"
        if compare not in COMPARISONS:
            raise UserError(self.env._("There are no such figures."))
        return period, None if compare == "none" else period.get_earlier(compare)

    @api.model
    def _read_day(self, text):
        try:
            return date.fromisoformat(text)
        except (TypeError, ValueError) as error:
            raise UserError(self.env._("Please choose the first and the last day.")) from error

    @api.model
    def _check_period(self, period):
        if period.first > period.last:
            raise UserError(self.env._("The period begins after its end."))
        if period.first.year < 1971 or period.last.year > 9000:
            raise UserError(self.env._("There are no such figures."))
        if period.last > add_months(period.first, 12 * MOST_YEARS):
            raise UserError(self.env._("Please choose at most %(count)s years.", count=MOST_YEARS))

    @api.model
    def _get_zone(self):
        """Return the name of the time zone of the reader."""
        zone = self.env.context.get("tz") or self.env.user.tz
        return zone if zone in pytz.all_timezones_set else "UTC"

    @api.model
    def _get_period(self, key):
        """Return the period that a key of ``PERIODS`` means today."""
        today = fields.Date.context_today(self)
        begin = today.replace(day=1)
        return {
            "month": lambda: Period(begin, date_utils.end_of(today, "month")),
            "last_month": lambda: Period(add_months(begin, -1), date_utils.subtract(begin, days=1)),
            "quarter": lambda: Period(
                date_utils.start_of(today, "quarter"), date_utils.end_of(today, "quarter")
            ),
            "year": lambda: Period(date(today.year, 1, 1), date(today.year, 12, 31)),
            "last_year": lambda: Period(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
            "twelve_months": lambda: Period(add_months(begin, -11), date_utils.end_of(today, "month")),
        }[key]()

    @api.model
    def _get_dates(self, period):
        return {"date_from": period.first.isoformat(), "date_to": period.last.isoformat()}

    @api.model
    def _get_step_period(self, key, grain):
        """Return the period that a point of a chart stands for; ``key`` is its first day."""
        first = self._read_day(key)
        if grain == "day":
            return Period(first, first)
        first = first.replace(day=1)
        return Period(first, date_utils.end_of(first, "month"))

    @api.model
    def _make_list_action(self, xmlid, name, domain, group=()):
        """Return the action of a report that begins with its list.

        :param xmlid: of the window action
        :param name: what stands above it
        :param group: fields to group by
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return {
            **action,
            "name": name,
            "display_name": name,
            "domain": list(domain),
            "context": {"group_by": list(group)} if group else {},
            "views": sorted(action["views"], key=lambda view: view[1] != "list"),
            "view_mode": "list,pivot,graph",
            "path": False,
        }

    # Names

    @api.model
    def _get_period_names(self):
        return {
            "month": self.env._("This month"),
            "last_month": self.env._("Last month"),
            "quarter": self.env._("This quarter"),
            "year": self.env._("This year"),
            "last_year": self.env._("Last year"),
            "twelve_months": self.env._("Twelve months"),
        }

    @api.model
    def _get_comparison_names(self):
        return {
            "year": self.env._("with the year before"),
            "period": self.env._("with the period before"),
            "none": self.env._("with nothing"),
        }

    # Numbers in the reader's language

    @api.model
    def _say_percent(self, percent):
        return "–" if percent is None else f"{formatLang(self.env, percent, digits=1)} %"

    @api.model
    def _say_count(self, count):
        return formatLang(self.env, count, digits=0)

    @api.model
    def _say_hours(self, seconds):
        return (
            "–"
            if seconds is None
            else self.env._("%(hours)s h", hours=formatLang(self.env, seconds / 3600, digits=1))
        )

    @api.model
    def _say_days(self, days):
        return "–" if days is None else self.env._("%(days)s d", days=formatLang(self.env, days, digits=1))

    @api.model
    def _say_step(self, day, grain):
        """Say a day, or the month of it, in the order of the reader's language: Mar 2026, 2026年3月."""
        locale = babel_locale_parse(get_lang(self.env).code)
        return format_skeleton("MMMd" if grain == "day" else "yMMM", day, locale=locale)

    @api.model
    def _say_period(self, period):
        return f"{format_date(self.env, period.first)} – {format_date(self.env, period.last)}"

    @api.model
    def _show_change(self, code, number, old, is_more_better):
        """Return how a figure changed: shares in points, others in percent.

        :return: {``change``: text, ``mood``: ``good``, ``bad`` or empty}
        """
        if number is None or old is None:
            return {"change": "", "mood": ""}
        change = number - old if self._is_share(code) else get_change(number, old)
        if change is None:
            return {"change": "", "mood": ""}
        sign = "+" if change > 0 else ""
        text = f"{sign}{self._say_percent(change)}"
        if self._is_share(code):
            text = self.env._("%(points)s points", points=text.removesuffix(" %"))
        if is_more_better is None or abs(change) < LEAST_CHANGE:
            return {"change": text, "mood": ""}
        return {"change": text, "mood": "good" if (change > 0) is is_more_better else "bad"}
