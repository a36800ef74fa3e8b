"""The limits of a build: the time for all of it, and room to its last byte. What comes of it is a report or nothing."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.db import connection
from tests.bookkeeping import chosen, ledger, report, usage
from tests.disk import files_of_at_most
from tests.sessions import Process
from xlsxwriter.worksheet import Worksheet

from tallybook.errors import NotNow
from tallybook.metering.summary import Summary
from tallybook.reports.building import Form, Format, Profile, build
from tallybook.reports.choice import Choice
from tallybook.subscriptions.models import Subscription

FORMS = [Form(format=kind) for kind in Format] + [Form(profile=Profile.EXCEL), Form(split_by_customer=True)]
WORKBOOK, ZIP = Form(format=Format.XLSX), Form(split_by_customer=True)


@contextmanager
def one_second(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A second for the whole report; and less for each of its statements, so that what ends it is not one of them."""
    limited = settings.INSTALLATION.model_copy(update={"report_timeout_seconds": 1})
    with monkeypatch.context() as patch, connection.cursor() as cursor:
        patch.setattr(settings, "INSTALLATION", limited)
        cursor.execute("SET statement_timeout = '900ms'")
        yield
    connection.close()


def test_the_time_is_that_of_a_whole_workbook(
    subscription: Subscription, take: Callable[..., Summary], monkeypatch: pytest.MonkeyPatch
) -> None:
    take([usage(object_name=f"Person {number:04}") for number in range(4500)])
    written = []

    def write_slowly(
        sheet: Worksheet, line: int, column: int, *rest: object, former: object = Worksheet.write_string
    ) -> object:
        if column == 0 and line % 500 == 0:
            written.append(line)
            time.sleep(0.3)
        return former(sheet, line, column, *rest)  # type: ignore[operator]

    with monkeypatch.context() as patch:
        patch.setattr(Worksheet, "write_string", write_slowly)
        with one_second(monkeypatch), pytest.raises(NotNow, match="took longer than 1 seconds"):
            build(chosen(subscription), WORKBOOK)
    # Rows are fetched by thousands: the next fetch after the second was over ended it.
    assert max(written) == 2000
    assert report(chosen(subscription), WORKBOOK).startswith(b"PK")


def test_the_time_is_that_of_a_whole_zip(
    subscription: Subscription, take: Callable[..., Summary], monkeypatch: pytest.MonkeyPatch
) -> None:
    take([usage(customer=f"Customer {number}") for number in range(8)])
    opened = []

    def open_slowly(archive: ZipFile, *arguments: object, former: object = ZipFile.open, **options: object) -> object:
        opened.append(arguments)
        time.sleep(0.3)
        return former(archive, *arguments, **options)  # type: ignore[operator]

    with monkeypatch.context() as patch:
        patch.setattr(ZipFile, "open", open_slowly)
        with one_second(monkeypatch), pytest.raises(NotNow, match="took longer than 1 seconds"):
            build(chosen(subscription), ZIP)
    assert 3 <= len(opened) <= 5
    assert report(chosen(subscription), ZIP).startswith(b"PK")


def refusal(choice: Choice, form: Form) -> str:
    """What is said instead of a report; what the error holds on to is let go."""
    with pytest.raises(NotNow) as refused:
        build(choice, form)
    return str(refused.value)


# The library leaves the parts of a workbook open where it fails; they go with their last reference.
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_disk_that_fills_at_the_last_flush_is_no_report(
    made_up: Subscription, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Form
) -> None:
    choice = chosen(made_up, "2026-10", "2026-11")
    whole = report(choice, form)
    before = ledger(made_up)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    # All but the last byte has room. Small as it is, a report in text leaves the buffer only when it is flushed.
    with files_of_at_most(len(whole) - 1):
        told = refusal(choice, form)
    gc.collect()
    assert told == f"There is no room to build the report in {folder}. Free some, and try again."
    assert (list(folder.iterdir()), connection.in_atomic_block) == ([], False)
    assert report(choice, form) == whole
    assert ledger(made_up) == before


@pytest.mark.parametrize("options", [(), ("--format", "xlsx"), ("--split-by", "customer")], ids=" ".join)
def test_the_command_says_so_and_leaves_the_former_file(
    made_up: Subscription, start_command: Callable[..., Process], tmp_path: Path, options: tuple[str, ...]
) -> None:
    target = tmp_path / "report"
    arguments = ("report", "--subscription", made_up.name, "--from", "2026-10", "--to", "2026-11", *options, "--output", target)
    assert start_command(*arguments).communicate(timeout=60) == (b"", b"")
    whole = target.read_bytes()
    with files_of_at_most(len(whole) - 1):
        process = start_command(*arguments)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, b"")
    assert err.startswith(b"tallybook: There is no room to build the report in ")
    assert err.count(b"\n") == 1
    assert [path.read_bytes() for path in tmp_path.glob("*report*")] == [whole]
