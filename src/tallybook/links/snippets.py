"""Ready commands that call a link, each quoted as its language asks; none of them repeats by itself."""

import json
import shlex
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tallybook.links.problems import KEY_HEADER
from tallybook.reports.building import Format

KEY_PLACEHOLDER = "PASTE-THE-KEY-HERE"
_TIMEOUT_SECONDS = 300
_POSTMAN_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
# A call inside the pace is refused, which is no fault of whoever runs the collection twice.
_POSTMAN_CHECKS = (
    "pm.test('The report came, or it is too early for the next one', () =>",
    "    pm.expect(pm.response.code).to.be.oneOf([200, 429]));",
    "pm.test('A report says how many rows it has, a refusal when to call again', () =>",
    "    pm.response.to.have.header(pm.response.code === 200 ? 'Tallybook-Row-Count' : 'Retry-After'));",
)


@dataclass(frozen=True, slots=True)
class Snippet:
    """A command or program text, under the name of what runs it. It may hold a key, so that its repr does not show it."""

    slug: str
    title: str
    text: str = field(repr=False)
    hint: str = ""


def snippets(url: str, report_format: str, key: str = KEY_PLACEHOLDER) -> list[Snippet]:
    """How to call the link with curl, PowerShell, Python and Power Query."""
    file_name = f"report.{report_format}"
    return [
        Snippet("curl", "curl", _curl(url, key, file_name), "For Linux, macOS and schedulers that run a shell."),
        Snippet("powershell", "PowerShell", _powershell(url, key, file_name), "For Windows PowerShell 5.1 and PowerShell 7."),
        Snippet("python", "Python", _python(url, key, file_name), "Needs the package requests."),
        Snippet(
            "power-query",
            "Excel and Power BI (Power Query)",
            _power_query(url, key, report_format),
            "Paste it into the advanced editor of a blank query, and choose Anonymous when asked how to connect: the key is in "
            "the query. Excel may call twice at each refresh, so let the link repeat the last file, and refresh it at most "
            "every 6 minutes.",
        ),
    ]


def postman_collection(name: str, url: str) -> str:
    """A collection in Postman's format 2.1 with the key as an empty variable."""
    request = {
        "method": "GET",
        "header": [{"key": KEY_HEADER, "value": "{{key}}"}],
        "url": {"raw": "{{address}}", "host": ["{{address}}"]},
        "auth": {"type": "noauth"},
    }
    collection = {
        "info": {"name": f"Tallybook: {name}", "schema": _POSTMAN_SCHEMA},
        "item": [
            {
                "name": name,
                "request": request,
                "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": list(_POSTMAN_CHECKS)}}],
            }
        ],
        "variable": [
            {"key": "address", "value": url, "type": "string"},
            {"key": "key", "value": "", "type": "string"},
        ],
    }
    return json.dumps(collection, ensure_ascii=False, indent=2)


def _curl(url: str, key: str, file_name: str) -> str:
    # shlex leaves plain words bare; the header always has a blank and is quoted.
    header = shlex.quote(f"{KEY_HEADER}: {key}")
    call = f"--header {header} \\\n  --output {file_name} \\\n  {shlex.quote(url)}"
    return f"curl --fail --show-error --silent --compressed \\\n  {call}"


def _powershell(url: str, key: str, file_name: str) -> str:
    headers = f"@{{ {_single(KEY_HEADER)} = {_single(key)} }}"
    return f"Invoke-WebRequest -UseBasicParsing -Uri {_single(url)} `\n  -Headers {headers} -OutFile '{file_name}'"


def _single(text: str) -> str:
    """A verbatim string of PowerShell. It takes curly single quotes for quotes too."""
    return (
        "'"
        + "".join(one * 2 if one in "'\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}" else one for one in text)
        + "'"
    )


def _python(url: str, key: str, file_name: str) -> str:
    return f"""import requests

answer = requests.get(
    {url!r},
    headers={{{KEY_HEADER!r}: {key!r}}},
    timeout={_TIMEOUT_SECONDS},
)
answer.raise_for_status()
with open({file_name!r}, "wb") as file:
    file.write(answer.content)"""


def _power_query(url: str, key: str, report_format: str) -> str:
    parts = urlsplit(url)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.lstrip("/")
    # Only an address that does not vary can be refreshed by Power BI's service, so that the rest stands in RelativePath.
    call = f'Web.Contents({_double(origin)}, [RelativePath = {_double(path)}, Headers = [#"{KEY_HEADER}" = {_double(key)}]])'
    if report_format == Format.JSON:
        return f"let\n    Answer = Json.Document({call}),\n    Report = Table.FromRecords(Answer[rows])\nin\n    Report"
    read = '[Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]'
    return (
        f"let\n    Answer = {call},\n    Lines = Csv.Document(Answer, {read}),\n"
        "    Report = Table.PromoteHeaders(Lines, [PromoteAllScalars = true])\nin\n    Report"
    )


def _double(text: str) -> str:
    """A text of Power Query's M."""
    return '"' + text.replace('"', '""') + '"'
