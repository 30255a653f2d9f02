"""Odoo's own generic tests still pass with our addons installed."""

import shutil

import pytest

from tools.dev.common import ADDONS, ROOT
from tools.dev.odoo import Odoo
from tools.dev.testing import run_odoo_suite

SUITES = {
    # Every model, action, filter and hidden field of the registry.
    "models": "/base:TestAllFilters,/base:TestInvisibleField,/web:TestMenusAdminLight",
    # Every view is valid and every form renders.
    "views": "migration/base:TestAllViews,render_all_views/base:TestRenderAllViews",
    # Every menu and view opens in a browser.
    "clicks": "click_all/web:TestMenusAdmin",
}


@pytest.mark.parametrize("suite", SUITES)
def test_generic_suite_passes(odoo, test_copy, suite):
    """Each generic suite of Odoo has no failure and no error."""
    failed, errors, total, text = run_odoo_suite(odoo, test_copy(f"care_suite_{suite}"), SUITES[suite])
    assert total and not failed and not errors, text[-6000:]


def test_models_are_well_formed(odoo, test_copy):
    """Odoo's check of every model blames none of ours (it blames one of Odoo's own as it is)."""
    *_numbers, total, text = run_odoo_suite(odoo, test_copy("care_suite_every"), "/base:TestEveryModel")
    blamed = [
        line for line in text.splitlines() if "customer" in line and (" ERROR " in line or " FAIL" in line)
    ]
    assert total and not blamed, "\n".join(blamed)


def test_lint_of_odoo_passes(odoo, test_copy, tmp_path):
    """Odoo's own lint (manifests, translations, SQL, assets) finds nothing in our addons.

    It reads every file below the addons path: our addons are copied to where nothing else is.
    """
    for addon in ADDONS:
        shutil.copytree(ROOT / addon, tmp_path / addon, ignore=shutil.ignore_patterns("__pycache__"))
    beside = Odoo(odoo.source, odoo.environment, addons=tmp_path, name="lint")
    tags = "/test_lint,-/test_lint:TestPyLint,-/test_lint:TestESLint"
    name = test_copy("care_suite_lint")
    failed, errors, total, text = run_odoo_suite(beside, name, tags, install=["test_lint"])
    assert total and not failed and not errors, text[-6000:]
