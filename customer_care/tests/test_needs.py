from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestNeeds(CareCommon):
    def _create_need(self, user=None, **vals):
        model = self.env["customer.need"].with_user(user or self.specialist)
        return model.create({"name": "A second machine", "partner_id": self.contact.id, **vals})

    def test_need_is_told_in_the_timeline(self):
        """A new need is a row of the contact's timeline, with its name."""
        self._create_need()
        event = self.env["customer.care.event"].search([("partner_id", "=", self.contact.id)])
        self.assertRecordValues(event, [{"kind": "need_added", "summary": "A second machine"}])
        self.assertEqual(event.user_id, self.specialist)

    def test_need_end(self):
        """A need that is met or dropped has a day of its end, a reopened one has none."""
        need = self._create_need()
        need.action_drop()
        self.assertTrue(need.date_end)
        need.action_reopen()
        self.assertFalse(need.date_end)
        need.action_done()
        self.assertEqual(need.state, "met")
        self.env["customer.need"].action_done()

    def test_need_access(self):
        """Specialists write, managers delete, the auditor reads; nobody else sees needs."""
        need = self._create_need()
        for user in (self.employee, self.portal, self.public):
            with self.assertRaises(AccessError):
                need.with_user(user).read(["name"])
            with self.assertRaises(AccessError):
                self._create_need(user)
        need.with_user(self.auditor).read(["name"])
        with self.assertRaises(AccessError):
            need.with_user(self.auditor).action_done()
        with self.assertRaises(AccessError):
            self.customer.with_user(self.auditor).action_care_add_need()
        need.with_user(self.other_specialist).write({"priority": "1"})
        with self.assertRaises(AccessError):
            need.with_user(self.specialist).unlink()
        need.with_user(self.manager).unlink()

    def test_need_of_another_company(self):
        """Needs of customers of another company are not seen."""
        company = self.env["res.company"].create({"name": "Other"})
        customer = self._create_customer(company_id=company.id)
        need = self._create_need(self.env.user, partner_id=customer.id)
        self.assertEqual(need.company_id, company)
        with self.assertRaises(AccessError):
            need.with_user(self.specialist).read(["name"])
        self.assertNotIn(need, self.env["customer.need"].with_user(self.specialist).search([]))

    def test_need_categories_in_use_stay(self):
        """A category that needs have is archived, not deleted; the administrator alone edits."""
        category = self.env.ref("customer_care.customer_need_category_price")
        self._create_need(category_id=category.id)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            category.with_user(self.admin).unlink()
        with self.assertRaises(AccessError):
            category.with_user(self.manager).write({"name": "X"})

    def test_need_buttons(self):
        """The buttons open the family's needs and the dialog of a new one."""
        contact = self.contact.with_user(self.specialist)
        domain = contact.action_care_open_needs()["domain"]
        self.assertEqual(domain, [("commercial_partner_id", "=", self.customer.id)])
        self.assertEqual(contact.action_care_add_need()["context"]["default_partner_id"], self.contact.id)
        with self.assertRaises(AccessError):
            self.contact.with_user(self.portal).action_care_open_needs()
