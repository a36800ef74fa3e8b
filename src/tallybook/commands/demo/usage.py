"""A row of the demo's usage file; when its object was backed up in the month, and how large it is."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypedDict

from tallybook.commands.demo.chance import between, share
from tallybook.commands.demo.companies import Company

TITLES = (
    "Month",
    "Customer Name",
    "Customer Reference",
    "Product",
    "Plan",
    "Organisation",
    "Object Type Backed Up",
    "Object Name",
    "Object Details",
    "Object ID",
    "Licence",
    "Deleted",
    "Days Backed Up",
    "First Backup",
    "Last Backup",
    "Protected Size (Bytes)",
    "Stored Size (Bytes)",
)


class DemoRow(NamedTuple):
    """One row, its cells in the order of TITLES. Empty or None is what the source does not say."""

    month: str
    customer: str
    reference: str
    product: str
    plan: str
    organisation: str
    object_type: str
    object_name: str
    object_details: str
    object_id: str = ""
    licence: str = ""
    deleted: str = ""
    days_backed_up: int | None = None
    first_backup: str = ""
    last_backup: str = ""
    protected_bytes: int | None = None
    stored_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class DemoMonth:
    """A month of the demo: its number, counted from the demo's first, and its last day so far."""

    index: int
    first: date
    last_day: int

    @classmethod
    def of(cls, first_month: date, index: int, today: date) -> "DemoMonth":
        """The month that comes `index` months after the first, as it stands today."""
        years, month_index = divmod(first_month.month - 1 + index, 12)
        first = date(first_month.year + years, month_index + 1, 1)
        is_current = (first.year, first.month) == (today.year, today.month)
        return cls(index, first, today.day if is_current else monthrange(first.year, first.month)[1])

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Backups:
    """The days of the month on which an object was backed up: the first, the last, and how many."""

    first_day: int
    last_day: int
    day_count: int


class When(TypedDict, total=False):
    """The cells that say when an object was backed up."""

    days_backed_up: int
    first_backup: str
    last_backup: str


class Size(TypedDict):
    """The cells that say how large an object is."""

    protected_bytes: int
    stored_bytes: int


_USUALLY = 0.8
_NEARLY_ALWAYS = 0.97
_JOINING_DAYS = (2, 24)


def joining_day(company: Company, holder: str) -> int:
    return between(*_JOINING_DAYS, company.domain, holder, "joins")


def backups(company: Company, month: DemoMonth, holder: str, *, first_day: int = 1) -> Backups:
    """Most objects were backed up until the end of the month, some a few days less, and now and then one fails for long."""
    about = (company.domain, month.first.toordinal(), holder)
    luck = share(*about, "luck")
    behind = 0 if luck < _USUALLY else between(1, 3 if luck < _NEARLY_ALWAYS else 20, *about, "behind")
    last_day = max(first_day, month.last_day - behind)
    missed = between(0, 2, *about, "missed") if luck > 1 - _USUALLY else 0
    return Backups(first_day, last_day, max(1, last_day - first_day + 1 - missed))


def said(company: Company, month: DemoMonth, days: Backups, holder: str) -> When:
    """What the company's source says of it: only modern ones count days and know the first."""
    last = _at_night(month, days.last_day, company.domain, holder)
    if not company.modern:
        return {"last_backup": last}
    first = _at_night(month, days.first_day, company.domain, holder)
    return {"days_backed_up": days.day_count, "first_backup": first, "last_backup": last}


def _at_night(month: DemoMonth, day: int, *about: str) -> str:
    """A time that is on the same day, and in the small hours, in most of Europe."""
    minute = between(0, 179, *about, month.first.toordinal(), day)
    return f"{month}-{day:02}T{1 + minute // 60:02}:{minute % 60:02}:{between(0, 59, *about, day):02}Z"


_MB, _GB = 10**6, 10**9
# The smallest and largest size of each type at the beginning, and by how many thousandths it grows in a month.
_SIZES = {
    "Mailbox": (150 * _MB, 48 * _GB, (4, 30)),
    "Shared Mailbox": (80 * _MB, 30 * _GB, (2, 15)),
    "OneDrive": (40 * _MB, 110 * _GB, (5, 45)),
    "User Teams Chats": (1 * _MB, 700 * _MB, (10, 60)),
    "SharePoint Files": (600 * _MB, 380 * _GB, (5, 40)),
    "VM": (28 * _GB, 900 * _GB, (2, 20)),
    "Physical Server": (90 * _GB, 2_800 * _GB, (2, 20)),
    "Endpoint": (12 * _GB, 260 * _GB, (2, 25)),
}


def sizes(company: Company, object_type: str, holder: str, age: int) -> Size:
    """How large an object of this age, in months, is."""
    smallest, largest, (slow, fast) = _SIZES[object_type]
    about = (company.domain, object_type, holder)
    scale = share(*about, "size")
    # Few are large: the cube keeps most of them near the smallest.
    at_first = smallest + int((largest - smallest) * (scale * scale * scale))
    protected_bytes = at_first * (1000 + age * between(slow, fast, *about, "growth")) // 1000 + between(0, 4095, *about, age)
    return {
        "protected_bytes": protected_bytes,
        "stored_bytes": protected_bytes * between(45, 95, *about, "kept") // 100,
    }
