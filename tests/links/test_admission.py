"""Who may have an answer, and what everybody else is told (SAFETY: Keys; Which address is calling)."""

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from tests.bookkeeping import OPERATOR
from tests.links.conftest import Answer, Made, ask
from tests.wire import statements_sent

from tallybook.database.queries import rows, write
from tallybook.database.scope import subscription_scope
from tallybook.links import links, peppers
from tallybook.links.drafts import Draft
from tallybook.links.keys import KeyKind, Pepper, new_key
from tallybook.links.periods import Period
from tallybook.links.throttle import LIMIT
from tallybook.subscriptions.models import Subscription
from tallybook.web.networks import read_networks

Call = Callable[..., Answer]
MakeLink = Callable[..., Made]


def told(response: Answer) -> str:
    """The kind of a problem, once its form is right."""
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    body = json.loads(response.content)
    assert body["status"] == response.status_code
    assert {"type", "title", "status", "detail"} <= body.keys()
    return str(body["type"]).removeprefix("/problems/")


def slot(made: Made) -> object:
    return rows("SELECT next_allowed_at, claim FROM link_gate WHERE link_id = %(id)s", {"id": made.link.saved.id})


def test_unknown_wrong_rotated_and_foreign_keys_are_answered_alike(call: Call, make_link: MakeLink) -> None:
    made, other = make_link(), make_link(name="Other")
    with subscription_scope(made.subscription.id):
        links.rotate_key(made.subscription, made.link.saved.id, overlap=timedelta(), actor=OPERATOR)
    unknown = new_key(KeyKind.REPORT)
    wrong = type(unknown)(kind=KeyKind.REPORT, key_id=made.key.key_id, secret=unknown.secret)
    keys = [unknown.text, wrong.text, made.key.text, other.key.text]
    responses = [call(made, key=key) for key in keys]
    responses.append(ask(f"/api/v1/report-links/{uuid4()}", X_API_KEY=other.key.text))
    assert {told(response) for response in responses} == {"key-refused"}
    assert len({(response.status_code, response.content, str(response.headers)) for response in responses}) == 1
    assert responses[0].status_code == 401
    assert responses[0]["WWW-Authenticate"] == 'X-API-KEY realm="Tallybook report links"'


def test_a_mistyped_key_costs_no_query_a_refusal_and_a_304_one(call: Call, made: Made) -> None:
    with statements_sent() as none:
        assert told(call(made, key=made.key.text[:-1] + "!")) == "key-malformed"
        assert told(call(made, key="")) == "key-missing"
    # Then the query is prepared, and what a 304 follows from is remembered.
    tag = call(made)["ETag"]
    assert call(made, If_None_Match=tag).status_code == 304
    with statements_sent() as one:
        assert told(call(made)) == "too-early"
    with statements_sent() as one_more:
        assert call(made, If_None_Match=tag).status_code == 304
    assert (none, one, one_more) == ([], ["Execute"], ["Execute"])


@pytest.mark.parametrize(
    "query", ["key={key}", "X-API-KEY={key}", "api_key=x", "apikey=", "anything={key}", "{key}", "a=1&token=x", "x=a{key}b"]
)
def test_a_key_in_the_address_is_refused(made: Made, query: str) -> None:
    before = slot(made)
    response = ask(f"{made.path}?{query.format(key=made.key.text)}", X_API_KEY=made.key.text)
    assert (response.status_code, told(response)) == (400, "key-in-query")
    assert made.key.secret not in response.content.decode()
    assert slot(made) == before
    assert ask(f"{made.path}?colour=red", X_API_KEY=made.key.text).status_code == 200


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [(links.revoke_link, 410, "link-revoked"), (links.pause_link, 403, "link-paused")],
)
def test_a_good_key_hears_what_became_of_its_link(
    call: Call, made: Made, action: Callable[..., object], status: int, kind: str
) -> None:
    with subscription_scope(made.subscription.id):
        action(made.subscription, made.link.saved.id, actor=OPERATOR)
    before = slot(made)
    response = call(made)
    assert (response.status_code, told(response)) == (status, kind)
    assert told(call(made, key=new_key(KeyKind.REPORT).text)) == "key-refused"
    assert slot(made) == before


def test_an_expired_link_says_so_and_answers_again_with_a_later_expiry(call: Call, made: Made) -> None:
    with subscription_scope(made.subscription.id):
        write(
            "UPDATE link_gate SET expires_at = now() - interval '1 second' WHERE link_id = %(id)s", {"id": made.link.saved.id}
        )
    response = call(made)
    assert (response.status_code, told(response)) == (410, "link-expired")
    draft = Draft(name="PSA", period=Period("2026-10..2026-10"), allowed=None)
    with subscription_scope(made.subscription.id):
        links.change_link(made.subscription, made.link.saved.id, draft, actor=OPERATOR)
    assert call(made).status_code == 200


