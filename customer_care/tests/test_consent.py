from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestConsent(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketing = cls.env.ref("customer_care.customer_consent_purpose_marketing")
        cls.callback = cls.env.ref("customer_care.customer_consent_purpose_callback")

    def _consent(self, state="given", user=None, **vals):
        model = self.env["customer.consent"].with_user(user or self.specialist)
        return model.create(
            {"partner_id": self.customer.id, "purpose_id": self.marketing.id, "state": state, **vals}
        )

    def test_consent_newest_decision_counts(self):
        """The newest row of a contact and purpose counts, whatever the order of entry."""
        now = fields.Datetime.now()
        withdrawn = self._consent("withdrawn", date=now)
        given = self._consent("given", date=now - timedelta(days=30))
        self.assertTrue(withdrawn.is_current)
        self.assertFalse(given.is_current)
        found = withdrawn.search([("is_current", "=", True), ("partner_id", "=", self.customer.id)])
        self.assertEqual(found, withdrawn)
        self.assertEqual(
            withdrawn.search([("is_current", "=", False), ("partner_id", "=", self.customer.id)]), given
        )

    def test_consent_history_cannot_be_changed(self):
        """A decision is neither changed nor deleted, not even by an administrator."""
        consent = self._consent()
        for user in (self.specialist, self.admin):
            with self.assertRaises(AccessError):
                consent.with_user(user).write({"state": "refused"})
            with self.assertRaises(AccessError):
                consent.with_user(user).unlink()
        with self.assertRaises(UserError):
            consent.sudo().unlink()

    def test_consent_nobody_decides_in_the_name_of_the_customer(self):
        """The sources of the customer himself cannot be forged, nor who recorded it."""
        with self.assertRaises(AccessError):
            self._consent(source="portal")
        with self.assertRaises(AccessError):
            self.env["customer.consent"].with_user(self.specialist).with_context(default_source="web").create(
                {"partner_id": self.customer.id, "purpose_id": self.marketing.id}
            )
        self.assertEqual(self._consent(user_id=self.manager.id).user_id, self.specialist)

    def test_consent_dates_are_checked(self):
        """A decision lies in the past and does not end before it begins."""
        with self.assertRaises(ValidationError):
            self._consent(date=fields.Datetime.now() + timedelta(days=1))
        with self.assertRaises(ValidationError):
            self._consent(date_until=fields.Date.today() - timedelta(days=3))

    def test_consent_takes_the_validity_of_its_purpose(self):
        """A consent without an end gets that of the purpose."""
        self.marketing.validity_months = 12
        consent = self._consent()
        self.assertEqual(consent.date_until.year, fields.Date.today().year + 1)

    def test_consent_is_in_the_timeline(self):
        """Each decision appends its own kind to the timeline."""
        for state in ("given", "refused", "withdrawn"):
            self._consent(state)
        self.assertEqual(
            self._get_kinds(self.customer), ["consent_given", "consent_refused", "consent_withdrawn"]
        )

    def test_consent_withdrawn_cancels_planned_callbacks(self):
        """What is planned and forbidden now is cancelled and noted, also for contacts of the company."""
        tomorrow = fields.Date.today() + timedelta(days=1)
        callback = self._create_callback(partner_id=self.contact.id, date_planned=tomorrow)
        other = self._create_callback(partner_id=self._create_customer().id)
        self._consent("withdrawn", purpose_id=self.callback.id)
        self.assertEqual(callback.state, "cancelled")
        self.assertEqual(other.state, "planned")
        self.assertEqual(self._get_kinds(self.contact)[-1], "callback_blocked")

    def test_consent_do_not_call_cancels_planned_callbacks(self):
        """Whoever wants no calls gets none of those planned."""
        due = self._create_callback()
        callback = self._create_callback(date_planned=fields.Date.today() + timedelta(days=1))
        self.customer.with_user(self.other_specialist).care_do_not_call = True
        self.assertEqual((due.state, due.is_do_not_call), ("planned", True))
        self.assertEqual(callback.state, "cancelled")
        self.assertIn("does not want calls", callback.cancel_reason)

    def test_consent_wizard_records_many(self):
        """One decision of many customers at once, with the user's rights."""
        wizard = self.env["customer.consent.record"].with_user(self.specialist)
        customers = self.customer | self.contact
        wizard.create(
            {"partner_ids": [(6, 0, customers.ids)], "purpose_id": self.marketing.id, "evidence": "Form 7"}
        ).action_confirm()
        found = self.env["customer.consent"].search(
            [("partner_id", "in", customers.ids), ("is_current", "=", True)]
        )
        self.assertEqual(found.mapped("evidence"), ["Form 7", "Form 7"])
        for user in (self.auditor, self.employee, self.portal, self.public):
            with self.assertRaises(AccessError):
                customers.with_user(user).action_care_record_consent()

    def test_consent_access(self):
        """Specialists add, auditors read, others see nothing; nobody writes."""
        allowed = {
            "customer.consent": {"specialist": "read create", "admin": "read create", "auditor": "read"},
            "customer.consent.purpose": {
                "specialist": "read",
                "admin": "read write create unlink",
                "auditor": "read",
            },
            "customer.privacy.log": {"manager": "read", "admin": "read", "auditor": "read"},
        }
        roles = ("specialist", "manager", "admin", "auditor", "employee", "portal", "public")
        allowed["customer.consent"]["manager"] = "read create"
        allowed["customer.consent.purpose"]["manager"] = "read"
        for model, rights in allowed.items():
            for role in roles:
                for operation in ("read", "write", "create", "unlink"):
                    with self.subTest(model=model, role=role, operation=operation):
                        has = self.env[model].with_user(getattr(self, role)).has_access(operation)
                        self.assertEqual(has, operation in rights.get(role, "").split())

    def test_consent_purpose_is_checked(self):
        """A code is plain and unique; a purpose in use is archived, not deleted."""
        with self.assertRaises(ValidationError):
            self.marketing.code = "Two words"
        self.assertEqual(self.marketing.copy().code, "marketing_copy")
        self._consent()
        with self.assertRaises(ValidationError):
            self.marketing.unlink()

    def test_privacy_log_is_append_only(self):
        """Code alone writes the log, and nobody changes or deletes it, not even with all rights."""
        log = self.env["customer.privacy.log"]
        row = log._log("finance_read", self.customer, "x")
        self.assertEqual((row.partner_id, row.user_id, row.detail), (self.customer, self.env.user, "x"))
        self.assertEqual(len(log._log("retention", self.customer.browse(), "y")), 1)
        with self.assertRaises(AccessError):
            log.with_user(self.admin).create({"kind": "retention"})
        for record in (row.with_user(self.admin), row.sudo()):
            with self.assertRaises(AccessError):
                record.write({"detail": "z"})
            with self.assertRaises(AccessError):
                record.unlink()
