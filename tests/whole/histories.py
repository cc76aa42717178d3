"""A preschool that lives: families, placements, separations, staff, answers, posts and photos; and who may read and see what.

By the dates and answers alone. Uses nothing of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from tests.whole.answering import Said
from tests.whole.pictures import Photo

Kind = Literal["department", "child", "preschool", "staff"]

GRACE = timedelta(days=30)
BEGINNING = date(2026, 1, 12)
DEPARTMENTS = {"ang": "Ängen", "ek": "Eken"}
PURPOSES = ("film", "ljud", "namn")
CHILDREN = {"b1": "Asta Ett", "b2": "Bosse Två", "b3": "Cleo Tre", "b4": "Disa Fyra"}
GUARDIANS = {f"v{n}": f"Vuxen Nummer{n}" for n in range(1, 7)}
PEDAGOGUES = {"p1": "Pia Lärare", "p2": "Per Lärare"}
PRINCIPAL = "r1"
READERS = (*GUARDIANS, *PEDAGOGUES, PRINCIPAL)


@dataclass
class Tie:
    """Two that belong together from one day through another: child and guardian, child and department, pedagogue and department."""

    one: str
    other: str
    start: date
    end: date | None = None

    def covers(self, month: int, grace: timedelta = timedelta(0)) -> bool:
        return month_of(self.start) <= month <= self.last_month(grace)

    def last_month(self, grace: timedelta = timedelta(0)) -> int:
        return month_of(self.end + grace) if self.end else month_of(date.max)

    def holds(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)

    def is_over(self, today: date, grace: timedelta = timedelta(0)) -> bool:
        return self.end is not None and self.end + grace < today

    def row(self) -> list[str]:
        return [self.one, self.other, self.start.isoformat(), self.end.isoformat() if self.end else ""]


@dataclass(frozen=True)
class Note:
    """A post: where it lies, the children whose it is or whom it names, its day, and its photos."""

    number: int
    kind: Kind
    where: str
    day: date
    named: tuple[str, ...] = ()
    draft: bool = False
    photos: tuple[Photo, ...] = ()

    @property
    def title(self) -> str:
        return f"Dag {self.number}"

    @property
    def place(self) -> str:
        """The post's folder."""
        match self.kind:
            case "department":
                home = DEPARTMENTS[self.where]
            case "child":
                home = f"barn/{CHILDREN[self.where]}"
            case "preschool":
                home = "forskolan"
            case "staff":
                home = "personal"
        return f"{home}/{self.day} {self.title}"

    @property
    def text(self) -> str:
        lines = ["Status: utkast"] if self.draft else []
        if self.named:
            lines += [f"Barn: {', '.join(CHILDREN[child] for child in self.named)}"]
            lines += ["Delas: ja"] if self.kind == "child" else []
        lines += ["", "Vi var ute.", ""]
        for photo in self.photos:
            tagged = ", ".join(CHILDREN[child] for child in photo.shown)
            lines += [f'![Bild {photo.number}]({photo.file}){{barn="{tagged}"}}', ""]
        return "\n".join(lines)

    @property
    def sidecar(self) -> str:
        """What is masked, as `bilder.toml` says it."""
        parts = []
        for photo in self.photos:
            rows = [f'"{CHILDREN[child]}" = [{box}]' for child, box in photo.boxes().items()]
            parts += [f'["{photo.file}".masker]', *rows, ""] if rows else []
        return "\n".join(parts)

    @property
    def children(self) -> set[str]:
        """Those whose own the post is, or who are named."""
        return {*self.named, *([self.where] if self.kind == "child" else [])}

    @property
    def everybody(self) -> set[str]:
        return self.children.union(*(photo.shown for photo in self.photos))


