"""`tallybook bill` on files: the samples' answers, differences, what is missing, and no database."""

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Ran

from tallybook.commands.bill import bill
from tallybook.errors import TallybookError
from tallybook.subscriptions.models import Subscription

Run = Callable[..., Ran]
SAMPLES = Path(__file__).parents[1] / "samples"
ANSWERS = json.loads((SAMPLES / "answers.json").read_text(encoding="utf-8"))
OF_CUSTOMERS = [
    {name: one[name] for name in ("customer", "month", "recipe", "people")} for one in ANSWERS["by_customer_and_month"]
]
NO_DATABASE = {"TALLYBOOK_DATABASE_URL": "postgresql://nobody@/nothing?host=/nonexistent"}
TOTALS = {
    "recipe": ANSWERS["recipe_as_written_on_the_whole_file"],
    "recipeByMonth": ANSWERS["recipe_total_by_month"],
    "peopleByMonth": ANSWERS["people_total_by_month"],
}
HEADER = "Month,Customer Name,Product,Object Type Backed Up,Object Name,Object Details"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a usage file of these lines below the usual header."""

    def written(*lines: str, name: str = "usage.csv", header: str = HEADER) -> Path:
        path = tmp_path / name
        path.write_text("\r\n".join([header, *lines, ""]), encoding="utf-8")
        return path

    return written


def billed(run: Run, *arguments: str | Path) -> Any:  # noqa: ANN401 - what the command printed
    done = run("bill", *arguments, "--json", **NO_DATABASE)
    assert (done.status, done.err) == (0, "")
    return done.json


@pytest.mark.parametrize("name", ["itemised-a.csv", "itemised-a-bom.csv", "itemised-a-utf16.txt"])
def test_the_answers_of_the_samples_come_out(run: Run, name: str) -> None:
    found = billed(run, SAMPLES / name)
    assert found["rows"] == ANSWERS["rows"]["itemised-a.csv"]
    assert found["billedUsers"] == TOTALS
    assert found["customers"] == OF_CUSTOMERS


def test_the_answers_of_generation_b_come_out(run: Run) -> None:
    found = billed(run, SAMPLES / "itemised-b.csv")
    assert found["rows"] == ANSWERS["rows"]["itemised-b.csv"]
    people = [(one["customer"], one["month"], one["people"]) for one in found["customers"]]
    assert people == [(one["customer"], one["month"], one["billable_rows_b"]) for one in ANSWERS["by_customer_and_month"]]
    assert [one["recipe"] for one in found["customers"]] == [one["recipe"] for one in OF_CUSTOMERS]


def test_what_a_german_spreadsheet_saved_comes_to_the_same_as_those_rows_in_unicode(run: Run, tmp_path: Path) -> None:
    """The sample has the rows that Windows' code page can spell."""
    german = billed(run, SAMPLES / "itemised-a-german.csv", "--encoding", "cp1252")
    assert german["rows"] == ANSWERS["rows"]["itemised-a-german.csv"]
    with (SAMPLES / "itemised-a.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if "".join(row).encode("cp1252", "replace").decode("cp1252") == "".join(row)]
    part = tmp_path / "part.csv"
    with part.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    assert billed(run, part) == german


def test_what_tallybook_exports_comes_to_the_same(run: Run, subscription: Subscription, tmp_path: Path) -> None:
    assert run("import", SAMPLES / "itemised-a.csv", "--subscription", subscription.name).status == 0
    months = ("--subscription", subscription.name, "--from", "2026-08", "--to", "2026-10")
    for options in ((), ("--profile", "excel", "--delimiter", "semicolon")):
        path = tmp_path / f"report-{len(options)}.csv"
        assert run("report", *months, *options, "--output", path).status == 0
        found = billed(run, path, *(("--profile", "excel") if options else ()))
        assert (found["billedUsers"], found["customers"]) == (TOTALS, OF_CUSTOMERS)


def test_files_are_counted_before_anything_is_set_up(command_environment: dict[str, str], write: Callable[..., Path]) -> None:
    home = Path(command_environment["TALLYBOOK_HOME"])
    path = write("2026-10,Bell,365 Total Backup,Mailbox,Ann,")
    command = [sys.executable, "-X", "importtime", "-m", "tallybook", "bill", str(path)]
    variables = command_environment | {"TALLYBOOK_SECRET_KEY": "short"}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True, timeout=60)
    assert "Bell" in done.stdout
    assert not home.exists()
    assert "tallybook.billing.file_count" in done.stderr
    assert "django" not in done.stderr, "loading it takes longer than to count a small file"


