"""A post from a telephone to a folder among the posts, where it is read as any other. Knows who may write where, and who may be seen there.

What the sender's reader would never have sent is refused. What somebody of the staff has written in earnest is never thrown away: if a child may not be seen there, or a file
can't be used, the whole post lies in `inkommet/` with the reason beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pluttra_publish.errors import ContentError, FormatError, IdentityError, UsageError
from pluttra_publish.format import shape
from pluttra_publish.inbox.desk import LONGEST_TITLE, Applied, Arrived, ArrivedFile, Desk, text_in
from pluttra_publish.inbox.post_folder import (
    Medium,
    PhonePost,
    folder_name,
    made_before,
    may_be_name,
    put_folder,
    put_post,
)
from pluttra_publish.inbox.refusing import RefusedError
from pluttra_publish.media import Kind, probe, suffix_of
from pluttra_publish.new_post import home_in
from pluttra_publish.platform import telling
from pluttra_publish.register import (
    FILM,
    NAME,
    PHOTO,
    SOUND,
    Audience,
    Child,
    Purpose,
    Reader,
    departments_of,
    find_child,
    same_guardians,
)
from pluttra_publish.site.dates import plausible
from pluttra_publish.site.folders import CHILDREN, SHARED

LONGEST_ALT = 1_000
LARGEST = 500 * 2**20
"""Bytes of one photo, film or sound."""

_T = TypeVar("_T")
_ASKED: dict[Kind, tuple[Purpose, ...]] = {"photo": (PHOTO,), "film": (FILM, SOUND), "sound": (SOUND,)}
_SHOWN: dict[Kind, str] = {"photo": "vara med på bild", "film": "vara med på film", "sound": "höras"}
_MEND = "Rätta det som står ovan, och flytta sedan hela mappen till {home}. Då läggs inlägget ut som vanligt."


def apply_post(desk: Desk, arrived: Arrived) -> Applied:
    """Make a folder of a post that one of the staff has sent. Done twice it leaves one folder.

    Raises:
        RefusedError: shape; may-not, if the sender is not of the staff, or doesn't read this month there.
        UsageError: the folder can't be written.
    """
    if arrived.sender.role == "guardian":
        raise RefusedError("may-not")
    said = _said(desk, arrived)
    if said.home.kind == "staff" or not desk.reads_now(arrived.sender, said.home):
        raise RefusedError("may-not")
    judged = _Judging(desk, arrived.sender, said)
    faults, media = list(judged.names()), []
    for number, each in enumerate(said.files, 1):
        kind, suffix, fault = _looked_at(each, number)
        media.append(Medium(each.arrived.path, suffix, each.alt, judged.written(each.children)))
        faults += [fault] if fault else judged.shown(each, kind, number)
    own = said.home.kind == "child"  # whose folder says already whom it is about
    post = PhonePost(
        message=arrived.header.id,
        title=said.title,
        text=said.text,
        date=said.date,
        author=arrived.sender.name,
        draft=desk.settings.drop.posts == "draft",
        children=() if own else judged.written(said.children),
        on_media=judged.written([desk.register.child[said.home.id]] if own else said.children),
        media=tuple(media),
    )
    try:
        home = home_folder(desk, said.home)
    except UsageError as wrong:
        return _kept(desk, arrived, post, [*faults, str(wrong)], "inläggsmappen")
    shown = home.relative_to(desk.settings.posts).as_posix()
    if faults:
        return _kept(desk, arrived, post, faults, f"{desk.settings.posts.name}/{shown}")
    with telling(home):
        folder = put_post(home, post)
    what = "utkast" if post.draft else "inlägg"
    return Applied(f"Nytt {what} från {arrived.sender.name}: {shown}/{folder.name}")


@dataclass(frozen=True)
class _File:
    arrived: ArrivedFile
    alt: str
    children: tuple[Child, ...]


@dataclass(frozen=True)
class _Said:
    """What a message says, with its ids turned into what they mean."""

    home: Audience
    title: str
    text: str
    date: datetime
    children: tuple[Child, ...]
    files: tuple[_File, ...]


def _said(desk: Desk, arrived: Arrived) -> _Said:
    body = arrived.header.body

    def children(value: Any) -> tuple[Child, ...]:
        return tuple(dict.fromkeys(desk.child(one) for one in _shaped(lambda: shape.listed(value, "children", _as_is))))

    def file(one: ArrivedFile) -> _File:
        alt = _shaped(lambda: shape.text(shape.member(one.sent.more, "alt"), "alt"))
        if len(alt) > LONGEST_ALT or one.sent.length > LARGEST:
            raise RefusedError("shape")
        return _File(one, alt, children(one.sent.more.get("children")))

    said = _Said(
        desk.audience(body.get("home")),
        text_in(arrived.header, "title", LONGEST_TITLE),
        text_in(arrived.header, "text"),
        _moment(body.get("date"), desk),
        children(body.get("children")),
        tuple(map(file, arrived.files)),
    )
    if not said.text and not said.files:
        raise RefusedError("shape")
    return said


def _shaped(read: Callable[[], _T]) -> _T:
    try:
        return read()
    except FormatError:
        raise RefusedError("shape") from None


def _as_is(value: Any, _place: str) -> Any:
    return value


def _moment(written: Any, desk: Desk) -> datetime:
    """Return a post's date in the site's time zone."""
    try:
        when = datetime.fromisoformat(shape.date(written, "date")).astimezone(desk.settings.zone)
    except (FormatError, ValueError, OverflowError):
        raise RefusedError("shape") from None
    if not plausible(when.date(), desk.now.date()):
        raise RefusedError("shape")
    return when


def _looked_at(file: _File, number: int) -> tuple[Kind, str, str]:
    """Return what a file is by what it holds, never by what is said of it; its suffix; and what is wrong with it, or nothing."""
    suffix = suffix_of(file.arrived.path)
    if not suffix:
        return "photo", ".okänd", f"Fil nummer {number} är varken bild, film eller ljud som vi kan läsa."
    try:
        return probe(file.arrived.path, f"{number:02d}{suffix}").kind, suffix, ""
    except ContentError as wrong:
        return "photo", suffix, f"{wrong} {wrong.hint}".strip()


@dataclass(frozen=True)
class _Judging:
    """Judges who may be named and shown in a post, by today. Its answers name nobody."""

    desk: Desk
    sender: Reader
    said: _Said

    def names(self) -> Iterator[str]:
        """Yield why the children that the post is about may not be named there."""
        for child in self.said.children:
            if not self._belongs(child):
                yield "Ett av barnen som inlägget handlar om hör inte till det ställe där det skulle läggas."
            elif not self._may(child, NAME):
                yield "Ett av barnen som inlägget handlar om får inte nämnas vid namn där."

    def shown(self, file: _File, kind: Kind, number: int) -> Iterator[str]:
        """Yield why the children on a photo, film or sound may not be on it."""
        for child in file.children:
            if not self.desk.reads_now(self.sender, Audience("child", child.id)):
                yield f"Ett av barnen på fil nummer {number} hör inte till dem som avsändaren arbetar med."
            elif not all(self._may(child, purpose) for purpose in _ASKED[kind]):
                yield f"Ett av barnen på fil nummer {number} får inte {_SHOWN[kind]} där."

    def written(self, children: Iterable[Child]) -> tuple[str, ...]:
        """Return what each child is called in the post: as briefly as nobody else can be meant."""
        return tuple(map(self._written, children))

    def _written(self, child: Child) -> str:
        day = self.said.date.date()
        for name in (child.first_name, child.name):
            plain = name and not set(name) & set(',;&"\\') and " och " not in name and " and " not in name
            try:
                if plain and find_child(self.desk.register, name, department=self._department, on=day) == child:
                    return name
            except IdentityError:
                continue
        return child.id

    @property
    def _department(self) -> str | None:
        """Where first names are looked for in this post, as `who_is_on` and `plan` do."""
        home = self.said.home
        if home.kind != "child":
            return home.id or None
        placed = self.desk.register.placements_by_child.get(home.id, ())
        return next((row.department for row in placed if row.span.holds(self.said.date.date())), None)

    def _belongs(self, child: Child) -> bool:
        match self.said.home.kind:
            case "child":
                return child.id == self.said.home.id
            case "department":
                days = {self.said.date.date(), self.desk.now.date()}
                placed = (
                    department for day in days for department in departments_of(self.desk.register, child.id, day)
                )
                return self.said.home.id in {department.id for department in placed}
        return self.desk.reads_now(self.sender, Audience("child", child.id))

    def _may(self, child: Child, purpose: Purpose) -> bool:
        home, days = self.said.home, {self.said.date.date(), self.desk.now.date()}
        if home.kind == "child" and child.id == home.id:
            return True
        if home.kind == "child" and all(same_guardians(self.desk.register, home.id, child.id, day) for day in days):
            return True
        return self.desk.consents.may(child.id, purpose, self.desk.now.date())


def home_folder(desk: Desk, home: Audience) -> Path:
    """Return the folder where posts of an audience lie.

    Raises:
        UsageError: there can be none.
    """
    register = desk.register
    if home.kind == "preschool":
        return home_in(desk.settings, ["forskolan"], [word for word, kind in SHARED.items() if kind == "preschool"])
    if home.kind == "department":
        department = register.department[home.id]
        names = [department.name, department.id]
    else:
        child = register.child[home.id]
        alone = len([one for one in register.children if one.name == child.name]) == 1
        names = [child.name, child.id] if alone else [child.id]
    fit = [name for name in names if may_be_name(name)]
    if not fit:
        raise UsageError("Avdelningens eller barnets namn kan inte vara namnet på en mapp.")
    parts = [CHILDREN, fit[0]] if home.kind == "child" else [fit[0]]
    return home_in(desk.settings, parts, names)


def _kept(desk: Desk, arrived: Arrived, post: PhonePost, faults: Iterable[str], home: str) -> Applied:
    """Lay a post that can't be put among the others in `inkommet/`, whole, with the reasons beside it."""
    inbox = desk.settings.inbox
    sender = arrived.sender.name
    with telling(inbox):
        folder = made_before(inbox, post.message)
        if folder is None:
            title = f"{arrived.came:%H.%M} Inlägg från {sender} ({post.message[:6]})"
            folder = inbox / folder_name(title, arrived.came)
            told = "\n".join(f"- {fault}" for fault in dict.fromkeys(faults))
            why = f"Inlägget från {sender} lades inte in bland de andra:\n\n{told}\n\n{_MEND.format(home=home)}\n"
            put_folder(folder, replace(post, draft=True), FEL=why)
    return Applied(f"Inlägget från {sender} behöver rättas: {inbox.name}/{folder.name}", waits=True)
