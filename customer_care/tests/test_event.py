from unittest.mock import patch

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestEvent(CareCommon):
    def _log(self, **vals):
        return self.env["customer.care.event"]._log(
            [{"partner_id": self.customer.id, "kind": "note", **vals}]
        )

    def test_event_written_by_anybody_is_refused(self):
        """The timeline is append-only for everybody who comes by RPC, administrators included."""
        event = self._log(summary="true")
        system = self._create_user("system", "base.group_system,customer_care.group_care_admin")
        for user in (
            self.specialist,
            self.admin,
            system,
            self.auditor,
            self.employee,
            self.portal,
            self.public,
        ):
            events = event.with_user(user)
            with self.subTest(user=user.name):
                with self.assertRaises(AccessError):
                    events.create({"partner_id": self.customer.id, "kind": "note"})
                with self.assertRaises(AccessError):
                    events.write({"summary": "forged"})
                with self.assertRaises(AccessError):
                    events.unlink()
        self.assertEqual(event.summary, "true")

    def test_event_written_by_code_is_refused_too(self):
        """Not even superuser code changes what is written."""
        with self.assertRaises(AccessError):
            self._log().sudo().write({"summary": "forged"})

    def test_event_outlives_its_author_and_company(self):
        """A deleted user or company leaves the row, which names nobody then."""
        user = self._create_user("leaving", "base.group_user")
        company = self.env["res.company"].create({"name": "Closing"})
        event = self._log(user_id=user.id, company_id=company.id)
        user.unlink()
        self.assertFalse(event.user_id)
        self.assertEqual(event.company_id, company)
        # Other addons may forbid to delete a company: what would follow is asked for itself.
        event._forget("company_id", company.ids)
        self.assertFalse(event.company_id)
        self.assertEqual(event.kind, "note")

    def test_event_readers_are_the_customer_care(self):
        """Specialists and auditors read the timeline, nobody else."""
        event = self._log()
        for user in (self.specialist, self.supervisor, self.auditor):
            self.assertTrue(event.with_user(user).read(["kind"]))
        for user in (self.employee, self.portal, self.public):
            with self.assertRaises(AccessError):
                event.with_user(user).read(["kind"])

    def test_event_context_defaults_forge_nothing(self):
        """A client's default_* keys do not reach the rows."""
        model = self.env["customer.care.event"].with_context(
            default_date="2001-01-01", default_summary="forged"
        )
        event = model._log([{"partner_id": self.customer.id, "kind": "note"}])
        self.assertFalse(event.summary)
        self.assertGreater(event.date.year, 2001)

    def test_event_without_customer_is_dropped(self):
        """A document may have no customer yet; then there is no story to write to."""
        self.assertFalse(self._log(partner_id=False))
        self.assertFalse(self.env["customer.care.event"]._log([]))

    def test_event_batch_is_one_insert(self):
        """Many rows cost as many queries as one."""
        model = self.env["customer.care.event"]
        rows = [{"partner_id": self.customer.id, "kind": "note", "summary": str(i)} for i in range(200)]
        model._log(rows[:1])
        self.env.flush_all()
        with self.assertQueryCount(3):
            model._log(rows)

    def test_event_mixin_logs_one_row_for_each_document(self):
        """_care_log takes a recordset, and the summary of each document when none is given."""
        partners = self.customer | self._create_customer("Rain")
        events = partners.with_user(self.specialist)._care_log("note")
        self.assertRecordValues(
            events,
            [
                {
                    "partner_id": partner.id,
                    "summary": partner.display_name,
                    "res_id": partner.id,
                    "user_id": user.id,
                }
                for partner in partners
                for user in self.specialist
            ],
        )
        self.assertEqual(partners._care_log("note", "C1").mapped("summary"), ["C1", "C1"])
        self.assertFalse(partners.browse()._care_log("note"))

    def test_event_other_company_is_not_seen(self):
        """What happened in a company is not told in another."""
        other = self.env["res.company"].create({"name": "Other"})
        event = self._log(company_id=other.id)
        domain = [("partner_id", "=", self.customer.id), ("id", "in", event.ids)]
        self.assertFalse(event.with_user(self.manager).search(domain))
        self.manager.company_ids |= other
        self.assertTrue(event.with_user(self.manager).with_company(other).search(domain))

    def test_event_document_opens_with_rights_only(self):
        """The link of a row gives nobody more than he may see anyway."""
        event = self._log(res_model="customer.care.team", res_id=self._create_team().id)
        action = event.with_user(self.specialist).action_open_document()
        self.assertEqual(action["res_id"], event.res_id)
        group = self._log(
            res_model="ir.config_parameter", res_id=self.env["ir.config_parameter"].search([], limit=1).id
        )
        with self.assertRaises(AccessError):
            group.with_user(self.specialist).action_open_document()
        with self.assertRaises(AccessError):
            event.with_user(self.employee).action_open_document()

    def test_event_document_gone_says_so(self):
        """A row outlives its document and a removed addon."""
        team = self._create_team()
        gone = self._log(res_model="customer.care.team", res_id=team.id)
        team.unlink()
        for event in (gone, self._log(res_model="no.such.model", res_id=1), self._log()):
            with self.assertRaises(UserError):
                event.action_open_document()

    def test_event_partner_with_history_is_not_deleted(self):
        """Deleting a customer would delete the history; code that erases personal data may."""
        partner = self._create_customer()
        self._create_callback(partner_id=partner.id)
        manager = self._create_user("partner_manager", "base.group_partner_manager")
        with self.assertRaisesRegex(UserError, "Archive"):
            partner.with_user(manager).unlink()
        self._create_customer().with_user(manager).unlink()
        partner.sudo().unlink()
        self.assertFalse(partner.exists())

    def test_event_merge_moves_rows_to_the_surviving_partner(self):
        """Core's merge of contacts keeps the whole story and the callbacks, in the family of who stays."""
        source, target = self._create_customer("Sun A"), self._create_customer("Sun B")
        callback = self._create_callback(partner_id=source.id)
        source._care_log("note", "from the other")
        events = self.env["customer.care.event"].search([("partner_id", "=", source.id)])
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((source | target).ids, target)
        self.assertFalse(source.exists())
        self.assertEqual(events.exists(), events)
        self.assertEqual((events.partner_id, events.commercial_partner_id), (target, target))
        self.assertEqual(events.filtered(lambda e: e.res_model == "res.partner").res_id, target.id)
        self.assertEqual((callback.partner_id, callback.commercial_partner_id), (target, target))
        self.assertIn("from the other", target.care_event_ids.mapped("summary"))

    def test_event_merge_into_another_family_follows_it(self):
        """A contact of one company merged into that of another belongs to the other's story."""
        target = self._create_customer("Ada Rain", parent_id=self._create_customer("Rain").id)
        callback = self._create_callback(partner_id=self.contact.id)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.contact | target).ids, target)
        events = self.env["customer.care.event"].search([("partner_id", "=", target.id)])
        self.assertTrue(events)
        for record in (callback, events):
            self.assertEqual(record.commercial_partner_id, target.parent_id)

    def test_event_last_rows_of_a_family_are_limited(self):
        """The form shows the last rows of company and contacts, newest first, each family its own."""
        stranger = self._create_customer("Rain")
        stranger._care_log("note", "rain")
        with freeze_time("2026-03-02"):
            self.customer._care_log("note", "old")
        self.contact._care_log("note", "new")
        partners = self.customer | self.contact | stranger
        self.assertEqual(self.contact.care_event_ids.mapped("summary"), ["new", "old"])
        with patch("odoo.addons.customer_care.models.res_partner.TIMELINE_LIMIT", 1):
            partners.invalidate_recordset(["care_event_ids"])
            self.assertEqual(
                [p.care_event_ids.mapped("summary") for p in partners], [["new"], ["new"], ["rain"]]
            )
