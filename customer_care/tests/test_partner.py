from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestPartner(CareCommon):
    def test_partner_specialist_works_on_contacts(self):
        """A specialist creates and edits customers, but deletes none and sees no bank account rights."""
        form = Form(self.env["res.partner"].with_user(self.specialist))
        form.name = "New customer"
        form.care_user_id = self.specialist
        partner = form.save()
        partner.phone = "+49 30 1"
        with self.assertRaises(AccessError):
            partner.unlink()
        with self.assertRaises(AccessError):
            self.env["res.partner.bank"].with_user(self.specialist).create(
                {"acc_number": "1", "partner_id": partner.id}
            )

    def test_partner_employee_without_role_opens_contacts(self):
        """Employees outside the customer care still open contacts, without our counters."""
        Form(self.customer.with_user(self.employee))
        with self.assertRaises(AccessError):
            self.customer.with_user(self.employee).read(["care_callback_count"])

    def test_partner_portal_does_not_learn_the_specialist(self):
        """Portal users read their own contact, but not who looks after them or why not to call."""
        partner = self.portal.partner_id.with_user(self.portal)
        for name in ("care_user_id", "care_team_id", "care_do_not_call", "care_event_ids"):
            with self.assertRaises(AccessError):
                partner.read([name])

    def test_partner_auditor_reads_and_writes_nothing(self):
        """The auditor sees the page and changes nothing."""
        partner = self.customer.with_user(self.auditor)
        Form(partner)
        with self.assertRaises(AccessError):
            partner.write({"care_do_not_call": True})
        with self.assertRaises(AccessError):
            partner.action_care_plan_callback()

    def test_partner_responsible_change_is_told(self):
        """The timeline says who took over; writing the same again is no change."""
        partners = self.customer | self.contact
        partners.with_user(self.manager).write({"care_user_id": self.specialist.id})
        partners.write({"care_user_id": self.specialist.id})
        self.contact.write({"name": "Ada"})
        for partner in partners:
            self.assertEqual(self._get_kinds(partner), ["responsible_changed"])
        self.assertEqual(self.customer.care_event_ids.mapped("summary"), [self.specialist.name] * 2)
        self.assertEqual(self.customer.care_event_ids.user_id, self.manager)

    def test_partner_responsible_of_the_company_holds_for_contacts(self):
        """A contact without a specialist has that of the company."""
        self.customer.care_user_id = self.specialist
        self.assertEqual(self.contact._care_get_responsible(), self.specialist)
        self.contact.care_user_id = self.other_specialist
        self.assertEqual(self.contact._care_get_responsible(), self.other_specialist)

    def test_partner_counter_is_the_family_and_one_query(self):
        """Company and contacts show the same number; many partners cost one query."""
        self._create_callback()
        self._create_callback(partner_id=self.contact.id)
        self._create_callback(partner_id=self.contact.id).action_cancel("no need")
        others = self.env["res.partner"].create([{"name": str(i)} for i in range(50)])
        partners = self.customer | self.contact | others
        partners.mapped("commercial_partner_id")
        self.env.flush_all()
        with self.assertQueryCount(1):
            counts = partners.mapped("care_callback_count")
        self.assertEqual(counts, [2, 2] + [0] * 50)

    def test_partner_gate_names_the_reason(self):
        """Nobody is called who does not want to; for a company this holds for its contacts."""
        self.assertEqual(self.contact._care_gate("callback", "phone"), [])
        self.customer.care_do_not_call = True
        self.assertTrue(self.contact._care_gate("callback", "phone"))
        self.assertTrue(self.contact._care_gate("callback", "email"))
        self.assertEqual(self.contact.browse()._care_gate_map("callback", "phone"), {})

    def test_partner_button_opens_the_family(self):
        """The button shows the company and all its contacts, and checks the right to read."""
        action = self.contact.with_user(self.specialist).action_care_open_callbacks()
        self.assertEqual(action["domain"], [("commercial_partner_id", "=", self.customer.id)])
        with self.assertRaises(AccessError):
            self.customer.with_user(self.portal).action_care_open_callbacks()

    def test_partner_search_filters_work(self):
        """Each filter of the customers' list is a valid search."""
        team = self._create_team(user_id=self.specialist.id)
        self.customer.write({"care_user_id": self.specialist.id, "care_team_id": team.id})
        model = self.env["res.partner"].with_user(self.specialist)
        uid = self.specialist.id
        mine = model.search(
            ["|", ("care_user_id", "=", uid), ("commercial_partner_id.care_user_id", "=", uid)]
        )
        self.assertEqual(mine, self.customer | self.contact)
        self.assertEqual(model.search([("care_team_id.user_id", "=", uid)]), self.customer)
