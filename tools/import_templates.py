"""Write the templates for Odoo's import, in English and Chinese, as CSV and XLSX.

Run it in the shell of a database with all addons, up to date and with both languages:

    python3 -m tools.dev odoo shell -c var/odoo.conf -d DATABASE --no-http < tools/import_templates.py

The labels are read from the database. People find the files in ``data/import``; the import screen offers the
XLSX ones from ``customer_care/static/xls``.
"""

import csv
import datetime
import pathlib

import xlsxwriter
from odoo.addons.customer_care.tools.import_sheets import LANGUAGES, SHEETS, build_rows, get_file_name
from odoo.modules import get_module_path

ADDON = pathlib.Path(get_module_path("customer_care"))
FOLDERS = (ADDON.parent / "data" / "import", ADDON / "static" / "xls")
# Always the same bytes for the same content.
CREATED = datetime.datetime(2026, 1, 1)


def write_csv(path, rows):
    """Write the rows as UTF-8 with a mark at the beginning, which spreadsheets need for Chinese."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def write_xlsx(path, rows, title):
    """Write the rows as texts; the headers stand out and stay on screen."""
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": CREATED, "title": title})
    sheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True, "bg_color": "#E7E9ED", "bottom": 1})
    text = book.add_format({"num_format": "@"})
    sheet.freeze_panes(1, 0)
    for column, header in enumerate(rows[0]):
        cells = [row[column] for row in rows]
        # Chinese letters take two places
        width = max(sum(2 if ord(letter) > 255 else 1 for letter in cell) for cell in cells)
        sheet.set_column(column, column, min(max(width + 2, 10), 45), text)
        sheet.write_string(0, column, header, bold)
        for line, cell in enumerate(cells[1:], start=1):
            sheet.write_string(line, column, cell, text)
    book.close()


def write_all(env):
    """Write all files."""
    for folder in FOLDERS:
        folder.mkdir(parents=True, exist_ok=True)
    for name in SHEETS:
        for lang in LANGUAGES:
            rows = build_rows(env, name, lang)
            write_csv(FOLDERS[0] / get_file_name(name, lang, "csv"), rows)
            for folder in FOLDERS:
                write_xlsx(folder / get_file_name(name, lang, "xlsx"), rows, name)
            print(name, lang, *rows[0], sep=" | ")


if "env" in globals():
    write_all(globals()["env"])
