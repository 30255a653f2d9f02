import doctest
import random
from datetime import datetime, timedelta

from odoo.addons.customer_care.tools.worktime import WorkTime
from odoo.addons.customer_complaint.tools import clock
from odoo.tests import BaseCase, tagged

START = datetime(2026, 3, 2)
MINUTE = timedelta(minutes=1)
DAYS = 6


def brute_force(start, history, limit_minutes, is_working, now):
    """Count minute by minute; return (used minutes, breach or None, last effect)."""
    used, breach, effect, moment = 0, None, clock.RUN, start
    events = list(history)
    while True:
        while events and events[0][0] <= moment:
            effect = events.pop(0)[1]
        if moment >= now:
            return used, breach, effect
        # The deadline lies at the end of the minute that uses up the limit; what runs on after it is late.
        if effect == clock.RUN and breach is None and used >= limit_minutes:
            breach = moment
        if effect == clock.RUN and is_working(moment):
            used += 1
        moment += MINUTE


@tagged("post_install", "-at_install")
class TestClock(BaseCase):
    """The deadline module, without a database."""

    def test_doctests(self):
        """The examples that open the module are true."""
        result = doctest.testmod(clock)
        self.assertGreater(result.attempted, 15)
        self.assertFalse(result.failed)

    def _random_case(self, rng):
        """Return (start, history, limit in minutes, working time, now), all in whole minutes of six days."""
        total = DAYS * 24 * 60
        intervals = []
        cursor = rng.randrange(0, 600)
        while cursor < total:
            end = min(cursor + rng.randrange(30, 500), total)
            intervals.append((START + cursor * MINUTE, START + end * MINUTE))
            cursor = end + rng.randrange(10, 900)
        start = START + rng.randrange(0, total // 2) * MINUTE
        moments = sorted(rng.sample(range(0, total), rng.randrange(0, 7)))
        history = [
            (START + moment * MINUTE, rng.choice((clock.RUN, clock.PAUSE, clock.STOP))) for moment in moments
        ]
        now = START + rng.randrange(0, total) * MINUTE
        return start, history, rng.randrange(1, 1500), WorkTime(intervals), now

    def test_random_histories_agree_with_counting_minutes(self):
        """Used time, breach and state are those of a clock that ticks every minute."""
        rng = random.Random(20260302)
        seen = set()
        for round_number in range(300):
            start, history, limit, worktime, now = self._random_case(rng)
            opened = worktime.intervals

            def is_working(moment, opened=opened):
                return any(begin <= moment < end for begin, end in opened)

            used, breach, effect = brute_force(start, history, limit, is_working, max(now, start))
            result = clock.compute(start, history, limit * 60, worktime, now)
            seen.add(result.state)
            with self.subTest(round=round_number):
                self.assertEqual(result.used, used * 60)
                self.assertEqual(result.remaining, (limit - used) * 60)
                self.assertEqual(bool(result.breach), breach is not None)
                stopped = effect == clock.STOP
                self.assertEqual(result.state in ("met", "missed"), stopped)
                self.assertEqual(result.state in ("missed", "breached"), breach is not None)
                self.assertEqual(result.state == "paused", effect == clock.PAUSE and breach is None)
        self.assertEqual(seen, {"running", "paused", "breached", "met", "missed"})

    def test_spans_cover_the_way_without_gap(self):
        """The explanation accounts for each second, and what counted adds up to what is used."""
        rng = random.Random(7)
        for _round in range(200):
            start, history, limit, worktime, now = self._random_case(rng)
            result = clock.compute(start, history, limit * 60, worktime, now)
            moments = [start]
            for span in result.spans:
                self.assertEqual(span.start, moments[-1])
                self.assertGreater(span.end, span.start)
                moments.append(span.end)
            self.assertEqual(moments[-1], max(start, now))
            self.assertEqual(
                sum(span.seconds for span in result.spans if span.kind == "counted"), result.used
            )

    def test_deadline_does_not_move_while_the_clock_runs(self):
        """Asked at any moment before, a running clock names the same deadline."""
        rng = random.Random(3)
        for _round in range(100):
            start, _history, limit, worktime, _now = self._random_case(rng)
            moments = sorted(rng.randrange(0, 3000) for _index in range(5))
            results = [
                clock.compute(start, [], limit * 60, worktime, start + moment * MINUTE) for moment in moments
            ]
            self.assertEqual(len({result.deadline for result in results}), 1)

    def test_working_time_too_short_is_told(self):
        """Beyond the end of the known working time there is no deadline, and the caller can tell."""
        worktime = WorkTime([(START, START + timedelta(hours=2))])
        result = clock.compute(START, [], 3 * clock.HOUR, worktime, START)
        self.assertIsNone(result.deadline)
        self.assertTrue(result.is_exhausted)
        self.assertEqual(clock.limit_seconds(5, "working_days", START, worktime)[0], None)

    def test_calendar_days_follow_the_zone(self):
        """A calendar day ends at midnight where the customer service is, also when clocks are put forward."""
        friday = datetime(2026, 3, 27, 12)
        for zone, expected in (
            ("UTC", datetime(2026, 3, 30)),
            ("Asia/Shanghai", datetime(2026, 3, 29, 16)),
            ("Europe/Berlin", datetime(2026, 3, 29, 22)),
        ):
            seconds, always = clock.limit_seconds(2, "calendar_days", friday, WorkTime([]), zone)
            self.assertEqual(clock.compute(friday, [], seconds, always, friday).deadline, expected)

    def test_paused_from_the_beginning_has_no_deadline(self):
        """A clock that has never run used nothing."""
        result = clock.compute(START, [(START, clock.PAUSE)], 60, WorkTime.ALWAYS, START + timedelta(days=9))
        self.assertEqual((result.state, result.deadline, result.used), ("paused", None, 0))

    def test_now_before_start_is_running(self):
        """A start in the future is no error."""
        result = clock.compute(START, [], 60, WorkTime.ALWAYS, START - timedelta(days=1))
        self.assertEqual((result.state, result.used), ("running", 0))
        self.assertEqual(result.deadline, START + MINUTE)
