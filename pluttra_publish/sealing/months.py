"""The month tree: from an epoch's secret to the key of every month, and from the nodes that a reader holds. Knows docs/format.md §8.

Whoever holds a node has the keys of the months below it, and of no other: so a reader is given many months with few keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from pluttra_publish.format.access import Epoch, Run
from pluttra_publish.format.months import TOP, Node, cover, month_of, number_of, runs_of
from pluttra_publish.sealing.kdf import kdf


class MonthTree:
    """The keys of one epoch's months; what has been derived is remembered while it lives."""

    def __init__(self, epoch_secret: bytes) -> None:
        self._known = {(TOP, 0): kdf(epoch_secret, "months")}

    def month(self, month: str) -> bytes:
        """Return the file secret of a month's row."""
        return self._key(0, number_of(month))

    def runs(self, months: Iterable[str]) -> tuple[Run, ...]:
        """Return what a reader who may read these months is given."""
        return tuple(
            Run(month_of(first), month_of(last), tuple(map(self._node, cover(first, last))))
            for first, last in runs_of(months)
        )

    def _node(self, node: Node) -> bytes:
        return self._key(node.height, node.first >> node.height)

    def _key(self, height: int, number: int) -> bytes:
        place = height, number
        if place not in self._known:
            self._known[place] = _half(self._key(height + 1, number >> 1), number & 1)
        return self._known[place]


@lru_cache(maxsize=4096)  # a program that goes on wraps the same years again and again
def _half(key: bytes, half: int) -> bytes:
    return kdf(key, "half", half)


def row_secret(epoch: Epoch, month: str) -> bytes | None:
    """Return the file secret of a month's row; None if the epoch's runs don't hold the month."""
    number = number_of(month)
    for run in epoch.runs:
        for node, key in zip(run.nodes, run.keys, strict=True):
            if node.first <= number < node.first + node.size:
                for height in reversed(range(node.height)):
                    key = _half(key, number >> height & 1)  # noqa: PLW2901 # down to the leaf
                return key
    return None
