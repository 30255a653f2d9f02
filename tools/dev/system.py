"""Programs of the operating system that Odoo and the tests call: a browser, a PDF maker, fonts."""

import os
import pathlib
import shutil

from .common import IS_CI, LOGS, Failure, run, step

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser():
    """Return the path of an installed Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _has_chinese_font():
    folders = ("/usr/share/fonts", "/usr/local/share/fonts", os.path.expanduser("~/.local/share/fonts"))
    return any(
        path for folder in folders for path in pathlib.Path(folder).rglob("*") if "CJK" in path.name.upper()
    )


def missing_packages(*, for_tests):
    """Return Debian names of the packages that are needed and not there."""
    missing = []
    if for_tests and not browser():
        missing.append("chromium")
    if not shutil.which("wkhtmltopdf"):
        missing.append("wkhtmltopdf")
    if not _has_chinese_font():
        missing.append("fonts-noto-cjk")
    return missing


def provide(*, for_tests=False):
    """Install what is missing when we may, else say what to install.

    :param for_tests: the browser is then needed; with ``CI`` set its absence is a failure.
    :raises Failure: when the browser is missing and cannot be installed.
    """
    missing = missing_packages(for_tests=for_tests)
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        with step(f"Installing {', '.join(missing)}"):
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            run(["apt-get", "update"], log=LOGS / "apt-update.log", env=environment, check=False)
            run(
                ["apt-get", "install", "--yes", "--no-install-recommends", *missing],
                log=LOGS / "apt-install.log",
                env=environment,
                check=False,
            )
        missing = missing_packages(for_tests=for_tests)
    if not missing:
        return
    advice = f"Please install as administrator: apt-get install {' '.join(missing)}"
    if "chromium" in missing and (IS_CI or for_tests):
        raise Failure(f"The tests need a browser. {advice}")
    print(f"    Missing, PDF or Chinese text will not work fully: {', '.join(missing)}. {advice}")
