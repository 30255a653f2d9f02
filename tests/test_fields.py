"""Fields answer for any number of records, saved or not, and for any filter that a user can make."""

import re

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from tools.dev.common import ADDONS

RECORDS = re.compile(r"^[a-z_.]+\(.*\)$")
DAY, MOMENT = "2026-02-28", "2026-02-28 23:59:59"
# What the editor of filters offers for a type of field, with values of each kind.
FILTERS = {
    "boolean": [("=", True), ("!=", True), ("=", False)],
    "char": [
        ("=", "x"),
        ("!=", "x"),
        ("=", False),
        ("!=", False),
        ("ilike", "x"),
        ("not ilike", "x"),
        ("in", ["x"]),
    ],
    "date": [("=", DAY), ("!=", DAY), ("<", DAY), (">=", DAY), ("in", [DAY]), ("=", False), ("!=", False)],
    "datetime": [("=", MOMENT), ("!=", MOMENT), ("<", MOMENT), (">=", MOMENT), ("=", False), ("!=", False)],
    "integer": [("=", 0), ("!=", 1), ("<", 1), (">=", -1), ("in", [0, 1]), ("=", False), ("!=", False)],
    "many2one": [
        *[("in", [1]), ("not in", [1]), ("in", [1, False]), ("in", []), ("=", False), ("!=", False)],
        *[("ilike", "x"), ("not ilike", "x"), ("=", "x"), ("any", [("id", "=", 1)])],
    ],
    "selection": [("=", False), ("!=", False)],
}
FILTERS["text"] = FILTERS["html"] = FILTERS["char"]
FILTERS["float"] = FILTERS["monetary"] = FILTERS["integer"]
FILTERS["many2many"] = FILTERS["one2many"] = FILTERS["many2one"]


@tagged("post_install", "-at_install")
class TestFields(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fields = [
            (model, field)
            for model in cls.env.values()
            if not model._abstract
            for field in model._fields.values()
            if set(field._modules) & set(ADDONS)
        ]

    def test_several_records_at_once(self):
        """Each field that our addons compute can be read of two new records, of saved ones, and asked of none."""
        fields = [(model, field) for model, field in self.fields if isinstance(field.compute, str)]
        self.assertGreater(len(fields), 500)
        for model, field in fields:
            with self.subTest(field=str(field)), self.cr.savepoint():
                getattr(model.browse(), field.compute)()
                values = (model.new({}) + model.new({})).mapped(field.name)
                # A text made of records is a slip of the pen: ``records and text`` without records.
                self.assertFalse(
                    field.is_text and any(RECORDS.search(str(value)) for value in values), values
                )
                if model._auto:
                    model.search([], limit=3).mapped(field.name)

    def test_filters(self):
        """No filter on a field that can be searched ends with an error."""
        fields = [(model, field) for model, field in self.fields if field._description_searchable]
        self.assertGreater(len(fields), 1000)
        for model, field in fields:
            filters = FILTERS.get(field.type, ())
            if field.store:
                # Odoo answers by itself, but for names that nobody can search.
                filters = [("ilike", "x")] if field.type == "many2one" else []
            for operator, value in filters:
                with (
                    self.subTest(field=str(field), operator=operator, value=value),
                    self.cr.savepoint(flush=False),
                ):
                    try:
                        model.search_count([(field.name, operator, value)], limit=1)
                    except AccessError:
                        self.assertFalse(model.has_access("read") and model._has_field_access(field, "read"))
