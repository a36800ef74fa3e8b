"""What came of a file."""

from dataclasses import dataclass, field

from tallybook.metering.refusal import Refusal
from tallybook.metering.spool import Spool
from tallybook.usage.judging import Change, Missing
from tallybook.usage.staging import MonthTold


@dataclass(kw_only=True)
class Summary:
    """The result of an import. Numbers are of rows, but for `removed` (usage items)."""

    file_name: str
    profile: str
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    columns: dict[str, str]
    """Field of `UsageRow` to the column's name as the file spells it."""
    unknown_columns: tuple[str, ...]
    sha256: str | None = None
    rows: int = 0
    new: int = 0
    existing: int = 0
    changed: int = 0
    removed: int = 0
    months: list[MonthTold] = field(default_factory=list)
    new_customers: list[str] = field(default_factory=list)
    import_number: int | None = None
    imported: bool = False
    notes: list[str] = field(default_factory=list)
    refused: Spool[Refusal] = field(default_factory=lambda: Spool(Refusal))
    changes: Spool[Change] = field(default_factory=lambda: Spool(Change))
    missing: Spool[Missing] = field(default_factory=lambda: Spool(Missing))

    @property
    def customers_created(self) -> int:
        return len(self.new_customers)
