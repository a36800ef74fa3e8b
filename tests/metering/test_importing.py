"""The sample files, through the whole way into the ledger."""

import json
from pathlib import Path

import pytest
from tests.bookkeeping import OPERATOR

from tallybook.metering.importing import ImportOptions, import_file
from tallybook.metering.reading import ReadingOptions
from tallybook.subscriptions.models import Subscription

SAMPLES = Path(__file__).parents[1] / "samples"
ROWS = json.loads((SAMPLES / "answers.json").read_text())["rows"]


def plain(**reading: object) -> ImportOptions:
    return ImportOptions(reading=ReadingOptions(**reading))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "rows", "options"),
    [
        ("itemised-a.csv", ROWS["itemised-a.csv"], plain()),
        ("itemised-a-bom.csv", ROWS["itemised-a.csv"], plain()),
        ("itemised-a-utf16.txt", ROWS["itemised-a.csv"], plain()),
        ("itemised-a-german.csv", ROWS["itemised-a-german.csv"], plain(encoding="cp1252")),
        ("itemised-b.csv", ROWS["itemised-b.csv"], plain()),
    ],
)
def test_every_row_of_a_sample_is_new_and_then_existing(
    subscription: Subscription, name: str, rows: int, options: ImportOptions
) -> None:
    first = import_file(subscription, SAMPLES / name, options, actor=OPERATOR)
    assert (first.rows, first.new, len(first.refused)) == (rows, rows, 0)
    second = import_file(subscription, SAMPLES / name, options, actor=OPERATOR)
    assert (second.rows, second.new, second.existing, second.changed) == (rows, 0, rows, 0)
    assert second.customers_created == 0
