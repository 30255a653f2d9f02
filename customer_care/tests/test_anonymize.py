from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import CareCommon


@tagged("post_install", "-at_install")
class TestAnonymize(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.director = cls._create_user("director", "customer_care.group_care_director")
        cls.person = cls._create_customer(
            "Secret Person",
            email="secret@example.com",
            phone="+1 555 0199",
            street="Hidden 1",
            comment="Secret",
        )

    def _wizard(self, user=None, **vals):
        wizard = self.env["customer.privacy.anonymize"].with_user(user or self.director)
        return wizard.create({"partner_ids": [(6, 0, self.person.ids)], **vals})

    def _erase(self):
        wizard = self._wizard()
        wizard.confirmation = wizard.word
        wizard.action_confirm()

    def _get_leaks(self, word):
        """Return the text columns of all tables that still hold the word."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('character varying', 'text')"
            " AND (table_name LIKE 'customer%%' OR table_name LIKE 'mail%%' OR table_name LIKE 'res_partner%%'"
            " OR table_name IN ('res_users', 'ir_attachment'))"
        )
        leaks = []
        for table, column in self.env.cr.fetchall():
            # the compiled scripts of the browser are files too, and use the word
            own = " AND COALESCE(url, '') NOT LIKE '/web/assets/%%'"
            own = own if table == "ir_attachment" else ""
            query = f'SELECT 1 FROM "{table}" WHERE "{column}" ILIKE %s{own} LIMIT 1'
            self.env.cr.execute(query, [f"%{word}%"])
            if self.env.cr.fetchone():
                leaks.append(f"{table}.{column}")
        return leaks

    def test_anonymize_nothing_names_the_customer_any_more(self):
        """Name, addresses, texts, messages, files, login: nothing holds a word of the customer."""
        user = new_test_user(
            self.env,
            "secret_login",
            groups="base.group_portal",
            partner_id=self.person.id,
            email="secret@example.com",
        )
        callback = self._create_callback(partner_id=self.person.id)
        callback.action_done("reached", satisfaction=7, note="Secret talk")
        self.env["customer.consent"].create(
            {
                "partner_id": self.person.id,
                "purpose_id": self.env.ref("customer_care.customer_consent_purpose_marketing").id,
                "evidence": "Secret form",
            }
        )
        request = self.env["customer.privacy.request"].create(
            {"partner_id": self.person.id, "kind": "erase", "description": "Secret wish", "answer": "Secret"}
        )
        self.person.message_post(body="Secret message", subject="Secret subject")
        request.message_post(body="Secret note", email_from="secret@example.com", author_id=self.person.id)
        self.person.write({"name": "Secret Person II"})
        self.env.flush_all()
        self.env.cr.flush()
        self.env["ir.attachment"].create(
            {"name": "secret.txt", "raw": b"x", "res_model": "res.partner", "res_id": self.person.id}
        )
        self.assertIn("res_partner.name", self._get_leaks("secret"))
        self._erase()
        self.assertEqual(self._get_leaks("secret"), [])
        self.assertEqual(self.person.name, f"Anonymous #{self.person.id}")
        self.assertTrue(self.person.care_is_anonymous)
        self.assertFalse(user.active)
        self.assertEqual((callback.satisfaction, callback.outcome), (7, "reached"))
        self.assertEqual(self._get_kinds(self.person)[-1], "data_erased")
        log = self.env["customer.privacy.log"].search([("partner_id", "=", self.person.id)])
        self.assertEqual(log.mapped("kind"), ["data_erased"])
        self.assertIn("customer.callback 1", log.detail)

    def test_anonymize_keeps_figures(self):
        """Counts and sums of transactions and callbacks stay."""
        for number in range(3):
            self.env["customer.transaction"].create(
                {
                    "partner_id": self.person.id,
                    "date": "2026-01-05",
                    "amount": 100 + number,
                    "reference": f"S{number}",
                }
            )
        self._create_callback(partner_id=self.person.id).action_done("reached", satisfaction=9)
        domain = [("commercial_partner_id", "=", self.person.id)]
        figures = lambda: (  # noqa: E731
            self.env["customer.transaction"]._read_group(domain, [], ["__count", "amount:sum"]),
            self.env["customer.callback"]._read_group(domain, ["state"], ["__count", "satisfaction:avg"]),
        )
        before = figures()
        self._erase()
        self.assertEqual(figures(), before)

    def test_anonymize_company_takes_its_contacts_along(self):
        """With the box ticked the contacts go too, archived ones as well; without it only the company."""
        old = self._create_customer("Old", parent_id=self.customer.id, active=False)
        wizard = self._wizard(partner_ids=[(6, 0, self.customer.ids)])
        wizard.with_contacts = False
        self.assertEqual(wizard._get_partners(), self.customer)
        wizard.with_contacts = True
        wizard.confirmation = wizard.word
        wizard.action_confirm()
        self.assertTrue(all(p.name.startswith("Anonymous") for p in self.customer | self.contact | old))

    def test_anonymize_cancels_what_is_planned(self):
        """Nobody calls an anonymous customer."""
        callback = self._create_callback(
            partner_id=self.person.id, date_planned=fields.Date.today() + timedelta(days=3)
        )
        due = self._create_callback(partner_id=self.person.id)
        self._erase()
        self.assertEqual({callback.state, due.state}, {"cancelled"})

    def test_anonymize_needs_the_word_and_a_director(self):
        """The typed word confirms; below a director nobody erases."""
        wizard = self._wizard(confirmation="yes")
        with self.assertRaisesRegex(UserError, "type"):
            wizard.action_confirm()
        for user in (self.specialist, self.manager, self.auditor, self.employee, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._wizard(user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.person.with_user(user).action_care_anonymize()
        self.assertEqual(self.person.name, "Secret Person")

    def test_anonymize_refuses_employees(self):
        """An employee with a login is no customer to erase."""
        wizard = self._wizard(partner_ids=[(6, 0, self.employee.partner_id.ids)])
        self.assertIn("employee", wizard.obstacles)
        wizard.confirmation = wizard.word
        with self.assertRaisesRegex(UserError, "employee"):
            wizard.action_confirm()

    def test_anonymize_preview_counts(self):
        """The preview names each kind of record with its number."""
        self._create_callback(partner_id=self.person.id)
        preview = self._wizard().preview
        self.assertIn("Callback", preview)

    def test_anonymize_mark_cannot_be_forged(self):
        """Only the erasure marks a customer as anonymous."""
        with self.assertRaises(AccessError):
            self.person.with_user(self.specialist).write({"care_is_anonymous": True})
        model = self.env["res.partner"].with_user(self.specialist)
        with self.assertRaises(AccessError):
            model.create({"name": "x", "care_is_anonymous": True})

    def test_anonymize_takes_activities_of_all_documents_along(self):
        """Open and done activities name the customer in their texts: none stays, on no document."""
        need = self.env["customer.need"].create({"name": "Secret need", "partner_id": self.person.id})
        activity = need.activity_schedule("mail.mail_activity_data_todo", summary="Call Secret Person")
        need.activity_schedule("mail.mail_activity_data_todo", summary="Secret again").action_feedback(
            "Secret done"
        )
        self.person.activity_schedule("mail.mail_activity_data_todo", summary="Secret todo")
        self.assertTrue(activity.res_name)
        self._erase()
        self.assertEqual(self._get_leaks("secret"), [])

    def test_anonymize_for_a_request_closes_its_activity(self):
        """Nobody is asked any more to answer a request that was fulfilled."""
        request = self.env["customer.privacy.request"].create(
            {
                "partner_id": self.person.id,
                "kind": "erase",
                "identity_method": "card",
                "user_id": self.director.id,
            }
        )
        self.assertTrue(request.activity_ids)
        wizard = self._wizard(request_id=request.id)
        wizard.confirmation = wizard.word
        wizard.action_confirm()
        self.assertEqual(request.state, "done")
        self.assertFalse(request.activity_ids)
