"""Hand an e-mail to the running demonstration, as a mail server would by Odoo's mailgate script."""

import email.utils
import pathlib
import re
import time
import xmlrpc.client

from .common import ROOT, Failure
from .databases import DEMO
from .serve import HOST

SAMPLES = ROOT / "data/mail"


def deliver(port, files):
    """Deliver ``files`` (the samples by default) through ``mail.thread.message_process``.

    Each gets a Message-Id of its own, for Odoo takes no message twice, and the present date.

    :raises Failure: when no demonstration answers on ``port`` or it refuses the message.
    """
    address = f"http://{HOST}:{port}/xmlrpc/2"
    try:
        user = xmlrpc.client.ServerProxy(f"{address}/common").authenticate(DEMO, "admin", "admin", {})
        models = xmlrpc.client.ServerProxy(f"{address}/object", allow_none=True)
        for path in map(pathlib.Path, files or sorted(SAMPLES.glob("*.eml"))):
            message = _as_new(path.read_bytes())
            arguments = [False, xmlrpc.client.Binary(message)]
            models.execute_kw(DEMO, user, "admin", "mail.thread", "message_process", arguments)
            print(f"    Delivered {path.name}")
    except OSError as error:
        raise Failure(
            f"No demonstration answers on port {port} (make run), or no such file: {error}"
        ) from error
    except xmlrpc.client.Fault as fault:
        raise Failure(f"Odoo refused the message: {fault.faultString.strip().splitlines()[-1]}") from fault


def _as_new(message):
    """Return the message as if it were sent now: with an id of its own and the present date."""
    message = message.replace(b"Message-ID: <", b"Message-ID: <%d-" % time.time_ns(), 1)
    date = email.utils.formatdate(localtime=True).encode()
    return re.sub(rb"(?m)^Date: [^\r\n]*", b"Date: " + date, message, count=1)
