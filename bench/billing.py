"""How long `tallybook bill` counts a file, beside what pandas takes to read it and to do as the recipe says."""

import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.installation import Installation
from bench.processes import Ran, run_measured
from bench.table import Figure, megabytes, print_figures, seconds
from bench.usage_file import Shape, write_usage_file

# Other work on the machine comes and goes from run to run.
_RUNS = 7
_TIMES_AS_LONG = "at most 2"
_MEMORY = "< 300 MB"
# Cells are read as texts: else pandas takes the names 007 and 7 for one.
_RECIPE = """
import sys, pandas
rows = pandas.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
rows = rows[rows["Object Type Backed Up"].isin(["Mailbox", "N/A", "OneDrive", "User Teams Chats"])]
print(len(rows.drop_duplicates("Object Name")))
"""


class _Taken(NamedTuple):
    """What a run took; the processors' time says more than the clock's where a machine is shared."""

    ran: Ran
    processor_seconds: float


def measure_billing(installation: Installation, shape: Shape) -> None:
    """Run both in turn, their starts included. pandas is no dependency: where it is not installed there is nothing beside."""
    path = installation.folder / "usage.csv"
    write_usage_file(path, shape)
    ours, pandas = [], []
    for _ in range(_RUNS):
        ours.append(_taken(lambda: installation.tallybook("bill", str(path))))
        if find_spec("pandas"):
            pandas.append(_taken(lambda: _run_recipe(installation, path)))
    print_figures(
        f"Billed users: `tallybook bill` of {shape.rows:,} rows, {megabytes(path.stat().st_size)}: medians of {_RUNS}",
        [
            Figure("Time, the program's start included", seconds(_clock(ours))),
            Figure("Time of the processors", seconds(_processor(ours))),
            Figure("Most memory", megabytes(max(one.ran.peak_bytes for one in ours)), _MEMORY),
            *(_beside(ours, pandas) if pandas else [Figure("Against pandas", "it is not installed", _TIMES_AS_LONG)]),
        ],
    )
    path.unlink()


def _beside(ours: list[_Taken], pandas: list[_Taken]) -> list[Figure]:
    return [
        Figure("pandas, likewise", seconds(_clock(pandas))),
        Figure("pandas, time of the processors", seconds(_processor(pandas))),
        Figure("pandas, most memory", megabytes(max(one.ran.peak_bytes for one in pandas))),
        Figure("Times as long as pandas", f"{_clock(ours) / _clock(pandas):.2f}", _TIMES_AS_LONG),
        Figure("Times as long on the processors", f"{_processor(ours) / _processor(pandas):.2f}", _TIMES_AS_LONG),
    ]


def _run_recipe(installation: Installation, path: Path) -> Ran:
    command = [sys.executable, "-c", _RECIPE, str(path)]
    return run_measured(command, installation.environment, installation.folder / "pandas.log")


def _taken(run: Callable[[], Ran]) -> _Taken:
    before = os.times()
    ran = run()
    after = os.times()
    return _Taken(ran, sum(after[2:4]) - sum(before[2:4]))


def _clock(taken: list[_Taken]) -> float:
    return median(one.ran.seconds for one in taken)


def _processor(taken: list[_Taken]) -> float:
    return median(one.processor_seconds for one in taken)
