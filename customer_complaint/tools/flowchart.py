"""A flow of stages as a drawing (SVG). No ORM.

Boxes stand in rows, to be read like a text. Neighbours of the main path are joined by straight arrows. All other
arrows leave a box at its lower or upper edge, run along lanes between the rows and between the columns, and never
cross a box:

>>> boxes = [Box("a", "Received", ["Time limits run"]), Box("b", "<Closed>", [], "done")]
>>> svg = draw(boxes, [Arrow("a", "b"), Arrow("b", "a", "back")], title="Service & more")
>>> svg.startswith("<svg") and svg.endswith("</svg>")
True

Texts are escaped, so that the name of a stage cannot become part of the page:

>>> "<Closed>" in svg, "&lt;Closed&gt;" in svg, "Service &amp; more" in svg
(False, True, True)

Words are broken to the width of a box; Chinese characters count double:

>>> wrap("Team Leader or Service Manager", 20)
['Team Leader or', 'Service Manager']
>>> wrap("等待客户提供发票和照片", 12)
['等待客户提供', '发票和照片']

Arrows that run side by side get lanes of their own:

>>> lanes([(0, 5), (4, 9), (6, 8)])
[0, 1, 0]
"""

import re
from html import escape
from typing import NamedTuple
from unicodedata import east_asian_width

COLUMNS = 6
BOX_WIDTH = 168
LINE = 13
TITLE_LINE = 16
PADDING = 8
LANE = 7
MARGIN = 16
GUTTER = 26
CHARS = 31
TITLE_CHARS = 24
MAX_LINES = 9
COLORS = {"path": "#374151", "move": "#2563eb", "back": "#c2410c", "reopen": "#7c3aed", "wait": "#a16207"}
DASHES = {"back": "6 3", "reopen": "2 3", "wait": "8 3 2 3"}
FILLS = {
    "open": ("#eff6ff", "#2563eb"),
    "waiting": ("#fefce8", "#a16207"),
    "resolved": ("#ecfdf5", "#059669"),
    "done": ("#f3f4f6", "#4b5563"),
}
FONT = "'Noto Sans CJK SC', 'Noto Sans', 'Microsoft YaHei', 'PingFang SC', sans-serif"


class Box(NamedTuple):
    """A stage: ``kind`` (a key of FILLS) gives the color, ``lines`` are written below the title."""

    key: object
    title: str
    lines: list
    kind: str = "open"


class Arrow(NamedTuple):
    """A move; ``kind`` (a key of COLORS) gives color and dashes."""

    start: object
    end: object
    kind: str = "move"


def draw(boxes, arrows, title="", legend=(), notes=()):
    """Return the chart as an SVG element.

    :param boxes: [:class:`Box`] in order
    :param arrows: [:class:`Arrow`] between the keys of boxes; others are left out
    :param legend: [(kind of arrow, text)]
    :param notes: texts written below
    """
    chart = _Chart(boxes, arrows)
    return chart.render(title, legend, notes)


def get_size(svg):
    """Return (width, height) of a chart.

    >>> get_size(draw([Box("a", "Alone", [])], []))
    (536.0, 92.0)
    """
    width, height = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg).groups()
    return float(width), float(height)


