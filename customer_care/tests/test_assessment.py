from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestAssessment(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.assessment.item"].search([]).active = False
        cls.items = cls.env["customer.assessment.item"].create(
            [{"name": "Trust", "weight": 3}, {"name": "Growth", "weight": 1}]
        )

    def _assess(self, *values, user=None, confirm=True, **vals):
        lines = [
            (0, 0, {"item_id": item.id, "value": value})
            for item, value in zip(self.items, values, strict=True)
        ]
        model = self.env["customer.assessment"].with_user(user or self.specialist)
        sheet = model.create({"partner_id": self.customer.id, "line_ids": lines, **vals})
        if confirm:
            sheet.action_confirm()
        return sheet

    def _get_stored(self, partner):
        self.env.flush_all()
        self.env.cr.execute("SELECT care_assessment_score FROM res_partner WHERE id = %s", [partner.id])
        return self.env.cr.fetchone()[0]

    def test_assessment_form_has_every_question(self):
        """A new sheet has the active questions; the score follows the answers by weight."""
        form = Form(self.env["customer.assessment"].with_user(self.specialist))
        form.partner_id = self.customer
        self.assertEqual(len(form.line_ids), 2)
        with form.line_ids.edit(0) as line:
            line.value = "5"
        self.assertEqual(form.score, 100)
        with form.line_ids.edit(1) as line:
            line.value = "1"
        self.assertEqual(form.score, 75)
        sheet = form.save()
        self.assertEqual((sheet.score, sheet.state), (75, "draft"))
        self.assertFalse(self.customer.care_assessment_score)

    def test_assessment_confirmed_gives_the_score(self):
        """The newest confirmed sheet counts, by its date; the contact's sheet is the company's."""
        self.assertIsNone(self._get_stored(self.customer))
        self._assess("5", "5", date="2026-03-01", partner_id=self.contact.id)
        self.assertEqual(self._get_stored(self.customer), 100)
        self._assess("1", "1", date="2026-01-01")
        self.assertEqual(self._get_stored(self.customer), 100)
        self._assess("1", "1", date="2026-04-01")
        self.assertEqual(self._get_stored(self.customer), 0)
        self.assertEqual(self._get_kinds(self.customer), ["assessed"] * 3)

    def test_assessment_unanswered(self):
        """A sheet with an open question, or with none at all, is not confirmed."""
        for sheet in (
            self._assess("5", False, confirm=False),
            self.env["customer.assessment"].create({"partner_id": self.customer.id, "line_ids": []}),
        ):
            with self.assertRaises(UserError):
                sheet.action_confirm()

    def test_assessment_confirmed_is_locked(self):
        """Nothing of a confirmed sheet changes, not its answers either, and it is not deleted."""
        sheet = self._assess("5", "5")
        draft = self._assess("1", "1", confirm=False)
        for work in (
            lambda: sheet.write({"date": "2020-01-01"}),
            lambda: sheet.write({"line_ids": [(1, sheet.line_ids[0].id, {"value": "1"})]}),
            lambda: sheet.line_ids[0].write({"value": "1"}),
            lambda: sheet.line_ids[0].unlink(),
            lambda: draft.line_ids[0].write({"assessment_id": sheet.id}),
            lambda: sheet.line_ids.create({"assessment_id": sheet.id, "item_id": self.items[0].copy().id}),
            lambda: sheet.with_user(self.manager).unlink(),
        ):
            with self.assertRaises(UserError):
                work()
        sheet.action_confirm()
        self.assertEqual(sheet.score, 100)
        self.items[0].weight = 50
        self.assertEqual(sheet.line_ids.mapped("weight"), [3, 1])

    def test_assessment_state_is_the_programs(self):
        """Neither RPC nor a default confirms a sheet or sets a score."""
        sheet = self._assess("5", "5", confirm=False)
        with self.assertRaises(AccessError):
            sheet.write({"state": "confirmed"})
        with self.assertRaises(AccessError):
            self._assess("5", "5", confirm=False, state="confirmed")
        model = self.env["customer.assessment"].with_user(self.specialist)
        forged = model.with_context(default_state="confirmed").create({"partner_id": self.customer.id})
        self.assertEqual(forged.state, "draft")
        sheet.line_ids[0].write({"weight": 100})
        self.assertEqual(sheet.line_ids[0].weight, 3)
        for name in ("care_assessment_score", "care_potential_score"):
            with self.assertRaises(AccessError):
                self.customer.with_user(self.admin).write({name: 100})
            with self.assertRaises(AccessError):
                self.env["res.partner"].with_user(self.admin).create({"name": "X", name: 100})

    def test_assessment_access(self):
        """Specialists assess, the auditor reads; nobody else sees sheets."""
        sheet = self._assess("5", "5", confirm=False)
        for user in (self.employee, self.portal, self.public):
            with self.assertRaises(AccessError):
                sheet.with_user(user).read(["score"])
            with self.assertRaises(AccessError):
                sheet.with_user(user).action_confirm()
        sheet.with_user(self.auditor).read(["score"])
        with self.assertRaises(AccessError):
            sheet.with_user(self.auditor).action_confirm()
        with self.assertRaises(AccessError):
            self.customer.with_user(self.auditor).action_care_assess()
        with self.assertRaises(AccessError):
            self.items.with_user(self.manager).write({"weight": 2})

    def test_assessment_of_another_company(self):
        """Sheets of customers of another company are not seen."""
        company = self.env["res.company"].create({"name": "Other"})
        customer = self._create_customer(company_id=company.id)
        sheet = self._assess("5", "5", user=self.env.user, partner_id=customer.id)
        with self.assertRaises(AccessError):
            sheet.with_user(self.specialist).read(["score"])
        with self.assertRaises(AccessError):
            sheet.line_ids.with_user(self.specialist).read(["value"])

    def test_assessment_weight_is_positive(self):
        """A question without weight is refused."""
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.items[0].weight = 0
            self.items.flush_recordset()

    def test_assessment_after_a_merge(self):
        """After customers were merged the newest sheet of all counts."""
        other = self._create_customer("Wind Ltd", is_company=True)
        self._assess("1", "1", date="2026-01-01")
        self._assess("5", "5", date="2026-02-01", partner_id=other.id)
        self.env["base.partner.merge.automatic.wizard"]._merge((self.customer | other).ids, self.customer)
        self.assertEqual(self._get_stored(self.customer), 100)
