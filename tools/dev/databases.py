"""The databases of the development commands, and when each is made anew."""

import ast

from .common import ADDONS, LOGS, ROOT, Failure, digest, step
from .odoo import DATA_DIR

# English has to be named too: on a new database the languages given are the only active ones.
LANGUAGES = "--load-language=en_US,zh_CN"
CORE, TEST, DEMO = "care_core", "care_test", "care_demo"
# What does not change the database when it changes.
IGNORED_PARTS = {"tests", "__pycache__", "description", "migrations", "changelog.d"}
IGNORED_SUFFIXES = {".md", ".pyc", ".toml"}


def addon_files():
    """Return the files of our addons that decide what an installed database looks like."""
    return [
        path
        for addon in ADDONS
        for path in (ROOT / addon).rglob("*")
        if path.is_file()
        and not IGNORED_PARTS.intersection(path.relative_to(ROOT).parts)
        and path.suffix not in IGNORED_SUFFIXES
    ]


def core_dependencies():
    """Return the addons of Odoo that ours depend on."""
    manifests = [ast.literal_eval((ROOT / addon / "__manifest__.py").read_text()) for addon in ADDONS]
    return sorted({name for manifest in manifests for name in manifest["depends"]} - set(ADDONS))


def _stamp(database):
    return DATA_DIR / f"{database}.stamp"


def _is_current(odoo, database, fingerprint):
    stamp = _stamp(database)
    return stamp.exists() and stamp.read_text() == fingerprint and odoo.exists(database)


def _mark(database, fingerprint):
    _stamp(database).write_text(fingerprint)


def provide_core(odoo):
    """Make the database with only Odoo's addons, in English and Chinese, once for each Odoo."""
    fingerprint = "|".join([str(odoo.source), LANGUAGES, *core_dependencies()])
    if _is_current(odoo, CORE, fingerprint):
        return
    with step("Creating the database of Odoo's own addons"):
        odoo.drop(CORE)
        odoo.install(CORE, ",".join(core_dependencies()), options=(LANGUAGES,))
    _mark(CORE, fingerprint)


def provide_test(odoo, *, name=TEST):
    """Make the database for tests: Odoo's addons and ours, no demonstration data."""
    provide_core(odoo)
    fingerprint = "|".join([_stamp(CORE).read_text(), digest(addon_files())])
    if _is_current(odoo, name, fingerprint):
        return name
    with step("Installing the addons for tests"):
        _stamp(name).unlink(missing_ok=True)
        odoo.copy(CORE, name)
        odoo.install(name, ",".join(ADDONS))
        _refuse_warnings(odoo, name)
    _mark(name, fingerprint)
    return name


def _refuse_warnings(odoo, name):
    """Fail when the last installation warned, e.g. of demonstration data that could not be loaded."""
    notes = odoo.warnings(LOGS / f"install-{name}.log")
    if notes:
        raise Failure("The installation must not warn:\n" + "\n".join(notes))


def provide_demo(odoo):
    """Make or upgrade the database that ``make run`` shows; what users typed in is kept."""
    fingerprint = "|".join([str(odoo.source), digest(addon_files())])
    if _is_current(odoo, DEMO, fingerprint):
        return DEMO
    if odoo.exists(DEMO) and _stamp(DEMO).exists():
        with step("Upgrading the addons"):
            odoo.install(DEMO, ",".join(ADDONS), upgrade=True)
    else:
        with step("Creating the database with demonstration data"):
            odoo.drop(DEMO)
            odoo.install(DEMO, ",".join(ADDONS), demo=True, options=(LANGUAGES,))
            _refuse_warnings(odoo, DEMO)
    _mark(DEMO, fingerprint)
    return DEMO
