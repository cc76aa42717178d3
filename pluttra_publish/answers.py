"""What the proof answers: who may read, what opens, and where the two disagree. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pluttra_publish.errors import Findings, LeakError

Status = Literal["published", "draft", "future", "waiting", "public"]
Kind = Literal["post", "talk", "goal", "consents"]
Way = Literal["too-many", "too-few"]

_MENDS: Mapping[Way, str] = {
    "too-many": "Publicera, så stängs det. Öppnas det ändå: ta ner webbplatsen från värden tills det är utrett.",
    "too-few": "Publicera igen. Hjälper det inte är det fel på webbplatsen eller värden.",
}


@dataclass(frozen=True)
class Who:
    """A reader as an answer names them. Whoever the register lets read nothing at all has neither id nor name here."""

    id: str | None
    name: str
    role: str


SOMEBODY = Who(None, "någon som inte får läsa enligt registret", "unknown")
ANYBODY = Who(None, "vem som helst", "public")


@dataclass(frozen=True)
class Difference:
    """One reader and one thing on which rules and opening disagree. `what` is a post's source; its title, if no post has it."""

    way: Way
    what: str
    who: Who

    @property
    def text(self) -> str:
        if self.way == "too-many":
            return f"{self.who.name} kan öppna ”{self.what}” utan att få läsa det."
        return f"{self.who.name} får läsa ”{self.what}”, men det har inte nått fram."


@dataclass(frozen=True)
class Seal:
    """Which root was opened, and when it was sealed; both None where no site lies."""

    sequence: int | None
    sealed: datetime | None


@dataclass(frozen=True)
class MayRead:
    """A reader who may read a post, the titles of the audiences that give it to them, and whether it opens for them."""

    who: Who
    through: tuple[str, ...]
    opens: bool


@dataclass(frozen=True)
class WhoSees:
    """Who may read a post, one medium of it, or a standing page. If it waits, `readers` are those who would, and it opens for nobody.

    `source` is the title of a page that lies in no folder of its own.
    """

    seal: Seal
    differences: tuple[Difference, ...]
    kind: Kind
    source: str
    medium: str | None
    title: str
    date: datetime | None
    status: Status
    readers: tuple[MayRead, ...]


@dataclass(frozen=True)
class Seen:
    """A post or page that a reader may read, the titles of the audiences that give it to them, and whether it opens for them."""

    kind: Kind
    source: str
    title: str
    date: datetime | None
    through: tuple[str, ...]
    opens: bool


@dataclass(frozen=True)
class WhatSees:
    """Everything that one reader may read, posts newest first, and the months they may read of each audience, by its title."""

    seal: Seal
    differences: tuple[Difference, ...]
    who: Who
    months: Mapping[str, tuple[str, ...]]
    posts: tuple[Seen, ...]
    pages: tuple[Seen, ...]


class AccessDiffers(LeakError):
    """The sealed site opens for others than the rules say. It carries the answer, and a finding for each difference."""

    def __init__(self, answer: WhoSees | WhatSees) -> None:
        texts = [difference.text for difference in answer.differences]
        super().__init__(" ".join(texts), hint="Reglerna säger ett och den förseglade webbplatsen ett annat.")
        self.answer = answer
        self.findings = Findings()
        for one in answer.differences:
            self.findings.error(LeakError, one.what, one.who.name, one.text, _MENDS[one.way])
