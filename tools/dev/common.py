"""Paths, messages and small helpers shared by the development commands (standard library only)."""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
VAR = ROOT / "var"  # everything provisioned or generated; git ignores it
LOGS = VAR / "log"
ADDONS = sorted(path.parent.name for path in ROOT.glob("*/__manifest__.py"))
IS_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


class Failure(Exception):
    """A problem the reader can act on: shown as one sentence, without a traceback."""


@contextlib.contextmanager
def step(title):
    """Print ``title``, run the block, then print how long it took."""
    print(f"==> {title} ...", flush=True)
    start = time.monotonic()
    yield
    print(f"    {title}: {time.monotonic() - start:.1f} s", flush=True)


def run(command, *, log=None, check=True, **kwargs):
    """Run ``command`` (list of str or Path) and return its CompletedProcess.

    :param log: a file that receives all output instead of the terminal; when the command fails,
        the end of it is shown.
    :raises Failure: when the command cannot start or, with ``check``, exits with another code than 0.
    """
    command = [str(part) for part in command]
    try:
        if log is None:
            result = subprocess.run(command, check=False, **kwargs)
        else:
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("wb") as stream:
                result = subprocess.run(command, check=False, stdout=stream, stderr=stream, **kwargs)
    except OSError as error:
        raise Failure(f"Cannot start {command[0]}: {error.strerror or error}") from error
    if check and result.returncode:
        if log is not None:
            tail = log.read_text("utf-8", "replace").splitlines()[-60:]
            print("\n".join(tail), file=sys.stderr)
        where = f" (whole output: {log})" if log else ""
        raise Failure(f"{' '.join(command[:3])} ... ended with code {result.returncode}{where}")
    return result


def output(command, **kwargs):
    """Return what ``command`` prints, or an empty string when it is missing or fails."""
    try:
        return subprocess.run(
            [str(part) for part in command], check=True, capture_output=True, text=True, **kwargs
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


@contextlib.contextmanager
def lock(name):
    """Hold ``var/<name>.lock`` for the block; freed by the kernel also when the process is killed."""
    VAR.mkdir(exist_ok=True)
    with (VAR / f"{name}.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def digest(paths):
    """Return a SHA-256 over the names and contents of ``paths``, in sorted order."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path).encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def need_space(path, megabytes, purpose):
    """Fail early when the disk that holds ``path`` has less than ``megabytes`` free."""
    free = os.statvfs(path).f_bavail * os.statvfs(path).f_frsize // 2**20
    if free < megabytes:
        raise Failure(f"{purpose} needs {megabytes} MB in {path}, only {free} MB are free.")
