"""Errors of the program's own as pages."""

import pytest
from tests.console.cast import Browse, page_address, words

from tallybook.errors import DatabaseUnavailable, NotAllowed, NotFound, Refused, SettingRefused
from tallybook.subscriptions.models import Subscription, User


@pytest.mark.parametrize(
    "case",
    [
        (NotFound("There is no such customer."), 404, "Not found There is no such customer."),
        (NotAllowed("This is for owners."), 403, "Not allowed This is for owners."),
        (Refused("Not <b>that</b>."), 400, "That cannot be done Not <b>that</b>."),
        (SettingRefused("TALLYBOOK_HOME: no."), 400, "TALLYBOOK_HOME: no."),
        (DatabaseUnavailable("db.internal refuses."), 503, "The database does not answer. Try again in a minute."),
    ],
)
def test_each_error_has_its_status_and_its_words(
    browse: Browse,
    owner: User,
    subscription: Subscription,
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[Exception, int, str],
) -> None:
    error, status, said = case

    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr("tallybook.console.views.read_usage_page", fail)
    response = browse(owner).get(page_address(subscription))
    assert response.status_code == status
    assert said in words(response)
    assert "db.internal" not in response.content.decode()
    assert "<b>" not in response.content.decode()
