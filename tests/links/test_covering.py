"""Which links cover a customer, and which answer to a text."""

from collections.abc import Callable

from tests.bookkeeping import OPERATOR, customer_ids, usage
from tests.links.made_links import make_link

from tallybook.database.scope import subscription_scope
from tallybook.links.covering import count_covering, links_of_customer
from tallybook.links.finding import matching_links
from tallybook.links.links import revoke_link
from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription


def test_links_of_everybody_and_those_that_name_a_customer(subscription: Subscription, take: Callable[..., Summary]) -> None:
    take([usage(), usage(customer="Birch Ltd"), usage(customer="Elm Ltd")])
    ids = customer_ids(subscription)
    make_link(subscription, name="all")
    make_link(subscription, name="both", customer_ids=(ids["Anchor Ltd"], ids["Birch Ltd"]))
    make_link(subscription, name="one", customer_ids=(ids["Anchor Ltd"],))
    gone = make_link(subscription, name="gone", customer_ids=(ids["Anchor Ltd"],))
    with subscription_scope(subscription.id):
        revoke_link(subscription, gone.id, actor=OPERATOR)
        covering = count_covering(subscription)
        of_birch = links_of_customer(subscription, ids["Birch Ltd"])
    assert {name: covering.count(one) for name, one in ids.items()} == {"Anchor Ltd": 3, "Birch Ltd": 2, "Elm Ltd": 1}
    assert [one.link.saved.name for one in of_birch] == ["both", "all"]


def test_no_links_cover_nobody(subscription: Subscription, other_subscription: Subscription) -> None:
    make_link(other_subscription)
    with subscription_scope(subscription.id):
        assert count_covering(subscription) == (0, {})
        assert matching_links(subscription, "PSA") == []


def test_links_are_found_by_name_and_by_the_end_of_a_key(subscription: Subscription) -> None:
    made = make_link(subscription, name="ConnectWise, München")
    make_link(subscription, name="Other")
    end = made.key[-4:]
    with subscription_scope(subscription.id):
        for text in ("connectWISE", "MÜNCHEN", end, f" …{end} "):
            assert [one.id for one in matching_links(subscription, text)] == [made.id], text
        for text in (end[1:], made.key[-5:], end.swapcase() if end.swapcase() != end else "nothing", "\0", "%"):
            assert matching_links(subscription, text) == [], text
