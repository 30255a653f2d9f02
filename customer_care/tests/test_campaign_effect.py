import base64
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .campaign_common import CampaignCommon


@tagged("post_install", "-at_install")
class TestCampaignEffect(CampaignCommon):
    """What a campaign did, its attendance lists, and merged customers."""

    def _buy(self, partner, day, amount):
        self.env["customer.transaction"].create({"partner_id": partner.id, "date": day, "amount": amount})

    def _create_ended(self, *partners, **vals):
        """Return an ended campaign four months ago, to which the first customer came."""
        campaign = self._create_campaign(**vals)
        people = self._invite(campaign, *partners)
        begin = fields.Datetime.now() - relativedelta(months=4)
        campaign.sudo().write({"date_begin": begin, "date_end": begin + timedelta(hours=2)})
        campaign.action_run()
        people[0].with_user(self.manager).action_attend()
        campaign.action_done()
        return campaign

    def test_difference_of_differences(self):
        """Amounts before and after are compared with those of customers who were not invited."""
        third = self._create_customer("Third", email="t@x.test", is_company=True)
        members = self.customer | self.other | third
        domain = str([("id", "in", members.ids)])
        campaign = self._create_ended(self.customer, self.other, target_domain=domain)
        day = campaign._get_first_day()
        self._buy(self.contact, day - timedelta(days=5), 100)
        self._buy(self.customer, day, 400)
        self._buy(self.customer, day + relativedelta(months=3), 9999)  # one day too late
        self._buy(third, day - timedelta(days=20), 100)
        self._buy(third, day + timedelta(days=20), 150)
        campaign.action_compute_effect()
        rows = {(row.figure, row.group): row for row in campaign.effect_ids}
        attended, absent, other = (rows["amount", name] for name in ("attended", "absent", "comparison"))
        self.assertRecordValues(
            attended | absent | other,
            [
                {"customers": 1, "before_mean": 100, "after_mean": 400, "change": 300, "is_small": True},
                {"customers": 1, "before_mean": 0, "after_mean": 0, "change": 0, "is_small": True},
                {"customers": 1, "before_mean": 100, "after_mean": 150, "change": 50, "is_small": True},
            ],
        )
        text = str(campaign.effect_html)
        self.assertIn("Difference of the differences: +250.00", text)
        self.assertIn("fewer than 30", text)
        campaign.action_compute_effect()
        self.assertEqual(len(campaign.effect_ids), 15)
        with self.assertRaises(AccessError):
            campaign.effect_ids.with_user(self.manager).write({"change": 5})

    @freeze_time("2027-03-31 10:00:00")
    def test_no_day_is_before_and_after(self):
        """At the end of a short month: the day before the first is not after it, and three months are full."""
        begin = fields.Datetime.now() + timedelta(days=20)
        campaign = self._create_ended(self.customer, date_begin=begin, date_end=begin + timedelta(hours=4))
        day = campaign._get_first_day()
        self.assertEqual(day, date(2026, 11, 30))
        for bought, amount in ((-1, 1), (0, 20), (89, 300), (90, 4000)):
            self._buy(self.customer, day + timedelta(days=bought), amount)
        campaign.action_compute_effect()
        row = campaign.effect_ids.filtered(lambda row: (row.figure, row.group) == ("amount", "attended"))
        self.assertRecordValues(row, [{"months": 3, "before_mean": 1, "after_mean": 320}])

    def test_satisfaction_and_grades(self):
        """Satisfaction counts where it is known before and after; the score is the last one up to the day."""
        campaign = self._create_ended(self.customer)
        day = campaign._get_first_day()
        for number, (delta, score) in enumerate(((-10, 4), (10, 9))):
            callback = self._create_callback().sudo()
            callback.write(
                {"satisfaction": score, "state": "done", "done_datetime": day + timedelta(days=delta)}
            )
            self.env["customer.grading.result"].sudo().create(
                {
                    "partner_id": self.customer.id,
                    "date": day + timedelta(days=delta),
                    "score": 40 + 20 * number,
                    "state": "unchanged",
                }
            )
        campaign.action_compute_effect()
        rows = {(row.figure, row.group): row for row in campaign.effect_ids}
        self.assertRecordValues(
            rows["satisfaction", "attended"] | rows["score", "attended"],
            [{"before_mean": 40, "after_mean": 90}, {"before_mean": 40, "after_mean": 60}],
        )
        self.assertEqual(rows["grade", "attended"].customers, 0)

    def test_points_that_are_not_over(self):
        """Only numbers of months that are over are computed; before the first one it says from when on."""
        campaign = self._create_ended(self.customer, effect_months="1, 3，12")
        campaign.action_compute_effect()
        self.assertEqual(set(campaign.effect_ids.mapped("months")), {1, 3})
        campaign.effect_months = "6"
        with self.assertRaisesRegex(UserError, "from 20"):
            campaign.action_compute_effect()

    def test_workbook(self):
        """The workbook is made with the effect; who may not export gets none."""
        campaign = self._create_ended(self.customer)
        campaign.action_compute_effect()
        self.manager.group_ids |= self.env.ref("base.group_allow_export")
        name, stream = campaign._get_xlsx()
        with stream:
            self.assertEqual(stream.read(2), b"PK")
        self.assertIn("Customer Day", name)
        self.manager.group_ids -= self.env.ref("base.group_allow_export")
        with self.assertRaises(AccessError):
            campaign._get_xlsx()

    # Attendance

    def _import(self, campaign, text):
        wizard = self.env["customer.care.campaign.import"].with_user(self.manager)
        wizard = wizard.create({"campaign_id": campaign.id, "file": base64.b64encode(text)})
        wizard.action_import()
        return wizard.result

    def test_import(self):
        """Attendance is read by id and by address, in any usual file; what is wrong is named with its line."""
        campaign = self._create_campaign()
        people = self._invite(campaign, self.customer, self.other)
        text = "Email;State\nINFO@wind.test;出席\nnobody@x.test;yes\n;\nhello@sun.test;perhaps\n".encode(
            "gb18030"
        )
        result = self._import(campaign, text)
        self.assertEqual(people.mapped("state"), ["attended", "invited"])
        self.assertIn("Line 3", result)
        self.assertIn("Line 5", result)
        self._import(campaign, f"\ufeffid,state\n{people[1].id},absent\n".encode())
        self.assertEqual(people[1].state, "absent")
        for bad in (b"\n", b"name,age\nx,1\n", b"\x00\xff\xfe"):
            with self.subTest(bad=bad), self.assertRaises(UserError):
                self._import(campaign, bad)

    def test_walk_in(self):
        """Who comes without being on the list is added; who is on it is checked in, once."""
        campaign = self._create_campaign()
        people = self._invite(campaign, self.customer)
        campaign.action_run()
        Wizard = self.env["customer.care.campaign.walkin"].with_user(self.manager)
        Wizard.create(
            {"campaign_id": campaign.id, "partner_id": self.contact.id, "companions": 1}
        ).action_add()
        self.assertRecordValues(people, [{"state": "attended", "companions": 1, "is_walk_in": False}])
        Wizard.create({"campaign_id": campaign.id, "name": " New Guest "}).action_add()
        new = campaign.participant_ids - people
        self.assertRecordValues(new, [{"state": "attended", "is_walk_in": True}])
        self.assertEqual(new.partner_id.name, "New Guest")
        with self.assertRaises(UserError):
            Wizard.create({"campaign_id": campaign.id}).action_add()

    # Customers who change

    def test_merge(self):
        """Of merged customers the row of who did most stays, on each campaign."""
        both, single = self._create_campaign(), self._create_campaign(name="Training")
        people = self._invite(both, self.customer, self.other)
        people[1]._answer("yes")
        kept = single._add_partners(self.other)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | self.other).ids, self.customer)
        self.assertRecordValues(both.participant_ids, [{"partner_id": self.customer.id, "state": "accepted"}])
        self.assertEqual(kept.exists().partner_id, self.customer)

    def test_privacy(self):
        """The copy of the data names the campaigns; erasing empties remarks and closes the link."""
        one = self._invite(self._create_campaign(), self.customer)
        one._answer("yes", 0, "In a wheelchair")
        entry = self.env["res.partner"]._care_privacy_models()["customer.care.campaign.participant"]
        self.assertLessEqual(set(entry["fields"]), set(one._fields))
        (self.customer | self.contact)._care_anonymize()
        one.invalidate_recordset()
        self.assertFalse(one.remark)
        self.assertFalse(one.sudo().token)

    def test_retention(self):
        """Remarks of people at campaigns long ago are emptied by their retention rule."""
        campaign = self._create_ended(self.customer)
        one = campaign.participant_ids
        one.with_user(self.manager).write({"remark": "Vegetarian"})
        rule = self.env["customer.retention.rule"].create(
            {"name": "Test", "kind": "participant", "months": 2, "action": "erase"}
        )
        rule._apply()
        one.invalidate_recordset()
        self.assertFalse(one.remark)

    def test_customer_button(self):
        """The customer shows how often the company and its contacts were on a list."""
        self._create_campaign()._add_partners(self.contact)
        self.assertEqual(self.customer.with_user(self.manager).care_campaign_count, 1)
        self.assertEqual(self.contact.with_user(self.manager).care_campaign_count, 1)
