"""Greetings and invitations whose workers are killed reach everybody once."""

SIGKILL = -9
# As tests/outreach_workers.py makes them: every tenth of 600 refuses mails.
READY, REFUSED = 540, 60


def _check(found):
    """Each pair of workers was killed before the work was done, the others ended well; one mail for each customer."""
    assert all(SIGKILL in ends and set(ends) <= {SIGKILL, 0} for ends in found["ends"]), found["ends"]
    assert found["last"] == found["again"] == [0, 0]
    sent = [dict(rows).get("sent", 0) + dict(rows).get("invited", 0) for rows in found["states"]]
    assert sent == sorted(sent) and sent[-1] < READY, sent
    counts = [count for _partner, count in found["state"]["mails"]]
    assert sorted(counts) == [0] * REFUSED + [1] * READY
    return found["state"]


def test_killed_workers_lose_and_double_no_mail(test_copy, run_workers):
    """Killed while they ask, queue, mark and note, two at once, and gone on by others: everybody gets one mail."""
    name = test_copy("care_outreach_crash")
    run_workers("outreach", name, "prepare")
    greetings = _check(run_workers("outreach", name, "greetings"))
    assert greetings["states"] == [["sent", READY], ["skipped", REFUSED]]
    assert [count for _partner, count in greetings["contacts"]] == [1] * READY
    assert [count for _partner, count in greetings["story"]] == [1] * READY
    campaign = _check(run_workers("outreach", name, "campaign"))
    assert campaign["states"] == [["invited", READY], ["target", REFUSED]]
    assert campaign["due"] == [[REFUSED]]
    assert [count for _partner, count in campaign["story"]] == [2] * READY
