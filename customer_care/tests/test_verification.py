from dateutil.relativedelta import relativedelta
from odoo import fields
from odoo.addons.mail.tools.discuss import Store
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestVerification(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kind = cls.env.ref("customer_care.mail_activity_type_verify")
        cls.customer.care_user_id = cls.specialist
        # nobody else's records
        cls.env["res.partner"].search([("id", "!=", cls.customer.id)]).care_user_id = False
        cls.env["res.partner"].search([("care_team_id", "!=", False)]).care_team_id = False

    def _run_job(self):
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda cron, *args, **kwargs: 1)
        self.env["res.partner"]._cron_care_verify()

    def _get_activities(self, partners=None):
        return self.env["mail.activity"].search(
            [
                ("activity_type_id", "=", self.kind.id),
                ("res_id", "in", (partners or self.customer).ids),
            ]
        )

    def test_button(self):
        """The button notes who verified the records and when, in the timeline too."""
        partners = self.customer | self._create_customer()
        partners.with_user(self.specialist).action_care_verify()
        for partner in partners:
            self.assertEqual(partner.care_verified_date, fields.Date.context_today(partner))
            self.assertEqual(partner.care_verified_user_id, self.specialist)
            self.assertEqual(partner.care_verified_by, "staff")
            self.assertEqual(self._get_kinds(partner)[-1], "record_verified")
        with self.assertRaises(UserError):
            self.env["res.partner"].with_user(self.specialist).action_care_verify()

    def test_access(self):
        """Only the customer care verifies."""
        for user in (self.portal, self.public, self.employee, self.auditor):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.customer.with_user(user).action_care_verify()
        self.assertFalse(self.customer.care_verified_date)

    def test_forging(self):
        """The fields of the verification cannot be written, created or given as a default."""
        vals = {
            "care_verified_date": "2020-01-01",
            "care_verified_user_id": self.admin.id,
            "care_verified_by": "customer",
        }
        for user in (self.specialist, self.admin):
            partner = self.customer.with_user(user)
            for name, value in vals.items():
                with self.assertRaises(AccessError):
                    partner.write({name: value})
                with self.assertRaises(AccessError):
                    partner.create({"name": "x", name: value})
                born = partner.with_context(**{f"default_{name}": value}).create({"name": "x"})
                self.assertFalse(born[name])

    def test_copy(self):
        """A copy is not verified."""
        self.customer.action_care_verify()
        self.assertFalse(self.customer.copy().care_verified_date)

    def test_stale(self):
        """Stale is what was never verified or longer ago than the company allows; 0 months mean never."""
        company = self.env.company
        Partner = self.env["res.partner"]
        company.care_verify_months = 6
        today = fields.Date.context_today(self.customer)

        def is_stale():
            found = bool(Partner.search([("id", "=", self.customer.id), ("care_is_stale", "=", True)]))
            missed = bool(Partner.search([("id", "=", self.customer.id), ("care_is_stale", "=", False)]))
            self.assertNotEqual(found, missed)
            self.customer.invalidate_recordset()
            self.assertEqual(self.customer.care_is_stale, found)
            return found

        self.assertTrue(is_stale())
        self.customer.sudo().care_verified_date = today - relativedelta(months=6)
        self.assertFalse(is_stale())
        self.customer.sudo().care_verified_date = today - relativedelta(months=6, days=1)
        self.assertTrue(is_stale())
        company.care_verify_months = 0
        self.assertFalse(is_stale())

    def test_job(self):
        """The job asks the responsible once; doing the activity verifies the record."""
        self._run_job()
        self._run_job()
        activity = self._get_activities()
        self.assertEqual(activity.user_id, self.specialist)
        activity.with_user(self.specialist).action_done()
        self.assertEqual(self.customer.care_verified_user_id, self.specialist)
        self.assertFalse(self._get_activities())
        self._run_job()
        self.assertFalse(self._get_activities())

    def test_button_closes_activity(self):
        """Verifying by the button closes the activity and verifies once."""
        self._run_job()
        self.customer.with_user(self.manager).action_care_verify()
        self.assertFalse(self._get_activities())
        self.assertEqual(self.customer.care_verified_user_id, self.manager)
        self.assertEqual(self._get_kinds(self.customer).count("record_verified"), 1)

    def test_team_leader(self):
        """Without a responsible specialist, or when he has left, the team leader verifies; else nobody."""
        team = self._create_team(user_id=self.supervisor.id)
        orphan = self._create_customer()
        led = self._create_customer(care_team_id=team.id)
        left = self._create_customer(care_team_id=team.id, care_user_id=self.other_specialist.id)
        self.other_specialist.active = False
        self._run_job()
        self.assertFalse(self._get_activities(orphan))
        self.assertEqual(self._get_activities(led | left).mapped("user_id"), self.supervisor)
        self.assertEqual(len(self._get_activities(led | left)), 2)

    def test_limit(self):
        """One person gets so many at a time, the longest unverified first."""
        self.env.company.care_verify_limit = 2
        partners = self.env["res.partner"].create(
            [{"name": f"P{i}", "care_user_id": self.other_specialist.id} for i in range(4)]
        )
        today = fields.Date.today()
        for months, partner in zip((20, 40, 30), partners, strict=False):
            partner.sudo().care_verified_date = today - relativedelta(months=months)
        self._run_job()
        self.assertEqual(
            set(self._get_activities(partners).mapped("res_id")), {partners[3].id, partners[1].id}
        )
        self._run_job()
        self.assertEqual(len(self._get_activities(partners)), 2)
        partners[1].with_user(self.other_specialist).action_care_verify()
        self._run_job()
        self.assertIn(partners[2].id, self._get_activities(partners).mapped("res_id"))

    def test_passed_over(self):
        """Archived customers, contacts and fresh records are passed over, and other companies' customers."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        archived = self._create_customer(care_user_id=self.specialist.id, active=False)
        contact = self._create_customer(care_user_id=self.specialist.id, parent_id=self.customer.id)
        foreign = self._create_customer(care_user_id=self.specialist.id, company_id=company.id)
        fresh = self._create_customer(care_user_id=self.specialist.id)
        fresh.action_care_verify()
        with mute_logger("odoo.sql_db"):
            self._run_job()
        self.assertFalse(self._get_activities(archived | contact | foreign | fresh))

    def test_page_shows_name_without_summary(self):
        """The page gets the name of a to-do that has no summary, in the reader's language."""
        todo = self.customer.activity_schedule(activity_type_id=self.kind.id, user_id=self.specialist.id)
        todo.summary = False
        data = Store().add(todo).get_result()["mail.activity"]
        self.assertEqual([row["display_name"] for row in data], [self.kind.name])

    def test_merge(self):
        """Merged duplicates keep the verification of the record that stays, and count anew."""
        double = self._create_customer("Wind AG", phone="1", email="a@wind.test")
        self.customer.email = "a@wind.test"
        double.action_care_verify()
        request = self.env["customer.detail.request"]._ask(double)
        request._answer({"city": "Bonn"})
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager)
        before = self.customer.care_completeness
        wizard._merge((self.customer | double).ids, self.customer)
        self.assertFalse(double.exists())
        self.assertFalse(self.customer.care_verified_date)
        self.assertEqual(self.customer.phone, "1")
        self.assertGreater(self.customer.care_completeness, before)
        self.env.invalidate_all()
        self.assertEqual(request.partner_id, self.customer)
        self.assertEqual(request.proposal_ids.partner_id, self.customer)
        self.assertEqual(self.customer.care_proposal_count, 1)
        request.proposal_ids.with_user(self.specialist).action_accept()
        self.assertEqual(self.customer.city, "Bonn")