def test_several_files_are_one_and_what_is_in_two_counts_once(run: Run, tmp_path: Path) -> None:
    with (SAMPLES / "itemised-a.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    halves = []
    for number, half in enumerate((rows[:1000], rows[900:])):
        halves.append(tmp_path / f"{number}.csv")
        with halves[-1].open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *half])
    found = billed(run, *halves)
    assert (found["rows"], found["billedUsers"], found["customers"]) == (len(rows) + 100, TOTALS, OF_CUSTOMERS)


def test_each_difference_is_named_with_its_cause(run: Run, write: Callable[..., Path]) -> None:
    path = write(
        "2026-10,=1+1,365 Total Backup,Mailbox,Ann,ann@one.example",
        "2026-10,=1+1,365 Total Backup,Mailbox,Ann,ann.lee@one.example",
        "2026-10,=1+1,365 Total Backup,OneDrive,Annie,ann@one.example",
        "2026-10,Bell,365 Total Backup,N/A,Ben,",
        "2026-10,Bell,365 Total Backup,Mailbox,Benjamin,ben@two.example",
        "2026-10,Bell,365 Total Backup,OneDrive,BENJAMIN ,BEN@two.example",
        "2026-09,Bell,365 Total Backup,Mailbox,Cem,",
        "2026-10,Bell,365 Total Backup,Mailbox,Cem,",
    )
    found = billed(run, path)
    assert found["customers"] == [
        {"customer": "=1+1", "month": "2026-10", "recipe": 2, "people": 2},
        {"customer": "Bell", "month": "2026-09", "recipe": 1, "people": 1},
        {"customer": "Bell", "month": "2026-10", "recipe": 4, "people": 3},
    ]
    told = [
        (one["customer"], one["month"], one["name"], one["cause"], one["recipe"], one["people"]) for one in found["differences"]
    ]
    assert told == [
        ("=1+1", "2026-10", "Ann / Annie", "namesakes and spellings", 2, 2),
        ("Bell", "2026-10", "Benjamin / BENJAMIN ", "spellings", 2, 1),
        ("Bell", None, "Cem", "in several months", 1, 2),
    ]
    assert found["differences"][0]["identities"] == ["ann.lee@one.example", "ann@one.example"]


def test_one_customer_and_one_month(run: Run) -> None:
    found = billed(run, SAMPLES / "itemised-a.csv", "--customer", "DUFOUR  sa", "--month", "2026-09")
    (one,) = found["customers"]
    assert one == {"customer": "Dufour SA", "month": "2026-09", "recipe": 34, "people": 35}
    assert found["billedUsers"] == {"recipe": 34, "recipeByMonth": {"2026-09": 34}, "peopleByMonth": {"2026-09": 35}}


def test_a_table_for_people(run: Run) -> None:
    done = run("bill", SAMPLES / "itemised-a.csv", **NO_DATABASE)
    assert (done.status, done.err) == (0, "")
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert "Dufour SA 2026-09 34 35 +1" in lines
    assert "All customers 2026-10 289 294 +5" in lines
    assert "1,728 rows. The recipe as it is written, on all of them at once: 270." in lines
    assert "Namesakes (15):" in lines
    assert "and more; --json has them all." in lines


