"""The demo MSP in the database: made once, kept, and continued when a month has passed."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import override_settings

from tallybook.commands.demo import DemoAccess, ensure_demo
from tallybook.commands.demo.file import demo_rows
from tallybook.database.scope import subscription_scope
from tallybook.errors import NotFound
from tallybook.subscriptions.access import entered_by
from tallybook.subscriptions.models import Customer, Role, User
from tallybook.subscriptions.subscriptions import find_subscription
from tallybook.usage.models import Import, UsageItem

# A demo begins a year before the day on which it is made, so these tests take the clock's.
TODAY = datetime.now(ZoneInfo("Europe/Malta")).date()
IN_TWO_MONTHS = TODAY.replace(day=1) + timedelta(days=62)
NAME, EMAIL = f"Demo {uuid4()}", f"owner.{uuid4()}@demo.example"


def ensure(today: date = TODAY) -> DemoAccess:
    return ensure_demo(today, name=NAME, email=EMAIL)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of these tests' own, in which the password is kept."""
    home = tmp_path_factory.mktemp("demo") / "home"
    with override_settings(INSTALLATION=settings.INSTALLATION.model_copy(update={"home": home})):
        yield home


@pytest.fixture(scope="module")
def demo(home: Path) -> DemoAccess:
    """A demo of these tests' own, made by a first run. Another demo may have used the home before."""
    (home / "demo-sign-in.json").unlink(missing_ok=True)
    return ensure()


def items_by_month(access: DemoAccess) -> dict[str, int]:
    subscription = find_subscription(access.subscription)
    with subscription_scope(subscription.id):
        months = UsageItem.objects.filter(subscription_id=subscription.id).values_list("month", flat=True)
        return dict(sorted(Counter(f"{month:%Y-%m}" for month in months).items()))


def imports_of(access: DemoAccess) -> list[Import]:
    subscription = find_subscription(access.subscription)
    with subscription_scope(subscription.id):
        return list(Import.objects.filter(subscription_id=subscription.id).order_by("number"))


@pytest.mark.usefixtures("home")
def test_a_first_run_makes_everything(demo: DemoAccess) -> None:
    told = Counter(row.month for row in demo_rows(TODAY))
    subscription = find_subscription(demo.subscription)
    assert (subscription.name, subscription.time_zone) == (NAME, "Europe/Malta")
    assert items_by_month(demo) == told
    with subscription_scope(subscription.id):
        assert Customer.objects.filter(subscription_id=subscription.id).count() == 40
    (record,) = imports_of(demo)
    assert (record.row_count, record.new_count, record.refused_count) == (told.total(), told.total(), 0)
    assert record.file_name == f"demo-usage-{TODAY}.csv"


def test_the_owner_can_sign_in_and_enter(demo: DemoAccess, home: Path) -> None:
    access = ensure()
    user = User.objects.get(email=EMAIL)
    assert user.check_password(access.password)
    with entered_by(user, find_subscription(demo.subscription).id) as membership:
        assert membership.role == Role.OWNER
    kept = home / "demo-sign-in.json"
    assert json.loads(kept.read_text()) == {"email": EMAIL, "password": access.password}
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("demo")
def test_a_second_run_keeps_everything() -> None:
    second = ensure()
    third = ensure()
    # In a home of its own the first run has lost the password and says so.
    assert second._replace(notes=()) == third
    assert len(imports_of(third)) == 1


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("left", ["", "{", "{}", '{"password": 1}', '{"password": "of some other demo"}'])
def test_a_lost_password_is_replaced_and_said_so(home: Path, left: str) -> None:
    first = ensure()
    (home / "demo-sign-in.json").write_text(left)
    second = ensure()
    assert str(home) in second.notes[0]
    user = User.objects.get(email=EMAIL)
    assert user.check_password(second.password)
    assert not user.check_password(first.password)
    assert ensure() == second._replace(notes=())


@pytest.mark.slow
@pytest.mark.usefixtures("home")
def test_months_that_have_passed_are_added() -> None:
    name, email = f"Demo {uuid4()}", f"owner.{uuid4()}@demo.example"
    before = items_by_month(access := ensure_demo(TODAY, name=name, email=email))
    after = items_by_month(ensure_demo(IN_TWO_MONTHS, name=name, email=email))
    added, current = list(after)[13:], list(before)[-1]
    assert list(after)[:13] == list(before)
    assert added == [f"{IN_TWO_MONTHS - timedelta(days=31):%Y-%m}", f"{IN_TWO_MONTHS:%Y-%m}"]
    assert all(after[month] == count for month, count in before.items() if month != current)
    assert after[current] >= before[current]
    _, second = imports_of(access)
    assert second.refused_count == 0
    assert second.row_count == sum(after[month] for month in (current, *added))


def test_the_demo_is_nobody_elses(demo: DemoAccess, stranger: User) -> None:
    demo_id = find_subscription(demo.subscription).id
    with pytest.raises(NotFound), entered_by(stranger, demo_id):
        pytest.fail("a stranger got in")
