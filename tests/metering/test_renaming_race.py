"""Imports that race with renames, as two processes over many rounds: as if one had come after the other."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bookkeeping import Cells, ledger, query, reported, usage, usage_csv

from tallybook.subscriptions.models import Subscription

ROUNDS = 40

# Each does one step of its work for each line that it is sent, and answers with a line: one process lives through all rounds.
_PREAMBLE = """
import os, sys
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "tallybook.config.settings"
django.setup()
from pathlib import Path
from tallybook.audit.acting import Actor
from tallybook.database.scope import subscription_scope
from tallybook.metering.importing import ImportOptions, import_file
from tallybook.metering.reading import ReadingOptions
from tallybook.subscriptions.customers import rename_customer
from tallybook.subscriptions.subscriptions import find_subscription
subscription = find_subscription(sys.argv[1])
actor = Actor.operator("tests")
print("ready", flush=True)
for line in sys.stdin:
    number = int(line)
"""
RENAMER = f"""{_PREAMBLE}
    with subscription_scope(subscription.id):
        rename_customer(subscription, f"Customer {{number}}", f"Renamed {{number}}", actor=actor)
    print("done", flush=True)
"""
IMPORTER = f"""{_PREAMBLE}
    path = Path(sys.argv[2], f"{{number}}.csv")
    summary = import_file(subscription, path, ImportOptions(reading=ReadingOptions()), actor=actor)
    print("done" if summary.new == 2 and not summary.customers_created else summary, flush=True)
"""

Process = subprocess.Popen[str]


@contextmanager
def worker(script: str, environment: dict[str, str], *arguments: str) -> Iterator[Process]:
    """A process that is ready to work; it ends with the test."""
    command = [sys.executable, "-c", script, *arguments]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert answer(process) == "ready\n"
            yield process
        finally:
            process.kill()


def ask(process: Process, number: int) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{number}\n")
    process.stdin.flush()


def answer(process: Process) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def rows_of_round(number: int) -> list[Cells]:
    """Later usage of a customer, by its former name and with a reference, which the import writes to the customer."""
    customer = f"Customer {number}"
    return [usage(customer=customer, customer_reference=f"R{number}", object_name=f"Joiner {one}") for one in range(2)]


def test_no_rename_is_lost_and_no_customer_made_twice(
    subscription: Subscription, take: Callable[..., object], command_environment: dict[str, str], tmp_path: Path
) -> None:
    take([usage(customer=f"Customer {number}") for number in range(ROUNDS)])
    for number in range(ROUNDS):
        Path(tmp_path, f"{number}.csv").write_bytes(usage_csv(rows_of_round(number)))
    with (
        worker(RENAMER, command_environment, subscription.name) as renamer,
        worker(IMPORTER, command_environment, subscription.name, str(tmp_path)) as importer,
    ):
        for number in range(ROUNDS):
            # Who is asked first takes turns, or the same one might always win.
            for process in (renamer, importer) if number % 2 else (importer, renamer):
                ask(process, number)
            assert (answer(renamer), answer(importer)) == ("done\n", "done\n"), number
    customers = query(subscription, "SELECT name, reference FROM customer")
    assert sorted(customers) == sorted((f"Renamed {number}", f"R{number}") for number in range(ROUNDS))
    assert len(ledger(subscription)["customer_alias"]) == ROUNDS
    owners = query(subscription, "SELECT count(DISTINCT customer_id), count(*) FROM usage_item")
    assert owners == [(ROUNDS, 3 * ROUNDS)]
    told = {(row["Customer Name"], row["Object Name"]) for row in reported(subscription)}
    expected = {(f"Renamed {number}", name) for number in range(ROUNDS) for name in ("Ann Bell", "Joiner 0", "Joiner 1")}
    assert told == expected
