"""Faults of a flow of stages: where complaints get stuck, and where none ever comes. No ORM.

A step without allowed next steps leads everywhere:

>>> flow = [Step(1, "open"), Step(2, "waiting"), Step(3, "closed")]
>>> check(flow, done=("closed",))
[]

Steps that name what follows can be dead ends, unreachable, or lead round and round:

>>> flow = [Step(1, "open", (2,), True), Step(2, "open", (1,), True), Step(3, "closed")]
>>> for finding in check(flow, done=("closed",)):
...     print(*finding)
unreachable 3
endless 1
endless 2
>>> check([Step(1, "open"), Step(2, "open", (), True), Step(3, "closed")], done=("closed",))
[Finding(kind='dead_end', key=2)]
>>> check([], done=("closed",))
[Finding(kind='empty', key=None)]
>>> check([Step(1, "waiting")], done=("closed",))
[Finding(kind='no_begin', key=None), Finding(kind='no_end', key=None), Finding(kind='dead_end', key=1)]
"""

from typing import NamedTuple


class Step(NamedTuple):
    """A stage: its key, its phase, what may follow. ``is_limited``: nothing else may."""

    key: object
    phase: str
    following: tuple = ()
    is_limited: bool = False


class Finding(NamedTuple):
    """A fault of the flow (``key`` is None) or of one step."""

    kind: str
    key: object = None


def check(steps, done):
    """Return [:class:`Finding`] of the steps, which are in order.

    :param done: the phases in which a complaint has come to its end
    """
    if not steps:
        return [Finding("empty")]
    findings = []
    begin = next((step.key for step in steps if step.phase == "open"), None)
    ends = {step.key for step in steps if step.phase in done}
    if begin is None:
        findings.append(Finding("no_begin"))
    if not any(step.phase == "closed" for step in steps):
        findings.append(Finding("no_end"))
    leads = {step.key: _following(step, steps) for step in steps}
    dead = [step.key for step in steps if step.key not in ends and not leads[step.key]]
    findings.extend(Finding("dead_end", key) for key in dead)
    if begin is not None:
        reached = _reach([begin], leads)
        findings.extend(Finding("unreachable", step.key) for step in steps if step.key not in reached)
    if ends:
        comes_from = {step.key: {key for key in leads if step.key in leads[key]} for step in steps}
        ending = _reach(ends, comes_from)
        stuck = [step.key for step in steps if step.key not in ending and step.key not in dead]
        findings.extend(Finding("endless", key) for key in stuck)
    return findings


def _following(step, steps):
    """Return the keys of the other steps that may follow."""
    allowed = step.following if step.is_limited else [other.key for other in steps]
    return {key for key in allowed if key != step.key}


def _reach(begin, leads):
    """Return all keys that are reached from ``begin``."""
    reached, open_keys = set(begin), list(begin)
    while open_keys:
        new = leads[open_keys.pop()] - reached
        reached |= new
        open_keys.extend(new)
    return reached
