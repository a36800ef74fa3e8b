"""Pages about each kind of problem: what it means, and what to do."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from tallybook.links.problems import OF_LINKS
from tallybook.web.problems import GENERAL, Kind


class ProblemPage(NamedTuple):
    """A kind with the words about it."""

    kind: Kind
    advice: str


@cache
def problem_pages() -> dict[str, ProblemPage]:
    """All pages by the names of their kinds."""
    texts = tomllib.loads(files("tallybook.links").joinpath("problem_pages.toml").read_text(encoding="utf-8"))
    return {kind.name: ProblemPage(kind, " ".join(texts[kind.name].split())) for kind in (*OF_LINKS, *GENERAL)}
