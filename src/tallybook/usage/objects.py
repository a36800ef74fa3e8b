"""The objects of a month as people look through them. Call these inside the subscription's scope."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from tallybook.database.folding import fold
from tallybook.database.queries import rows
from tallybook.subscriptions.models import Organisation
from tallybook.usage.models import TEXT_CHARACTERS

# What a search looks at. Names and addresses are compared folded; details, which may be a URL or a host, and the source's own
# id as they were typed, or in small letters. A text is looked for as it is: strpos knows no wildcards.
MATCHES = """(
    strpos(i.object_name_folded, %(folded)s) > 0 OR strpos(i.object_email, %(folded)s) > 0
    OR strpos(i.object_details, %(typed)s) > 0 OR strpos(i.object_details, %(folded)s) > 0
    OR starts_with(i.object_id, %(typed)s)
)"""
# Whoever pages further than this has not said what they are looking for.
PAGED_AT_MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which objects of a month are wanted; what is left out stands for all."""

    month: date
    customer_id: UUID | None = None
    organisation_id: UUID | None = None
    product_id: int | None = None
    object_type: str = ""
    text: str = ""

    def parameters(self, subscription_id: UUID) -> dict[str, Any]:
        return {
            "subscription": subscription_id,
            "month": self.month,
            "customer": self.customer_id,
            "organisation": self.organisation_id,
            "product": self.product_id,
            "type": self.object_type,
            **searched(self.text),
        }


def searched(text: str) -> dict[str, str]:
    """The parameters of `MATCHES`."""
    trimmed = text.strip()
    return {"typed": trimmed, "folded": fold(trimmed)}


def can_occur(text: str) -> bool:
    """Whether a text can stand in the ledger at all: PostgreSQL keeps no NUL, and nothing there is longer."""
    return "\0" not in text and len(text) <= TEXT_CHARACTERS


class ListedObject(NamedTuple):
    """A usage item as a list shows it."""

    month: date
    customer_id: UUID
    customer: str
    object_key: UUID
    name: str
    object_type: str
    product: str
    organisation: str | None
    details: str | None
    licence: str | None
    deleted: bool | None
    invoice: str | None
    days: int | None
    first_backup: datetime | None
    last_backup: datetime | None
    protected_bytes: int | None
    stored_bytes: int | None


class Totals(NamedTuple):
    """Of all objects that are wanted, on whatever page they are."""

    objects: int
    protected_bytes: int | None
    stored_bytes: int | None


_WHERE = f"""
    i.subscription_id = %(subscription)s AND i.month = %(month)s
    AND (%(customer)s::uuid IS NULL OR i.customer_id = %(customer)s::uuid)
    AND (%(organisation)s::uuid IS NULL OR i.organisation_id = %(organisation)s::uuid)
    AND (%(product)s::smallint IS NULL OR i.product_id = %(product)s::smallint)
    AND (%(type)s = '' OR i.object_type = %(type)s)
    AND (%(folded)s = '' OR {MATCHES})
"""
LISTED = """
    i.month, i.customer_id, c.name, i.object_key, i.object_name, i.object_type, p.name, o.name, i.object_details, i.licence,
    i.deleted, i.invoice, i.days_backed_up, i.first_backup, i.last_backup, i.protected_bytes, i.stored_bytes
"""
NAMED = """
    JOIN customer c ON c.subscription_id = i.subscription_id AND c.id = i.customer_id
    JOIN product p ON p.id = i.product_id
    LEFT JOIN organisation o ON o.subscription_id = i.subscription_id AND o.id = i.organisation_id
"""
# What is not known comes last, whichever way it is sorted.
_SORTS = {
    "name": 'i.object_name_folded COLLATE "C" {order}',
    "customer": 'c.name_folded COLLATE "C" {order}',
    "type": 'i.object_type COLLATE "C" {order}',
    "last": "i.last_backup {order} NULLS LAST",
    "protected": "i.protected_bytes {order} NULLS LAST",
    "stored": "i.stored_bytes {order} NULLS LAST",
}
# Of all objects of a month only those of the page are given their names: a month can have hundreds of thousands.
_PAGE = f"""
    SELECT {LISTED} FROM (
        SELECT i.* FROM usage_item i JOIN customer c ON c.subscription_id = i.subscription_id AND c.id = i.customer_id
        WHERE {_WHERE} ORDER BY {{order}} LIMIT %(most)s OFFSET %(skipped)s
    ) i {NAMED} ORDER BY {{order}}
"""


def list_objects(
    subscription_id: UUID, wanted: Wanted, sort: str = "name", *, most: int, skipped: int = 0
) -> list[ListedObject]:
    """So many of the wanted objects, sorted; a minus before the column turns the order round.

    A column that there is not sorts by name. What is equal is ordered by name, then by its key, so that no page repeats
    another's.
    """
    first = _SORTS.get(sort.removeprefix("-"), _SORTS["name"]).format(order="DESC" if sort.startswith("-") else "ASC")
    query = _PAGE.format(order=f'{first}, i.object_name_folded COLLATE "C", i.customer_id, i.object_key')
    return [ListedObject(*row) for row in rows(query, wanted.parameters(subscription_id) | {"most": most, "skipped": skipped})]


def total_objects(subscription_id: UUID, wanted: Wanted) -> Totals:
    query = f"""
        SELECT count(*), sum(i.protected_bytes)::bigint, sum(i.stored_bytes)::bigint FROM usage_item i WHERE {_WHERE}
    """
    return Totals(*rows(query, wanted.parameters(subscription_id))[0])


class Kinds(NamedTuple):
    """What a month's objects can be narrowed to."""

    products: list[tuple[int, str]]
    types: list[str]
    organisations: list[tuple[UUID, str]]


_KINDS = """
    SELECT DISTINCT i.product_id, p.name, i.object_type,
        CASE WHEN %(customer)s::uuid IS NULL THEN NULL ELSE i.organisation_id END
    FROM usage_item i JOIN product p ON p.id = i.product_id
    WHERE i.subscription_id = %(subscription)s AND i.month = %(month)s
        AND (%(customer)s::uuid IS NULL OR i.customer_id = %(customer)s::uuid)
"""


def kinds_of_month(subscription_id: UUID, month: date, customer_id: UUID | None) -> Kinds:
    """The products and types that occur; the organisations of one customer, since all would be a list without end."""
    found = rows(_KINDS, {"subscription": subscription_id, "month": month, "customer": customer_id})
    ids = {row[3] for row in found if row[3]}
    names = Organisation.objects.filter(subscription_id=subscription_id, id__in=ids).order_by("name_folded")
    return Kinds(
        products=sorted({(product_id, name) for product_id, name, *_ in found}),
        types=sorted({row[2] for row in found}),
        organisations=list(names.values_list("id", "name")) if ids else [],
    )
