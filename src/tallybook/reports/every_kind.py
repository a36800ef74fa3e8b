"""Every kind of report, by its name."""

from tallybook.errors import NotFound
from tallybook.reports.itemised import ITEMISED
from tallybook.reports.kinds import Kind
from tallybook.reports.quantities import QUANTITIES

KINDS = {kind.name: kind for kind in (ITEMISED, QUANTITIES)}


def find_kind(name: str) -> Kind:
    """The kind of this name.

    Raises:
        NotFound: names those that there are.
    """
    if name in KINDS:
        return KINDS[name]
    raise NotFound(f"There is no kind of report {name!r}. Choose one of {', '.join(KINDS)}.")
