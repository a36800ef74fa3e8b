"""`python -m bench [--rows N] [--only billing|calling|counting]`."""

import argparse
import tempfile
from pathlib import Path

from bench.installation import Installation

_ROWS = 1_000_000
_FEWEST = 1000


def main() -> None:
    """Measure in a folder that is removed at the end, whatever happens."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure imports, reports and downloads.")
    parser.add_argument("--rows", type=int, default=_ROWS, help=f"rows of usage, {_FEWEST:,} or more; default: {_ROWS:,}")
    parser.add_argument("--only", choices=["billing", "calling", "counting"], help="measure this part alone")
    asked = parser.parse_args()
    rows = asked.rows
    if rows < _FEWEST:
        parser.error(f"--rows has to be {_FEWEST:,} or more")
    with tempfile.TemporaryDirectory(prefix="tallybook-bench-") as folder:
        installation = Installation.below(Path(folder))
        try:
            installation.open()
            # Models can be imported only once Django knows its settings.
            from bench.figures import measure, measure_only  # noqa: PLC0415

            if asked.only:
                measure_only(asked.only, installation, rows)
            else:
                measure(installation, rows)
        finally:
            installation.close()


if __name__ == "__main__":
    main()
