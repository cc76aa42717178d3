"""Who has read what, by name: what readers have told of themselves, where the preschool asks for it. Knows register and keys. Prints nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pluttra_publish.errors import UsageError
from pluttra_publish.inbox.known_posts import published_posts
from pluttra_publish.inviting import Door
from pluttra_publish.receipts import read_by
from pluttra_publish.settings import FILE, Settings
from pluttra_publish.site.folders import nfc, relative_name


@dataclass(frozen=True)
class Read:
    """A post, and who of those who still read here has told that they have read it, and when first; the earliest first."""

    source: str
    readers: tuple[tuple[str, datetime], ...] = field(repr=False)

    def summary(self) -> dict[str, object]:
        """Return it as a script reads it."""
        return {
            "post": self.source,
            "readers": [{"name": name, "time": when.isoformat(timespec="minutes")} for name, when in self.readers],
        }


def who_has_read(settings: Settings, post: Path | None = None, *, identity: Path | None = None) -> tuple[Read, ...]:
    """Return every published post that somebody has read, by name; or the one that is meant, read or not.

    Raises:
        UsageError: the preschool doesn't ask for it, or no published post lies there.
    """
    if not settings.drop.receipts:
        hint = f"Ska ni fråga vad familjerna läser: skriv receipts = true under [drop] i {FILE}. De svarar själva ja eller nej."
        raise UsageError("Läskvitton är inte på.", hint=hint)
    door = Door.open(settings, identity=identity)
    known, told = published_posts(settings), read_by(settings.state)
    names = {door.opaque(reader): reader.name for reader in door.everyone()}
    found = []
    for ident, one in known.items():
        if (post is None and ident not in told) or (post is not None and one.source != _name_of(settings, post)):
            continue
        times = sorted((time, names[who]) for who, time in told.get(ident, {}).items() if who in names)
        readers = tuple((name, datetime.fromtimestamp(time, settings.zone)) for time, name in times)
        found.append(Read(one.source, readers))
    if post is not None and not found:
        raise UsageError(
            f"{post} är inget publicerat inlägg.", hint='Till exempel: "inlagg/Solrosen/2026-03-12 Vi byggde koja"'
        )
    return tuple(sorted(found, key=lambda one: one.source))


def _name_of(settings: Settings, written: Path) -> str:
    """Return a path as posts are named; as it is written, if it isn't there."""
    root = settings.root
    for tried in (written, root / written, settings.posts / written):
        if tried.exists() and tried.resolve().is_relative_to(settings.posts.resolve()):
            inside = tried.resolve().relative_to(settings.posts.resolve()).as_posix()
            return nfc(f"{relative_name(settings.posts, root)}/{inside}")
    return nfc(written.as_posix())
