"""The record of imports: what was taken in, from which source, and with what result. Call inside the scope, under the lock."""

from typing import Any

from django.db.models import Max

from tallybook.database.queries import write
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


def _source(subscription: Subscription, name: str) -> Source:
    sources = Source.objects.filter(subscription_id=subscription.id)
    found = sources.filter(name=name).first()
    if found is None:
        last = sources.aggregate(last=Max("number"))["last"] or 0
        found = Source.objects.create(subscription=subscription, number=last + 1, name=name)
    return found
