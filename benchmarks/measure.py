"""Figures, and how a pair is measured: in turns, several times, medians. Does not know what is measured."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table. `wanted` is the most the figure may be, or the least where `least` is true; None wants nothing.

    `raw` says in words what the figure came from.
    """

    name: str
    figure: float
    unit: str
    wanted: float | None
    raw: str
    least: bool = False

    @property
    def ok(self) -> bool:
        if self.wanted is None:
            return True
        return self.figure >= self.wanted if self.least else self.figure <= self.wanted

    def summary(self) -> dict[str, object]:
        """Return the line as a script reads it."""
        return {"name": self.name, "figure": self.figure, "unit": self.unit, "wanted": self.wanted, "ok": self.ok}


@dataclass(frozen=True)
class Times:
    """Seconds (or milliseconds) of one thing, done several times."""

    all: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.all)

    def text(self, unit: str, digits: int = 2) -> str:
        """Return median and spread, such as "6.31 s (6.20–6.44, n=3)"."""
        return f"{self.median:.{digits}f} {unit} ({min(self.all):.{digits}f}–{max(self.all):.{digits}f}, n={len(self.all)})"


def in_turns(ways: Sequence[Callable[[], float]], rounds: int) -> tuple[Times, ...]:
    """Measure several ways of doing one thing in turns, so that a noisy neighbour disturbs all of them alike.

    Each way returns what it took. Every other round goes backwards: whatever comes first has no standing advantage.
    """
    taken: list[list[float]] = [[] for _ in ways]
    for number in range(rounds):
        order = range(len(ways)) if number % 2 == 0 else range(len(ways) - 1, -1, -1)
        for way in order:
            taken[way].append(ways[way]())
    return tuple(Times(tuple(times)) for times in taken)


def ratio(ours: Times, theirs: Times) -> float:
    """Return the median of the rounds' own ratios: what happens to the machine between two rounds cancels out."""
    return statistics.median(x / y for x, y in zip(ours.all, theirs.all, strict=True))
