"""What one run of Pelican shares: Pelican makes its readers, generators and writer itself, and they find the run here.

Does not know Pelican.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pluttra_publish.errors import ContentError, Findings, LeakError
from pluttra_publish.site.containment import Alarm
from pluttra_publish.site.folders import Source
from pluttra_publish.site.frontmatter import Field
from pluttra_publish.site.languages import Language
from pluttra_publish.site.links import Library
from pluttra_publish.site.metadata import Surroundings
from pluttra_publish.site.values import Edition, MediaKind, Pages, Place, Post, ProbeLike, SiteSettings


@dataclass(frozen=True)
class Shot:
    """A photo, film or sound as it lies in a post's folder, and when it was captured, as an instant.

    `live` tells that a film was taken with a photo; `captions` is the file with its captions, if there is one.
    """

    name: str
    path: Path
    kind: MediaKind
    captured: datetime | None
    live: bool = False
    captions: Path | None = None

    def with_captions(self, path: Path) -> Shot:
        return replace(self, captions=path)


@dataclass
class Opened:
    """A post being read: where it lies, its media in order, and the captions and the clips that its front matter gives them.

    `attributes` are what its text says in braces after images, as (address, text): they never become HTML.
    """

    source: Source
    shots: tuple[Shot, ...]
    captions: tuple[Field, ...] = ()
    clips: tuple[Field, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass
class Run:
    """The state of one run. `plan` is asked once, between reading and rendering."""

    settings: SiteSettings
    around: Surroundings
    probe: Callable[[Path], ProbeLike]
    plan: Callable[[list[Post]], Edition | None]
    sources: dict[Place, list[Source]]
    library: Library
    languages: Callable[[], Mapping[str, Language]]
    shelves: list[Any] = field(default_factory=list)
    reading: Opened | None = None
    alarms: list[Alarm] = field(default_factory=list)
    pages: Pages | None = None
    workshop: Any = None
    refused: LeakError | None = None

    @property
    def findings(self) -> Findings:
        return self.around.findings

    def heard(self, alarm: Alarm) -> None:
        """Take in a warning: of the post being read if there is one, else of Pelican as a whole."""
        if self.reading is None:
            self.alarms.append(alarm)
            return
        message = f"Inlägget går inte att läsa säkert. {alarm}"
        self.findings.error(
            ContentError, self.reading.source.text_name, "", message, "Rätta texten, eller slå av tillägget."
        )

    def stop_on_alarms(self) -> None:
        """Raise if Pelican or a plugin has warned of anything outside a post.

        Raises:
            LeakError: nothing may be published by a Pelican that is not as it should be.
        """
        if self.alarms:
            what = "; ".join(dict.fromkeys(map(str, self.alarms)))
            hint = "Se efter bland tilläggen (plugins) i pluttra.toml."
            raise LeakError(f"Pelican varnade, så ingenting har publicerats. {what}", hint=hint)


_CURRENT: ContextVar[Run | None] = ContextVar("pluttra_run", default=None)


def current_run() -> Run:
    """Return the run that is going on.

    Raises:
        LeakError: there is none; somebody uses our plugin in a Pelican of their own.
    """
    run = _CURRENT.get()
    if run is None:
        raise LeakError("Pluttra Publishs tillägg till Pelican går bara att använda inifrån Pluttra Publish.")
    return run


@contextmanager
def begin(run: Run) -> Iterator[None]:
    """Make `run` the one that goes on.

    Raises:
        LeakError: another one goes on already; Pelican's state is shared by the whole program.
    """
    if _CURRENT.get() is not None:
        raise LeakError("Sidorna byggs redan.")
    token = _CURRENT.set(run)
    try:
        yield
    finally:
        _CURRENT.reset(token)
