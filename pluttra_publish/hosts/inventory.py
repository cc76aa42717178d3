"""What a publisher knows to lie on a host, so that it need not ask. Knows paths, lengths and digests. Does not know what they are.

Only a cache: it may be deleted at any time, and then the host is asked. It is believed for as long as the host's root is the one that was
put with it, and for a day at most. Before anything is put it is taken away, so that what a publish that was killed did is never guessed at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pluttra_publish.platform import write_atomically

BELIEVED = 24 * 60 * 60
_VERSION = 1


@dataclass(frozen=True)
class Lying:
    """A file on a host: its length, and its digest where that is known (the one that `Admitted` has)."""

    length: int
    digest: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Inventory:
    """What lies on the host `host` since its root `root` (a SHA-256) was put at `put`, in nanoseconds.

    `listed` is when the host was last asked what lies there, `waiting` since when garbage waits out its grace, both in Unix seconds.
    """

    host: str
    root: bytes
    put: int
    listed: int
    files: Mapping[str, Lying]
    waiting: Mapping[str, int] = field(default_factory=dict)

    def holds(self, host: str, root: bytes | None, now: int) -> bool:
        """Tell whether it may be believed of `host` now that `root` is the digest of what lies at its root."""
        return self.host == host and self.root == root and 0 <= now - self.listed < BELIEVED

    def without_digests_of(self, lengths: Mapping[str, int]) -> Mapping[str, Lying]:
        """Return what a list of the host says, with the digests known of files that still have their lengths."""
        nothing = Lying(-1)
        return {
            path: replace(known, length=length)
            if (known := self.files.get(path, nothing)).length == length
            else Lying(length)
            for path, length in lengths.items()
        }


def read_inventory(file: Path) -> Inventory | None:
    """Return the inventory in a file; None if it is missing, damaged or of another version."""
    try:
        head, _, rest = file.read_text(encoding="utf-8").partition("\n")
        said = json.loads(head)
        if said.pop("v") != _VERSION or said.pop("count") != rest.count("\n"):
            return None
        files = {}
        for line in rest.splitlines():
            path, length, digest = line.split(" ")
            files[path] = Lying(int(length), bytes.fromhex(digest) if digest else None)
        said["root"] = bytes.fromhex(said["root"])
        return Inventory(files=files, **said)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write_inventory(file: Path, inventory: Inventory) -> None:
    """Write an inventory for `read_inventory`."""
    said = {
        "v": _VERSION,
        "count": len(inventory.files),
        "host": inventory.host,
        "root": inventory.root.hex(),
        "put": inventory.put,
        "listed": inventory.listed,
        "waiting": dict(inventory.waiting),
    }
    lines = [json.dumps(said)]
    lines += [
        f"{path} {lying.length} {lying.digest.hex() if lying.digest else ''}"
        for path, lying in sorted(inventory.files.items())
    ]
    write_atomically(file, ("\n".join(lines) + "\n").encode("utf-8"), private=True)
