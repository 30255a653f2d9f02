import random
from datetime import date, datetime, time, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

from freezegun import freeze_time
from odoo import Command
from odoo.tests import tagged

from .common import ComplaintCommon

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# The clocks of Berlin change in the second week.
ORIGIN = datetime(2026, 3, 16)
DAYS = 130
STEPS = 260
UTC = ZoneInfo("UTC")
OPEN, PAUSED, STOPPED = "run", "pause", "stop"


class Wall:
    """A calendar as it hangs on the wall: hours of weekdays, free days, make-up days; in local minutes."""

    def __init__(self, zone, hours):
        self.zone, self.hours = ZoneInfo(zone), hours
        self.free, self.makeup = set(), {}

    def get_hours(self, day):
        if day in self.makeup:
            return self.hours.get(self.makeup[day], ())
        return () if day in self.free else self.hours.get(day.weekday(), ())

    def paint(self):
        """Return for each minute since ORIGIN whether people work in it."""
        minutes = bytearray(DAYS * 1440)
        for hour in range(DAYS * 24):
            local = (ORIGIN + timedelta(hours=hour)).replace(tzinfo=UTC).astimezone(self.zone)
            opened = self.get_hours(local.date())
            minutes[hour * 60 : hour * 60 + 60] = bytes(
                [any(begin <= local.hour < end for begin, end in opened)] * 60
            )
        return minutes

    def get_day(self, moment):
        return moment.replace(tzinfo=UTC).astimezone(self.zone).date()

    def get_midnight(self, day):
        return datetime.combine(day, time.min, self.zone).astimezone(UTC).replace(tzinfo=None)

    def count_limit(self, limit, unit, start, painted):
        """Return the minutes of a limit, and the minutes in which it is counted."""
        if unit == "working_hours":
            return round(limit * 60), painted
        begin, day = index(start), self.get_day(start)
        if unit == "calendar_days":
            return index(self.get_midnight(day + (int(limit) + 1) * DAY)) - begin, bytearray(
                b"\1" * len(painted)
            )
        counted = 0
        while counted < limit:
            day += DAY
            counted += bool(self.get_hours(day))
        return sum(painted[begin : index(self.get_midnight(day + DAY))]), painted


