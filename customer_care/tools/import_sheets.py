"""Templates for Odoo's import: which columns they have, and example rows in English and Chinese.

``tools/import_templates.py`` of the repository writes the files with ``build_rows``; headers are labels in
the reader's language, so that Odoo's import finds the fields by itself.

>>> sorted(SHEETS)
['anniversaries', 'consents', 'customers', 'needs', 'purchases']
>>> sorted({len(sheet.examples[lang]) for sheet in SHEETS.values() for lang in LANGUAGES})
[3]
>>> get_file_name("needs", "zh_CN", "csv")
'needs_zh_CN.csv'
>>> get_file_name("needs", "de_DE", "xlsx")
'needs.xlsx'
"""

from typing import NamedTuple

LANGUAGES = ("en_US", "zh_CN")


class Sheet(NamedTuple):
    """A template: model, names of the fields, and per language the example rows.

    A value is a text, or for a selection its key, or for a reference ``@`` and an external id.
    """

    model: str
    fields: tuple
    examples: dict


SHEETS = {
    "customers": Sheet(
        "res.partner",
        (
            *("name", "is_company", "parent_id", "function", "phone", "email", "street", "zip", "city"),
            *("country_id", "care_nature", "care_source_id", "care_user_id", "care_birthday"),
            "care_birthday_calendar",
        ),
        {
            "en_US": (
                "Sunrise Trading Ltd|TRUE|||+44 20 7946 0101|office@sunrise-trading.example|1 Mill Lane|"
                "E1 6AN|London|@base.uk|company|@customer_care.customer_source_referral|||gregorian",
                "Emma Clark|FALSE|Sunrise Trading Ltd|Buyer|+44 20 7946 0102|"
                "emma@sunrise-trading.example|||||"
                "|||1988-04-17|gregorian",
                "Li Wei|FALSE|||+86 21 5550 0103|li.wei@mail.example|8 Garden Road|200001|Shanghai|"
                "@base.cn|"
                "individual|@customer_care.customer_source_visit||1975-02-11|lunar",
            ),
            "zh_CN": (
                "晨光贸易有限公司|TRUE|||+86 21 5550 0201|office@chenguang.example|南京东路1号|"
                "200001|上海|@base.cn|"
                "company|@customer_care.customer_source_referral|||gregorian",
                "张敏|FALSE|晨光贸易有限公司|采购经理|+86 21 5550 0202|zhang.min@chenguang.example|||||"
                "|||1988-04-17|gregorian",
                "李伟|FALSE|||+86 10 5550 0203|li.wei@mail.example|花园路8号|100001|北京|@base.cn|"
                "individual|@customer_care.customer_source_visit||1975-02-11|lunar",
            ),
        },
    ),
    "purchases": Sheet(
        "customer.transaction",
        ("partner_id", "date", "reference", "amount", "currency_id"),
        {
            "en_US": (
                "Sunrise Trading Ltd|2026-01-12|EX-1001|1250.00|@base.USD",
                "Sunrise Trading Ltd|2026-02-20|EX-1002|480.50|@base.USD",
                "Li Wei|2026-03-03|EX-1003|-35.00|@base.USD",
            ),
            "zh_CN": (
                "晨光贸易有限公司|2026-01-12|EX-2001|1250.00|@base.CNY",
                "晨光贸易有限公司|2026-02-20|EX-2002|480.50|@base.CNY",
                "李伟|2026-03-03|EX-2003|-35.00|@base.CNY",
            ),
        },
    ),
    "needs": Sheet(
        "customer.need",
        ("partner_id", "name", "category_id", "date", "priority", "state", "origin", "note"),
        {
            "en_US": (
                "Sunrise Trading Ltd|Wants deliveries before 9 o'clock|"
                "@customer_care.customer_need_category_delivery|2026-01-15|1|open|call|",
                "Sunrise Trading Ltd, Emma Clark|Prefers e-mail to calls|"
                "@customer_care.customer_need_category_contact|2026-01-15|0|"
                "open|call|Not on Fridays",
                "Li Wei|Longer warranty|@customer_care.customer_need_category_service|2025-11-02|2|"
                "met|visit|",
            ),
            "zh_CN": (
                "晨光贸易有限公司|希望上午九点前送货|@customer_care.customer_need_category_delivery|"
                "2026-01-15|1|open|call|",
                "晨光贸易有限公司, 张敏|希望用邮件联系|@customer_care.customer_need_category_contact|"
                "2026-01-15|0|open|call|周五除外",
                "李伟|延长保修期|@customer_care.customer_need_category_service|2025-11-02|2|met|visit|",
            ),
        },
    ),
    "consents": Sheet(
        "customer.consent",
        ("partner_id", "purpose_id", "state", "source", "date", "date_until", "evidence"),
        {
            "en_US": (
                "Sunrise Trading Ltd|@customer_care.customer_consent_purpose_marketing|given|paper|"
                "2026-01-10 09:00:00||Form 17",
                "Sunrise Trading Ltd, Emma Clark|@customer_care.customer_consent_purpose_callback|"
                "given|phone|2026-01-11 10:30:00|"
                "2030-12-31|",
                "Li Wei|@customer_care.customer_consent_purpose_marketing|refused|mail|2026-01-12 08:15:00||",
            ),
            "zh_CN": (
                "晨光贸易有限公司|@customer_care.customer_consent_purpose_marketing|given|paper|"
                "2026-01-10 09:00:00||17号表",
                "晨光贸易有限公司, 张敏|@customer_care.customer_consent_purpose_callback|given|phone|"
                "2026-01-11 10:30:00|2030-12-31|",
                "李伟|@customer_care.customer_consent_purpose_marketing|refused|mail|2026-01-12 08:15:00||",
            ),
        },
    ),
    "anniversaries": Sheet(
        "customer.anniversary",
        ("partner_id", "name", "kind", "date", "calendar", "note"),
        {
            "en_US": (
                "Sunrise Trading Ltd|Founding of the company|founding|1998-05-04|gregorian|",
                "Sunrise Trading Ltd, Emma Clark|Wedding day|wedding|2015-09-12|gregorian|",
                "Li Wei|Mother's birthday|other|1950-10-01|lunar|Flowers",
            ),
            "zh_CN": (
                "晨光贸易有限公司|公司成立|founding|1998-05-04|gregorian|",
                "晨光贸易有限公司, 张敏|结婚纪念日|wedding|2015-09-12|gregorian|",
                "李伟|母亲生日|other|1950-10-01|lunar|送花",
            ),
        },
    ),
}


