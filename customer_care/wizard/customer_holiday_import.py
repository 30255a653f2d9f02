import base64
import binascii
import csv
import io
from datetime import timedelta

import pytz
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain

from ..models.customer_makeup_day import WEEKDAYS
from ..tools import public_holidays
from ..tools.worktime import to_local, to_utc

YEARS_AT_ONCE = 10
ROWS = 5000
# Cells shown that cannot be read.
SHOWN = 30
DAY = timedelta(days=1)


class CustomerHolidayImport(models.TransientModel):
    """Brings public holidays and make-up working days of whole years into the working hours.

    First a preview, in which each day is new, known or in conflict with what is there; then what is ticked is
    added. Nothing that is there is changed or removed, so that a second import adds nothing.
    """

    _name = "customer.holiday.import"
    _description = "Import Public Holidays"

    source = fields.Selection(
        [("library", "Holidays of a Country"), ("file", "File (CSV)")], required=True, default="library"
    )
    country_id = fields.Many2one("res.country", default=lambda self: self.env.company.country_id)
    state_id = fields.Many2one(
        "res.country.state", string="State or Province", domain="[('country_id', '=', country_id)]"
    )
    year_from = fields.Integer(string="From Year", default=lambda self: fields.Date.context_today(self).year)
    year_to = fields.Integer(string="To Year", default=lambda self: fields.Date.context_today(self).year)
    with_weekends = fields.Boolean(
        string="Weekends beside Holidays Too",
        compute="_compute_with_weekends",
        store=True,
        readonly=False,
        help="A weekend next to a holiday belongs to it, as official notices in China count. It matters where people "
        "work on weekends.",
    )
    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        domain="[('company_id', 'in', [company_id, False])]",
        help="Leave empty to let the days hold for all working hours of the company.",
    )
    line_ids = fields.One2many("customer.holiday.import.line", "import_id", string="Days")
    warning = fields.Text(readonly=True)
    result = fields.Text(readonly=True)

    @api.depends("country_id")
    def _compute_with_weekends(self):
        for wizard in self:
            wizard.with_weekends = wizard.country_id.code == "CN"

    def action_preview(self):
        """Show what would be added.

        :raises UserError: nothing can be read, in words that say what to do
        """
        self._check_rights()
        breaks, warnings = self._read_library() if self.source == "library" else (self._read_file(), [])
        self.write(
            {
                "line_ids": [
                    Command.clear(),
                    *(Command.create(self._prepare_line(item)) for item in breaks),
                ],
                "warning": "\n".join(warnings),
                "result": False,
            }
        )
        return self._reopen()

    def action_import(self):
        """Add the ticked days; what became known since the preview is left out."""
        self._check_rights()
        known = {line: self._find_state(line._get_break())[0] for line in self.line_ids}
        chosen = self.line_ids.filtered(lambda line: line.is_chosen and known[line] != "known")
        leaves = chosen.filtered(lambda line: line.kind == "leave")
        # Not everybody who sets up the customer care may write working times.
        self.env["resource.calendar.leaves"].sudo().create([line._prepare_leave() for line in leaves])
        self.env["customer.makeup.day"].create([line._prepare_makeup() for line in chosen - leaves])
        self.line_ids.unlink()
        self.write(
            {
                "warning": False,
                "result": self.env._(
                    "%(leaves)s public holidays and %(makeup)s make-up working days were added, %(left)s left out.",
                    leaves=len(leaves),
                    makeup=len(chosen - leaves),
                    left=len(known) - len(chosen),
                ),
            }
        )
        return self._reopen()

    def _check_rights(self):
        """:raises AccessError: for whom the days are none of his business"""
        self.ensure_one()
        if not self.env.user.has_group("customer_care.group_care_admin"):
            raise AccessError(self.env._("Only administrators of the customer care import public holidays."))
        if self.company_id not in self.env.user.company_ids:
            raise AccessError(self.env._("You do not work for this company."))
        if self.calendar_id.company_id and self.calendar_id.company_id != self.company_id:
            raise UserError(self.env._("These working hours belong to another company."))

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Public Holidays"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # Reading

    def _read_library(self):
        """Return (breaks, warnings) of the chosen country and years."""
        if not self.country_id:
            raise UserError(self.env._("Choose a country."))
        first, last = self.year_from, self.year_to
        bounds = {
            "first": public_holidays.FIRST_YEAR,
            "last": public_holidays.LAST_YEAR,
            "count": YEARS_AT_ONCE,
        }
        if not bounds["first"] <= first <= last <= bounds["last"] or last - first >= YEARS_AT_ONCE:
            raise UserError(
                self.env._(
                    "Choose years from %(first)s to %(last)s in order, at most %(count)s at once.", **bounds
                )
            )
        years = list(range(first, last + 1))
        try:
            breaks, undecided = public_holidays.read_library(
                self.country_id.code,
                self.state_id.code or None,
                years,
                self.env.lang or "en_US",
                self.with_weekends,
            )
        except public_holidays.LibraryMissing as error:
            raise UserError(
                self.env._(
                    "The Python package “holidays” is not installed on the server. Have it installed, or import a file."
                )
            ) from error
        except public_holidays.UnknownCountry as error:
            raise UserError(
                self.env._(
                    "No holidays are known of %(place)s. Import a file instead.",
                    place=self.state_id.display_name or self.country_id.name,
                )
            ) from error
        missing = public_holidays.get_missing_years(breaks, years)
        if missing == years:
            raise UserError(
                self.env._(
                    "No holidays are known of these years: %(years)s. Import a file instead.",
                    years=", ".join(map(str, years)),
                )
            )
        warnings = [
            self.env._(
                "%(year)s: the official days off and make-up days are not known to the installed holiday data. What is "
                "listed is only what the law says; compare it with the official notice.",
                year=year,
            )
            for year in undecided
        ]
        warnings += [self.env._("%(year)s: no holidays are known.", year=year) for year in missing]
        return breaks, warnings

    def _read_file(self):
        """Return the breaks of the file.

        :raises UserError: naming all cells that cannot be used
        """
        try:
            content = base64.b64decode(self.file or b"", validate=True)
            text = self._decode(content)
            rows = list(csv.reader(io.StringIO(text), self._find_dialect(text)))
        except (binascii.Error, UnicodeError, csv.Error) as error:
            raise UserError(self.env._("The file is not a table in CSV format.")) from error
        if len(rows) < 2 or len(rows) > ROWS:
            raise UserError(self.env._("The file needs headers and one to %(count)s rows.", count=ROWS - 1))
        breaks, problems = public_holidays.read_table(rows)
        if problems:
            lines = [self._say_problem(*problem) for problem in problems[:SHOWN]]
            raise UserError(
                self.env._(
                    "Nothing was read, because %(count)s cells cannot be used:\n%(lines)s",
                    count=len(problems),
                    lines="\n".join(lines),
                )
            )
        return breaks

    @api.model
    def _decode(self, content):
        """Return the text of a file in UTF-8 or, as spreadsheets in China write, GB 18030."""
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return content.decode("gb18030")

    @api.model
    def _find_dialect(self, text):
        head = text.partition("\n")[0]
        csv.register_dialect("customer_holidays", delimiter=max(",;\t", key=head.count))
        return "customer_holidays"

    def _say_problem(self, line, column, value):
        names = {
            "date": self.env._("date (e.g. 2026-10-01)"),
            "until": self.env._("until (a date not before the first, the same for make-up days)"),
            "name": self.env._("name"),
            "kind": self.env._("kind (holiday or workday)"),
            "weekday": self.env._("hours of (Monday to Sunday)"),
        }
        if line == 1:
            return self.env._("The headers lack the column %(column)s.", column=names[column])
        return self.env._(
            "Line %(line)s: “%(value)s” is not usable as %(column)s.",
            line=line,
            value=value,
            column=names[column],
        )

    # Comparing with what is there

    def _prepare_line(self, item):
        state, note = self._find_state(item)
        return {
            "date_from": item.first,
            "date_to": item.last,
            "name": item.name,
            "kind": "makeup" if item.is_makeup else "leave",
            "weekday": str(item.weekday) if item.is_makeup else False,
            "state": state,
            "note": note,
            "is_chosen": state == "new",
        }

    def _find_state(self, item):
        """Return (new, known or conflict; what is there) of a break."""
        makeup = self.env["customer.makeup.day"].search(
            Domain("date", ">=", item.first)
            & Domain("date", "<=", item.last)
            & Domain("company_id", "in", [False, self.company_id.id])
            & self._get_scope()
        )
        if item.is_makeup:
            if not makeup:
                return "new", False
            same = any(int(day.weekday) == item.weekday for day in makeup)
            return ("known" if same else "conflict"), self._say_found(makeup[0].name, makeup[0].date)
        if makeup:
            return "conflict", self._say_found(makeup[0].name, makeup[0].date)
        begin, end = self._get_moments(item)
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                Domain("resource_id", "=", False)
                & Domain("company_id", "in", [False, self.company_id.id])
                & Domain("date_from", "<", end)
                & Domain("date_to", ">", begin)
                & self._get_scope(),
                order="date_from",
            )
        )
        if not leaves:
            return "new", False
        # A day that ends a minute before midnight is a whole day to people.
        covered = begin
        for leave in leaves:
            if leave.date_from <= covered + timedelta(minutes=1):
                covered = max(covered, leave.date_to)
        found = self._say_found(leaves[0].name, to_local(leaves[0].date_from, self._get_zone()).date())
        return ("known" if covered >= end - timedelta(minutes=1) else "conflict"), found

    def _get_scope(self):
        """Return the domain of days that hold where the new ones would."""
        return Domain("calendar_id", "in", [False, self.calendar_id.id])

    def _say_found(self, name, day):
        return f"{name or ''} {fields.Date.to_string(day)}".strip()

    def _get_zone(self):
        """Return the time zone in which a day begins and ends."""
        calendar = self.calendar_id or self.company_id.sudo()._care_calendar()
        return pytz.timezone(calendar.tz or self.env.user.tz or "UTC")

    def _get_moments(self, item):
        """Return the beginning of the first and the end of the last day (naive UTC)."""
        zone = self._get_zone()
        return to_utc(item.first, zone), to_utc(item.last + DAY, zone)


