"""Buttons do what the browser asks of them."""

from lxml import etree
from odoo.tests import TransactionCase, tagged

from tools.dev.common import ADDONS


@tagged("post_install", "-at_install")
class TestButtons(TransactionCase):
    def test_methods_take_the_records(self):
        """The browser sends the records of a button, of one above a list too: it calls no method of the model."""
        wrong, count = [], 0
        views = self.env["ir.ui.view"].search([("model", "in", list(self.env))])
        for view, name in views.get_external_id().items():
            view = views.browse(view)
            if name.partition(".")[0] not in ADDONS:
                continue
            for button in etree.fromstring(view.arch_db).iter("button"):
                if button.get("type") != "object":
                    continue
                count += 1
                model = self.env[view.model]
                for field in button.xpath("ancestor::field[@name]"):
                    model = self.env[
                        getattr(model._fields.get(field.get("name")), "comodel_name", None) or model._name
                    ]
                method = getattr(type(model), button.get("name"), None)
                if getattr(method, "_api_model", False):
                    wrong.append((name, button.get("name")))
        self.assertGreater(count, 500)
        self.assertEqual(wrong, [])
