"""Check style, XML, translations and licences; every note fails."""

import ast
import re
import subprocess
import sys
from xml.parsers import expat

from .common import ADDONS, ROOT, Failure, output, step
from .python_env import PYTHON

PYTHON_FOLDERS = ("tools", "tests")
LICENSE = "AGPL-3"


def run_lint(odoo):
    """Run every check, then fail if one of them had a note."""
    failed = []
    checks = [
        ("Ruff: style", _tool("ruff", "check", *_python_paths())),
        ("Ruff: format", _tool("ruff", "format", "--check", *_python_paths())),
        ("Pylint with Odoo's rules", _pylint()),
        ("OCA's checks of modules", _tool("oca-checks-odoo-module", "--disable=prefer-readme-rst", *ADDONS)),
        ("OCA's checks of catalogues", _tool("oca-checks-po", *_catalogues())),
        ("Licences of dependencies", _licences(odoo)),
    ]
    for title, command in checks:
        with step(title):
            if subprocess.run(command, cwd=ROOT, env=odoo.environment, check=False).returncode:
                failed.append(title)
    for title, check in (("XML format", _xml_notes), ("Manifests", _manifest_notes), ("Hosts", _host_notes)):
        with step(title):
            notes = check()
            print(*notes, sep="\n", end="\n" if notes else "")
            failed += [title] if notes else []
    if failed:
        raise Failure(f"Lint found something to mend: {', '.join(failed)}")
    print("    Lint: no notes.")


def _tool(name, *arguments):
    return [str(PYTHON.parent / name), *map(str, arguments)]


def _python_paths():
    return [*ADDONS, *(folder for folder in PYTHON_FOLDERS if (ROOT / folder).is_dir())]


def _pylint():
    return _tool(
        "pylint",
        "--load-plugins=pylint_odoo",
        "--disable=all",
        "--enable=odoolint",
        # The author is the project's own; a README is Markdown here; a model whose subjects are many
        # (mail, deadlines, flow) is one file for each subject rather than one class of a thousand lines.
        "--disable=manifest-required-author,missing-readme,consider-merging-classes-inherited",
        "--valid-odoo-versions=19.0",
        "--score=no",
        *ADDONS,
    )


def _catalogues():
    return sorted(ROOT.glob("*/i18n/*.po*"))


def _licences(odoo):
    folders = [f"--addons-path={folder}" for folder in odoo.addons_path if folder != ROOT]
    return _tool(
        "manifestoo",
        *(f"--addons-path={ROOT}", *folders, "--select-include", ",".join(ADDONS)),
        *("--odoo-series", "19.0", "check-licenses"),
    )


def _xml_notes():
    """Every XML file: declared UTF-8, well-formed, indented by four spaces a level, no stray blanks."""
    notes = []
    for path in sorted(path for addon in ADDONS for path in (ROOT / addon).rglob("*.xml")):
        name, text = path.relative_to(ROOT), path.read_text("utf-8")
        notes += [f"{name}:{line}: {note}" for line, note in xml_format_notes(text)]
    return notes


def xml_format_notes(text):
    """Return [(line number, note)] of what is wrong with the format of an XML text."""
    lines = text.splitlines()
    notes = [
        (n, "tab or blank at the end")
        for n, line in enumerate(lines, 1)
        if "\t" in line or line != line.rstrip()
    ]
    if not text.startswith('<?xml version="1.0" encoding="UTF-8"'):
        notes.append((1, "begins without the XML declaration"))
    if not text.endswith("\n"):
        notes.append((len(lines), "no newline at the end"))
    depth = 0
    parser = expat.ParserCreate()

    def check_indent(level):
        number, column = parser.CurrentLineNumber, parser.CurrentColumnNumber
        if not lines[number - 1][:column].strip() and column != 4 * level:
            notes.append((number, f"indented by {column} blanks instead of {4 * level}"))

    def start(_name, _attributes):
        nonlocal depth
        check_indent(depth)
        depth += 1

    def end(_name):
        nonlocal depth
        depth -= 1
        if lines[parser.CurrentLineNumber - 1][parser.CurrentColumnNumber :].startswith("</"):
            check_indent(depth)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        notes.append((error.lineno, f"not well-formed: {error}"))
    return notes


def _manifest_notes():
    notes = []
    for addon in ADDONS:
        manifest = ast.literal_eval((ROOT / addon / "__manifest__.py").read_text())
        if manifest.get("license") != LICENSE:
            notes.append(f"{addon}: licence is {manifest.get('license')}, not {LICENSE}")
        if not re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", manifest.get("version", "")):
            notes.append(f"{addon}: version {manifest.get('version')} is not 19.0.x.y.z")
        listed = {*manifest.get("data", []), *manifest.get("demo", [])}
        found = {
            str(path.relative_to(ROOT / addon))
            for folder in ("data", "demo", "report", "security", "views", "wizard")
            for path in (ROOT / addon / folder).rglob("*")
            if path.suffix in {".xml", ".csv"}
        }
        notes += [f"{addon}: {name} is not in the manifest" for name in sorted(found - listed)]
        for needed in ("README.md", "CHANGELOG.md", "static/description/icon.png", "pyproject.toml"):
            if not (ROOT / addon / needed).exists():
                notes.append(f"{addon}: {needed} is missing")
    return notes


def _host_notes():
    """No file names the hosts this machine fetches packages from: they differ from place to place."""
    settings = output([sys.executable, "-m", "pip", "config", "list"])
    hosts = set(re.findall(r"https?://([\w.-]+\.\w+)", settings))
    targets = output(["apt-get", "indextargets", "--format", "$(REPO_URI)"])
    hosts |= set(re.findall(r"https?://([\w.-]+\.\w+)", targets))
    notes = []
    for name in output(["git", "ls-files"], cwd=ROOT).splitlines():
        path = ROOT / name
        if path.is_file() and path.stat().st_size < 3_000_000:
            text = path.read_text("utf-8", "ignore")
            notes += [f"{name}: names the package host {host}" for host in hosts if host in text]
    return notes
