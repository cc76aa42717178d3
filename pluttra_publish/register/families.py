"""Who belongs together. Knows ids and ties between them, nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


def reached(starts: Iterable[str], ties: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return everyone who is tied to one of `starts`, near or far, and these themselves."""
    neighbours: dict[str, list[str]] = defaultdict(list)
    for one, other in ties:
        neighbours[one].append(other)
        neighbours[other].append(one)
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        person = waiting.pop()
        if person not in found:
            found.add(person)
            waiting.extend(neighbours[person])
    return frozenset(found)
