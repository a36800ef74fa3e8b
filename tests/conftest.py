"""A real PostgreSQL for all tests, and a named cast.

Every test makes a subscription of its own; row-level security keeps tests as far apart as it keeps tenants, so nothing is
cleaned up between them and they run in any order and in parallel.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker
from tests import bookkeeping

from tallybook.database import embedded, migrating
from tallybook.database.addresses import use_addresses
from tallybook.links import call_log
from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Role, Subscription, User
from tallybook.subscriptions.people import create_user, grant_role
from tallybook.subscriptions.subscriptions import create_subscription

pytest_plugins = ("tests.proxies", "tests.figures", "tests.links.serving")

SAMPLES = Path(__file__).parent / "samples"
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class TestDatabase:
    """A database of its own on the tests' server, by its addresses."""

    __test__ = False

    runtime_url: str
    owner_url: str
    superuser_url: str


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> embedded.EmbeddedServer:
    """The embedded PostgreSQL, one for all processes of the run; it ends with the last of them."""
    base = tmp_path_factory.getbasetemp()
    return embedded.hold((base if worker_id == "master" else base.parent) / "tallybook home")


@pytest.fixture(scope="session")
def make_database(server: embedded.EmbeddedServer) -> Callable[..., TestDatabase]:
    """Makes a database that the owner role owns: an empty one, or a copy of one that nobody uses."""

    def make(name: str, template: str = "template1") -> TestDatabase:
        with psycopg.connect(server.superuser_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" OWNER tallybook_owner TEMPLATE "{template}"')
        return TestDatabase(
            *(
                psycopg.conninfo.make_conninfo(url, dbname=name)
                for url in (server.runtime_url, server.owner_url, server.superuser_url)
            )
        )

    return make


@pytest.fixture(scope="session")
def database(make_database: Callable[[str], TestDatabase], worker_id: str) -> TestDatabase:
    """This process's database, built by the migrations, that all tests of the process share."""
    made = make_database(f"tests {worker_id}")
    use_addresses({"default": made.runtime_url, "owner": made.owner_url})
    return made


@pytest.fixture(scope="session", autouse=True)
def _migrated(database: TestDatabase, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    assert database
    with django_db_blocker.unblock():
        migrating.migrate()
        yield
        # So that its thread has nothing to write when the database is no longer to be touched.
        call_log.calls.flush()


@pytest.fixture(autouse=True)
def _connected(_migrated: None) -> None:
    """A connection that lives, after a test that ended sessions of the database on purpose."""
    if connection.connection is not None and not connection.is_usable():
        connection.close()


@pytest.fixture
def subscription() -> Subscription:
    """A subscription of this test's own, in a zone that is not UTC."""
    return create_subscription(f"MSP {uuid4()}", "Europe/Malta")


@pytest.fixture
def other_subscription() -> Subscription:
    """Another MSP, which must never see anything of the first."""
    return create_subscription(f"Other MSP {uuid4()}", "UTC")


def _person(subscription: Subscription, role: Role) -> User:
    user = create_user(f"{role}.{uuid4()}@msp.example", PASSWORD)
    grant_role(subscription, user, role, actor=bookkeeping.OPERATOR)
    return user


@pytest.fixture
def owner(subscription: Subscription) -> User:
    """The owner of the subscription."""
    return _person(subscription, Role.OWNER)


@pytest.fixture
def viewer(subscription: Subscription) -> User:
    """A colleague who may only look."""
    return _person(subscription, Role.VIEWER)


@pytest.fixture
def clerk(subscription: Subscription) -> User:
    """A colleague who does the billing."""
    return _person(subscription, Role.BILLING)


@pytest.fixture
def stranger(other_subscription: Subscription) -> User:
    """The owner of the other subscription."""
    return _person(other_subscription, Role.OWNER)


@pytest.fixture
def take(subscription: Subscription, tmp_path: Path) -> Callable[..., Summary]:
    """Imports rows, a file's content or a file into this test's subscription."""
    return partial(bookkeeping.take, subscription, folder=tmp_path)


@pytest.fixture
def browse() -> Callable[[User | None], Client]:
    """Gives an HTTP client that is signed in as somebody, or as nobody."""

    def as_person(user: User | None) -> Client:
        client = Client(headers={"host": "localhost"})
        if user is not None:
            client.force_login(user)
        return client

    return as_person


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str
    out_bytes: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever the command printed
        return json.loads(self.out)


def command_variables(database: TestDatabase, home: Path) -> dict[str, str]:
    """The variables with which a command works on this database."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("TALLYBOOK_", "DJANGO_"))} | {
        "TALLYBOOK_HOME": str(home),
        "TALLYBOOK_DATABASE_URL": database.runtime_url,
        "TALLYBOOK_OWNER_DATABASE_URL": database.owner_url,
    }


@pytest.fixture
def command_environment(database: TestDatabase, tmp_path: Path) -> dict[str, str]:
    """The variables with which a command works on this process's database, with a home of its own."""
    return command_variables(database, tmp_path / "command home")


@pytest.fixture
def run(command_environment: dict[str, str]) -> Callable[..., Ran]:
    """Runs `tallybook` with these arguments as a process of its own."""

    def run_command(*arguments: str | Path, stdin: str | None = None, **variables: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "tallybook", *map(str, arguments)],
            input=None if stdin is None else stdin.encode(),
            capture_output=True,
            env=command_environment | variables,
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(), done.stdout)

    return run_command


@pytest.fixture
def start_command(command_environment: dict[str, str]) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Starts `tallybook` with these arguments as a process; none outlives the test."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str | Path) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tallybook", *map(str, arguments)]
        process = subprocess.Popen(command, env=command_environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()
