"""A grading run whose workers are killed gives what an undisturbed one gives."""

import json

SIGKILL = -9


def test_killed_workers_change_no_grade(odoo, test_copy, run_workers):
    """Killed in each phase, two at once, and gone on by others: the same results. Cancelled: none."""
    name = test_copy("care_crash")
    run_workers("grading", name, "prepare")
    quiet = f"{name}_quiet"
    odoo.copy_live(name, quiet)
    try:
        expected = run_workers("grading", quiet, "quiet")
        odoo.drop(quiet)
        odoo.copy_live(name, quiet)
        together = run_workers("grading", quiet, "together")
    finally:
        odoo.drop(quiet)
    found = run_workers("grading", name, "killed")
    assert expected["last"] == [0]
    assert found["last"] == [0, 0]
    # Two workers that look at one time whether all is done do not leave the rest to each other.
    assert together["ends"] == [0, 0]
    assert together["state"]["run"] == expected["state"]["run"]
    # At the end of a phase one of the two may have left before; nobody ended with an error.
    assert all(SIGKILL in ends and set(ends) <= {SIGKILL, 0} for ends in found["ends"]), found["ends"]
    [[state, phase, borders, error, scope, graded, *_counts]] = expected["state"]["run"]
    assert (state, phase, error, scope) == ("review", "done", None, 3000)
    assert 2000 < graded < 3000
    assert len(json.loads(borders)[0]) == 4
    assert len(expected["state"]["results"]) == 3000
    assert expected["state"]["figures"] == [[0]]
    assert {kind for kind, *_counts in expected["state"]["proposals"]} == {"step", "leap"}
    for part, rows in expected["state"].items():
        assert found["state"][part] == rows, part
    # A run that is cancelled while a worker has a slice in its hands leaves no result and no figure.
    assert expected["cancelled"] == ["cancelled", 0, 0]
