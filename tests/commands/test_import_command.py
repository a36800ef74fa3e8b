"""`tallybook import`: what it prints, and how it ends."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from tests.bookkeeping import ledger, reported, usage, usage_csv
from tests.conftest import Ran

from tallybook.subscriptions.models import Subscription

Run = Callable[..., Ran]
HEADER = "Month,Customer Name,Product,Object Type,Object Name\n"
SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a good row, a bad one, and an unknown column."""
    path = tmp_path / "usage.csv"
    rows = [usage(protected_bytes=5), usage(object_name="Ben Crow", protected_bytes=-1)]
    path.write_bytes(
        usage_csv(rows)
        .replace(b"Protected Size (Bytes)", b"Protected Size (Bytes),Colour")
        .replace(b"5\r", b"5,red\r")
        .replace(b"-1\r", b"-1,red\r")
    )
    return path


def test_json_has_the_shape_that_programs_rely_on(run: Run, subscription: Subscription, file: Path) -> None:
    done = run("import", file, "--subscription", subscription.name, "--json")
    assert (done.status, done.err) == (1, "")
    (refused,) = done.json["refused"]
    assert {name: done.json[name] for name in ("rows", "new", "existing", "changed", "customersCreated")} == {
        "rows": 2,
        "new": 1,
        "existing": 0,
        "changed": 0,
        "customersCreated": 1,
    }
    assert set(refused) == {"line", "column", "value", "reason"}
    assert (refused["line"], refused["column"], refused["value"]) == (3, "Protected Size (Bytes)", "-1")
    assert (done.json["imported"], done.json["unknownColumns"]) == (True, ["Colour"])
    assert done.out.count("\n") == 1


def test_json_tells_changes_and_missing_rows(run: Run, subscription: Subscription, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_bytes(usage_csv([usage(plan="Gold"), usage(object_name="Ben Crow")]))
    assert run("import", path, "--subscription", subscription.name, "--json").json["new"] == 2
    path.write_bytes(usage_csv([usage(plan="Silver")]))
    told = run("import", path, "--subscription", subscription.name, "--json").json
    assert told["changes"] == [{"line": 2, "column": "Plan", "before": "Gold", "after": "Silver"}]
    assert told["missing"] == [
        {
            "month": "2026-10",
            "customerName": "Anchor Ltd",
            "product": "365 Total Backup",
            "objectTypeBackedUp": "Mailbox",
            "objectName": "Ben Crow",
        }
    ]


def test_text_tells_the_same_for_people(run: Run, subscription: Subscription, file: Path) -> None:
    done = run("import", file, "--subscription", subscription.name.upper())
    assert (done.status, done.err) == (1, "")
    for words in (
        "usage.csv: imported.",
        "2 rows: 1 new, 0 existing, 0 changed, 1 refused.",
        "New customers: 1.",
        "'Colour'",
        "line 3, Protected Size (Bytes): The number is negative",
    ):
        assert words in done.out
    assert len(reported(subscription)) == 1


def test_a_clean_file_is_status_0_and_the_same_again_too(run: Run, subscription: Subscription) -> None:
    first = run("import", SAMPLES / "itemised-b.csv", "--subscription", subscription.name, "--json")
    second = run("import", SAMPLES / "itemised-b.csv", "--subscription", subscription.name, "--json")
    assert (first.status, second.status) == (0, 0)
    assert (first.json["new"], second.json["existing"]) == (994, 994)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(["--atomic"], "nothing was imported: --atomic takes all rows or none", id="atomic"),
        pytest.param(["--replace"], "nothing was imported: --replace takes all rows or none", id="replace"),
        pytest.param(["--dry-run"], "nothing was changed; this is what would happen", id="dry run"),
        pytest.param(["--no-new-customers"], "There is no such customer. Leave out --no-new-customers", id="no new customers"),
    ],
)
def test_options_that_keep_a_file_out(run: Run, subscription: Subscription, file: Path, options: list[str], words: str) -> None:
    # An import of which no row is left to take is one all the same.
    record: dict[str, list[str]] = {"usage_import": [], "source": [], "audit_event": [], "audit_detail": []}
    before = ledger(subscription) | record
    done = run("import", file, "--subscription", subscription.name, *options)
    assert (done.status, done.err) == (1, "")
    assert words in done.out
    assert ledger(subscription) | record == before


