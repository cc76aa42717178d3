"""Files that come in pieces: each piece in a private file until all have come, and then one file of them. Knows the journal. Does not know what is in them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pluttra_publish.errors import FormatError
from pluttra_publish.format import shape
from pluttra_publish.format.messages import Header
from pluttra_publish.inbox.journal import Journal, Part
from pluttra_publish.inbox.refusing import RefusedError
from pluttra_publish.platform import atomic_file, private_folder, remove_file

MOST_PIECES = 500
"""Of one file: about 2 GiB."""

MOST_FILES = 60
"""In one message."""


@dataclass(frozen=True)
class SentFile:
    """A file that a message names: `file` is its id, `digest` the SHA-256 of the whole; `more` is what else the message says of it."""

    file: str
    digest: bytes
    length: int
    media_type: str
    more: Mapping[str, Any] = field(repr=False)


def part_of(header: Header) -> Part | None:
    """Return which piece a message brings, or None if it is no `part`.

    Raises:
        RefusedError: shape.
    """
    if header.kind != "part":
        return None
    body = header.body
    try:
        part = Part(
            shape.hex16(shape.member(body, "file"), "file"),
            shape.number(shape.member(body, "n"), "n"),
            shape.number(shape.member(body, "of"), "of"),
        )
    except FormatError:
        raise RefusedError("shape") from None
    if not part.n < part.of <= MOST_PIECES:
        raise RefusedError("shape")
    return part


def files_of(header: Header) -> tuple[SentFile, ...]:
    """Return the files that a message names, in order.

    Raises:
        RefusedError: shape.
    """
    try:
        found = shape.listed(header.body.get("files", []), "files", _file)
    except FormatError:
        raise RefusedError("shape") from None
    if len(found) > MOST_FILES or len({one.file for one in found}) < len(found):
        raise RefusedError("shape")
    return found


def _file(value: Any, place: str) -> SentFile:
    value = shape.mapping(value, place)
    return SentFile(
        shape.hex16(shape.member(value, "file"), place),
        shape.raw(shape.member(value, "digest"), place, 32),
        shape.number(shape.member(value, "length"), place),
        shape.text(shape.member(value, "type"), place),
        value,
    )


class Pieces:
    """The pieces that lie in one folder, by sender: two senders' files of the same id are two files."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def keep(self, sender: str, part: Part, content: bytes) -> None:
        """Keep a piece, to outlast a power cut, in place of one with the same number that came before."""
        private_folder(self._folder(sender, part.file))
        with atomic_file(self._path(sender, part.file, part.n), private=True) as out:
            out.write(content)

    def whole(self, sender: str, sent: SentFile, target: Path) -> bool:
        """Write the file that a message names to `target`, if all its pieces have come.

        Raises:
            RefusedError: media, if they are not the file that it says.
        """
        parts = self._journal.parts_of(sender, sent.file)
        if not parts or [part.n for part in parts] != list(range(parts[0].of)) or len({part.of for part in parts}) > 1:
            return False
        digest = hashlib.sha256()
        length = 0
        with atomic_file(target, private=True, durable=False) as out:
            for part in parts:
                content = self._path(sender, part.file, part.n).read_bytes()
                digest.update(content)
                length += len(content)
                out.write(content)
        if length != sent.length or not hmac.compare_digest(digest.digest(), sent.digest):
            remove_file(target)
            raise RefusedError("media")
        return True

    def forget(self, sender: str, file: str) -> None:
        """Remove the pieces of one file."""
        folder = self._folder(sender, file)
        if folder.is_dir():
            for piece in folder.iterdir():
                remove_file(piece)
            folder.rmdir()

    def _folder(self, sender: str, file: str) -> Path:
        whose = hashlib.sha256(sender.encode()).hexdigest()[:16]  # a register id may hold what no file name may
        return self._journal.parts / f"{whose}-{file}"

    def _path(self, sender: str, file: str, n: int) -> Path:
        return self._folder(sender, file) / f"{n:04d}"
