"""Counts billed users while a file is read, without a ledger.

Names and people are kept apart by customer and month: nobody is one person in two customers. A customer is known by its name,
as in the ledger.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from itertools import groupby
from operator import attrgetter, itemgetter, or_
from typing import NamedTuple

from tallybook.billing.decisions import Person
from tallybook.billing.differences import Cause, tangles
from tallybook.billing.file_bill import CustomerMonth, Difference, FileBill
from tallybook.billing.people import Seen, people_of_names
from tallybook.billing.users import is_user, is_user_of_generation_b
from tallybook.database.folding import fold, fold_name
from tallybook.usage.emails import email_in


class _Carriers(NamedTuple):
    """Who carries a name at a customer in a month."""

    month: date
    customer: str
    people: tuple[Person, ...]


class Row(NamedTuple):
    """What counts of a row of a file."""

    customer: str
    month: date
    organisation: str | None
    object_type: str
    object_name: str
    object_details: str | None
    invoice: str | None


_Objects = dict[tuple[str, str | None], int]
_SeenByMonth = dict[date, list[tuple[str, Seen]]]


@dataclass(slots=True)
class _Customer:
    """One spelling of a customer. Months are bits; objects are known by name and details as they were spelt."""

    months: int = 0
    of_workloads: int = 0
    of_generation_b: int = 0
    objects: dict[str | None, _Objects] = field(default_factory=lambda: defaultdict(dict))


class FileCount:
    """Takes rows in any order, each as often as it comes. While it does, memory grows with the users alone."""

    def __init__(self) -> None:
        self._rows = 0
        self._users: dict[tuple[str, str | None], bool] = {}
        self._bits: dict[date, int] = {}
        # Texts stay as they came until the end: an object is folded once then, and not in every row.
        self._customers: dict[str, _Customer] = defaultdict(_Customer)

    def add(self, rows: Iterable[Row]) -> None:
        """Some rows, with their texts as the file has them."""
        for customer, month, organisation, object_type, name, details, invoice in rows:
            self._rows += 1
            bit = self._bits.get(month) or self._bits.setdefault(month, 1 << len(self._bits))
            known_customer = self._customers[customer]
            known_customer.months |= bit
            kind = object_type, invoice
            counts = self._users.get(kind)
            if counts is None:
                counts = self._users[kind] = is_user(object_type, invoice)
            if counts:
                if invoice is None or not is_user_of_generation_b(object_type):
                    known_customer.of_workloads |= bit
                else:
                    known_customer.of_generation_b |= bit
                objects, spelt = known_customer.objects[organisation], (name, details)
                objects[spelt] = objects.get(spelt, 0) | bit

    def result(self) -> FileBill:
        """What the rows came to so far."""
        spellings: dict[str, list[str]] = defaultdict(list)
        for customer in self._customers:
            spellings[fold_name(customer)].append(customer)
        summing = _Summing(self._rows)
        # The spelling that came first is the one that is shown.
        for spelt in sorted(spellings.values(), key=itemgetter(0)):
            summing.add_customer(spelt[0], self._seen_at(spelt), self._mixed_at(spelt))
        return summing.result()

    def _mixed_at(self, customers: list[str]) -> list[date]:
        """The months in which a customer has users of both generations, who then count twice."""
        known = [self._customers[customer] for customer in customers]
        mask = reduce(or_, (one.of_workloads for one in known)) & reduce(or_, (one.of_generation_b for one in known))
        return [month for month, bit in sorted(self._bits.items()) if mask & bit]

    def _seen_at(self, customers: list[str]) -> _SeenByMonth:
        """The objects of a customer, by any of its spellings, in each month of which there are rows."""
        mask = reduce(or_, (self._customers[customer].months for customer in customers))
        seen: _SeenByMonth = {month: [] for month, bit in sorted(self._bits.items()) if mask & bit}
        for customer in customers:
            for organisation, objects in self._customers[customer].objects.items():
                folded = fold_name(organisation) if organisation else ""
                for (name, details), months in objects.items():
                    one = name, Seen(folded, fold(name), email_in(details))
                    for month, of_month in seen.items():
                        if months & self._bits[month]:
                            of_month.append(one)
        return seen


class _Summing:
    """From objects to numbers, customer by customer."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._customers: list[CustomerMonth] = []
        self._within: list[Difference] = []
        self._mixed: list[tuple[str, date]] = []
        self._spelt: dict[str, str] = {}
        self._carriers: dict[str, list[_Carriers]] = defaultdict(list)

    def add_customer(self, customer: str, seen: _SeenByMonth, mixed: list[date]) -> None:
        """One customer more, with its objects and their names as they were spelt, and its months of both generations."""
        self._mixed += ((customer, month) for month in mixed)
        for month, of_month in seen.items():
            self._add(customer, month, of_month)

    def result(self) -> FileBill:
        between = [one for name in sorted(self._carriers) for one in self._between(name)]
        return FileBill(
            rows=self._rows,
            recipe=len(self._carriers),
            customers=tuple(self._customers),
            differences=(*self._within, *between),
            mixed=tuple(self._mixed),
        )

    def _add(self, customer: str, month: date, seen: list[tuple[str, Seen]]) -> None:
        spelt: dict[str, str] = {}
        for name, one in seen:
            spelt.setdefault(one.name_folded, name)
        people_of = people_of_names([one for _, one in seen])
        people = set[Person]().union(*people_of.values())
        self._customers.append(CustomerMonth(customer=customer, month=month, recipe=len(people_of), people=len(people)))
        for name, carriers in people_of.items():
            self._spelt.setdefault(name, spelt[name])
            self._carriers[name].append(_Carriers(month, customer, tuple(carriers)))
        for tangle in tangles(people_of):
            self._within.append(
                Difference(
                    customer=customer,
                    month=month,
                    name=" / ".join(spelt[name] for name in tangle.names),
                    cause=tangle.cause,
                    recipe=len(tangle.names),
                    people=len(tangle.people),
                    identities=tuple(person.identity for person in tangle.people),
                )
            )

    def _between(self, name: str) -> Iterator[Difference]:
        """Where the recipe on all rows at once makes one of a name that customers or months have each for themselves."""
        carriers = sorted(self._carriers[name], key=attrgetter("month"))
        months = [list(of_month) for _, of_month in groupby(carriers, key=attrgetter("month"))]
        for of_month in months:
            if len(of_month) > 1:
                yield self._joined(name, of_month, of_month[0].month, Cause.SEVERAL_CUSTOMERS)
        if len(months) > 1:
            yield self._joined(name, carriers, None, Cause.SEVERAL_MONTHS)

    def _joined(self, name: str, carriers: list[_Carriers], month: date | None, cause: Cause) -> Difference:
        customers = {one.customer for one in carriers}
        return Difference(
            customer=customers.pop() if len(customers) == 1 else None,
            month=month,
            name=self._spelt[name],
            cause=cause,
            recipe=1,
            people=sum(len(one.people) for one in carriers),
            identities=tuple(sorted({person.identity for one in carriers for person in one.people})),
        )