def index(moment):
    return int((moment - ORIGIN).total_seconds() // 60)


def tick(events, steps, painted, begin, now):
    """Count minute by minute, then on until all is used; return (used, breach, deadline, last effect).

    :param events: [(minute, effect)], ``steps``: [(minute, minutes allowed from then on)]
    """
    used, breach = 0, None
    for minute in range(begin, now):
        if last(events, minute, OPEN) != OPEN:
            continue
        if breach is None and used >= last(steps, minute, steps[0][1]):
            breach = minute
        used += painted[minute]
    effect, deadline, minute, ahead = last(events, now, OPEN), None, now, used
    total = steps[-1][1]
    if effect == OPEN and ahead < total:
        while ahead < total:
            ahead += painted[minute]
            minute += 1
        deadline = minute
    return used, breach, deadline, effect


def last(changes, minute, value):
    """Return what was last set by a minute, from [(minute, value)] in order."""
    for moment, following in changes:
        if moment > minute:
            break
        value = following
    return value


@tagged("post_install", "-at_install")
class TestClockRecords(ComplaintCommon):
    """Hundreds of random changes to real complaints, calendars and policies.

    After them, what is stored equals what is computed from nothing, and both equal a count of minutes that knows
    only what the test itself did.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rng = random.Random(52)
        office = {weekday: ((9, 12), (13, 17)) for weekday in range(5)}
        shop = {weekday: ((8, 16),) for weekday in range(6)}
        cls.walls = {}
        cls.teams = cls.env["customer.complaint.team"]
        for zone, hours in (("Asia/Shanghai", office), ("Europe/Berlin", shop)):
            lines = [
                Command.create({"name": "x", "dayofweek": str(day), "hour_from": begin, "hour_to": end})
                for day, spans in hours.items()
                for begin, end in spans
            ]
            calendar = cls._create_calendar(tz=zone, attendance_ids=[Command.clear(), *lines])
            team = cls._create_team(calendar_id=calendar.id)
            cls.walls[team] = Wall(zone, hours)
            cls.teams += team
        cls.env["customer.complaint.policy"].search([]).active = False
        cls.env.ref("customer_complaint.customer_approval_rule_extension_manager").active = False
        cls.policies = {
            severity: cls.env["customer.complaint.policy"].create(
                {
                    "name": severity,
                    "severity": severity,
                    "line_ids": [
                        Command.create({"target": target, "limit": limit, "unit": unit})
                        for target, (limit, unit) in limits.items()
                    ],
                }
            )
            for severity, limits in {
                "minor": {"response": (30, "working_hours"), "resolution": (9, "calendar_days")},
                "major": {"solution": (12.5, "working_hours"), "resolution": (6, "working_days")},
            }.items()
        }
        cls.stages = {
            stage: effect
            for names, effect in (
                (("accepted", "investigating", "proposed"), OPEN),
                (("waiting",), PAUSED),
                (("resolved",), STOPPED),
            )
            for stage in (getattr(cls, f"stage_{name}") for name in names)
        }

    def _change_stage(self, complaint, story, now):
        stage = self.rng.choice(list(self.stages))
        if stage == complaint.stage_id:
            return
        complaint.stage_id = stage
        effect = self.stages[stage]
        effects = {
            target: OPEN if effect == PAUSED and target == "response" else effect
            for target in ("response", "solution", "resolution")
        }
        if stage == self.stage_waiting and self.stage_waiting.effect_ids:
            effects["resolution"] = OPEN
        story["stages"].append((now, effects, stage == self.stage_proposed))

    def _change_severity(self, complaint, story, now):
        complaint.severity = self.rng.choice(["minor", "major"])

    def _change_team(self, complaint, story, now):
        complaint.team_id = self.rng.choice(self.teams)

    def _change_receipt(self, complaint, story, now):
        story["received"] = ORIGIN + self.rng.randrange(3 * 1440) * MINUTE
        complaint.received_datetime = story["received"]

    def _change_answer(self, complaint, story, now):
        complaint.action_mark_responded()
        story["answered"] = story["answered"] or now

    def _change_extension(self, complaint, story, now):
        target = self.rng.choice(["solution", "resolution"])
        clock = self._clock(complaint, target)
        if clock.state in ("running", "paused", "breached") and complaint.phase in ("open", "waiting"):
            amount = self.rng.randrange(1, 3)
            extension = self.env["customer.complaint.extension"].create(
                {"complaint_id": complaint.id, "target": target, "amount": amount, "reason": "x"}
            )
            extension.action_request_approval()
            story["more"].append((target, now, amount, extension.unit))

    def _change_limit(self, complaint, story, now):
        line = self.rng.choice(self.rng.choice(list(self.policies.values())).line_ids)
        line.limit = self.rng.randrange(2, 14)

    def _change_holiday(self, complaint, story, now):
        team = self.rng.choice(self.teams)
        wall, day = self.walls[team], date(2026, 3, 16) + self.rng.randrange(40) * DAY
        Leave = self.env["resource.calendar.leaves"]
        if day in wall.free:
            Leave.search([("calendar_id", "=", team.calendar_id.id), ("name", "=", str(day))]).unlink()
            wall.free.remove(day)
        else:
            Leave.create(
                {
                    "name": str(day),
                    "calendar_id": team.calendar_id.id,
                    "date_from": wall.get_midnight(day),
                    "date_to": wall.get_midnight(day + DAY),
                }
            )
            wall.free.add(day)

    def _change_makeup(self, complaint, story, now):
        team = self.rng.choice(self.teams)
        wall, day = self.walls[team], date(2026, 3, 21) + self.rng.randrange(6) * 7 * DAY
        Makeup = self.env["customer.makeup.day"]
        if day in wall.makeup:
            Makeup.search([("calendar_id", "=", team.calendar_id.id), ("date", "=", day)]).unlink()
            del wall.makeup[day]
        elif not wall.get_hours(day):
            Makeup.create({"name": "x", "date": day, "weekday": "2", "calendar_id": team.calendar_id.id})
            wall.makeup[day] = 2

    def _change_effect(self, complaint, story, now):
        if self.stage_waiting.effect_ids:
            self.stage_waiting.effect_ids.unlink()
        else:
            self.stage_waiting.effect_ids = [Command.create({"target": "resolution", "effect": "run"})]

    def _read(self, complaints):
        names = ("state", "deadline", "breach_datetime", "start_datetime", "limit_seconds", "limit", "unit")
        return {
            (line.complaint_id, line.target): tuple(line[name] for name in names)
            for line in complaints.clock_ids
        }

    def _expect(self, complaint, story, target, now, painted):
        """Return (state, deadline, breach, used minutes) by counting."""
        team, start = complaint.team_id, story["received"]
        line = self.policies[complaint.severity].line_ids.filtered(lambda line: line.target == target)
        events = [(index(moment), effects[target]) for moment, effects, _proposed in story["stages"]]
        ends = [moment for moment, _effects, proposed in story["stages"] if proposed]
        end = {"solution": ends[0] if ends else None, "response": story["answered"]}.get(target)
        if end:
            events = [event for event in events if event[0] < index(end)] + [(index(end), STOPPED)]
        wall = self.walls[team]
        amount, (total, counted) = line.limit, wall.count_limit(line.limit, line.unit, start, painted[team])
        steps = [(index(start), total)]
        for _target, moment, more, unit in sorted(more for more in story["more"] if more[0] == target):
            if unit == line.unit:
                amount += more
                longer = wall.count_limit(amount, unit, start, painted[team])[0]
            else:
                longer = total + self._convert(wall, more, unit, start, painted[team], counted)
            total = longer
            steps.append((index(moment), total))
        used, breach, deadline, effect = tick(events, steps, counted, index(start), index(now))
        late = breach is not None
        state = {
            OPEN: "breached" if late else "running",
            PAUSED: "breached" if late else "paused",
            STOPPED: "missed" if late else "met",
        }[effect]
        return state, deadline, breach, used

    def _convert(self, wall, more, unit, start, painted, counted):
        """Return what an extension in another unit is worth: what it would be at the start."""
        begin, end = index(start), index(start)
        if unit == "working_hours":
            left = more * 60
            while left:
                left -= painted[end]
                end += 1
        else:
            day = wall.get_day(start)
            if unit == "calendar_days":
                begin, end = (index(wall.get_midnight(day + days * DAY)) for days in (1, more + 1))
            else:
                first = day
                while not wall.get_hours(first):
                    first += DAY
                last, days = day, 0
                while days < more:
                    last += DAY
                    days += bool(wall.get_hours(last))
                begin, end = (self._closing(wall, which) for which in (first, last))
        return sum(counted[begin:end]) if end > begin else 0

    def _closing(self, wall, day):
        hour = max(end for _begin, end in wall.get_hours(day))
        return index(datetime.combine(day, time(hour), wall.zone).astimezone(UTC).replace(tzinfo=None))

    def _check(self, stories, now, step):
        complaints = self.env["customer.complaint"].browse([complaint.id for complaint in stories])
        due = complaints.filtered_domain(complaints._get_refresh_domain())
        due._refresh_clocks()
        # What is done keeps its time limits as they were, whatever calendars and policies become.
        opened = complaints.filtered(lambda complaint: complaint.phase in ("open", "waiting"))
        stored, nearest = self._read(opened), opened.mapped("next_deadline")
        complaints.clock_ids.unlink()
        complaints._refresh_clocks()
        self.assertEqual(stored, self._read(opened), f"step {step}: from nothing")
        self.assertEqual(nearest, opened.mapped("next_deadline"), f"step {step}")
        painted = {team: wall.paint() for team, wall in self.walls.items()}
        for complaint, story in stories.items():
            for line in complaint.clock_ids:
                state, deadline, breach, used = self._expect(complaint, story, line.target, now, painted)
                text = f"step {step}: {line.target} of {complaint.id} at {now}"
                self.assertEqual((line.state, line.used_seconds), (state, used * 60), text)
                self.assertEqual(bool(line.breach_datetime), breach is not None, text)
                if deadline is not None and line.state == "running":
                    self.assertEqual(line.deadline, ORIGIN + deadline * MINUTE, text)

    def test_random_changes_never_drift(self):
        """Stages, severity, team, receipt, answers, extensions, limits, holidays, make-up days, effects."""
        changes = {
            self._change_stage: 6,
            self._change_severity: 2,
            self._change_team: 2,
            self._change_receipt: 1,
            self._change_answer: 0.3,
            self._change_extension: 1,
            self._change_limit: 1,
            self._change_holiday: 1,
            self._change_makeup: 1,
            self._change_effect: 0.5,
        }
        now = ORIGIN + 3 * DAY
        stories = {}
        silent = patch.object(
            type(self.env["customer.complaint.extension"]), "_notify_customers", lambda self: None
        )
        for step in range(STEPS):
            now += self.rng.randrange(1, 240) * MINUTE
            with freeze_time(now), silent:
                if step % 40 == 0:
                    complaint = self._create_complaint(
                        severity=self.rng.choice(["minor", "major"]), team_id=self.rng.choice(self.teams).id
                    )
                    stories[complaint] = {"received": now, "stages": [], "answered": None, "more": []}
                complaint, story = self.rng.choice(list(stories.items()))
                (change,) = self.rng.choices(list(changes), weights=list(changes.values()))
                change(complaint, story, now)
                if step % 8 == 7:
                    self._check(stories, now, step)
        self.assertGreater(len(stories), 5)
