"""Workers do not touch each other's files."""

from pathlib import Path

from odoo.tests import TransactionCase, tagged
from odoo.tools import config


@tagged("post_install", "-at_install")
class TestFilestore(TransactionCase):
    """Odoo removes the files that no row names after each test class."""

    def test_files_belong_to_the_database(self):
        """A file that another database has just written stays: it lies elsewhere."""
        database = self.env.cr.dbname
        self.assertEqual(Path(config.filestore(database)).name, database)
        self.assertFalse(Path(config.filestore(database)).is_symlink())
        attachment = self.env["ir.attachment"].create({"name": "Evidence", "raw": b"evidence of this worker"})
        self.assertTrue((Path(config.filestore(database)) / attachment.store_fname).is_file())
