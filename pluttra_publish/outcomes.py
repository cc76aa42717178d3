"""What a check or a publish has come to, for whoever asked for it. Knows no site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from pluttra_publish.errors import Finding, Findings

if TYPE_CHECKING:
    from pluttra_publish.delivering import Delivered
    from pluttra_publish.taking_over import TakenOver


@dataclass(frozen=True)
class Checked:
    """What a check saw: findings (no errors among them), posts that can be published and posts that wait."""

    findings: Findings
    posts: int
    waiting: int


@dataclass(frozen=True)
class Held:
    """A post, or a talk, that is held back: what is wrong with it, and whether what was out of it before is `out` still."""

    findings: tuple[Finding, ...]
    out: bool


@dataclass(frozen=True)
class Published:
    """What a publish did. `put`, `kept` and `deleted` are files on the host; `read` posts were read, the others are as they were;
    `derived` media were made now, and `found` were made before. `held` are, by name, posts and talks that are not out as they are; `out` are
    posts whose files were others than at the last publish, with the titles of those who read them, none if they wait. `told` is what became of the mail, if any is sent.
    """

    findings: Findings
    public: str
    today: date
    posts: int
    waiting: int
    readers: int
    sequence: int
    broken: int
    read: int
    put: int
    kept: int
    deleted: int
    length: int
    derived: int
    found: int
    told: Delivered | None = None
    held: Mapping[str, Held] = field(default_factory=dict)
    out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    taken: TakenOver | None = None

    def summary(self) -> dict[str, object]:
        """Return the figures as a script reads them."""
        names = (
            "posts",
            "waiting",
            "readers",
            "sequence",
            "broken",
            "read",
            "put",
            "kept",
            "deleted",
            "length",
            "derived",
            "found",
        )
        more: dict[str, object] = {"mail": self.told.summary()} if self.told else {}
        more |= {"taken_over": self.taken.summary()} if self.taken else {}
        return {"public": self.public} | {name: getattr(self, name) for name in names} | more
