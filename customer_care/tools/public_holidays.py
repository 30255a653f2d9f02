"""Public holidays and make-up working days of a year: from the library `holidays`, or from a table.

Knows no ORM. Days off in a row that belong together become one :class:`Break`, as an official notice names them:

>>> try:
...     breaks, warnings = read_library("CN", None, [2026], "en_US")
... except LibraryMissing:  # the library is optional
...     breaks, warnings = [Break(date(2026, 10, 1), date(2026, 10, 7), "National Day", None)], []
>>> [(str(item.first), str(item.last)) for item in breaks if item.name == "National Day" and not item.is_makeup]
[('2026-10-01', '2026-10-07')]

A table has the columns date, until, name, kind and hours of; the last three may be missing:

>>> rows = [["日期", "至", "名称", "类型"], ["2026-10-01", "2026-10-07", "国庆", "放假"]]
>>> rows.append(["2026-10-10", "", "国庆", "调休"])
>>> breaks, problems = read_table(rows)
>>> [(str(item.first), str(item.last), item.weekday) for item in breaks], problems
([('2026-10-01', '2026-10-07', None), ('2026-10-10', '2026-10-10', 0)], [])
>>> read_table([["date", "name"], ["soon", "x"]])
([], [(2, 'date', 'soon')])

Source of the days of China: the notices of the General Office of the State Council, as the library has them.
"""

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple

try:
    import holidays
except ImportError:
    holidays = None

DAY = timedelta(days=1)
LONGEST = 60
FIRST_YEAR, LAST_YEAR = 1970, 2100
COLUMNS = {
    "date": ("date", "day", "from", "first day", "日期", "开始", "开始日期"),
    "until": ("until", "to", "last day", "至", "结束", "结束日期"),
    "name": ("name", "holiday", "名称", "节日"),
    "kind": ("kind", "type", "类型", "类别"),
    "weekday": ("hours of", "weekday", "按周几上班", "作息"),
}
KINDS = {
    False: ("", "holiday", "off", "day off", "public holiday", "放假", "休", "假", "假日", "节假日"),
    True: (
        "workday",
        "work",
        "working day",
        "make-up",
        "make-up day",
        "makeup",
        "上班",
        "班",
        "调休",
        "补班",
    ),
}
WEEKDAYS = (
    ("monday", "mon", "周一", "星期一"),
    ("tuesday", "tue", "周二", "星期二"),
    ("wednesday", "wed", "周三", "星期三"),
    ("thursday", "thu", "周四", "星期四"),
    ("friday", "fri", "周五", "星期五"),
    ("saturday", "sat", "周六", "星期六"),
    ("sunday", "sun", "周日", "星期日", "星期天"),
)
FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%Y年%m月%d日", "%Y%m%d")


class LibraryMissing(Exception):
    """The library is not installed."""


class UnknownCountry(Exception):
    """The library does not know the country, or the part of it."""


class Break(NamedTuple):
    """Days off in a row, or with a ``weekday`` one day on which people work like on that weekday (0: Monday)."""

    first: date
    last: date
    name: str
    weekday: int | None

    @property
    def is_makeup(self):
        """Return whether people work on the day."""
        return self.weekday is not None


def read_library(country, part, years, lang, with_weekends=True):
    """Return ([Break, ...], [year, ...]): the breaks, and the years whose days are not decided officially yet.

    :param str country: ISO code of two letters
    :param part: code of a state or province, or None
    :param str lang: language of the names, e.g. zh_CN; another one than the library has gives that of the country
    :param with_weekends: let weekends beside holidays belong to them, as notices in China count; for services that
        work on weekends
    :raises LibraryMissing: it is not installed
    :raises UnknownCountry: it knows no such country or part of it
    """
    if holidays is None:
        raise LibraryMissing
    try:
        known = _ask(country, part, years, None)
    except (NotImplementedError, AttributeError, KeyError) as error:
        raise UnknownCountry from error
    language = next((name for name in (lang, lang[:2]) if name in known.supported_languages), None)
    named = _ask(country, part, years, language)
    english = _ask(country, part, years, "en_US" if "en_US" in known.supported_languages else None)
    makeup = {day for day in getattr(known, "weekend_workdays", ()) if day.year in years}
    undecided = []
    if getattr(known, "has_substituted_holidays", False):
        decided = max((day.year for day in known.weekend_workdays), default=0)
        undecided = [year for year in years if year > decided]
    off = {day: _clean(name) for day, name in named.items() if day.year in years}
    moved = {day: _find_date(english.get(day, "")) for day in off}
    for day in moved:
        if moved[day]:
            off[day] = None
    if with_weekends:
        off.update(dict.fromkeys(_find_weekends(off, makeup)))
    instead = {source: day for day, source in moved.items() if source}
    breaks = _join(off)
    worked = [
        Break(day, day, _find_nearest(instead.get(day, day), breaks), instead.get(day, day).weekday() % 5)
        for day in makeup
    ]
    return sorted(breaks + worked, key=lambda item: item[:2]), undecided


