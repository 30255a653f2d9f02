"""Rules for every test run of this project."""

import os

import pytest


def pytest_sessionfinish(session, exitstatus):
    """A skipped test proves nothing: the run fails, so that a missing browser cannot pass unseen."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = len(reporter.stats.get("skipped", [])) if reporter else 0
    if skipped and exitstatus == pytest.ExitCode.OK and not os.environ.get("ALLOW_SKIPS"):
        reporter.write_line(f"{skipped} skipped: a skipped test fails the run", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