def wrap(text, width):
    """Return the lines of a text, each at most ``width`` wide (Chinese characters are 2 wide)."""
    lines, line = [], ""
    for word in _words(text):
        if line and _width(line + word.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        while _width(word.rstrip()) > width:
            cut = _cut(word, width)
            lines.append(word[:cut])
            word = word[cut:]
        line += word
    return [*lines, line.rstrip()] if line.strip() else lines


def lanes(intervals):
    """Return the lane of each (begin, end); intervals in one lane do not touch."""
    result, ends = [], []
    for begin, end in intervals:
        free = next(
            (lane for lane, taken in enumerate(ends) if all(end < b or begin > e for b, e in taken)), None
        )
        if free is None:
            free = len(ends)
            ends.append([])
        ends[free].append((begin, end))
        result.append(free)
    return result


def _words(text):
    """Yield pieces after which a line may be broken: words with their space, single Chinese characters."""
    word = ""
    for char in text:
        if east_asian_width(char) in "WF":
            if word:
                yield word
            yield char
            word = ""
        else:
            word += char
            if char == " ":
                yield word
                word = ""
    if word:
        yield word


def _width(text):
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _cut(word, width):
    """Return how many characters of a long word fit."""
    count = 1
    while count < len(word) and _width(word[: count + 1]) <= width:
        count += 1
    return count


class _Route(NamedTuple):
    """An arrow in the grid: it leaves into the channel ``out``, and enters from ``into``, through ``gutter``."""

    arrow: Arrow
    out: int
    into: int
    gutter: int
    column: int


class _Chart:
    """The grid: channel r lies above row r, the last one below all; gutter c lies left of column c."""

    def __init__(self, boxes, arrows):
        self.boxes = list(boxes)
        self.places = {box.key: divmod(index, COLUMNS) for index, box in enumerate(self.boxes)}
        self.rows = (len(self.boxes) + COLUMNS - 1) // COLUMNS
        known = dict.fromkeys(
            arrow
            for arrow in arrows
            if arrow.start in self.places and arrow.end in self.places and arrow.start != arrow.end
        )
        self.straight = [arrow for arrow in known if self._is_straight(arrow)]
        self.routes = [self._plan(arrow) for arrow in known if not self._is_straight(arrow)]
        self.texts = {box.key: self._get_texts(box) for box in self.boxes}
        self._place_lanes()
        self._place_grid()
        self._place_ports()

    def _is_straight(self, arrow):
        (row, column), (other_row, other_column) = self.places[arrow.start], self.places[arrow.end]
        return arrow.kind == "path" and row == other_row and other_column == column + 1

    def _plan(self, arrow):
        """Choose channels: forward arrows run below their box, others above it."""
        row, column = self.places[arrow.start]
        end_row, end_column = self.places[arrow.end]
        if row == end_row:
            channel = row + 1 if arrow.kind in ("move", "path") else row
            return _Route(arrow, channel, channel, None, end_column)
        if end_row == row + 1:
            return _Route(arrow, row + 1, row + 1, None, end_column)
        # Around the rows in between, in the gutter beside the target.
        out = row + 1 if end_row > row else row
        into = end_row if end_row > row else end_row + 1
        if out == into:
            return _Route(arrow, out, into, None, end_column)
        return _Route(arrow, out, into, end_column + (column > end_column), end_column)

    def _get_texts(self, box):
        lines = [piece for line in box.lines for piece in wrap(line, CHARS)]
        if len(lines) > MAX_LINES:
            lines = [*lines[: MAX_LINES - 1], "…"]
        return wrap(box.title, TITLE_CHARS)[:2] or [""], lines

    def _place_lanes(self):
        """Give each route a lane in its channels and its gutter."""
        channels, gutters = {}, {}
        for number, route in enumerate(self.routes):
            start_column = self.places[route.arrow.start][1]
            if route.gutter is None:
                channels.setdefault(route.out, []).append((number, "out", start_column, route.column))
            else:
                # x of a gutter lies before its column
                channels.setdefault(route.out, []).append((number, "out", start_column, route.gutter - 0.5))
                channels.setdefault(route.into, []).append((number, "into", route.gutter - 0.5, route.column))
                gutters.setdefault(route.gutter, []).append((number, "gutter", route.out, route.into))
        self.lane, self.channel_lanes, self.gutter_lanes = {}, {}, {}
        for groups, counts in ((channels, self.channel_lanes), (gutters, self.gutter_lanes)):
            for place, items in groups.items():
                # Short ones inside, so that they cross fewer.
                items.sort(key=lambda item: abs(item[3] - item[2]))
                found = lanes([tuple(sorted(item[2:])) for item in items])
                counts[place] = max(found) + 1
                self.lane.update({item[:2]: lane for item, lane in zip(items, found, strict=True)})

    def _place_grid(self):
        """Compute where columns and rows lie."""
        self.x, x = [], MARGIN
        columns = min(len(self.boxes), COLUMNS)
        for column in range(columns + 1):
            x += GUTTER * (0 < column < columns) + self.gutter_lanes.get(column, 0) * LANE
            self.x.append(x)
            x += BOX_WIDTH if column < columns else 0
        self.width = x + MARGIN
        self.y, self.heights, y = [], [], 0
        for row in range(self.rows + 1):
            y += 14 + self.channel_lanes.get(row, 0) * LANE
            self.y.append(y)
            keys = [box.key for box in self.boxes[row * COLUMNS : (row + 1) * COLUMNS]]
            self.heights.append(max((self._get_height(key) for key in keys), default=0))
            y += self.heights[-1]
        self.height = y

    def _get_height(self, key):
        title, lines = self.texts[key]
        return 2 * PADDING + len(title) * TITLE_LINE + len(lines) * LINE

    def _place_ports(self):
        """Give each route its place at the edges of its two boxes."""
        edges = {}
        for number, route in enumerate(self.routes):
            for key, end, channel in (
                (route.arrow.start, "out", route.out),
                (route.arrow.end, "into", route.into),
            ):
                edges.setdefault((key, channel), []).append((number, end))
        self.port = {}
        for (key, channel), items in edges.items():
            row, column = self.places[key]
            # Those of two rows that face each other do not lie upon each other.
            left = self.x[column] + (-5 if channel == row else 5)
            for index, item in enumerate(items, 1):
                self.port[item] = left + BOX_WIDTH * index / (len(items) + 1)

    def _get_edge(self, key, channel):
        """Return the y of the box's edge towards the channel."""
        row, _column = self.places[key]
        return self.y[row] if channel == row else self.y[row] + self.heights[row]

    def _get_channel_y(self, channel, lane):
        return self.y[channel] - 8 - lane * LANE

    def _get_points(self, number, route):
        """Return the corners of the route."""
        start, end = route.arrow.start, route.arrow.end
        out, into = self.port[number, "out"], self.port[number, "into"]
        y = self._get_channel_y(route.out, self.lane[number, "out"])
        points = [(out, self._get_edge(start, route.out)), (out, y)]
        if route.gutter is not None:
            x = self.x[route.gutter] - 8 - self.lane[number, "gutter"] * LANE
            y_into = self._get_channel_y(route.into, self.lane[number, "into"])
            points += [(x, y), (x, y_into)]
            y = y_into
        return [*points, (into, y), (into, self._get_edge(end, route.into))]

    # Drawing

    def render(self, title, legend, notes):
        head = 30 if title else 6
        width = max(self.width, 2 * MARGIN + 3 * BOX_WIDTH)
        foot, height = self._render_foot(legend, notes, self.height + 26, width)
        parts = [self._render_line(arrow) for arrow in self.straight]
        parts += [
            _polyline(self._get_points(number, route), route.arrow.kind)
            for number, route in enumerate(self.routes)
        ]
        parts += [self._render_box(box) for box in self.boxes]
        total = head + height
        heading = _text(MARGIN, 20, title, size=16, weight="bold") if title else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="o_complaint_flow" width="{width:.0f}"'
            f' height="{total:.0f}" viewBox="0 0 {width:.0f} {total:.0f}" role="img"'
            f' font-family="{FONT}"><rect width="100%" height="100%" fill="#ffffff"/>'
            f'{heading}<g transform="translate(0 {head})">{"".join(parts)}{foot}</g></svg>'
        )

    def _render_line(self, arrow):
        row, column = self.places[arrow.start]
        y = self.y[row] + 20
        return _polyline([(self.x[column] + BOX_WIDTH, y), (self.x[column + 1], y)], arrow.kind)

    def _render_box(self, box):
        row, column = self.places[box.key]
        x, y = self.x[column], self.y[row]
        fill, line = FILLS.get(box.kind, FILLS["open"])
        title, lines = self.texts[box.key]
        parts = [
            f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{self.heights[row]}" rx="6" fill="{fill}"'
            f' stroke="{line}" stroke-width="1.5"/>'
        ]
        y += PADDING
        for text in title:
            y += TITLE_LINE
            parts.append(_text(x + PADDING, y - 4, text, size=13, weight="bold"))
        for text in lines:
            y += LINE
            parts.append(_text(x + PADDING, y - 2, text, size=10, color="#374151"))
        return "".join(parts)

    def _render_foot(self, legend, notes, y, width):
        """Return (drawing of legend and notes below ``y``, where it ends)."""
        parts, x = [], MARGIN
        for kind, text in legend:
            needed = 46 + 6.5 * _width(text)
            if x > MARGIN and x + needed > width:
                x, y = MARGIN, y + 18
            parts.append(_polyline([(x, y - 4), (x + 28, y - 4)], kind))
            parts.append(_text(x + 34, y, text, size=11))
            x += needed
        y += 8 if legend else -12
        for note in notes:
            for line in wrap(note, int((width - 2 * MARGIN) / 5.8)):
                y += 15
                parts.append(_text(MARGIN, y, line, size=11, color="#374151"))
        return "".join(parts), y + 12


def _text(x, y, text, size, weight="normal", color="#111827"):
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" fill="{color}">{escape(text)}</text>'


def _polyline(points, kind):
    """Return a line with a head at its end, which points the way of the last piece."""
    color = COLORS.get(kind, COLORS["move"])
    dash = f' stroke-dasharray="{DASHES[kind]}"' if kind in DASHES else ""
    (x0, y0), (x, y) = points[-2:]
    dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
    base_x, base_y = x - 6 * dx, y - 6 * dy
    head = ((x, y), (base_x - 3.5 * dy, base_y - 3.5 * dx), (base_x + 3.5 * dy, base_y + 3.5 * dx))
    path = _join([*points[:-1], (base_x, base_y)])
    return (
        f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.4"{dash}/>'
        f'<polygon points="{_join(head)}" fill="{color}"/>'
    )


def _join(points):
    return " ".join(f"{x:g},{y:g}" for x, y in points)
