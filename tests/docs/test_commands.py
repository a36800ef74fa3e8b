"""Every command, option and exit status of the program stands in the documentation."""

from collections.abc import Iterator

import pytest
import typer
from tests.docs.pages import DOCS, PAGES, headings, quoted, read, section

from tallybook import commands
from tallybook.commands.printing import SOME_ROWS_REFUSED
from tallybook.commands.program import program


def _walk(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(path), command
        return
    for name, one in inner.items():
        yield from _walk(one, (*path, name))


COMMANDS = dict(_walk(typer.main.get_command(program()), ("tallybook",)))
EVERYTHING = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def _options(command: object) -> set[str]:
    names = (name for one in command.params for name in (*one.opts, *one.secondary_opts))  # type: ignore[attr-defined]
    return {name for name in names if name.startswith("--")} - {"--help"}


def _described(name: str) -> str:
    """What stands about a command: the section of each page whose heading is about it."""
    texts = [page.read_text(encoding="utf-8") for page in DOCS.glob("*.md")]
    return "\n".join(section(text, f"`{name}`") for text in texts if any(f"`{name}`" in title for title in headings(text)))


def test_there_are_commands() -> None:
    assert {"tallybook import", "tallybook report", "tallybook customer rename"} <= set(COMMANDS)
    assert len(COMMANDS) >= 12


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_its_heading_in_the_list_of_commands(name: str) -> None:
    assert f"`{name}`" in headings(read("commands.md"))


@pytest.mark.parametrize("name", COMMANDS)
def test_all_options_are_told_and_no_others(name: str) -> None:
    told = {word for word in quoted(_described(name)) if word.startswith("--") and " " not in word} - {"--"}
    known = _options(COMMANDS[name])
    assert known <= told, f"not told: {known - told}"
    others = set().union(*map(_options, COMMANDS.values()))
    assert told <= others, f"no options: {told - others}"


def test_no_page_names_a_command_that_is_none() -> None:
    lines = [line.removeprefix("environment/bin/") for line in EVERYTHING.splitlines()] + quoted(EVERYTHING)
    used = [line.split() for line in lines if line.startswith("tallybook ")]
    for words in used:
        names = {name for name in COMMANDS if words[: len(name.split())] == name.split()}
        groups = {name.rsplit(" ", 1)[0] for name in COMMANDS} | {"tallybook COMMAND"}
        assert names or " ".join(words[:2]) in groups or words[1].startswith("--"), " ".join(words)
    assert len(used) > 20


def test_every_exit_status_is_told() -> None:
    statuses = {0, SOME_ROWS_REFUSED, commands.FAILED, commands.INTERRUPTED}
    assert {f"| {status} |" for status in statuses} <= {
        line[: line.index("|", 1) + 1]
        for line in section(read("commands.md"), "Exit statuses").splitlines()
        if line[:2] == "| "
    }
    for status in (0, SOME_ROWS_REFUSED, commands.FAILED):
        assert f"\n| {status} | " in section(read("importing.md"), "`tallybook import`")
