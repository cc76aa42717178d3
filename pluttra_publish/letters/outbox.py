"""What waits to be sent, who has been invited and has opened, who was refused: in `privat/brev.json`. Knows opaque ids only. Does not know addresses, names, keys or posts.

One private file, replaced as a whole each time something has happened, so that a computer that dies loses nothing. Whom a
letter is to, and what stands in it, is found out when it is sent: whoever reads no longer gets none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pluttra_publish.errors import KeystoreError
from pluttra_publish.platform import private_folder, telling, write_atomically

FILE = "brev.json"
LOCK = "brev.lock"
_VERSION = 1
_OPENINGS = 20  # remembered of each reader: whoever reports more of them than anybody has links pushes out their own

How = Literal["mail", "paper", "printed"]


def lock_of(state: Path) -> Path:
    """Return the lock that whoever changes what waits, for mail or for telephones, holds."""
    return private_folder(state) / LOCK


@dataclass(frozen=True)
class Pending:
    """A notice that waits: of which posts, since when (Unix seconds), and the invitation whose link goes with it, if it has been made."""

    posts: tuple[str, ...]
    since: int
    link: str = ""


@dataclass(frozen=True)
class Asked:
    """The last invitation of a reader: when it was made, when it ends, in what way it went out, and which it is while it waits to be mailed.

    `name` is the invitation's on the host, "" of those from before that was noted; `retired` when somebody let it end before its time, 0 if nobody has.
    """

    time: int
    ends: int
    how: How
    waiting: str = ""
    name: str = ""
    retired: int = 0


@dataclass(frozen=True)
class Refusal:
    """The mail server would not take mail for an address (known by its mark), or it came back. `code` is SMTP's."""

    code: int
    time: int
    mark: str


@dataclass
class Outbox:
    """The state of all letters, by a reader's opaque id. Nothing counts before `save`.

    `sent` are posts of notices that went out since the journal of what has been told was last saved. `silent` want no notices. `opened` is when
    invitations were first opened (Unix seconds), by their names, as far as that has been reported.
    """

    _path: Path
    notices: dict[str, Pending] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    refused: dict[str, Refusal] = field(default_factory=dict)
    sent: dict[str, tuple[str, ...]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    opened: dict[str, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def load(cls, state: Path) -> Outbox:
        """Return the outbox in the private state folder; an empty one where there is none.

        Raises:
            KeystoreError: it can't be read. It is no cache: what waits in it would be lost.
        """
        path = state / FILE
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            if value["v"] != _VERSION:
                raise ValueError
            return cls(
                path,
                notices={
                    reader: Pending(tuple(row["posts"]), int(row["since"]), str(row["link"]))
                    for reader, row in value["notices"].items()
                },
                asked={reader: Asked(**row) for reader, row in value["asked"].items()},
                refused={reader: Refusal(**row) for reader, row in value["refused"].items()},
                sent={reader: tuple(posts) for reader, posts in value["sent"].items()},
                silent=set(value["silent"]),
                # Of which an outbox from before it was noted has nothing.
                opened={reader: {**row} for reader, row in value.get("opened", {}).items()},
            )
        except FileNotFoundError:
            return cls(path)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            hint = "Lägg tillbaka den ur säkerhetskopian. Tas den bort glöms vilka som är inbjudna och vad som väntar."
            raise KeystoreError(f"{FILE} är skadad eller från en nyare version.", hint=hint) from None

    def save(self) -> None:
        """Replace the file; after a crash the old or the new one is there, whole.

        Raises:
            KeystoreError: it can't be written.
        """
        value: dict[str, Any] = {
            "v": _VERSION,
            "notices": _rows(self.notices),
            "asked": _rows(self.asked),
            "refused": _rows(self.refused),
            "sent": {reader: list(posts) for reader, posts in sorted(self.sent.items())},
            "silent": sorted(self.silent),
            "opened": self.opened,
        }
        private_folder(self._path.parent)
        with telling(self._path, KeystoreError):
            write_atomically(self._path, json.dumps(value, sort_keys=True).encode("utf-8"), private=True)

    def add_news(self, reader: str, posts: Iterable[str], *, now: int) -> None:
        """Let posts wait for a reader, with those that wait already. The first of them decides when the notice is due."""
        before = self.notices.get(reader)
        together = tuple(sorted({*posts, *(before.posts if before else ())}))
        self.notices[reader] = Pending(together, before.since if before else now, before.link if before else "")

    def follow(self, moved: Mapping[str, str]) -> None:
        """Call posts what they are called now: `moved` says it by what they were called before."""
        for reader, before in self.notices.items() if moved else ():
            posts = tuple(sorted({moved.get(post, post) for post in before.posts}))
            self.notices[reader] = Pending(posts, before.since, before.link)

    def keep_only(self, reader: str, readable: Iterable[str]) -> None:
        """Forget what waits and can't be read any longer."""
        if before := self.notices.get(reader):
            left = tuple(sorted({*before.posts} & {*readable}))
            if left:
                self.notices[reader] = Pending(left, before.since, before.link)
            else:
                del self.notices[reader]

    def notice_sent(self, reader: str) -> None:
        pending = self.notices.pop(reader)
        self.sent[reader] = tuple(sorted({*pending.posts, *self.sent.get(reader, ())}))
        self.refused.pop(reader, None)

    def invitation_sent(self, reader: str) -> None:
        self.asked[reader] = replace(self.asked[reader], waiting="")
        self.refused.pop(reader, None)

    def retire(self, reader: str, *, now: int) -> None:
        """Note that the last invitation of a reader ended before its time; it isn't mailed any more."""
        if asked := self.asked.get(reader):
            self.asked[reader] = replace(asked, waiting="", retired=now)

    def open(self, reader: str, name: str, time: int) -> None:
        """Note when an invitation of a reader's was opened. The first time counts; the newest openings are kept."""
        known = self.opened.get(reader, {})
        known |= {name: min(time, known.get(name, time))}
        self.opened[reader] = dict(sorted(known.items(), key=lambda one: one[1])[-_OPENINGS:])

    def refuse(self, reader: str, *, code: int, mark: str, now: int) -> None:
        """Note that mail for the address with this mark is not taken. What waits goes on waiting, for another address or another try.

        It is for bounces too, which come back later: whoever reads those calls this.
        """
        self.refused[reader] = Refusal(code, now, mark)

    def is_refused(self, reader: str, mark: str) -> bool:
        """Tell whether mail for the reader was refused at the address that they still have."""
        known = self.refused.get(reader)
        return known is not None and known.mark == mark


def _rows(values: Mapping[str, Pending | Asked | Refusal]) -> dict[str, dict[str, Any]]:
    return {reader: asdict(value) for reader, value in sorted(values.items())}
