from pathlib import Path

from odoo.tests import new_test_user

from ..tools.import_sheets import LANGUAGES, SHEETS, get_file_name
from .common import CareCommon

ADDON = Path(__file__).resolve().parents[1]
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


class ImportCommon(CareCommon):
    """Import of the files that people are offered, as a user does it."""

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