def get_missing_years(breaks, years):
    """Return the years of which there is no day."""
    return [year for year in years if not any(item.first.year == year for item in breaks)]


def read_table(rows):
    """Return ([Break, ...], [(line, column, value), ...]): what was read, and every cell that cannot be used.

    :param rows: iterable of lists of texts, the first one the headers, in English or Chinese
    """
    rows = [[str(cell or "").strip() for cell in row] for row in rows]
    heads = [cell.lower() for cell in rows[0]] if rows else []
    places = {
        column: next((heads.index(name) for name in names if name in heads), None)
        for column, names in COLUMNS.items()
    }
    missing = [(1, column, "") for column in ("date", "name") if places[column] is None]
    if missing:
        return [], missing
    breaks, problems = [], []
    for line, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        cells = {
            column: row[place] if place is not None and place < len(row) else ""
            for column, place in places.items()
        }
        item, wrong = _read_row(cells)
        problems += [(line, column, cells[column]) for column in wrong]
        if item:
            breaks.append(item)
    return sorted(set(breaks), key=lambda item: (item.first, item.last, item.name)), problems


def _read_row(cells):
    """Return (Break or None, [columns that cannot be used])."""
    first = _read_date(cells["date"])
    last = _read_date(cells["until"]) if cells["until"] else first
    kind = next((key for key, names in KINDS.items() if cells["kind"].lower() in names), None)
    weekday = next((key for key, names in enumerate(WEEKDAYS) if cells["weekday"].lower() in names), None)
    wrong = [
        column
        for column, is_wrong in (
            ("date", not first),
            ("until", first and (not last or not first <= last <= first + LONGEST * DAY)),
            ("until", kind and last != first),
            ("name", not cells["name"]),
            ("kind", kind is None),
            ("weekday", cells["weekday"] and weekday is None),
        )
        if is_wrong
    ]
    if wrong:
        return None, list(dict.fromkeys(wrong))
    return Break(first, last, cells["name"], (weekday or 0) if kind else None), []


def _read_date(text):
    for pattern in FORMATS:
        try:
            day = datetime.strptime(text, pattern).date()
        except ValueError:
            continue
        return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
    return None


def _ask(country, part, years, language):
    return holidays.country_holidays(country, subdiv=part, years=years, language=language)


def _clean(name):
    """Return a name without remarks such as "(observed)"."""
    return re.sub(r"\s*[(（][^()（）]*[)）]\s*$", "", name).split("; ")[0]


def _find_date(text):
    """Return the weekend day that is worked instead of a day off, None if the text names none."""
    found = re.search(r"substituted from (\d\d)/(\d\d)/(\d{4})", text)
    return date(int(found[3]), int(found[1]), int(found[2])) if found else None


def _find_weekends(off, makeup):
    """Return the days of weekends beside holidays that are not worked."""
    found, todo = set(), list(off)
    while todo:
        day = todo.pop()
        for other in (day - DAY, day + DAY):
            if other.weekday() >= 5 and other not in off and other not in makeup and other not in found:
                found.add(other)
                todo.append(other)
    return found


def _join(off):
    """Return the breaks: days in a row with one name; days without a name belong to those beside them."""
    breaks, run = [], []
    for day in sorted(off):
        name = off[day]
        named = next((known for _day, known in run if known), None)
        if run and (day - run[-1][0] != DAY or (name and named and name != named)):
            breaks.append(run)
            run = []
        run.append((day, name))
    if run:
        breaks.append(run)
    return [
        Break(part[0][0], part[-1][0], next((name for _day, name in part if name), ""), None)
        for part in breaks
    ]


def _find_nearest(day, breaks):
    """Return the name of the break nearest to a day."""
    near = min(breaks, key=lambda item: min(abs(item.first - day), abs(item.last - day)), default=None)
    return near.name if near else ""
