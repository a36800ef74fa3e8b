"""Which rule counts what: a customer's own, else the subscription's, else the product's usual one, each from its month on."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from tests.bookkeeping import OPERATOR, query, revisions, usage

from tallybook.audit.models import AuditEvent
from tallybook.billing.models import RuleSetting
from tallybook.billing.rules import FROM_APRIL_2022, OBJECTS, PEOPLE, RECIPE, UNTIL_MARCH_2022, Rule
from tallybook.billing.rules_in_force import Span, list_settings, rules_in_force, set_rule
from tallybook.database.scope import subscription_scope
from tallybook.errors import Refused
from tallybook.metering.summary import Summary
from tallybook.subscriptions.customers import find_customers
from tallybook.subscriptions.models import Subscription
from tallybook.subscriptions.products import find_product

M365, VM = "365 Total Backup", "VM Backup"
AUGUST, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in (8, 9, 10))


@pytest.fixture
def inside(subscription: Subscription, take: Callable[..., Summary]) -> Iterator[Subscription]:
    """A subscription with usage of two customers in two months, within its scope."""
    take([usage(customer=name, month=month) for name in ("Anchor Ltd", "Birch Ltd") for month in ("2026-09", "2026-10")])
    with subscription_scope(subscription.id):
        yield subscription


def put(subscription: Subscription, rule: Rule | None, month: date, customer: str | None = None, product: str = M365) -> None:
    whose = find_customers(subscription, [customer])[0] if customer else None
    set_rule(subscription, Span(find_product(product), whose, month), rule, actor=OPERATOR)


def in_force(subscription: Subscription, month: date, customer: str = "Anchor Ltd", product: str = M365) -> Rule:
    (whose,) = find_customers(subscription, [customer])
    (rules,) = rules_in_force(subscription, month)
    return rules.of(find_product(product).id, whose.id)


def test_what_is_usual(inside: Subscription) -> None:
    assert (in_force(inside, OCTOBER), in_force(inside, OCTOBER, product=VM)) == (PEOPLE, OBJECTS)
    assert rules_in_force(inside, OCTOBER)[0].counting_users == [find_product(M365).id]


def test_a_customers_rule_goes_before_the_subscriptions(inside: Subscription) -> None:
    put(inside, RECIPE, SEPTEMBER)
    put(inside, FROM_APRIL_2022, OCTOBER, "Anchor Ltd")
    assert [in_force(inside, month) for month in (AUGUST, SEPTEMBER, OCTOBER)] == [PEOPLE, RECIPE, FROM_APRIL_2022]
    assert [in_force(inside, month, "Birch Ltd") for month in (AUGUST, SEPTEMBER, OCTOBER)] == [PEOPLE, RECIPE, RECIPE]


def test_back_to_what_is_usual(inside: Subscription) -> None:
    put(inside, RECIPE, AUGUST)
    put(inside, PEOPLE, AUGUST, "Anchor Ltd")
    put(inside, None, SEPTEMBER, "Anchor Ltd")
    put(inside, None, OCTOBER)
    assert [in_force(inside, month) for month in (AUGUST, SEPTEMBER, OCTOBER)] == [PEOPLE, RECIPE, PEOPLE]


def test_the_order_in_which_they_were_set_plays_no_part(inside: Subscription) -> None:
    put(inside, FROM_APRIL_2022, OCTOBER)
    put(inside, RECIPE, SEPTEMBER)
    assert [in_force(inside, month) for month in (AUGUST, SEPTEMBER, OCTOBER)] == [PEOPLE, RECIPE, FROM_APRIL_2022]


def test_a_dated_rule_ends_with_its_last_month(inside: Subscription) -> None:
    put(inside, UNTIL_MARCH_2022, date(2022, 1, 1))
    assert in_force(inside, date(2022, 3, 1)) == UNTIL_MARCH_2022
    assert in_force(inside, date(2022, 4, 1)) == PEOPLE
    put(inside, RECIPE, date(2021, 1, 1))
    assert in_force(inside, date(2022, 3, 1)) == UNTIL_MARCH_2022
    assert in_force(inside, date(2022, 4, 1)) == RECIPE


def test_a_rule_that_does_not_hold_is_refused(inside: Subscription) -> None:
    with pytest.raises(Refused, match="holds from 2022-04 on, and not in 2022-03"):
        put(inside, FROM_APRIL_2022, date(2022, 3, 1))
    with pytest.raises(Refused, match="holds until 2022-03, and not in 2022-04"):
        put(inside, UNTIL_MARCH_2022, date(2022, 4, 1))
    assert list_settings(inside) == []


def test_users_of_a_product_of_ones_own_are_counted_where_it_is_set(inside: Subscription) -> None:
    put(inside, PEOPLE, OCTOBER, "Anchor Ltd", VM)
    both = {find_product(M365).id, find_product(VM).id}
    assert set(rules_in_force(inside, OCTOBER)[0].counting_users) == both
    assert set(rules_in_force(inside, SEPTEMBER)[0].counting_users) == {find_product(M365).id}


def test_setting_a_rule_changes_its_months_and_is_logged_once(subscription: Subscription, inside: Subscription) -> None:
    before = revisions(subscription)
    put(inside, RECIPE, OCTOBER)
    put(inside, RECIPE, OCTOBER)
    assert revisions(subscription) == before | {"2026-10": before["2026-10"] + 1}
    assert AuditEvent.objects.filter(subscription_id=inside.id, action="rule.set").count() == 1
    put(inside, PEOPLE, OCTOBER)
    assert query(
        subscription, "SELECT before->>'rule', after->>'rule' FROM audit_detail WHERE after ? 'rule' ORDER BY number"
    ) == [
        (None, "recipe"),
        ("recipe", "people"),
    ]
    assert RuleSetting.objects.filter(subscription_id=inside.id).count() == 1
