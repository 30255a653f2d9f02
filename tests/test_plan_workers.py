"""Care plans that several processes approve and start at once make each piece of work once."""

PLANS = 12


def test_parallel_approval_and_night_work_double_nothing(test_copy, run_workers):
    """Three processes at once: one callback and one activity for each measure, told and reminded once."""
    name = test_copy("care_plan_workers")
    found = run_workers("plan", name, "all")
    assert found["ends"] == [[0, 0, 0]] * 3
    assert found["approved"]["states"] == [["approved", PLANS]]
    assert found["approved"]["versions"] == [["approved", PLANS]]
    assert found["approved"]["calls"] == [["planned", PLANS, PLANS]]
    assert found["approved"]["activities"] == [[2 * PLANS, 2 * PLANS]]
    assert found["approved"]["story"] == [["plan_approved", PLANS]]
    night = found["night"]
    assert night["states"] == [["running", PLANS]]
    assert night["calls"] == [["planned", PLANS, PLANS]]
    assert night["story"] == [["plan_approved", PLANS], ["plan_started", PLANS]]
    # Beside what people were told when the work was given to them.
    assert night["reminders"][0][0] - found["approved"]["reminders"][0][0] == 3 * PLANS
