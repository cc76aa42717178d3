"""What was done and when, in `privat/logg.jsonl`: one JSON object a line, added at the end, never rewritten. Knows no names.

Each line holds the SHA-256 of the line before it as it stands in the file, so that nothing in the middle can be changed, taken out or
put in without the next line telling. What the end cannot tell is that lines are missing there: for that, note what `pluttra log verify`
says. Whom it was about is said by a hash that whoever has the register can compare with.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pluttra_publish.platform import locked, private_folder

FILE = "logg.jsonl"
_LOCK = "logg.lock"
_NOTHING = hashlib.sha256(b"").hexdigest()
_TAIL = 1 << 16


@dataclass(frozen=True)
class Line:
    """One thing that was done. `about` are hashes of ids in the register, `counts` how many of what."""

    number: int
    time: str
    command: str
    counts: Mapping[str, int] = field(default_factory=dict)
    about: tuple[str, ...] = ()

    def to_value(self) -> dict[str, object]:
        return {
            "number": self.number,
            "time": self.time,
            "command": self.command,
            "counts": dict(self.counts),
            "about": list(self.about),
        }


@dataclass(frozen=True)
class Log:
    """All lines, and what verifying them says: `broken` is the first place in the file (counted from 1) where the chain does not hold.

    `torn` are the places of lines that were cut short, by a computer that died; `cut` tells whether the last one is. `head` is the SHA-256 of the last
    line, which whoever notes it can ask for later: `digests` are all of them.
    """

    lines: tuple[Line, ...]
    broken: int | None
    torn: tuple[int, ...]
    cut: bool
    head: str
    salt: str = field(repr=False)
    digests: frozenset[str] = field(repr=False)

    def mark(self, ident: str) -> str:
        """Return how somebody with that id is named in the log."""
        return _mark(self.salt, ident)


def append(
    state: Path,
    command: str,
    *,
    now: datetime,
    about: Iterable[str] = (),
    counts: Mapping[str, int] | None = None,
) -> None:
    """Add a line that is on disk before this returns; `about` are ids in the register. What was cut short before it stays, on a line of its own."""
    path = private_folder(state) / FILE
    with locked(state / _LOCK):
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags, 0o600)
        try:
            before = _Before.read(descriptor)
            value: dict[str, object] = {
                "n": before.number + 1,
                "time": now.isoformat(timespec="seconds"),
                "command": command,
                "counts": {name: count for name, count in sorted((counts or {}).items()) if count},
                "about": sorted(_mark(before.salt, ident) for ident in about),
                "previous": before.digest,
            }
            value |= {"salt": before.salt} if before.is_new else {}
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            os.write(descriptor, before.mend + text.encode("utf-8") + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read(state: Path) -> Log:
    """Return the log, verified; an empty one where there is none."""
    path = state / FILE
    content = path.read_bytes() if path.exists() else b""
    lines: list[Line] = []
    torn: list[int] = []
    digests: set[str] = set()
    salt, previous, broken = "", _NOTHING, None
    written = content.split(b"\n")
    cut = bool(written.pop())
    for place, raw in enumerate([*written, *([content.rpartition(b"\n")[2]] if cut else [])], 1):
        value = _value(raw)
        if value is None or (cut and place > len(written)):
            torn.append(place)
        else:
            whole = value["previous"] == previous and value["n"] == len(lines) + 1
            broken = broken or (None if whole else place)
            salt = salt or str(value.get("salt", ""))
            about = tuple(map(str, value["about"]))
            lines.append(Line(value["n"], str(value["time"]), str(value["command"]), dict(value["counts"]), about))
        previous = _digest(raw)
        digests.add(previous)
    if torn and broken is None:
        broken = _unmended(written, torn)
    return Log(tuple(lines), broken, tuple(torn), cut, previous if lines else "", salt, frozenset(digests))


def _unmended(written: list[bytes], torn: list[int]) -> int | None:
    """Return the first place of two torn lines in a row: a computer that dies leaves one, and the next line is whole."""
    return next((place for place in torn if place + 1 in torn and place < len(written)), None)


@dataclass(frozen=True)
class _Before:
    """What lies in the log: the last whole line's number, the digest of the last line as it stands, what ends it, and what ids are hashed with."""

    number: int
    digest: str
    salt: str
    mend: bytes
    is_new: bool

    @classmethod
    def read(cls, descriptor: int) -> _Before:
        size = os.fstat(descriptor).st_size
        first = _value(_read(descriptor, 0, _TAIL).partition(b"\n")[0]) if size else None
        lines = _last_lines(descriptor, size)
        mend = b"\n" if lines and lines[-1] else b""
        standing = [line for line in lines if line]
        number = next((value["n"] for line in reversed(standing) if (value := _value(line))), 0)
        salt = str(first["salt"]) if first and "salt" in first else ""
        digest = _digest(standing[-1]) if standing else _NOTHING
        return cls(number, digest, salt or secrets.token_hex(16), mend, not salt)


def _last_lines(descriptor: int, size: int) -> list[bytes]:
    """Return the last lines as they stand, the last of them empty if the file ends as it should; the first may lack its beginning."""
    length = min(size, _TAIL)
    lines = _read(descriptor, size - length, length).split(b"\n")
    return lines[1:] if length < size else lines


def _read(descriptor: int, start: int, length: int) -> bytes:
    os.lseek(descriptor, start, os.SEEK_SET)
    return os.read(descriptor, length)


def _value(raw: bytes) -> dict[str, Any] | None:
    """Return what a line says; None if it isn't whole."""
    try:
        value = json.loads(raw)
        shapes = {"n": int, "time": str, "command": str, "counts": dict, "about": list, "previous": str}
        whole = isinstance(value, dict) and all(isinstance(value.get(name), kind) for name, kind in shapes.items())
    except ValueError:
        return None
    return value if whole else None


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _mark(salt: str, ident: str) -> str:
    return hashlib.sha256(f"{salt}\0{ident}".encode()).hexdigest()[:16]
