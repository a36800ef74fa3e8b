"""One file for each customer, in a zip."""

import re
import tempfile
from collections.abc import Callable
from shutil import copyfileobj
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tallybook.database.folding import fold_name
from tallybook.database.queries import rows
from tallybook.reports.choice import Choice
from tallybook.reports.kinds import Kind, parameters
from tallybook.web.files import BLOCK_BYTES

# What some system does not allow in a file name, or gives a meaning.
_UNUSABLE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_MOST_CHARACTERS = 80
# File systems take 255, of which number, months and extension need some.
_MOST_BYTES = 200
_NOBODY = "no usage"


def write_zip(kind: Kind, choice: Choice, ending: str, target: IO[bytes], write_one: Callable[[Choice, IO[bytes]], int]) -> int:
    """Write a zip with a report of each customer who has usage in the choice. Returns the number of rows of all of them.

    Args:
        kind: which report.
        choice: what the report is about. Without usage in it, the zip has one report, of a header and no rows.
        ending: what stands behind the months in the names of the reports, such as `.csv`.
        target: where the zip is written.
        write_one: writes one report and returns its number of rows.
    """
    count = 0
    taken: set[str] = set()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, one_choice in _by_customer(kind, choice):
            # A fixed time, so that the same data is the same file.
            entry = ZipInfo(f"{_file_name(name, taken)}-{choice.period}{ending}", (2000, 1, 1, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with tempfile.TemporaryFile() as one:
                count += write_one(one_choice, one)
                one.seek(0)
                with archive.open(entry, "w", force_zip64=True) as member:
                    copyfileobj(one, member, BLOCK_BYTES)
    return count


def _by_customer(kind: Kind, choice: Choice) -> list[tuple[str, Choice]]:
    """The choice cut into one of each customer, by the customer's name."""
    customers = rows(kind.customers_query, parameters(choice))
    # A zip with nothing in it looks broken, and some programs take it for that.
    return [(name, choice.of_customer(customer_id)) for customer_id, name in customers] or [(_NOBODY, choice)]


def _file_name(customer: str, taken: set[str]) -> str:
    """A usable name that no other customer has, on systems that ignore letter case as well."""
    usable = _UNUSABLE.sub("_", customer)[:_MOST_CHARACTERS]
    stem = usable.encode()[:_MOST_BYTES].decode(errors="ignore").strip(" .") or "customer"
    name, number = stem, 1
    while fold_name(name) in taken:
        number += 1
        name = f"{stem} ({number})"
    taken.add(fold_name(name))
    return name
