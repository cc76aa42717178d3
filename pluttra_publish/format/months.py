"""Months as numbers, runs of them, and the fewest nodes of the month tree that cover one. Knows docs/format.md §8. Does not know keys.

A node of height h and number i covers the 2^h months from i·2^h on; 0000-01 is month 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

TOP = 17
"""The height of the tree: enough for every month that can be written."""


@dataclass(frozen=True)
class Node:
    """A node of the tree by its first month's number and its height."""

    first: int
    height: int

    @property
    def size(self) -> int:
        return 1 << self.height


def number_of(month: str) -> int:
    """Return the number of a month, `YYYY-MM`."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


def month_of(number: int) -> str:
    """Return the month of a number."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def runs_of(months: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield the stretches that months make, each as its first and last month's numbers; no two of them touch."""
    numbers = sorted(set(map(number_of, months)))
    start = 0
    for i, number in enumerate(numbers):
        if i + 1 == len(numbers) or numbers[i + 1] != number + 1:
            yield numbers[start], number
            start = i + 1


def cover(first: int, last: int) -> Iterator[Node]:
    """Yield the fewest nodes that cover the months from `first` to `last` and no other, in the order of time."""
    while first <= last:
        height = 0
        while not first % (2 << height) and first + (2 << height) - 1 <= last:
            height += 1
        yield Node(first, height)
        first += 1 << height
