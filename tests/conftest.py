"""Fixtures of the root tests: Odoo's command line and throw-away databases."""

import contextlib
import json
import os

import pytest

from tools.dev import odoo_source
from tools.dev.common import LOGS, ROOT
from tools.dev.databases import CORE, TEST
from tools.dev.odoo import Odoo


@pytest.fixture(scope="session")
def odoo():
    """Odoo's command line on the PostgreSQL of this run."""
    return Odoo(odoo_source.locate(), dict(os.environ))


@pytest.fixture
def core_copy(odoo):
    """Give a function(name) -> copy of the database with only Odoo's addons; removed afterwards."""
    with contextlib.ExitStack() as stack:
        yield lambda name: _copy(odoo, stack, CORE, name)


@pytest.fixture
def test_copy(odoo):
    """Give a function(name) -> copy of the database with our addons installed; removed afterwards."""
    with contextlib.ExitStack() as stack:
        yield lambda name: _copy(odoo, stack, TEST, name)


@pytest.fixture(scope="module")
def module_copy(odoo):
    """Give a function(source, name) -> copy of the database ``source``; removed after the last test of the module."""
    with contextlib.ExitStack() as stack:
        yield lambda source, name: _copy(odoo, stack, source, name)


@pytest.fixture
def run_workers(odoo, tmp_path):
    """Give a function(script, database, mode) -> what ``tests/<script>_workers.py`` found there, or None."""

    def run(script, database, mode):
        output = tmp_path / f"{database}-{mode}.json"
        head = (
            f"MODE, ROOT, OUTPUT = {mode!r}, {str(ROOT)!r}, {str(output)!r}\n"
            "import sys; sys.path[:0] = [ROOT, ROOT + '/tests']\n"
        )
        odoo.run(
            *("shell", "-c", odoo.configuration, "-d", database, "--no-http", "--log-level=critical"),
            input=(head + (ROOT / f"tests/{script}_workers.py").read_text("utf-8")).encode(),
            log=LOGS / f"{database}-{mode}.log",
        )
        return json.loads(output.read_text("utf-8")) if output.exists() else None

    return run


def _copy(odoo, stack, source, name):
    # Tests run beside each other: a copy of the same name belongs to another worker.
    name = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    odoo.copy_live(source, name)
    stack.callback(odoo.drop, name)
    return name
