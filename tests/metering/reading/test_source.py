"""Files that are none, and files that are not left alone while they are read."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tallybook.errors import UnusableFile
from tallybook.metering.reading import ReadingOptions, open_usage_file

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER = "Month,Customer,Product,Object Type,Object Name\r\n"
ROW = "2026-10,Acme,VM Backup,VM,web-1\r\n"


def refuse(path: Path, reason: str) -> None:
    with pytest.raises(UnusableFile, match=re.escape(reason)) as caught:
        open_usage_file(path, ReadingOptions())
    assert str(caught.value).startswith(str(path)), "the sentence names the file"
    assert str(caught.value).endswith(".")


def test_a_directory(tmp_path: Path) -> None:
    refuse(tmp_path, "is a directory")


def test_a_missing_file(tmp_path: Path) -> None:
    refuse(tmp_path / "usage.csv", "is not there")
    (tmp_path / "file").touch()
    refuse(tmp_path / "file" / "usage.csv", "is not there")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    refuse(tmp_path / "pipe", "is not a regular file")


def test_a_device() -> None:
    refuse(Path(os.devnull), "is not a regular file")


def test_a_file_without_permission(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(HEADER + ROW)
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read everything
        monkeypatch.setattr(os, "open", _denied)
    refuse(path, "may not be read by this user")


def _denied(*_: object) -> int:
    raise PermissionError(13, "Permission denied")


def test_an_error_of_the_disk_while_reading(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(HEADER + ROW)
    monkeypatch.setattr(os, "pread", _broken_disk)
    refuse(path, "cannot be read: Input/output error")


def _broken_disk(*_: object) -> bytes:
    raise OSError(5, "Input/output error")


def test_a_symbolic_link_to_a_file_is_read(write: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(write(HEADER + ROW))
    with open_usage_file(tmp_path / "link.csv", ReadingOptions()) as usage_file:
        assert len(list(usage_file)) == 1


def test_a_name_that_is_no_unicode_can_be_named(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/usage-\xfc.csv"))
    with pytest.raises(UnusableFile, match="is not there") as caught:
        open_usage_file(path, ReadingOptions())
    assert str(caught.value).encode("utf-8")


@pytest.mark.parametrize("change", ["append", "truncate", "replace", "touch", "remove"])
def test_a_file_that_changes_while_it_is_read(change: str, write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(HEADER + ROW * 50_000)
    with open_usage_file(path, ReadingOptions()) as usage_file:
        rows = iter(usage_file)
        assert next(rows)
        match change:
            case "append":
                path.write_text(path.read_text() + ROW)
            case "truncate":
                os.truncate(path, 900_000)
            case "replace":
                (tmp_path / "new.csv").write_text(path.read_text())
                (tmp_path / "new.csv").rename(path)
            case "touch":
                os.utime(path, (1, 1))
            case "remove":
                path.unlink()
        with pytest.raises(UnusableFile, match="while it was read"):
            list(rows)
        assert usage_file.digest is None


def test_progress_and_digest_come_with_the_reading(write: Callable[..., Path]) -> None:
    with open_usage_file(write(HEADER + ROW * 50_000), ReadingOptions()) as usage_file:
        positions = [usage_file.position_bytes for _ in usage_file]
        assert positions == sorted(positions)
        assert 0 < positions[0] < usage_file.size_bytes == positions[-1]
        assert usage_file.digest is not None
        assert list(usage_file) == []
