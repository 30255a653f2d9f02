"""Fixtures of the root tests: Odoo's command line and throw-away databases."""

import contextlib
import os

import pytest

from tools.dev import odoo_source
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


def _copy(odoo, stack, source, name):
    odoo.copy_live(source, name)
    stack.callback(odoo.drop, name)
    return name
