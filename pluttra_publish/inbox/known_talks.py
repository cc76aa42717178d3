"""Development talks as they lie in their folders, for whoever does what a message about one asks: which talk a page's id means, and which times it can have. Opens no notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from pluttra_publish.bookings import Booked, free_times
from pluttra_publish.errors import ContentError
from pluttra_publish.register import Child, Register, departments_of, find_child
from pluttra_publish.settings import Settings
from pluttra_publish.site.talk_folder import TimedTalk, read_timed_again, read_timed_talks


@dataclass(frozen=True)
class KnownTalk:
    """A talk, and whose it is."""

    talk: TimedTalk
    child: Child


class KnownTalks:
    """All talks of a preschool, read once. What is written to one since must be told of with `look_again`."""

    def __init__(self, settings: Settings, register: Register, opaque_id: Callable[..., str], now: datetime) -> None:
        self._settings, self._register, self._now = settings, register, now
        self._known: dict[str, KnownTalk] = {}
        for talk in read_timed_talks(settings.talks, settings, today=now.date()):
            try:
                child = find_child(register, talk.child, department=None, on=talk.date.date())
            except ContentError:
                continue  # whoever publishes says so
            self._known[opaque_id("talk", child.id, talk.name)] = KnownTalk(talk, child)

    def get(self, page: object) -> KnownTalk | None:
        """Return the talk whose page has this id."""
        return self._known.get(page) if isinstance(page, str) else None

    def free(self, known: KnownTalk, now: datetime) -> tuple[datetime, ...]:
        """Return the times that a talk can have at `now`."""
        return free_times(self._booked(known), self._all(), now)

    def look_again(self, page: str) -> None:
        """Read one talk anew."""
        known = self._known[page]
        talk = read_timed_again(known.talk, self._settings, today=self._now.date())
        if talk is None:
            del self._known[page]
        else:
            self._known[page] = KnownTalk(talk, known.child)

    def _all(self) -> Iterable[Booked]:
        return map(self._booked, self._known.values())

    def _booked(self, known: KnownTalk) -> Booked:
        places = departments_of(self._register, known.child.id, self._now.date())
        return Booked(known.talk.source, frozenset(department.id for department in places), known.talk.times)
