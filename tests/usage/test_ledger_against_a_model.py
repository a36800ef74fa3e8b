"""Whatever several sources say, in any order: the ledger is what a dictionary of their last words says it is."""

from dataclasses import dataclass
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bookkeeping import new_subscription, query
from tests.usage.telling import FILES, GATEWAY, items, live, tell

from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Customer

SOURCES = (GATEWAY, FILES)


@dataclass(frozen=True, slots=True)
class Said:
    """One object as a file of a source gives it; None is not given."""

    key: str
    size: int | None
    plan: str | None


@dataclass(frozen=True, slots=True)
class File:
    source: str
    objects: tuple[Said, ...]
    replace: bool


said = st.builds(
    Said, key=st.sampled_from("123"), size=st.sampled_from([None, 1, 2]), plan=st.sampled_from([None, "Gold", "Silver"])
)
files = st.builds(
    File,
    source=st.sampled_from(SOURCES),
    objects=st.lists(said, min_size=1, max_size=3, unique_by=lambda one: one.key).map(tuple),
    replace=st.booleans(),
)


class Model:
    """The live entries by object and source: import, line, size and plan."""

    def __init__(self) -> None:
        self.live: dict[tuple[str, str], tuple[int, int, int | None, str | None]] = {}
        self.retired = 0
        self._sources: list[str] = []
        self._imports = 0

    def take(self, file: File) -> None:
        self._imports += 1
        if file.source not in self._sources:
            self._sources.append(file.source)
        for line, one in enumerate(file.objects, start=2):
            former = self.live.get((one.key, file.source))
            size, plan = one.size, one.plan
            if former and not file.replace:
                size, plan = (former[2] if size is None else size), (plan or former[3])
            if former and former[2:] == (size, plan):
                continue
            self.retired += bool(former)
            self.live[one.key, file.source] = (self._imports, line, size, plan)
        if file.replace:
            given_keys = {one.key for one in file.objects}
            for place in [place for place in self.live if place[1] == file.source and place[0] not in given_keys]:
                del self.live[place]
                self.retired += 1

    def entries(self) -> list[tuple[object, ...]]:
        number = {source: place for place, source in enumerate(self._sources, start=1)}
        return sorted((key, number[source], *entry[:3]) for (key, source), entry in self.live.items())

    def items(self) -> list[tuple[object, ...]]:
        folded: list[tuple[object, ...]] = []
        for key in sorted({key for key, _ in self.live}):
            of_key = sorted((entry for (other, _), entry in self.live.items() if other == key), reverse=True)
            sizes = [size for _, _, size, _ in of_key if size is not None]
            plans = [plan for *_, plan in of_key if plan]
            folded.append((max(sizes, default=None), plans[0] if plans else None))
        return folded


@settings(max_examples=40, deadline=None)
@given(told=st.lists(files, min_size=1, max_size=6))
def test_the_ledger_is_what_the_sources_said_last(told: list[File]) -> None:
    subscription = new_subscription()
    with subscription_scope(subscription.id):
        customer = Customer.objects.create(subscription=subscription, id=uuid4(), name="Anchor Ltd", name_folded="anchor ltd")
    model = Model()
    for file in told:
        values = [
            {"object_key": one.key, "protected_bytes": one.size, "plan": one.plan, "object_name": f"web-{one.key}"}
            for one in file.objects
        ]
        tell(customer, file.source, *values, replace=file.replace)
        model.take(file)
        assert live(customer) == model.entries()
        assert items(customer, "protected_bytes, plan") == model.items()
    kept = query(subscription, "SELECT count(*) FILTER (WHERE retired_by IS NOT NULL) FROM entry")
    assert kept == [(model.retired,)]
