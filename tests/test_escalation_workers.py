"""Escalating by several processes, some of which are killed, tells everybody everything once."""

COMPLAINTS = 240
SIGKILL = -9


def test_killed_workers_escalate_once(test_copy, run_workers):
    """Two at once, killed in the midst of batches and of telling, and gone on by others."""
    found = run_workers("escalation", test_copy("care_escalation_workers"), "all")
    assert all(SIGKILL in ends and set(ends) <= {SIGKILL, 0} for ends in found["ends"]), found["ends"]
    assert found["last"] == found["again"] == [0, 0]
    # What was committed before a death is whole: no log without its activities, no message before the end.
    logged = {level: count for _state, level, count, _distinct in found["killed"]["logs"]}
    assert 0 < logged[2] < COMPLAINTS
    assert logged[1] == logged[2]
    assert found["killed"]["activities"] == [[2 * logged[2], 2 * logged[2]]]
    assert found["killed"]["events"] == [[logged[2]]]
    assert found["killed"]["messages"] == []
    state = found["first"]
    assert state["logs"] == [["passed", 1, COMPLAINTS, COMPLAINTS], ["open", 2, COMPLAINTS, COMPLAINTS]]
    assert state["activities"] == [[2 * COMPLAINTS, 2 * COMPLAINTS]]
    assert state["raised"] == [[1, COMPLAINTS]]
    assert state["events"] == [[COMPLAINTS]]
    assert state["to_tell"] == [[0]]
    assert state["messages"] == [
        ["escalation_handler@company.example", 1],
        ["escalation_leader@company.example", 1],
    ]
    assert found["second"] == state
