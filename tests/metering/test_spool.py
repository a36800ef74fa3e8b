"""Findings are kept in order and whole, in memory or on disk."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.bookkeeping import ledger, usage, usage_csv
from tests.disk import files_of_at_most

from tallybook.errors import NotNow
from tallybook.metering.spool import Spool
from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription


class Finding(NamedTuple):
    line: int
    text: str | None


@pytest.mark.parametrize("count", [0, 1, 60_000], ids=["none", "one", "more than fit into memory"])
def test_findings_come_back_in_order_as_often_as_asked(count: int) -> None:
    spool = Spool(Finding)
    for line in range(count):
        spool.append(Finding(line, "a\nb\u2028" + "x" * 70))
    assert len(spool) == count
    assert sum(finding.line for finding in spool) == sum(range(count))
    assert [finding.line for finding in spool] == list(range(count))


def test_values_stay_what_they_were_and_reading_does_not_hinder_adding() -> None:
    spool = Spool(Finding)
    texts = [None, "", "\r\n", '"quoted"', "ß😀", "\u202e"]
    for line, text in enumerate(texts):
        spool.append(Finding(line, text))
        assert len(list(spool)) == line + 1
    assert list(spool) == [Finding(line, text) for line, text in enumerate(texts)]
    assert all(isinstance(finding, Finding) for finding in spool)


def test_an_import_without_room_for_its_findings_keeps_nothing(
    subscription: Subscription, take: Callable[..., Summary], tmp_path: Path
) -> None:
    take([usage()])
    before = ledger(subscription)
    refused = [usage(product="Nothing Known", object_name=f"Person {number}") for number in range(20_000)]
    path = tmp_path / "wrong.csv"
    path.write_bytes(usage_csv([usage(object_name="Ben Crow"), *refused]))
    with files_of_at_most(1024 * 1024), pytest.raises(NotNow, match=r"no room for the findings .* Nothing was imported"):
        take(path)
    assert ledger(subscription) == before
    summary = take(path)
    assert (summary.new, len(summary.refused)) == (1, 20_000)
