# SPDX-License-Identifier: EUPL-1.2
# Bars with the span of their windows, as SVG text.
"""One kind of picture: horizontal bars in groups; the thin line spans the windows from the slowest to the fastest."""

import math
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, TOP = 760, 250, 90, 66
ROW, GROUP_GAP = 20, 26
COLOURS = ["#1f5f8b", "#9aa5ad", "#c8792b", "#5b8c5a"]
TEXT = 'font-family="sans-serif" font-size="12" fill="#222"'
LEAST_LOG_STEPS = 2


def _text(x, y, text, anchor="start", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {TEXT} {more}>{escape(text)}</text>'


class Scale:
    """Value to horizontal place; linear from zero, or by powers of ten."""

    def __init__(self, values, is_log):
        most = max(values) or 1
        self.is_log = is_log
        # Nothing stands at the left edge, which a logarithm does not have.
        self.low = math.floor(math.log10(min((value for value in values if value > 0), default=1))) if is_log else 0
        self.high = math.ceil(math.log10(most)) if is_log else most * 1.05
        if is_log:
            self.high = max(self.high, self.low + LEAST_LOG_STEPS)

    def place(self, value):
        """In pixels."""
        value = math.log10(max(value, 10.0**self.low)) if self.is_log else value
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - self.low) / (self.high - self.low)

    def ticks(self):
        """Values at which a line is drawn."""
        if self.is_log:
            return [10.0**power for power in range(self.low, self.high + 1)]
        step = 10 ** math.floor(math.log10(self.high))
        step = next(step * part for part in (1, 0.5, 0.2, 0.1) if self.high / (step * part) >= 3)
        return [number * step for number in range(int(self.high / step) + 1)]


def short(value):
    """A figure beside a bar."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def bars(title, unit, groups, is_log=False):
    """SVG of GROUPS: (heading, rows); a row is (label, value, least, most, number of its colour). UNIT stands under the title."""
    rows = [row for _, rows in groups for row in rows]
    scale = Scale([one for row in rows for one in row[1:4]], is_log)
    height = TOP + sum(GROUP_GAP + ROW * len(rows) for _, rows in groups) + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        _text(12, 20, title, more='font-weight="bold"'),
        _text(12, 38, unit + (", logarithmic" if is_log else "")),
    ]
    for tick in scale.ticks():
        x = scale.place(tick)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP - 4}" x2="{x:.1f}" y2="{height - 8}" stroke="#ddd"/>')
        parts.append(_text(x, TOP - 8, short(tick), "middle", 'opacity="0.6"'))
    y = TOP
    for heading, members in groups:
        parts.append(_text(12, y + 16, heading, more='font-style="italic"'))
        y += GROUP_GAP
        for label, value, least, most, colour in members:
            x, start = scale.place(value), scale.place(10.0**scale.low if is_log else 0)
            fill = COLOURS[colour % len(COLOURS)]
            parts.append(_text(LEFT - 8, y + 11, label, "end"))
            parts.append(f'<rect x="{start:.1f}" y="{y}" width="{max(x - start, 1):.1f}" height="14" fill="{fill}"/>')
            ends = f'x1="{scale.place(least):.1f}" x2="{scale.place(most):.1f}"'
            parts.append(f'<line {ends} y1="{y + 7}" y2="{y + 7}" stroke="#000" stroke-opacity="0.55"/>')
            parts.append(_text(max(x, scale.place(most)) + 6, y + 11, short(value)))
            y += ROW
    return "\n".join([*parts, "</svg>", ""])
