"""What the user guide names is there: its menus, by their whole path, and its pictures."""

import re

import polib
from odoo.tests import TransactionCase, tagged

from tools.dev.common import ADDONS, ROOT
from tools.pictures import PICTURES

GUIDES = {"en_US": ROOT / "docs/user_guide.md", "zh_CN": ROOT / "docs/user_guide.zh_CN.md"}
IMAGES = {"en_US": "en", "zh_CN": "zh_CN"}
MENU_PATH = re.compile(r"\*([^*\n]+ > [^*\n]+)\*")
PICTURE = re.compile(r"\]\(images/(\w+)/(\w+)\.png\)")


def _holds(path, parts):
    return any(path[at : at + len(parts)] == parts for at in range(len(path)))


def _leads_to(path, parts):
    """Return whether the menu has all the parts in their order, perhaps with others between them."""
    names = iter(path)
    return path[-1] == parts[-1] and all(part in names for part in parts)


@tagged("post_install", "-at_install")
class TestGuide(TransactionCase):
    def _get_menus(self, lang):
        """Return the paths of our menus, lists of names; the Chinese ones from the catalogues."""
        names = {}
        if lang == "zh_CN":
            for addon in ADDONS:
                for entry in polib.pofile(str(ROOT / addon / "i18n/zh_CN.po")).translated_entries():
                    if any(place.startswith("model:ir.ui.menu,name:") for place, _line in entry.occurrences):
                        names[entry.msgid] = entry.msgstr
        menus = self.env["ir.ui.menu"].with_context({"ir.ui.menu.full_list": True, "lang": "en_US"})
        own = menus.search([("id", "child_of", self.env.ref("customer_care.customer_care_menu_root").id)])
        return [
            [names.get(name, name) for name in menu.complete_name.replace(" / ", "/").split("/")]
            for menu in own
        ]

    def test_menus(self):
        """A path of menus leaves none out: who reads it finds each word on the screen."""
        for lang, guide in GUIDES.items():
            menus = self._get_menus(lang)
            found = 0
            for text in MENU_PATH.findall(guide.read_text()):
                parts = text.split(" > ")
                if any(_holds(path, parts) for path in menus):
                    found += 1
                    continue
                whole = [" > ".join(path[1:]) for path in menus if _leads_to(path, parts)]
                self.assertFalse(whole, f"{guide.name}: {text} is {whole}")
            self.assertGreater(found, 80, guide.name)

    def test_pictures(self):
        """Each picture of the guide is there and can be taken anew; both languages show the same ones."""
        shown = {lang: PICTURE.findall(guide.read_text()) for lang, guide in GUIDES.items()}
        for lang, pictures in shown.items():
            self.assertEqual({folder for folder, _name in pictures}, {IMAGES[lang]})
            for folder, name in pictures:
                self.assertIn(name, PICTURES)
                self.assertTrue((ROOT / f"docs/images/{folder}/{name}.png").is_file(), name)
        names = [{name for _folder, name in pictures} for pictures in shown.values()]
        self.assertEqual(*names)
        self.assertEqual(names[0], set(PICTURES))
