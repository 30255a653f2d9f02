from datetime import datetime
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestDeadlines(ComplaintCommon):
    def test_first_deadline_is_not_computed_twice(self):
        """Whatever asks for it again, the policy and deadline of a stored complaint stay as they are."""
        complaint = self._create_complaint()
        self.env.flush_all()
        before = complaint.read(["policy_id", "next_deadline", "next_target"])
        self.assertTrue(complaint.policy_id and complaint.next_deadline)
        for name in ("policy_id", "next_deadline", "next_target", "next_escalation_datetime"):
            self.env.add_to_compute(complaint._fields[name], complaint)
        self.env.flush_all()
        complaint.invalidate_recordset()
        self.assertEqual(complaint.read(["policy_id", "next_deadline", "next_target"]), before)

    def test_default_policy(self):
        """24 working hours to the first response, 10 working days to the resolution."""
        with self._at(2, 12):
            complaint = self._create_complaint()
        self.assertRecordValues(
            complaint.clock_ids.sorted("target"),
            [
                {"target": "resolution", "deadline": datetime(2026, 3, 16, 17), "state": "running"},
                {"target": "response", "deadline": datetime(2026, 3, 5, 12), "state": "running"},
            ],
        )
        self.assertEqual(complaint.policy_id, self.policy)
        self.assertEqual(complaint.next_deadline, datetime(2026, 3, 5, 12))

    def test_batch_gets_each_its_own(self):
        """In one batch each complaint counts from its own receipt by its own policy."""
        self._create_policy(response=(4, "working_hours"), severity="major", name="Major")
        with self._at(6, 16):
            complaints = self.env["customer.complaint"].create(
                [
                    self._prepare_complaint(severity="major"),
                    self._prepare_complaint(severity="major", received_datetime=datetime(2026, 3, 6, 9)),
                    self._prepare_complaint(),
                ]
            )
        self.assertEqual(
            complaints.mapped("next_deadline"),
            [datetime(2026, 3, 9, 12), datetime(2026, 3, 6, 13), datetime(2026, 3, 11, 16)],
        )
        self.assertEqual([len(complaint.clock_ids) for complaint in complaints], [1, 1, 2])

    def test_waiting_pauses_resolution_not_response(self):
        """Waiting for the customer holds the resolution, not the answer that is owed to him."""
        with self._at(2):
            complaint = self._create_complaint()
        with self._at(3):
            self._move(complaint, self.stage_waiting)
            self.assertEqual(self._clock(complaint).state, "paused")
            self.assertFalse(self._clock(complaint).deadline)
            self.assertEqual(self._clock(complaint, "response").deadline, datetime(2026, 3, 4, 17))
            self.assertEqual(complaint.next_deadline, datetime(2026, 3, 4, 17))
        with self._at(10):
            self._move(complaint, self.stage_investigating)
        # One of 11 days (80 hours from Monday 9:00 were 8 hours for Monday) was used; five were paused.
        self.assertEqual(self._clock(complaint).state, "running")
        self.assertEqual(self._clock(complaint).deadline, datetime(2026, 3, 23, 17))

    def test_response_stops_only_its_clock(self):
        """An answer meets the response; the resolution goes on and becomes the next deadline."""
        with self._at(2):
            complaint = self._create_complaint(user_id=self.handler.id)
        with self._at(3):
            complaint.with_user(self.handler).action_mark_responded()
        self.assertEqual(complaint.responded_datetime, datetime(2026, 3, 3, 9))
        self.assertEqual(self._clock(complaint, "response").state, "met")
        self.assertEqual(complaint.next_deadline, self._clock(complaint).deadline)
        with self._at(4):
            complaint.with_user(self.handler).action_mark_responded()
        self.assertEqual(complaint.responded_datetime, datetime(2026, 3, 3, 9))

    def test_resolution_meets_or_misses(self):
        """Resolved in time is met, later is missed, and nothing remains due."""
        with self._at(2):
            in_time, late = self._create_complaint(), self._create_complaint()
        with self._at(16, 17):
            self._move(in_time, self.stage_resolved)
        with self._at(17, 9, 1):
            self._move(late, self.stage_resolved)
        self.assertEqual(self._clock(in_time).state, "met")
        self.assertEqual(self._clock(late).state, "missed")
        self.assertEqual(self._clock(late).breach_datetime, datetime(2026, 3, 16, 17))
        self.assertFalse(in_time.next_deadline or late.next_deadline)

    def test_reopening_goes_on_with_what_was_left(self):
        """Reopening neither starts anew nor counts the time in between."""
        with self._at(2):
            complaint = self._create_complaint()
        with self._at(6):
            self._move(complaint, self.stage_resolved)
        with self._at(23):
            complaint.action_reopen("Leaks again")
        self.assertEqual(self._clock(complaint).used_seconds, 4 * 8 * 3600)
        self.assertEqual(self._clock(complaint).deadline, datetime(2026, 3, 31, 17))

    def test_severity_category_and_team_recompute(self):
        """Another policy takes over as soon as what it asks for holds, and back, without drift."""
        category = self.env["customer.complaint.category"].create({"name": "Safety"})
        child = self.env["customer.complaint.category"].create({"name": "Fire", "parent_id": category.id})
        other = self._create_team(calendar_id=self.calendar.id)
        major = self._create_policy(response=(2, "working_hours"), severity="major")
        safety = self._create_policy(response=(3, "working_hours"), category_ids=[Command.link(category.id)])
        team = self._create_policy(response=(5, "working_hours"), team_ids=[Command.link(other.id)])
        with self._at(2):
            complaint = self._create_complaint()
        for vals, back, policy, hour in (
            ({"severity": "major"}, {"severity": "general"}, major, 11),
            ({"category_id": child.id}, {"category_id": False}, safety, 12),
            ({"team_id": other.id}, {"team_id": self.team.id}, team, 14),
        ):
            with self.subTest(vals=vals):
                with self._at(2, 10):
                    complaint.write(vals)
                self.assertEqual(complaint.policy_id, policy)
                self.assertEqual(complaint.next_deadline, datetime(2026, 3, 2, hour))
                self.assertEqual(complaint.clock_ids.mapped("target"), ["response"])
                with self._at(2, 10, 30):
                    complaint.write(back)
                self.assertEqual(complaint.policy_id, self.policy)
                self.assertEqual(complaint.next_deadline, datetime(2026, 3, 4, 17))
                self.assertEqual(len(complaint.clock_ids), 2)

    def test_policy_change_recomputes_open_complaints(self):
        """A changed, archived or deleted limit reaches open complaints at once, done ones keep theirs."""
        policy = self._create_policy(response=(8, "working_hours"))
        with self._at(2):
            complaint, done = self._create_complaint(), self._create_complaint()
            self._move(done, self.stage_closed)
            policy.line_ids.limit = 4
            self.assertEqual(complaint.next_deadline, datetime(2026, 3, 2, 13))
            self.assertEqual(self._clock(done, "response").limit, 8)
            policy.line_ids = [Command.create({"target": "solution", "limit": 1, "unit": "working_days"})]
            self.assertEqual(set(complaint.clock_ids.mapped("target")), {"response", "solution"})
            policy.active = False
            self.assertEqual(complaint.policy_id, self.policy)
            policy.unlink()
            self.assertEqual(complaint.next_deadline, datetime(2026, 3, 4, 17))

    def test_calendar_change_recomputes(self):
        """Other hours, another calendar and public holidays move deadlines; a person's leave does not."""
        with self._at(2):
            complaint = self._create_complaint()
            self.calendar.attendance_ids.filtered(lambda line: line.dayofweek == "1").unlink()
            self.assertEqual(complaint.next_deadline, datetime(2026, 3, 5, 17))
            leave = self.env["resource.calendar.leaves"].create(
                {
                    "name": "Holiday",
                    "calendar_id": self.calendar.id,
                    "date_from": datetime(2026, 3, 4),
                    "date_to": datetime(2026, 3, 5),
                }
            )
            self.assertEqual(complaint.next_deadline, datetime(2026, 3, 6, 17))
            leave.date_to = datetime(2026, 3, 6)
            self.assertEqual(complaint.next_deadline, datetime(2026, 3, 9, 17))
            leave.unlink()
            self.assertEqual(complaint.next_deadline, datetime(2026, 3, 5, 17))
            resource = self.env["resource.resource"].create({"name": "Ada", "calendar_id": self.calendar.id})
            self.env["resource.calendar.leaves"].create(
                {
                    "name": "Ada",
                    "resource_id": resource.id,
                    "calendar_id": self.calendar.id,
                    "date_from": datetime(2026, 3, 4),
                    "date_to": datetime(2026, 3, 5),
                }
            )
            self.assertEqual(complaint.next_deadline, datetime(2026, 3, 5, 17))
            self.team.calendar_id = self._create_calendar()
            self.assertEqual(complaint.next_deadline, datetime(2026, 3, 4, 17))

    def test_makeup_day_recomputes(self):
        """A make-up working day, moved or taken away again, moves deadlines; one of other hours does not."""
        with self._at(6):
            complaint = self._create_complaint()
            before = complaint.next_deadline
            vals = {"name": "Spring Festival", "date": "2026-03-07", "company_id": self.env.company.id}
            day = self.env["customer.makeup.day"].create({**vals, "calendar_id": self._create_calendar().id})
            self.assertEqual(complaint.next_deadline, before)
            day.calendar_id = self.calendar
            self.assertEqual(complaint.next_deadline, datetime(2026, 3, 9, 17))
            day.date = "2026-05-09"
            self.assertEqual(complaint.next_deadline, before)
            day.write({"date": "2026-03-07", "calendar_id": False})
            self.assertEqual(complaint.next_deadline, datetime(2026, 3, 9, 17))
            day.unlink()
            self.assertEqual(complaint.next_deadline, before)

    def test_company_calendar_counts_without_the_teams(self):
        """Without working time of the team that of the company counts, when it changes too."""
        with self._at(2):
            complaint = self._create_complaint(team_id=self._create_team().id)
            self.env.company.care_calendar_id = self.calendar
            self.assertEqual(complaint.next_deadline, datetime(2026, 3, 4, 17))

    def test_missing_calendar_means_round_the_clock(self):
        """Neither team nor company has a calendar: time counts round the clock, nothing crashes."""
        self.env.company.write({"care_calendar_id": False, "resource_calendar_id": False})
        with self._at(7):
            complaint = self._create_complaint(team_id=self._create_team().id)
            self.assertEqual(complaint.next_deadline, datetime(2026, 3, 8, 9))
        with self._at(7):
            self.assertFalse(self._create_complaint(team_id=False).team_id)

    def test_empty_calendar_and_holiday_of_years(self):
        """A calendar without hours, or closed for years, gives a deadline all the same."""
        empty = self._create_calendar(attendance_ids=[Command.clear()])
        closed = self._create_calendar()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "calendar_id": closed.id,
                "date_from": datetime(2026, 1, 1),
                "date_to": datetime(2036, 1, 1),
            }
        )
        year = self._create_calendar()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Rebuilding",
                "calendar_id": year.id,
                "date_from": datetime(2026, 1, 1),
                "date_to": datetime(2027, 1, 4),
            }
        )
        with self._at(2):
            for calendar, expected in (
                (empty, datetime(2026, 3, 3, 9)),
                (closed, datetime(2026, 3, 3, 9)),
                (year, datetime(2027, 1, 6, 17)),
            ):
                complaint = self._create_complaint(team_id=self._create_team(calendar_id=calendar.id).id)
                self.assertEqual(complaint.next_deadline, expected, calendar.name)

    def test_no_policy_no_clock(self):
        """Without a policy there is no time limit, and the form says so."""
        self.policy.active = False
        complaint = self._create_complaint()
        self.assertFalse(
            complaint.clock_ids or complaint.next_deadline or complaint.policy_id or complaint.is_late
        )
        self.assertIn("No time limit", complaint.clock_explanation)

    def test_limit_of_nothing_is_refused(self):
        """A limit of nothing, less, half a day or without end is refused, with a message for each."""
        for limit, unit, error in (
            (0, "working_hours", IntegrityError),
            (-1, "working_days", IntegrityError),
            (1.5, "working_days", ValidationError),
            (1e9, "working_hours", ValidationError),
        ):
            with self.subTest(limit=limit, unit=unit), self.assertRaises(error), mute_logger("odoo.sql_db"):
                self._create_policy(response=(limit, unit))

    def test_solution_target_stops_on_proposal(self):
        """Proposing a solution meets its limit for good, also when it is declined later."""
        policy = self._create_policy()
        policy.line_ids = [Command.create({"target": "solution", "limit": 8, "unit": "working_hours"})]
        with self._at(2):
            complaint = self._create_complaint()
        with self._at(2, 15):
            self._move(complaint, self.stage_proposed)
        with self._at(9):
            self._move(complaint, self.stage_investigating)
        self.assertEqual(self._clock(complaint, "solution").state, "met")

    def test_corrected_receipt_moves_all_deadlines(self):
        """A manager's correction of the receipt counts from there."""
        with self._at(4):
            complaint = self._create_complaint()
            complaint.with_user(self.manager).received_datetime = datetime(2026, 3, 2, 9)
        self.assertEqual(complaint.next_deadline, datetime(2026, 3, 4, 17))

    def test_is_late_reads_and_searches_the_same(self):
        """What is shown as late is what the filter finds; paused and done ones are not late."""
        with self._at(2):
            late, paused, done, fresh = (self._create_complaint() for _index in range(4))
            (paused + fresh).write({"responded_datetime": datetime(2026, 3, 2, 9)})
            self._move(paused, self.stage_waiting)
            self._move(done, self.stage_resolved)
        complaints = late + paused + done + fresh
        with self._at(5):
            self.env.invalidate_all()
            self.assertEqual(complaints.mapped("is_late"), [True, False, False, False])
            domain = [("id", "in", complaints.ids)]
            Complaint = self.env["customer.complaint"]
            self.assertEqual(Complaint.search([*domain, ("is_late", "=", True)]), late)
            self.assertEqual(Complaint.search([*domain, ("is_late", "=", False)]), complaints - late)
            marks = complaints._get_marks()
            self.assertEqual(marks[late.id]["time"][0], "late")
            self.assertIn("late", marks[late.id]["time"][2])
            self.assertIn("left", marks[fresh.id]["time"][2])
            self.assertNotIn("time", marks[done.id])
            team = self.team
            self.assertEqual((team.open_count, team.late_count, team.unassigned_count), (3, 1, 3))

    def test_cron_stores_what_is_exceeded(self):
        """The job stores each exceeded limit once and leaves the others alone."""
        with self._at(2):
            late, fine = self._create_complaint(), self._create_complaint()
            fine.write({"responded_datetime": datetime(2026, 3, 2, 9)})
        with self._at(5), patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kw: 60):
            self.env["customer.complaint"]._cron_refresh_clocks(batch=1)
            self.assertFalse(
                self.env["customer.complaint"].search(self.env["customer.complaint"]._get_refresh_domain())
            )
        self.assertEqual(self._clock(late, "response").state, "breached")
        self.assertEqual(self._clock(late, "response").breach_datetime, datetime(2026, 3, 4, 17))
        self.assertEqual(self._clock(fine).state, "running")
        self.assertEqual(late.next_deadline, datetime(2026, 3, 4, 17))

    def test_many_complaints_are_left_to_the_job(self):
        """A change that concerns many is marked at once and computed by the job."""
        policy = self._create_policy(response=(8, "working_hours"))
        module = "odoo.addons.customer_complaint.models.customer_complaint_deadline.REFRESH_AT_ONCE"
        with self._at(2):
            complaints = self._create_complaint() + self._create_complaint()
            with patch(module, 1):
                policy.line_ids.limit = 4
            self.assertEqual(complaints.mapped("is_clock_stale"), [True, True])
            with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kw: 60):
                self.env["customer.complaint"]._cron_refresh_clocks()
        self.assertEqual(set(complaints.mapped("next_deadline")), {datetime(2026, 3, 2, 13)})
        self.assertFalse(any(complaints.mapped("is_clock_stale")))

    def test_explanation_names_what_counted(self):
        """The form tells what counted, was paused or lay outside working time, in the reader's zone."""
        with self._at(2):
            complaint = self._create_complaint(user_id=self.handler.id)
        with self._at(3):
            self._move(complaint, self.stage_waiting)
        with self._at(4, 12):
            self.env.invalidate_all()
            text = complaint.with_user(self.handler).clock_explanation
            shanghai = complaint.with_context(tz="Asia/Shanghai").clock_explanation
        for word in ("counted", "outside working time", "Paused", "First Response", "Resolution"):
            self.assertIn(word, text)
        self.assertNotEqual(text, shanghai)

    def test_refresh_button_needs_the_right_to_write(self):
        """Computing anew is for those who may write."""
        complaint = self._create_complaint(user_id=self.handler.id)
        complaint.with_user(self.handler).action_refresh_clocks()
        for user in (self.auditor, self.other_handler):
            with self.assertRaises(AccessError):
                complaint.with_user(user).action_refresh_clocks()
        with self.assertRaises(AccessError):
            self.policy.with_user(self.handler).action_refresh_clocks()
        self.policy.with_user(self.manager).action_refresh_clocks()

    def test_clock_rows_are_read_only(self):
        """Nobody writes a computed deadline."""
        line = self._create_complaint().clock_ids[:1]
        for user in (self.manager, self.handler, self.director):
            with self.assertRaises(UserError):
                line.with_user(user).write({"deadline": False})

    def _post(self, complaint, user, **vals):
        self._subscribe(complaint)
        return complaint.with_user(user).message_post(
            body="x", **{"message_type": "comment", "subtype_xmlid": "mail.mt_comment", **vals}
        )

    def _subscribe(self, complaint):
        complaint.message_subscribe(partner_ids=self.customer.ids)

    def test_first_staff_message_is_the_response(self):
        """Only a message of the staff that reaches the customer is the first response."""
        complaint = self._create_complaint(user_id=self.handler.id)
        self._post(complaint, self.handler, subtype_xmlid="mail.mt_note")
        self._post(complaint, self.handler, message_type="notification")
        self._post(complaint, self.handler, message_type="auto_comment")
        complaint.sudo().message_post(
            body="x", message_type="email", subtype_xmlid="mail.mt_comment", author_id=self.customer.id
        )
        self.assertFalse(complaint.responded_datetime)
        self._post(complaint, self.handler)
        self.assertTrue(complaint.responded_datetime)
        self.assertEqual(self._clock(complaint, "response").state, "met")

    def test_message_among_colleagues_is_no_response(self):
        """A message the customer does not get is no response; to his address it is."""
        complaint = self._create_complaint(user_id=self.handler.id)
        complaint.with_user(self.handler).message_post(
            body="x",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.supervisor.partner_id.ids,
        )
        self.assertFalse(complaint.responded_datetime)
        complaint.with_user(self.handler).message_post(
            body="x", message_type="comment", subtype_xmlid="mail.mt_comment", partner_ids=self.customer.ids
        )
        self.assertTrue(complaint.responded_datetime)
