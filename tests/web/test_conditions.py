"""What a request says of the answer that it wants."""

import pytest

from tallybook.web.conditions import accepts_gzip, byte_range, matches, resolve_range


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("", False), ("gzip", True), ("GZIP", True), ("gzip;q=0", False), ("gzip; q=0.0", False), ("gzip;q=0.001", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True), ("*", True), ("*;q=0", False), ("gzip;q=0, *", False), ("identity", False),
        ("br", False), ("gzip;q=x", False), (",,gzip", True), ("x-gzip", False),
    ],
)  # fmt: skip
def test_content_codings(header: str, accepted: bool) -> None:  # noqa: FBT001 - a case of the table
    assert accepts_gzip(header) is accepted


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), (" * ", True), ('"b"', False),
        ("a", False), ("", False),
        ('"A"', False), ('"a" "b"', False), ('w/"a"', False),
    ],
)  # fmt: skip
def test_tags(header: str, expected: bool) -> None:  # noqa: FBT001 - a case of the table
    assert matches(header, '"a"') is expected


@pytest.mark.parametrize(
    ("header", "wanted", "resolved"),
    [
        ("bytes=0-", (0, None), (0, 9)), ("bytes=0-0", (0, 0), (0, 0)), ("bytes=5-99", (5, 99), (5, 9)),
        ("bytes=-3", (None, 3), (7, 9)),
        ("bytes=-99", (None, 99), (0, 9)), ("Bytes = 2 - 4", (2, 4), (2, 4)), ("bytes=10-", (10, None), None),
        ("bytes=-0", (None, 0), None),
    ],
)  # fmt: skip
def test_ranges(header: str, wanted: tuple[int | None, int | None], resolved: tuple[int, int] | None) -> None:
    assert byte_range(header) == wanted
    assert resolve_range(wanted, 10) == resolved


@pytest.mark.parametrize(
    "header", [None, "", "bytes=", "bytes=-", "bytes=3-2", "bytes=0-1,3-4", "items=0-1", "0-1", "bytes=0x1-", "bytes=1"]
)
def test_ranges_that_are_not_heeded(header: str | None) -> None:
    assert byte_range(header) is None
    assert resolve_range((0, None), 0) is None
