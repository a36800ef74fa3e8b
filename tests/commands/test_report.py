"""`tallybook report`: the file, whole or not at all."""

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from tests.bookkeeping import chosen, report, usage
from tests.conftest import Ran

from tallybook.metering.summary import Summary
from tallybook.reports.building import Form, Format, Profile
from tallybook.subscriptions.models import Subscription

Run = Callable[..., Ran]
ROWS = [
    usage(month=month, customer=customer, product=product, object_type="VM", object_name="=web-1")
    for month in ("2026-09", "2026-10")
    for customer in ("Anchor Ltd", "Birch Ltd")
    for product in ("VM Backup", "EndPoint Backup")
]
OCTOBER = ("--from", "2026-10", "--to", "2026-10")


@pytest.fixture
def filled(subscription: Subscription, take: Callable[..., Summary]) -> Subscription:
    take(ROWS)
    return subscription


@pytest.fixture
def ask(run: Run, filled: Subscription) -> Run:
    """Runs `tallybook report` for the filled subscription."""
    return lambda *arguments, **variables: run("report", "--subscription", filled.name, *arguments, **variables)


@pytest.mark.parametrize(
    ("options", "form"),
    [
        ([], Form()),
        (["--format", "json"], Form(format=Format.JSON)),
        (["--format", "xlsx"], Form(format=Format.XLSX)),
        (["--profile", "excel"], Form(profile=Profile.EXCEL)),
        (["--profile", "excel", "--delimiter", "semicolon"], Form(profile=Profile.EXCEL, delimiter=";")),
        (["--split-by", "customer"], Form(split_by_customer=True)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_standard_output_is_the_report_byte_for_byte(ask: Run, filled: Subscription, options: list[str], form: Form) -> None:
    done = ask(*OCTOBER, *options)
    assert (done.status, done.err) == (0, "")
    assert done.out_bytes == report(chosen(filled, "2026-10", "2026-10"), form)


def test_customers_and_products_can_be_named_and_repeated(ask: Run) -> None:
    done = ask(
        "--from", "2026-09", "--to", "2026-10", "--customer", "anchor LTD", "--customer", "Anchor Ltd", "--product", "VM Backup"
    )
    rows = list(csv.DictReader(io.StringIO(done.out_bytes.decode(), newline="")))
    assert [(row["Month"], row["Customer Name"], row["Product"]) for row in rows] == [
        ("2026-09", "Anchor Ltd", "VM Backup"),
        ("2026-10", "Anchor Ltd", "VM Backup"),
    ]
    assert (done.status, done.err) == (0, "")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param([*OCTOBER, "--customer", "Ankor Ltd"], "Did you mean 'Anchor Ltd'?", id="unknown customer"),
        pytest.param([*OCTOBER, "--product", "VM Bakup"], "Did you mean 'VM Backup'", id="unknown product"),
        pytest.param(
            ["--from", "2026-11", "--to", "2026-10"], "begins with 2026-11, after its end 2026-10", id="from after to"
        ),
        pytest.param(["--from", "Oct-26", "--to", "2026-10"], "--from is 'Oct-26', which is no month", id="no first month"),
        pytest.param(["--from", "2026-10", "--to", "2026-13"], "--to is '2026-13', which is no month", id="no last month"),
        pytest.param([*OCTOBER, "--delimiter", "pipe", "--profile", "excel"], "none of comma, semicolon", id="delimiter"),
        pytest.param([*OCTOBER, "--delimiter", "semicolon"], "Only the profile excel", id="delimiter of api"),
        pytest.param([*OCTOBER, "--profile", "excel", "--format", "json"], "has no profiles", id="profile of json"),
        pytest.param([*OCTOBER, "--output", "/nonexistent/report.csv"], "There is no folder /nonexistent", id="no folder"),
        pytest.param([*OCTOBER, "--output", "/tmp"], "/tmp is a folder", id="a folder"),  # noqa: S108
        pytest.param([*OCTOBER, "--output", "/dev/full"], "/dev/full cannot be written: No space left", id="a full disk"),
        pytest.param([*OCTOBER, "--output", "/proc/report.csv"], "cannot be written", id="no permission"),
    ],
)
def test_what_cannot_be_done_is_status_2_and_one_sentence(ask: Run, options: list[str], words: str) -> None:
    done = ask(*options)
    assert (done.status, done.out) == (2, "")
    assert words in done.err
    assert done.err.startswith("tallybook: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("options", [["--format", "yaml"], ["--split-by", "month"], ["--profile", "pdf"]], ids=" ".join)
def test_a_word_that_is_no_choice_is_status_2(ask: Run, options: list[str]) -> None:
    done = ask(*OCTOBER, *options)
    assert (done.status, done.out) == (2, "")
    assert options[1] in done.err
    assert "Traceback" not in done.err


def test_a_range_with_nothing_in_it_is_a_header_and_a_word(ask: Run, filled: Subscription) -> None:
    done = ask("--from", "2026-01", "--to", "2026-02")
    assert done.status == 0
    assert done.out_bytes == report(chosen(filled, "2026-01", "2026-02"))
    assert done.out_bytes.count(b"\r\n") == 1
    assert done.err == "tallybook: There is no usage in this choice (2026-01-to-2026-02); the report has no rows.\n"


def test_a_file_is_written_whole_and_replaced_whole(ask: Run, filled: Subscription, tmp_path: Path) -> None:
    target = tmp_path / "report.csv"
    target.write_bytes(b"former")
    target.chmod(0o640)
    done = ask(*OCTOBER, "--output", target)
    assert (done.status, done.out, done.err) == (0, "", "")
    assert target.read_bytes() == report(chosen(filled, "2026-10", "2026-10"))
    assert target.stat().st_mode & 0o777 == 0o640
    assert ask(*OCTOBER, "--customer", "Nobody", "--output", target).status == 2
    assert target.read_bytes() == report(chosen(filled, "2026-10", "2026-10"))
    assert [path.name for path in tmp_path.glob("*report*")] == ["report.csv"]


def test_a_link_stays_a_link(ask: Run, tmp_path: Path) -> None:
    target, link = tmp_path / "report.csv", tmp_path / "latest.csv"
    link.symlink_to(target)
    assert ask(*OCTOBER, "--output", link).status == 0
    assert link.is_symlink()
    assert target.read_bytes().startswith(b"Month,")


def test_a_zip_has_a_file_for_each_customer(ask: Run, tmp_path: Path) -> None:
    target = tmp_path / "report.zip"
    done = ask(*OCTOBER, "--split-by", "customer", "--format", "json", "--output", target)
    assert (done.status, done.err) == (0, "")
    with ZipFile(target) as archive:
        assert archive.namelist() == ["Anchor Ltd-2026-10.json", "Birch Ltd-2026-10.json"]


def test_whoever_reads_the_first_line_only_gets_no_traceback(
    command_environment: dict[str, str], subscription: Subscription, take: Callable[..., Summary]
) -> None:
    take([usage(object_name=f"Person {number} " + "x" * 1500) for number in range(400)])
    command = [sys.executable, "-m", "tallybook", "report", "--subscription", subscription.name, *OCTOBER]
    with subprocess.Popen(command, env=command_environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"Month,")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode in (0, 1)


def test_standard_output_on_a_full_disk_is_one_sentence(command_environment: dict[str, str], filled: Subscription) -> None:
    command = [sys.executable, "-m", "tallybook", "report", "--subscription", filled.name, *OCTOBER]
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = subprocess.run(command, env=command_environment, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith(b"tallybook: ")
    assert done.stderr.count(b"\n") == 1
