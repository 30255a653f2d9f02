from pathlib import Path

from odoo.tests import BaseCase, tagged

ADDON = Path(__file__).resolve().parents[1]
# In pieces, so that this file passes its own test.
UPPER_WORDS = ("com" + "plaint", "sur" + "vey")
# Its list of sibling addons names them for the reader.
TEXTS = {"README.md"}


@tagged("post_install", "-at_install")
class TestLayering(BaseCase):
    def test_layering_addon_never_names_upper_addons(self):
        """The direction is one way: this addon works alone, upper ones hook in."""
        files = [
            path
            for path in ADDON.rglob("*")
            if path.suffix in {".py", ".xml", ".csv", ".js", ".scss", ".md"} and path.name not in TEXTS
        ]
        self.assertGreater(len(files), 20)
        found = [
            f"{path.relative_to(ADDON)}: {word}"
            for path in files
            for word in UPPER_WORDS
            if word in path.read_text(encoding="utf-8").lower()
        ]
        self.assertFalse(found)
