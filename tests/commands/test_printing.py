"""What commands print on a terminal: tables fit into its width, and nothing of a name is lost."""

import fcntl
import os
import pty
import subprocess
import sys
import termios
from struct import pack

import pytest
from wcwidth import wcswidth

_NAME = "Bell & Sons (Trading) Ltd, formerly Bell Brothers"
_WIDE = "東京都の株式会社と有限会社と合同会社と一般社団法人"
_PROGRAM = f"""
from tallybook.commands.printing import print_table
names = [{_NAME!r}, {_WIDE!r}, "[red]Anchor[/red]", "1e5"]
print_table("Title", ["Customer", "Month"], ["Recipe", "People"], [[name, "2026-10", "1,200", "+3"] for name in names],
    [["All customers", "2026-10", "4,800", ""]])
"""


def printed(columns: int | None) -> list[str]:
    """The lines that the program prints on a terminal of this width, or into a pipe."""
    command = [sys.executable, "-c", _PROGRAM]
    if columns is None:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, pack("HHHH", 24, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    with subprocess.Popen(command, stdout=its, env=environment) as process:
        os.close(its)
        said = b""
        try:
            while block := os.read(ours, 4096):
                said += block
        except OSError:  # how Linux tells that nobody writes any more
            pass
    os.close(ours)
    assert process.returncode == 0
    return said.decode().splitlines()


@pytest.mark.parametrize("columns", [50, 60, 80, 200])
def test_a_table_is_no_wider_than_the_terminal_and_loses_nothing(columns: int) -> None:
    title, *lines = printed(columns)
    assert title == "Title"
    assert max(map(wcswidth, lines)) <= columns
    assert sum(line.split()[-3:] == ["2026-10", "1,200", "+3"] for line in lines) == 4
    names = "".join(" ".join(lines).split()).replace("2026-101,200+3", "")
    assert f"{_NAME}{_WIDE}[red]Anchor[/red]1e5".replace(" ", "") in names


def test_where_hardly_anything_is_left_a_name_still_has_ten_characters() -> None:
    assert "Bell & " in "".join(printed(20))


def test_a_table_in_a_pipe_has_a_line_for_each_row() -> None:
    lines = printed(None)
    assert [line.split("  ")[0] for line in lines[3:]] == [
        _NAME,
        _WIDE,
        "[red]Anchor[/red]",
        "1e5",
        "-" * 50,
        "All customers",
    ]
    assert {wcswidth(line) for line in lines[2:7]} == {wcswidth(lines[2])}
