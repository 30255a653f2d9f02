"""Of two people who decide on the same complaint at the same moment, the second sees what the first has done."""

DONE = ""

# How the two ended ('' is done, else a part of what they were told), and what there is afterwards.
EXPECTED = {
    "two_approvers": ([DONE, "has answered already"], ["approved", ["approved"], 1]),
    "approve_and_reject": ([DONE, "has answered already"], ["approved", ["approved"]]),
    "amount_before_approval": ([DONE, "not asked to approve"], ["draft", 5000]),
    "amount_after_approval": ([DONE, DONE], ["draft", 5000]),
    "measure_while_requested": ([DONE, "waits for approval"], 1),
    "last_of_the_budget": ([DONE, "only a director can approve"], ["approved", "pending"]),
    "two_rewards": ([DONE, DONE, DONE, "has answered already"], [1, ["approved"]]),
    "reward_of_reopened_card": ([DONE, "cannot be reopened"], "confirmed"),
    "investigated_while_added": ([DONE, "investigation is complete"], 0),
    "accept_twice": ([DONE, "not possible any more"], 1),
    "escalate_twice": ([DONE, "not possible any more"], 1),
    "withdraw_twice": ([DONE, "not possible any more"], 1),
    "sign_twice": ([DONE, "not possible any more"], 1),
    # What is added later comes to a closed complaint; what is added before keeps it open.
    "close_while_task": ([DONE, DONE, DONE, "is not done"], ["closed", "open"]),
    "close_while_offer": ([DONE, DONE, DONE, "is not decided"], ["closed", "open"]),
    "close_while_plan": ([DONE, "complaint is done", DONE, "is not approved"], ["closed", "open"]),
    "execute_twice": ([DONE, "Only approved"], 1),
    "last_two_measures": ([DONE, DONE], "done"),
    "two_acknowledge": ([DONE, DONE], "acknowledged"),
    "sign_while_revised": (
        [DONE, DONE, DONE, "not your turn"],
        [["replaced", "issued", False], ["replaced", "issued", False]],
    ),
    "split_over_whole": ([DONE, "was put to those named"], [100]),
}


def test_two_transactions(test_copy, run_workers):
    """Nothing is approved, signed, closed, spent or left open twice or unseen, whoever commits first."""
    found = run_workers("complaint", test_copy("care_complaint_workers"), "all")
    assert found.keys() == EXPECTED.keys()
    for name, (ends, state) in EXPECTED.items():
        told, is_now = found[name]
        assert is_now == state, (name, told, is_now)
        for text, expected in zip(told, ends, strict=True):
            assert bool(text) == bool(expected), (name, told)
            assert expected in text, (name, told)
