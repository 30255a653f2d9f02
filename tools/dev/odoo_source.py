"""Find an Odoo 19, or unpack Debian's package of it inside the checkout without installing it."""

import os
import pathlib
import re
import shutil
import subprocess

from .common import LOGS, VAR, Failure, need_space, output, run, step

SERIES = "19.0"
PACKAGES = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
# The package links to files of font-awesome 4.7: unstable has a newer, incompatible one.
STABLE_PACKAGES = ("fonts-font-awesome",)
UNPACKED = VAR / "odoo"
APT = VAR / "apt"


def locate():
    """Return the folder to put on PYTHONPATH so that ``import odoo`` gives Odoo 19.

    Order: ``ODOO_SRC``, an ``odoo`` on PATH, the package unpacked here (unpacked now if it is not yet).

    :raises Failure: when ``ODOO_SRC`` is no Odoo 19, or nothing can be found or fetched.
    """
    given = os.environ.get("ODOO_SRC")
    if given:
        for folder in (pathlib.Path(given), *_package_folders(pathlib.Path(given))):
            if _series(folder):
                return _checked(folder, "ODOO_SRC")
        raise Failure(f"ODOO_SRC={given} holds no Odoo: odoo/release.py is missing.")
    for folder in _on_path():
        if _series(folder) == SERIES:
            return folder.resolve()
    folder = UNPACKED / "usr/lib/python3/dist-packages"
    if not (UNPACKED / ".complete").exists():
        with step("Unpacking Odoo 19 from Debian's package"):
            _unpack()
    return _checked(folder, str(UNPACKED))


def _package_folders(root):
    return [*root.glob("usr/lib/python3/dist-packages"), *root.glob("lib/python3*/site-packages")]


def _on_path():
    """Yield folders that may hold the package of the ``odoo`` command on PATH."""
    command = shutil.which("odoo") or shutil.which("odoo-bin")
    if not command:
        return
    script = pathlib.Path(command).resolve()
    yield script.parent
    first = script.read_bytes().split(b"\n", 1)[0].decode("utf-8", "replace")
    interpreter = first[2:].split() if first.startswith("#!") else []
    if interpreter:
        found = output([*interpreter, "-c", "import odoo.release as r; print(r.__file__)"])
        if found:
            yield pathlib.Path(found).parents[1]


def _series(folder):
    """Return the series of the Odoo in ``folder`` ("19.0"), or None when there is none."""
    release = folder / "odoo/release.py"
    if not release.is_file():
        return None
    found = re.search(r"version_info\s*=\s*\(\s*(\d+)\s*,\s*(\d+)", release.read_text("utf-8", "replace"))
    return f"{found[1]}.{found[2]}" if found else None


def _checked(folder, origin):
    series = _series(folder)
    if series != SERIES:
        raise Failure(f"{origin} holds Odoo {series or 'of unknown version'}; these addons need {SERIES}.")
    return folder.resolve()


def _unpack():
    if not shutil.which("dpkg-deb") or not shutil.which("apt-get"):
        raise Failure("No Odoo 19 found and this is no Debian system: set ODOO_SRC to an Odoo 19.0 checkout.")
    VAR.mkdir(exist_ok=True)
    need_space(VAR, 2500, "Odoo")
    shutil.rmtree(UNPACKED, ignore_errors=True)
    downloads = APT / "downloads"
    shutil.rmtree(downloads, ignore_errors=True)
    downloads.mkdir(parents=True)
    configuration = _private_apt("unstable")
    _download(PACKAGES, downloads, configuration)
    _download(STABLE_PACKAGES, downloads, _private_apt("stable"))
    for package in downloads.glob("*.deb"):
        run(["dpkg-deb", "-x", package, UNPACKED])
    _fill_holes()
    shutil.rmtree(downloads)
    (UNPACKED / ".complete").touch()


def _mirror():
    """Return the address and key ring of the Debian mirror this machine already uses."""
    for attempt in ("as it is", "after an update"):
        lines = output(
            [
                "apt-get",
                "indextargets",
                "--format",
                "$(REPO_URI)|$(SIGNED_BY)|$(ORIGIN)",
                "Created-By: Packages",
            ]
        ).splitlines()
        for line in lines:
            uri, signed_by, origin = line.split("|")
            if origin == "Debian" and "security" not in uri:
                return uri, signed_by
        if attempt == "as it is" and os.geteuid() == 0:
            run(["apt-get", "update"], log=LOGS / "apt-update.log", check=False)
    raise Failure(
        "apt knows no Debian mirror (apt-get indextargets is empty): run apt-get update as administrator, "
        "or set ODOO_SRC to an Odoo 19.0 checkout."
    )


def _private_apt(suite):
    """Return the path of an apt configuration for ``suite`` that touches only ``var/apt``."""
    uri, signed_by = _mirror()
    folder = APT / suite
    for name in ("lists/partial", "cache/archives/partial", "etc"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()
    option = f"[signed-by={signed_by}] " if signed_by.startswith("/") else ""
    (folder / "etc/sources.list").write_text(f"deb {option}{uri} {suite} main\n")
    configuration = folder / "apt.conf"
    configuration.write_text(
        f'Dir::Etc::sourcelist "{folder}/etc/sources.list";\n'
        'Dir::Etc::sourceparts "-";\n'
        f'Dir::State::lists "{folder}/lists";\n'
        f'Dir::State::status "{folder}/status";\n'
        f'Dir::Cache "{folder}/cache";\n'
        'Acquire::Languages "none";\n'
        f'APT::Sandbox::User "{_user_name()}";\n'
    )
    _apt(configuration, ["update"], folder)
    return configuration


def _user_name():
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def _download(packages, folder, configuration):
    _apt(configuration, ["download", *packages], folder)


def _apt(configuration, arguments, folder):
    result = subprocess.run(
        ["apt-get", *arguments],
        cwd=folder,
        env={**os.environ, "APT_CONFIG": str(configuration), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    # apt-get update exits with 0 when it could not reach the mirror and there are older lists.
    failed = result.returncode or "Failed to fetch" in result.stderr
    if failed:
        reason = next((line for line in result.stderr.splitlines() if line.startswith(("E:", "W:"))), "")
        raise Failure(f"Debian's package of Odoo 19 could not be fetched (network?): {reason}")


def _fill_holes():
    """Provide the one script the package lacks: without it each backend page logs an error.

    It only blurs backgrounds in video calls; an empty file is enough for everything else.
    """
    addons = UNPACKED / "usr/lib/python3/dist-packages/odoo/addons"
    script = addons / "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    script.parent.mkdir(parents=True, exist_ok=True)
    if not script.exists():
        script.write_text("")
