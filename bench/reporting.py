"""How fast a report is built, held beside psql's copy of the same query in the same run."""

import re
import subprocess
import time
from statistics import median

from django.db import connection

from bench.installation import Installation
from bench.table import Figure, megabytes, print_figures, seconds
from bench.usage_file import Shape
from tallybook.database.embedded.binaries import installed_binaries
from tallybook.reports.building import BuiltReport, Form, build
from tallybook.reports.choice import Choice
from tallybook.reports.itemised import ITEMISED
from tallybook.reports.kinds import parameters

_ROUNDS = 3
_RATIO = "0.7 or more"


def measure_reporting(installation: Installation, choice: Choice, shape: Shape) -> bytes:
    """Build and copy in turns. Returns the digest of the report, by which a download can be checked."""
    built_seconds, copied_seconds = [], []
    for _ in range(_ROUNDS):
        copied_seconds.append(copy_by_psql(installation, choice, shape))
        began = time.perf_counter()
        report = build(choice, Form())
        built_seconds.append(time.perf_counter() - began)
        report.file.close()
        _check(report, shape)
    built, copied = median(built_seconds), median(copied_seconds)
    title = f"Report to CSV: {report.row_count:,} rows, {megabytes(report.size_bytes)}, medians of {_ROUNDS} rounds in turns"
    print_figures(
        title,
        [
            Figure("Built, with its digest, ready to be sent", seconds(built)),
            Figure("psql's \\copy of the same query to a file", seconds(copied)),
            Figure("Speed against psql's", f"{copied / built:.2f}", _RATIO),
            Figure("Rows a second", f"{report.row_count / built:,.0f}"),
        ],
    )
    return report.sha256


def _check(report: BuiltReport, shape: Shape) -> None:
    if report.row_count != shape.rows:
        raise RuntimeError(f"The report has {report.row_count:,} rows in place of {shape.rows:,}.")


def copy_by_psql(installation: Installation, choice: Choice, shape: Shape) -> float:
    """The seconds that psql itself says its copy took, which leaves out its start."""
    target = installation.folder / "copied.csv"
    done = subprocess.run(
        [installed_binaries().program("psql"), "--no-psqlrc", "--set=ON_ERROR_STOP=1", installation.server.runtime_url],
        input=_script(choice, str(target)),
        capture_output=True,
        text=True,
        check=True,
    )
    target.unlink()
    if f"COPY {shape.rows}" not in done.stdout:
        raise RuntimeError(f"psql copied something else: {done.stdout} {done.stderr}")
    return float(re.findall(r"Time: ([0-9.]+) ms", done.stdout)[-1]) / 1000


def _script(choice: Choice, target: str) -> str:
    query = " ".join(_with_values(choice).split())
    return f"""
        SET tallybook.subscription = '{choice.subscription.id}';
        \\timing on
        \\copy ({query}) TO '{target}' CSV HEADER
    """


def _with_values(choice: Choice) -> str:
    """The report's own query with its values in place."""
    with connection.cursor() as cursor:
        text: str = cursor.mogrify(ITEMISED.rows_query(), parameters(choice))
    return text
