"""How fast a usage file goes into the ledger, and how much memory that takes."""

import json
from pathlib import Path

from bench.installation import Installation
from bench.processes import Ran
from bench.table import Figure, megabytes, print_figures, seconds
from bench.usage_file import Shape, write_usage_file

_ROWS_A_SECOND = "40,000 or more"
_MEMORY = "< 300 MB"


def import_shape(installation: Installation, subscription: str, shape: Shape) -> Ran:
    """Write the file of a shape, import it, and remove it."""
    path = installation.folder / "usage.csv"
    write_usage_file(path, shape)
    try:
        return _imported(installation, subscription, path, {"new": shape.rows})
    finally:
        path.unlink()


def measure_importing(installation: Installation, subscription: str, shape: Shape) -> None:
    """Import a file twice by the real command, its start included."""
    path = installation.folder / "usage.csv"
    write_usage_file(path, shape)
    title = (
        f"Import: `tallybook import` of {shape.rows:,} rows, {megabytes(path.stat().st_size)}, {shape.customers:,} customers"
    )
    first = _imported(installation, subscription, path, {"new": shape.rows})
    print_figures(title, _figures("New", shape, first))
    second = _imported(installation, subscription, path, {"existing": shape.rows})
    print_figures("The same file again", _figures("Existing", shape, second))
    path.unlink()


def _imported(installation: Installation, subscription: str, path: Path, wanted: dict[str, int]) -> Ran:
    ran = installation.tallybook("import", str(path), "--subscription", subscription, "--json")
    told = json.loads(ran.out[ran.out.index("{") :])
    if told["refused"] or any(told[name] != count for name, count in wanted.items()):
        raise RuntimeError(f"Not imported as it should be: {str(told)[:1000]}")
    return ran


def _figures(kind: str, shape: Shape, ran: Ran) -> list[Figure]:
    return [
        Figure(f"{kind} rows a second", f"{shape.rows / ran.seconds:,.0f}", _ROWS_A_SECOND),
        Figure("Time, the program's start included", seconds(ran.seconds)),
        Figure("Most memory of the importing process", megabytes(ran.peak_bytes), _MEMORY),
    ]
