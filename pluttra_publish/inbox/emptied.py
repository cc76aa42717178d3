"""What a run of the inbox did, for whoever tells it. Values only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from pluttra_publish.errors import PluttraError
from pluttra_publish.inbox.desk import Applied
from pluttra_publish.inbox.refusing import TOLD, Reason


@dataclass
class Emptied:
    """What a run did. `came` and `refused` count messages, `left` those that stay in the drop box until another day; `applied` is what became of each that is done, `stuck` those that could not be done and are tried again, which `trouble` says why."""

    came: int = 0
    left: int = 0
    refused: Counter[Reason] = field(default_factory=Counter)
    applied: list[Applied] = field(default_factory=list, repr=False)
    incomplete: int = 0
    stuck: int = 0
    trouble: list[PluttraError] = field(default_factory=list)

    @property
    def waits(self) -> int:
        """How many of what is done now wait for somebody to decide."""
        return sum(one.waits for one in self.applied)

    @property
    def text(self) -> str:
        """Say it in a sentence or two, without a name."""
        told = [_many(self.came, "meddelande kom", "meddelanden kom")]
        if self.waits:
            told.append(_many(self.waits, "väntar på beslut", "väntar på beslut"))
        if self.incomplete:
            told.append(_many(self.incomplete, "väntar på resten av sina filer", "väntar på resten av sina filer"))
        if self.stuck:
            told.append(_many(self.stuck, "gick inte att ta hand om än", "gick inte att ta hand om än"))
        if self.left:
            told.append(_many(self.left, "ligger kvar till i morgon", "ligger kvar till i morgon"))
        refused = [f"{count} {TOLD[reason]}" for reason, count in self.refused.items()]
        return f"{', '.join(told)}." + (f" Godtogs inte: {', '.join(refused)}." if refused else "")

    def summary(self) -> dict[str, object]:
        """Return it as a script reads it."""
        return {
            "came": self.came,
            "left": self.left,
            "refused": dict(self.refused),
            "waits": self.waits,
            "incomplete": self.incomplete,
            "stuck": self.stuck,
            "troubles": [str(trouble) for trouble in self.trouble],
        }


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"
