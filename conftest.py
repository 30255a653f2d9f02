"""Rules for every test run of this project."""

import contextlib
import os
import shutil
from pathlib import Path
from unittest.mock import patch

import freezegun
import pytest
import pytest_odoo

from tools.patience import await_chromium

# Tests that freeze the time are measured by the clock on the wall all the same.
freezegun.configure(extend_ignore_list=["_pytest.timing"])


@contextlib.contextmanager
def own_filestore(source, database):
    """Give the copy of a database that a worker tests in a copy of the files too.

    pytest-odoo lets all workers share the files of ``source``. After each test class Odoo removes those that no row of
    *its* database names: those that a test of another worker has just written.
    """
    from odoo.tools import config  # only when Odoo has its configuration

    files = Path(config.filestore(database))
    if source == database:
        yield
        return
    shutil.rmtree(files, ignore_errors=True)
    shutil.copytree(config.filestore(source), files)
    try:
        yield
    finally:
        shutil.rmtree(files, ignore_errors=True)


pytest_odoo._shared_filestore = own_filestore


@pytest.fixture(scope="session", autouse=True)
def quick_passwords():
    """Hash passwords in one round instead of 600,000: a run makes a thousand users, whom nobody attacks."""
    with patch("odoo.addons.base.models.res_users.MIN_ROUNDS", 1):
        yield


@pytest.fixture(scope="session", autouse=True)
def patient_tours():
    """Give Chromium time to start and a page on a busy machine three minutes to get ready and be walked through."""
    await_chromium()
    from odoo.tests import HttpCase  # only when Odoo has its configuration

    start_tour = HttpCase.start_tour

    def start_patiently(self, *args, **kwargs):
        return start_tour(self, *args, **{"timeout": 180, **kwargs})

    with patch.object(HttpCase, "start_tour", start_patiently):
        yield


def pytest_sessionfinish(session, exitstatus):
    """A skipped test proves nothing: the run fails, so that a missing browser cannot pass unseen."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = len(reporter.stats.get("skipped", [])) if reporter else 0
    if skipped and exitstatus == pytest.ExitCode.OK and not os.environ.get("ALLOW_SKIPS"):
        reporter.write_line(f"{skipped} skipped: a skipped test fails the run", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
