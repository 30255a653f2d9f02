import doctest

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..tools import completeness
from .common import CareCommon


@tagged("post_install", "-at_install")
class TestCompleteness(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Field = cls.env["customer.completeness.field"]
        cls.Field.search([]).unlink()

    @classmethod
    def _add(cls, name, weight=1, **vals):
        field = cls.env["ir.model.fields"]._get("res.partner", name)
        return cls.Field.create({"field_id": field.id, "weight": weight, **vals})

    def _run_job(self):
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda cron, *args, **kwargs: 1)
        self.env["res.partner"]._cron_care_completeness()

    def test_formulas(self):
        """The examples in the formulas hold."""
        failed, tried = doctest.testmod(completeness)
        self.assertTrue(tried)
        self.assertFalse(failed)

    def test_weights(self):
        """The completeness is the share of the weights of the filled fields, rounded down."""
        self._add("phone", 2)
        self._add("email", 1)
        partner = self._create_customer()
        self.assertEqual(partner.care_completeness, 0)
        partner.phone = "123"
        self.assertEqual(partner.care_completeness, 66)
        partner.email = "sun@sun.test"
        self.assertEqual(partner.care_completeness, 100)
        partner.phone = False
        self.assertEqual(partner.care_completeness, 33)

    def test_nothing_chosen(self):
        """With no field chosen nothing is missing."""
        self._run_job()
        partner = self._create_customer()
        self._run_job()
        self.assertEqual(partner.care_completeness, 100)

    def test_applies_to(self):
        """A field may count for companies or for people alone."""
        self._add("function", applies_to="person")
        self._add("website", applies_to="company")
        person, company = self._create_customer(), self._create_customer(is_company=True)
        (person | company).write({"website": "https://sun.test"})
        self.assertEqual(person.care_completeness, 0)
        self.assertEqual(company.care_completeness, 100)
        company.is_company = False
        self.assertEqual(company.care_completeness, 0)

    def test_kinds_of_fields(self):
        """SQL and Python agree on what is filled, for each kind of field; blanks and 0 are empty."""
        country = self.env.ref("base.de")
        tag = self.env["res.partner.category"].create({"name": "Test"})
        for name, empty, filled in (
            ("phone", " \u3000\t", "1"),
            ("lang", False, "en_US"),
            ("care_staff_count", 0, 5),
            ("partner_latitude", 0.0, 1.5),
            ("country_id", False, country.id),
            ("care_birthday", False, "1990-01-01"),
            ("category_id", [(5,)], [(6, 0, tag.ids)]),
            ("child_ids", [(5,)], [(0, 0, {"name": "Child"})]),
        ):
            with self.subTest(name):
                self.Field.search([]).unlink()
                self._add(name)
                partner = self._create_customer(**{name: empty})
                self.assertEqual((partner.care_completeness, bool(partner.care_missing_fields)), (0, True))
                partner.write({name: filled})
                self.assertEqual((partner.care_completeness, bool(partner.care_missing_fields)), (100, False))
                born = self._create_customer(**{name: filled})
                self.assertEqual(born.care_completeness, 100)

    def test_contacts_of_a_company(self):
        """A contact that comes, goes or is archived changes the completeness of its company."""
        self._add("child_ids")
        company = self._create_customer(is_company=True)
        contact = self._create_customer("Ada", parent_id=company.id)
        self.assertEqual(company.care_completeness, 100)
        contact.active = False
        self.assertEqual(company.care_completeness, 0)
        contact.active = True
        self.assertEqual(company.care_completeness, 100)
        contact.parent_id = self.customer
        self.assertEqual(company.care_completeness, 0)

    def test_copied_address(self):
        """What core copies to the contacts counts there as well."""
        self._add("city")
        self.customer.city = "Berlin"
        self.assertEqual(self.contact.city, "Berlin")
        self.assertEqual(self.contact.care_completeness, 100)

    def test_configuration_change(self):
        """A change of the configuration is computed for all customers by the job, archived ones included."""
        archived = self._create_customer(active=False)
        partners = self.customer | archived
        self._add("phone")
        self._run_job()
        self.assertEqual(partners.mapped("care_completeness"), [0, 0])
        self._add("name")
        self._run_job()
        self.assertEqual(partners.mapped("care_completeness"), [50, 50])

    def test_change_triggers_the_job(self):
        """Adding, changing and removing a field ask for the job."""
        cron = self.env.ref("customer_care.ir_cron_completeness")
        triggers = self.env["ir.cron.trigger"].search_count
        domain = [("cron_id", "=", cron.id)]
        before = triggers(domain)
        line = self._add("phone")
        line.weight = 3
        line.unlink()
        self.assertEqual(triggers(domain), before + 3)

    def test_one_statement_for_many(self):
        """Writing many customers takes no more statements than writing one."""
        self._add("phone")
        partners = self.env["res.partner"].create([{"name": f"P{i}"} for i in range(50)])
        self.env.flush_all()
        with self.assertQueryCount(12):
            partners.write({"phone": "1"})
            self.env.flush_all()
        self.assertEqual(set(partners.mapped("care_completeness")), {100})
        partners.browse()._care_update_completeness()

    def test_missing_in_readers_language(self):
        """What is missing is named in the reader's language, also when the reader may not see the value."""
        self._add("phone")
        field = self.env["ir.model.fields"]._get("res.partner", "phone")
        self.env["res.lang"]._activate_lang("zh_CN")
        field.with_context(lang="zh_CN").field_description = "电话号码"
        self.assertEqual(self.customer.with_context(lang="zh_CN").care_missing_fields, "电话号码")

    def test_choice(self):
        """Computed fields and such that are not kept cannot be chosen; money is not asked of customers."""
        for name in ("display_name", "care_callback_count", "image_1920", "property_payment_term_id"):
            if name in self.env["res.partner"]._fields:
                with self.subTest(name), self.assertRaises(ValidationError):
                    self._add(name)
        for name in ("ref", "care_user_id", "comment"):
            with self.subTest(name), self.assertRaises(ValidationError):
                self._add(name, is_asked=True)

    def test_forging(self):
        """Nobody sets the completeness by hand, not over a default either."""
        for user in (self.specialist, self.manager, self.admin):
            partner = self.customer.with_user(user)
            with self.assertRaises(AccessError):
                partner.write({"care_completeness": 100})
            with self.assertRaises(AccessError):
                partner.create({"name": "x", "care_completeness": 100})
            self._add("phone") if not self.Field.search([]) else None
            born = partner.with_context(default_care_completeness=77).create({"name": "x"})
            self.assertEqual(born.care_completeness, 0)

    def test_access(self):
        """Administrators configure, the customer care and auditors read, others see nothing."""
        line = self._add("phone")
        for user in (self.portal, self.public, self.employee):
            with self.assertRaises(AccessError):
                line.with_user(user).read(["weight"])
        for user in (self.specialist, self.manager, self.auditor):
            line.with_user(user).read(["weight"])
            for action in (
                lambda rec: rec.write({"weight": 2}),
                lambda rec: rec.unlink(),
                lambda rec: rec.action_refresh(),
                lambda rec: rec.create({"field_id": rec.sudo().field_id.id}),
            ):
                with self.assertRaises(AccessError):
                    action(line.with_user(user))
        line.with_user(self.admin).write({"weight": 2})
        line.with_user(self.admin).action_refresh()

    def test_admin_opens_the_list(self):
        """An administrator of the customer care, no administrator of Odoo, opens the list and chooses a field."""
        line = self._add("phone").with_user(self.admin)
        shown = line.web_read(
            {"field_id": {"fields": {"display_name": {}}}, "choice_ids": {}, "label": {}, "can_be_asked": {}}
        )[0]
        self.assertIn("Phone", shown["field_id"]["display_name"])
        self.assertIn(line.sudo().field_id.id, shown["choice_ids"])
        found = line.env["ir.model.fields"].name_search("Phone", [("id", "in", shown["choice_ids"])])
        self.assertTrue(found)
