"""Command line of the Makefile: ``python3 -m tools.dev <command>``."""

import contextlib
import shutil
import signal
import subprocess
import sys
import time

from . import odoo_source, postgres, python_env, system
from .common import ADDONS, LOGS, ROOT, VAR, Failure, lock, step
from .databases import CORE, provide_core, provide_demo
from .odoo import Odoo


@contextlib.contextmanager
def provisioned(*, for_tests=False):
    """Provide system packages, Odoo, Python and PostgreSQL; give an :class:`Odoo` for the block."""
    with lock("provision"):
        system.provide(for_tests=for_tests)
        source = odoo_source.locate()
        python_env.provide()
    with postgres.server() as environment:
        postgres.wait_ready(environment)
        yield Odoo(source, environment)


def command_run(arguments):
    """Serve the demonstration database on 127.0.0.1:8069 until Ctrl-C."""
    from .serve import serve

    begin = time.monotonic()
    with provisioned() as odoo:
        with lock("demo"):
            provide_demo(odoo)
        serve(odoo, begin, arguments)


def command_test(arguments):
    from .testing import run_tests

    with provisioned(for_tests=True) as odoo:
        run_tests(odoo, arguments)


def command_core_test(arguments):
    from .testing import run_core_tests

    with provisioned(for_tests=True) as odoo:
        run_core_tests(odoo)


def command_lint(arguments):
    from .lint import run_lint

    with provisioned() as odoo:
        run_lint(odoo)


def command_bench(arguments):
    from .bench import run_bench

    with provisioned() as odoo:
        run_bench(odoo, arguments)


def command_screenshots(arguments):
    from .screenshots import run_screenshots

    with provisioned(for_tests=True) as odoo:
        run_screenshots(odoo, arguments)


def command_pot(arguments):
    from .translations import update_translations

    with provisioned() as odoo:
        update_translations(odoo)


def command_mail(arguments):
    """Deliver messages to the running demonstration: ``mail PORT [FILE...]``."""
    from .mail import deliver

    port, *files = arguments
    deliver(int(port), files)


def command_shell(arguments):
    with provisioned() as odoo:
        with lock("demo"):
            database = provide_demo(odoo)
        subprocess.run(
            [*odoo.command("shell", "-c", odoo.configuration, "-d", database, "--no-http"), *arguments],
            env=odoo.environment,
            check=False,
        )


def command_odoo(arguments):
    """Call Odoo's own command line in the provisioned environment."""
    with provisioned() as odoo:
        return subprocess.run(odoo.command(*arguments), env=odoo.environment, check=False).returncode


def command_exec(arguments):
    """Run any program with the environment that Odoo and its database client need."""
    with provisioned() as odoo:
        return subprocess.run(arguments, env=odoo.environment, check=False).returncode


def command_database(arguments):
    """Make a database of one's own with our addons, or upgrade them in it: ``database NAME [ADDONS]``."""
    name, *addons = arguments
    with provisioned() as odoo:
        if odoo.exists(name):
            odoo.install(name, ",".join(addons or ADDONS), upgrade=True)
        else:
            with lock("core"):
                provide_core(odoo)
                odoo.copy(CORE, name)
            odoo.install(name, ",".join(addons or ADDONS))
        print("\n".join(odoo.warnings(LOGS / f"install-{name}.log")))


def command_pytest(arguments):
    """Run pytest in the installed database NAME: ``pytest NAME [pytest's arguments]``."""
    from .testing import pytest_command

    name, *options = arguments
    with provisioned() as odoo:
        return subprocess.run(
            pytest_command(odoo, name, *options), cwd=ROOT, env=odoo.environment, check=False
        ).returncode


def command_clean(arguments):
    with step("Removing everything provisioned or generated (var/)"):
        with postgres.server_stopped():
            shutil.rmtree(VAR, ignore_errors=True)


def main():
    commands = {
        name.removeprefix("command_").replace("_", "-"): function
        for name, function in globals().items()
        if name.startswith("command_")
    }
    name, *arguments = sys.argv[1:] or ["help"]
    if name not in commands:
        print(f"Commands: {', '.join(commands)}", file=sys.stderr)
        return 2
    # A polite kill ends like Ctrl-C: servers that were started are stopped.
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(143))
    try:
        return commands[name](arguments) or 0
    except Failure as failure:
        print(f"ERROR: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
