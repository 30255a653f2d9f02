"""Who may name whom: lower addons know nothing of upper ones."""

import ast
import re

import pytest

from tools.dev.common import ADDONS, ROOT

# What an addon may not name in code, data or views.
FORBIDDEN = {
    "customer_care": r"complaint|survey",
    "customer_complaint": r"customer[._]survey|survey\.",
    "customer_survey": r"customer[._]complaint",
}
CODE = {".py", ".xml", ".csv", ".js", ".scss"}


def _files(addon):
    return [p for p in (ROOT / addon).rglob("*") if p.suffix in CODE and "__pycache__" not in p.parts]


@pytest.mark.parametrize("addon", FORBIDDEN)
def test_addon_names_no_upper_addon(addon):
    """No file of a lower addon contains the name of an upper one."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in _files(addon)
        if path.name != "test_layering.py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(FORBIDDEN[addon], line, re.IGNORECASE)
    ]
    assert found == []


def test_manifests_depend_downwards_only():
    """Dependencies between our addons are those of the design, and none needs a website."""
    ours = {}
    for addon in ADDONS:
        depends = ast.literal_eval((ROOT / addon / "__manifest__.py").read_text())["depends"]
        ours[addon] = {name for name in depends if name in ADDONS}
        assert "website" not in depends
    assert ours == {
        "customer_care": set(),
        "customer_complaint": {"customer_care"},
        "customer_survey": {"customer_care"},
        "customer_complaint_survey": {"customer_complaint", "customer_survey"},
        "customer_survey_sms": {"customer_survey"},
        "customer_complaint_sms": {"customer_complaint"},
        "customer_complaint_digest": {"customer_complaint"},
        "customer_complaint_dashboard": {"customer_complaint"},
        "customer_care_sale": {"customer_care"},
        "customer_care_account": {"customer_care"},
        "customer_care_calendar": {"customer_care"},
        "customer_care_crm": {"customer_care"},
        "customer_care_stock": {"customer_care"},
        "customer_complaint_product": {"customer_complaint"},
        "customer_complaint_sale": {"customer_complaint_product"},
        "customer_complaint_account": {"customer_complaint_product"},
        "customer_complaint_stock": {"customer_complaint_product"},
        "customer_complaint_repair": {"customer_complaint_stock"},
        "customer_complaint_loyalty": {"customer_complaint"},
    }


@pytest.mark.parametrize("addon", ADDONS)
def test_formulas_know_no_orm(addon):
    """Modules under tools/ can be imported and tested without Odoo."""
    for path in (ROOT / addon / "tools").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign = [n for n in names if n == "odoo" or (n.startswith("odoo.") and ".tools" not in n)]
            assert not foreign, f"{path} imports {foreign}"
