"""A run of a callback rule whose workers are killed loses and doubles nothing."""

import json

SIGKILL = -9


def test_killed_workers_lose_and_double_no_callback(odoo, test_copy, run_workers):
    """Killed while they search, make and end, two at once, and gone on by others: each customer once, told once."""
    name = test_copy("care_callback_crash")
    run_workers("callback", name, "prepare")
    quiet = f"{name}_quiet"
    odoo.copy_live(name, quiet)
    try:
        expected = run_workers("callback", quiet, "quiet")
    finally:
        odoo.drop(quiet)
    found = run_workers("callback", name, "killed")
    assert expected["last"] == [0]
    assert found["last"] == [0, 0]
    assert found["again"] == [0, 0]
    # Whoever finds the other at work, or nothing left, leaves without harm.
    assert all(SIGKILL in ends and set(ends) <= {SIGKILL, 0} for ends in found["ends"]), found["ends"]
    [[state, customers, due, made, counts, error]] = expected["state"]["run"]
    assert (state, customers, due, made, error) == ("done", 2000, 1800, 1800, None)
    assert json.loads(counts) == {"unwanted": 200}
    assert len({row[0] for row in expected["state"]["callbacks"]}) == 1800
    assert {row[2] for row in expected["state"]["story"]} == {1}
    assert expected["state"]["candidates"] == expected["state"]["slices"] == [[0]]
    for part, rows in expected["state"].items():
        assert found["state"][part] == rows, part
