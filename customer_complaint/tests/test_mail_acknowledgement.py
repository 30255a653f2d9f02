from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_mail import ComplaintMailCommon


@tagged("post_install", "-at_install")
class TestMailAcknowledgement(ComplaintMailCommon):
    def test_mail_is_acknowledged_at_once(self):
        """The answer to a mail is queued when the mail is registered; it names number, time and link."""
        complaint = self._process(self._mail("Broken"))
        mail = self._acknowledgements(complaint)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.email_to, "ann@customer.test")
        self.assertFalse(mail.recipient_ids)
        self.assertIn(complaint.number, mail.subject)
        self.assertIn(complaint.number, mail.body_html)
        self.assertIn(complaint.get_portal_url().replace("&", "&amp;"), mail.body_html)
        self.assertIn(complaint._complaint_get_promise(), mail.body_html)
        self.assertTrue(complaint.acknowledged_datetime)

    def test_acknowledgement_tells_nothing_of_the_customer(self):
        """Known and unknown addresses get the same text, which repeats nothing of what was written."""
        self.customer.write({"name": "Secret Name", "phone": "+86 10 5555 0000", "lang": False})
        bodies = []
        for sender in ("ann@customer.test", "zed@nowhere.test"):
            complaint = self._process(self._mail("Buy pills", sender=sender, body="Visit example"))
            body = self._acknowledgements(complaint).body_html
            for text in ("Secret", "5555", "Buy pills", "Visit example"):
                self.assertNotIn(text, body)
            body = body.replace(complaint.number, "NUMBER").replace(complaint.access_token, "TOKEN")
            body = body.replace(complaint._get_tracking_code(), "CODE")
            bodies.append(body.replace(f"/{complaint.id}?", "/ID?"))
        self.assertEqual(bodies[0], bodies[1])

    def test_acknowledgement_in_customers_language_and_zone(self):
        """Template language and promised time follow the customer."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["res.lang"]._activate_lang("en_US")
        template = self.env.ref("customer_complaint.mail_template_complaint_acknowledgement")
        template.with_context(lang="zh_CN").subject = "已收到投诉 {{ object.number }}"
        self.customer.write({"lang": "zh_CN", "tz": "Asia/Shanghai"})
        complaint = self._process(self._mail("Broken"))
        self.assertIn("已收到投诉", self._acknowledgements(complaint).subject)
        complaint.invalidate_recordset()
        moment = complaint._complaint_get_promised_datetime() + timedelta(hours=8)
        self.assertIn(moment.strftime("%H:%M"), complaint._complaint_get_promise())

    def test_outside_working_hours(self):
        """Who writes at night or on a free day is told when work on it begins, in his zone; others are not."""
        calendar = self.env["resource.calendar"].create({"name": "Week", "tz": "Asia/Shanghai"})
        self.team.calendar_id = calendar
        self.customer.tz = "Asia/Shanghai"
        for moment, begins in (
            # Monday 10:00, Monday 20:00 and Saturday noon in Shanghai
            ("2026-03-02 02:00:00", None),
            ("2026-03-02 12:00:00", "3/3/26"),
            ("2026-03-07 04:00:00", "3/9/26"),
        ):
            complaint = self._create_complaint(partner_id=self.customer.id, received_datetime=moment)
            note = complaint._complaint_get_hours_note()
            if begins:
                self.assertIn(begins, note)
                self.assertIn("8:00", note)
            else:
                self.assertEqual(note, "")
            with self._no_commit():
                self.Complaint._cron_acknowledge()
            self.assertEqual(
                "outside our working hours" in self._acknowledgements(complaint).body_html, bool(begins)
            )
        calendar.attendance_ids.unlink()
        self.assertEqual(complaint._complaint_get_hours_note(), "")

    def test_portal_complaint_is_acknowledged_at_once(self):
        """What comes by the portal is answered in the same transaction."""
        complaint = self._create_complaint(channel="portal", partner_id=self.customer.id)
        self.assertEqual(complaint.acknowledge_state, "sent")
        self.assertEqual(len(self._acknowledgements(complaint)), 1)

    def test_form_is_acknowledged_by_the_job_once(self):
        """Saving a form does not wait for the mail; the job sends it, and never twice."""
        complaints = self.Complaint.create(
            [
                {
                    "name": f"Phone {i}",
                    "channel": "phone",
                    "partner_id": self.customer.id,
                    "team_id": self.team.id,
                }
                for i in range(3)
            ]
        )
        self.assertEqual(set(complaints.mapped("acknowledge_state")), {"todo"})
        self.assertFalse(self._acknowledgements(complaints[0]))
        for _run in range(2):
            with self._no_commit():
                self.Complaint._cron_acknowledge(batch=2)
        for complaint in complaints:
            self.assertEqual(complaint.acknowledge_state, "sent")
            self.assertEqual(len(self._acknowledgements(complaint)), 1)

    def test_cron_record_runs(self):
        """The scheduled job does its work."""
        complaint = self._create_complaint(partner_id=self.customer.id)
        with self.enter_registry_test_mode():
            self.env.ref("customer_complaint.ir_cron_complaint_acknowledge").method_direct_trigger()
        complaint.invalidate_recordset()
        self.assertEqual(complaint.acknowledge_state, "sent")

    def test_job_costs_no_query_for_each_complaint(self):
        """Ten times as many complaints without address need hardly more queries."""
        counts = []
        for number in (2, 20):
            self.Complaint.create(
                [{"name": "No address", "team_id": self.team.id, "channel": "phone"} for _i in range(number)]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            with self._no_commit():
                before = self.env.cr.sql_log_count
                self.Complaint._cron_acknowledge()
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1] - counts[0], 10 * 18)

    def test_no_address_asks_for_a_call(self):
        """Without an address the handler, else the leader of the team, is asked to ring."""
        mine = self._create_complaint(user_id=self.handler.id)
        free = self._create_complaint()
        with self._no_commit():
            self.Complaint._cron_acknowledge()
        self.assertEqual((mine | free).mapped("acknowledge_state"), ["call", "call"])
        self.assertEqual(mine.activity_ids.user_id, self.handler)
        self.assertEqual(free.activity_ids.user_id, self.leader)
        self.assertEqual(free.activity_ids.activity_type_id, self.env.ref("mail.mail_activity_data_call"))

    def test_nobody_to_remind(self):
        """A team without leader does not stop the job."""
        self.team.user_id = False
        complaint = self._create_complaint()
        with self._no_commit():
            self.Complaint._cron_acknowledge()
        self.assertEqual(complaint.acknowledge_state, "call")

    def test_company_without_email(self):
        """A company without e-mail and alias domain acknowledges all the same."""
        self.env.company.write({"email": False, "alias_domain_id": False})
        self.env.company.partner_id.email = False
        complaint = self._create_complaint(channel="portal", partner_id=self.customer.id)
        self.assertEqual(complaint.acknowledge_state, "sent")

    def test_state_is_the_programs(self):
        """Nobody but the program sets the acknowledgement: neither values nor defaults of the context do."""
        complaints = self.Complaint.with_user(self.leader)
        for vals in ({"acknowledge_state": "skipped"}, {"is_sender_doubtful": True}):
            with self.assertRaises(AccessError):
                complaints.create({"name": "Forged", "team_id": self.team.id, **vals})
            with self.assertRaises(AccessError):
                self._create_complaint().with_user(self.leader).write(vals)
        complaint = complaints.with_context(
            default_acknowledge_state="skipped", default_is_sender_doubtful=True
        )
        complaint = complaint.create({"name": "Forged", "team_id": self.team.id})
        self.assertRecordValues(complaint, [{"acknowledge_state": "todo", "is_sender_doubtful": False}])

    def test_handler_creates_for_portal_channel(self):
        """A handler without rights on mails and templates may register what is acknowledged at once."""
        complaint = self.Complaint.with_user(self.handler).create(
            {
                "name": "By handler",
                "channel": "web",
                "email_from": "ann@customer.test",
                "team_id": self.team.id,
            }
        )
        self.assertEqual(complaint.acknowledge_state, "sent")

    def test_copy_is_acknowledged_again(self):
        """A copy is another complaint."""
        complaint = self._create_complaint(channel="portal", partner_id=self.customer.id)
        copy = complaint.with_context(default_channel="phone").copy({"channel": "phone"})
        self.assertEqual(copy.acknowledge_state, "todo")

    def test_missing_template(self):
        """Without the template nothing is sent and nothing fails."""
        self.env.ref("customer_complaint.mail_template_complaint_acknowledgement").unlink()
        complaint = self._create_complaint(channel="portal", partner_id=self.customer.id)
        self.assertEqual(complaint.acknowledge_state, "skipped")

    @mute_logger(
        "odoo.addons.customer_complaint.models.customer_complaint_acknowledge",
        "odoo.addons.mail.models.mail_render_mixin",
    )
    def test_broken_template_loses_no_complaint(self):
        """A mistake in the template keeps no complaint from being registered; the staff is asked to ring."""
        with patch.object(self.registry["mail.template"], "send_mail_batch", side_effect=UserError("Broken")):
            complaint = self._process(self._mail("Broken template"))
        self.assertEqual(complaint.acknowledge_state, "call")
        self.assertEqual(complaint.activity_ids.user_id, self.leader)

    # ------------------------------------------------------------
    # Messages of stages
    # ------------------------------------------------------------

    def test_stage_message_to_an_address_makes_no_contact(self):
        """The message of a stage is queued for the bare address, which becomes no contact."""
        complaint = self._create_complaint(email_from="Zed <zed@nowhere.test>")
        self.stages["resolved"].mail_template_id = self.env.ref(
            "customer_complaint.mail_template_complaint_resolved"
        )
        self.flush_tracking()
        with self.mock_mail_gateway():
            complaint.with_user(self.leader).stage_id = self.stages["resolved"]
            self.flush_tracking()
        mail = self._new_mails.filtered(lambda m: complaint.number in (m.subject or ""))
        self.assertEqual(mail.email_to, "zed@nowhere.test")
        self.assertEqual(mail.state, "outgoing")
        self.assertFalse(self.env["res.partner"].search([("email_normalized", "=", "zed@nowhere.test")]))

    def test_stage_messages_of_many(self):
        """Many complaints moved at once: each customer is told about his own."""
        complaints = self.Complaint.create(
            [
                {
                    "name": f"C{i}",
                    "team_id": self.team.id,
                    "email_from": f"c{i}@customer.test",
                    "channel": "phone",
                }
                for i in range(3)
            ]
        )
        self.stages["closed"].mail_template_id = self.env.ref(
            "customer_complaint.mail_template_complaint_closed"
        )
        self.flush_tracking()
        with self.mock_mail_gateway():
            complaints.stage_id = self.stages["closed"]
            self.flush_tracking()
        mails = self._new_mails.filtered(lambda m: "closed" in (m.subject or ""))
        self.assertEqual(
            {(mail.res_id, mail.email_to) for mail in mails},
            {(complaint.id, complaint.email_from) for complaint in complaints},
        )

    def test_default_stages_have_messages(self):
        """The stages shipped tell the customer that a complaint is solved or closed."""
        for name in ("resolved", "closed"):
            stage = self.env.ref(f"customer_complaint.customer_complaint_stage_{name}")
            self.assertEqual(
                stage.mail_template_id, self.env.ref(f"customer_complaint.mail_template_complaint_{name}")
            )

    def test_promise_without_zone(self):
        """A promise is written even if nobody has a time zone."""
        user = new_test_user(
            self.env, "complaint_no_tz", groups="customer_complaint.group_complaint_user", tz=False
        )
        complaint = self._create_complaint(received_datetime=fields.Datetime.now())
        self.assertTrue(complaint.with_user(user)._complaint_get_promise())
