"""Counts billed users while a file is read, without a ledger.

Names and people are kept apart by customer and month: nobody is one person in two customers. A customer is known by its name,
as in the ledger.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from itertools import chain, compress, count, repeat
from operator import itemgetter, or_
from typing import Any, NamedTuple

from tallybook.billing.decisions import Person
from tallybook.billing.differences import Cause, tangles
from tallybook.billing.file_bill import Carrier, CustomerMonth, Difference, FileBill
from tallybook.billing.people import identities_listed
from tallybook.billing.users import is_user, is_user_of_generation_b
from tallybook.database.folding import fold, fold_name
from tallybook.usage.emails import email_in

_PLACES_REMEMBERED = 65_536
# Of fewer rows it takes longer to set them apart.
_WORTH_A_RUN = 8


class Rows(NamedTuple):
    """What counts of some rows of a file, column by column."""

    customer: Sequence[str]
    month: Sequence[date]
    organisation: Sequence[str | None]
    object_type: Sequence[str]
    invoice: Sequence[str | None]
    object_name: Sequence[str]
    object_details: Sequence[str | None]

    def of_one_organisation(self) -> int:
        """How many rows at the beginning differ in their objects only, as most do that stand one below the other."""
        return min(map(_run, (self.customer, self.month, self.organisation, self.invoice)))


_Spelt = tuple[str, str | None]
"""An object, by its name and details."""


class _Users(NamedTuple):
    """The users' objects of an organisation in a month: their names and addresses folded, and their names as spelt.

    An object of which the organisation or the customer is spelt in several ways is there as often.
    """

    organisation: str
    names: list[str]
    emails: list[str]
    spelt: list[str]


_UsersByMonth = dict[date, dict[str, _Users]]
"""By month and organisation."""


@dataclass(slots=True)
class _Objects:
    """The users' objects of an organisation, known by name and details as they were spelt."""

    numbers: dict[_Spelt, int] = field(default_factory=lambda: defaultdict(count().__next__))
    """Each in the order in which it came first, from 0."""
    of_month: dict[date, set[int]] = field(default_factory=lambda: defaultdict(set))
    """The numbers of the objects of each month."""


@dataclass(slots=True)
class _Customer:
    """One spelling of a customer."""

    months: set[date] = field(default_factory=set)
    of_workloads: set[date] = field(default_factory=set)
    of_generation_b: set[date] = field(default_factory=set)
    objects: dict[str | None, _Objects] = field(default_factory=lambda: defaultdict(_Objects))


_Where = tuple[str, date, str | None, str, str | None]
_Place = tuple[dict[_Spelt, int], set[int]]


class _Places(dict[_Where, _Place]):
    """Where the objects of rows are kept that say the same of anything but the object. A look-up is C's; bounded."""

    def __init__(self) -> None:
        super().__init__()
        self.customers: dict[str, _Customer] = defaultdict(_Customer)
        self.of_no_users: _Place = (defaultdict(count().__next__), set())

    def __missing__(self, where: _Where) -> _Place:
        if len(self) >= _PLACES_REMEMBERED:
            self.clear()
        place = self[where] = self._place(*where)
        return place

    def _place(self, customer: str, month: date, organisation: str | None, object_type: str, invoice: str | None) -> _Place:
        known = self.customers[customer]
        known.months.add(month)
        if not is_user(object_type, invoice):
            return self.of_no_users
        of_generation_b = invoice is not None and is_user_of_generation_b(object_type)
        (known.of_generation_b if of_generation_b else known.of_workloads).add(month)
        objects = known.objects[organisation]
        return objects.numbers, objects.of_month[month]


class FileCount:
    """Takes rows in any order, each as often as it comes. While it does, memory grows with the users of each month."""

    def __init__(self) -> None:
        self._rows = 0
        self._places = _Places()

    def add(self, rows: Rows) -> None:
        """Some rows, with their texts as the file has them: an object is folded once, at the end, and not in every row.

        What is done for each row is done by C's loops, as there may be millions.
        """
        self._rows += len(rows.customer)
        while (run := rows.of_one_organisation()) >= _WORTH_A_RUN:
            self._add_of_one_organisation(Rows._make(column[:run] for column in rows))
            rows = Rows._make(column[run:] for column in rows)
        if rows.customer:
            self._add_of_any(rows)

    def _add_of_any(self, rows: Rows) -> None:
        *where, names, details = rows
        places = list(map(self._places.__getitem__, zip(*where, strict=True)))
        numbers = map(dict.__getitem__, map(itemgetter(0), places), zip(names, details, strict=True))
        deque(map(set.add, map(itemgetter(1), places), numbers), maxlen=0)
        for passed_over in self._places.of_no_users:
            passed_over.clear()

    def _add_of_one_organisation(self, rows: Rows) -> None:
        """Rows of one month that differ in their objects only: faster by two thirds."""
        where = rows.customer[0], rows.month[0], rows.organisation[0]
        place_of = {object_type: self._places[*where, object_type, rows.invoice[0]] for object_type in set(rows.object_type)}
        of_users = {object_type: place for object_type, place in place_of.items() if place is not self._places.of_no_users}
        if of_users:
            # All types of users have the same place.
            numbers, of_month = next(iter(of_users.values()))
            chosen = list(map(of_users.__contains__, rows.object_type))
            # Of most objects there are several rows, one below the other, as one is backed up in several ways.
            spelt = dict.fromkeys(zip(compress(rows.object_name, chosen), compress(rows.object_details, chosen), strict=True))
            of_month.update(map(numbers.__getitem__, spelt))

    def result(self) -> FileBill:
        """What the rows came to so far."""
        spellings: dict[str, list[str]] = defaultdict(list)
        for customer in self._places.customers:
            spellings[fold_name(customer)].append(customer)
        summing = _Summing(self._rows)
        # The spelling that came first is the one that is shown.
        for spelt in sorted(spellings.values(), key=itemgetter(0)):
            summing.add_customer(spelt[0], self._users_of(spelt), self._mixed_at(spelt))
        return summing.result()

    def _mixed_at(self, customers: list[str]) -> list[date]:
        """The months in which a customer has users of both generations, who then count twice."""
        known = [self._places.customers[customer] for customer in customers]
        return sorted(reduce(or_, (one.of_workloads for one in known)) & reduce(or_, (one.of_generation_b for one in known)))

    def _users_of(self, customers: list[str]) -> _UsersByMonth:
        """The users of a customer, by any of its spellings, in each month of which there are rows."""
        known = [self._places.customers[customer] for customer in customers]
        users: _UsersByMonth = {month: {} for month in sorted(reduce(or_, (one.months for one in known)))}
        for customer in known:
            for organisation, objects in customer.objects.items():
                folded = fold_name(organisation) if organisation else ""
                spelt = [name for name, _ in objects.numbers]
                names, emails = list(map(fold, spelt)), [email_in(details) for _, details in objects.numbers]
                for month, of_month in objects.of_month.items():
                    here = list(map(of_month.__contains__, range(len(spelt))))
                    of_organisation = users[month].setdefault(folded, _Users(folded, [], [], []))
                    of_organisation.names.extend(compress(names, here))
                    of_organisation.emails.extend(compress(emails, here))
                    of_organisation.spelt.extend(compress(spelt, here))
        return users


