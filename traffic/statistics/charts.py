"""Charts as plain SVG figures: positions here, drawing in a template.

Every chart stands beside the table that holds the same figures; the strict content
policy leaves no room for inline style, so size and place are SVG attributes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, BOTTOM, TOP, LEFT = 640, 220, 28, 12, 44
MOST_LABELS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """``part`` is the darker share at the foot of the bar."""

    x: float
    y: float
    width: float
    height: float
    part_y: float
    part_height: float
    title: str
    label: str

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Tick:
    y: float
    value: int


@dataclass(frozen=True, slots=True)
class BarChart:
    width: int
    height: int
    base: int
    left: int
    bars: list[Bar]
    ticks: list[Tick]


@dataclass(frozen=True, slots=True)
class Column:
    """One bar's figures: ``part`` of ``value``, and the words for both."""

    label: str
    value: int
    part: int
    title: str


def bar_chart(columns: Sequence[Column]) -> BarChart:
    """Return the bars of a chart with as many labels as there is room for."""
    top = nice_top(max((column.value for column in columns), default=0))
    base = HEIGHT - BOTTOM
    room = base - TOP
    step = (WIDTH - LEFT) / max(len(columns), 1)
    width = min(max(step * 0.72, 1), 60)
    every = -(-len(columns) // MOST_LABELS) or 1
    bars = []
    for index, column in enumerate(columns):
        height = round(room * column.value / top, 1)
        part = round(room * column.part / top, 1)
        x = round(LEFT + step * index + (step - width) / 2, 1)
        label = column.label if index % every == 0 else ""
        bars.append(
            Bar(
                x,
                base - height,
                round(width, 1),
                height,
                base - part,
                part,
                column.title,
                label,
            )
        )
    ticks = [Tick(round(base - room * n / 4, 1), top * n // 4) for n in range(5)]
    return BarChart(WIDTH, HEIGHT, base, LEFT, bars, ticks)


def nice_top(highest: int) -> int:
    """Return a round number, divisible by four, at or above ``highest``."""
    step = 1
    while True:
        for factor in (4, 8, 12, 20):
            if factor * step >= highest:
                return factor * step
        step *= 10


def sparkline(values: Sequence[int], width: int = 160, height: int = 36) -> str:
    """Return the points of a small line, for the attribute of an SVG polyline."""
    if not values:
        return ""
    top = max([*values, 1])
    step = (width - 4) / max(len(values) - 1, 1)
    points = (
        (2 + step * index, height - 3 - (height - 6) * value / top)
        for index, value in enumerate(values)
    )
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
