import doctest
import random
from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged

from ..tools import worktime
from ..tools.worktime import WorkTime

BEGIN = datetime(2026, 3, 1)
MINUTE = timedelta(minutes=1)


@tagged("post_install", "-at_install")
class TestWorktime(BaseCase):
    def test_worktime_examples_hold(self):
        """The examples of the module are its specification."""
        result = doctest.testmod(worktime)
        self.assertGreater(result.attempted, 20)
        self.assertFalse(result.failed)

    def test_worktime_random_lists_agree_with_a_minute_counter(self):
        """Between, after, clip and day_after give what counting minute by minute gives."""
        generator = random.Random(20260301)
        for _round in range(150):
            minutes = self._get_random_minutes(generator)
            work = WorkTime((BEGIN + minute * MINUTE, BEGIN + (minute + 1) * MINUTE) for minute in minutes)
            start, end = sorted(generator.sample(range(-60, 5000), 2))
            expected = sum(start <= minute < end for minute in minutes)
            self.assertEqual(work.between(self._at(start), self._at(end)), expected * 60)
            self.assertEqual(work.between(self._at(end), self._at(start)), 0)
            self.assertEqual(
                work.clip(self._at(start), self._at(end)).between(datetime.min, datetime.max), expected * 60
            )
            self._check_after(work, minutes, start, generator.randint(1, 400))
            self._check_day_after(work, minutes, start, generator.randint(0, 3))

    def _get_random_minutes(self, generator):
        """Return the set of working minutes after BEGIN, within about three days."""
        minutes = set()
        for _block in range(generator.randint(0, 6)):
            first = generator.randint(0, 4300)
            minutes.update(range(first, first + generator.randint(1, 300)))
        return minutes

    def _at(self, minute):
        return BEGIN + minute * MINUTE

    def _check_after(self, work, minutes, start, wanted):
        counted = 0
        expected = None
        for minute in sorted(minutes):
            counted += minute >= start
            if counted == wanted:
                expected = self._at(minute + 1)
                break
        self.assertEqual(work.after(self._at(start), wanted * 60), expected)

    def _check_day_after(self, work, minutes, start, days):
        # Asia/Shanghai is eight hours ahead, without summer time.
        offset = 8 * 60
        first = (start + offset) // 1440 + (1 if days else 0)
        last_of_day = {}
        for minute in sorted(minutes):
            if (minute + offset) // 1440 >= first:
                last_of_day[(minute + offset) // 1440] = minute + 1
        ends = [last_of_day[day] for day in sorted(last_of_day)]
        index = max(days, 1) - 1
        expected = self._at(ends[index]) if index < len(ends) else None
        self.assertEqual(work.day_after(self._at(start), days, "Asia/Shanghai"), expected)

    def test_worktime_summer_time_keeps_local_days(self):
        """A day ends at local midnight, also when the clocks change."""
        end = WorkTime.ALWAYS.day_after(datetime(2026, 3, 28, 12), 1, "Europe/Berlin")
        self.assertEqual(end, datetime(2026, 3, 29, 22))

    def test_worktime_endless_limit_gives_none(self):
        """More than a lifetime of seconds is beyond the end, not an error."""
        self.assertIsNone(WorkTime.ALWAYS.after(BEGIN, 10**15))
