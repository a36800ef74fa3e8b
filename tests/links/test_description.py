"""The description of the API: valid, complete, and true."""

import json
from typing import Any

import pytest
from django.test import Client
from openapi_spec_validator import validate
from tests.console.cast import words
from tests.links.conftest import Answer, ask

from tallybook.links import problems
from tallybook.reports.itemised import COLUMNS
from tallybook.reports.quantities import QUANTITIES


@pytest.fixture
def told() -> dict[str, Any]:
    answer: Answer = ask("/api/v1/openapi.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    return dict(json.loads(answer.content))


def test_it_is_valid(told: dict[str, Any]) -> None:
    validate(told)
    assert told["openapi"] == "3.1.0"
    assert told["servers"] == [{"url": "http://localhost:8000/api/v1"}]


def test_it_names_every_problem_of_links_and_every_column(told: dict[str, Any]) -> None:
    text = json.dumps(told)
    assert all(f'"{kind.type}"' in text for kind in problems.OF_LINKS)
    schemas = told["components"]["schemas"]
    assert list(schemas["Row"]["properties"]) == [column.json_name for column in COLUMNS]
    assert list(schemas["Quantity"]["properties"]) == [column.json_name for column in QUANTITIES.columns]


def test_it_is_a_page_that_asks_no_other_host() -> None:
    response = Client().get("/docs/api", headers={"Host": "localhost"})
    assert response.status_code == 200
    said = words(response)
    for text in ("Tallybook report links", "GET http://localhost:8000/api/v1/report-links/{id}", "X-API-KEY", "too-early"):
        assert text in said
    markup = response.content.decode()
    assert "//" not in markup.replace("http://localhost:8000/", "")


@pytest.mark.parametrize("path", ["/api/v1/openapi.json", "/docs/api"])
def test_other_methods(path: str) -> None:
    assert ask(path, method="HEAD").status_code == 200
    assert ask(path, method="POST").status_code == 405
