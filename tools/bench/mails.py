"""A backlog of e-mails through the gateway, as a mail server hands it over after a long standstill.

Run by ``make bench`` inside ``odoo shell`` (it gives ``env``). BENCH_ROWS / 50 mails are received, 2,000 by default,
each from somebody else and committed like those that are fetched; then the job acknowledges them. Printed are mails a
second and the memory of the process after a tenth of the mails and after the last: it must not grow with them.
"""

import os
import sys
import time
from unittest.mock import patch

sys.path.insert(0, os.environ["BENCH_FOLDER"])

from harness import get_memory  # noqa: E402

MAILS = max(int(os.environ.get("BENCH_ROWS") or 100_000) // 50, 100)
MAIL = """From: Customer {n} <customer{n}@bench.example>
To: complaints@bench.example.com
Subject: Complaint {n}
Message-ID: <backlog-{n}@bench.example>
Date: Mon, 16 Nov 2026 09:12:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="part"

--part
Content-Type: text/plain; charset="utf-8"

Something is broken. {text}
--part
Content-Type: text/csv
Content-Disposition: attachment; filename="{n}.csv"

{text}
--part--
"""


def main(env):
    env["mail.alias.domain"].search([], limit=1) or env["mail.alias.domain"].create(
        {"name": "bench.example.com"}
    )
    thread = env["mail.thread"]
    begin, early = time.perf_counter(), 0
    for number in range(1, MAILS + 1):
        source = MAIL.format(n=number, text=f"{number} " * 2000)
        thread.message_process("customer.complaint", source)
        env.cr.commit()
        if number == MAILS // 10:
            early = get_memory()
    seconds, late = time.perf_counter() - begin, get_memory()
    count = env["customer.complaint"].search_count([("name", "=like", "Complaint %")])
    assert count == MAILS, count
    print(f"{MAILS:,} e-mails with a file each: {MAILS / seconds:.0f} a second")
    print(f"    memory {early:.0f} MiB after a tenth, {late:.0f} MiB after the last (goal: no growth)")
    begin = time.perf_counter()
    with patch.object(type(env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 60):
        env["customer.complaint"]._cron_acknowledge()
    env.cr.commit()
    left = env["customer.complaint"].search_count([("acknowledge_state", "=", "todo")])
    seconds = time.perf_counter() - begin
    print(f"    acknowledged in {seconds:.1f} s, {left} left, memory {get_memory():.0f} MiB")


main(env)  # noqa: F821 - given by odoo shell
