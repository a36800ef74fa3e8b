"""Made-up usage files of any size in the shape of generation A: one row for each object and workload."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tallybook.commands.demo.names import languages

HEADER = (
    "Month",
    "Customer Name",
    "Office 365 Organisation",
    "Product",
    "Object Type Backed Up",
    "Object Name",
    "Object Details",
    "Last Backup",
    "Size (Bytes)",
)
_365 = "365 Total Backup"
_WORKLOADS = ("Mailbox", "OneDrive", "User Teams Chats")
# Of a hundred objects these come last; all others belong to people.
_OTHERS = (
    [(_365, "N/A")] * 3
    + [(_365, "SharePoint Files")] * 4
    + [("VM Backup", "VM")] * 3
    + [("Physical Server Backup", "Physical Server"), ("EndPoint Backup", "Endpoint")]
)
_YEAR = 2026
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Shape:
    """How many customers, how many objects each of them has in a month, and how many months."""

    customers: int
    objects: int
    months: range

    @property
    def rows(self) -> int:
        return self.customers * self.objects * len(self.months)

    @property
    def first_and_last(self) -> tuple[str, str]:
        return month_text(self.months[0]), month_text(self.months[-1])


def month_text(month: int) -> str:
    """The month with this number, counted from 1."""
    return f"{_YEAR + (month - 1) // 12}-{(month - 1) % 12 + 1:02}"


def customer_name(number: int) -> str:
    ending = ("Ltd", "GmbH & Co. KG", '"Group", S.p.A.', "株式会社")[number % 4]
    return f"Customer {number:04} {ending}"


def write_usage_file(path: Path, shape: Shape) -> None:
    """Write the file of this shape; the same shape gives the same file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(shape.customers):
            objects = list(_objects(number, shape.objects))
            for month in shape.months:
                writer.writerows(_rows(number, month, objects))


_Object = tuple[str, str, str, str]


def _objects(customer: int, count: int) -> Iterator[_Object]:
    """Product, type, name and details of a customer's objects."""
    language = list(languages().values())[customer % len(languages())]
    domain = f"customer{customer}.example"
    for number in range(count):
        place = number % _HUNDRED - (_HUNDRED - len(_OTHERS))
        if place >= 0:
            product, kind = _OTHERS[place]
            yield product, kind, f"{kind} {number}", f"{kind.split()[0].lower()}{number}.{domain}"
        else:
            person = number // len(_WORKLOADS)
            name = language.name(person)
            yield _365, _WORKLOADS[number % len(_WORKLOADS)], name.shown, f"{name.local_part}.{person}@{domain}"


def _rows(customer: int, month: int, objects: list[_Object]) -> Iterator[tuple[object, ...]]:
    name, organisation, text = customer_name(customer), f"customer{customer}.example", month_text(month)
    for number, (product, kind, object_name, details) in enumerate(objects):
        # Multiples of primes: spread evenly enough, and as fast as this has to be.
        spread = customer * 7919 + number * 104_729 + month * 1_299_709
        size = spread * 15_485_863 % 90_000_000_000
        time = f"{text}-{spread % 28 + 1:02} {spread % 24:02}:{spread % 60:02}"
        yield text, name, organisation, product, kind, object_name, details, time, size
