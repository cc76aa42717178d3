"""What every host can do. Knows paths and opaque bytes. Does not know files, keys or order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from pluttra_publish.hosts.gate import Admitted


class Host(Protocol):
    """A place that stores bytes it cannot read. `tests/hosts/suite.py` says what it must keep to.

    Every method raises `HostError` when the host, or the way to it, fails; `transient` when the same may succeed in a moment. Paths
    that are not those of a published site (`paths.place_of`) are never touched: other files may lie there too. `put`, `copy`,
    `get` and `delete` may be called from many threads at once.
    """

    @property
    def name(self) -> str:
        """Where it is, as a person would say it: a folder, or an address without a key."""

    @property
    def parallel(self) -> int:
        """How many puts or deletes at once it is quickest with."""

    @property
    def far(self) -> bool:
        """Whether asking it for something costs a way there and back, so that what is known is not asked for."""

    def put(self, thing: Admitted) -> None:
        """Store `thing` at its path, whole or not at all, in place of what was there. What was stored has been compared with it.

        Raises:
            LeakError: the bytes are not the ones that were admitted; nothing was stored.
        """

    def copy(self, source: str, target: str) -> bool:
        """Store at `target` what lies at `source`, without sending it again; False, and nothing done, where the host can't.

        Both are paths of sealed objects. It is an error if nothing lies at `source`.
        """

    def settle(self) -> None:
        """Return when everything that was put will outlast a power cut. Whoever names it in a root must wait for that."""

    def get(self, path: str) -> bytes | None:
        """Return the bytes at `path`, or None if there is nothing."""

    def list(self, prefix: str = "") -> Iterable[tuple[str, int]]:
        """Return path and length of everything of ours whose path starts with `prefix`, in no order."""

    def strangers(self) -> Iterable[str]:
        """Return the paths of all that lies there and is none of ours, in no order; what a put that was cut off left behind too."""

    def delete(self, path: str) -> None:
        """Remove what lies at `path`; nothing there is as good."""

    def sweep(self) -> None:
        """Remove what puts that were cut off left behind. Nobody may be putting meanwhile."""

    def close(self) -> None:
        """Hang up."""
