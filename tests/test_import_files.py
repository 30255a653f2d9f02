"""The import files of the repository are taken as they are, in both languages."""

from odoo.addons.customer_care.tests import import_common
from odoo.addons.customer_care.tools.import_sheets import LANGUAGES, SHEETS, get_file_name
from odoo.tests import tagged

from tools.dev.common import ROOT

DATA = ROOT / "data/import"


@tagged("post_install", "-at_install")
class TestImportFiles(import_common.ImportCommon):
    def test_csv_english(self):
        """The English CSV files are imported without mapping by hand."""
        self._check(DATA, "en_US", "csv")

    def test_csv_chinese(self):
        """The Chinese CSV files are imported without mapping by hand."""
        self._check(DATA, "zh_CN", "csv")

    def test_same_files_twice(self):
        """The files for people are those the import screen offers."""
        names = [get_file_name(name, lang, "xlsx") for name in SHEETS for lang in LANGUAGES]
        for name in names:
            self.assertEqual((DATA / name).read_bytes(), (import_common.STATIC / name).read_bytes())
