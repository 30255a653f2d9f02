from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, ValidationError
from odoo.modules import get_module_path
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestKnownTraps(ComplaintCommon):
    """Defects seen in comparable programs, and borders at which clocks break; each as a test."""

    def test_public_may_not_write_stages(self):
        """Trap: the public group may write stages."""
        public = self.env.ref("base.public_user")
        for user in (public, self.portal, self.employee, self.handler):
            for model in (
                "customer.complaint.stage",
                "customer.complaint.policy",
                "customer.complaint.stage.effect",
            ):
                for operation in ("write", "create", "unlink"):
                    with self.subTest(user=user.login, model=model, operation=operation):
                        self.assertFalse(self.env[model].with_user(user).has_access(operation))

    def test_team_without_calendar(self):
        """Trap: a team with limits but no calendar makes registration crash."""
        self.env.company.write({"care_calendar_id": False, "resource_calendar_id": False})
        team = self._create_team()
        with self._at(2):
            complaint = self._create_complaint(team_id=team.id)
        self.assertEqual(complaint.next_deadline, datetime(2026, 3, 3, 9))

    def test_changed_category_brings_its_policy(self):
        """Trap: changing the category leaves the limits of the old one."""
        category = self.env["customer.complaint.category"].create({"name": "C"})
        policy = self._create_policy(response=(2, "working_hours"), category_ids=category.ids)
        with self._at(2):
            complaint = self._create_complaint()
            complaint.category_id = category
            self.assertEqual(
                (complaint.policy_id, complaint.next_deadline), (policy, datetime(2026, 3, 2, 11))
            )
            self.assertEqual(len(complaint.clock_ids), 1)

    def test_changed_calendar_moves_deadlines(self):
        """Trap: changing the calendar, its hours or its zone leaves the deadline."""
        with self._at(2):
            complaint = self._create_complaint()
            self.calendar.attendance_ids.hour_from = 13
            self.assertEqual(complaint.next_deadline, datetime(2026, 3, 9, 17))
            self.calendar.tz = "Asia/Shanghai"
            self.assertEqual(complaint.next_deadline, datetime(2026, 3, 10, 9))

    def test_reopening_clears_dates(self):
        """Trap: reopening keeps the closing date."""
        complaint = self._create_complaint()
        self._move(complaint, self.stage_resolved, self.stage_closed)
        self.assertTrue(complaint.resolved_datetime and complaint.closed_datetime)
        complaint.action_reopen("Again")
        self.assertFalse(complaint.resolved_datetime or complaint.closed_datetime)
        self.assertEqual(self._clock(complaint).state, "running")

    def test_job_handles_all_teams(self):
        """Trap: the job returns inside its loop, so that only the first team is handled; days it missed are lost."""
        with self._at(2):
            complaints = self.env["customer.complaint"].browse()
            for _team in range(3):
                team = self._create_team(calendar_id=self.calendar.id)
                complaints += self._create_complaint(team_id=team.id)
        # Nobody ran the job for a month.
        with (
            self._at(6, month=4),
            patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *a, **k: 60),
        ):
            self.env["customer.complaint"]._cron_refresh_clocks(batch=1)
        self.assertEqual(set(complaints.clock_ids.mapped("state")), {"breached"})

    def test_long_spans_are_whole(self):
        """Trap: 2 days and 5 minutes are stored as 5 minutes."""
        policy = self._create_policy(response=(100, "working_hours"))
        with self._at(2):
            complaint = self._create_complaint()
        with self._at(4, 9, 5):
            complaint._refresh_clocks()
        self.assertEqual(self._clock(complaint, "response").used_seconds, 16 * 3600 + 5 * 60)
        policy.unlink()

    def test_first_stage_is_found_whatever_its_sequence(self):
        """Trap: the first stage is the one with sequence 1; a copy takes dates and stage along."""
        for number, stage in enumerate(self.env["customer.complaint.stage"].search([]), start=50):
            stage.sequence = number
        complaint = self._create_complaint()
        self.assertEqual(complaint.stage_id, self.stage_received)
        self._move(complaint, self.stage_resolved, self.stage_closed)
        self.assertTrue(complaint.closed_datetime)
        again = complaint.copy()
        self.assertEqual((again.stage_id, again.closed_datetime), (self.stage_received, False))
        self.assertNotEqual(again.number, complaint.number)

    def test_copies_are_of_their_own_originals(self):
        """Trap: copying several takes all values from the whole selection or from its first."""
        both = self._create_complaint(name="First") + self._create_complaint(name="Second", severity="major")
        copies = both.copy()
        self.assertEqual(copies.mapped("severity"), both.mapped("severity"))
        for copy, original in zip(copies, both, strict=True):
            self.assertIn(original.name, copy.name)

    def test_stage_entered_again_mails_again_only_when_it_should(self):
        """Trap: a request is sent at each entry of a stage and never when created in it: callbacks have a key."""
        complaint = self._create_complaint()
        domain = [("partner_id", "=", self.customer.id)]
        for expected in (1, 1):
            self._move(complaint, self.stage_resolved)
            complaint._complaint_on_resolved()
            self.assertEqual(self.env["customer.callback"].search_count(domain), expected)
        born_resolved = self._create_complaint(stage_id=self.stage_resolved.id)
        self.assertTrue(born_resolved.resolved_datetime)

    def test_chinese_is_shipped(self):
        """Trap: none ships Chinese."""
        path = Path(get_module_path("customer_complaint"), "i18n", "zh_CN.po")
        self.assertIn('msgid "Resolution"\nmsgstr "', path.read_text(encoding="utf-8"))

    # Borders

    def test_calendar_without_hours_and_flexible(self):
        """No hours and flexible hours count round the clock; so does a team's calendar that is archived later."""
        for vals in ({"attendance_ids": [Command.clear()]}, {"flexible_hours": True}):
            calendar = self._create_calendar(**vals)
            with self.subTest(vals=vals), self._at(7):
                complaint = self._create_complaint(team_id=self._create_team(calendar_id=calendar.id).id)
                self.assertEqual(complaint.next_deadline, datetime(2026, 3, 8, 9))
                self.assertIn("round the clock", complaint.clock_explanation)
                calendar.active = False
                complaint._refresh_clocks()
                self.assertEqual(complaint.next_deadline, datetime(2026, 3, 8, 9))

    @mute_logger("odoo.sql_db")
    def test_limit_of_nothing(self):
        """A limit of 0 hours, of less, of half a day is refused, in the form and in the matrix."""
        for limit, unit, error in (
            (0, "working_hours", IntegrityError),
            (-4, "working_days", IntegrityError),
            (0.5, "calendar_days", ValidationError),
        ):
            with self.subTest(limit=limit), self.assertRaises(error), self.env.cr.savepoint():
                self._create_policy(response=(limit, unit))
        with self.assertRaises(ValidationError):
            self.policy.limit_response = "0 h"

    def test_horizon_beyond_the_calendar(self):
        """A limit of years, and holidays of years, end in a deadline, not in a crash."""
        self._create_policy(resolution=(2500, "working_days"))
        with self._at(2):
            complaint = self._create_complaint()
        # Beyond some years ahead time counts round the clock.
        self.assertGreater(self._clock(complaint).deadline, datetime(2028, 1, 1))
        self.assertTrue(complaint.clock_explanation)

    def test_deadline_at_the_very_moment(self):
        """Reached in the last second is reached; a second later is not."""
        self._create_policy(response=(1, "working_hours"))
        for seconds, state in ((0, "met"), (1, "missed")):
            with self._at(2):
                complaint = self._create_complaint()
            complaint.sudo().responded_datetime = datetime(2026, 3, 2, 10) + timedelta(seconds=seconds)
            with self._at(3):
                complaint._refresh_clocks()
            self.assertEqual(self._clock(complaint, "response").state, state)

    def test_used_stage_is_kept(self):
        """A stage in use is neither archived nor deleted, and counts on."""
        with self._at(2):
            complaint = self._create_complaint()
            self._move(complaint, self.stage_waiting)
            for call in (self.stage_waiting.unlink, lambda: self.stage_waiting.write({"active": False})):
                with self.assertRaises(RedirectWarning):
                    call()
            complaint._refresh_clocks()
        self.assertEqual(self._clock(complaint).state, "paused")

    def test_archived_category_and_merged_customer(self):
        """An archived category keeps its policy; a merged customer brings no other deadline."""
        category = self.env["customer.complaint.category"].create({"name": "C"})
        policy = self._create_policy(response=(2, "working_hours"), category_ids=category.ids)
        with self._at(2):
            complaint = self._create_complaint(category_id=category.id)
            category.active = False
            complaint._refresh_clocks()
        self.assertEqual(complaint.policy_id, policy)
        keeper = self.env["res.partner"].create({"name": "Lin Wei", "email": "lin.wei@customer.example"})
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        deadline = complaint.next_deadline
        copy = self.env["res.partner"].create({"name": "Lin Wei 2"})
        complaint.partner_id = copy
        wizard._merge((keeper + copy).ids, keeper)
        complaint.invalidate_recordset()
        self.assertEqual((complaint.partner_id, complaint.next_deadline), (keeper, deadline))


@tagged("post_install", "-at_install")
class TestKnownTrapsHttp(HttpCase, ComplaintCommon):
    def test_get_closes_nothing(self):
        """Trap: a portal user closes a ticket he may not read through a GET route by its id."""
        complaint = self._create_complaint()
        stranger = self._create_user("stranger_t", "base.group_portal")
        self.authenticate("stranger_t", "stranger_t")
        stage = complaint.stage_id
        for path in ("", "/close", "/reopen", "?close=1", f"?stage_id={self.stage_closed.id}"):
            self.url_open(f"/my/complaints/{complaint.id}{path}")
        complaint.invalidate_recordset()
        self.assertEqual(complaint.stage_id, stage)
        with self.assertRaises(AccessError):
            complaint.with_user(stranger).read(["name"])
