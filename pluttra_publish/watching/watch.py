"""The loop: hear, wait till it has settled, publish, tell. Knows when, and what to do when a publish fails. Does not know what a publish does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pluttra_publish.approvals import FILE as APPROVALS
from pluttra_publish.clock import now_of
from pluttra_publish.errors import Finding, FormatError, HostError, KeystoreError, PluttraError, UsageError
from pluttra_publish.inbox import Emptied, empty_all
from pluttra_publish.outcomes import Held, Published
from pluttra_publish.platform import identity_path, private_folder
from pluttra_publish.publish import next_due, publish, tell_waiting
from pluttra_publish.settings import FILE, Settings, read_settings
from pluttra_publish.site import see_folder
from pluttra_publish.site.folders import nfc, relative_name
from pluttra_publish.warm import Warm
from pluttra_publish.watching.listening import DeafError, Listener
from pluttra_publish.watching.settling import Settling, matters
from pluttra_publish.watching.told_beside import Beside
from pluttra_publish.world import world_of

_TICK = 1.0  # on Windows nothing is heard of Ctrl-C while a program waits
_SOON, _LATEST = 2.0, 300.0
_AGAIN = 60.0
_HELD_AGAIN = (15.0, 60.0, 300.0)  # a photo that another program had open
_FIRST_LOOK, _LOOKS = 10.0, 900.0  # the system may begin to tell of changes a little later than it is asked to
_MAIL = 300.0
_INBOX = 20.0
_PATIENCE = 300.0  # with what a synchroniser has not fetched yet

_PASSING = (HostError, UsageError, KeystoreError, FormatError)


@dataclass(frozen=True)
class Happened:
    """What has come of a try: what was published, what came from readers, or what hinders it; if that may pass, it is tried `again` in so many seconds.
    `untold` are posts that can't be told of beside them."""

    published: Published | None = None
    emptied: Emptied | None = None
    error: PluttraError | None = None
    again: float = 0.0
    untold: tuple[str, ...] = ()