class CustomerHolidayImportLine(models.TransientModel):
    """One break or make-up day of the preview."""

    _name = "customer.holiday.import.line"
    _description = "Day to Import"
    _order = "date_from, id"

    import_id = fields.Many2one("customer.holiday.import", required=True, ondelete="cascade")
    is_chosen = fields.Boolean(string="Add")
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True)
    name = fields.Char(required=True)
    kind = fields.Selection(
        [("leave", "Public Holiday"), ("makeup", "Make-up Working Day")], required=True, readonly=True
    )
    weekday = fields.Selection(WEEKDAYS, string="Hours of", help="The day is worked like this weekday.")
    state = fields.Selection(
        [("new", "New"), ("known", "Known"), ("conflict", "Conflict")], required=True, readonly=True
    )
    note = fields.Char(string="Already There", readonly=True)

    def _get_break(self):
        self.ensure_one()
        weekday = int(self.weekday or 0) if self.kind == "makeup" else None
        return public_holidays.Break(self.date_from, self.date_to, self.name, weekday)

    def _prepare_leave(self):
        """Return the values of the public leave of one line."""
        wizard = self.import_id
        begin, end = wizard._get_moments(self._get_break())
        return {
            "name": self.name,
            "company_id": wizard.company_id.id,
            "calendar_id": wizard.calendar_id.id,
            "resource_id": False,
            "time_type": "leave",
            "date_from": begin,
            "date_to": end,
        }

    def _prepare_makeup(self):
        """Return the values of the make-up working day of one line."""
        return {
            "name": self.name,
            "date": self.date_from,
            "weekday": self.weekday or "0",
            "company_id": self.import_id.company_id.id,
            "calendar_id": self.import_id.calendar_id.id,
        }
