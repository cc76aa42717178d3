"""Who may read which post, reckoned for a whole preschool, and for one twice its size in everything. Knows the rules, no files."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.measure import Figure, in_turns, ratio
from pluttra_publish.errors import Findings
from pluttra_publish.plan import plan
from pluttra_publish.register import (
    Child,
    Department,
    Guardian,
    Placement,
    Register,
    Relation,
    Span,
    StaffDepartment,
    StaffMember,
    access,
)
from pluttra_publish.rules import readers_by_month, readers_of
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.site import Place, Post

_CHILDREN, _GUARDIANS, _POSTS, _DEPARTMENTS = 100, 200, 1000, 5
_MONTHS = 24
_NOW = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Europe/Stockholm"))
_START = date(2024, 8, 19)


def measure(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield the seconds that the whole matrix takes, from register and posts, and how they grow when every list is twice as long."""
    keystore, _ = Keystore.create(folder / "keystore.age", identity_path=folder / "identity.txt")
    once, twice = (_Matrix(size, keystore) for size in (1, 2))
    taken, doubled = in_turns((once, twice), 3 if quick else 9)
    yield Figure(
        name="access-matrix",
        figure=round(taken.median, 3),
        unit="s",
        wanted=1.0,
        raw=f"{_CHILDREN} children × {_GUARDIANS} guardians × {_POSTS:,} posts: {once.pairs:,} pairs of reader and post; "
        f"{taken.text('s', 3)}",
    )
    yield Figure(
        name="access-matrix-growth",
        figure=round(ratio(doubled, taken), 2),
        unit="× when everything doubles",
        wanted=2.6,
        raw=f"{twice.pairs:,} pairs; {doubled.text('s', 3)}",
    )


@dataclass
class _Matrix:
    """A preschool of a size. Called, it reckons from scratch who may read each post, and returns the seconds that took."""

    size: int
    keystore: Keystore
    pairs: int = 0

    def __call__(self) -> float:
        register, posts = _register(self.size), tuple(_posts(self.size))
        gc.collect()
        start, findings = time.perf_counter(), Findings()
        first = min(f"{post.date:%Y-%m}" for post in posts)
        reading = access(register, today=_NOW.date(), first_month=first, grace_days=30)
        made = plan(
            posts,
            register=register,
            access=reading,
            opaque_id=self.keystore.opaque_id,
            now=_NOW,
            findings=findings,
        )
        months = readers_by_month(reading)
        matrix = {planned.id: readers_of(planned, months) for planned in made.posts}
        taken = time.perf_counter() - start
        findings.stop()
        assert len(matrix) == len(posts)
        self.pairs = sum(map(len, matrix.values()))
        return taken


def _register(size: int) -> Register:
    """Two guardians for each child; half of the children have moved from one department to another; five pedagogues and a principal."""
    departments, children = _DEPARTMENTS * size, _CHILDREN * size
    still, moved = Span(_START, None), date(2025, 8, 18)
    placements = []
    for n in range(children):
        where, before = f"a{n % departments}", f"a{(n + 1) % departments}"
        if n % 2:
            placements.append(Placement(f"b{n}", before, Span(_START, moved - timedelta(days=1))))
        placements.append(Placement(f"b{n}", where, Span(moved, None) if n % 2 else still))
    guardians = _GUARDIANS * size
    return Register(
        tuple(Department(f"a{n}", f"Avdelning {n}") for n in range(departments)),
        tuple(Child(f"b{n}", f"Barn{n}", "Lind", protected=False) for n in range(children)),
        tuple(Guardian(f"v{n}", "Kim", f"Lind{n}", protected=False) for n in range(guardians)),
        tuple(Relation(f"b{n // 2 % children}", f"v{n}", still) for n in range(guardians)),
        tuple(placements),
        (
            StaffMember("r", "Rut", "Ek", "principal", still),
            *(StaffMember(f"p{n}", "Pia", f"Lund{n}", "pedagogue", still) for n in range(departments)),
        ),
        tuple(StaffDepartment(f"p{n}", f"a{n}", still) for n in range(departments)),
    )


def _posts(size: int) -> Iterator[Post]:
    """Of twenty posts, sixteen are a department's with children named, two a child's, one everybody's and one the staff's."""
    departments, children = _DEPARTMENTS * size, _CHILDREN * size
    for n in range(_POSTS * size):
        named: tuple[str, ...] = ()
        match n % 20:
            case 0:
                place = Place("preschool")
            case 1:
                place = Place("staff")
            case 2 | 3:
                place = Place("child", f"b{n % children}")
            case _:
                place, named = Place("department", f"Avdelning {n % departments}"), (f"b{n % children}",)
        day = _NOW - timedelta(days=1 + n * _MONTHS * 30 // (_POSTS * size))
        yield Post(
            f"inlagg/{n}", place, f"dag-{n}", f"Dag {n}", day, "published", named, False, (), "sv", "", "", ()
        )  # fmt: skip
