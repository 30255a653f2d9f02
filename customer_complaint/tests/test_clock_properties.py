import random
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import businesstimedelta
import pytz
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
ROUNDS = 3000


class Calendar:
    """Opening hours as people write them: weekday hours in local minutes, holidays and make-up days."""

    def __init__(self, rng, first, days):
        self.zone = ZoneInfo(rng.choice(ZONES))
        shifts = [
            sorted(rng.sample(EDGES, 2 * rng.randrange(1, 3))) for _weekday in range(rng.randrange(1, 8))
        ]
        self.hours = {
            weekday: list(zip(cut[::2], cut[1::2], strict=True)) for weekday, cut in enumerate(shifts)
        }
        everyday = [first + timedelta(days=number) for number in range(-2, days + 2)]
        self.holidays = set(rng.sample(everyday, rng.randrange(3)))
        self.makeup = {day: rng.choice(list(self.hours)) for day in rng.sample(everyday, rng.randrange(3))}
        self.days = everyday

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

    def _draw(self, rng, length=4):
        """Return a random case: whole minutes, several days, any zone, extensions early, late or none."""
        first = rng.choice(DAYS) + timedelta(days=rng.randrange(0, 7))
        calendar = Calendar(rng, first, length)
        begin = datetime.combine(first, time.min)
        total = length * 1440
        start = begin + rng.randrange(total // 2) * MINUTE
        moments = sorted(rng.randrange(-300, total) for _event in range(rng.randrange(8)))
        history = [(begin + moment * MINUTE, rng.choice(EFFECTS)) for moment in moments]
        extensions = [
            (begin + rng.randrange(total) * MINUTE, rng.randrange(1, 600))
            for _more in range(rng.choice((0, 0, 1, 2)))
        ]
        now = max(start, begin + rng.randrange(total) * MINUTE)
        extensions = [more for more in extensions if more[0] <= now]
        limit = rng.choice((rng.randrange(1, 300), rng.randrange(1, 2000)))
        return calendar, start, history, limit, extensions, now

    def _compute(self, calendar, start, history, limit, extensions, now):
        seconds = [(moment, minutes * 60) for moment, minutes in extensions]
        return clock.compute(start, history, limit * 60, calendar.build(), now, seconds)

    def test_random_lives_equal_counting_minutes(self):
        """Pauses, reopenings, extensions, holidays, make-up days, zones and changed clocks: no difference."""
        rng = random.Random(20261127)
        seen, differences = set(), []
        for number in range(ROUNDS):
            case = self._draw(rng)
            calendar, start, history, limit, extensions, now = case
            used, breach, effect = tick(start, history, limit, extensions, calendar.is_open, now)
            result = self._compute(*case)
            exceeded = None if result.breach is None else result.breach <= breach if breach else False
            expected = {
                clock.STOP: "missed" if breach else "met",
                clock.PAUSE: "breached" if breach else "paused",
                clock.RUN: "breached" if breach else "running",
            }[effect]
            if (result.used, result.state) != (used * 60, expected) or exceeded is False:
                differences.append((number, result, used, breach))
            seen.add(result.state)
        self.assertEqual(differences, [])
        self.assertEqual(seen, {"running", "paused", "breached", "met", "missed"})

    def test_deadline_is_the_moment_at_which_all_is_used(self):
        """While time runs, exactly the whole limit is used at the deadline, and less a minute before."""
        rng = random.Random(5)
        checked = 0
        for _round in range(1500):
            case = self._draw(rng, length=6)
            calendar, start, history, limit, extensions, now = case
            result = self._compute(*case)
            if result.state != "running" or result.deadline is None or result.deadline <= now:
                continue
            checked += 1
            past = [event for event in history if event[0] <= now]
            for moment, expected in ((result.deadline, result.limit), (result.deadline - MINUTE, None)):
                used = self._compute(calendar, start, past, limit, extensions, moment).used
                if expected is None:
                    self.assertLess(used, result.limit)
                else:
                    self.assertEqual(used, expected)
        self.assertGreater(checked, 300)

    def test_only_the_past_counts(self):
        """What happens later never changes what was true at a moment: no deadline of the past is rewritten."""
        rng = random.Random(11)
        for _round in range(1000):
            calendar, start, history, limit, extensions, now = self._draw(rng)
            known = [event for event in history if event[0] <= now]
            later = [(now + rng.randrange(1, 900) * MINUTE, rng.choice(EFFECTS)) for _event in range(3)]
            before = self._compute(calendar, start, known, limit, extensions, now)
            after = self._compute(calendar, start, known + sorted(later), limit, extensions, now)
            self.assertEqual(before, after)

    def test_extension_never_makes_earlier_nor_undoes(self):
        """More time moves a deadline later or not at all, and a limit exceeded before it was asked for stays so."""
        rng = random.Random(13)
        for _round in range(1000):
            calendar, start, history, limit, _extensions, now = self._draw(rng)
            asked = start + rng.randrange(3000) * MINUTE
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

    def test_limits_in_days_equal_counting_days(self):
        """Working and calendar days end where somebody who counts days on a calendar ends."""
        rng = random.Random(19)
        for _round in range(500):
            first = rng.choice(DAYS)
            calendar = Calendar(rng, first, 60)
            worktime = calendar.build()
            start = datetime.combine(first, time.min) + rng.randrange(3 * 1440) * MINUTE
            limit = rng.randrange(1, 6)
            today = start.replace(tzinfo=UTC).astimezone(calendar.zone).date()
            day, count = today, 0
            while count < limit:
                day += timedelta(days=1)
                count += any(
                    calendar._at(day, begin) < calendar._at(day, end)
                    for begin, end in calendar.get_minutes(day)
                )
            end = max(calendar._at(day, minutes) for _begin, minutes in calendar.get_minutes(day))
            self.assertEqual(worktime.day_after(start, limit, calendar.zone), end)
            seconds, always = clock.limit_seconds(limit, "calendar_days", start, worktime, str(calendar.zone))
            midnight = datetime.combine(today + timedelta(days=limit + 1), time.min, calendar.zone)
            deadline = clock.compute(start, [], seconds, always, start).deadline
            self.assertEqual(deadline, midnight.astimezone(UTC).replace(tzinfo=None))
