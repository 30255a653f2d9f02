"""Templates and Chinese catalogues are complete, current and use the agreed terms."""

import csv
import io
import re

import polib
import pytest
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

from tools.dev.common import ADDONS, ROOT

PLACEHOLDER = re.compile(r"%\((\w+)\)[sdf]|%[sd]|\{\{.*?\}\}|t-out=\"[^\"]*\"|t-att-href=\"[^\"]*\"")


def _template(addon):
    return polib.pofile(str(ROOT / addon / f"i18n/{addon}.pot"))


def _catalogue(addon):
    return polib.pofile(str(ROOT / addon / "i18n/zh_CN.po"))


@tagged("post_install", "-at_install")
class TestTemplates(TransactionCase):
    def test_template_is_current(self):
        """The committed templates hold exactly the terms that Odoo exports now (else: make pot)."""
        for addon in ADDONS:
            with self.subTest(addon=addon):
                buffer = io.BytesIO()
                trans_export(None, [addon], buffer, "po", self.env)
                exported = {entry.msgid for entry in polib.pofile(buffer.getvalue().decode())}
                committed = {entry.msgid for entry in _template(addon)}
                self.assertEqual(committed - exported, set())
                self.assertEqual(exported - committed, set())


@pytest.mark.parametrize("addon", ADDONS)
def test_chinese_is_complete(addon):
    """Each term of the template has a Chinese translation and none is marked fuzzy."""
    done = {entry.msgid for entry in _catalogue(addon).translated_entries() if "fuzzy" not in entry.flags}
    assert sorted({entry.msgid for entry in _template(addon)} - done) == []


@pytest.mark.parametrize("addon", ADDONS)
def test_chinese_keeps_placeholders(addon):
    """A translation has the placeholders, expressions and links of its source, and the same tags."""
    wrong = []
    for entry in _catalogue(addon).translated_entries():
        for pattern in (PLACEHOLDER, re.compile(r"</?\w+")):
            source = sorted(match.group() for match in pattern.finditer(entry.msgid))
            target = sorted(match.group() for match in pattern.finditer(entry.msgstr))
            if source != target:
                wrong.append(f"{entry.msgid!r}: {source} became {target}")
    assert wrong == []


@pytest.mark.parametrize("addon", ADDONS)
def test_chinese_uses_agreed_terms(addon):
    """Where an English text has a term of the glossary, its Chinese text has the agreed one."""
    with (ROOT / "i18n/glossary.csv").open(encoding="utf-8") as stream:
        glossary = [(row["english"], row["chinese"].split("|")) for row in csv.DictReader(stream)]
    wrong = []
    for entry in _catalogue(addon).translated_entries():
        english = re.sub(r"<[^>]+>|\{\{.*?\}\}|\{\w+\}|%\(\w+\)s", " ", entry.msgid).lower()
        for term, accepted in glossary:
            if re.search(rf"\b{term}s?\b", english) and not any(word in entry.msgstr for word in accepted):
                wrong.append(f"{entry.msgid[:70]!r} -> {entry.msgstr[:70]!r}: {term} is {'|'.join(accepted)}")
    assert wrong == []


@pytest.mark.parametrize("addon", ADDONS)
def test_chinese_is_chinese(addon):
    """A translation with letters of the source only is an untranslated text (names and codes excepted)."""
    allowed = re.compile(r"^[\W\dA-Z_]*$|^(CSAT|NPS|CES|ID|URL|ok|Odoo)\b")
    wrong = [
        entry.msgid
        for entry in _catalogue(addon).translated_entries()
        if entry.msgstr == entry.msgid and not allowed.match(entry.msgid)
    ]
    assert wrong == []
