"""What making and restoring backups share: how far they have come. Knows nothing else."""

from __future__ import annotations

from collections.abc import Callable

Step = Callable[[str, int, int], None]
"""`step(what, done, total)`: how far something has come, for whoever draws it."""


def no_step(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""
