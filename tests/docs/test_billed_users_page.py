"""The example of billed-users.md comes out as the page says."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

from tests.conftest import Ran
from tests.docs.pages import read, section


def test_the_example(run: Callable[..., Ran], tmp_path: Path) -> None:
    lines = re.findall(r"^\|(.+)\|$", section(read("billed-users.md"), "An example"), re.MULTILINE)
    header, _, *rows = ([cell.strip() for cell in line.split("|")] for line in lines)
    assert len(rows) == 5
    path = tmp_path / "usage.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(["Month", "Customer Name", "Product", *header])
        csv.writer(file).writerows(["2026-10", "Bell", "365 Total Backup", *row] for row in rows)
    found = run("bill", path, "--json").json
    assert found["customers"] == [{"customer": "Bell", "month": "2026-10", "recipe": 3, "people": 3}]
    told = [(one["name"], one["cause"], one["recipe"], one["people"]) for one in found["differences"]]
    assert told == [("John Smith", "namesakes", 1, 2), ("Mary O'Brien / Mary OBrien", "spellings", 2, 1)]
