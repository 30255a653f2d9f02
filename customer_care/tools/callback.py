"""Times of day of calls, and numbers to dial.

>>> next_slot(["morning", "afternoon"], ["morning"])
'afternoon'
>>> next_slot(["morning", "afternoon"], ["morning", "afternoon"])
'morning'
>>> next_slot(["morning", "evening"], [None])
'morning'
>>> next_slot([], ["morning"]) is None
True
>>> get_slot(9.5), get_slot(19), get_slot(23.0)
('morning', 'evening', None)
>>> get_tel("+86 (21) 6888-1234"), get_tel("0800 CALL-ME"), get_tel(" ")
('+862168881234', None, None)
>>> get_tel("021-5555 1234 ext. 12"), get_tel("+49 30 123456;ext=7")
('02155551234,12', '+4930123456,7')
>>> get_minutes(0), get_minutes(61), get_minutes(5 * 3600)
(1, 2, 0)
"""

import re

# {slot: (begin, end)} in hours of the customer's day.
SLOTS = {"morning": (9, 11.5), "midday": (11.5, 14), "afternoon": (14, 17), "evening": (17, 20)}
# A timer that ran longer was forgotten, and what it shows is no duration.
LONGEST_SECONDS = 4 * 3600
_TEL = re.compile(r"(\+?)([\d\s()./-]{2,}?)(?:\s*(?:,|;ext=|ext\.?|x|转|#)\s*(\d{1,8}))?", re.IGNORECASE)


def get_slot(hour):
    """Return the slot in which ``hour`` lies, None outside all."""
    return next((slot for slot, (begin, end) in SLOTS.items() if begin <= hour < end), None)


def next_slot(allowed, tried):
    """Return the slot of the next attempt: of those tried least often, the first of the day; None without any.

    :param allowed: names of slots
    :param tried: slots of the earlier attempts, with repetitions
    """
    order = [slot for slot in SLOTS if slot in set(allowed)]
    return min(order, key=lambda slot: (list(tried).count(slot), order.index(slot)), default=None)


def get_tel(phone):
    """Return what a telephone dials for a number as it was typed, None when it holds anything but a number."""
    match = _TEL.fullmatch((phone or "").strip())
    if not match:
        return None
    digits = re.sub(r"\D", "", match[2])
    extension = f",{match[3]}" if match[3] else ""
    return f"{match[1]}{digits}{extension}" if len(digits) > 1 else None


def get_minutes(seconds):
    """Return begun minutes of a call, at least one; 0 (not measured) when the timer was forgotten."""
    return 0 if seconds > LONGEST_SECONDS else max(-(-int(seconds) // 60), 1)
