"""A message's file to whose it is and what it says, or to why it is refused. Knows keys and the clock. Does not know drop boxes, nor what may be done."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import timedelta

from pluttra_publish.errors import FormatError
from pluttra_publish.format.messages import FILE_LENGTHS, ID, Header
from pluttra_publish.inbox.refusing import Reason, RefusedError
from pluttra_publish.sealing.keystore import Keystore

OLDEST = timedelta(days=30)
AHEAD = timedelta(days=1)
"""How far ahead the clock of a phone may be."""

_REASONS: dict[str, Reason] = {"version": "newer", "encoding": "shape"}


@dataclass(frozen=True)
class Opened:
    """A message that has been opened: whose it is (register id), what it says, and its attachment."""

    sender: str
    header: Header
    attachment: bytes = field(repr=False)


class Opener:
    """Opens the messages of one site."""

    def __init__(self, keystore: Keystore, *, now: int) -> None:
        """`now` is Unix seconds."""
        self._site, self._now = keystore.site, now
        self._senders, self._former = keystore.senders(), keystore.former_senders()

    def open(self, file: bytes, *, seen: Container[bytes]) -> Opened:
        """Open a message's file; `seen` are the ids of those that have come.

        Raises:
            RefusedError: length, unknown, ended, broken, shape, newer, replayed or stale, the first that holds.
        """
        if len(file) not in FILE_LENGTHS:
            raise RefusedError("length")
        sender = self._senders.find(file)
        if sender is None:
            raise RefusedError("ended" if self._former.find(file) is not None else "unknown")
        try:
            header, attachment = self._senders.open(file, sender, site=self._site)
        except FormatError as wrong:
            raise RefusedError(_REASONS.get(wrong.layer, "broken")) from None
        if file[:ID] in seen:
            raise RefusedError("replayed")
        if not self._now - OLDEST.total_seconds() <= header.time <= self._now + AHEAD.total_seconds():
            raise RefusedError("stale")
        return Opened(sender, header, attachment)
