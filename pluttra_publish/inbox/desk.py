"""What everybody who does what a message asks needs to know: who sends, which child, department or post is meant, and who may what. Lookups only. Opens no post.

An id in a message is what the sender's own keyring and indexes told them; here it is turned back. What an id of this site doesn't stand for is `shape`; what the sender doesn't
read today, or isn't the guardian of, is `may-not`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from pluttra_publish.errors import FormatError
from pluttra_publish.format import shape
from pluttra_publish.format.messages import Header
from pluttra_publish.inbox.known_posts import KnownPost, published_posts
from pluttra_publish.inbox.known_talks import KnownTalks
from pluttra_publish.inbox.pieces import SentFile
from pluttra_publish.inbox.refusing import RefusedError
from pluttra_publish.register import (
    Audience,
    Child,
    Consents,
    Reader,
    Register,
    access,
    audience_of,
    children_of,
    readers,
)
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.settings import Settings

LONGEST_TEXT = 20_000
LONGEST_TITLE = 200


@dataclass(frozen=True)
class ArrivedFile:
    """A file that has come whole, at a private path that lasts as long as the message is being done."""

    sent: SentFile
    path: Path


@dataclass(frozen=True)
class Arrived:
    """A message that has come whole: who wrote it, what it says, when it came, and its files in order."""

    sender: Reader = field(repr=False)
    header: Header
    came: datetime
    files: tuple[ArrivedFile, ...] = ()

    @property
    def written(self) -> datetime:
        """When the sender wrote it, by the clock of their device, in the site's time zone."""
        return datetime.fromtimestamp(self.header.time, self.came.tzinfo)


@dataclass(frozen=True)
class Applied:
    """What became of a message: a line for the one who looks, where it lies, and whether somebody has to decide.

    `files` are the paths that were written, which must outlast a power cut before the message is forgotten.
    """

    said: str = field(repr=False)
    waits: bool = False
    files: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Desk:
    """The preschool as it is now."""

    settings: Settings
    keystore: Keystore
    register: Register
    consents: Consents
    now: datetime

    @cached_property
    def readers(self) -> Mapping[str, Reader]:
        """Everybody who may read, by register id."""
        return readers(self.register)

    @cached_property
    def reads(self) -> Mapping[str, Mapping[Audience, tuple[str, ...]]]:
        """Who may read which months of what, by register id, today."""
        return access(
            self.register,
            today=self.now.date(),
            first_month=self.keystore.first_month or f"{self.now:%Y-%m}",
            grace_days=self.settings.grace_days,
            revoked=self.keystore.revoked,
        )

    @cached_property
    def posts(self) -> Mapping[str, KnownPost]:
        """Every post that is published, by id."""
        return published_posts(self.settings)

    def post(self, sender: Reader, written: object) -> KnownPost | None:
        """Return the post that an id means; None if there is none any longer.

        Raises:
            RefusedError: shape; may-not, if the sender doesn't read it.
        """
        found = self.posts.get(_hex8(written))
        if found is not None and not self.reads_post(sender, found):
            raise RefusedError("may-not")
        return found

    def reads_post(self, sender: Reader, post: KnownPost) -> bool:
        """Tell whether the sender reads a post: one of the months that it stands in."""
        held = self.reads.get(sender.id, {})
        places = ((self._audiences.get(audience), month) for audience, month in post.months)
        return any(month in held.get(audience, ()) for audience, month in places if audience)

    @cached_property
    def talks(self) -> KnownTalks:
        """Every development talk, by the id of its page."""
        return KnownTalks(self.settings, self.register, self.keystore.opaque_id, self.now)

    def child(self, written: object) -> Child:
        """Return the child that an id means.

        Raises:
            RefusedError: shape.
        """
        found = self._children.get(_hex8(written))
        if found is None:
            raise RefusedError("shape")
        return found

    def own_child(self, sender: Reader, written: object) -> Child:
        """Return the child that an id means, of which the sender is a guardian today.

        Raises:
            RefusedError: shape, or may-not.
        """
        child = self.child(written)
        if sender.role != "guardian" or child not in children_of(self.register, sender.id, self.now.date()):
            raise RefusedError("may-not")
        return child

    def audience(self, written: object) -> Audience:
        """Return the audience that an id means.

        Raises:
            RefusedError: shape.
        """
        try:
            found = self._audiences.get(shape.hex16(written, "audience"))
        except FormatError:
            found = None
        if found is None:
            raise RefusedError("shape")
        return found

    def reads_now(self, sender: Reader, audience: Audience) -> bool:
        """Tell whether the sender reads this month of an audience."""
        return f"{self.now:%Y-%m}" in self.reads.get(sender.id, {}).get(audience, ())

    @cached_property
    def _children(self) -> dict[str, Child]:
        return {self.keystore.opaque_id("child", child.id): child for child in self.register.visible.children}

    @cached_property
    def _audiences(self) -> dict[str, Audience]:
        return {keys.id.hex(): audience_of(key) for key, keys in self.keystore.audiences.items()}


def text_in(header: Header, name: str, most: int = LONGEST_TEXT) -> str:
    """Return a text of a message's body, without what surrounds it.

    Raises:
        RefusedError: shape, if it is none or longer than `most` characters.
    """
    try:
        written = shape.text(shape.member(header.body, name), name).strip()
    except FormatError:
        raise RefusedError("shape") from None
    if len(written) > most:
        raise RefusedError("shape")
    return written


def _hex8(written: object) -> str:
    try:
        return shape.hex8(written, "id")
    except FormatError:
        raise RefusedError("shape") from None
