"""Ready commands: each is whole in its language, whatever the key and the address hold."""

import ast
import json
import shlex

import pytest

from tallybook.links.snippets import KEY_PLACEHOLDER, postman_collection, snippets

URL = "https://tallybook.example.com/api/v1/report-links/0d6b1f3e-1111-4222-8333-444455556666"
NASTY = 'it\'s "$HOME" `x` \N{RIGHT SINGLE QUOTATION MARK}'


def text(slug: str, key: str = NASTY, report_format: str = "csv") -> str:
    return next(one.text for one in snippets(URL, report_format, key) if one.slug == slug)


def test_curl_is_quoted_for_a_shell() -> None:
    words = shlex.split(text("curl").replace("\\\n", ""))
    assert words[words.index("--header") + 1] == f"X-API-KEY: {NASTY}"
    assert words[words.index("--output") + 1] == "report.csv"
    assert (words[0], words[-1]) == ("curl", URL)


def test_python_is_python() -> None:
    calls = [node for node in ast.walk(ast.parse(text("python"))) if isinstance(node, ast.Dict)]
    assert ast.literal_eval(calls[0]) == {"X-API-KEY": NASTY}
    assert URL in text("python")


def test_powershell_doubles_every_kind_of_single_quote() -> None:
    assert "'it''s \"$HOME\" `x` \N{RIGHT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}'" in text("powershell")
    assert f"-Uri '{URL}'" in text("powershell")


@pytest.mark.parametrize(("report_format", "reader"), [("csv", "Csv.Document(Answer"), ("json", "Json.Document(Web.Contents")])
def test_power_query_keeps_the_address_fixed(report_format: str, reader: str) -> None:
    query = text("power-query", 'a"b', report_format)
    assert reader in query
    assert 'Web.Contents("https://tallybook.example.com", [RelativePath = "api/v1/report-links/0d6b1f3e-' in query
    assert 'Headers = [#"X-API-KEY" = "a""b"]' in query


def test_without_a_key_they_say_where_it_goes() -> None:
    every = snippets(URL, "json")
    assert all(one.text.count(KEY_PLACEHOLDER) == 1 for one in every)
    assert all(KEY_PLACEHOLDER not in repr(one) for one in every)
    assert "report.json" in every[0].text


def test_the_collection_has_the_key_as_a_variable() -> None:
    collection = json.loads(postman_collection('A "link" & ünï', URL))
    assert collection["info"]["schema"].endswith("/v2.1.0/collection.json")
    assert {one["key"]: one["value"] for one in collection["variable"]} == {"address": URL, "key": ""}
    assert collection["item"][0]["request"]["header"] == [{"key": "X-API-KEY", "value": "{{key}}"}]
