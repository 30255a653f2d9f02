"""A run of a survey rule whose workers are killed loses and doubles nothing; two rules ask once, a quota holds."""

import json

SIGKILL = -9


def test_killed_workers_lose_and_double_no_invitation(odoo, test_copy, run_workers):
    """Killed while they search, make and end, two at once, and gone on by others: each customer once."""
    name = test_copy("care_survey_crash")
    run_workers("survey", name, "prepare")
    quiet = f"{name}_quiet"
    odoo.copy_live(name, quiet)
    try:
        expected = run_workers("survey", quiet, "quiet")
    finally:
        odoo.drop(quiet)
    found = run_workers("survey", name, "killed")
    assert expected["last"] == [0]
    assert found["last"] == [0, 0]
    assert found["again"] == [0, 0]
    # Whoever finds the other at work, or nothing left, leaves without harm.
    assert all(SIGKILL in ends and set(ends) <= {SIGKILL, 0} for ends in found["ends"]), found["ends"]
    [[state, customers, due, made, counts, error]] = expected["state"]["run"]
    assert (state, customers, due, made, error) == ("done", 1000, 900, 900, None)
    assert json.loads(counts) == {"unwanted": 100}
    assert len({row[0] for row in expected["state"]["requests"]}) == 900
    assert len({row[1] for row in expected["state"]["invitations"]}) == 900
    assert {row[3] for row in expected["state"]["invitations"]} == {3}
    assert expected["state"]["candidates"] == expected["state"]["slices"] == [[0]]
    for part, rows in expected["state"].items():
        assert found["state"][part] == rows, part
    # Two rules with a quiet period meet in one customer at one moment: one of them asks.
    assert found["met"] == expected["met"] == [0, 1]
    # The quota of a rule has one place, and two workers a customer each: one is asked, of the other it is said why not.
    assert found["quota"] == expected["quota"] == {"asked": [0, 1], "decided": ["asked", "quota"]}
