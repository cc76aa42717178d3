"""Children on photos, films and sounds: names as written to ids. Knows the register's names, not who may be shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from pluttra_publish.consent_check import OnMedium
from pluttra_publish.errors import Findings, IdentityError
from pluttra_publish.plan import PlannedPost
from pluttra_publish.register import Child, ChildNotFound, Register, find_child
from pluttra_publish.site import MediaFile


def who_is_on(planned: Iterable[PlannedPost], register: Register, findings: Findings) -> dict[Path, OnMedium]:
    """Return who is on every medium of the posts, by path; names that mean nobody, or several, are findings.

    A medium that says nothing shows the children of its post. Every film is taken to be heard.
    """
    found: dict[Path, OnMedium] = {}
    for post in planned:
        names = _Names(post, register, findings)
        found |= {file.path: names.on(file) for file in post.post.media}
    return found


@dataclass(frozen=True)
class _Names:
    """The names in one post."""

    planned: PlannedPost
    register: Register
    findings: Findings

    def on(self, file: MediaFile) -> OnMedium:
        masked = self._ids((name for name, _ in file.masks if name), file)
        if file.children is None:
            children = tuple(child.id for child in self.planned.children)
        elif whole := self._one_name(file):
            children = self._ids((whole,), file)
        else:
            children = self._ids(file.children, file)
            self._refuse_doubt(file)
        return OnMedium(children, frozenset(masked))

    def _ids(self, names: Iterable[str], file: MediaFile) -> tuple[str, ...]:
        found = (self._child(self.register, name, file) for name in dict.fromkeys(names))
        return tuple(dict.fromkeys(child.id for child in found if child))

    def _one_name(self, file: MediaFile) -> str:
        """Return words that were divided as the one name they are: together they mean a child, and not each of them does."""
        whole = " ".join(file.children or ())
        one = whole in file.other_readings and self._means_anybody(whole)
        return whole if one and not all(map(self._means_anybody, file.children or ())) else ""

    def _refuse_doubt(self, file: MediaFile) -> None:
        """Refuse words that mean one child or several; one who stands outside is refused as unknown."""
        for name in file.other_readings:
            if self._means_anybody(name) and self._child(self.register, name, file):
                message = f"”{name}” kan vara ett barn eller flera."
                mend = 'Skriv komma mellan barnen, {barn="Alva, Noah"}, eller barnets id.'
                self.findings.error(IdentityError, self.planned.post.source, file.name, message, mend)

    def _means_anybody(self, name: str) -> bool:
        try:
            self._find(self._unmarked, name)
        except ChildNotFound as wrong:
            return bool(wrong.candidates)
        return True

    def _child(self, register: Register, name: str, file: MediaFile) -> Child | None:
        try:
            return self._find(register, name)
        except ChildNotFound as wrong:
            self.findings.error(IdentityError, self.planned.post.source, file.name, str(wrong), wrong.hint)
            return None

    def _find(self, register: Register, name: str) -> Child:
        return find_child(register, name, department=self._department, on=self.planned.post.date.date())

    @cached_property
    def _department(self) -> str | None:
        """The department where first names are looked for: the post's own, or that of the child whose post it is."""
        home, day = self.planned.home, self.planned.post.date.date()
        if home.kind != "child":
            return home.id or None
        placed = self.register.placements_by_child.get(home.id, ())
        return next((row.department for row in placed if row.span.holds(day)), None)

    @cached_property
    def _unmarked(self) -> Register:
        children = tuple(replace(child, protected=False) for child in self.register.children)
        return replace(self.register, children=children, guardians=(), relations=())