def make_unusable(folder: Path, kind: str) -> Path:
    path = folder / "usage.csv"
    contents = {
        "empty": b"",
        "rubbish": os.urandom(20_000) + b"\0",
        "no needed columns": b"Month,Colour\n2026-10,red\n",
        "workbook": b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml" + b"\0" * 500,
        "pdf": b"%PDF-1.7\n",
        "json": b'{"rows": []}',
        "not utf-8": HEADER.encode() + b"2026-10,B\xe4ckerei,VM Backup,VM,web-1\n" + b"2026-10,\x81\x8d,VM Backup,VM,web-2\n",
        "half utf-16": b"\xff\xfe" + HEADER.encode("utf-16-le")[:-1],
    }
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "endless line":
        with path.open("wb") as file:
            file.write(HEADER.encode())
            file.truncate(2 * 1024**3)
    elif kind != "missing":
        path.write_bytes(contents[kind])
    return path


@pytest.mark.parametrize(
    "kind",
    [
        "missing", "directory", "pipe", "empty", "rubbish", "no needed columns", "workbook", "pdf", "json", "not utf-8",
        "half utf-16", "endless line",
    ],
)  # fmt: skip
def test_an_unusable_file_is_status_2_and_one_sentence(run: Run, subscription: Subscription, tmp_path: Path, kind: str) -> None:
    path = make_unusable(tmp_path, kind)
    before = ledger(subscription)
    done = run("import", path, "--subscription", subscription.name, "--json")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"tallybook: {path} ")
    assert done.err.endswith(".\n")
    assert done.err.count("\n") == 1
    assert ledger(subscription) == before


def test_a_file_with_only_a_header_is_status_0_and_says_so(run: Run, subscription: Subscription, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(HEADER, encoding="utf-8")
    done = run("import", path, "--subscription", subscription.name)
    assert (done.status, done.err) == (0, "")
    assert "the file has a header and no rows" in done.out
    assert run("import", path, "--subscription", subscription.name, "--json").json["rows"] == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(["--month", "2026-13"], "--month is '2026-13', which is no month", id="month"),
        pytest.param(["--profile", "itemized"], "itemized", id="profile"),
        pytest.param(["--encoding", "klingon"], "klingon", id="encoding"),
        pytest.param(["--delimiter", "::"], "delimiter", id="delimiter"),
    ],
)
def test_a_bad_option_is_one_sentence(
    run: Run, subscription: Subscription, tmp_path: Path, options: list[str], words: str
) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(HEADER, encoding="utf-8")
    done = run("import", path, "--subscription", subscription.name, *options)
    assert (done.status, done.out) == (2, "")
    assert words in done.err
    assert done.err.count("\n") == 1


def test_an_unknown_subscription_is_told_with_near_matches(run: Run, subscription: Subscription, file: Path) -> None:
    wrong = subscription.name.replace("MSP", "MPS")
    done = run("import", file, "--subscription", wrong)
    assert (done.status, done.out) == (2, "")
    assert f"There is no subscription {wrong!r}. Did you mean {subscription.name!r}" in done.err


