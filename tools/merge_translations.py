"""Merge exported templates into the zh_CN catalogues; called by ``make pot`` in the virtual environment.

Usage: merge_translations.py ODOO_SOURCE ADDON...

Terms which our models inherit from Odoo's mixins are taken from Odoo's own catalogues. Prints how many
terms are left without translation; a translator fills them in by hand.
"""

import pathlib
import sys

import polib

ROOT = pathlib.Path(__file__).resolve().parents[1]
LANGUAGE = "zh_CN"
# Odoo's addons whose mixins and views ours build on.
DONORS = ("base", "mail", "portal", "rating", "survey", "web", "contacts", "resource", "http_routing")
HEADER = {
    "Project-Id-Version": "Odoo Server 19.0",
    "Language": LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}


def donor_terms(source):
    """Return {msgid: msgstr} of Odoo's own Chinese catalogues; earlier donors win."""
    terms = {}
    for addon in reversed(DONORS):
        for folder in (source / "odoo/addons", source / "addons"):
            catalogue = folder / addon / "i18n" / f"{LANGUAGE}.po"
            if catalogue.is_file():
                entries = polib.pofile(str(catalogue)).translated_entries()
                terms.update({e.msgid: e.msgstr for e in entries if e.msgstr != e.msgid})
    return terms


def merge(addon, donors):
    """Bring the catalogue of ``addon`` up to its template and return the entries still to translate."""
    folder = ROOT / addon / "i18n"
    template = polib.pofile(str(folder / f"{addon}.pot"))
    path = folder / f"{LANGUAGE}.po"
    known = {}
    if path.exists():
        known = {(e.msgctxt, e.msgid): e.msgstr for e in polib.pofile(str(path)) if e.msgstr}
    catalogue = polib.POFile(wrapwidth=78)
    catalogue.header = template.header
    catalogue.metadata = HEADER
    for entry in template:
        entry.msgstr = known.get((entry.msgctxt, entry.msgid)) or donors.get(entry.msgid, "")
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
        catalogue.append(entry)
    catalogue.sort(key=lambda entry: entry.msgid)
    catalogue.save(str(path))
    return [entry for entry in catalogue if not entry.msgstr and not entry.obsolete]


def main():
    source, *addons = sys.argv[1:]
    donors = donor_terms(pathlib.Path(source))
    for addon in addons:
        missing = merge(addon, donors)
        print(f"    {addon}: {len(missing)} terms without translation")


if __name__ == "__main__":
    main()
