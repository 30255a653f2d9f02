import doctest
import io
from pathlib import Path

import openpyxl
from odoo.tests import new_test_user, tagged

from ..tools import import_sheets
from ..tools.import_sheets import LANGUAGES, SHEETS, build_rows, get_file_name
from .common import CareCommon

ADDON = Path(__file__).resolve().parents[1]
# only in the repository, not where the addon alone is installed
DATA = ADDON.parent / "data" / "import"
STATIC = ADDON / "static" / "xls"
OPTIONS = {
    "has_headers": True,
    "quoting": '"',
    "separator": "",
    "encoding": "",
    "date_format": "",
    "datetime_format": "",
    "float_thousand_separator": ",",
    "float_decimal_separator": ".",
    "advanced": True,
    "keep_matches": False,
    "name_create_enabled_fields": {},
    "import_set_empty_fields": [],
    "import_skip_records": [],
    "fallback_values": {},
    "skip": 0,
    "limit": 2000,
}
TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@tagged("post_install", "-at_install")
class TestImportTemplates(CareCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        currencies = cls.env.ref("base.CNY") | cls.env.ref("base.USD")
        currencies.active = True
        for currency in currencies - cls.env.company.currency_id:
            cls.env["res.currency.rate"].create(
                {"currency_id": currency.id, "name": "2020-01-01", "rate": 7.0}
            )
        cls.users = {
            lang: new_test_user(
                cls.env,
                f"test_import_{lang}",
                groups="customer_care.group_care_manager",
                lang=lang,
                tz="Asia/Shanghai",
            )
            for lang in LANGUAGES
        }

    def _import(self, name, lang, path):
        """Import a file as a user does, without touching the mapping, and return the records."""
        user = self.users[lang]
        env = self.env(user=user, context={"lang": lang, "tz": user.tz})
        wizard = env["base_import.import"].create(
            {
                "res_model": SHEETS[name].model,
                "file": path.read_bytes(),
                "file_name": path.name,
                "file_type": TYPES[path.suffix[1:]],
            }
        )
        preview = wizard.parse_preview(dict(OPTIONS))
        self.assertNotIn("error", preview)
        matches = ["/".join(preview["matches"].get(index, ["?"])) for index in range(len(preview["headers"]))]
        self.assertEqual(tuple(matches), SHEETS[name].fields)
        result = wizard.execute_import(matches, preview["headers"], preview["options"])
        self.assertFalse(result["messages"], result["messages"])
        self.assertEqual(len(result["ids"]), 3)
        return self.env[SHEETS[name].model].browse(result["ids"])

    def _check(self, folder, lang, extension):
        def load(name):
            return self._import(name, lang, folder / get_file_name(name, lang, extension))

        company, contact, person = load("customers")
        self.assertEqual((company.is_company, contact.is_company), (True, False))
        self.assertEqual(contact.parent_id, company)
        self.assertEqual(person.country_id, self.env.ref("base.cn"))
        self.assertEqual(person.care_birthday_calendar, "lunar")
        self.assertEqual(str(person.care_birthday), "1975-02-11")
        self.assertEqual(person.care_nature, "individual")
        self.assertEqual(company.care_source_id, self.env.ref("customer_care.customer_source_referral"))
        self.assertGreater(company.care_completeness, 0)
        purchases = load("purchases")
        self.assertEqual(purchases.mapped("amount"), [1250.0, 480.5, -35.0])
        self.assertEqual(purchases.partner_id, company | person)
        needs = load("needs")
        self.assertEqual(needs.mapped("state"), ["open", "open", "met"])
        self.assertEqual(needs.partner_id, company | contact | person)
        consents = load("consents")
        self.assertEqual(consents.mapped("state"), ["given", "given", "refused"])
        self.assertEqual(str(consents[0].date), "2026-01-10 01:00:00")
        anniversaries = load("anniversaries")
        self.assertEqual(anniversaries.mapped("calendar"), ["gregorian", "gregorian", "lunar"])

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

    def test_csv_english(self):
        """The English CSV files are imported without mapping by hand."""
        self._check_csv("en_US")

    def test_csv_chinese(self):
        """The Chinese CSV files are imported without mapping by hand."""
        self._check_csv("zh_CN")

    def _check_csv(self, lang):
        if not DATA.is_dir():
            self.skipTest("only in the repository")
        self._check(DATA, lang, "csv")

    def test_same_files_twice(self):
        """The files for people are those the import screen offers."""
        if not DATA.is_dir():
            self.skipTest("only in the repository")
        names = [get_file_name(name, lang, "xlsx") for name in SHEETS for lang in LANGUAGES]
        for name in names:
            self.assertEqual((DATA / name).read_bytes(), (STATIC / name).read_bytes())

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
