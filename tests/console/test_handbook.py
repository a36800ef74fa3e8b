"""The documentation as pages of the program: every link leads on, every page of the console has one that tells about it."""

import re

import pytest
from tests.console.cast import Browse, markup, words
from tests.console.route_table import TABLE
from tests.docs.pages import DOCS

from tallybook.console.handbook import page_about, page_names, read_page, rendered_page

NAMES = sorted(page_names())


def test_every_page_of_the_documentation_is_one() -> None:
    assert sorted(str(path.relative_to(DOCS).with_suffix("")) for path in DOCS.rglob("*.md")) == NAMES
    assert {"README", "importing", "decisions/README"} <= set(NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("decisions/0")])
def test_links_and_pictures_lead_on(browse: Browse, name: str) -> None:
    client = browse(None)
    page = client.get(f"/docs/{name}")
    assert page.status_code == 200
    for address in set(re.findall(r'(?:href|src)="(/docs/[^"]+)"', page.content.decode())):
        path, _, anchor = address.partition("#")
        answer = client.get(path)
        assert answer.status_code == 200, address
        if path.endswith(".png"):
            assert answer.getvalue()[:4] == b"\x89PNG"
            answer.close()
        elif anchor:
            assert f'id="{anchor}"' in answer.content.decode(), address


def test_markup_in_the_text_is_shown_and_tables_are_tables(browse: Browse) -> None:
    page = browse(None).get("/docs/importing")
    assert "<table>" in markup(page)
    assert "Columns are found by their names, never by their places." in words(page)
    assert "<title>Importing · Tallybook</title>" in markup(page)


@pytest.mark.parametrize(
    "name", ["nothing", "../pyproject", "%2e%2e/README", "decisions/", "images/none.png", "images/..%2fREADME.md"]
)
def test_what_is_no_page_is_not_there(browse: Browse, name: str) -> None:
    assert browse(None).get(f"/docs/{name}").status_code == 404


@pytest.mark.parametrize("route", [*TABLE, "home", ""])
def test_every_page_of_the_console_has_one_that_tells_about_it(browse: Browse, route: str) -> None:
    path, _, anchor = page_about(route).partition("#")
    page = browse(None).get(path)
    assert page.status_code == 200
    assert not anchor or f'id="{anchor}"' in page.content.decode()
    assert read_page("nothing") is None


def test_what_strangers_ask_for_is_not_remembered(browse: Browse) -> None:
    client = browse(None)
    client.get("/docs/importing")
    before = rendered_page.cache_info().currsize
    for number in range(5):
        assert client.get(f"/docs/nothing-{number}").status_code == 404
    assert rendered_page.cache_info().currsize == before
