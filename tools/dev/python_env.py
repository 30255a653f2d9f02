"""The virtual environment: Odoo's libraries and the development tools, in locked versions."""

import os
import re
import shutil
import sys

from .common import LOGS, ROOT, VAR, Failure, digest, output, run, step

LOCK = ROOT / "tools/requirements.lock"
VENV = VAR / "venv"
PYTHON = VENV / "bin/python"
SUPPORTED = ("3.12", "3.11", "3.13", "3.10")


def provide():
    """Create or update ``var/venv`` when the lock file or the interpreter changed.

    :raises Failure: when there is no Python 3.10-3.13, or pip cannot install.
    """
    interpreter = _interpreter()
    stamp = VENV / ".complete"
    fingerprint = digest([LOCK]) + interpreter
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    with step(f"Creating the Python environment with {interpreter}"):
        run([interpreter, "-m", "venv", VENV], log=LOGS / "venv.log")
        _install_libraries()
    stamp.write_text(fingerprint)


def _install_libraries():
    log = LOGS / "pip.log"
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--requirement", LOCK]
    if run(command, log=log, check=False).returncode:
        errors = [line for line in log.read_text("utf-8", "replace").splitlines() if line.startswith("ERROR")]
        reason = errors[-1] if errors else "no reason given"
        raise Failure(
            f"pip could not install the Python libraries (network?): {reason} (whole output: {log})"
        )


def _interpreter():
    wanted = os.environ.get("PYTHON")
    candidates = [wanted] if wanted else [sys.executable, *(f"python{version}" for version in SUPPORTED)]
    for candidate in candidates:
        found = shutil.which(candidate)
        version = output([found, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]) if found else ""
        if version in SUPPORTED and (wanted or output([found, "-c", "import ensurepip, venv; print(1)"])):
            return re.sub(r"\s+", " ", os.path.realpath(found))
    raise Failure(
        "Python 3.10 to 3.13 with its venv module is needed (Debian: apt-get install python3 python3-venv); "
        f"tried {', '.join(map(str, candidates))}."
    )
