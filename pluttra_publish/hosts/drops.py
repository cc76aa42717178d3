"""Where sealed messages wait to be fetched: what every such place can do, a folder, and files that somebody has saved. Knows names and lengths.

Does not know what is sealed. Whoever can write there is a stranger: nothing but a regular file whose name is 32 hexadecimal signs is ever looked at,
no link is followed, and of nothing is more read than was asked for.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from pluttra_publish.errors import HostError
from pluttra_publish.hosts.armour import armoured_in, armoured_in_mail
from pluttra_publish.platform import remove_file

KEY = re.compile(r"[0-9a-f]{32}")
"""The name of a message where names are given by whoever lays it there."""

LONGEST_FILE = 1 << 26
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_PIECE = 1 << 20


class Waiting(Protocol):
    """A place where sealed messages wait. Every method raises `HostError` when it fails; `transient` when the same may succeed in a moment.

    A key is what `list` gave, and means something there only. Nothing else is got or deleted.
    """

    @property
    def name(self) -> str:
        """Where it is, as a person would say it; without an account's address or a key."""

    def list(self) -> Iterable[tuple[str, int]]:
        """Yield key and length of everything there that may be a message, in no order, a little at a time."""

    def get(self, key: str, most: int) -> bytes | None:
        """Return a message, or its first `most` + 1 bytes where it is longer than `most`; None if it is gone."""

    def delete(self, keys: Iterable[str]) -> None:
        """Remove messages; one that is gone is as good."""

    def close(self) -> None:
        """Hang up."""


class FolderDrop:
    """A folder that the drop endpoint lays messages in. One that isn't there is empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = str(folder)

    def list(self) -> Iterator[tuple[str, int]]:
        """Yield key and length of every message.

        Raises:
            HostError: the folder cannot be read.
        """
        with self._telling("läsas"):
            try:
                entries = os.scandir(self.folder)
            except FileNotFoundError:
                return
            with entries:
                for entry in entries:
                    if KEY.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                        with contextlib.suppress(FileNotFoundError):
                            yield entry.name, entry.stat(follow_symlinks=False).st_size

    def get(self, key: str, most: int) -> bytes | None:
        """Return a message, at most `most` + 1 bytes of it; None if none of that name lies there.

        Raises:
            HostError: it cannot be read.
        """
        if not KEY.fullmatch(key):
            return None
        with self._telling("läsas"):
            try:
                if not stat.S_ISREG(os.lstat(self.folder / key).st_mode):
                    return None
                descriptor = os.open(self.folder / key, _FLAGS)
            except FileNotFoundError:
                return None
            with os.fdopen(descriptor, "rb") as file:
                return file.read(most + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None

    def delete(self, keys: Iterable[str]) -> None:
        """Remove messages.

        Raises:
            HostError: one cannot be removed.
        """
        with self._telling("tömmas"):
            for key in keys:
                if KEY.fullmatch(key):
                    remove_file(self.folder / key)

    def close(self) -> None:
        """There is nothing to hang up."""

    @contextlib.contextmanager
    def _telling(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as wrong:
            hint = f"Se efter att mappen {self.folder} får läsas och skrivas av det här kontot, och kör sedan igen."
            told = f"Brevlådan {self.folder} kunde inte {what}: {wrong.strerror or type(wrong).__name__}."
            raise HostError(told, hint=hint) from wrong


class FilesDrop:
    """Files that somebody has saved and names: mails, texts from mails, or messages as they are. They stay where they are."""

    name = "filerna"

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        self._read: tuple[int, tuple[bytes, ...]] | None = None

    def list(self) -> Iterator[tuple[str, int]]:
        """Yield key and length of every message in the files, one file after the other.

        Raises:
            HostError: a file cannot be read, or is longer than any mail with messages in it.
        """
        for number in range(len(self._paths)):
            yield from ((f"{number}-{place}", len(one)) for place, one in enumerate(self._messages(number)))

    def get(self, key: str, most: int) -> bytes | None:
        """Return a message, at most `most` + 1 bytes of it.

        Raises:
            HostError: its file cannot be read any more.
        """
        match = re.fullmatch(r"([0-9]{1,6})-([0-9]{1,6})", key)
        if match is None or int(match[1]) >= len(self._paths):
            return None
        found = self._messages(int(match[1]))
        return found[int(match[2])][: most + 1] if int(match[2]) < len(found) else None

    def delete(self, keys: Iterable[str]) -> None:
        """Leave the files, which are somebody's own."""

    def close(self) -> None:
        """There is nothing to hang up."""

    def _messages(self, number: int) -> tuple[bytes, ...]:
        if self._read is None or self._read[0] != number:
            self._read = number, _messages_in(self._paths[number])
        return self._read[1]


def _messages_in(path: Path) -> tuple[bytes, ...]:
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_FILE + 1)
    except OSError as wrong:
        hint = "Ange filer som mejlprogrammet har sparat, eller texter som är kopierade ur mejl."
        raise HostError(f"{path} kan inte läsas: {wrong.strerror or type(wrong).__name__}.", hint=hint) from wrong
    if len(content) > LONGEST_FILE:
        raise HostError(f"{path} är för stor för att vara ett mejl.", hint="Ange en fil för varje mejl.")
    found = armoured_in_mail(content) or armoured_in(content.decode("utf-8", "replace"))
    return found or ((content,) if content else ())
