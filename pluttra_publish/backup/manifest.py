"""What a run says: what is called what, and which sealed file holds it. Knows its JSON. Does not know where anything lies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from pluttra_publish.errors import FormatError

VERSION = 1


@dataclass(frozen=True)
class Entry:
    """One of the preschool's files: the sealed file that holds it, its own length and SHA-256, and when it was last changed (nanoseconds)."""

    file: str
    length: int
    digest: str
    changed: int


@dataclass(frozen=True)
class Manifest:
    """A run, made at `made` (Unix seconds). `entries` by the name in the preschool's folder. `moved` are settings' folders that lay elsewhere, with what they
    are called here; `state` is the private folder's name here.
    """

    made: int
    preschool: str
    entries: Mapping[str, Entry]
    folders: tuple[str, ...]
    moved: Mapping[str, str]
    state: str

    def to_bytes(self) -> bytes:
        value = asdict(self) | {"v": VERSION}
        return json.dumps(value, separators=(",", ":"), sort_keys=True).encode("ascii")

    @classmethod
    def from_bytes(cls, content: bytes) -> Manifest:
        """Return what a run says.

        Raises:
            FormatError: layers `encoding` and `version`; a name that would lead out of the preschool's folder is `encoding`.
        """
        try:
            value: dict[str, Any] = json.loads(content)
            if value["v"] != VERSION:
                raise FormatError("version")
            entries = {_name(name): Entry(**row) for name, row in value["entries"].items()}
            return cls(
                int(value["made"]),
                str(value["preschool"]),
                entries,
                tuple(_name(name) for name in value["folders"]),
                {str(key): _name(name) for key, name in value["moved"].items()},
                _name(value["state"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise FormatError("encoding") from None


def _name(written: str) -> str:
    path = PurePosixPath(written)
    if (
        not written
        or path.is_absolute()
        or ".." in path.parts
        or "\0" in written
        or "\\" in written
        or ":" in path.parts[0]
    ):
        raise FormatError("encoding")
    return written
