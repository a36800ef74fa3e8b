"""Pages about problems: one for each kind, open to everybody, saying what the documentation says."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.console.cast import words
from tests.docs.pages import read, section

from tallybook.links.problem_pages import problem_pages
from tallybook.subscriptions.models import User

Browse = Callable[[User | None], Client]
PAGES = problem_pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_type_of_each_problem_is_the_address_of_its_page(browse: Browse, name: str) -> None:
    page = PAGES[name]
    response = browse(None).get(page.kind.type)
    assert response.status_code == 200
    for text in (page.kind.title, f"status {page.kind.status}", page.advice):
        assert text in words(response)


@pytest.mark.parametrize("name", PAGES)
def test_the_documentation_says_the_same(name: str) -> None:
    told = " ".join(section(read("problems.md"), name).split())
    page = PAGES[name]
    assert f"{page.kind.status}: {page.kind.title}." in told
    assert page.advice in told


def test_all_problems_are_listed_and_there_are_no_others(browse: Browse) -> None:
    response = browse(None).get("/problems/")
    assert all(f'href="{page.kind.type}"' in response.content.decode() for page in PAGES.values())
    assert len(PAGES) == 20
    assert browse(None).get("/problems/no-such-kind").status_code == 404
    assert browse(None).post("/problems/too-early").status_code == 405
