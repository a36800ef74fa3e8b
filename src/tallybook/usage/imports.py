"""The record of imports: what was taken in, from which source, and with what result.

Call these inside the subscription's scope; those that write, under its lock.
"""

from typing import Any

from django.db.models import Max

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


def finish_import(post: Post, facts: dict[str, Any]) -> None:
    """Record the import with the facts about its file, by the names of Import's columns."""
    Import.objects.create(
        subscription_id=post.subscription_id,
        number=post.import_number,
        source_number=post.source_number,
        replaced=post.replace,
        **facts,
    )


def imports_with_refused_rows(subscription: Subscription, most: int) -> tuple[list[Import], int]:
    """The newest imports of which rows were refused, and how many such imports there are."""
    found = Import.objects.filter(subscription_id=subscription.id, refused_count__gt=0).order_by("-number")
    return list(found[:most]), found.count()


def _source(subscription: Subscription, name: str) -> Source:
    sources = Source.objects.filter(subscription_id=subscription.id)
    found = sources.filter(name=name).first()
    if found is None:
        last = sources.aggregate(last=Max("number"))["last"] or 0
        found = Source.objects.create(subscription=subscription, number=last + 1, name=name)
    return found
