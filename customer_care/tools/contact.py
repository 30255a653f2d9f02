"""Contacts with customers: what counts as one, and how long it took; knows no ORM."""

# Kinds that are a talk: they begin the time until the next contact anew. A gift or a letter alone does not.
COUNTED_KINDS = ("call", "visit", "reception", "mail", "message", "event", "meeting")
# A greeting that a machine sends, or an invitation, is no talk either.
UNCOUNTED_SOURCES = ("greeting", "campaign")
MINUTE, HOUR, DAY = 1, 60, 24 * 60


def is_counted(kind, source):
    """Tell whether a contact counts as a talk with the customer.

    >>> is_counted("visit", "manual"), is_counted("gift", "manual"), is_counted("mail", "greeting")
    (True, False, False)
    """
    return kind in COUNTED_KINDS and source not in UNCOUNTED_SOURCES


def get_minutes(start, end):
    """Return the whole minutes between two naive UTC datetimes; on UTC no clock change disturbs.

    >>> from datetime import datetime
    >>> get_minutes(datetime(2026, 3, 1, 9, 0), datetime(2026, 3, 3, 9, 5))
    2885
    >>> get_minutes(datetime(2026, 3, 1, 9, 0), datetime(2026, 3, 1, 8, 59, 30))
    -1
    """
    return int((end - start).total_seconds() // 60)


def split_minutes(minutes):
    """Return (days, hours, minutes) of a duration; a day has 24 hours.

    >>> split_minutes(2885), split_minutes(0), split_minutes(59)
    ((2, 0, 5), (0, 0, 0), (0, 0, 59))
    """
    days, rest = divmod(minutes, DAY)
    return days, *divmod(rest, HOUR)
