from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .campaign_common import CampaignCommon


@tagged("post_install", "-at_install")
class TestCampaignMail(CampaignCommon):
    """Who is put on the list, and who gets which mail when."""

    # Targets

    def test_targets(self):
        """Those who match are added in one statement; the others are left out with their reasons."""
        grade = self.env["customer.grade"].search([], limit=1)
        silent = self._create_customer("No Mail", is_company=True)
        via = self._create_customer("Via Contact", is_company=True)
        person = self._create_customer("Person", parent_id=via.id, email="p@via.test")
        unwanted = self._create_customer("Unwanted", is_company=True, email="u@x.test", care_do_not_call=True)
        gone = self._create_customer("Gone", is_company=True, email="g@x.test", active=False)
        members = self.customer | self.other | silent | via | unwanted | gone
        members.sudo().write({"care_grade_id": grade.id})
        campaign = self._create_campaign(grade_ids=grade.ids, target_domain=str([("id", "in", members.ids)]))
        ready, left_out = campaign._split_targets()
        self.assertEqual(
            ready,
            sorted([(self.customer.id, None), (self.other.id, None), (via.id, person.id)]),
        )
        self.assertEqual(left_out.keys(), {silent.id, unwanted.id})
        self.assertIn("No e-mail address is known.", left_out[silent.id])
        wizard = self.env["customer.care.campaign.targets"].with_user(self.manager)
        wizard = wizard.create({"campaign_id": campaign.id})
        self.assertEqual((wizard.new_count, wizard.left_out_count, wizard.is_many), (3, 2, False))
        self.assertIn("Unwanted", wizard.names_text)
        wizard.action_update()
        self.assertEqual(campaign.participant_ids.contact_id, person)
        self.assertEqual(len(set(campaign.participant_ids.sudo().mapped("token"))), 3)
        with self.assertRaisesRegex(UserError, "nobody to add"):
            wizard.action_update()

    def test_many_are_asked(self):
        """More customers than the limit have to be confirmed, with the number."""
        campaign = self._create_campaign()
        with self.assertRaisesRegex(UserError, "100000 customers"):
            campaign._check_targets(100000, False)
        campaign._check_targets(100000, True)

    def test_measures(self):
        """Measures of care plans put their customers on the list; while it invites, they are invited at once."""
        campaign = self._create_campaign()
        self._invite(campaign, self.other)
        callback = self._create_callback()
        measure = self.customer
        people = campaign._add_partners(self.contact, measures=measure)
        self.assertRecordValues(
            people,
            [{"partner_id": self.customer.id, "contact_id": self.contact.id, "mail_due": "invitation",
              "res_model": "res.partner", "res_id": measure.id}],
        )  # fmt: skip
        self.assertTrue(callback)
        campaign.action_cancel()
        with self.assertRaises(UserError):
            campaign._add_partners(self.contact)

    # Mails

    def test_invitation(self):
        """One mail for each, with the own link, in the language of who gets it; nothing twice."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.customer.lang = "zh_CN"
        campaign = self._create_campaign()
        people = self._invite(campaign, self.customer, self.other)
        self.assertEqual(people.mapped("state"), ["invited", "invited"])
        mails = self._get_mails(people)
        self.assertEqual(len(mails), 2)
        for mail in mails:
            one = people.browse(mail.res_id)
            self.assertIn(f"/care/event/{one.id}-{one.sudo().token}?answer=yes", mail.body_html)
            self.assertEqual(mail.recipient_ids, one.partner_id)
        campaign.action_open_invitations()
        self._send()
        self.assertEqual(len(self._get_mails(people)), 2)

    def test_consent_withdrawn_after_planning(self):
        """Who refuses between list and mail gets none, and the reason stands there; tried again next day."""
        campaign = self._create_campaign()
        people = campaign._add_partners(self.customer | self.other)
        campaign.action_open_invitations()
        self.env["customer.consent"].sudo()._record(self.customer, self.purpose, "withdrawn", "portal")
        self._send()
        blocked, sent = people.sorted(lambda one: one.partner_id != self.customer)
        self.assertEqual((blocked.state, sent.state), ("target", "invited"))
        self.assertIn("withdrawn", blocked.blocked_reason)
        self.assertFalse(self._get_mails(blocked))
        self.env["customer.consent"].sudo()._record(self.customer, self.purpose, "given", "portal")
        self._send()
        self.assertEqual(blocked.state, "target", "not tried again on the same day")
        blocked.date_tried = self.now - timedelta(days=1)
        self._send()
        self.assertEqual(blocked.state, "invited")

    def test_gone_customers(self):
        """Archived and erased customers and those without address get nothing; the job goes on."""
        campaign = self._create_campaign()
        third, fourth = (self._create_customer(name, email=f"{name}@x.test") for name in ("Third", "Fourth"))
        campaign._add_partners(self.customer | self.other | third | fourth)
        campaign.action_open_invitations()
        self.customer.action_archive()
        self.other.email = False
        third._care_anonymize()
        self._send()
        by_partner = {one.partner_id: one for one in campaign.participant_ids}
        self.assertEqual(by_partner[fourth].state, "invited")
        for partner in (self.customer, self.other, third):
            self.assertEqual(by_partner[partner].state, "target", partner.name)
        self.assertIn("archived", by_partner[self.customer].blocked_reason)

    def test_reminder_once(self):
        """Who has not answered is reminded once, by the button or by itself before the end of answers."""
        campaign = self._create_campaign(reminder_days=3, date_deadline=self.now + timedelta(days=10))
        people = self._invite(campaign, self.customer, self.other)
        people[0]._answer("no")
        self.Campaign._queue_due_reminders()
        self.assertFalse(people[1].mail_due)
        people.date_invited = self.now - timedelta(days=8)
        campaign.sudo().date_deadline = self.now + timedelta(days=2)
        for _number in range(2):
            self.Campaign._queue_due_reminders()
            self._send()
        campaign.action_remind()
        self._send()
        subjects = self._get_mails(people).mapped("subject")
        self.assertEqual(sum(subject.startswith("Please answer") for subject in subjects), 1)
        self.assertTrue(people[1].is_reminded)

    def test_confirmation_has_the_appointment(self):
        """After a yes the mail brings the appointment; of a waiting one it does not."""
        campaign = self._create_campaign(is_limited=True, capacity=1, location="Hall, 7")
        people = self._invite(campaign, self.customer, self.other)
        people[0]._answer("yes")
        people[1]._answer("yes")
        files = self._get_mails(people[0])[-1].attachment_ids
        self.assertEqual(files.mimetype, "text/calendar")
        self.assertIn(b"LOCATION:Hall\\, 7", files.raw)
        self.assertFalse(self._get_mails(people[1])[-1].attachment_ids)

    def test_notices(self):
        """A change of date or place and a cancellation are told to those who know of it."""
        campaign = self._create_campaign()
        people = self._invite(campaign, self.customer, self.other)
        people[1]._answer("no")
        campaign.name = "Other Name"
        self.assertFalse(people[0].mail_due)
        campaign.location = "Hall 9"
        self.assertEqual((people[0].mail_due, people[1].mail_due), ("change", False))
        campaign.action_cancel()
        self._send()
        subjects = self._get_mails(people).mapped("subject")
        self.assertIn("Cancelled: Other Name", subjects)
        self.assertEqual(sum(subject.startswith(("Changed", "Cancelled")) for subject in subjects), 1)

    def test_crash_between_batches(self):
        """A crash in the second batch keeps the first one; the next run sends the rest, nothing twice."""
        campaign = self._create_campaign()
        customers = self.env["res.partner"].create(
            [{"name": f"C{n}", "email": f"c{n}@x.test"} for n in range(5)]
        )
        people = campaign._add_partners(customers)
        campaign.action_open_invitations()
        path = "odoo.addons.customer_care.models.customer_care_campaign_mail.ROWS_AT_ONCE"
        with patch(path, 2):
            self.Participant.sudo()._take_batch()._send_due()
            with self.assertRaises(InterruptedError), self.cr.savepoint():
                batch = self.Participant.sudo()._take_batch()
                batch._send_due()
                raise InterruptedError()
            people.invalidate_recordset()
            self.assertEqual(len(people.filtered(lambda one: one.state == "invited")), 2)
            self.assertEqual(len(self._get_mails(people)), 2)
            self._send()
        self.assertEqual(len(self._get_mails(people)), 5)

    def test_cron(self):
        """The scheduled job sends all batches and commits after each."""
        campaign = self._create_campaign()
        people = campaign._add_partners(self.customer | self.other)
        campaign.action_open_invitations()
        path = "odoo.addons.customer_care.models.customer_care_campaign_mail.ROWS_AT_ONCE"
        with patch(path, 1), self.enter_registry_test_mode():
            self.env.ref("customer_care.ir_cron_campaign_mail").method_direct_trigger()
        people.invalidate_recordset()
        self.assertEqual(people.mapped("state"), ["invited", "invited"])

    def test_preview(self):
        """The preview shows the mail without a working link and sends nothing."""
        campaign = self._create_campaign()
        one = campaign._add_partners(self.customer)
        wizard = self.env["customer.care.campaign.preview"].with_user(self.manager)
        preview = wizard.create({"campaign_id": campaign.id})
        self.assertEqual(preview.participant_id, one)
        self.assertIn("Customer Day", preview.subject)
        self.assertNotIn(one.sudo().token, str(preview.body))
        self.assertFalse(self._get_mails(one))
