"""Who or what holds each place of a company in a month: people come and go, machines are replaced."""

from collections.abc import Iterator
from typing import NamedTuple

from tallybook.commands.demo.chance import between
from tallybook.commands.demo.companies import Company

# The shortest and longest time, in months, that a place has the same holder.
_MONTHS_HELD = {"user": (10, 70), "vm": (30, 120), "server": (40, 120), "endpoint": (18, 60)}
_FOR_EVER = 1_000_000


class Tenure(NamedTuple):
    """The time, from `first` to before `end`, in which the place has this holder."""

    place: int
    generation: int
    first: int
    end: int


def tenures(company: Company, kind: str, index: int) -> Iterator[Tenure]:
    """The holders of a company's places in a month."""
    for place in range(company.count(kind, index)):
        yield _tenure(company, kind, place, index)


def just_ended(company: Company, kind: str, index: int) -> Iterator[Tenure]:
    """The tenures whose last month was the one before."""
    if index > company.joins:
        yield from (tenure for tenure in tenures(company, kind, index - 1) if tenure.end == index)


def is_new(company: Company, kind: str, tenure: Tenure, index: int) -> bool:
    """Whether this is the first month in which the holder is there. Who is there in the demo's first month was before."""
    began = max(tenure.first, company.joins)
    return index > 0 and (index == began or tenure.place >= company.count(kind, index - 1))


def _tenure(company: Company, kind: str, place: int, index: int) -> Tenure:
    if kind == "user" and place in company.stays:
        return Tenure(place, 0, 0, _FOR_EVER)
    shortest, longest = _MONTHS_HELD[kind]
    # Who is there at first is somewhere in the middle of the time.
    generation, first, end = 0, 0, between(1, longest, company.domain, kind, place)
    while end <= index:
        generation, first = generation + 1, end
        end += between(shortest, longest, company.domain, kind, place, generation)
    return Tenure(place, generation, first, end)
