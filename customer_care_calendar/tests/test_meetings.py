from datetime import timedelta

from odoo import Command, fields
from odoo.addons.customer_care.tests.common import CareCommon
from odoo.exceptions import UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestMeetings(CareCommon):
    """Meetings with customers become contacts."""

    def _create_meeting(self, *partners, **vals):
        start = fields.Datetime.now().replace(microsecond=0) - timedelta(hours=3)
        people = self.specialist.partner_id.union(*partners)
        return (
            self.env["calendar.event"]
            .with_user(self.specialist)
            .create(
                {
                    "name": "Review",
                    "start": start,
                    "stop": start + timedelta(minutes=90),
                    "partner_ids": [Command.set(people.ids)],
                    **vals,
                }
            )
        )

    def _run(self):
        with self.enter_registry_test_mode():
            self.env.ref("customer_care_calendar.ir_cron_care_log").method_direct_trigger()

    def _get_logs(self, meetings):
        domain = [("res_model", "=", "calendar.event"), ("res_id", "in", meetings.ids)]
        return self.env["customer.contact.log"].search(domain, order="id")

    def test_meeting_is_noted_once(self):
        """One contact for each customer, with duration, organiser and participants, however often the job runs."""
        other = self._create_customer("Sun Ltd")
        meeting = self._create_meeting(self.contact, self.customer, other)
        self.assertTrue(meeting.care_is_contact)
        self._run()
        self._run()
        logs = self._get_logs(meeting)
        self.assertEqual(logs.commercial_partner_id, self.customer | other)
        self.assertEqual(len(logs), 2)
        for log in logs:
            self.assertRecordValues(
                log,
                [
                    {
                        "kind": "meeting",
                        "source": "meeting",
                        "duration_minutes": 90,
                        "user_id": self.specialist.id,
                    }
                ],
            )
            self.assertEqual(log.participant_ids, self.contact | self.customer | other)
        self.assertIn("contact_logged", self._get_kinds(other))

    def test_left_out(self):
        """Private, cancelled, coming and internal meetings are not noted, nor those where it is switched off."""
        now = fields.Datetime.now()
        off = self._create_meeting(self.customer)
        off.care_is_contact = False
        cancelled = self._create_meeting(self.customer)
        cancelled.active = False
        meetings = [
            off,
            cancelled,
            self._create_meeting(self.customer, privacy="private"),
            self._create_meeting(
                self.customer, start=now + timedelta(days=1), stop=now + timedelta(days=1, hours=1)
            ),
            self._create_meeting(self.employee.partner_id),
            self._create_meeting(self.env.company.partner_id),
        ]
        self.assertFalse(meetings[4].care_is_contact)
        self.assertFalse(meetings[5].care_is_contact)
        self._run()
        self.assertFalse(self._get_logs(off.union(*meetings)))

    def test_who_declined(self):
        """A customer who declined was not met."""
        other = self._create_customer("Sun Ltd")
        meeting = self._create_meeting(self.customer, other)
        meeting.sudo().attendee_ids.filtered(lambda one: one.partner_id == other).state = "declined"
        self._run()
        self.assertEqual(self._get_logs(meeting).partner_id, self.customer)

    def test_moved_and_deleted(self):
        """A meeting moved into the future waits; once noted, the contact outlives the meeting."""
        meeting = self._create_meeting(self.customer)
        stop = fields.Datetime.now() + timedelta(days=2)
        meeting.write({"start": stop - timedelta(hours=1), "stop": stop})
        self._run()
        self.assertFalse(self._get_logs(meeting))
        past = self._create_meeting(self.customer)
        past.action_care_log_contact()
        logs = self._get_logs(past)
        past.sudo().unlink()
        self.assertTrue(logs.exists())

    def test_recurring(self):
        """Each day of a recurring meeting that is over is a contact of its own."""
        start = fields.Datetime.now().replace(microsecond=0) - timedelta(days=2, hours=2)
        meeting = self._create_meeting(
            self.customer,
            start=start,
            stop=start + timedelta(hours=1),
            recurrency=True,
            rrule_type="daily",
            end_type="count",
            count=5,
        )
        self._run()
        self.assertEqual(len(self._get_logs(meeting.recurrence_id.calendar_event_ids)), 3)

    def test_button(self):
        """The button notes a meeting at once, and says why when it cannot."""
        now = fields.Datetime.now()
        coming = self._create_meeting(self.customer, start=now, stop=now + timedelta(hours=1))
        private = self._create_meeting(self.customer, privacy="private")
        for meeting in (coming, private, self._create_meeting(self.employee.partner_id)):
            with self.assertRaises(UserError):
                meeting.action_care_log_contact()
        action = self.customer.with_user(self.specialist).action_care_plan_meeting()
        self.assertIn(self.customer.id, action["context"]["default_partner_ids"])
