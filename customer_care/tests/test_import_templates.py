import doctest
import io

import openpyxl
from odoo.tests import tagged

from ..tools import import_sheets
from ..tools.import_sheets import LANGUAGES, SHEETS, build_rows, get_file_name
from .import_common import ADDON, STATIC, ImportCommon


@tagged("post_install", "-at_install")
class TestImportTemplates(ImportCommon):
    def test_examples(self):
        """The examples of the module hold."""
        failed, tried = doctest.testmod(import_sheets)
        self.assertTrue(tried)
        self.assertFalse(failed)

    def test_xlsx_english(self):
        """The English XLSX files are imported without mapping by hand."""
        self._check(STATIC, "en_US", "xlsx")

    def test_xlsx_chinese(self):
        """The Chinese XLSX files are imported without mapping by hand."""
        self._check(STATIC, "zh_CN", "xlsx")

    def test_files_are_current(self):
        """The files have the labels that the database has: write them anew after a change."""
        for name in SHEETS:
            for lang in LANGUAGES:
                with self.subTest(name, lang=lang):
                    path = STATIC / get_file_name(name, lang, "xlsx")
                    rows = openpyxl.load_workbook(io.BytesIO(path.read_bytes())).active.iter_rows(
                        values_only=True
                    )
                    found = [[cell or "" for cell in row] for row in rows]
                    self.assertEqual(found, build_rows(self.env, name, lang))

    def test_offered(self):
        """The import screen offers the templates in the reader's language, beside Odoo's own."""
        for lang, suffix in (("en_US", ""), ("zh_CN", "_zh_CN")):
            for name, sheet in SHEETS.items():
                offered = self.env[sheet.model].with_context(lang=lang).get_import_templates()
                path = f"/customer_care/static/xls/{name}{suffix}.xlsx"
                self.assertIn(path, [template["template"] for template in offered])
                self.assertTrue((ADDON.parent / path.lstrip("/")).is_file())
        offered = self.env["res.partner"].get_import_templates()
        self.assertIn("/base/static/xls/contacts_import_template.xlsx", [t["template"] for t in offered])
        self.assertFalse(self.env["res.partner.category"].get_import_templates())
