"""Serve the demonstration database until Ctrl-C."""

import contextlib
import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from .common import LOGS, VAR, Failure
from .databases import DEMO

HOST, PORT = "127.0.0.1", 8069
PID_FILE = VAR / "serve.pid"
LOGINS = (
    ("admin", "admin", "Administrator of the whole system"),
    ("care_admin", "care_admin", "Administrator of Customer Care"),
    ("care_director", "care_director", "Customer director 客户总监"),
    ("complaint_manager", "complaint_manager", "Customer service manager 客户服务经理"),
    ("complaint_supervisor", "complaint_supervisor", "Complaint supervisor 投诉主管"),
    ("complaint_handler", "complaint_handler", "Complaint handler 客服专员"),
    ("complaint_employee", "complaint_employee", "An employee with a corrective action 普通员工"),
    ("care_supervisor", "care_supervisor", "Care supervisor 客户关系主管"),
    ("care_specialist", "care_specialist", "Care specialist 客户关系专员"),
    ("care_auditor", "care_auditor", "Auditor 审计员"),
    ("care_portal", "care_portal", "A customer in the portal 门户客户"),
)


def serve(odoo, begin, arguments):
    """Start the web server, print address and logins when it answers, stay until it ends."""
    port = int(arguments[0]) if arguments else PORT
    _free_port(port)
    with server_process(odoo, DEMO, port, log=LOGS / "server.log") as process:
        PID_FILE.write_text(str(process.pid))
        print(f"\n    Ready after {time.monotonic() - begin:.0f} s:  http://{HOST}:{port}\n")
        for login, password, role in LOGINS:
            print(f"    {login:<22}{password:<22}{role}")
        print(f"\n    Log: {LOGS / 'server.log'}    Stop: Ctrl-C\n", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            code = process.wait()
            raise Failure(f"The server ended by itself with code {code}, see {LOGS / 'server.log'}")
    PID_FILE.unlink(missing_ok=True)


@contextlib.contextmanager
def server_process(odoo, database, port, *, log, options=()):
    """Run an Odoo server on ``database`` for the block; it answers before the block begins.

    :raises Failure: when it does not answer within two minutes.
    """
    command = odoo.command(
        *("server", "-c", odoo.configuration, "-d", database, f"--db-filter=^{database}$"),
        *(f"--http-port={port}", *options),
    )
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [str(part) for part in command],
            env=odoo.environment,
            cwd=VAR,
            stdout=stream,
            stderr=stream,
            preexec_fn=_end_with_parent,
        )
        try:
            _wait_ready(process, port, log)
            yield process
        finally:
            _stop(process)


def _end_with_parent():
    """In the child: a killed parent must not leave a server behind (Linux: PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _wait_ready(process, port, log, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/web/login", timeout=60).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    lines = log.read_text("utf-8", "replace").splitlines()[-15:]
    raise Failure("The Odoo server does not answer. End of its log:\n" + "\n".join(lines))


def _stop(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port(port):
    """End a server of ours that survived; complain about anybody else's."""
    if _is_free(port):
        return
    with contextlib.suppress(OSError, ValueError):
        pid = int(PID_FILE.read_text())
        if b"odoo" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGTERM)
            for _wait in range(50):
                if _is_free(port):
                    return
                time.sleep(0.2)
    raise Failure(f"Port {port} is used by another program: end it, or choose one: make run PORT=8070")


def _is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port():
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
