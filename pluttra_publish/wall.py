"""A post for the wall: which of its photos, names and words may hang where everybody passes. Knows consents, not HTML or paper.

Whoever comes to the preschool sees the wall, so it asks for more than the site: that every child on a photo, or named, may hang there
(the purpose that `[consents] wall` names) as well as be shown or named at all. What is not known to be allowed is left out, and words
that cannot be left out stop it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape
from pathlib import Path

from pluttra_publish.clock import now_of
from pluttra_publish.edition import edit_of
from pluttra_publish.errors import ConsentError, ContentError, Findings, LeakError, UsageError
from pluttra_publish.media import derive_all
from pluttra_publish.people import read_people
from pluttra_publish.plan import PlannedPost, title_of
from pluttra_publish.planning import plain_id
from pluttra_publish.platform import private_folder
from pluttra_publish.protected_names import protected_names
from pluttra_publish.register import Child, Consents, read_allowed_words
from pluttra_publish.register import title_of as purpose_title
from pluttra_publish.register.consents import NAME, PHOTO, Purpose
from pluttra_publish.register.values import fold
from pluttra_publish.rules import read_rules
from pluttra_publish.settings import Settings
from pluttra_publish.site import MediaFile
from pluttra_publish.standing import goals_of, labels
from pluttra_publish.who_is_on import who_is_on

_TAG = re.compile(r"<[^>]*>")
_FIGURE = re.compile(r"<img [^>]*>")
_NAME = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class WallPhoto:
    """A photo for the wall: its largest derivative, without metadata and with its masks, and what it shows in words."""

    path: Path
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class Wall:
    """What may hang. `left_out` says of each medium that may not which it is and why; `through` is the last day it may hang, if any is known."""

    title: str
    place: str
    preschool: str
    day: date
    body: str
    lang: str
    photos: tuple[WallPhoto, ...]
    names: tuple[str, ...]
    goals: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str], ...]
    through: date | None
    made: date


def make_wall(settings: Settings, path: Path, *, words: bool, step: Callable[[str, int, int], None]) -> Wall:
    """Return what may hang of the post at `path`, today; without the post's text if `words` is false.

    Raises:
        UsageError: there is no such post, or it is not for everybody of a department or the preschool, or is not published; or nobody
            has been asked about the wall.
        ConsentError: the title or the text names a child that may not hang there.
        LeakError: they name somebody of a quarantined family.
        CheckFailed: posts or register are faulty.
    """
    if not settings.consents.wall:
        hint = 'Skriv purposes = ["vägg"] och wall = "vägg" under [consents] i pluttra.toml, och samla in svaren i samtycken.csv.'
        raise UsageError("Vårdnadshavarna har inte tillfrågats om väggen.", hint=hint)
    now = now_of(settings)
    rules = read_rules(settings, plain_id, first_month=None, now=now, step=step)
    findings = Findings()
    people = read_people(settings, findings)
    planned = _planned(rules.plan.posts, rules.find(path)[0].source)
    judge = _Judge(people.consents, people.consents.purposes.named(settings.consents.wall), now.date())
    on_media = who_is_on([planned], people.register, findings)
    findings.stop()
    photos: list[MediaFile] = []
    left_out: list[tuple[str, str]] = []
    shown: set[str] = set()
    for file in planned.post.media:
        on = on_media[file.path]
        seen = [child for child in on.children if child not in on.masked]
        if file.kind != "photo":
            left_out.append((file.name, "bara bilder kan hänga på en vägg"))
        elif why := judge.against(seen, PHOTO):
            left_out.append((file.name, why))
        else:
            photos.append(file)
            shown |= set(seen)
    named = tuple(child for child in planned.children if not judge.against([child.id], NAME))
    shown |= {child.id for child in named}
    body = _FIGURE.sub("", planned.post.body) if words else ""
    text = unescape(_TAG.sub(" ", f"{planned.post.title}\n{body}"))
    _check_words(text, planned, judge)
    allowed = read_allowed_words(settings.register, findings)
    if protected_names(people.register, allowed).anything(text):
        raise LeakError(
            "Texten nämner någon som inte får finnas på väggen.", hint="Kör pluttra check, och rätta texten."
        )
    if not photos and not body:
        raise ConsentError(
            "Ingenting i inlägget får hänga på väggen.", hint="; ".join(f"{n}: {why}" for n, why in left_out)
        )
    return Wall(
        title=planned.post.title,
        place=title_of(planned.home, people.register),
        preschool=settings.name,
        day=planned.post.date.date(),
        body=body,
        lang=planned.post.lang,
        photos=tuple(_derived(settings, photos, lambda text: _named_wrongly(text, planned, judge), step)),
        names=tuple(child.first_name for child in named),
        goals=labels(goals_of(planned.post, Findings())),
        left_out=tuple(left_out),
        through=judge.through(shown | set(_in_words(text, people.register.visible.children))),
        made=now.date(),
    )


def _planned(posts: Iterable[PlannedPost], source: str) -> PlannedPost:
    """Return the post as everybody of its department, or of the preschool, reads it."""
    parts = [planned for planned in posts if planned.post.source == source]
    found = next((one for one in parts if one.home.kind in {"department", "preschool"}), None)
    if found is None:
        message = "Inlägget läses inte av alla på en avdelning eller förskolan, så det kan inte hänga där alla ser det."
        hint = "Ett utkast eller ett inlägg som väntar publiceras först. Det som ligger i barn/ och personal/ hänger inte på väggen."
        raise UsageError(message, hint=hint)
    return found


@dataclass(frozen=True)
class _Judge:
    """Tells who may hang."""

    consents: Consents
    wall: Purpose
    today: date

    def against(self, children: Iterable[str], purpose: Purpose) -> str:
        """Return why these children may not hang together, or nothing when they may."""
        why = []
        for child in children:
            lacking = [one for one in (purpose, self.wall) if not self.consents.may(child, one, self.today)]
            if lacking:
                asked = " och ".join(purpose_title(one).lower() for one in lacking)
                why.append(f"{self.consents.register.child[child].name} har inte samtycke till {asked}")
        return ", ".join(why)

    def through(self, children: Iterable[str]) -> date | None:
        """Return the last day on which all that is known today still lets these children hang."""
        days = sorted({day for child in children for day in self.consents.turns(child) if day > self.today})
        for day in days:
            if any(self._ends(child, purpose, day) for child in children for purpose in (PHOTO, NAME, self.wall)):
                return day - timedelta(days=1)
        return None

    def _ends(self, child: str, purpose: Purpose, day: date) -> bool:
        return self.consents.may(child, purpose, self.today) and not self.consents.may(child, purpose, day)


def _check_words(text: str, planned: PlannedPost, judge: _Judge) -> None:
    """Refuse words that name a child who may not be named on the wall.

    A first name means the post's own child of that name, if it has one; else every child of that name in the register.
    """
    if child := _named_wrongly(text, planned, judge):
        why = judge.against([child.id], NAME)
        hint = f"{why}. Ta bort namnet ur titel och text, gör väggen utan text (--no-text), eller skriv på raden Barn vem det är om det är någon annan."
        raise ConsentError(f"Texten nämner {child.first_name}, som inte får nämnas på väggen.", hint=hint)


def _named_wrongly(text: str, planned: PlannedPost, judge: _Judge) -> Child | None:
    tagged = {fold(child.first_name) for child in planned.children}
    others = (child for child in judge.consents.register.visible.children if fold(child.first_name) not in tagged)
    meant = (*_children_in(text, planned.children), *_children_in(text, others))
    return next((child for child in meant if judge.against([child.id], NAME)), None)


def _in_words(text: str, children: Iterable[Child]) -> Iterator[str]:
    return (child.id for child in _children_in(text, children))


def _children_in(text: str, children: Iterable[Child]) -> Iterator[Child]:
    """Yield the children whose first name, or a part of it, stands in the text with a capital letter, inflected or not."""
    written = {fold(word) for word in _NAME.findall(text) if word[0].isupper()}
    written |= {word.removesuffix("s") for word in written}
    for child in children:
        parts = {fold(child.first_name), *map(fold, _NAME.findall(child.first_name))}
        if parts & written:
            yield child


def _derived(
    settings: Settings,
    photos: list[MediaFile],
    names_wrongly: Callable[[str], object],
    step: Callable[[str, int, int], None],
) -> Iterator[WallPhoto]:
    edits = {file.path: edit_of(file) for file in photos}
    cache = private_folder(settings.state / "cache")
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        found = derive_all(
            edits, cache=cache, executor=workers, progress=lambda _, done, total: step("Bilder", done, total)
        )
    for file in photos:
        made = found[file.path]
        if isinstance(made, ContentError):
            raise made
        largest = made.files[-1]
        yield WallPhoto(largest.path, largest.width, largest.height, "Bild" if names_wrongly(file.alt) else file.alt)
