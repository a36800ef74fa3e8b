"""Build, then send: one snapshot, a time limit, and a full disk."""

import io
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import IO

import psycopg
import pytest
from django.db import transaction
from pytest_django import Settings
from tests.bookkeeping import Cells, chosen, report, reported, rows_of, usage, usage_csv
from tests.conftest import Ran, TestDatabase

from tallybook.database.scope import snapshot_scope
from tallybook.errors import Refused
from tallybook.metering.summary import Summary
from tallybook.reports.building import Form, Format, Profile, build
from tallybook.reports.choice import Choice
from tallybook.reports.csv_format import write_api_csv
from tallybook.reports.itemised import ITEMISED
from tallybook.reports.json_format import write_json
from tallybook.reports.splitting import write_zip
from tallybook.subscriptions.models import Subscription

Take = Callable[..., Summary]
Run = Callable[..., Ran]

BEFORE = [usage(object_name=f"Person {number}") for number in range(10)]
AFTER = [*BEFORE, *[usage(object_name=f"Joiner {number}", customer="Birch Ltd") for number in range(10)]]
UNSHARE = shutil.which("unshare")


class Interrupted(io.BytesIO):
    """A file into which the first write is followed by somebody else's work."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = [work]

    def write(self, content: bytes, /) -> int:  # type: ignore[override]
        written = super().write(content)
        if self._work:
            self._work.pop()()
        return written


def write_csv(choice: Choice, target: IO[bytes]) -> int:
    return write_api_csv(ITEMISED, choice, target)


def write_object(choice: Choice, target: IO[bytes]) -> int:
    return write_json(ITEMISED, choice, target)


def write_split(choice: Choice, target: IO[bytes]) -> int:
    return write_zip(ITEMISED, choice, ".csv", target, write_csv)


@pytest.mark.parametrize("write", [write_csv, write_object, write_split], ids=["csv", "json", "zip"])
def test_an_import_in_the_middle_of_a_report_is_not_in_it(
    subscription: Subscription, take: Take, run: Run, tmp_path: Path, write: Callable[[Choice, IO[bytes]], int]
) -> None:
    take(BEFORE)
    path = tmp_path / "after.csv"
    path.write_bytes(usage_csv(AFTER))
    choice = chosen(subscription)
    calm = io.BytesIO()
    with snapshot_scope(subscription.id):
        assert write(choice, calm) == 10

    def import_in_the_middle() -> None:
        done = run("import", path, "--subscription", subscription.name)
        assert (done.status, done.err) == (0, "")

    target = Interrupted(import_in_the_middle)
    with snapshot_scope(subscription.id):
        assert write(choice, target) == 10
    assert target.getvalue() == calm.getvalue()
    assert len(reported(subscription)) == 20


def test_reports_during_an_import_have_all_of_it_or_nothing(
    subscription: Subscription, take: Take, command_environment: dict[str, str], tmp_path: Path
) -> None:
    take(BEFORE)
    path = tmp_path / "after.csv"
    path.write_bytes(usage_csv(AFTER))
    command = [sys.executable, "-m", "tallybook", "import", str(path), "--subscription", subscription.name]
    with subprocess.Popen(command, env=command_environment, stdout=subprocess.DEVNULL) as process:
        sizes = [len(reported(subscription))]
        while process.poll() is None:
            sizes.append(len(reported(subscription)))
    sizes.append(len(reported(subscription)))
    assert process.returncode == 0
    assert set(sizes) == {10, 20}
    assert sizes == sorted(sizes)


def test_a_report_is_told_with_its_size_digest_rows_and_name(made_up: Subscription) -> None:
    built = build(chosen(made_up, "2026-10", "2026-11"), Form())
    with built.file:
        content = built.file.read()
    assert (built.size_bytes, built.sha256) == (len(content), sha256(content).digest())
    assert built.row_count == len(rows_of(content)) == 10
    assert built.file_name == "itemised-billing-report-2026-10-to-2026-11.csv"
    assert built.content_type == "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    ("form", "ending"),
    [
        (Form(profile=Profile.EXCEL), "-excel.csv"),
        (Form(profile=Profile.EXCEL, delimiter="\t"), "-excel.csv"),
        (Form(profile=Profile.EXCEL, split_by_customer=True), "-excel.zip"),
        (Form(split_by_customer=True), ".zip"),
        (Form(format=Format.XLSX), ".xlsx"),
        (Form(format=Format.JSON), ".json"),
    ],
    ids=str,
)
def test_forms_with_one_extension_have_names_of_their_own(subscription: Subscription, form: Form, ending: str) -> None:
    built = build(chosen(subscription, "2026-10", "2026-10"), form)
    with built.file:
        assert built.file_name == f"itemised-billing-report-2026-10{ending}"
        assert built.size_bytes > 0


def test_a_report_is_not_built_inside_a_transaction(made_up: Subscription) -> None:
    choice = chosen(made_up)
    with transaction.atomic(), pytest.raises(RuntimeError, match="outermost"):
        build(choice, Form())
    assert len(rows_of(report(choice))) == 10


@pytest.mark.parametrize("form", [Form(format=kind) for kind in Format] + [Form(split_by_customer=True)], ids=str)
def test_a_report_that_takes_too_long_is_refused(
    made_up: Subscription, database: TestDatabase, settings: Settings, form: Form
) -> None:
    settings.INSTALLATION = settings.INSTALLATION.model_copy(update={"report_timeout_seconds": 1})
    choice = chosen(made_up)
    with psycopg.connect(database.owner_url) as session:
        session.execute("LOCK TABLE usage_item")
        with pytest.raises(Refused, match="took longer than 1 seconds") as refused:
            build(choice, form)
    assert "TALLYBOOK_REPORT_TIMEOUT_SECONDS" in str(refused.value)
    assert report(choice, form)


def tiny_disk_works() -> bool:
    if UNSHARE is None:
        return False
    return (
        subprocess.run([UNSHARE, "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], check=False, capture_output=True).returncode
        == 0
    )


@pytest.mark.skipif(not tiny_disk_works(), reason="this machine lets nobody mount a small disk")
@pytest.mark.parametrize(
    "options", [[], ["--format", "json"], ["--format", "xlsx"], ["--split-by", "customer"]], ids=["csv", "json", "xlsx", "zip"]
)
def test_a_full_disk_is_one_sentence_and_no_file(
    subscription: Subscription, take: Take, command_environment: dict[str, str], tmp_path: Path, options: list[str]
) -> None:
    rows: list[Cells] = [usage(object_name=f"{number} " + "näme " * 300) for number in range(600)]
    take(rows)
    disk, target = tmp_path / "disk", tmp_path / "report"
    disk.mkdir()
    script = 'mount -t tmpfs -o size=32k none "$1" && export TMPDIR="$1" && shift && exec "$@"'
    command = [sys.executable, "-m", "tallybook", "report", "--subscription", subscription.name, "--from", "2026-10"]
    done = subprocess.run(
        [str(UNSHARE), "-rm", "sh", "-c", script, "sh", disk, *command, "--to", "2026-10", "--output", target, *options],
        env=command_environment, capture_output=True, check=False, timeout=60, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert done.stderr.startswith(f"tallybook: There is no room to build the report in {disk}.")
    assert not target.exists()
    assert done.stderr.count("\n") == 1
