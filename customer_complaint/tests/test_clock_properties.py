import random
from collections import Counter
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

import businesstimedelta
import pytz
from hypothesis import HealthCheck, given, settings, strategies
from odoo.addons.customer_care.tools.worktime import WorkTime
from odoo.addons.customer_complaint.tools import clock
from odoo.tests import BaseCase, tagged

MINUTE = timedelta(minutes=1)
UTC = ZoneInfo("UTC")
EFFECTS = (clock.RUN, clock.PAUSE, clock.STOP)
# Zones with half hours, with clocks put forward and back in the weeks of DAYS, and without.
ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
# Monday before the clocks change in Europe, before they change in America, and an ordinary week.
DAYS = (date(2026, 3, 23), date(2026, 3, 2), date(2026, 10, 19), date(2026, 10, 26), date(2026, 6, 1))
# Nobody opens or closes in the hours that do not exist or exist twice; work goes on through them.
EDGES = [minutes for minutes in range(0, 24 * 60 + 1, 15) if not 60 < minutes < 210]
ROUNDS = 1000


class Calendar(NamedTuple):
    """Opening hours as people write them: weekday hours in local minutes, holidays and make-up days.

    ``hours``: {weekday: [(begin, end)]}, ``makeup``: {day: weekday whose hours it has}, ``days``: the days known
    """

    zone: ZoneInfo
    hours: dict
    holidays: frozenset
    makeup: dict
    days: tuple

    def get_minutes(self, day):
        """Return the opening times of a local day in minutes since its midnight."""
        if day in self.makeup:
            return self.hours[self.makeup[day]]
        return [] if day in self.holidays else self.hours.get(day.weekday(), [])

    def build(self):
        """Return the WorkTime, made of the borders alone."""
        return WorkTime(
            (self._at(day, begin), self._at(day, end))
            for day in self.days
            for begin, end in self.get_minutes(day)
        )

    def _at(self, day, minutes):
        day, minutes = day + timedelta(days=minutes // 1440), minutes % 1440
        local = datetime.combine(day, time(minutes // 60, minutes % 60), self.zone)
        return local.astimezone(UTC).replace(tzinfo=None)

    def is_open(self, moment):
        """Look on the wall: is it open in the minute that begins now (naive UTC)?"""
        local = moment.replace(tzinfo=UTC).astimezone(self.zone)
        minutes = local.hour * 60 + local.minute
        return any(begin <= minutes < end for begin, end in self.get_minutes(local.date()))


class Life(NamedTuple):
    """What happened to a time limit: whole minutes, extensions [(moment, minutes)] early, late or none."""

    calendar: Calendar
    start: datetime
    history: list
    limit: int
    extensions: list
    now: datetime


def make_calendar(first, length, zone, shifts, holidays, makeup):
    """Return a calendar that knows ``length`` days from ``first`` on, and two around them.

    :param shifts: the borders of each weekday's opening times; an odd one is left out
    :param holidays, makeup: places in the list of days, those of ``makeup`` with a weekday's
    """
    cuts = [sorted(cut) for cut in shifts]
    hours = {weekday: list(zip(cut[::2], cut[1::2], strict=False)) for weekday, cut in enumerate(cuts)}
    days = tuple(first + timedelta(days=number) for number in range(-2, length + 2))
    worked = {days[place % len(days)]: weekday % len(hours) for place, weekday in makeup.items()}
    return Calendar(
        ZoneInfo(zone), hours, frozenset(days[place % len(days)] for place in holidays), worked, days
    )


def make_life(first, length, start, events, limit, additions, now, **calendar):
    """Return the life of a time limit; all moments are minutes from the midnight at which ``first`` begins."""
    begin = datetime.combine(first, time.min)
    history = [(begin + minutes * MINUTE, effect) for minutes, effect in sorted(events, key=itemgetter(0))]
    now = begin + max(start, now) * MINUTE
    extensions = [(begin + minutes * MINUTE, more) for minutes, more in additions]
    extensions = [item for item in extensions if item[0] <= now]
    start = begin + start * MINUTE
    return Life(make_calendar(first, length, **calendar), start, history, limit, extensions, now)


# Made once: Hypothesis takes longer to build a strategy than to draw from it.
FIRST = strategies.builds(
    lambda day, more: day + timedelta(days=more), strategies.sampled_from(DAYS), strategies.integers(0, 6)
)
PLACES = strategies.integers(0, 63)
CALENDAR = {
    "zone": strategies.sampled_from(ZONES),
    "shifts": strategies.lists(
        strategies.sets(strategies.sampled_from(EDGES), min_size=2, max_size=4), min_size=1, max_size=7
    ),
    "holidays": strategies.sets(PLACES, max_size=2),
    "makeup": strategies.dictionaries(PLACES, strategies.integers(0, 6), max_size=2),
}


def lives(length=4):
    """Return the strategy of lives of several days; Hypothesis looks for the shortest that breaks a rule."""
    total = length * 1440
    return strategies.builds(
        make_life,
        first=FIRST,
        length=strategies.just(length),
        start=strategies.integers(0, total // 2 - 1),
        events=strategies.lists(
            strategies.tuples(strategies.integers(-300, total - 1), strategies.sampled_from(EFFECTS)),
            max_size=7,
        ),
        limit=strategies.integers(1, 299) | strategies.integers(1, 1999),
        additions=strategies.lists(
            strategies.tuples(strategies.integers(0, total - 1), strategies.integers(1, 599)), max_size=2
        ),
        now=strategies.integers(0, total - 1),
        **CALENDAR,
    )


LIVES, LONG_LIVES = lives(), lives(length=6)
LATER = strategies.lists(
    strategies.tuples(strategies.integers(1, 899), strategies.sampled_from(EFFECTS)), min_size=1, max_size=3
)


def examples(count):
    """Return the settings of a property: the same examples in each run, whatever the machine."""
    return settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def tick(start, history, limit, extensions, is_open, now):
    """Count minute by minute; return (used minutes, moment of the breach or None, last effect).

    The naive reading of the rules: each minute in which time runs and people work is used; as soon as a further
    minute begins to run while all that is allowed by then is used, the limit is exceeded.
    """
    used, breach, effect, moment = 0, None, clock.RUN, start
    events = sorted(history, key=lambda event: event[0])
    while moment < now or events:
        while events and events[0][0] <= moment:
            effect = events.pop(0)[1]
        if moment >= now:
            break
        if effect == clock.RUN:
            allowed = limit + sum(more for since, more in extensions if since <= moment)
            if breach is None and used >= allowed:
                breach = moment
            used += is_open(moment)
        moment += MINUTE
    return used, breach, effect


@tagged("post_install", "-at_install")
class TestClockProperties(BaseCase):
    """Thousands of random lives of a time limit, without a database."""

    def _compute(self, calendar, start, history, limit, extensions, now):
        seconds = [(moment, minutes * 60) for moment, minutes in extensions]
        return clock.compute(start, history, limit * 60, calendar.build(), now, seconds)

    def test_random_lives_equal_counting_minutes(self):
        """Pauses, reopenings, extensions, holidays, make-up days, zones and changed clocks: no difference."""
        seen = Counter()

        @examples(ROUNDS)
        @given(LIVES)
        def check(life):
            calendar, start, history, limit, extensions, now = life
            used, breach, effect = tick(start, history, limit, extensions, calendar.is_open, now)
            result = self._compute(*life)
            expected = {
                clock.STOP: "missed" if breach else "met",
                clock.PAUSE: "breached" if breach else "paused",
                clock.RUN: "breached" if breach else "running",
            }[effect]
            self.assertEqual((result.used, result.state), (used * 60, expected))
            if result.breach:
                self.assertLessEqual(result.breach, breach)
            seen[result.state] += 1

        check()
        for state in ("running", "paused", "breached", "met", "missed"):
            self.assertTrue(seen[state], state)

    def test_deadline_is_the_moment_at_which_all_is_used(self):
        """While time runs, exactly the whole limit is used at the deadline, and less a minute before."""
        checked = Counter()

        @examples(400)
        @given(LONG_LIVES)
        def check(life):
            calendar, start, history, limit, extensions, now = life
            result = self._compute(*life)
            if result.state != "running" or result.deadline is None or result.deadline <= now:
                return
            checked["running"] += 1
            past = [event for event in history if event[0] <= now]
            at_end = self._compute(calendar, start, past, limit, extensions, result.deadline)
            before = self._compute(calendar, start, past, limit, extensions, result.deadline - MINUTE)
            self.assertEqual(at_end.used, result.limit)
            self.assertLess(before.used, result.limit)

        check()
        self.assertGreater(checked["running"], 20)

    @examples(250)
    @given(LIVES, LATER)
    def test_only_the_past_counts(self, life, later):
        """What happens later never changes what was true at a moment: no deadline of the past is rewritten."""
        calendar, start, history, limit, extensions, now = life
        known = [event for event in history if event[0] <= now]
        following = sorted((now + minutes * MINUTE, effect) for minutes, effect in later)
        before = self._compute(calendar, start, known, limit, extensions, now)
        after = self._compute(calendar, start, known + following, limit, extensions, now)
        self.assertEqual(before, after)

    @examples(250)
    @given(LIVES, strategies.integers(0, 2999))
    def test_extension_never_makes_earlier_nor_undoes(self, life, minutes):
        """More time moves a deadline later or not at all, and a limit exceeded before it was asked for stays so."""
        calendar, start, history, limit, _extensions, now = life
        asked = start + minutes * MINUTE
        longer = self._compute(calendar, start, history, limit, [(asked, 60)], max(now, asked))
        plain_then = self._compute(calendar, start, history, limit, [], max(now, asked))
        if plain_then.breach and plain_then.breach < asked:
            self.assertEqual(longer.breach, plain_then.breach)
        if plain_then.deadline and longer.deadline:
            self.assertGreaterEqual(longer.deadline, plain_then.deadline)
        self.assertEqual(longer.used, plain_then.used)

    def test_equals_an_independent_library(self):
        """On plain weekly hours with holidays, `businesstimedelta` counts and adds the same."""
        rng = random.Random(17)
        for _round in range(150):
            name = rng.choice(ZONES[:5])
            zone, theirs_zone = ZoneInfo(name), pytz.timezone(name)
            first = rng.choice(DAYS)
            # Later than the change of clocks, which the library leaves out inside an opening time.
            opens, closes = rng.randrange(4, 12), rng.randrange(13, 24)
            weekdays = sorted(rng.sample(range(7), rng.randrange(1, 8)))
            # The last one only because the library looks for a next holiday without end.
            free = {first + timedelta(days=number): "Holiday" for number in (*rng.sample(range(20), 2), 400)}
            theirs = businesstimedelta.Rules(
                [
                    businesstimedelta.WorkDayRule(
                        start_time=time(opens), end_time=time(closes), working_days=weekdays, tz=theirs_zone
                    ),
                    businesstimedelta.HolidayRule(free, tz=theirs_zone),
                ]
            )
            ours = WorkTime(
                tuple(
                    datetime.combine(day, time(hour), zone).astimezone(UTC).replace(tzinfo=None)
                    for hour in (opens, closes)
                )
                for day in (first + timedelta(days=number) for number in range(-2, 200))
                if day.weekday() in weekdays and day not in free
            )
            start = datetime.combine(first, time.min) + rng.randrange(5 * 1440) * MINUTE
            hours = rng.randrange(1, 40)
            aware = start.replace(tzinfo=UTC)
            expected = aware + businesstimedelta.BusinessTimeDelta(theirs, hours=hours)
            result = clock.compute(start, [], hours * clock.HOUR, ours, start)
            self.assertEqual(result.deadline, expected.astimezone(UTC).replace(tzinfo=None))
            now = start + rng.randrange(10 * 1440) * MINUTE
            spent = theirs.difference(aware, now.replace(tzinfo=UTC))
            used = clock.compute(start, [], 1e9, ours, now).used
            self.assertEqual(used, spent.timedelta.total_seconds())

    @examples(150)
    @given(
        strategies.builds(make_calendar, first=FIRST, length=strategies.just(60), **CALENDAR),
        strategies.integers(0, 3 * 1440 - 1),
        strategies.integers(1, 5),
    )
    def test_limits_in_days_equal_counting_days(self, calendar, minutes, limit):
        """Working and calendar days end where somebody who counts days on a calendar ends."""
        first = calendar.days[2]
        worktime = calendar.build()
        start = datetime.combine(first, time.min) + minutes * MINUTE
        today = start.replace(tzinfo=UTC).astimezone(calendar.zone).date()
        day, count = today, 0
        while count < limit:
            day += timedelta(days=1)
            count += any(
                calendar._at(day, begin) < calendar._at(day, end) for begin, end in calendar.get_minutes(day)
            )
        end = max(calendar._at(day, minutes) for _begin, minutes in calendar.get_minutes(day))
        self.assertEqual(worktime.day_after(start, limit, calendar.zone), end)
        seconds, always = clock.limit_seconds(limit, "calendar_days", start, worktime, str(calendar.zone))
        midnight = datetime.combine(today + timedelta(days=limit + 1), time.min, calendar.zone)
        deadline = clock.compute(start, [], seconds, always, start).deadline
        self.assertEqual(deadline, midnight.astimezone(UTC).replace(tzinfo=None))
