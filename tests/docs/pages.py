"""The pages of the documentation, as tests read them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
PAGES = (README, *sorted(DOCS.rglob("*.md")))

_HEADING = re.compile(r"^#{1,6} +(?P<title>.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def read(page: str) -> str:
    """A page of `docs/` by its name."""
    return (DOCS / page).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language, in their order."""
    return [found["text"] for found in _BLOCK.finditer(text) if found["language"] == language]


def without_blocks(text: str) -> str:
    return _BLOCK.sub("", text)


def headings(text: str) -> list[str]:
    return [found["title"] for found in _HEADING.finditer(without_blocks(text))]


def anchors(text: str) -> set[str]:
    """What a link can point to behind `#`: the headings in lower case, with hyphens for blanks."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings(text))
    return {heading.replace(" ", "-") for heading in plain}


def section(text: str, title: str) -> str:
    """What stands under the heading that contains `title`, to the next heading."""
    found = [(one.end(), one["title"]) for one in _HEADING.finditer(text)]
    start = next((end for end, heading in found if title in heading), None)
    if start is None:
        raise AssertionError(f"No heading has {title!r}.")
    following = _HEADING.search(text, start)
    return text[start : following.start() if following else len(text)]


def rows(text: str) -> list[list[str]]:
    """The cells of all table rows, without heads and rules."""
    lines = [line.strip() for line in text.splitlines()]
    ruled = {number for number, line in enumerate(lines) if re.fullmatch(r"\|[-|: ]+\|", line)}
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for number, line in enumerate(lines)
        if line.startswith("|") and number not in ruled and number + 1 not in ruled
    ]


def quoted(text: str) -> list[str]:
    """Everything that stands between back quotes."""
    return re.findall(r"`([^`\n]+)`", text)
