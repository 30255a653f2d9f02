"""Small charts as SVG inside a form, without an ORM and without a script.

>>> svg = get_line_chart([("2026-01-01", 40.0, "C"), ("2026-07-01", 60.0, "B")], "Score over time")
>>> svg.startswith("<svg"), 'points="24.0,62.0 576.0,46.0"' in svg, "2026-07-01: 60 (B)" in svg
(True, True, True)
>>> rows = [("2026-01", 40.0, "40"), ("2026-02", 60.0, "60")]
>>> "y1='34.0'" in get_line_chart(rows, "Index", target=75)
True
"""

from markupsafe import Markup

WIDTH, HEIGHT = 600, 110
MARGIN, TOP, BOTTOM = 24, 14, 94
LABEL = Markup("<text x='%.1f' y='%.1f' font-size='11' text-anchor='middle' fill='currentColor'>%s</text>")
DOT = Markup("<circle cx='%.1f' cy='%.1f' r='3.5' fill='currentColor'><title>%s</title></circle>")
TARGET = Markup(
    "<line x1='0' y1='%.1f' x2='%s' y2='%.1f' stroke='currentColor' stroke-opacity='0.5' stroke-dasharray='6 4'>"
    "<title>%s</title></line>"
)
# Beyond so many points only the first and the last are labelled.
LABELS = 8


def get_line_chart(rows, title, target=None):
    """Return the chart of values from 0 to 100, evenly spaced.

    :param rows: list of (date text, value, letter), the oldest first, at least two
    :param target: value at which a dashed line is drawn
    """
    step = (WIDTH - 2 * MARGIN) / (len(rows) - 1)
    places = [
        (MARGIN + number * step, BOTTOM - (BOTTOM - TOP) * value / 100)
        for number, (_date, value, _letter) in enumerate(rows)
    ]
    marks = []
    for number, ((x, y), (date, value, letter)) in enumerate(zip(places, rows, strict=True)):
        marks.append(DOT % (x, y, f"{date}: {value:g} ({letter})"))
        if number in (0, len(rows) - 1) or len(rows) <= LABELS:
            marks.append(LABEL % (x, y - 7, letter))
            marks.append(LABEL % (min(max(x, 30), WIDTH - 30), HEIGHT - 2, date))
    if target is not None:
        y = BOTTOM - (BOTTOM - TOP) * target / 100
        marks.append(TARGET % (y, WIDTH, y, f"{target:g}"))
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return Markup(
        "<svg viewBox='0 0 %s %s' role='img' aria-label='%s' class='o_care_chart text-primary'>"
        "<line x1='0' y1='%s' x2='%s' y2='%s' stroke='currentColor' stroke-opacity='0.2'/>"
        "<polyline points=\"%s\" fill='none' stroke='currentColor' stroke-width='2'/>%s</svg>"
    ) % (WIDTH, HEIGHT, title, BOTTOM, WIDTH, BOTTOM, line, Markup().join(marks))
