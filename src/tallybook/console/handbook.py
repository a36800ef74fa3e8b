"""The documentation as pages of the program: what `docs/` says, shipped with it, in the frame of the other pages to read."""

import re
from functools import cache
from pathlib import Path
from posixpath import join, normpath
from typing import NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

# In an installed package beside the code, in a working copy at its root.
_FOLDERS = (Path(__file__).parents[1] / "docs", Path(__file__).parents[3] / "docs")
INDEX = "README"
# The page that tells about each page of the console, by the beginning of its route's name; the first that fits counts.
_ABOUT = {
    "overview": "overview",
    "usage": "report#in-the-console",
    "export": "report",
    "billed": "billed-users",
    "import": "importing#in-the-browser",
    "upload": "importing#in-the-browser",
    "link": "report-links",
    "audit": "audit",
    "customer": "customers",
    "search": "customers",
    "people": "people",
    "invit": "people",
    "account": "people",
    "totp": "people",
    "recovery": "people",
    "confirm": "people",
}


class Page(NamedTuple):
    """A page of the documentation."""

    title: str
    html: SafeString


@cache
def page_names() -> frozenset[str]:
    """The names of all pages, such as `importing` and `decisions/README`."""
    return frozenset(str(path.relative_to(_folder()).with_suffix("")) for path in _folder().rglob("*.md"))


def image_path(name: str) -> Path | None:
    """The file of a picture; None if there is none of this name."""
    found = {path.name: path for path in (_folder() / "images").glob("*.png")}
    return found.get(name)


def read_page(name: str) -> Page | None:
    """A page by its name; None if there is none."""
    # Looked for first: what is remembered must not grow with what strangers ask for.
    return rendered_page(name) if name in page_names() else None


@cache
def rendered_page(name: str) -> Page:
    """A page that there is; remembered."""
    # Markup in the text is shown and not obeyed, as in the wiki of a forge.
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse((_folder() / f"{name}.md").read_text(encoding="utf-8"))
    _give_anchors(tokens)
    for token in tokens:
        for child in token.children or ():
            _lead_on(child, name)
    title = next((tokens[index + 1].content for index, token in enumerate(tokens) if token.tag == "h1"), name)
    # Made by the renderer above, from files of this program.
    return Page(title.replace("`", ""), mark_safe(markdown.renderer.render(tokens, markdown.options, {})))  # noqa: S308


def page_about(route: str) -> str:
    """The address of what the documentation says about a page of the console, by the name of its route."""
    name = next((page for beginning, page in _ABOUT.items() if route.startswith(beginning)), INDEX)
    page, _, anchor = name.partition("#")
    return reverse("console:handbook", args=[page]) + (f"#{anchor}" if anchor else "")


@cache
def _folder() -> Path:
    return next(folder for folder in _FOLDERS if folder.is_dir())


def _give_anchors(tokens: list[Token]) -> None:
    """To headings, by their text, as links to them say it; and to tables a box in which they are moved on narrow screens."""
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            text = re.sub(r"[^\w\- ]", "", tokens[index + 1].content.lower())
            token.attrSet("id", text.replace(" ", "-"))


def _lead_on(token: Token, page: str) -> None:
    """Links to other pages and pictures of the documentation lead to their addresses here."""
    attribute = {"link_open": "href", "image": "src"}.get(token.type)
    target = str(token.attrGet(attribute) or "") if attribute else ""
    if not attribute or not target or target.startswith(("#", "http:", "https:", "mailto:")):
        return
    path, _, anchor = target.partition("#")
    path = normpath(join(page.rpartition("/")[0], path))
    if token.type == "image":
        address = reverse("console:handbook-image", args=[path.rpartition("/")[2]])
    elif (name := path.removesuffix(".md")) in page_names():
        address = reverse("console:handbook", args=[name])
    else:
        # Of the working copy, which an installation does not have.
        address = reverse("console:handbook", args=[INDEX])
    token.attrSet(attribute, address + (f"#{anchor}" if anchor else ""))
