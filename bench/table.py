"""The table of figures."""

from typing import NamedTuple


class Figure(NamedTuple):
    """A line of the table: what was measured, what came out, and what is wanted."""

    what: str
    measured: str
    target: str = ""


def print_figures(title: str, figures: list[Figure]) -> None:
    """Print figures below a title, as soon as they are known."""
    print(f"\n{title}")
    for figure in figures:
        target = f"   target {figure.target}" if figure.target else ""
        print(f"  {figure.what:<64} {figure.measured:>24}{target}", flush=True)


def seconds(value: float) -> str:
    return f"{value:,.1f} s" if value >= 1 else f"{value * 1000:,.1f} ms"


def megabytes(value: float) -> str:
    return f"{value / 1e6:,.0f} MB"
