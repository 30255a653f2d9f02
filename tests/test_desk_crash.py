"""Two callers at the same call, and a reminder whose worker is killed: nothing is lost, nothing happens twice."""

import json

import pytest

from tools.dev.common import LOGS, ROOT

SIGKILL = -9
CALLS, LATE = 12, 30


def _work(odoo, name, mode, folder):
    """Run the script of the workers in the database and return what it found."""
    output = folder / f"{mode}.json"
    head = f"MODE, ROOT, OUTPUT = {mode!r}, {str(ROOT)!r}, {str(output)!r}\n"
    script = head + (ROOT / "tests/desk_workers.py").read_text("utf-8")
    odoo.run(
        *("shell", "-c", odoo.configuration, "-d", name, "--no-http", "--log-level=warn"),
        input=script.encode(),
        log=LOGS / f"{name}-{mode}.log",
    )
    return json.loads(output.read_text("utf-8")) if output.exists() else None


@pytest.fixture
def desk(odoo, test_copy, tmp_path):
    """Give a function(mode) -> what the workers found in a database with calls to make."""
    name = test_copy("care_desk_crash")
    _work(odoo, name, "prepare", tmp_path)
    return lambda mode: _work(odoo, name, mode, tmp_path)


def test_of_two_callers_one_has_the_call(desk):
    """Started, finished or taken by two at the same moment: one has it, the other is told; nothing is written twice."""
    found = desk("callers")
    assert found["pulled"] == CALLS
    for name in ("start", "reached", "no_answer"):
        assert found[name] == {"UserError+done": CALLS}, name
    state = found["state"]
    assert state["claims"] == [["pull", CALLS, 0, CALLS], ["start", CALLS, CALLS, CALLS]]
    assert state["ends"] == [
        ["no_answer", 1, "done", "no_answer", CALLS],
        ["no_answer", 2, "planned", None, CALLS],
        ["reached", 1, "done", "reached", CALLS],
    ]
    story = {kind: (count, documents) for kind, count, documents in state["story"]}
    assert story["callback_done"] == story["callback_no_answer"] == (CALLS, CALLS)
    assert state["contacts"] == state["needs"] == [[CALLS, CALLS]]


def test_killed_reminder_tells_each_once(desk):
    """Killed before and after a message is committed, then two at once, then once more: each person one message."""
    found = desk("killed")
    assert found["killed"] == [SIGKILL] * 3
    assert found["again"] == [0, 0]
    assert found["state"]["late"] == [[LATE, LATE]]
    assert found["state"]["messages"] == [
        ["Desk desk0", "15 overdue callbacks"],
        ["Desk desk1", "15 overdue callbacks"],
        ["Desk leader", "30 callbacks of your team are long overdue"],
    ]