def _run(column: Sequence[Any]) -> int:
    """How many values at the beginning are the same; 0 where the first one comes again later, as well as without any."""
    if not column:
        return 0
    count = column.count(column[0])
    return count if column[:count].count(column[0]) == count else 0


class _Summing:
    """From objects to numbers, customer by customer."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._customers: list[CustomerMonth] = []
        self._within: list[Difference] = []
        self._mixed: list[tuple[str, date]] = []
        self._spelt: dict[str, str] = {}
        self._carriers: dict[date, dict[str, list[Carrier]]] = defaultdict(lambda: defaultdict(list))

    def add_customer(self, customer: str, users: _UsersByMonth, mixed: list[date]) -> None:
        """One customer more, with its users and its months of both generations."""
        self._mixed += ((customer, month) for month in mixed)
        for month, of_month in users.items():
            self._add(customer, month, list(of_month.values()))

    def result(self) -> FileBill:
        between = [one for name in sorted(self._spelt) for one in self._between(name)]
        return FileBill(
            rows=self._rows,
            recipe=len(self._spelt),
            customers=tuple(self._customers),
            differences=(*self._within, *between),
            mixed=tuple(self._mixed),
        )

    def _add(self, customer: str, month: date, users: list[_Users]) -> None:
        listed = identities_listed(users)
        names, identities = list(chain.from_iterable(one.names for one in users)), list(chain.from_iterable(listed))
        spelt = list(chain.from_iterable(one.spelt for one in users))
        # Of several spellings the first one stays.
        deque(map(self._spelt.setdefault, names, spelt), maxlen=0)
        identity_of = dict(zip(names, identities, strict=True))
        recipe, people = len(identity_of), sum(len(set(of_one)) for of_one in listed)
        self._customers.append(CustomerMonth(customer=customer, month=month, recipe=recipe, people=people))
        carried: Iterable[tuple[str, str]] = identity_of.items()
        # Nearly everywhere each name is one person's; only where it is not they are looked at one by one.
        if not (len(users) == 1 and recipe == people and list(map(identity_of.__getitem__, names)) == identities):
            organisations = chain.from_iterable(repeat(one.organisation, len(one.names)) for one in users)
            persons = set(zip(names, map(Person, organisations, identities), strict=True))
            self._within += self._tangled(customer, month, persons, dict(zip(reversed(names), reversed(spelt), strict=True)))
            carried = ((name, person.identity) for name, person in persons)
        carriers = self._carriers[month]
        for name, identity in carried:
            carriers[name].append((customer, identity))

    def _tangled(
        self, customer: str, month: date, carried: Iterable[tuple[str, Person]], spelt: dict[str, str]
    ) -> Iterator[Difference]:
        people_of: dict[str, set[Person]] = defaultdict(set)
        for name, person in carried:
            people_of[name].add(person)
        for tangle in tangles(people_of):
            yield Difference(
                customer=customer,
                month=month,
                name=" / ".join(spelt[name] for name in tangle.names),
                cause=tangle.cause,
                recipe=len(tangle.names),
                carriers=[(customer, person.identity) for person in tangle.people],
            )

    def _between(self, name: str) -> Iterator[Difference]:
        """Where the recipe on all rows at once makes one of a name that customers or months have each for themselves."""
        months = [(month, names[name]) for month, names in sorted(self._carriers.items()) if name in names]
        for month, carriers in months:
            if _of_several(carriers):
                yield self._joined(name, carriers, month, Cause.SEVERAL_CUSTOMERS)
        if len(months) > 1:
            every = list(chain.from_iterable(carriers for _, carriers in months))
            yield self._joined(name, every, None, Cause.SEVERAL_MONTHS)

    def _joined(self, name: str, carriers: list[Carrier], month: date | None, cause: Cause) -> Difference:
        return Difference(
            customer=None if _of_several(carriers) else carriers[0][0],
            month=month,
            name=self._spelt[name],
            cause=cause,
            recipe=1,
            carriers=carriers,
        )


def _of_several(carriers: list[Carrier]) -> bool:
    """Whether they are people of several customers."""
    first = carriers[0][0]
    return any(customer != first for customer, _ in carriers)
