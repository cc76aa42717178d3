"""A mail account that messages are sent to as text. Knows numbers of mails, and what they hold. Does not know what is sealed, and remembers no sender.

Only what came in the last weeks is looked at, once: which mails hold no message is kept in a file of numbers. They are left as they are, not even
marked as read. A mail whose messages have all been deleted here is moved to the account's trash, or removed where there is none.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pluttra_publish.errors import HostError
from pluttra_publish.hosts.armour import armoured_in_mail
from pluttra_publish.hosts.imap_line import ImapLine
from pluttra_publish.platform import write_atomically
from pluttra_publish.settings import ImapSettings

_LOOKED_BACK = timedelta(days=45)  # a message older than a month is refused anyway
_KEY = re.compile(r"([0-9]{1,10})-([0-9]{1,10})-([0-9]{1,4})")
_AT_ONCE = 200


class ImapDrop:
    """The inbox of a mail account. `memory` is a private file that may be deleted at any time."""

    def __init__(self, settings: ImapSettings, password: str, memory: Path | None = None) -> None:
        self._settings, self._password, self._memory = settings, password, memory
        self.name = f"imap://{settings.server}"
        self._made: ImapLine | None = None
        self._read: tuple[int, tuple[bytes, ...]] | None = None
        self._left: dict[int, set[int]] = {}

    def list(self) -> Iterator[tuple[str, int]]:
        """Yield key and length of every message, one mail after the other.

        Raises:
            HostError: the server does not answer, is not who it should be, or does not let us in.
        """
        with self._telling():
            line = self._line()
            found = line.since((datetime.now(UTC) - _LOOKED_BACK).date())
            without = self._remembered(line) & {*found}
            try:
                for number in found:
                    if number not in without:
                        messages = self._messages(number)
                        if not messages:
                            without.add(number)
                        yield from ((f"{line.numbering}-{number}-{at}", len(one)) for at, one in enumerate(messages))
            finally:
                self._remember(line, without)

    def get(self, key: str, most: int) -> bytes | None:
        """Return a message, at most `most` + 1 bytes of it; None if its mail is gone.

        Raises:
            HostError: the server does not answer.
        """
        with self._telling():
            number, place = self._placed(key)
            messages = self._messages(number) if number else ()
            return messages[place][: most + 1] if place < len(messages) else None

    def delete(self, keys: Iterable[str]) -> None:
        """Take away the mails all of whose messages have been deleted.

        Raises:
            HostError: the server does not answer, or refuses.
        """
        with self._telling():
            empty: list[int] = []
            for key in keys:
                number, place = self._placed(key)
                if not number:
                    continue
                if number not in self._left:
                    self._messages(number)
                left = self._left[number]
                left.discard(place)
                if not left and number not in empty:
                    empty.append(number)
            for start in range(0, len(empty), _AT_ONCE):
                self._line().remove(empty[start : start + _AT_ONCE])

    def close(self) -> None:
        """Hang up."""
        line, self._made = self._made, None
        if line is not None:
            line.hang_up()

    def _line(self) -> ImapLine:
        if self._made is None:
            self._made = ImapLine(self._settings, self._password)
            self._read, self._left = None, {}
        return self._made

    def _placed(self, key: str) -> tuple[int, int]:
        """Return the number of a mail and the place of a message in it; 0 for a key that means nothing now."""
        match = _KEY.fullmatch(key)
        if match is None or int(match[1]) != self._line().numbering:
            return 0, 0
        return int(match[2]), int(match[3])

    def _messages(self, number: int) -> tuple[bytes, ...]:
        if self._read is None or self._read[0] != number:
            mail = self._line().mail(number)
            self._read = number, armoured_in_mail(mail) if mail else ()
            self._left.setdefault(number, {*range(len(self._read[1]))})
        return self._read[1]

    def _remembered(self, line: ImapLine) -> set[int]:
        """Return the numbers of mails that are known to hold no message."""
        if self._memory is None:
            return set()
        try:
            said = json.loads(self._memory.read_bytes())
            return {int(number) for number in said["without"]} if said["numbering"] == line.numbering else set()
        except (OSError, ValueError, TypeError, KeyError):
            return set()

    def _remember(self, line: ImapLine, without: set[int]) -> None:
        if self._memory is not None:
            said = {"numbering": line.numbering, "without": sorted(without)}
            with contextlib.suppress(OSError):  # then they are looked at once more
                write_atomically(self._memory, json.dumps(said).encode(), private=True)

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            with ImapLine.telling(self._settings):
                yield
        except HostError:
            self.close()  # the next question makes a new connection
            raise
