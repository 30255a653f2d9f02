"""Run the tests: the addons' own and those of the root folder under pytest, and Odoo's own beside us."""

import re
import subprocess

from .common import ADDONS, IS_CI, LOGS, ROOT, Failure
from .databases import provide_test
from .python_env import PYTHON
from .serve import free_port

RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


def pytest_command(odoo, database, *options):
    """Return the command line of pytest on ``database``, with a web server for browser tests."""
    return [
        *(str(PYTHON), "-m", "pytest", "-p", "no:cacheprovider"),
        *(f"--odoo-config={odoo.configuration}", f"--odoo-database={database}", "--odoo-http"),
        *options,
    ]


def run_tests(odoo, arguments, *, paths=("tests", *ADDONS)):
    """Run pytest on ``paths`` in two processes; a skipped test fails the run (see conftest.py).

    Each process works in a copy of the test database. Tests of one class or module stay together, in the order of the
    paths: the long ones of the root folder begin first.

    :raises Failure: when a test failed.
    """
    database = provide_test(odoo)
    slowest = ["--durations=15", "--durations-min=5"] if IS_CI else []
    parallel = ["-n", "2", "--dist", "loadscope", "--no-loadscope-reorder"]
    if "-x" in arguments or "-s" in arguments:
        parallel = []
    command = pytest_command(odoo, database, "-q", *parallel, *slowest, *paths, *arguments)
    if subprocess.run(command, cwd=ROOT, env=odoo.environment, check=False).returncode:
        raise Failure("The tests did not pass.")


def run_core_tests(odoo):
    """Run Odoo's own generic tests with our addons installed."""
    run_tests(odoo, [], paths=["tests/test_core_suites.py"])


def run_odoo_suite(odoo, database, tags, *, install=()):
    """Run Odoo's tests of ``tags`` in ``database`` and return (failed, errors, total, log text).

    :param install: addons to install first; then only the tests of these are looked at by Odoo.
    :raises Failure: when Odoo reports no result at all (a tag that matches nothing passes silently).
    """
    log = LOGS / f"suite-{database}.log"
    odoo.run(
        *("server", "-c", odoo.configuration, "-d", database, "--stop-after-init", "--max-cron-threads=0"),
        *(("-i", ",".join(install)) if install else ()),
        f"--http-port={free_port()}",
        *("--test-tags", tags, "--log-level=warn", "--log-handler=odoo.tests.result:INFO"),
        start=[ROOT / "tools/patience.py"],
        log=log,
        check=False,
    )
    text = log.read_text("utf-8", "replace")
    found = RESULT.findall(text)
    if not found:
        raise Failure(f"Odoo ran no test of {tags}, see {log}")
    return *(int(number) for number in found[-1]), text
