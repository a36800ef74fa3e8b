"""How long the server takes for each page of the console, on a large ledger."""

import time
from statistics import median
from uuid import UUID

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


def measure_pages(installation: Installation, subscription: Subscription, items: str) -> None:
    """Open each page once, and then some times more."""
    grant_role(subscription, create_user(_EMAIL, _PASSWORD), Role.OWNER, actor=Actor.operator("bench"))
    with subscription_scope(subscription.id):
        ((customer_id,),) = rows("SELECT id FROM customer ORDER BY name LIMIT 1")
    with serving(installation) as (port, _pid):
        browser = Browser(port)
        browser.sign_in(_EMAIL, _PASSWORD)
        figures = [_figure(browser, name, path) for name, path in _pages(subscription.id, customer_id)]
    print_figures(f"Pages of the console: {items}; the first view, the median of {_RUNS} more, and the size", figures)


def _pages(subscription_id: UUID, customer_id: UUID) -> list[tuple[str, str]]:
    base = f"/subscriptions/{subscription_id}"
    paths = {
        "Overview": "overview/",
        "Usage Details": "usage/",
        "Customers": "customers/",
        "A customer": f"customers/{customer_id}/",
        "A customer's objects": f"customers/{customer_id}/objects/",
        "Search": "search/?q=customer",
        "Billed Users": "billed-users/",
        "A customer's billed users": f"billed-users/{customer_id}/",
        "Namesakes and renames": "billed-users/in-doubt/",
        "Shared API Links": "links/",
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
    page = browser.download(path)
    return time.perf_counter() - began, page.size_bytes
