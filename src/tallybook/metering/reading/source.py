"""The file itself: a regular one, read once from front to back, hashed on the way if wanted, and watched for changes."""

from __future__ import annotations

import hashlib
import os
import stat
from io import FileIO
from typing import TYPE_CHECKING, Self

from tallybook.errors import UnusableFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The cells of a chunk are read column by column, again and again: of larger chunks they leave the processor's caches meanwhile.
CHUNK_BYTES = 48 * 1024


class Source:
    """A file of usage. Every error of the file system becomes an `UnusableFile` that names it."""

    def __init__(self, path: Path, called: str | None = None, *, hashed: bool = True) -> None:
        """Open `path`; whatever is not a regular file is refused before a byte is read.

        Messages name the path, or what the file is `called` where its path says nothing to anybody. Unless it is `hashed`, its
        digest is never known.
        """
        self.path = path
        self.name = _text(path.name) if called is None else called
        self._shown = _text(path) if called is None else called
        self.position_bytes = 0
        self.digest: str | None = None
        self._hash = hashlib.sha256() if hashed else None
        self._file = self._open()
        self._opened = os.fstat(self._file.fileno())
        if not stat.S_ISREG(self._opened.st_mode):
            self._file.close()
            raise self.unusable(_kind(self._opened.st_mode))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def size_bytes(self) -> int:
        return self._opened.st_size

    def close(self) -> None:
        self._file.close()

    def unusable(self, what: str) -> UnusableFile:
        """The error that says `what` of this file. `what` follows the file's name in the sentence."""
        return UnusableFile(f"{self._shown} {what}")

    def head(self, size_bytes: int) -> bytes:
        """The first bytes, without reading on."""
        try:
            return os.pread(self._file.fileno(), size_bytes, 0)
        except OSError as error:
            raise self._unreadable(error) from error

    def scan(self) -> Iterator[bytes]:
        """All bytes for a first look; neither hashed nor counted."""
        offset = 0
        while chunk := self._pread(offset):
            yield chunk
            offset += len(chunk)

    def chunks(self) -> Iterator[bytes]:
        """All bytes, once. The digest is known when the last chunk was given out."""
        while chunk := self._pread(self.position_bytes):
            if self._hash:
                self._hash.update(chunk)
            self.position_bytes += len(chunk)
            yield chunk
        self._check_unchanged()
        self.digest = self._hash.hexdigest() if self._hash else None

    def _open(self) -> FileIO:
        # A FIFO without a writer would block the open for ever; O_NONBLOCK lets it come back and be refused.
        try:
            return FileIO(os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK))
        except IsADirectoryError as error:
            raise self.unusable(_kind(stat.S_IFDIR)) from error
        except ValueError as error:  # a NUL in the path
            raise self.unusable("is not there.") from error
        except OSError as error:
            raise self._unreadable(error) from error

    def _pread(self, offset: int) -> bytes:
        try:
            return os.pread(self._file.fileno(), CHUNK_BYTES, offset)
        except OSError as error:
            raise self._unreadable(error) from error

    def _check_unchanged(self) -> None:
        """Half of an old file and half of a new one must not pass for one file."""
        try:
            now = self.path.stat()
        except OSError as error:
            raise self.unusable("was moved or removed while it was read; nothing of it is used.") from error
        if _identity(now) != _identity(self._opened) or self.position_bytes != self._opened.st_size:
            raise self.unusable("was changed while it was read; try again when nobody writes to it.")

    def _unreadable(self, error: OSError) -> UnusableFile:
        match error:
            case FileNotFoundError() | NotADirectoryError():
                return self.unusable("is not there.")
            case PermissionError():
                return self.unusable("may not be read by this user; grant read permission or copy the file.")
        return self.unusable(f"cannot be read: {error.strerror}.")


def _text(path: Path | str) -> str:
    """A path as text; what of it is none is replaced."""
    return os.fsencode(path).decode("utf-8", "replace")


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "is a directory; name one file in it."
    return "is not a regular file but a pipe, socket or device; save its content to a file first."
