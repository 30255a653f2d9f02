"""Survey mails whose workers are killed reach everybody once."""

SIGKILL = -9
# As tests/survey_mail_workers.py makes them.
PEOPLE = 300


def _check(found, column, mails):
    """Each pair of workers was killed before the work was done, the others ended well; each mark has its mail."""
    assert all(SIGKILL in ends and set(ends) <= {SIGKILL, 0} for ends in found["ends"]), found["ends"]
    assert found["last"] == found["again"] == [0, 0]
    done = [marks[column] for marks in found["marks"]]
    assert done == sorted(done) and done[-1] < PEOPLE, done
    assert found["state"]["marks"][0][column] == PEOPLE
    assert [count for _answer, count in found["state"]["mails"]] == [mails] * PEOPLE
    assert [count for _partner, count in found["state"]["story"]] == [mails] * PEOPLE


def test_killed_workers_lose_and_double_no_survey_mail(test_copy, run_workers):
    """Killed while they ask, queue and mark, two at once, and gone on by others: one mail, then one reminder."""
    name = test_copy("care_survey_crash")
    run_workers("survey_mail", name, "prepare")
    _check(run_workers("survey_mail", name, "send"), 0, 1)
    _check(run_workers("survey_mail", name, "remind"), 1, 2)
