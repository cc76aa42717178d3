"""What every host can do. Knows paths and opaque bytes. Does not know files, keys or order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from pluttra_publish.hosts.gate import Admitted


class Host(Protocol):
    """A place that stores bytes it cannot read. `tests/hosts/suite.py` says what it must keep to.

    Every method raises `HostError` when the host, or the way to it, fails. Paths that are not those of a published site
    (`paths.place_of`) are never touched: other files may lie there too.
    """

    def put(self, thing: Admitted) -> None:
        """Store `thing` at its path, whole or not at all, in place of what was there.

        Raises:
            LeakError: the bytes are not the ones that were admitted; nothing was stored.
        """

    def settle(self) -> None:
        """Return when everything that was put will outlast a power cut. Whoever names it in a root must wait for that."""

    def get(self, path: str) -> bytes | None:
        """Return the bytes at `path`, or None if there is nothing."""

    def list(self, prefix: str = "") -> Iterable[tuple[str, int]]:
        """Return path and length of everything of ours whose path starts with `prefix`, in no order."""

    def delete(self, path: str) -> None:
        """Remove what lies at `path`; nothing there is as good."""
