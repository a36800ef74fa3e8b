"""A link that gives quantities: what is billed, counted afresh when something has changed."""

import json
from collections.abc import Callable

import pytest
from tests.bookkeeping import OPERATOR, usage
from tests.conftest import Ran
from tests.links.conftest import Answer, Made

from tallybook.billing import counting
from tallybook.billing.rules import RECIPE
from tallybook.billing.rules_in_force import Span, set_rule
from tallybook.database.scope import subscription_scope
from tallybook.metering.summary import Summary
from tallybook.reports.building import Format
from tallybook.reports.quantities import QUANTITIES
from tallybook.subscriptions.models import Subscription
from tallybook.subscriptions.products import find_product
from tallybook.usage.months import parse_month

Call = Callable[..., Answer]


@pytest.fixture
def made(make_link: Callable[..., Made]) -> Made:
    return make_link(kind=QUANTITIES, format=Format.JSON)


def quantities(answer: Answer) -> list[tuple[str, int, str]]:
    assert answer.status_code == 200
    return [(row["customerName"], row["quantity"], row["rule"]) for row in json.loads(answer.content)["rows"]]


def test_what_is_billed_is_the_answer(call: Call, made: Made, take: Callable[..., Summary]) -> None:
    answer = call(made)
    assert quantities(answer) == [("Anchor Ltd", 2, "people"), ("Bell Ltd", 2, "people")]
    assert 'filename="quantities-2026-10.json"' in answer["Content-Disposition"]
    made.open_slot()
    take([usage(customer="Bell Ltd", object_name="Cem")])
    assert quantities(call(made)) == [("Anchor Ltd", 2, "people"), ("Bell Ltd", 3, "people")]


def test_unchanged_quantities_are_304_and_a_new_rule_changes_them(call: Call, made: Made) -> None:
    tag = call(made)["ETag"]
    made.open_slot()
    assert call(made, If_None_Match=tag).status_code == 304
    with subscription_scope(made.subscription.id):
        october = parse_month("2026-10", "The month")
        set_rule(made.subscription, Span(find_product("365 Total Backup"), None, october), RECIPE, actor=OPERATOR)
    assert quantities(call(made, If_None_Match=tag)) == [("Anchor Ltd", 2, "recipe"), ("Bell Ltd", 2, "recipe")]


def test_rules_that_an_update_changed_are_another_answer(call: Call, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = call(made)["ETag"]
    made.open_slot()
    monkeypatch.setattr(counting, "_RULES_VERSION", "next")
    assert call(made, If_None_Match=tag).status_code == 200


def test_by_the_command(subscription: Subscription, run: Callable[..., Ran]) -> None:
    options = ("--subscription", subscription.name, "--name", "PSA", "--period", "previous-month", "--allow-anyone", "--json")
    made = run("link", "create", *options, "--kind", "quantities").json
    assert run("link", "show", made["id"], *options[:2], "--json").json["kind"] == "quantities"
