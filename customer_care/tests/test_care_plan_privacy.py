import json
import zipfile
from datetime import date
from io import BytesIO

from freezegun import freeze_time
from odoo.tests import tagged

from .plan_common import TODAY, PlanCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCarePlanPrivacy(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_running()
        visit = cls._get_measure(cls.plan, "visit").with_user(cls.specialist)
        visit.action_done(note="Mr Wind likes wine")
        cls.plan.with_user(cls.specialist).action_change()
        cls.change = cls.plan.open_change_id
        cls.change.description = "Mr Wind likes tea"

    def _end(self, plan):
        plan.with_user(self.specialist).action_evaluate()
        plan.lessons = "Mr Wind likes plans"
        plan.with_user(self.manager).action_close()

    def _retention(self, **vals):
        own = str([("partner_id", "=", self.customer.id)])
        vals = {"name": "Test", "months": 12, "domain": own, **vals}
        return self.env["customer.retention.rule"].create(vals)

    def test_plan_is_in_the_copy_of_the_customers_data(self):
        """Plans, working versions, measures and versions are in the copy, nobody else's."""
        other = self._create_customer("Foreign", care_user_id=self.specialist.id, care_grade_id=self.grade.id)
        self._create_plan(partner_id=other.id, name="Foreign plan")
        request = self.env["customer.privacy.request"].with_user(self.manager)
        request = request.create({"partner_id": self.customer.id, "identity_method": "card"})
        request.action_export()
        archive = zipfile.ZipFile(BytesIO(request.sudo().export_attachment_id.raw))
        text = archive.read("data.json").decode()
        data = json.loads(text)
        self.assertEqual(len(data["customer.care.plan"]), 2)
        self.assertIn("Mr Wind likes tea", text)
        self.assertIn("Mr Wind likes wine", text)
        self.assertEqual([row["number"] for row in data["customer.care.plan.version"]], [1])
        self.assertNotIn("Foreign", text)
        self.assertIn("Mr Wind likes wine", archive.read("index.html").decode())

    def test_plan_texts_go_with_the_erasure(self):
        """Texts of plans, measures, versions and messages are emptied; figures, dates and states stay."""
        self._end(self.plan)
        self.plan.message_post(body="Mr Wind likes mail")
        self.customer._care_anonymize()
        self.env.invalidate_all()
        plans = self.plan | self.change
        measures = self.env["customer.care.measure"].search([("plan_id", "in", plans.ids)])
        texts = [
            *[str(row) for row in (plans | plans.browse()).read()],
            *[str(row) for row in measures.read()],
            *[str(row) for row in plans.version_ids.read()],
            *plans.message_ids.mapped("body"),
        ]
        self.assertNotIn("Mr Wind", "".join(texts))
        self.assertEqual((self.plan.state, self.plan.budget), ("closed", 500))

    def test_plan_retention_spares_what_runs(self):
        """Only plans that ended are emptied or deleted, once their time is over; with them go their parts."""
        with freeze_time("2028-01-01"):
            rules = (
                self._retention(kind="plan", action="erase"),
                self._retention(kind="measure", action="erase"),
                self._retention(
                    kind="plan_version", action="delete", domain="[]", company_id=self.company.id
                ),
            )
            self.assertEqual(rules[0]._apply() + rules[1]._apply(), 0)
        self._end(self.plan)
        with freeze_time("2027-09-01"):
            self.assertEqual(rules[0]._apply(), 0)
        with freeze_time("2027-09-03"):
            self.assertEqual(rules[0]._apply(), 2, "the plan and its working version")
            self.assertEqual(rules[0]._apply(), 0, "emptied once")
            self.assertTrue(rules[1]._apply())
            self.assertEqual(rules[1]._apply(), 0)
            versions = self.plan.version_ids
            rules[2]._apply()
        self.env.invalidate_all()
        self.assertFalse(self.plan.lessons or "".join(filter(None, self.plan.measure_ids.mapped("note"))))
        self.assertFalse(versions.exists())
        self.assertEqual(self.plan.date_end, date(2026, 9, 2))

    def test_plan_deleted_leaves_nothing_behind(self):
        """The deletion of an old plan takes measures, versions, working versions and their messages along."""
        self._end(self.plan)
        plans = (self.plan | self.change).with_context(active_test=False)
        measures = plans.measure_ids
        rule = self._retention(kind="plan", action="delete")
        with freeze_time("2028-01-01"):
            rule._apply()
        self.assertFalse(plans.exists() | measures.exists().plan_id)
        for model, records in (("customer.care.plan", plans), ("customer.care.measure", measures)):
            domain = [("res_id", "in", records.ids)]
            for field, name in (("model", "mail.message"), ("res_model", "mail.activity")):
                found = (
                    self.env[name]
                    .with_context(active_test=False)
                    .search_count([(field, "=", model), *domain])
                )
                self.assertFalse(found, (model, name))
