"""What a supervisor or a load balancer asks."""

import pytest
from django.db import close_old_connections
from django.test import RequestFactory
from tests.conftest import TestDatabase
from tests.console.cast import Browse
from tests.sessions import end_sessions

from tallybook.errors import DatabaseUnavailable
from tallybook.web.health import ready


def test_the_process_is_alive(browse: Browse) -> None:
    response = browse(None).get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert response["Cache-Control"] == "no-store"


def test_a_migrated_database_is_ready(browse: Browse) -> None:
    response = browse(None).get("/readyz")
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_only_reading_is_allowed(browse: Browse, address: str) -> None:
    assert browse(None).head(address).status_code == 200
    assert browse(None).post(address).status_code == 405


def test_an_old_schema_is_not_ready() -> None:
    response = ready(RequestFactory().get("/readyz"), is_migrated=lambda: False)
    assert response.status_code == 503
    assert response.content == b"The database is not migrated to this version. Run `tallybook migrate`."


def test_a_database_that_does_not_answer_is_not_ready_and_names_nothing() -> None:
    response = ready(RequestFactory().get("/readyz"), is_migrated=_unreachable)
    assert (response.status_code, response.content) == (503, b"The database does not answer.")


def test_a_connection_that_died_is_told_once_and_then_replaced(browse: Browse, database: TestDatabase) -> None:
    assert browse(None).get("/readyz").status_code == 200
    end_sessions(database.superuser_url, "")
    response = browse(None).get("/readyz")
    assert (response.status_code, response.content) == (503, b"The database does not answer.")
    # What Django does at the end of every request; the test's client leaves it out.
    close_old_connections()
    assert browse(None).get("/readyz").status_code == 200


def _unreachable() -> bool:
    raise DatabaseUnavailable("The database does not answer (host db.internal). Check TALLYBOOK_DATABASE_URL.")
