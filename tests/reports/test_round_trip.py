"""An exported report, imported into another subscription and exported again, is the same but for the customers' ids."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bookkeeping import Cells, new_subscription, report, reported, take, usage
from tests.reports.texts import texts

from tallybook.metering.summary import Summary
from tallybook.reports.building import Form, Profile
from tallybook.subscriptions.models import Subscription

SAMPLES = Path(__file__).parents[1] / "samples"


def exported_again(subscription: Subscription, folder: Path, form: Form, profile: str) -> list[Cells]:
    other = new_subscription()
    summary = take(other, report(subscription, form), folder, profile=profile)
    assert list(summary.refused) == []
    assert (summary.new, summary.unknown_columns) == (summary.rows, ())
    return reported(other)


@pytest.mark.parametrize(
    ("form", "profile"),
    [
        pytest.param(Form(), "auto", id="api"),
        pytest.param(Form(profile=Profile.EXCEL), "excel", id="excel"),
        pytest.param(Form(profile=Profile.EXCEL, delimiter=";"), "excel", id="excel with semicolons"),
        pytest.param(Form(profile=Profile.EXCEL, delimiter="\t"), "excel", id="excel with tabs"),
    ],
)
def test_the_made_up_ledger_comes_back(made_up: Subscription, tmp_path: Path, form: Form, profile: str) -> None:
    again = exported_again(made_up, tmp_path, form, profile)
    assert again == reported(made_up)
    assert len(again) == 10


@pytest.mark.parametrize("name", ["itemised-a.csv", "itemised-b.csv"])
def test_a_sample_comes_back(subscription: Subscription, take: Callable[..., Summary], tmp_path: Path, name: str) -> None:
    summary = take(SAMPLES / name, profile="auto")
    again = exported_again(subscription, tmp_path, Form(), "auto")
    assert again == reported(subscription)
    assert len(again) == summary.rows


def test_the_same_report_again_into_the_same_subscription_changes_nothing(made_up: Subscription, tmp_path: Path) -> None:
    content = report(made_up)
    summary = take(made_up, content, tmp_path, profile="auto")
    assert (summary.existing, summary.new, summary.changed, summary.notes) == (10, 0, 0, [])
    assert report(made_up) == content


times = st.datetimes().map(lambda moment: f"{moment.replace(year=2026):%Y-%m-%dT%H:%M:%SZ}")
objects = st.builds(
    lambda cells, months, sizes: usage(**(cells | months | sizes)),
    st.fixed_dictionaries({"object_name": texts, "object_type": texts, "customer": texts}, optional={
        "object_details": texts, "object_id": texts, "plan": texts, "licence": texts, "organisation": texts,
        "customer_reference": texts, "deleted": st.sampled_from(["Yes", "No"]),
    }),
    st.fixed_dictionaries({"month": st.sampled_from(["2026-01", "2026-02"])}, optional={
        "adjustment_for": st.sampled_from(["2025-11", "2025-12"]), "last_backup": times,
    }),
    st.fixed_dictionaries({}, optional={
        "days_backed_up": st.integers(0, 28), "protected_bytes": st.integers(0, 2**63 - 1), "stored_bytes": st.just(0),
    }),
)  # fmt: skip


@given(rows=st.lists(objects, min_size=1, max_size=10))
@settings(max_examples=20, deadline=None)
def test_any_ledger_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[Cells]) -> None:
    folder = tmp_path_factory.mktemp("round trip")
    subscription = new_subscription()
    summary = take(subscription, rows, folder)
    again = exported_again(subscription, folder, Form(), "itemised")
    assert again == reported(subscription)
    assert len(again) == summary.new
