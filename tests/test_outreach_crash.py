"""Greetings and invitations whose workers are killed reach everybody once."""

import json

from tools.dev.common import LOGS, ROOT

SIGKILL = -9
# As tests/outreach_workers.py makes them: every tenth of 600 refuses mails.
READY, REFUSED = 540, 60


def _work(odoo, name, mode, folder):
    """Run the script of the workers in the database and return what it found."""
    output = folder / f"{mode}.json"
    head = f"MODE, ROOT, OUTPUT = {mode!r}, {str(ROOT)!r}, {str(output)!r}\n"
    script = head + (ROOT / "tests/outreach_workers.py").read_text("utf-8")
    odoo.run(
        *("shell", "-c", odoo.configuration, "-d", name, "--no-http", "--log-level=warn"),
        input=script.encode(),
        log=LOGS / f"{name}-{mode}.log",
    )
    return json.loads(output.read_text("utf-8")) if output.exists() else None


def _check(found):
    """Each pair of workers was killed before the work was done, the others ended well; one mail for each customer."""
    assert all(SIGKILL in ends and set(ends) <= {SIGKILL, 0} for ends in found["ends"]), found["ends"]
    assert found["last"] == found["again"] == [0, 0]
    sent = [dict(rows).get("sent", 0) + dict(rows).get("invited", 0) for rows in found["states"]]
    assert sent == sorted(sent) and sent[-1] < READY, sent
    counts = [count for _partner, count in found["state"]["mails"]]
    assert sorted(counts) == [0] * REFUSED + [1] * READY
    return found["state"]


def test_killed_workers_lose_and_double_no_mail(odoo, test_copy, tmp_path):
    """Killed while they ask, queue, mark and note, two at once, and gone on by others: everybody gets one mail."""
    name = test_copy("care_outreach_crash")
    _work(odoo, name, "prepare", tmp_path)
    greetings = _check(_work(odoo, name, "greetings", tmp_path))
    assert greetings["states"] == [["sent", READY], ["skipped", REFUSED]]
    assert [count for _partner, count in greetings["contacts"]] == [1] * READY
    assert [count for _partner, count in greetings["story"]] == [1] * READY
    campaign = _check(_work(odoo, name, "campaign", tmp_path))
    assert campaign["states"] == [["invited", READY], ["target", REFUSED]]
    assert campaign["due"] == [[REFUSED]]
    assert [count for _partner, count in campaign["story"]] == [2] * READY
