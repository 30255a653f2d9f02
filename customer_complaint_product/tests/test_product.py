from odoo import Command
from odoo.addons.customer_complaint.tests.common import ComplaintCommon
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL


@tagged("post_install", "-at_install")
class TestProduct(ComplaintCommon):
    """The product of a complaint: found again in repeats, counted on the product, known to the next complaint."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pump, cls.valve = cls.env["product.product"].create(
            [{"name": "Pump", "default_code": "P1"}, {"name": "Valve"}]
        )

    def _create(self, **vals):
        return self._create_complaint(**{"category_id": False, "product_id": self.pump.id, **vals})

    def test_same_product_is_a_repeat(self):
        """Two complaints of a customer about one product belong together, whatever their subjects."""
        first, second = self._create(name="Leaks"), self._create(name="Too loud")
        other = self._create(name="Rusty", product_id=self.valve.id)
        none = self._create(name="Late", product_id=False)
        stranger = self._create(
            name="Foreign", partner_id=self.env["res.partner"].create({"name": "Other"}).id
        )
        everything = first | second | other | none | stranger
        everything._link_repeats()
        self.assertEqual(second.duplicate_of_id, first)
        self.assertFalse((other | none | stranger).duplicate_of_id)
        self.assertEqual(first._find_related()[first.id]["open"], second.ids)
        self.assertFalse(none._find_related()[none.id]["open"])

    def test_another_product_asks_anew(self):
        """A change of the product is a reason to look again."""
        complaint = self._create()
        complaint._link_repeats()
        self.assertTrue(complaint.is_repeat_checked)
        complaint.product_id = self.valve
        self.assertFalse(complaint.is_repeat_checked)

    def test_similar_in_the_registration(self):
        """The panel of the registration shows complaints of others about the same product."""
        other = self._create(partner_id=self.env["res.partner"].create({"name": "Other"}).id, name="Noise")
        form = Form(
            self.env["customer.complaint"].with_user(self.supervisor),
            view="customer_complaint.customer_complaint_view_form_register",
        )
        form.product_id = self.pump
        self.assertEqual(form.product_ref, self.pump.display_name)
        self.assertIn(other.number, form.register_panel)

    def test_typed_name_stays(self):
        """A serial number that was typed is not overwritten by the name of the product."""
        form = Form(self.env["customer.complaint"].with_user(self.handler))
        form.product_ref = "Serial 12"
        form.product_id = self.pump
        self.assertEqual(form.product_ref, "Serial 12")

    def test_counted_on_product_and_template(self):
        """Products and templates count their complaints in one query each and open them."""
        complaints = self._create() | self._create(name="Again")
        complaints |= self._create(product_id=self.valve.id)
        products = (self.pump | self.valve).with_user(self.manager)
        products.invalidate_recordset()
        self.assertEqual(products.mapped("complaint_count"), [2, 1])
        templates = products.product_tmpl_id
        self.assertEqual(templates.mapped("complaint_count"), [2, 1])
        self.assertEqual(
            self.env["customer.complaint"].search(templates.action_view_complaints()["domain"]), complaints
        )
        self.env.flush_all()
        products.invalidate_recordset()
        with self.assertQueryCount(1):
            products.mapped("complaint_count")

    def test_confidential_are_not_counted_for_others(self):
        """Counts are of what one may see; without the group there is no count at all."""
        self._create(user_id=self.other_handler.id, team_id=False)
        self.assertEqual(self.pump.with_user(self.handler).complaint_count, 0)
        self.assertEqual(self.pump.with_user(self.auditor).complaint_count, 1)
        with self.assertRaises(AccessError):
            self.pump.with_user(self.employee).read(["complaint_count"])

    def test_registration_from_the_product(self):
        """Product and name are filled in; of several variants none is guessed."""
        context = self.pump.with_user(self.handler).action_register_complaint()["context"]
        self.assertEqual(context["default_product_id"], self.pump.id)
        template = self.pump.product_tmpl_id
        self.assertEqual(template.action_register_complaint()["context"]["default_product_id"], self.pump.id)
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [Command.create({"name": name}) for name in ("S", "L")]}
        )
        line = {"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]}
        template = self.env["product.template"].create(
            {"name": "Hose", "attribute_line_ids": [Command.create(line)]}
        )
        self.assertEqual(len(template.product_variant_ids), 2)
        self.assertNotIn("default_product_id", template.action_register_complaint()["context"])

    def test_deleted_product(self):
        """The complaint outlives the product and keeps its name; two of them are deleted at once."""
        complaint = self._create(product_ref="Pump")
        (self.pump | self.valve).unlink()
        complaint.invalidate_recordset()
        self.assertFalse(complaint.product_id)
        self.assertEqual(complaint.product_ref, "Pump")

    def test_product_of_another_company(self):
        """A complaint is about a product of its company or of all."""
        company = self.env["res.company"].create({"name": "Two"})
        self.valve.company_id = company
        with self.assertRaises(UserError):
            self._create(product_id=self.valve.id)

    def test_dimension_of_figures(self):
        """The report knows product and category; of protected ones it names neither."""
        self.pump.categ_id = self.env["product.category"].create({"name": "Pumps"})
        shown, hidden = self._create(), self._create(is_confidential=True)
        rows = self.env["customer.complaint.report"]._read_group(
            [("complaint_id", "in", (shown + hidden).ids)], ["product_categ_id", "product_id"], ["__count"]
        )
        none = (self.env["product.category"], self.env["product.product"], 1)
        self.assertEqual(rows, [(self.pump.categ_id, self.pump, 1), none])

    def test_action_watches_the_product(self):
        """An action begins with the product its complaints share; what comes back is found by it, named or not."""
        with self._at(2):
            complaint = self._create(product_ref="Pump of the cellar")
        context = complaint.action_create_corrective()["context"]
        self.assertEqual(context["default_product_id"], self.pump.id)
        mixed = (complaint + self._create(product_id=self.valve.id)).action_create_corrective()["context"]
        self.assertNotIn("default_product_id", mixed)
        with self._at(3):
            action = (
                self.env["customer.complaint.action"]
                .with_context(**context)
                .create({"same_product": True, "same_cause": False, "same_category": False})
            )
        again, named, other = (
            self._create(name="Again"),
            self._create(product_id=False, product_ref="pump OF the cellar"),
            self._create(product_id=self.valve.id),
        )
        query = SQL(
            "SELECT id FROM customer_complaint complaint WHERE id IN %s AND %s",
            tuple((again + named + other).ids),
            action._get_same_sql("product"),
        )
        self.env.flush_all()
        self.assertEqual({row[0] for row in self.env.execute_query(query)}, set((again + named).ids))
        action.write({"product_id": False, "product_ref": False})
        self.env.flush_all()
        query = SQL(
            "SELECT id FROM customer_complaint complaint WHERE id IN %s AND %s",
            tuple((again + named + other).ids),
            action._get_same_sql("product"),
        )
        self.assertEqual({row[0] for row in self.env.execute_query(query)}, set((again + named).ids))

    def test_merged(self):
        """The main complaint takes over the product."""
        main, second = self._create(product_id=False), self._create(name="Told again")
        second.with_user(self.supervisor)._merge_into(main.with_user(self.supervisor))
        self.assertEqual(main.product_id, self.pump)

    def test_creation_costs_no_query_more(self):
        """A complaint with a product is stored with the queries of one without."""

        def count(vals):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.env["customer.complaint"].create([self._prepare_complaint(**vals)])
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count({"product_id": self.pump.id})
        self.assertLessEqual(count({"product_id": self.pump.id}) - count({}), 1)
