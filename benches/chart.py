"""Draws how time and memory grow with the number of invoices, from the figures of end_to_end.py.

    python3 benches/end_to_end.py --only growth --json figures.json
    python3 benches/chart.py figures.json docs/performance.svg

All axes are logarithmic, so that growth in proportion is a straight line. The picture is plain SVG, light or
dark as the reader's system is. Needs nothing but Python.
"""

import json
import math
import pathlib
import statistics
import sys
import textwrap
from collections.abc import Callable
from html import escape
from typing import NamedTuple

WIDTH, TOP, BOTTOM, FOOT = 860, 74, 326, 374
PANEL = 262
PLOTS = [("dun", "ours"), ("DuckDB", "theirs")]
STYLE = """
text { font: 13px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 15px; } .faint { fill: #59636e; font-size: 12px; }
.ground { fill: #ffffff; } .grid { stroke: #e4e8ec; } .axis { stroke: #8c959f; }
polyline { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
polyline.ours { stroke: #0969da; } polyline.theirs { stroke: #bc6c00; stroke-dasharray: 7 4; }
circle.ours { fill: #0969da; } circle.theirs { fill: #bc6c00; }
text.ours { fill: #0969da; font-weight: 600; } text.theirs { fill: #bc6c00; font-weight: 600; }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc; } .faint { fill: #9198a1; }
.ground { fill: #0d1117; } .grid { stroke: #21262d; } .axis { stroke: #656c76; }
polyline.ours { stroke: #58a6ff; } polyline.theirs { stroke: #e3a03c; }
circle.ours { fill: #58a6ff; } circle.theirs { fill: #e3a03c; }
text.ours { fill: #58a6ff; } text.theirs { fill: #e3a03c; }
}
"""


class Scale(NamedTuple):
    """A logarithmic axis: which values, and where on the picture they stand."""

    low: int  # powers of ten
    high: int
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def powers(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]


def count(value: float) -> str:
    return f"{value / 1e6:.0f} million" if value >= 1e6 else f"{value:,.0f}"


def time(seconds: float) -> str:
    return f"{seconds:,.3g} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def size(megabytes: float) -> str:
    return f"{megabytes / 1000:,.2g} GB" if megabytes >= 1000 else f"{megabytes:,.0f} MB"


def covering(values: list[float], start: float, end: float) -> Scale:
    """A scale of whole powers of ten, two of them at least."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return Scale(low, max(high, low + 1), start, end)


def text(x: float, y: float, what: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(what)}</text>\n'


def line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path class="{kind}" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>\n'


def grid(across: Scale, up: Scale, written: Callable[[float], str]) -> str:
    drawn = ""
    for value in up.powers():
        drawn += line("grid", across.start, up.at(value), across.end, up.at(value))
        drawn += text(across.start - 8, up.at(value) + 4, written(value), "faint", "end")
    for value in across.powers():
        drawn += line("grid", across.at(value), up.start, across.at(value), up.end)
    for value in across.powers()[::2] if len(across.powers()) > 4 else across.powers():
        drawn += text(across.at(value), up.start + 18, count(value), "faint", "middle")
    return drawn + line("axis", across.start, up.start, across.end, up.start)


def panel(
    left: float,
    title: str,
    figures: list[dict],
    take: Callable[[list[float]], float],
    written: Callable[[float], str],
) -> str:
    """One figure of both programs, taken from their runs."""
    sizes = [row["invoices"] for row in figures]
    medians = {who: [statistics.median(map(take, row[who])) for row in figures] for who, _ in PLOTS}
    across = covering(sizes, left, left + PANEL)
    up = covering([value for values in medians.values() for value in values], BOTTOM, TOP)
    drawn = text(left, TOP - 18, title, "title") + grid(across, up, written)
    ends: list[float] = []
    for who, kind in PLOTS:
        points = [(across.at(x), up.at(y)) for x, y in zip(sizes, medians[who], strict=True)]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        drawn += f'<polyline class="{kind}" points="{joined}"/>\n'
        drawn += "".join(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>\n' for x, y in points)
        ends.append(points[-1][1])
    lower = 0 if ends[0] > ends[1] else 1
    # The two lines of a name and its value, apart from those of the other.
    gap = max(0.0, 36 - abs(ends[0] - ends[1])) / 2
    for place, (who, kind) in enumerate(PLOTS):
        y = ends[place] + (gap if place == lower else -gap)
        drawn += text(left + PANEL + 12, y - 2, who, kind)
        drawn += text(left + PANEL + 12, y + 14, written(medians[who][-1]), "faint")
    return drawn


def picture(figures: list[dict], about: str) -> str:
    how = f"By the number of invoices. Whole processes, medians of {len(figures[0]['dun'])} runs in turn."
    notes = [how, *textwrap.wrap(about, 130)]
    height = FOOT + 18 * len(notes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{WIDTH}" height="{height}"'
        f' viewBox="0 0 {WIDTH} {height}">\n'
        "<title>Wall time and peak memory of dun and DuckDB by the number of invoices</title>\n"
        f"<style>{STYLE}</style>\n"
        '<rect class="ground" width="100%" height="100%"/>\n'
        + text(24, 28, "One day planned, from loading to the written file", "title")
        + panel(70, "Wall time", figures, lambda run: run[0], time)
        + panel(500, "Peak memory", figures, lambda run: run[2] * 1.048576, size)
        + "".join(text(24, FOOT + 18 * at, note, "faint") for at, note in enumerate(notes))
        + "</svg>\n"
    )


def main(source: pathlib.Path, target: pathlib.Path) -> None:
    growth = json.loads(source.read_text(encoding="utf-8"))["growth"]
    target.write_text(picture(growth["figures"], growth["machine"]), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
