"""Two callers at the same call, and a reminder whose worker is killed: nothing is lost, nothing happens twice."""

import pytest

SIGKILL = -9
CALLS, LATE = 12, 30


@pytest.fixture
def desk(test_copy, run_workers):
    """Give a function(mode) -> what the workers found in a database with calls to make."""
    name = test_copy("care_desk_crash")
    run_workers("desk", name, "prepare")
    return lambda mode: run_workers("desk", name, mode)


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