def test_a_name_that_looks_like_markup_is_shown_as_it_is(run: Run, write: Callable[..., Path]) -> None:
    done = run("bill", write("2026-10,[red]Bell[/red],365 Total Backup,Mailbox,[b]Ann,"), **NO_DATABASE)
    assert "[red]Bell[/red]" in done.out


def test_rows_that_cannot_be_read_are_told_and_not_counted(run: Run, write: Callable[..., Path]) -> None:
    path = write("2026-13,Bell,365 Total Backup,Mailbox,Ann,", "2026-10,Bell,365 Total Backup,Mailbox,Ben,")
    done = run("bill", path, "--json", **NO_DATABASE)
    assert (done.status, done.json["rows"], done.json["billedUsers"]["recipe"]) == (1, 1, 1)
    assert "usage.csv" in done.err
    assert "line 2, Month" in done.err


@pytest.mark.parametrize(
    ("file", "options", "words"),
    [
        ("no such file.csv", {}, "no such file.csv is not there."),
        ("usage.csv", {"customer": "Bel"}, "There is no customer 'Bel' in what was read. Did you mean 'Bell'?"),
        ("usage.csv", {"month": "2026-01"}, "There are no rows of 2026-01 in what was read; the months are 2026-09, 2026-10."),
        (
            "usage.csv",
            {"customer": "cole", "month": "2026-10"},
            "There are no rows of 'cole' of 2026-10 in what was read; the months are 2026-09.",
        ),
        ("usage.csv", {"month": "October"}, "--month is 'October', which is no month."),
        ("usage.csv", {"rule": "people"}, "Leave out --rule."),
        ("headless.csv", {}, "Customer Name"),
        (
            "usage.csv",
            {"subscription": "MSP", "month": "2026-10"},
            "Name usage files, or a ledger by --subscription and --month.",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused(
    write: Callable[..., Path], capsys: pytest.CaptureFixture[str], file: str, options: dict[str, str], words: str
) -> None:
    usual = write("2026-10,Bell,365 Total Backup,Mailbox,Ann,", "2026-09,Cole,365 Total Backup,Mailbox,Cem,")
    write("2026-10,Mailbox", name="headless.csv", header="Month,Object Type Backed Up")
    with pytest.raises(TallybookError, match=re.escape(words)):
        bill([usual.with_name(file)], as_json=True, **options)
    assert capsys.readouterr().out == ""


def test_a_file_without_needed_columns_tells_them_and_those_that_were_found(run: Run, write: Callable[..., Path]) -> None:
    done = run("bill", write("2026-10,Mailbox", header="Month,Kind of thing"), **NO_DATABASE)
    assert done.status == 2
    for column in ("Customer Name", "Product", "Object Type Backed Up", "Object Name", "Kind of thing"):
        assert column in done.err


def test_a_file_without_rows_comes_to_nothing(run: Run, write: Callable[..., Path]) -> None:
    assert billed(run, write()) == {
        "rows": 0,
        "billedUsers": {"recipe": 0, "recipeByMonth": {}, "peopleByMonth": {}},
        "customers": [],
        "differences": [],
    }


def test_adjustments_and_both_generations_are_told(run: Run, write: Callable[..., Path]) -> None:
    path = write(
        "2026-10,Bell,365 Total Backup,Mailbox,Ann,,,",
        "2026-10,Bell,365 Total Backup,Mailbox,Ben,,,2026-08",
        "2026-10,Bell,365 Total Backup,M365 User,Cem,,Billable,",
        header=f"{HEADER},Invoice,Adjustment For",
    )
    done = run("bill", path, "--json", **NO_DATABASE)
    assert (done.status, done.json["rows"], done.json["billedUsers"]["recipe"]) == (0, 2, 2)
    assert "1 rows are adjustments of closed months, and are not counted." in done.err
    assert "Bell, 2026-10" in done.err
