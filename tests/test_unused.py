"""Nothing lies about that nobody reaches: methods, fields, actions, views, files."""

import ast
import collections
import fnmatch
import re

from odoo.tests import TransactionCase, tagged

from tools.dev.common import ADDONS, ROOT

WORD = re.compile(r"[A-Za-z_]\w*")
# A definition names itself, and an override hands on: neither is a use.
NO_USE = re.compile(r"\bdef \w+|super\(\)\.\w+")
# Names put together in the code: f"_query_{source}"
BUILT = re.compile(r'f"(_\w{3,})\{')
IMPORT = re.compile(r"^(?:from|import) (?:[^(\n]*\([^)]*\)|.*)$", re.M)
# Odoo calls what is marked so.
CALLED = ("_constrains", "_ondelete", "_onchange", "_autovacuum")
ACTIONS = ("act_window", "server", "client", "report", "act_url")


def _get_sources():
    """Return {path from the root: text} of what is shipped: no tests, demonstration or translations."""
    paths = [path for addon in ADDONS for path in (ROOT / addon).rglob("*")]
    return {
        str(path.relative_to(ROOT)): path.read_text()
        for path in paths
        if path.suffix in (".py", ".xml", ".js", ".csv", ".scss")
        and not {"tests", "demo", "i18n"}.intersection(path.relative_to(ROOT).parts)
    }


SOURCES = _get_sources()


def test_files():
    """Each data file is in its manifest, each asset in a bundle, each module imported."""
    imported = set()
    for path, text in SOURCES.items():
        if path.endswith(".py"):
            imported.update(word for part in IMPORT.findall(text) for word in WORD.findall(part))
    lost = []
    for addon in ADDONS:
        manifest = ast.literal_eval((ROOT / addon / "__manifest__.py").read_text())
        bundles = [entry for bundle in manifest.get("assets", {}).values() for entry in bundle]
        assets = [entry.replace("/**/*", "/*") for entry in bundles if isinstance(entry, str)]
        for path in SOURCES:
            owner, _slash, rest = path.partition("/")
            if owner != addon or rest.startswith("migrations/"):
                continue
            if rest.startswith("static/"):
                known = any(fnmatch.fnmatch(path, asset) for asset in assets)
            elif path.endswith(".py"):
                module = path.removesuffix(".py").rpartition("/")[2]
                known = module.startswith("__") or module in imported
            else:
                known = rest in manifest.get("data", [])
            if not known:
                lost.append(path)
    assert lost == []


@tagged("post_install", "-at_install")
class TestUnused(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.words = collections.Counter()
        for text in SOURCES.values():
            cls.words.update(WORD.findall(NO_USE.sub("", text)))
        built = {prefix for text in SOURCES.values() for prefix in BUILT.findall(text)}
        cls.prefixes = tuple(built)

    def test_methods(self):
        """Each method is called, named by a view or a record, or one of Odoo's own."""
        lost = set()
        for model in self.env.values():
            classes = type(model).__mro__
            own = [c for c in classes if c.__module__.startswith(tuple(f"odoo.addons.{a}." for a in ADDONS))]
            foreign = {name for c in classes if c not in own and "pool" not in vars(c) for name in vars(c)}
            for cls in own:
                for name, method in vars(cls).items():
                    if not callable(method) or name.startswith("__") or name in foreign or self.words[name]:
                        continue
                    if not name.startswith(self.prefixes) and not any(
                        hasattr(method, mark) for mark in CALLED
                    ):
                        lost.add(f"{cls.__module__}: {name}")
        self.assertEqual(lost, set())

    def test_fields(self):
        """Each field is named beside its definition; those of SQL reports are there to be chosen."""
        lost = {
            str(field)
            for model in self.env.values()
            for field in model._fields.values()
            if field._modules
            and set(field._modules) <= set(ADDONS)
            and field.model_name == model._name
            and (model._auto or model._abstract)
            and self.words[field.name] < 2
        }
        self.assertEqual(lost, set())

    def _get_records(self, models):
        return self.env["ir.model.data"].search([("module", "in", ADDONS), ("model", "in", models)])

    def test_actions(self):
        """Each action has a menu, a place in the action menu or a job, or is named by what opens it."""
        menus = self.env["ir.ui.menu"].with_context({"ir.ui.menu.full_list": True}).search([])
        opened = {(menu.action._name, menu.action.id) for menu in menus if menu.action}
        jobs = self.env["ir.cron"].with_context(active_test=False).search([]).ir_actions_server_id.ids
        opened |= {("ir.actions.server", number) for number in jobs}
        code = "".join(text for path, text in SOURCES.items() if path.endswith(".py"))
        lost = set()
        for data in self._get_records([f"ir.actions.{kind}" for kind in ACTIONS]):
            action = self.env[data.model].browse(data.res_id)
            if (data.model, data.res_id) in opened or action.binding_model_id or self.words[data.name] > 1:
                continue
            if data.model != "ir.actions.report" or f'"{action.report_name}"' not in code:
                lost.add(data.complete_name)
        self.assertEqual(lost, set())

    def test_views(self):
        """Each view is the first of its model and type, adds to another one, or is named by what shows it."""
        lost = set()
        View = self.env["ir.ui.view"]
        for data in self._get_records(["ir.ui.view"]):
            view = View.browse(data.res_id)
            if view.inherit_id or self.words[data.name] > 1:
                continue
            first = View.search(
                [("model", "=", view.model), ("type", "=", view.type), ("mode", "=", "primary")], limit=1
            )
            if view.type == "qweb" or view != first:
                lost.add(data.complete_name)
        self.assertEqual(lost, set())