@dataclass
class World:
    """Who is who, and what has been written."""

    today: date = BEGINNING
    relations: list[Tie] = field(default_factory=list)
    placements: list[Tie] = field(default_factory=list)
    employed: dict[str, Tie] = field(default_factory=dict)
    works: list[Tie] = field(default_factory=list)
    marked: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    answers: list[Said] = field(default_factory=lambda: [Said(child) for child in CHILDREN])

    def write(
        self,
        kind: Kind,
        where: str = "",
        day: date | None = None,
        named: tuple[str, ...] = (),
        *,
        draft: bool = False,
        shown: tuple[tuple[str, ...], ...] = (),
    ) -> None:
        """Write a post; `shown` are the children on each of its photos."""
        first = 1 + sum(len(note.photos) for note in self.notes)
        photos = tuple(Photo(number, children) for number, children in enumerate(shown, first))
        self.notes.append(Note(len(self.notes) + 1, kind, where, day or self.today, named, draft, photos))

    def outside(self) -> set[str]:
        """Everyone of a family where somebody isn't answered `nej`, by relations of all times."""
        found = set(self.marked)
        while more := {p for t in self.relations for p in (t.one, t.other) if found & {t.one, t.other}} - found:
            found |= more
        return found

    def written(self) -> list[Note]:
        """What may lie in the folder: nothing that names or shows a family outside, since that stops a publish."""
        return [note for note in self.notes if not note.everybody & self.outside()]

    def tables(self) -> dict[str, list[list[str]]]:
        """The register's rows."""

        def mark(ident: str) -> str:
            return self.marked.get(ident, "nej")

        staff = [[PRINCIPAL, "Rut", "Rektor", "r1@example.se", "rektor", "2020-01-01", ""]]
        staff += [
            [p, *PEDAGOGUES[p].split(), f"{p}@example.se", "pedagog", *t.row()[2:]] for p, t in self.employed.items()
        ]
        return {
            "avdelningar": [[ident, name] for ident, name in DEPARTMENTS.items()],
            "barn": [[ident, *name.split(), mark(ident)] for ident, name in CHILDREN.items()],
            "vardnadshavare": [
                [ident, *name.split(), f"{ident}@example.se", "sv", mark(ident)] for ident, name in GUARDIANS.items()
            ],
            "relationer": [tie.row() for tie in self.relations],
            "placeringar": [tie.row() for tie in self.placements],
            "personal": staff,
            "personal-avdelningar": [tie.row() for tie in self.works],
            "samtycken": [
                *(said.row() for said in self.answers),
                *(Said(child, purpose=purpose).row() for child in CHILDREN for purpose in PURPOSES),
            ],
        }

    def may_read(self, reader: str) -> set[str]:
        """Titles of all that a reader may read today."""
        return {note.title for note in self.due() if self.may(reader, note)}

    def may(self, reader: str, note: Note) -> bool:
        if reader == PRINCIPAL:
            return True
        month = month_of(note.day)
        return (
            self._pedagogue_may(reader, note, month)
            if reader in PEDAGOGUES
            else self._guardian_may(reader, note, month)
        )

    def shut_out(self, reader: str) -> bool:
        """Tell whether a reader can have no access at all: no child any longer, no work, or a family outside."""
        if reader in PEDAGOGUES:
            return reader not in self.employed or self.employed[reader].is_over(self.today)
        return reader != PRINCIPAL and (reader in self.outside() or not self.children_of(reader))

    def children_of(self, guardian: str) -> list[Tie]:
        return [tie for tie in self.relations if tie.other == guardian and not tie.is_over(self.today)]

    def _pedagogue_may(self, reader: str, note: Note, month: int) -> bool:
        employed = self.employed.get(reader)
        if employed is None or employed.is_over(self.today) or not employed.covers(month):
            return False
        there = {tie.other for tie in self.works if tie.one == reader and tie.covers(month)}
        match note.kind:
            case "preschool" | "staff":
                return True
            case "department":
                return note.where in there  # what it names its children's pages give to nobody else of the staff
            case "child":
                return any(
                    p.one in note.children and p.other in there and p.covers(month, GRACE) for p in self.placements
                )

    def _guardian_may(self, reader: str, note: Note, month: int) -> bool:
        begun = list(self._begun(reader))
        if reader in self.outside() or not begun:
            return False
        if note.kind == "department" and any(self.may(reader, own) for own in self.kept_pages(note)):
            return True
        still_here = any(not placement.is_over(self.today, GRACE) for _, placement in begun)
        for tie in (tie for tie in self.children_of(reader) if tie.covers(month)):
            placed = [p for p in self.placements if p.one == tie.one]
            came = [p.last_month(GRACE) for p in placed if month_of(p.start) <= month_of(self.today) + 1]
            if note.kind == "child" and tie.one in note.children and (not came or month <= max(came)):
                return True
            where = {p.other for p in placed if p.covers(month, GRACE)}
            if still_here and (
                (note.kind == "preschool" and where) or (note.kind == "department" and note.where in where)
            ):
                return True
        return False

    def page_of(self, child: str, note: Note) -> Note:
        """A post of the same day as if it lay in the child's own folder: who reads it reads the child's page that month."""
        return replace(note, kind="child", where=child, named=())

    def kept_pages(self, note: Note) -> Iterator[Note]:
        """Yield the page of each child that a department's post concerns, where it stands too since that widens nothing."""
        for child in note.named:
            there = any(tie.one == child and tie.other == note.where and tie.holds(note.day) for tie in self.placements)
            own = self.page_of(child, note)
            staff = [reader for reader in (*PEDAGOGUES, PRINCIPAL) if self.may(reader, own)]
            if there and all(self.may(reader, note) for reader in staff):
                yield own

    def guardians(self, child: str, day: date) -> set[str]:
        return {tie.other for tie in self.relations if tie.one == child and tie.holds(day)}

    def due(self) -> list[Note]:
        return [note for note in self.written() if not note.draft and note.day <= self.today]

    def withdraw(self, child: str, by: str) -> list[Said]:
        """Take back a yes, or a basis, as from today; return what there was to take back."""
        standing = [
            said for said in self.answers if (said.child, said.by) == (child, by) and said.yes and not said.withdrawn
        ]
        for said in standing:
            said.withdrawn = max(self.today, said.day)
        return standing

    def mask(self, wanted: dict[str, set[str]]) -> None:
        """Mask children on photos."""
        for at, note in enumerate(self.notes):
            photos = tuple(photo.mask(frozenset(wanted.get(photo.file, ()))) for photo in note.photos)
            self.notes[at] = replace(note, photos=photos)

    def _begun(self, guardian: str) -> Iterator[tuple[Tie, Tie]]:
        """Yield each relation and placement that have met, or will by next month."""
        soon = month_of(self.today) + 1
        for tie in self.children_of(guardian):
            for placement in self.placements:
                first = max(month_of(tie.start), month_of(placement.start))
                if placement.one == tie.one and first <= min(tie.last_month(), placement.last_month(GRACE), soon):
                    yield tie, placement


def month_of(day: date) -> int:
    return 12 * day.year + day.month
