"""A browser that starts late is waited for; one that never starts fails the test instead of leaving it out."""

import types
import unittest

import pytest
from odoo.tests import common

from tools import patience


@pytest.fixture
def started(monkeypatch):
    """Give (function(number of failures) -> a browser whose start is patient, list of its starts)."""
    starts = []

    def make(failures):
        def spawn(browser, command):
            starts.append(command)
            if len(starts) <= failures:
                raise unittest.SkipTest("Failed to detect chrome devtools port")
            return "process", 9222

        class Browser:
            _spawn_chrome = spawn

        monkeypatch.setattr(common, "ChromeBrowser", Browser)
        patience.await_chromium()
        return Browser()

    for name in ("CHECK_BROWSER_ITERATIONS", "BROWSER_WAIT"):
        monkeypatch.setattr(common, name, getattr(common, name))
    return types.SimpleNamespace(make=make, starts=starts)


@pytest.mark.parametrize("failures", [0, 1, patience.TRIES - 1])
def test_late_browser_is_waited_for(started, tmp_path, failures):
    """A start that fails is repeated, in a profile folder that exists."""
    browser = started.make(failures)
    browser.user_data_dir = str(tmp_path / "profile")
    assert browser._spawn_chrome(["chromium"]) == ("process", 9222)
    assert len(started.starts) == failures + 1 and (tmp_path / "profile").is_dir()
    assert common.CHECK_BROWSER_ITERATIONS * common.CHECK_BROWSER_SLEEP == patience.SECONDS


def test_missing_browser_fails(started, tmp_path):
    """A browser that never starts is an error, not a skipped test."""
    browser = started.make(patience.TRIES)
    browser.user_data_dir = str(tmp_path / "profile")
    with pytest.raises(TimeoutError):
        browser._spawn_chrome(["chromium"])
