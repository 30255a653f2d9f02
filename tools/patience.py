"""Odoo's command line, with patience for browsers: ``python tools/patience.py server ...``.

Where a machine is busy Chromium may need longer than the ten seconds that Odoo's tests grant it to start, or hang as it
starts. Odoo then skips the test, and a skipped test proves nothing.
"""

import contextlib
import os
import unittest

SECONDS = 60
TRIES = 3


def await_chromium():
    """Let every browser test of Odoo wait ``SECONDS`` for Chromium to start, and start it up to ``TRIES`` times.

    A test whose browser does not start then fails with a TimeoutError instead of being skipped.
    """
    from odoo.tests import common  # only when Odoo has its configuration

    spawn = common.ChromeBrowser._spawn_chrome

    def spawn_patiently(browser, command):
        for _number in range(TRIES):
            os.makedirs(browser.user_data_dir, exist_ok=True)  # Odoo removes it when Chromium did not start
            with contextlib.suppress(unittest.SkipTest):
                return spawn(browser, command)
        raise TimeoutError(f"Chromium did not start {TRIES} times in {SECONDS} seconds.")

    common.CHECK_BROWSER_ITERATIONS = int(SECONDS / common.CHECK_BROWSER_SLEEP)
    common.BROWSER_WAIT = SECONDS
    common.ChromeBrowser._spawn_chrome = spawn_patiently


if __name__ == "__main__":
    from odoo.cli.command import main

    await_chromium()
    main()
