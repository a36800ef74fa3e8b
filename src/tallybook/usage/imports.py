"""The record of imports: what was taken in, from which source, and with what result.

Call inside the subscription's scope and, to write, under its lock.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Max, QuerySet

from tallybook.database.queries import rows, write
from tallybook.subscriptions.models import Subscription
from tallybook.usage.judging import Post
from tallybook.usage.models import Import, Source
from tallybook.usage.staging import staged_months

# All files of a subscription are one source: a later file speaks anew of what an earlier one has said.
FILE_SOURCE = "Imported files"


def begin_import(subscription: Subscription, source_name: str, *, replace: bool) -> Post:
    """The next import of a source, which is made when it is new, with what is staged. `finish_import` records it."""
    source = _source(subscription, source_name)
    last = Import.objects.filter(subscription_id=subscription.id).aggregate(last=Max("number"))["last"] or 0
    return Post(
        subscription_id=subscription.id,
        source_number=source.number,
        import_number=last + 1,
        replace=replace,
        months=staged_months(),
    )


_REACH = """
    INSERT INTO import_reach (subscription_id, import_number, month, customer_id, product_id)
    SELECT DISTINCT %(subscription)s::uuid, %(import)s::integer, month, customer_id, product_id FROM told
"""


def finish_import(post: Post, facts: dict[str, Any]) -> None:
    """Record the import with the facts about its file, by the names of Import's columns, and what its rows speak of."""
    Import.objects.create(
        subscription_id=post.subscription_id,
        number=post.import_number,
        source_number=post.source_number,
        replaced=post.replace,
        **facts,
    )
    write(_REACH, post.parameters())


def imports_with_refused_rows(subscription: Subscription, most: int) -> tuple[list[Import], int]:
    """The newest imports of which rows were refused and that stand, and how many such imports there are."""
    found = imports_of(subscription, state=WITH_REFUSED).filter(undone_at=None)
    return list(found[:most]), found.count()


def _source(subscription: Subscription, name: str) -> Source:
    sources = Source.objects.filter(subscription_id=subscription.id)
    found = sources.filter(name=name).first()
    if found is None:
        last = sources.aggregate(last=Max("number"))["last"] or 0
        found = Source.objects.create(subscription=subscription, number=last + 1, name=name)
    return found


SORTS = {"number": "number", "file": "file_name", "rows": "row_count", "new": "new_count", "refused": "refused_count"}
WITH_REFUSED, UNDONE = "refused", "undone"


def imports_of(subscription: Subscription, *, search: str = "", state: str = "", sort: str = "-number") -> QuerySet[Import]:
    """Imports whose file name has the text in it, of a state (`WITH_REFUSED`, `UNDONE` or any), in order. Not read yet."""
    found = Import.objects.filter(subscription_id=subscription.id)
    if search:
        # What no text of the database can hold is in none.
        found = found.none() if "\0" in search else found.filter(file_name__icontains=search)
    if state == WITH_REFUSED:
        found = found.filter(refused_count__gt=0)
    elif state == UNDONE:
        found = found.filter(undone_at__isnull=False)
    sign, column = ("-", sort[1:]) if sort.startswith("-") else ("", sort)
    return found.order_by(f"{sign}{SORTS.get(column, 'number')}", f"{sign}number")


def imports_of_content(subscription: Subscription, sha256: str | None) -> QuerySet[Import]:
    """The imports of files with this content that were not undone."""
    return Import.objects.filter(subscription_id=subscription.id, file_sha256=sha256 or "", undone_at=None).order_by("number")


class Reach(NamedTuple):
    """Of which months, and of how many customers, the rows of an import speak."""

    first_month: date
    last_month: date
    months: int
    customers: int


_REACH_OF = """
    SELECT import_number, min(month), max(month), count(DISTINCT month), count(DISTINCT customer_id) FROM import_reach
    WHERE subscription_id = %(subscription)s AND import_number = ANY(%(imports)s::integer[]) GROUP BY import_number
"""


def reach_of(subscription: Subscription, numbers: Sequence[int]) -> dict[int, Reach]:
    """The reach of each of these imports that has one."""
    found = rows(_REACH_OF, {"subscription": subscription.id, "imports": list(numbers)})
    return {number: Reach(*reach) for number, *reach in found}
