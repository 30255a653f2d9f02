"""A grading run whose workers are killed gives what an undisturbed one gives."""

import json

from tools.dev.common import LOGS, ROOT

SIGKILL = -9


def _work(odoo, name, mode, folder):
    """Run the script of the workers in the database and return what it found."""
    output = folder / f"{mode}.json"
    head = f"MODE, ROOT, OUTPUT = {mode!r}, {str(ROOT)!r}, {str(output)!r}\n"
    script = head + (ROOT / "tests/grading_workers.py").read_text("utf-8")
    odoo.run(
        *("shell", "-c", odoo.configuration, "-d", name, "--no-http", "--log-level=warn"),
        input=script.encode(),
        log=LOGS / f"{name}-{mode}.log",
    )
    return json.loads(output.read_text("utf-8")) if output.exists() else None


def test_killed_workers_change_no_grade(odoo, test_copy, tmp_path):
    """Killed in each phase, two at once, and gone on by others: the same results. Cancelled: none."""
    name = test_copy("care_crash")
    _work(odoo, name, "prepare", tmp_path)
    quiet = f"{name}_quiet"
    odoo.copy_live(name, quiet)
    try:
        expected = _work(odoo, quiet, "quiet", tmp_path)
    finally:
        odoo.drop(quiet)
    found = _work(odoo, name, "killed", tmp_path)
    assert expected["last"] == [0]
    assert found["last"] == [0, 0]
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