def test_only_listed_addresses_may_call(call: Call, make_link: MakeLink) -> None:
    made = make_link(allowed=("192.0.2.0/24", "2001:db8::7"))
    before = slot(made)
    refused = call(made, address="198.51.100.7", X_Forwarded_For="192.0.2.7")
    assert (refused.status_code, told(refused)) == (403, "address-refused")
    assert json.loads(refused.content)["address"] == "198.51.100.7"
    assert "198.51.100.7" in json.loads(refused.content)["detail"]
    assert slot(made) == before
    assert call(made, address="::ffff:192.0.2.200").status_code == 200
    made.open_slot()
    assert call(made, address="2001:db8::7").status_code == 200


def test_a_proxy_that_does_not_say_who_calls(call: Call, make_link: MakeLink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.INSTALLATION, "trusted_proxies", read_networks(["127.0.0.1"]))
    listed, open_to_all = make_link(allowed=("192.0.2.7",)), make_link()
    assert told(call(listed)) == "address-unknown"
    assert told(call(listed, X_Forwarded_For="unknown")) == "address-unknown"
    assert call(open_to_all).status_code == 200
    assert call(listed, X_Forwarded_For="192.0.2.7").status_code == 200


def test_key_then_state_then_address_then_slot(call: Call, make_link: MakeLink) -> None:
    made = make_link(allowed=("192.0.2.7",))
    assert call(made, address="192.0.2.7").status_code == 200
    wrong = new_key(KeyKind.REPORT).text
    assert told(call(made, address="192.0.2.7")) == "too-early"
    assert told(call(made, address="192.0.2.8")) == "address-refused"
    with subscription_scope(made.subscription.id):
        links.pause_link(made.subscription, made.link.saved.id, actor=OPERATOR)
    assert told(call(made, address="192.0.2.8")) == "link-paused"
    assert told(call(made, key=wrong, address="192.0.2.8")) == "key-refused"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods(call: Call, made: Made, method: str) -> None:
    response = call(made, method=method)
    assert (response.status_code, told(response)) == (405, "method-not-allowed")
    assert response["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/api/v1/report-links/7", "/api/v1/report-links/", "/api/v1/nothing", "/api/v2/x"])
def test_addresses_of_nothing(path: str) -> None:
    response = ask(path)
    assert (response.status_code, told(response)) == (404, "not-found")


def test_a_rotated_key_goes_on_for_the_overlap(call: Call, made: Made) -> None:
    with subscription_scope(made.subscription.id):
        _, second = links.rotate_key(made.subscription, made.link.saved.id, overlap=timedelta(days=7), actor=OPERATOR)
    assert call(made).status_code == 200
    assert told(call(made, key=second.text)) == "too-early"  # both share the link's one slot
    made.open_slot()
    assert call(made, key=second.text).status_code == 200
    with subscription_scope(made.subscription.id):
        _, third = links.rotate_key(made.subscription, made.link.saved.id, overlap=timedelta(days=1), actor=OPERATOR)
    made.open_slot()
    assert told(call(made)) == "key-refused"  # the oldest of three ended
    assert call(made, key=second.text).status_code == 200
    assert told(call(made, key=third.text)) == "too-early"


def test_a_former_pepper_goes_on_and_a_lost_one_does_not(call: Call, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    former = peppers.current_pepper()
    fresh = Pepper.of("another pepper, long enough for everybody")
    monkeypatch.setattr(peppers, "_peppers", lambda: (fresh, former))
    assert call(made).status_code == 200
    monkeypatch.setattr(peppers, "_peppers", lambda: (fresh,))
    assert told(call(made)) == "key-refused"


def test_a_flood_of_wrong_keys_is_throttled_and_the_good_key_is_not(call: Call, made: Made) -> None:
    wrong = new_key(KeyKind.REPORT).text
    answers = [told(call(made, key=wrong)) for _ in range(LIMIT + 5)]
    assert answers == ["key-refused"] * LIMIT + ["too-many-bad-keys"] * 5
    with statements_sent() as queries:
        refused = call(made, key=wrong)
    assert int(refused["Retry-After"]) in range(1, 61)
    assert len(queries) == 0
    assert told(call(made, key=wrong, address="192.0.2.9")) == "key-refused"
    assert call(made).status_code == 200


def test_a_link_of_another_subscription_is_no_key_to_ours(
    call: Call, made: Made, make_link: MakeLink, other_subscription: Subscription
) -> None:
    foreign = make_link(other_subscription)
    assert told(call(made, key=foreign.key.text)) == "key-refused"
    assert told(call(foreign, key=made.key.text)) == "key-refused"
    assert b"Ann" in call(made).content
    assert b"Ann" not in call(foreign).content
