"""Charts and sparklines in SVG: where each bar stands, how high it is, and the same in words. Templates draw them.

A month of which nothing is known is a gap; a bar of nothing is a 0. Places across are percentages, so that a chart is as wide
as its room while its letters keep their size; places down are pixels.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from tallybook.console.wording import month_name

PLOT_PIXELS = 160
# Above the plot there is room for half a letter.
_ABOVE_PIXELS = 12
SPARK_PIXELS = 20
_SPARK_STEP, _SPARK_BAR = 4, 3
# Of the room of a month, the part that its bar takes.
_BAR_SHARE = 0.7
_MOST_STEPS = 4
_LETTER_PIXELS = 8
# On a narrow screen every third month has its name, among thirteen the first one and the last.
_NAMED = 3


class Point(NamedTuple):
    """A month and its number; without one, why."""

    month: date
    value: int | None
    reason: str = ""


class Bar(NamedTuple):
    """A month of a chart. Places across are percentages of the chart, without the sign."""

    point: Point
    left: str
    width: str
    middle: str
    height: float
    is_first: bool
    is_last: bool
    is_named_always: bool

    @property
    def top(self) -> str:
        return f"{_ABOVE_PIXELS + PLOT_PIXELS - self.height:.2f}"

    @property
    def tall(self) -> str:
        return f"{self.height:.2f}"

    @property
    def names_year(self) -> bool:
        return self.is_first or self.is_last or self.point.month.month == 1


class Tick(NamedTuple):
    """A line across the chart, and its number."""

    value: int
    height: float

    @property
    def line(self) -> str:
        """Through the middle of a pixel, so that it is sharp."""
        return f"{self.text - 4}.5"

    @property
    def text(self) -> int:
        """Where the letters of the number stand."""
        return _ABOVE_PIXELS + 4 + round(PLOT_PIXELS - self.height)


class ChartRow(NamedTuple):
    """A line of the table beside a chart; the change is since the month before, where both are known."""

    point: Point
    change: int | None


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Bars of consecutive months, the oldest first. `name` is its own on the page; `nothing` is said where there are none."""

    name: str
    title: str
    points: list[Point]
    nothing: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(point.value for point in self.points)

    @cached_property
    def ticks(self) -> list[Tick]:
        """From 0 to what is at least the largest number, in at most four steps of 1, 2 or 5 and noughts."""
        largest = max(value for _, value in _known(self.points))
        step = _step(largest)
        count = -(-largest // step)
        return [Tick(number * step, PLOT_PIXELS * number / count) for number in range(count + 1)]

    @property
    def axis_pixels(self) -> int:
        """The room for the largest of the ticks' numbers."""
        return _LETTER_PIXELS * (len(f"{self.ticks[-1].value:,}") + 1)

    @property
    def bars(self) -> list[Bar]:
        slot, last = 100 / len(self.points), len(self.points) - 1
        return [
            Bar(
                point=point,
                left=f"{slot * (index + (1 - _BAR_SHARE) / 2):.2f}",
                width=f"{slot * _BAR_SHARE:.2f}",
                middle=f"{slot * (index + 0.5):.2f}",
                height=_height(point.value, self.ticks[-1].value, PLOT_PIXELS),
                is_first=index == 0,
                is_last=index == last,
                is_named_always=(last - index) % _NAMED == 0,
            )
            for index, point in enumerate(self.points)
        ]

    @property
    def description(self) -> str:
        """The chart for who does not see it."""
        known = list(_known(self.points))
        most, least = max(known, key=itemgetter(1)), min(known, key=itemgetter(1))
        said = ", ".join(dict.fromkeys((_in_words(*known[0]), _in_words(*known[-1])))) + "."
        if len(known) > 1:
            said += f" Most: {_in_words(*most)}. Least: {_in_words(*least)}."
        missing = len(self.points) - len(known)
        return said + (f" No number for {missing} of {len(self.points)} months." if missing else "")

    @property
    def rows(self) -> list[ChartRow]:
        """The newest first."""
        before = [None, *(point.value for point in self.points)]
        return [
            ChartRow(point, None if point.value is None or former is None else point.value - former)
            for point, former in zip(reversed(self.points), reversed(before[:-1]), strict=True)
        ]


@dataclass(frozen=True)
class Spark:
    """A chart as small as a word, of consecutive months, the oldest first."""

    points: list[Point]

    @property
    def path(self) -> str:
        """One path for all bars: a page has fifty sparklines. Empty where nothing is known."""
        largest = max((value for _, value in _known(self.points)), default=0)
        return "".join(
            f"M{_SPARK_STEP * index} {SPARK_PIXELS}v-{_spark_height(point.value, largest):g}h{_SPARK_BAR}V{SPARK_PIXELS}z"
            for index, point in enumerate(self.points)
            if point.value is not None
        )

    @property
    def words(self) -> str:
        """The numbers from the first one that is known on."""
        known = [index for index, point in enumerate(self.points) if point.value is not None]
        if not known:
            return ""
        told = self.points[known[0] :]
        numbers = ", ".join(point.reason.lower() if point.value is None else f"{point.value:,}" for point in told)
        months = dict.fromkeys((month_name(told[0].month), month_name(told[-1].month)))
        return f"{' to '.join(months)}: {numbers}"


def _known(points: list[Point]) -> Iterator[tuple[date, int]]:
    return ((point.month, point.value) for point in points if point.value is not None)


def _in_words(month: date, value: int) -> str:
    return f"{value:,} in {month_name(month)}"


def _height(value: int | None, largest: int, pixels: int) -> float:
    """In proportion, but what is something never looks like nothing."""
    if not value:
        return 0
    return max(pixels * value / largest, 1)


def _spark_height(value: int, largest: int) -> float:
    """Likewise; nothing is a line on the ground, since a gap is what is not known."""
    return round(_height(value, largest, SPARK_PIXELS), 1) or 0.5


def _step(largest: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50, ... of which four reach the largest number."""
    power = 1
    while True:
        for digit in (1, 2, 5):
            if digit * power * _MOST_STEPS >= largest:
                return digit * power
        power *= 10
