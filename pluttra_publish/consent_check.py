"""Who may see, hear or read of whom: planned posts and consents to where each medium may be, and findings. Pure rules.

A photo, film or sound may be in an audience if every child on it may be shown there: because the audience is the child's
own, because the child is masked on that photo, or because there is a consent. Guardians of siblings with the same
guardians are one. What has no consent is told apart by time:

- A consent that held at any time from the post's day through today, and does not now, has been withdrawn or has expired:
  the medium may have been published, so it is **narrowed** – taken from the wider audiences, kept in the child's own where
  that shows nobody else without consent, and nobody anything new – with a warning, and publishing goes on.
- A consent that has not held since the post's day stops the build.

A child's name on a wider post goes the same way: narrowed, the child is no longer named there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pluttra_publish.errors import ConsentError, Findings
from pluttra_publish.plan import Access, PlannedPost, title_of
from pluttra_publish.register.consents import FILM, NAME, PHOTO, SOUND, Consents, Purpose
from pluttra_publish.register.names import same_guardians
from pluttra_publish.register.values import Audience, Child, Register
from pluttra_publish.site import MediaFile

_WHAT = {"photo": "Bilden", "film": "Filmen", "sound": "Ljudet"}
_MAY_NOT = {PHOTO: "synas på bild", FILM: "synas på film", SOUND: "höras", NAME: "nämnas vid namn"}


@dataclass(frozen=True)
class OnMedium:
    """Who is on a photo, film or sound: ids of children, those who are masked on the photo, and whether a film is heard."""

    children: tuple[str, ...]
    masked: frozenset[str] = frozenset()
    heard: bool = True


@dataclass(frozen=True)
class Decision:
    """What may be shown where. `narrowed` and `unnamed` hold only what differs from the plan.

    `narrowed`: (post id, file name) → the audiences that may have the medium, the owner first; none is nowhere.
    `unnamed`: post id → ids of children whose tag is left out of every audience but their own.
    """

    narrowed: Mapping[tuple[str, str], tuple[Audience, ...]] = field(default_factory=dict)
    unnamed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def audiences(self, planned: PlannedPost, file: str) -> tuple[Audience, ...]:
        """Return where a medium of a planned post may be, the owner (whose seal secret it gets) first."""
        return self.narrowed.get((planned.id, file), planned.audiences)

    def named(self, planned: PlannedPost, audience: Audience) -> tuple[Child, ...]:
        """Return the children that a post names in an audience."""
        hidden = self.unnamed.get(planned.id, frozenset())
        own = {audience.id} if audience.kind == "child" else set()
        return tuple(child for child in planned.children if child.id not in hidden or child.id in own)


def decide(
    planned: Iterable[PlannedPost],
    consents: Consents,
    *,
    access: Access,
    today: date,
    findings: Findings,
    on_media: Mapping[Path, OnMedium] | None = None,
) -> Decision:
    """Return where every medium and name may be, and add what is wrong or narrowed to `findings`.

    `on_media` says by the file's path who is on a medium; on one that is not in it are all the children of the post, and a
    film is heard. A medium that stops the build is narrowed too, so that nobody who goes on all the same shows it.
    """
    narrowed: dict[tuple[str, str], tuple[Audience, ...]] = {}
    unnamed: dict[str, frozenset[str]] = {}
    for post in planned:
        judge = _Judge(post, consents, access, today, findings)
        for file in post.post.media:
            children = tuple(child.id for child in post.children)
            on = (on_media or {}).get(file.path) or OnMedium(children)
            allowed = judge.medium(file, on)
            if allowed != post.audiences:
                narrowed[post.id, file.name] = allowed
        if hidden := judge.names():
            unnamed[post.id] = hidden
    return Decision(narrowed, unnamed)


def place_of(audience: Audience, register: Register) -> str:
    """Return what an audience is called in a finding."""
    return f"sidan för {title_of(audience, register)}" if audience.kind == "child" else title_of(audience, register)


@dataclass(frozen=True)
class _Judge:
    """Judges what is in one post."""

    planned: PlannedPost
    consents: Consents
    access: Access
    today: date
    findings: Findings

    def medium(self, file: MediaFile, on: OnMedium) -> tuple[Audience, ...]:
        """Return the audiences that may have a medium: the post's, or what is left of them and the children's own."""
        shown = [child for child in dict.fromkeys(on.children) if file.kind != "photo" or child not in on.masked]
        asked = {PHOTO: (PHOTO,), FILM: (FILM, SOUND) if on.heard else (FILM,), SOUND: (SOUND,)}[file.kind]
        lacking = {child: tuple(p for p in asked if not self.consents.may(child, p, self.today)) for child in shown}
        lacking = {child: purposes for child, purposes in lacking.items() if purposes}

        def may_have(audience: Audience) -> bool:
            return all(self._is_own(audience, child) for child in lacking)

        if all(may_have(audience) for audience in self.planned.audiences):
            return self.planned.audiences
        left = [audience for audience in self.planned.audiences if may_have(audience)]
        own = [Audience("child", child) for child in lacking]
        left += [one for one in own if one not in left and may_have(one) and self._adds_nobody(one)]
        for child, purposes in lacking.items():
            if wider := self._wider(child):
                self._tell_medium(file, child, purposes, wider, tuple(left))
        return tuple(left)

    def _adds_nobody(self, own: Audience) -> bool:
        """Tell whether everybody who reads a child's page reads the post already: a consent that ends never widens."""
        month = self.planned.month
        readers = [held for held in self.access.values() if month in held.get(own, ())]
        return all(any(month in held.get(one, ()) for one in self.planned.audiences) for held in readers)

    def names(self) -> frozenset[str]:
        """Return the ids of the children whose tags must go from wider audiences."""
        hidden = set()
        for child in self.planned.children:
            wider = self._wider(child.id)
            if wider and not self.consents.may(child.id, NAME, self.today):
                hidden.add(child.id)
                self._tell_name(child, wider)
        return frozenset(hidden)

    def _wider(self, child: str) -> list[Audience]:
        return [audience for audience in self.planned.audiences if not self._is_own(audience, child)]

    def _is_own(self, audience: Audience, child: str) -> bool:
        """Tell whether an audience is the child's own – or the staff's part of it – or that of a child with the same guardians, then and now."""
        kind, _, ident = audience.key.removeprefix("staff:").partition(":")
        if kind != "child" or ident == child:
            return kind == "child"
        days = (self._day, self.today)
        return all(same_guardians(self.consents.register, ident, child, day) for day in days)

    def _had(self, child: str, purpose: Purpose) -> bool:
        return self.consents.had(child, purpose, min(self._day, self.today), self.today)

    @property
    def _day(self) -> date:
        return self.planned.post.date.date()

    def _tell_medium(
        self,
        file: MediaFile,
        child: str,
        purposes: tuple[Purpose, ...],
        wider: list[Audience],
        left: tuple[Audience, ...],
    ) -> None:
        source, what, name = self.planned.post.source, _WHAT[file.kind], self._name(child)
        may_not = " och ".join(_MAY_NOT[purpose] for purpose in purposes)
        if all(self._had(child, purpose) for purpose in purposes):
            message = f"{name} har inte längre samtycke till att {may_not}. {what} tas bort från {self._titles(wider)}"
            if any(self._is_own(audience, child) for audience in left):
                message += " och finns kvar på barnets egen sida."
            else:
                message += " och visas ingenstans: på barnets egen sida skulle fler se den än de som redan får."
            mend = "Det är gjort. Originalet ligger kvar i mappen"
            mend += ". Maskera barnet om bilden ska visas för alla igen." if file.kind == "photo" else "."
            self.findings.warning(source, file.name, message, mend)
            return
        message = f"{name} har inte samtycke till att {may_not} i {self._titles(wider)}."
        mend = f"Ta bort {'bilden' if file.kind == 'photo' else what.lower()} ur inlägget, eller lägg "
        mend += f"{'den' if file.kind != 'sound' else 'det'} i inlagg/barn/{name}/"
        mend += ", eller maskera barnet på den." if file.kind == "photo" else "."
        self.findings.error(ConsentError, source, file.name, message, mend)

    def _name(self, child: str) -> str:
        return self.consents.register.child[child].name

    def _titles(self, audiences: Iterable[Audience]) -> str:
        return " och ".join(place_of(audience, self.consents.register) for audience in audiences)

    def _tell_name(self, child: Child, wider: list[Audience]) -> None:
        source = self.planned.post.source
        if self._had(child.id, NAME):
            message = f"{child.name} har inte längre samtycke till att nämnas vid namn. Namnet ur Barn visas inte i "
            message += self._titles(wider)
            own = Audience("child", child.id) in self.planned.audiences
            message += ", men på barnets egen sida." if own else ", och inlägget inte på barnets egen sida."
            self.findings.warning(source, "Barn", message, "Ta bort namnet ur texten också, om det står där.")
            return
        message = f"{child.name} har inte samtycke till att nämnas vid namn i {self._titles(wider)}."
        mend = f"Ta bort namnet ur Barn och ur texten, eller lägg inlägget i inlagg/barn/{child.name}/."
        self.findings.error(ConsentError, source, "Barn", message, mend)
