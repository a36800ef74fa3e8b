"""Links resolve, every page can be found, and nothing names a machine."""

import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.docs.pages import DOCS, PAGES, README, ROOT, anchors, blocks, read, without_blocks

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
# Folders that the program itself makes or looks at, and where the console answers.
OWN_PATHS = (
    "/problems/",
    "/api/",
    "/docs/api",
    "/var/lib/tallybook",
    "/run/tallybook-postgresql",
    "/tmp/tallybook-",  # noqa: S108 - named only
    "/healthz",
    "/readyz",
)
BY_NAME = [pytest.param(page, id=page.relative_to(ROOT).as_posix()) for page in PAGES]


def _links(page: Path) -> list[str]:
    return LINK.findall(without_blocks(page.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", BY_NAME)
def test_links_and_images_resolve(page: Path) -> None:
    for link in _links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), link
        assert target.is_file(), link
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = {README}, [README]
    while waiting:
        page = waiting.pop()
        targets = {(page.parent / link.partition("#")[0]).resolve() for link in _links(page) if not link.startswith("#")}
        fresh = {target for target in targets if target.suffix == ".md"} - reached
        reached |= fresh
        waiting += fresh
    assert reached >= set(PAGES)


@pytest.mark.parametrize("page", BY_NAME)
def test_no_page_names_a_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert socket.gethostname() not in text
    for address in re.findall(r"\b[a-z]+://[^\s`'\"<>)]+", text):
        host = urlsplit(address).hostname or ""
        assert host in {"localhost", "127.0.0.1"} or host.endswith(".example.com"), address
    for path in re.findall(r"(?<![\w./~*\])}$%:@&-])/[a-z][\w./-]*", re.sub(r"\b[a-z]+://\S+", "", text)):
        assert path.startswith(OWN_PATHS), path


def test_the_decisions_have_one_form() -> None:
    pages = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert len(pages) > 20
    assert len({page.name[:4] for page in pages}) == len(pages)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]}. ")
        assert [part in text for part in ("## Decision\n", "## Why\n", "## Turned down\n\n- **")] == [True] * 3, page.name
        assert f"]({page.name})" in read("decisions/README.md")


@pytest.mark.parametrize("page", BY_NAME)
def test_blocks_are_closed_and_say_their_language(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    fences = re.findall(r"^```(\w*)$", text, re.MULTILINE)
    assert len(fences) % 2 == 0
    assert set(fences[::2]) <= {"sh", "sql", "json", "powershell", "python", ""}
    assert all(block.strip() for block in blocks(text, "sh"))


def test_the_readme_shows_the_dialog_before_it_explains() -> None:
    text = README.read_text(encoding="utf-8")
    assert text.index("make demo") < text.index("make test") < text.index("export-dialog.png") < text.index("Tallybook is a")


@pytest.mark.parametrize("page", BY_NAME)
def test_no_page_shouts(page: Path) -> None:
    prose = re.sub(r"`[^`]*`|!\[", "", without_blocks(page.read_text(encoding="utf-8")))
    assert "!" not in prose
