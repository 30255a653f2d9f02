from odoo.addons.customer_care.tests.common import CareCommon
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestOpportunities(CareCommon):
    """Opportunities made from callbacks and customers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._create_user(
            "seller", "customer_care.group_care_user,sales_team.group_sale_salesman"
        )

    def _create_lead(self, action):
        context = action["context"]
        form = Form(self.env["crm.lead"].with_user(self.seller).with_context(**context))
        return form.save()

    def test_names_no_foreign_callback(self):
        """A lead of who may not see a callback does not name it."""
        company = self.env["res.company"].create({"name": "Second"})
        callback = self.env["customer.callback"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "x", "company_id": company.id}).id,
                "subject": "Secret",
                "company_id": company.id,
                "user_id": self._create_user(
                    "second", "customer_care.group_care_user", company_id=company.id, company_ids=company.ids
                ).id,
            }
        )
        Lead = self.env["crm.lead"].with_user(self.seller)
        lead = Lead.create({"name": "x"})
        for call in (
            lambda: Lead.create({"name": "x", "care_callback_id": callback.id}),
            lambda: Lead.with_context(default_care_callback_id=callback.id).create({"name": "x"}),
            lambda: lead.write({"care_callback_id": callback.id}),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_from_callback(self):
        """The opportunity is filled with customer, subject and note, and callback and timeline name it."""
        callback = self._create_callback(self.seller, needs="Pump <2 kW>", note="Wants a second pump")
        lead = self._create_lead(callback.action_create_opportunity())
        self.assertRecordValues(
            lead,
            [
                {
                    "type": "opportunity",
                    "partner_id": self.customer.id,
                    "user_id": self.seller.id,
                    "name": callback.subject,
                    "care_callback_id": callback.id,
                }
            ],
        )
        self.assertIn("second pump", str(lead.description))
        self.assertIn("Pump &lt;2 kW&gt;", str(lead.description), "text is no markup")
        self.assertEqual(callback.care_lead_count, 1)
        self.assertEqual(
            callback.action_open_opportunities()["domain"], [("care_callback_id", "=", callback.id)]
        )
        self.assertEqual(self._get_kinds(self.customer)[-1], "opportunity_created")

    def test_won_and_lost(self):
        """The end of opportunities stands in the timeline, once, for many in one go."""
        customer = self.customer.with_user(self.seller)
        leads = self._create_lead(customer.action_care_create_opportunity())
        leads |= leads.copy()
        self.assertNotIn("opportunity_created", self._get_kinds(self.customer))
        leads.action_set_won()
        leads.action_set_won()
        self.assertEqual(self._get_kinds(self.customer).count("opportunity_won"), 2)
        lost = leads[:1].copy()
        lost.action_set_lost()
        self.assertEqual(self._get_kinds(self.customer).count("opportunity_lost"), 1)

    def test_without_sales_rights(self):
        """Who may not sell finds no button and makes no opportunity; the callback's form opens all the same."""
        callback = self._create_callback()
        for call in (
            callback.action_create_opportunity,
            self.customer.with_user(self.specialist).action_care_create_opportunity,
        ):
            with self.assertRaises(AccessError):
                call()
        arch = self.env["customer.callback"].with_user(self.specialist).get_view(view_type="form")["arch"]
        self.assertNotIn("action_create_opportunity", arch)
        arch = self.env["customer.callback"].with_user(self.seller).get_view(view_type="form")["arch"]
        self.assertIn("action_create_opportunity", arch)