def test_month_encoding_and_delimiter_can_be_said(run: Run, subscription: Subscription, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_bytes("Customer|Product|Object Type|Object Name\nBäckerei|VM Backup|VM|web-1\n".encode("cp1252"))
    options = ["--month", "2026-07", "--encoding", "cp1252", "--delimiter", "|"]
    done = run("import", path, "--subscription", subscription.name, "--json", *options)
    assert (done.status, done.json["new"], done.json["encoding"]) == (0, 1, "cp1252")
    assert [(row["Month"], row["Customer Name"]) for row in reported(subscription)] == [("2026-07", "Bäckerei")]


def test_only_the_first_findings_are_shown_and_json_has_them_all(run: Run, subscription: Subscription, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    rows = "".join(f"2026-10,Anchor Ltd,Unknown {number},VM,web\n" for number in range(30))
    path.write_text(HEADER + rows, encoding="utf-8")
    text = run("import", path, "--subscription", subscription.name)
    told = run("import", path, "--subscription", subscription.name, "--json")
    assert (text.status, told.status) == (1, 1)
    assert "Refused (30):" in text.out
    assert text.out.count("There is no product") == 20
    assert text.out.endswith("and more; --json has them all.\n")
    assert [one["line"] for one in json.loads(told.out)["refused"]] == list(range(2, 32))


def test_rows_with_one_fault_are_told_together(run: Run, subscription: Subscription, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(HEADER + "2026-10,Anchor Ltd,Nothing Known,VM,web\n" * 30, encoding="utf-8")
    done = run("import", path, "--subscription", subscription.name)
    assert (done.status, done.err) == (1, "")
    assert "usage.csv: no row was imported." in done.out
    assert "30 rows, lines 2 to 31, Product: There is no product 'Nothing Known'." in done.out


def test_times_without_a_zone_are_in_the_subscriptions(run: Run, subscription: Subscription, tmp_path: Path) -> None:
    path = tmp_path / f"{uuid4()}.csv"
    path.write_bytes(usage_csv([usage(last_backup="2026-10-05 14:30")]))
    assert run("import", path, "--subscription", subscription.name).status == 0
    assert reported(subscription)[0]["Last Backup"] == "2026-10-05T12:30:00Z"


def test_a_long_file_tells_how_it_gets_on(run: Run, subscription: Subscription, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    row = "2026-10,Anchor Ltd,VM Backup,VM,web-1\n"
    path.write_text("Month,Customer,Product,Object Type,Object Name\n" + row * 210_000)
    ran = run("import", path, "--subscription", subscription.name, "--json")
    told = [line for line in ran.err.splitlines() if line.endswith("% of the file read")]
    assert (ran.status, ran.json["rows"], ran.json["new"]) == (0, 210_000, 1)
    # Every 100,000 rows, at the end of what is read at a time.
    assert [line[:2] for line in told] == ["10", "20"]


def test_refused_rows_are_written_to_be_mended(run: Run, subscription: Subscription, file: Path, tmp_path: Path) -> None:
    target = tmp_path / "refused.csv"
    assert run("import", file, "--subscription", subscription.name, "--refused", target).status == 1
    header, row = target.read_text(encoding="utf-8-sig").splitlines()
    assert header.startswith("Line,Why It Was Refused,Month,Customer Name,")
    assert row.startswith("3,")
    target.write_bytes(target.read_bytes().replace(b",-1,", b",7,"))
    done = run("import", target, "--subscription", subscription.name, "--json")
    assert (done.status, done.json["new"]) == (0, 1)
    assert [one["Object Name"] for one in reported(subscription)] == ["Ann Bell", "Ben Crow"]


def test_refused_rows_that_cannot_be_written_are_told_after_the_import(
    run: Run, subscription: Subscription, file: Path, tmp_path: Path
) -> None:
    before = file.read_bytes()
    same = run("import", file, "--subscription", subscription.name, "--refused", file)
    assert same.status == 2
    assert "--refused names the usage file itself" in same.err
    assert file.read_bytes() == before
    assert reported(subscription) == []
    done = run("import", file, "--subscription", subscription.name, "--refused", tmp_path / "none" / "refused.csv")
    assert done.status == 2
    assert "The file was imported, but its refused rows cannot be written" in done.err
    assert len(reported(subscription)) == 1


def test_columns_are_named_by_hand(run: Run, subscription: Subscription, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text("When;Customer;Product;Kind;Thing;Size (GB)\n2026-10;Anchor Ltd;VM Backup;VM;web-1;2\n")
    said = ("--column", "Month=When", "--column", "object type backed up=Kind", "--column", "Object Name = Thing")
    less = ("--column", "Protected Size (Bytes)=")
    assert run("import", path, "--subscription", subscription.name, *said, *less).status == 0
    ((month, name, size),) = [
        (row["Month"], row["Object Name"], row["Protected Size (Bytes)"]) for row in reported(subscription)
    ]
    assert (month, name, size) == ("2026-10", "web-1", "")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("Month", "is not a column of the report, an equals sign and a name of the file"),
        ("Monht=When", "Did you mean 'Month'"),
        ("Month=Then", "has no column 'Then'; its header has 'Month'"),
    ],
)
def test_a_column_that_is_none_is_refused(run: Run, subscription: Subscription, file: Path, said: str, sentence: str) -> None:
    done = run("import", file, "--subscription", subscription.name, "--column", said)
    assert done.status == 2
    assert sentence in done.err
