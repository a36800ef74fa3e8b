"""Every page of the console in Chromium, by the routes of the program, and every link that stands on one."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from django.urls import resolve, reverse
from playwright.sync_api import Page, expect
from tests.console.browsing import Open, visit
from tests.console.cast import fill
from tests.console.route_table import PAGES, cast_of

from tallybook.subscriptions.models import Subscription

MOST_BYTES = 100_000
# A link to each page with each set of options is followed so many times.
_OF_A_KIND = 2
_PERSONAL = ("account", "account-password", "totp-on", "handbook-index", "problems", "api-docs")
# The page with its style and scripts, as they are sent.
_SENT_BYTES = """
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
        .reduce((sum, entry) => sum + entry.encodedBodySize, 0)
"""
_LINKS = "[...document.querySelectorAll('a[href]')].map(link => link.href)"


def test_all_pages_are_sound_and_no_link_on_them_is_dead(open_page: Open, subscription: Subscription, tmp_path: Path) -> None:
    fill(subscription, tmp_path)
    cast = cast_of(subscription, tmp_path)
    page = open_page()
    origin = page.evaluate("location.origin")
    links: set[str] = set()
    for address in (*(cast.page(route) for route in PAGES), *_others()):
        visit(page, address)
        assert page.evaluate(_SENT_BYTES) < MOST_BYTES, address
        expect(page).to_have_title(re.compile(r".+ · Tallybook$"))
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        _finds_its_way(page)
        links |= {link.partition("#")[0] for link in page.evaluate(_LINKS) if link.startswith(f"{origin}/")}
    followed = list(_some_of_each_kind(links))
    assert len(followed) > len(PAGES)
    dead = [link for link in followed if page.request.get(link).status != 200]
    assert dead == []


def _others() -> list[str]:
    return [reverse(name if name == "api-docs" else f"console:{name}") for name in _PERSONAL]


def _finds_its_way(page: Page) -> None:
    """The menu says where one is, and below its entries a trail leads back to the same one."""
    menu = page.get_by_role("navigation", name="Console")
    if not menu.count():
        return
    current = menu.locator("[aria-current]")
    trail = page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link")
    if current.count() and current.get_attribute("aria-current") == "true":
        expect(trail.first).to_have_text(current.inner_text())
    else:
        expect(trail).to_have_count(0)


def _some_of_each_kind(links: set[str]) -> Iterator[str]:
    seen: dict[tuple[str, ...], int] = {}
    for link in sorted(links):
        parts = urlsplit(link)
        kind = (resolve(parts.path).view_name, *sorted(parse_qs(parts.query)))
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= _OF_A_KIND:
            yield link
