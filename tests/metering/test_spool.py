"""Findings are kept in order and whole, in memory or on disk."""

from typing import NamedTuple

import pytest

from tallybook.metering.spool import Spool


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
