"""The page where boxes are drawn over children in one photo. Knows whom one may choose, and what is saved where.

The photo is shown upright, as families would see it; what is saved goes into `bilder.toml` beside it, never into it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from pluttra_publish.clock import now_of
from pluttra_publish.errors import ContentError, Findings
from pluttra_publish.local.server import LocalPage, Reply, json_reply
from pluttra_publish.media import CELLS, MARGIN, derive, probe
from pluttra_publish.platform import private_folder
from pluttra_publish.register import (
    Child,
    ChildNotFound,
    DepartmentNotFound,
    Register,
    find_child,
    find_department,
    read_register,
)
from pluttra_publish.resources import theme_folder
from pluttra_publish.settings import Settings
from pluttra_publish.site import PostPhoto, find_photo
from pluttra_publish.site.masking import NamedMasks, save_masks
from pluttra_publish.site.people import SMALLEST, read_box

_FILES = {
    "/": ("mask.html", "text/html; charset=utf-8"),
    "/mask.js": ("mask.js", "text/javascript; charset=utf-8"),
    "/boxes.js": ("boxes.js", "text/javascript; charset=utf-8"),
    "/session.js": ("session.js", "text/javascript; charset=utf-8"),
    "/local.css": ("local.css", "text/css; charset=utf-8"),
    "/icon.svg": ("../icon.svg", "image/svg+xml"),
}
_MOST = 200


@dataclass(frozen=True)
class Choice:
    """A child that a box may be given: the name as it is written in `bilder.toml`, and as it is shown."""

    name: str
    text: str


@dataclass(frozen=True)
class Choices:
    """Whom one may choose: those whom the post or the sidecar names, then the others of its department or preschool."""

    tagged: tuple[Choice, ...]
    others: tuple[Choice, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(choice.name for choice in (*self.tagged, *self.others))


class MaskPage:
    """One photo's page while it is open. `saved` is what was saved, None until then."""

    def __init__(self, photo: PostPhoto, choices: Choices, settings: Settings) -> None:
        self.photo = photo
        self.choices = choices
        self.saved: NamedMasks | None = None
        self._settings = settings
        self._masks = photo.people.masks

    @property
    def page(self) -> LocalPage:
        folder = theme_folder() / "static" / "local"
        files = {path: Reply((folder / name).read_bytes(), kind) for path, (name, kind) in _FILES.items()}
        return LocalPage(
            files=files,
            shows={"/state": self._state, "/photo": self._photo},
            takes={"/masks": self._save, "/close": lambda _: Reply(last=True)},
        )

    def _state(self) -> Reply:
        known = self.choices.names
        extra = {name: Choice(name, name) for name, _ in self._masks if name and name not in known}
        return json_reply(
            {
                "photo": self.photo.name,
                "post": self.photo.title,
                "tagged": [[choice.name, choice.text] for choice in (*self.choices.tagged, *extra.values())],
                "others": [[choice.name, choice.text] for choice in self.choices.others],
                "masks": self._masks,
                "cells": CELLS,
                "margin": MARGIN,
                "smallest": SMALLEST,
            }
        )

    def _photo(self) -> Reply:
        shown = derive(self.photo.path, cache=private_folder(self._settings.state / "cache")).files[-1]
        return Reply(shown.path.read_bytes(), shown.media_type)

    def _save(self, content: bytes) -> Reply:
        masks = self._read(content)
        if masks is None:
            return json_reply({"error": "Rutorna gick inte att läsa.", "hint": ""}, HTTPStatus.BAD_REQUEST)
        today = now_of(self._settings).date()
        now = find_photo(self._settings, self.photo.path, probe=probe, today=today)
        if now.people.masks != self._masks:
            message = "Någon annan har ändrat rutorna medan sidan var öppen."
            raise ContentError(message, hint="Stäng sidan och kör pluttra mask igen.")
        save_masks(now.sidecar, now.name, masks)
        self.saved = masks
        return json_reply({"saved": len(masks)}, last=True)

    def _read(self, content: bytes) -> NamedMasks | None:
        """Return what the page sent, if that is boxes of children that it was offered."""
        try:
            rows = json.loads(content)["masks"]
            pairs = [(name, read_box(box)) for name, box in rows]
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        offered = self.choices.names | {name for name, _ in self._masks} | {""}
        masks = tuple((name, box) for name, box in pairs if len(box) == 4 and isinstance(name, str) and name in offered)
        return masks if len(masks) == len(pairs) <= _MOST else None


def mask_page(settings: Settings, photo: PostPhoto, *, today: date) -> MaskPage:
    """Return the page for one photo.

    Raises:
        CheckFailed: the register is wrong, so that nobody knows who may be named.
    """
    findings = Findings()
    register = read_register(settings.register, findings)
    findings.stop()
    return MaskPage(photo, choices_for(photo, register, today=today), settings)


def choices_for(photo: PostPhoto, register: Register, *, today: date) -> Choices:
    """Return whom one may choose, each by the shortest name that means only that child in this post.

    Children of quarantined families are not among them, nor are names that mean nobody.
    """
    day = photo.day or today
    department = _department(photo, register, day)
    tagged = _unique(_named(photo, register, department, day))
    visible = register.visible
    rows = visible.placements_by_department.get(department, ()) if department else visible.placements
    children = {row.child for row in rows if row.span.holds(day)} - {child.id for child in tagged}
    others = sorted((visible.child[child] for child in children), key=lambda child: (child.name, child.id))
    return Choices(
        tuple(_choice(child, register, department, day) for child in tagged),
        tuple(_choice(child, register, department, day) for child in others),
    )


def _department(photo: PostPhoto, register: Register, day: date) -> str | None:
    """Return the department that names in the post are looked up in, as for its `Barn`."""
    try:
        if photo.place.kind == "department":
            return find_department(register, photo.place.name).id
        if photo.place.kind == "child":
            child = find_child(register, photo.place.name, department=None, on=day)
            placed = register.visible.placements_by_child.get(child.id, ())
            return next((row.department for row in placed if row.span.holds(day)), None)
    except (DepartmentNotFound, ChildNotFound):
        pass  # `check` says so
    return None


def _named(photo: PostPhoto, register: Register, department: str | None, day: date) -> Iterator[Child]:
    names = [(name, department) for name in photo.tagged]
    if photo.place.kind == "child":
        names.insert(0, (photo.place.name, None))
    for name, where in names:
        try:
            yield find_child(register, name, department=where, on=day)
        except ChildNotFound:
            continue


def _choice(child: Child, register: Register, department: str | None, day: date) -> Choice:
    for name in (child.first_name, child.name):
        try:
            if find_child(register, name, department=department, on=day) == child:
                return Choice(name, child.name)
        except ChildNotFound:
            continue
    return Choice(child.id, f"{child.name} ({child.id})")


def _unique(children: Iterable[Child]) -> tuple[Child, ...]:
    return tuple({child.id: child for child in children}.values())
