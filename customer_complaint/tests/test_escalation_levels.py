import doctest
from datetime import datetime, timedelta
from random import Random
from unittest.mock import patch

from odoo import Command, fields
from odoo.addons.customer_care.tools.worktime import WorkTime
from odoo.tests import tagged

from ..tools import clock, escalation
from .common_escalation import EscalationCommon


@tagged("post_install", "-at_install")
class TestEscalationLevels(EscalationCommon):
    """When levels fire, in which order, how often."""

    def test_doctests(self):
        """The examples of the arithmetic hold."""
        self.assertEqual(doctest.testmod(escalation).failed, 0)

    def test_reach_equals_a_counter(self):
        """Whatever happens to a complaint, a threshold is reached when a counter of minutes reaches it."""
        draw = Random(20260302)
        start, minute = datetime(2026, 3, 2, 8), timedelta(minutes=1)
        for number in range(150):
            days = [day for day in range(2, 12) if draw.random() < 0.7]
            spans = [(9, 12), (13, draw.randint(14, 23))]
            work = WorkTime(
                (datetime(2026, 3, day, begin), datetime(2026, 3, day, end))
                for day in days
                for begin, end in spans
            )
            moments = sorted(
                {start + minute * draw.randrange(7 * 1440) for _index in range(draw.randrange(7))}
            )
            history = [(moment, draw.choice((clock.RUN, clock.PAUSE, clock.STOP))) for moment in moments]
            now = start + minute * draw.randrange(8 * 1440)
            amounts = [60 * draw.randrange(1, 3000) for _index in range(3)]
            with self.subTest(number=number):
                self.assertEqual(
                    escalation.reach(start, history, amounts, work, now),
                    self._count_minutes(start, history, amounts, work, now),
                )

    def _count_minutes(self, start, history, amounts, work, now):
        """Walk minute by minute; what lies ahead is reached as if nothing else happened."""
        known = [(moment, effect) for moment, effect in history if moment <= now]
        if known and known[-1][1] != clock.RUN:
            return None
        working = {
            begin + timedelta(minutes=number)
            for begin, end in work.intervals
            for number in range(int((end - begin).total_seconds() // 60))
        }
        effects, effect, used, found = dict(known), clock.RUN, 0, {}
        for number in range(14 * 1440):
            moment = start + timedelta(minutes=number)
            effect = effects.get(moment, effect)
            if effect == clock.RUN and moment in working:
                used += 60
                for amount in amounts:
                    if used >= amount:
                        found.setdefault(amount, moment + timedelta(minutes=1))
        return [found.get(amount) for amount in amounts]

    def test_moments(self):
        """Each level fires at its moment, once, and the complaint shows the highest."""
        complaint = self._receive(2, 9)
        self.assertEqual(complaint.next_escalation_datetime, datetime(2026, 3, 2, 17))
        with self._at(2, 16, 59):
            self._run_job()
        self.assertFalse(complaint.escalation_ids)
        with self._at(2, 17, 5):
            self._run_job()
            self._run_job()
        self.assertRecordValues(
            complaint.escalation_ids,
            [
                {
                    "level": 1,
                    "target": "resolution",
                    "cause": "time",
                    "state": "open",
                    "round": 0,
                    "due_datetime": datetime(2026, 3, 2, 17),
                    "fired_datetime": datetime(2026, 3, 2, 17, 5),
                    "deadline": datetime(2026, 3, 3, 11),
                    "user_ids": self.handler.ids,
                }
            ],
        )
        self.assertRecordValues(
            complaint,
            [
                {
                    "escalation_level": 1,
                    "escalation_state": "open",
                    "next_escalation_datetime": datetime(2026, 3, 3, 11),
                }
            ],
        )
        with self._at(3, 11, 4):
            self._run_job()
        self.assertEqual(sorted(complaint.escalation_ids.mapped("level")), [1, 2])
        self.assertEqual(complaint.next_escalation_datetime, datetime(2026, 3, 3, 16))

    def test_no_storm_after_standstill(self):
        """After days without the job the highest level tells people, the lower ones are noted."""
        complaint = self._receive(2, 9)
        with self._at(6, 12):
            self._run_job()
        by_level = {log.level: log for log in complaint.escalation_ids}
        self.assertEqual(
            {number: log.state for number, log in by_level.items()}, {1: "passed", 2: "passed", 3: "open"}
        )
        self.assertFalse(by_level[1].user_ids | by_level[2].user_ids)
        self.assertEqual(len(self._activities(complaint)), len(by_level[3].user_ids))
        self.assertFalse(complaint.next_escalation_datetime)
        # What was passed over does not raise the priority either.
        self.assertEqual(complaint.priority_raise, 0)

    def test_before_and_after(self):
        """Thresholds before and after the deadline count in the working time of the limit."""
        self._set_levels(
            {"amount": 2, "trigger": "before", "unit": "hours"},
            {"amount": 30, "trigger": "after", "unit": "minutes"},
            {"amount": 7, "trigger": "after", "unit": "hours"},
        )
        complaint = self._receive(2, 9)
        moments = self._get_planned(complaint)
        self.assertEqual(
            moments, [datetime(2026, 3, 2, 17), datetime(2026, 3, 3, 11, 30), datetime(2026, 3, 4, 10)]
        )

    def test_threshold_longer_than_limit(self):
        """A level longer before the deadline than the whole limit is reached at receipt."""
        self._set_levels({"amount": 99, "trigger": "before", "unit": "hours"})
        self.assertEqual(self._get_planned(self._receive(2, 10)), [datetime(2026, 3, 2, 10)])

    def test_pause_and_resume(self):
        """While the customer is waited for nothing fires; afterwards the levels come later."""
        complaint = self._receive(2, 9)
        with self._at(2, 11):
            self._move(complaint, self.stage_waiting)
        self.assertFalse(complaint.next_escalation_datetime)
        with self._at(4, 12):
            self._run_job()
            self.assertFalse(complaint.escalation_ids)
            self._move(complaint, self.stage_investigating)
        self.assertEqual(complaint.next_escalation_datetime, datetime(2026, 3, 5, 10))

    def test_pause_before_the_job(self):
        """A complaint that is paused between its moment and the job is left alone until it goes on."""
        complaint = self._receive(2, 9)
        complaint.sudo().next_escalation_datetime = datetime(2026, 3, 2, 17)
        with self._at(2, 11), patch.object(type(complaint), "_refresh_clocks", lambda self: None):
            self._move(complaint, self.stage_waiting)
        with self._at(2, 18):
            self._run_job()
        self.assertFalse(complaint.escalation_ids)
        self.assertFalse(complaint.next_escalation_datetime)

    def test_resolved(self):
        """Resolving ends what is to come and takes back what is still asked of people."""
        complaint = self._receive(2, 9)
        with self._at(2, 17, 5):
            self._run_job()
            self.assertTrue(self._activities(complaint))
            self._move(complaint, self.stage_resolved)
        self.assertFalse(complaint.next_escalation_datetime)
        self.assertFalse(self._activities(complaint))
        self.assertEqual(complaint.escalation_ids.state, "settled")
        self.assertEqual(complaint.escalation_state, "over")
        with self._at(9, 12):
            self._run_job()
        self.assertEqual(len(complaint.escalation_ids), 1)

    def test_inquiry_is_escalated_by_its_own_name(self):
        """What is no complaint is no complaint in the timeline either."""
        inquiry = self._receive(2, 9, kind="inquiry", partner_id=self.customer.id)
        with self._at(3, 11, 1):
            self._run_job()
        self.assertEqual(inquiry.escalation_level, 2)
        events = self.env["customer.care.event"].search(
            [("res_model", "=", "customer.complaint"), ("res_id", "=", inquiry.id)]
        )
        self.assertIn("feedback_escalated", events.mapped("kind"))

    def test_reopened(self):
        """A reopened complaint begins a new round: the level it has reached is told again, once."""
        complaint = self._receive(2, 9)
        with self._at(3, 11, 1):
            self._run_job()
        with self._at(3, 12):
            self._move(complaint, self.stage_resolved)
        with self._at(5, 9):
            complaint.with_user(self.manager).action_reopen("not done")
            self._run_job()
            self._run_job()
        logs = complaint.escalation_ids.filtered(lambda log: log.round == 1)
        self.assertEqual({log.level: log.state for log in logs}, {1: "passed", 2: "open"})
        self.assertEqual(complaint.escalation_level, 2)

    def test_extended(self):
        """After an approved extension levels fire again, but only when they are reached from now on."""
        complaint = self._receive(2, 9)
        with self._at(3, 11, 1):
            self._run_job()
            self.assertEqual(complaint.escalation_level, 2)
            complaint._restart_escalations()
            self.assertRecordValues(
                complaint, [{"escalation_level": 0, "escalation_state": False, "escalation_round": 1}]
            )
            self.policy_t.line_ids.limit = 20
        # 80 % of 20 h.
        self.assertEqual(complaint.next_escalation_datetime, datetime(2026, 3, 3, 17))
        # The levels of the round before do not count.
        for day, hour in ((3, 17), (4, 13)):
            with self._at(day, hour, 1):
                self._run_job()
        self.assertEqual(
            sorted(complaint.escalation_ids.mapped(lambda log: (log.round, log.level, log.state))),
            [(0, 1, "passed"), (0, 2, "settled"), (1, 1, "open"), (1, 2, "open")],
        )

    def test_extended_past_threshold(self):
        """What had been reached when the limit was extended is not told again."""
        complaint = self._receive(2, 9)
        with self._at(3, 11, 1):
            self._run_job()
            complaint._restart_escalations()
            self.policy_t.line_ids.limit = 11
            self._run_job()
        self.assertEqual(complaint.escalation_level, 0)
        self.assertEqual(complaint.next_escalation_datetime, datetime(2026, 3, 3, 12))

    def test_moved_deadline(self):
        """A deadline that moves otherwise moves what has not been told, and repeats nothing."""
        complaint = self._receive(2, 9)
        with self._at(2, 17, 1):
            self._run_job()
            self.policy_t.line_ids.limit = 20
            self.assertEqual(complaint.next_escalation_datetime, datetime(2026, 3, 4, 13))
        with self._at(3, 17, 30):
            self._run_job()
        self.assertEqual(complaint.escalation_ids.mapped("level"), [1])

    def test_night(self):
        """What is reached at night is told when work begins, unless by day and night."""
        self.policy_t.line_ids.write({"limit": 2, "unit": "calendar_days"})
        self._set_levels({"amount": 100}, {"amount": 110, "is_round_the_clock": True})
        complaint = self._receive(2, 9)
        planned = self._get_planned(complaint)
        self.assertEqual(planned[0], datetime(2026, 3, 5, 9))
        self.assertEqual(planned[1].day, 5)
        self.assertLess(planned[1].hour, 9)

    def test_end_of_day(self):
        """The last moment of the working day is told on that day."""
        self.policy_t.line_ids.write({"limit": 1, "unit": "working_days"})
        self._set_levels({"amount": 100})
        complaint = self._receive(2, 9)
        self.assertEqual(complaint.next_escalation_datetime, datetime(2026, 3, 3, 17))
        with self._at(3, 17, 5):
            self._run_job()
        self.assertEqual(complaint.escalation_level, 1)

    def test_holiday_and_makeup_day(self):
        """Public holidays move the levels, make-up working days bring them back."""
        complaint = self._receive(2, 9)
        with self._at(2, 10):
            self.env["resource.calendar.leaves"].create(
                {
                    "name": "Holiday",
                    "calendar_id": self.calendar.id,
                    "date_from": "2026-03-02 12:00:00",
                    "date_to": "2026-03-06 23:00:00",
                }
            )
            self.assertEqual(complaint.next_escalation_datetime, datetime(2026, 3, 9, 14))
            self.env["customer.makeup.day"].create(
                {"name": "Instead", "date": "2026-03-07", "weekday": "0", "calendar_id": self.calendar.id}
            )
            self.assertEqual(complaint.next_escalation_datetime, datetime(2026, 3, 7, 14))

    def test_zone(self):
        """The team's calendar decides what is working time, in its own zone."""
        self.calendar.tz = "Asia/Shanghai"
        complaint = self._receive(2, 1)
        self.assertEqual(complaint.next_escalation_datetime, datetime(2026, 3, 2, 9))

    def test_beyond_known_working_time(self):
        """A moment beyond the known working time is looked for again, not forgotten."""
        self._set_levels({"amount": 10000, "trigger": "percent"})
        complaint = self._receive(2, 9)
        self.assertTrue(complaint.next_escalation_datetime)
        with self._at(30, 12):
            self._run_job()
            self.assertGreater(complaint.next_escalation_datetime, datetime(2026, 3, 30, 12))
        self.assertFalse(complaint.escalation_ids)

    def test_first_rule_fits(self):
        """The first rule that fits a time limit holds; conditions are those of the complaint."""
        grade = self.env["customer.grade"].search([], limit=1)
        rule = self.env["customer.complaint.escalation"].create(
            {
                "name": "Special",
                "sequence": 0,
                "severity": "major",
                "kind": "grievance",
                "team_ids": [Command.link(self.team.id)],
                "grade_ids": [Command.link(grade.id)],
                "for_resolution": True,
                "level_ids": [Command.create({"amount": 50})],
            }
        )
        match = self.env["customer.complaint.escalation"]._match
        complaint = self._receive(2, 9, severity="major", kind="grievance")
        self.customer.sudo().care_grade_id = grade
        self.assertEqual([level.id for level in match(complaint, "resolution")], rule.level_ids.ids)
        self.assertNotEqual([level.id for level in match(complaint, "response")], rule.level_ids.ids)
        for name, value in (("severity", "minor"), ("kind", "complaint"), ("team_id", False)):
            before = complaint[name]
            complaint[name] = value
            self.assertNotEqual(
                [level.id for level in match(complaint, "resolution")], rule.level_ids.ids, name
            )
            complaint[name] = before
        self.customer.sudo().care_grade_id = False
        self.assertNotEqual([level.id for level in match(complaint, "resolution")], rule.level_ids.ids)

    def test_changed_kind(self):
        """A change of what only rules ask for is noticed at once."""
        self.rule.kind = "grievance"
        self._backdate()
        complaint = self._receive(2, 9)
        self.assertFalse(complaint.next_escalation_datetime)
        with self._at(2, 10):
            complaint.kind = "grievance"
        self.assertTrue(complaint.next_escalation_datetime)

    def test_category_tree(self):
        """A rule for a category is for those below it, too."""
        parent = self.env["customer.complaint.category"].create({"name": "P"})
        child = self.env["customer.complaint.category"].create({"name": "C", "parent_id": parent.id})
        self.rule.category_ids = parent
        self._backdate()
        self.assertTrue(self._receive(2, 9, category_id=child.id).next_escalation_datetime)
        self.assertFalse(self._receive(2, 9).next_escalation_datetime)

    def test_two_companies(self):
        """A rule of another company does not hold."""
        self.rule.company_id = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(self._receive(2, 9).next_escalation_datetime)
        self.rule.company_id = self.env.company
        self._backdate()
        self.assertTrue(self._receive(2, 9).next_escalation_datetime)

    def test_new_rule_tells_nobody_at_once(self):
        """What open complaints had reached before a rule was made or activated is left alone."""
        self.rule.active = False
        complaint = self._receive(2, 9)
        self.assertFalse(complaint.next_escalation_datetime)
        with self._at(2, 17, 30):
            self.rule.active = True
            self._run_job()
        self.assertFalse(complaint.escalation_ids)
        self.assertEqual(complaint.next_escalation_datetime, datetime(2026, 3, 3, 11))

    def test_changed_level(self):
        """A lower threshold tells nobody at once; a higher one moves what is to come."""
        complaint = self._receive(2, 9)
        with self._at(2, 15):
            self.rule.level_ids[0].amount = 50
            self._run_job()
            self.assertFalse(complaint.escalation_ids)
            self.assertEqual(complaint.next_escalation_datetime, datetime(2026, 3, 3, 11))
            self.rule.level_ids[0].amount = 90
            self.assertEqual(complaint.next_escalation_datetime, datetime(2026, 3, 3, 10))

    def test_deleted_level(self):
        """What was logged stays when its level is deleted."""
        complaint = self._receive(2, 9)
        with self._at(2, 17, 1):
            self._run_job()
            self.rule.unlink()
        self.assertEqual(complaint.escalation_ids.level, 1)
        self.assertFalse(complaint.escalation_ids.level_id)
        self.assertFalse(complaint.next_escalation_datetime)

    def test_archived_complaint(self):
        """Archived complaints are left alone."""
        complaint = self._receive(2, 9)
        complaint.active = False
        with self._at(6, 12):
            self._run_job()
        self.assertFalse(complaint.escalation_ids)

    def test_silence(self):
        """Without acknowledgement in time the next level follows, earlier than its threshold."""
        self._set_levels({"amount": 50, "ack_hours": 2}, {"amount": 200}, {"amount": 400})
        complaint = self._receive(2, 9)
        with self._at(2, 14):
            self._run_job()
        self.assertEqual(complaint.escalation_ids.ack_deadline, datetime(2026, 3, 2, 16))
        self.assertEqual(complaint.next_escalation_datetime, datetime(2026, 3, 2, 16))
        with self._at(2, 16, 1):
            self._run_job()
        self.assertRecordValues(
            complaint.escalation_ids.sorted("level"),
            [{"level": 1, "cause": "time"}, {"level": 2, "cause": "silence"}],
        )
        # The second level asks for no acknowledgement: the third waits for its threshold.
        self.assertGreater(complaint.next_escalation_datetime, datetime(2026, 3, 5))

    def test_silence_over_night(self):
        """The time to acknowledge is working time."""
        self._set_levels({"amount": 75, "ack_hours": 2}, {"amount": 400})
        complaint = self._receive(2, 9)
        with self._at(2, 16, 30):
            self._run_job()
        self.assertEqual(complaint.escalation_ids.ack_deadline, datetime(2026, 3, 3, 10, 30))

    def test_acknowledged_in_time(self):
        """After an acknowledgement the next level waits for its own threshold."""
        self._set_levels({"amount": 50, "ack_hours": 2}, {"amount": 100})
        complaint = self._receive(2, 9)
        with self._at(2, 14):
            self._run_job()
        with self._at(2, 15):
            complaint.with_user(self.handler).action_acknowledge_escalation()
        self.assertEqual(complaint.next_escalation_datetime, datetime(2026, 3, 3, 11))
        self.assertRecordValues(
            complaint.escalation_ids,
            [
                {
                    "state": "acknowledged",
                    "acknowledged_id": self.handler.id,
                    "acknowledged_datetime": datetime(2026, 3, 2, 15),
                }
            ],
        )
        self.assertEqual(complaint.escalation_state, "acknowledged")
        self.assertFalse(self._activities(complaint))

    def test_created_late(self):
        """A complaint registered long after its receipt is escalated at once, at its level."""
        complaint = self._receive(6, 9, received_datetime=datetime(2026, 3, 2, 9))
        with self._at(6, 9, 5):
            self._run_job()
        self.assertEqual(complaint.escalation_level, 3)

    def test_unique_key(self):
        """The database refuses a level a second time in one round."""
        complaint = self._receive(2, 9)
        with self._at(2, 17, 1):
            self._run_job()
        log = complaint.escalation_ids
        vals = {name: log[name] for name in ("level", "target", "round", "cause", "state")}
        vals |= {
            "complaint_id": complaint.id,
            "level_id": log.level_id.id,
            "fired_datetime": fields.Datetime.now(),
        }
        self.assertFalse(log._append([vals], {}))
        self.assertTrue(log._append([{**vals, "round": 1}], {}))
