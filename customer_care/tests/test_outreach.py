import base64
import io
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from openpyxl import load_workbook
from psycopg2.errors import SerializationFailure

from .campaign_common import CampaignCommon


@tagged("post_install", "-at_install")
class TestOutreach(CampaignCommon):
    """What breaks later, files of any sort, and lists to take away."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Occasion = cls.env["customer.care.occasion"]
        cls.Greeting = cls.env["customer.care.greeting"]
        cls.template = cls.env.ref("customer_care.mail_template_greeting_holiday")
        cls.customer.care_user_id = cls.specialist
        today = fields.Date.today()
        cls.fair = cls.Occasion.create(
            {
                "name": "Fair",
                "month": today.month,
                "day": today.day,
                "whom": "all",
                "template_id": cls.template.id,
                "purpose_id": cls.purpose.id,
                "domain": str([("id", "in", (cls.customer | cls.contact).ids)]),
            }
        )
        cls.Greeting.search([]).unlink()

    def _plan(self, **vals):
        self.fair.write({**vals, "is_on": True})
        self.fair.action_plan()
        return self.Greeting.search([("occasion_id", "=", self.fair.id)])

    def _read_book(self, report):
        _name, stream = report._get_xlsx()
        with stream:
            sheet = load_workbook(io.BytesIO(stream.read())).worksheets[0]
        return [[cell.value for cell in row] for row in sheet.iter_rows()]

    def _get_report(self, action, user):
        model, number = action["url"].split("/")[-2:]
        return self.env[model].with_user(user).browse(int(number))

    # What was right once

    @mute_logger("odoo.addons.customer_care.models.customer_care_occasion_plan")
    def test_occasion_with_a_filter_that_broke(self):
        """A filter on a field that is gone says so, and holds up no other occasion."""
        other = self.fair.copy({"name": "Other", "is_on": True})
        self.fair.is_on = True
        self.assertFalse(self.fair.problem)
        self.fair.flush_recordset()
        self.env.cr.execute(
            "UPDATE customer_care_occasion SET domain = %s, sequence = -1 WHERE id = %s",
            ("[('x_gone', '=', 1)]", self.fair.id),
        )
        self.env.invalidate_all()
        self.assertIn("filter", self.fair.problem)
        with self.assertRaises(ValidationError):
            self.fair.action_plan()
        with (
            patch.object(self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 1),
            patch.object(self.env.cr, "rollback", lambda: None),
        ):
            self.Occasion._cron_plan()
        self.assertFalse(self.fair.greeting_count)
        self.assertEqual(other.greeting_count, 2)
        campaign = self._create_campaign()
        for bad in ("[('x_gone', '=', 1)]", "[('id', '=', 'abc')]", "5", "hello"):
            for record, name in ((self.fair, "domain"), (campaign, "target_domain")):
                with (
                    self.subTest(bad=bad, model=record._name),
                    self.assertRaises(ValidationError),
                    mute_logger("odoo.sql_db"),
                ):
                    record[name] = bad

    def test_templates_must_fit(self):
        """A template of another document, an empty or an archived one is refused with the reason."""
        campaign = self._create_campaign()
        campaign._add_partners(self.customer)
        foreign = self.env["mail.template"].create(
            {"name": "Foreign", "model_id": self.env["ir.model"]._get_id("res.partner"), "subject": "x"}
        )
        for record in (self.fair, campaign.with_user(self.manager)):
            with self.assertRaisesRegex(ValidationError, "for other documents"):
                record.template_id = foreign
        empty = self.template.copy({"body_html": "<p><br></p>"})
        self.fair.template_id = empty
        with self.assertRaisesRegex(ValidationError, "no subject or no text"):
            self.fair.is_on = True
        empty.body_html = "<p>Hello</p>"
        self.fair.is_on = True
        empty.active = False
        self.assertIn("archived", self.fair.problem)
        invitation = self.env.ref("customer_care.mail_template_campaign_invitation").copy({"subject": " "})
        campaign.template_id = invitation
        with self.assertRaisesRegex(UserError, "no subject or no text"):
            campaign.action_open_invitations()
        invitation.write({"subject": "Come", "active": False})
        with self.assertRaisesRegex(UserError, "archived"):
            campaign.action_open_invitations()
        self.assertEqual(campaign.state, "draft")

    def test_greetings_locked_by_a_faster_worker(self):
        """A row that another worker changed since it was found is looked for again; the job goes on."""
        self.env.company.write({"care_greeting_hour": 0, "care_contact_from": 0, "care_contact_to": 24})
        greetings = self._plan()
        calls = []
        original = type(greetings).try_lock_for_update

        def lock(records, **kwargs):
            if records._name == greetings._name and records and not calls:
                calls.append(1)
                raise SerializationFailure()
            return original(records, **kwargs)

        with (
            freeze_time(fields.Datetime.now().replace(hour=11)),
            patch.object(self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 1),
            patch.object(self.env.registry[greetings._name], "try_lock_for_update", lock),
            patch.object(self.Greeting.__class__, "_plan_due_calls", lambda self: None),
            patch.object(self.env.cr, "rollback", lambda: None),
        ):
            self.Greeting._cron_send()
        self.assertEqual(calls, [1])
        self.assertEqual(set(greetings.mapped("state")), {"sent"})

    def test_moments_that_cannot_be(self):
        """A year far away, or a time zone that does not exist, is refused; no page breaks on it later."""
        campaign = self._create_campaign()
        for vals in (
            {"date_end": "9999-12-31 23:59:00"},
            {"date_begin": "0001-01-01 00:00:00"},
            {"date_tz": "Mars/Station"},
        ):
            with self.subTest(vals), self.assertRaises(ValidationError):
                campaign.with_user(self.manager).write(vals)
        with self.assertRaisesRegex(ValidationError, "year"):
            self.env["customer.contact.log"].create(
                {"partner_id": self.customer.id, "subject": "x", "date_start": "9999-12-31 23:00:00"}
            )

    def test_coming_of_own_customers_first(self):
        """Who has customers of their own begins with them, a manager without any sees all."""
        self._plan()
        Coming = self.env["customer.care.coming"]
        self.assertTrue(Coming.with_user(self.specialist).action_open_coming()["context"])
        self.assertFalse(Coming.with_user(self.manager).action_open_coming()["context"])

    # Files

    def test_import_of_wrong_files(self):
        """A workbook, a picture, a quote that never ends, or ends of lines of old programs: no traceback."""
        campaign = self._create_campaign()
        people = self._invite(campaign, self.customer)
        Wizard = self.env["customer.care.campaign.import"].with_user(self.manager)
        files = {
            "workbook": b"PK\x03\x04\x14\x00\x06\x00\x08\x00",
            "picture": b"\x89PNG\r\n\x1a\n\x00\x00",
            "utf-16": "id,state\n1,yes".encode("utf-16"),
            "endless quote": b'id,state\n"' + b"x" * 200_000,
            "nothing": b"",
        }
        for name, content in files.items():
            with self.subTest(name), self.assertRaises(UserError):
                wizard = Wizard.create(
                    {"campaign_id": campaign.id, "file": base64.b64encode(content) or b"="}
                )
                wizard.action_import()
        text = f"id,state\r{people.id},attended\r".encode()
        wizard = Wizard.create({"campaign_id": campaign.id, "file": base64.b64encode(text)})
        wizard.action_import()
        self.assertEqual(people.state, "attended")

    def test_address_list(self):
        """Letters and gifts with the address in the customer's language; only for who may export and read them."""
        self.env["res.lang"]._activate_lang("zh_CN")
        germany = self.env.ref("base.de")
        germany.with_context(lang="zh_CN").name = "德国"
        self.customer.write(
            {"street": "=Ring 1", "zip": "10115", "city": "Berlin", "country_id": germany.id, "lang": "zh_CN"}
        )
        greetings = self._plan(channel="letter")
        self.specialist.group_ids += self.env.ref("base.group_allow_export")
        own = greetings.with_user(self.specialist)
        report = self._get_report(own.action_export_addresses(), self.specialist)
        rows = self._read_book(report)
        self.assertEqual(rows[0][:3], ["Recipient", "Company", "Street"])
        row = next(row for row in rows if row[0] == self.customer.name)
        self.assertEqual((row[2], row[4], row[5], row[7]), ("=Ring 1", "10115", "Berlin", "德国"))
        self.assertIn("10115 Berlin\n德国", row[8])
        self.assertEqual(len(rows), 1 + len(greetings))
        self.assertEqual(set(greetings.mapped("state")), {"planned"})
        with self.assertRaises(AccessError):
            report.with_user(self.manager)._get_xlsx()
        with self.assertRaises(AccessError):
            own.with_user(self._create_user("portal_free", "base.group_user")).action_export_addresses()
        self.specialist.group_ids -= self.env.ref("base.group_allow_export")
        with self.assertRaisesRegex(AccessError, "export"):
            own.action_export_addresses()
        self.fair.is_on = False
        mails = self._plan(channel="email")
        with self.assertRaisesRegex(UserError, "letter"):
            mails.action_export_addresses()

    def test_record_sheet_of_chosen_contacts(self):
        """Chosen contacts become a workbook, whatever their day; without the right to export none."""
        logs = self.env["customer.contact.log"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "subject": f"Talk {n}",
                    "date_start": f"20{n}0-01-01 10:00:00",
                }
                for n in range(3)
            ]
        )
        report = self._get_report((logs[0] | logs[2]).action_export_sheet(), self.env.user)
        text = str(self._read_book(report))
        self.assertIn("Talk 0", text)
        self.assertIn("Talk 2", text)
        self.assertNotIn("Talk 1", text)
        stranger = self._create_user("stranger", "customer_care.group_care_user")
        with self.assertRaises(AccessError):
            logs.with_user(stranger).action_export_sheet()
