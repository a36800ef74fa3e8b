"""How long the server takes for each page of the console, on a large ledger, and how often it asks the database."""

import time
from http import HTTPStatus
from statistics import median

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.browser import Browser
from bench.downloading import serving
from bench.installation import Installation
from bench.table import Figure, print_figures, seconds
from tallybook.audit.acting import Actor
from tallybook.database.queries import rows
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Role, Subscription
from tallybook.subscriptions.people import create_user, grant_role

_EMAIL, _PASSWORD = "pages@bench.example", "a password that lives for minutes"
_RUNS = 5
_KILOBYTES = "under 100 KB"
_AS_MANY = "the same"


def measure_pages(installation: Installation, subscription: Subscription, items: str, few: Subscription) -> None:
    """Open each page once, and then some times more; and count its queries, of a subscription with few customers too."""
    user = create_user(_EMAIL, _PASSWORD)
    for one in (subscription, few):
        grant_role(one, user, Role.OWNER, actor=Actor.operator("bench"))
    with serving(installation) as (port, _pid):
        browser = Browser(port)
        browser.sign_in(_EMAIL, _PASSWORD)
        figures = [_figure(browser, name, path) for name, path in _pages(subscription)]
    print_figures(f"Pages of the console: {items}; the first view, the median of {_RUNS} more, and the size", figures)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    asked = {one: [_queries(client, path) for _name, path in _pages(one)] for one in (few, subscription)}
    names = [name for name, _path in _pages(few)]
    print_figures(
        f"Queries of each page: of {few.name.lower()}, and of {items}",
        [Figure(name, f"{a}, {b}", _AS_MANY) for name, a, b in zip(names, *asked.values(), strict=True)],
    )


def _queries(client: Client, path: str) -> int:
    """How many queries a page asks that was opened before."""
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path)
        if response.status_code != HTTPStatus.OK:
            raise RuntimeError(f"{path} was answered with {response.status_code}.")
    return len(queries)


def _pages(subscription: Subscription) -> list[tuple[str, str]]:
    with subscription_scope(subscription.id):
        ((customer_id, month),) = rows(
            "SELECT customer_id, to_char(month, 'YYYY-MM') FROM usage_item ORDER BY month DESC LIMIT 1"
        )
    base = f"/subscriptions/{subscription.id}"
    paths = {
        "Overview": f"overview/?month={month}",
        "Usage Details": f"usage/?month={month}",
        "The export dialog": f"usage/export/?from={month}&to={month}",
        "Customers": f"customers/?month={month}",
        "A customer": f"customers/{customer_id}/",
        "A customer's objects": f"customers/{customer_id}/objects/?month={month}",
        "Search": "search/?q=customer",
        "Billed Users": f"billed-users/?month={month}",
        "A customer's billed users": f"billed-users/{customer_id}/?month={month}",
        "Namesakes and renames": f"billed-users/in-doubt/?month={month}",
        "Shared API Links": "links/",
        "A new report link": "links/new/",
        "Imports": "imports/",
        "An import": "imports/1/",
        "What undoing it does": "imports/1/undo/",
        "Audit": "audit/",
        "People": "people/",
    }
    return [(name, f"{base}/{path}") for name, path in paths.items()]


def _figure(browser: Browser, name: str, path: str) -> Figure:
    first, size_bytes = _view(browser, path)
    again = median(_view(browser, path)[0] for _ in range(_RUNS))
    return Figure(name, f"{seconds(first)}, {seconds(again)}, {size_bytes / 1000:,.0f} KB", _KILOBYTES)


def _view(browser: Browser, path: str) -> tuple[float, int]:
    began = time.perf_counter()
    page = browser.download(path, compressed=True)
    return time.perf_counter() - began, page.size_bytes