def get_file_name(sheet, lang, extension):
    """Return the name of the file of a template; other languages than Chinese get the English one."""
    return f"{sheet}{'_zh_CN' if lang == 'zh_CN' else ''}.{extension}"


def build_rows(env, name, lang):
    """Return the rows of a template as texts, the headers first.

    A header is the label of the field; where Odoo's import would take it for another field, the technical
    name.
    """
    sheet = SHEETS[name]
    env = env(context={**env.context, "lang": lang})
    wizard = env["base_import.import"].create({"res_model": sheet.model})
    tree = wizard.get_fields_tree(sheet.model)
    known = env[sheet.model].fields_get(sheet.fields)
    headers = []
    for field in sheet.fields:
        label = known[field]["string"]
        found = "/" not in label and wizard._get_mapping_suggestion(label, tree, [], {})
        headers.append(label if found and found["field_path"] == [field] else field)
    rows = [headers]
    for example in sheet.examples[lang]:
        cells = zip(sheet.fields, example.split("|"), strict=True)
        rows.append([_get_cell(env, known[field], value) for field, value in cells])
    return rows


def _get_cell(env, field, value):
    if value.startswith("@"):
        return env.ref(value[1:]).display_name
    return dict(field["selection"]).get(value, value) if value and field["type"] == "selection" else value
