"""The curriculum's goals, as short labels to tag posts with, in dated versions. Knows its own files. Does not know posts.

The labels are our own words, not the curriculum's; Lpfö 18 itself is Skolverket's. A post is tagged from the version in force
on its day, so that an old post keeps the goals it was written with.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from pluttra_publish.errors import ContentError

VERSIONS = ("lpfo18-2019", "lpfo18-2025")
"""Oldest first."""

_WRITTEN = re.compile(r"(\d)\s*\.\s*(\d)\s*[-–.]?\s*([a-zåäö])", re.IGNORECASE)


@dataclass(frozen=True)
class Goal:
    """One goal: its id in its version, a short label, and the section it stands in."""

    id: str
    label: str
    section: str


@dataclass(frozen=True)
class Curriculum:
    """One version: its id, its name, its first day, and its goals by id in their order."""

    id: str
    title: str
    start: date
    goals: Mapping[str, Goal]

    def find(self, written: str) -> Goal:
        """Return the goal meant by `2.2-a`, `2.2a` or `2.2 A`.

        Raises:
            ContentError: there is none; the hint names those whose label has the words, else the nearest, else the form.
        """
        match = _WRITTEN.fullmatch(written.strip())
        goal = self.goals.get(f"{match[1]}.{match[2]}-{match[3].lower()}") if match else None
        if goal is not None:
            return goal
        words = " ".join(written.casefold().split())
        near = [name for name, one in self.goals.items() if len(words) > 2 and words in one.label.casefold()]
        near = near or difflib.get_close_matches(words, self.goals, n=1, cutoff=0.7)
        meant = ", ".join(f"{name} ({self.goals[name].label})" for name in near)
        hint = f"Menade du {meant}?" if near else "Skriv målet som 2.2-a."
        raise ContentError(f"Målet ”{written.strip()}” finns inte i {self.title}.", hint=hint)


def curriculum_on(day: date) -> Curriculum:
    """Return the version in force on a day; the oldest we have for any day before it."""
    known = [_read(version) for version in VERSIONS]
    return next((version for version in reversed(known) if version.start <= day), known[0])


@cache
def _read(version: str) -> Curriculum:
    written = json.loads(Path(__file__).with_name(f"{version}.json").read_text(encoding="utf-8"))
    goals = {
        name: Goal(name, label, written["sections"][name.split("-")[0]]) for name, label in written["goals"].items()
    }
    return Curriculum(written["id"], written["title"], date.fromisoformat(written["from"]), goals)
