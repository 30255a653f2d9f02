"""An appointment as a file for the reader's calendar, without an ORM.

Source: RFC 5545 (iCalendar): lines end with CR LF, are folded after 75 octets, texts are escaped.

>>> from datetime import datetime
>>> text = get_event("campaign-7", datetime(2026, 3, 4, 9), datetime(2026, 3, 4, 11, 30), datetime(2026, 1, 2),
...                  "Tea; cakes, talks", "Hall 1", "https://x.test/a").decode()
>>> [line for line in text.split("\\r\\n") if line.startswith(("DT", "SUMMARY", "METHOD", "STATUS"))]
['METHOD:PUBLISH', 'DTSTAMP:20260102T000000Z', 'DTSTART:20260304T090000Z', 'DTEND:20260304T113000Z', \
'SUMMARY:Tea\\\\; cakes\\\\, talks', 'STATUS:CONFIRMED']
>>> max(len(line.encode()) for line in get_event("u", datetime(2026, 1, 1), datetime(2026, 1, 2),
...     datetime(2026, 1, 1), "客户日" * 60, "").decode().split("\\r\\n")) <= 75
True
"""

WIDTH = 75


def get_event(uid, begin, end, stamp, title, place, url="", is_cancelled=False):
    """Return the bytes of a file with one appointment; the newest of those with the same ``uid`` counts.

    :param begin, end, stamp: naive UTC datetimes; ``stamp`` is that of the last change
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Customer Care//Campaign//EN",
        f"METHOD:{'CANCEL' if is_cancelled else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{_escape(uid)}",
        f"DTSTAMP:{_format(stamp)}",
        f"SEQUENCE:{int(stamp.timestamp()) - 1_700_000_000}",
        f"DTSTART:{_format(begin)}",
        f"DTEND:{_format(end)}",
        f"SUMMARY:{_escape(title)}",
        *([f"LOCATION:{_escape(place)}"] if place else []),
        *([f"URL:{_escape_url(url)}"] if url else []),
        f"STATUS:{'CANCELLED' if is_cancelled else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(_fold(line) for line in lines).encode()


def _format(moment):
    return moment.strftime("%Y%m%dT%H%M%SZ")


def _escape(text):
    text = str(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r", "").replace("\n", "\\n")


def _escape_url(url):
    return str(url).replace("\r", "").replace("\n", "").replace(" ", "%20")


def _fold(line):
    """Break a line after 75 octets, never within a letter; what follows begins with a space."""
    parts, size = [""], 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > WIDTH:
            parts.append(" ")
            size = 1
        parts[-1] += letter
        size += octets
    return "\r\n".join(parts)