class Watch:
    """A site that is published as it changes."""

    def __init__(self, site: Path, *, identity: Path | None = None, tell: Callable[[Happened], None]) -> None:
        """`tell` hears of everything that a person should hear of, each thing once.

        Raises:
            SettingsError: the settings are faulty.
        """
        self._site, self._identity, self._tell = site, identity or identity_path(), tell
        self._settings = read_settings(site)
        private_folder(self._settings.state)
        self._warm = Warm()
        self._settling = Settling(self._settings)
        self._watched = _watched(self._settings)
        self._day: date | None = None
        self._due: int | None = None
        self._said = ""
        self._failed = 0
        self._held: frozenset[str] = frozenset()
        self._tries = 0
        self._away: dict[str, float] = {}
        self._whole: object = None
        self._times: dict[str, float] = {"inbox": 0}
        self._said_of_inbox = ""

    def once(self) -> Happened:
        """Publish what has settled, and tell beside the posts.

        Raises:
            PluttraError: whatever hinders it.
        """
        self._inbox()
        self._wait_first()
        return self._publish()

    def run(self) -> None:
        """Publish whatever changes, as soon as it has settled, until interrupted."""
        listener = self._listener(polling=self._settings.watch.polling)
        try:
            self._wait_first()
            self._try()
            self._times["look"] = time.monotonic() + _FIRST_LOOK
            while True:
                listener = self._turn(listener)
        finally:
            listener.close()

    def _turn(self, listener: Listener) -> Listener:
        """Wait for something, and do what it asks for."""
        try:
            heard = listener.hear(min(_TICK, self._settling.soonest))
        except DeafError:
            message = (
                "Datorn kan inte säga till om ändringar i så här många mappar. Programmet ser efter själv i stället."
            )
            self._tell(Happened(error=HostError(message, hint=f"Skriv polling = true under [watch] i {FILE}.")))
            return self._again(listener, polling=True)
        single = self._single()
        self._settling.hear(path for path in heard if matters(path, self._settings, single))
        self._settling.look()
        if not listener.same or self._watched != _watched(self._settings):
            listener = self._again(listener, polling=self._settings.watch.polling)
            self._warm.changed = None
            self._try()
            self._times["look"] = time.monotonic() + _FIRST_LOOK
        elif self._settling.ready:
            self._tries = 0
            self._try()
        elif self._has_come("again"):
            self._try()
        elif self._is_time() or (self._has_come("look") and self._looks_otherwise()):
            self._warm.changed = None
            self._try()
        elif self._has_come("mail"):
            self._mail()
        elif self._has_come("inbox"):
            self._inbox()
        return listener

    def _again(self, listener: Listener, *, polling: bool) -> Listener:
        listener.close()
        self._settling = self._settling.anew(self._settings)
        return self._listener(polling=polling)

    def _listener(self, *, polling: bool) -> Listener:
        settings = self._settings
        self._watched = _watched(settings)
        deep = (settings.posts, settings.register, settings.talks, settings.theme)
        flat = {path.parent for path in self._single()}
        return Listener(deep, sorted(flat), polling=polling)

    def _single(self) -> tuple[Path, ...]:
        """Return the files that matter wherever they lie."""
        settings = self._settings
        logo = (settings.look.logo,) if settings.look.logo else ()
        folders = (settings.posts, settings.register, settings.talks, settings.theme)
        return (settings.root / FILE, settings.state / APPROVALS, *logo, *folders)

    def _wait_first(self) -> None:
        """Look twice, so that what is being copied as we come is not read."""
        try:
            before = self._warm.see(self._settings).posts
            time.sleep(self._settings.watch.settle)
            self._warm.changed = None
            after = self._warm.see(self._settings).posts
        except PluttraError:
            return  # whoever publishes tells it
        self._settling.hear(
            self._path_of(name) for name in before.keys() | after.keys() if before.get(name) != after.get(name)
        )

    def _try(self) -> None:
        """Publish; if that can't be, say why and when it is tried again."""
        self._times.pop("again", None)
        if self._failed:
            self._warm.changed = None
        try:
            happened = self._publish()
        except PluttraError as error:
            self._fail(error, passing=isinstance(error, _PASSING))
        except OSError as error:
            self._fail(
                HostError(f"Filen eller disken svarar inte ({error.strerror or type(error).__name__})."), passing=True
            )
        except Exception as bug:  # its text could hold a name; and whoever watches goes on
            self._fail(PluttraError(f"Ett fel i programmet ({type(bug).__name__})."), passing=True)
        else:
            self._failed, self._said = 0, ""
            self._tell(happened)

    def _publish(self) -> Happened:
        self._settings = settings = read_settings(self._site)
        taken, restless = self._settling.take(), {self._name_of(unit) for unit in self._settling.restless}
        if self._warm.changed is not None:
            self._warm.changed = {*self._warm.changed, *taken}
        now = now_of(settings)
        published = publish(
            settings,
            identity=self._identity,
            hold_back=True,
            not_yet=restless,
            warm=self._warm,
        )
        self._day, self._due = now.date(), next_due(settings)
        self._times["look"] = time.monotonic() + _LOOKS
        self._whole = self._look(now)
        if published.told and published.told.is_worth_another_try:
            self._times["mail"] = time.monotonic() + _MAIL
        self._plan_next(published)
        beside = Beside(settings, self._warm.seen.posts)
        untold = beside.tell(self._patient(published.held), published.out, now, leave=restless)
        return Happened(published, untold=tuple(untold))

    def _plan_next(self, published: Published) -> None:
        """Try what is held back again after a while, though nothing changes: a file may have been open in another program."""
        if published.held.keys() != self._held:
            self._held, self._tries = frozenset(published.held), 0
        if published.held and self._tries < len(_HELD_AGAIN):
            self._times["again"] = time.monotonic() + _HELD_AGAIN[self._tries]
            self._tries += 1

    def _patient(self, held: Mapping[str, Held]) -> dict[str, Held]:
        """Return what is told of what is held back: not of files that are on their way from a cloud."""
        now, away = time.monotonic(), self._warm.seen.away
        self._away = {name: self._away.get(name, now) for name in away}
        return {name: one for name, one in held.items() if name not in away or now - self._away[name] >= _PATIENCE}

    def _fail(self, error: PluttraError, *, passing: bool) -> None:
        self._failed += 1
        again = min(_LATEST, _SOON * 2 ** (self._failed - 1)) if passing else _AGAIN
        self._times["again"] = time.monotonic() + again
        findings: Iterable[Finding] = getattr(error, "findings", ())
        said = "\n".join([str(error), *map(str, findings)])
        if said != self._said:
            self._tell(Happened(error=error, again=again if passing else 0))
        self._said = said

    def _mail(self) -> None:
        del self._times["mail"]
        told = tell_waiting(self._settings, identity=self._identity)
        if told and told.is_worth_another_try:
            self._times["mail"] = time.monotonic() + _MAIL

    def _inbox(self) -> None:
        """Take in what readers have sent. What it asks changes files, and those are heard of as any others."""
        self._times["inbox"] = time.monotonic() + _INBOX
        if not self._settings.drop.is_on:
            return
        trouble: PluttraError | None = None
        try:
            emptied = empty_all(self._settings, identity=self._identity)
            trouble = next(iter(emptied.trouble), None)
            if emptied.came or emptied.refused:
                self._tell(Happened(emptied=emptied))
        except PluttraError as error:
            trouble = error
        except Exception as bug:  # its text could hold a name; and whoever watches goes on
            trouble = PluttraError(f"Ett fel i programmet när brevlådan tömdes ({type(bug).__name__}).")
        if trouble is not None and str(trouble) != self._said_of_inbox:
            self._tell(Happened(error=trouble))
        self._said_of_inbox = str(trouble or "")

    def _has_come(self, what: str) -> bool:
        return self._times.get(what, float("inf")) <= time.monotonic()

    def _is_time(self) -> bool:
        """Tell whether a new day has begun, or something's time has come."""
        if "again" in self._times:
            return False
        now = now_of(self._settings)
        return (self._day is not None and now.date() != self._day) or (
            self._due is not None and self._due <= int(now.timestamp())
        )

    def _looks_otherwise(self) -> bool:
        """Tell whether something has changed of which nothing was heard."""
        self._times["look"] = time.monotonic() + _LOOKS
        self._warm.changed = None
        try:
            self._warm.see(self._settings)
            return self._look(now_of(self._settings)) != self._whole
        except (PluttraError, OSError):
            return True

    def _look(self, now: datetime) -> object:
        settings = self._settings
        return self._warm.seen, world_of(settings, now, self._warm.digest), see_folder(settings.talks)

    def _name_of(self, unit: Path) -> str:
        settings = self._settings
        try:
            below = unit.relative_to(settings.posts).as_posix()
        except ValueError:
            return ""
        return nfc(f"{relative_name(settings.posts.absolute(), settings.root.absolute())}/{below}")

    def _path_of(self, name: str) -> Path:
        settings = self._settings
        shown = relative_name(settings.posts.absolute(), settings.root.absolute())
        return settings.posts / name.removeprefix(f"{shown}/")


def _watched(settings: Settings) -> tuple[object, ...]:
    """Return what of the settings decides what is listened to, and how."""
    return settings.posts, settings.register, settings.talks, settings.theme, settings.look.logo, settings.watch
