"""Preschools drawn at random, and one that lives for months: everybody opens what their dates allow, all of it and nothing else."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pluttra_publish.answers import WhoSees
from pluttra_publish.errors import CheckFailed, ConsentError, FormatError
from pluttra_publish.format.access import Keyring
from pluttra_publish.format.layout import keyring_path, object_path
from pluttra_publish.format.posts import Card
from pluttra_publish.open import Fetch, Memory, Opened, folder, open_with_key
from pluttra_publish.proof import who_can_see
from pluttra_publish.sealing import chain
from tests.whole.answering import Said
from tests.whole.histories import (
    BEGINNING,
    CHILDREN,
    DEPARTMENTS,
    GUARDIANS,
    PEDAGOGUES,
    PRINCIPAL,
    READERS,
    Tie,
    World,
)
from tests.whole.pictures import read_picture
from tests.whole.preschool import STOCKHOLM, Preschool, clock, titles
from tests.whole.showing import keeps, lacking, may_see, stopping

# The same examples every time: what fails here fails everywhere, and nothing fails by chance. Nothing is made smaller: that takes
# minutes; add Phase.shrink by hand for it.
SETTINGS = settings(
    deadline=None,
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True)
class Shown:
    """A photo as a reader gets at it: whom it shows, and the names of its copies on the host."""

    children: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


def shown_in(opened: Opened, cards: Iterable[Card]) -> dict[str, Shown]:
    """Return the photos of these cards by file name, each with all that its copies show."""
    found: dict[str, Shown] = {}
    for reference in (reference for card in cards for reference in card.media):
        number, children = read_picture(opened.content(reference))
        had = found.get(f"{number}.jpg", Shown())
        found[f"{number}.jpg"] = Shown(had.children | children, had.names | {reference.name})
    return found


class Kept:
    """A preschool on disk that follows a world, and what its readers' devices remember."""

    def __init__(self, root: Path) -> None:
        self.school = Preschool(root)
        self.keys: dict[str, bytes] = {}
        self.memories: dict[str, Memory] = {}
        self.keyrings: dict[str, Keyring] = {}
        self.former: dict[str, bytes] = {}

    def publish(self, world: World) -> None:
        """Write the world down and publish it; whoever gets a key now keeps it from now on."""
        posts = self.school.root / "inlagg"
        if posts.exists():
            shutil.rmtree(posts)
        self.school.tables = world.tables()
        self.school.now = datetime.combine(world.today, time(12), tzinfo=STOCKHOLM)
        self.school.write()
        for note in world.written():
            files = {photo.file: photo.jpeg() for photo in note.photos}
            sidecar = {"bilder.toml": note.sidecar.encode()} if note.sidecar else {}
            self.school.post(note.place, note.text, **files, **sidecar)
        self.stopped(stopping(world), world)
        self.school.publish(allow_removals=True)  # a family that goes may take many posts along
        for reader, keys in self.school.keys().readers.items():
            assert self.keys.setdefault(reader, keys.key) == keys.key

    def stopped(self, wanted: dict[str, set[str]], world: World) -> None:
        """Where a child may not be shown on a photo, nothing is published before it is masked there."""
        if not wanted:
            return
        before = self.school.files()
        with pytest.raises(CheckFailed) as stop:
            self.school.publish(allow_removals=True)
        assert {(finding.kind, finding.place) for finding in stop.value.findings.errors} == {
            (ConsentError, file) for file in wanted
        }
        assert self.school.files() == before
        world.mask(wanted)
        for note in world.written():
            if note.sidecar:
                self.school.post(note.place, None, **{"bilder.toml": note.sidecar.encode()})

    def check_photos(self, reader: str, opened: Opened, world: World) -> dict[str, Shown]:
        """Look at every photo that a reader gets at in any index; return them by file name."""
        got = shown_in(opened, (post for index in opened.indexes.values() for post in index.posts))
        first = shown_in(opened, (post.card for post in opened.posts))  # which a reader is shown
        readable = world.may_read(reader)
        strange = set(got)
        for note, photo in ((one, photo) for one in world.due() for photo in one.photos):
            strange.discard(photo.file)
            if photo.file in got:
                assert note.title in readable, (reader, photo)
                assert got[photo.file].children == photo.seen, (reader, photo)
                assert all(may_see(world, reader, note, child) for child in lacking(world, photo)), (reader, photo)
            if note.title in readable and keeps(world, reader, note, photo):
                assert photo.file in first, (reader, photo)
        assert not strange, reader
        return got

    def open(self, reader: str) -> Opened | None:
        """Open as a reader with the key and memory from before; None if access has ended, and never anything else."""
        if reader not in self.keys:
            return None
        memory = self.memories.setdefault(reader, Memory())
        try:
            opened = open_with_key(self.keys[reader], folder(self.school.public), memory=memory)
        except FormatError as refused:
            if refused.word != "access-ended":
                raise
            return None
        self.keyrings[reader] = opened.keyring
        self.former[reader] = (self.school.public / self._keyring_path(reader)).read_bytes()
        return opened

    def proof(self, place: str) -> WhoSees:
        with clock(self.school.now):
            return who_can_see(self.school.settings, Path(place), identity=self.school.identity)

    def host_with_former_keyring(self, reader: str) -> Fetch:
        """Return a host that gives a reader the last keyring that opened anything, and all else as it is."""
        host, path = folder(self.school.public), self._keyring_path(reader)
        return lambda asked: self.former[reader] if asked == path else host(asked)

    def _keyring_path(self, reader: str) -> str:
        return keyring_path(chain.keyring_name(self.keys[reader]))


days = st.integers(-200, 70).map(lambda n: BEGINNING + timedelta(days=n))
children, departments = st.sampled_from(sorted(CHILDREN)), st.sampled_from(sorted(DEPARTMENTS))
guardians, pedagogues = st.sampled_from(sorted(GUARDIANS)), st.sampled_from(sorted(PEDAGOGUES))
faces = st.lists(children, max_size=2, unique=True).map(tuple)
lengths = st.none() | st.integers(0, 150).map(lambda n: timedelta(days=n))


@st.composite
def ties(draw: st.DrawFn, one: st.SearchStrategy[str], other: st.SearchStrategy[str]) -> Tie:
    start, length = draw(days), draw(lengths)
    return Tie(draw(one), draw(other), start, start + length if length is not None else None)


def different(drawn: list[Tie]) -> list[Tie]:
    return list({tuple(tie.row()): tie for tie in drawn}.values())


@st.composite
def answers(draw: st.DrawFn, world: World) -> Said:
    """An answer of a child's guardian, or the preschool's basis; some are withdrawn."""
    tie, day = draw(st.sampled_from(world.relations)), draw(days)
    yes = draw(st.booleans())
    gone = draw(st.none() | st.integers(0, 150)) if yes else None
    by = draw(st.sampled_from([tie.other, ""])) if yes else tie.other
    return Said(tie.one, by, yes, day, None if gone is None else day + timedelta(days=gone))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    world = World()
    world.relations = different(draw(st.lists(ties(children, guardians), min_size=3, max_size=9)))
    world.placements = different(draw(st.lists(ties(children, departments), min_size=2, max_size=7)))
    world.works = different(draw(st.lists(ties(pedagogues, departments), max_size=4)))
    world.employed = {tie.one: tie for tie in draw(st.lists(ties(pedagogues, departments), min_size=1, max_size=2))}
    world.works = [tie for tie in world.works if tie.one in world.employed]
    world.marked = draw(st.dictionaries(children | guardians, st.sampled_from(["ja", ""]), max_size=1))
    placed = st.sampled_from(sorted({tie.one for tie in world.placements}))
    world.answers = [*draw(st.lists(answers(world), max_size=5)), *(Said(child) for child in draw(st.sets(children)))]
    photos = st.lists(faces, max_size=2).map(tuple)
    for _ in range(draw(st.integers(6, 14))):
        day = draw(days.filter(lambda day: day <= BEGINNING + timedelta(days=3)))
        kind = draw(st.sampled_from(["department", "department", "child", "child", "shared", "preschool", "staff"]))
        match kind:
            case "department":
                named, draft = draw(st.just(()) | faces), draw(st.integers(0, 5)) == 0
                world.write("department", draw(departments), day, named, draft=draft, shown=draw(photos))
            case "child":
                world.write("child", draw(placed), day, shown=draw(photos))
            case "shared":
                one, other = draw(st.permutations(sorted(CHILDREN)))[:2]
                world.write("child", one, day, (other,), shown=draw(photos))
            case "preschool":
                world.write("preschool", "", day)
            case "staff":
                world.write("staff", "", day)
    return world


@settings(SETTINGS, max_examples=20)
@given(worlds())
def test_in_any_preschool_every_reader_opens_exactly_what_the_dates_give(world: World) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as root:
        kept = Kept(Path(root) / "förskola")
        kept.publish(world)
        assert not world.outside() & set(kept.keys)
        for reader in READERS:
            opened = kept.open(reader)
            assert set(titles(opened) if opened else ()) == world.may_read(reader), reader
            if opened:
                kept.check_photos(reader, opened, world)
        for note in [note for note in world.written() if not note.draft and note.day <= world.today][:1]:
            answer = kept.proof(note.place)
            assert {row.who.id for row in answer.readers} == {r for r in READERS if note.title in world.may_read(r)}
            assert all(row.opens for row in answer.readers)


class Life(RuleBasedStateMachine):
    """Months at a preschool. After each thing that happens it publishes, and everybody opens with what they have from before."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.kept = Kept(Path(self._folder.name) / "förskola")
        self.world = World()
        self.seen: dict[str, set[str]] = {reader: set() for reader in READERS}
        self.loses_nothing: set[str] = set()
        self.held: dict[str, dict[str, Shown]] = {reader: {} for reader in READERS}

    def teardown(self) -> None:
        self._folder.cleanup()

    @initialize()
    def begin(self) -> None:
        """Four children of three families, one of them separated; the youngest has not begun."""
        world, long_ago = self.world, date(2025, 8, 18)
        pairs = ("b1", "v1"), ("b1", "v2"), ("b2", "v1"), ("b3", "v3"), ("b3", "v4"), ("b4", "v5")
        world.relations = [Tie(child, guardian, date(2025, 1, 1)) for child, guardian in pairs]
        world.placements = [Tie("b1", "ang", long_ago), Tie("b2", "ek", long_ago), Tie("b3", "ang", long_ago)]
        world.employed = {p: Tie(p, "", long_ago) for p in PEDAGOGUES}
        world.works = [Tie("p1", "ang", long_ago), Tie("p2", "ek", long_ago)]
        for department in DEPARTMENTS:
            world.write("department", department, date(2025, 11, 20))
        world.write("department", "ang", None, ("b1",), shown=(("b1",), ("b1", "b3"), ("b3",)))
        world.write("department", "ek", None, ("b2",), shown=(("b2",), ()))
        for child in ("b1", "b2", "b3"):
            world.write("child", child, date(2025, 12, 3))
        world.write("child", "b1", None, ("b3",), shown=(("b1", "b3"), ("b3",)))
        world.write("preschool", "", date(2025, 12, 10))
        world.write("staff")

    @rule(weeks=st.integers(1, 9), department=departments, child=children)
    def weeks_go_by_and_something_is_written(self, weeks: int, department: str, child: str) -> None:
        self.world.today += timedelta(weeks=weeks)
        self.world.write("department", department)
        self.world.write("child", child, self.world.today - timedelta(days=2))
        self.world.write("preschool")
        self.world.write("staff", "", self.world.today + timedelta(days=10))

    @rule(child=children, department=departments, days=st.integers(-10, 20))
    def a_child_begins_or_moves_to_another_department(self, child: str, department: str, days: int) -> None:
        day = self.world.today + timedelta(days=days)
        last = self._placement(child)
        if last is not None:
            if last.other == department or last.start >= day or (last.end and last.end < day):
                return
            last.end = day - timedelta(days=1)
        self.world.placements.append(Tie(child, department, day))
        self.loses_nothing = {tie.other for tie in self.world.relations if tie.one == child}

    @rule(child=children, days=st.integers(-10, 20))
    def a_child_leaves(self, child: str, days: int) -> None:
        last = self._placement(child)
        if last is not None and last.end is None:
            last.end = max(self.world.today + timedelta(days=days), last.start)

    @rule(child=children, weeks=st.integers(3, 14))
    def a_child_has_left_since_long_and_something_is_found_for_its_page(self, child: str, weeks: int) -> None:
        self.a_child_leaves(child, 0)
        self.world.today += timedelta(weeks=weeks)
        self.world.write("child", child)

    @rule(number=st.integers(0, 99), days=st.integers(-5, 5))
    def somebody_is_no_longer_a_guardian(self, number: int, days: int) -> None:
        still = [tie for tie in self.world.relations if tie.end is None]
        if still:
            tie = still[number % len(still)]
            tie.end = max(self.world.today + timedelta(days=days), tie.start)

    @rule(child=children, guardian=guardians, days=st.integers(-60, 5))
    def somebody_becomes_a_guardian(self, child: str, guardian: str, days: int) -> None:
        new = Tie(child, guardian, self.world.today + timedelta(days=days))
        there = [tie for tie in self.world.relations if (tie.one, tie.other) == (child, guardian)]
        if not any(tie.end is None or tie.end >= new.start for tie in there):
            self.world.relations.append(new)

    @rule(department=departments, faces=st.lists(faces, min_size=1, max_size=3).map(tuple), named=st.booleans())
    def photos_are_taken(self, department: str, faces: tuple[tuple[str, ...], ...], named: bool) -> None:
        self.world.write("department", department, None, faces[0] if named else (), shown=faces)

    @rule(child=children)
    def the_preschool_no_longer_goes_by_its_basis_for_a_child(self, child: str) -> None:
        self.world.withdraw(child, "")

    @rule(number=st.integers(0, 99), yes=st.booleans())
    def a_guardian_answers_or_takes_it_back(self, number: int, yes: bool) -> None:
        tie = self.world.relations[number % len(self.world.relations)]
        if yes or not self.world.withdraw(tie.one, tie.other):
            self.world.answers.append(Said(tie.one, tie.other, yes, self.world.today))

    @rule(child=children)
    def a_child_is_masked_everywhere(self, child: str) -> None:
        self.world.mask({photo.file: {child} & photo.seen for note in self.world.notes for photo in note.photos})

    @precondition(lambda self: not self.world.marked)
    @rule(who=children | guardians, word=st.sampled_from(["ja", ""]))
    def a_family_gets_protected_identity(self, who: str, word: str) -> None:
        self.world.marked = {who: word}

    @precondition(lambda self: self.world.marked)
    @rule()
    def the_principal_clears_the_family(self) -> None:
        self.world.marked = {}

    @rule(pedagogue=pedagogues, department=departments, days=st.integers(-5, 10))
    def a_pedagogue_changes_department_or_comes_back(self, pedagogue: str, department: str, days: int) -> None:
        day = self.world.today + timedelta(days=days)
        self.world.employed[pedagogue].end = None
        for tie in self.world.works:
            if tie.one == pedagogue and (tie.end is None or tie.end >= day):
                tie.end = max(day - timedelta(days=1), tie.start)
        if not any((t.one, t.other, t.start) == (pedagogue, department, day) for t in self.world.works):
            self.world.works.append(Tie(pedagogue, department, day))

    @rule(pedagogue=pedagogues, days=st.integers(-5, 5))
    def a_pedagogue_quits(self, pedagogue: str, days: int) -> None:
        self.world.employed[pedagogue].end = self.world.today + timedelta(days=days)

    @invariant()
    def everybody_opens_exactly_what_their_dates_allow(self) -> None:
        self.kept.publish(self.world)
        before = {reader: set(titles) for reader, titles in self.seen.items()}
        for reader in READERS:
            opened = self.kept.open(reader)
            self.seen[reader] = set(titles(opened) if opened else ())
            assert self.seen[reader] == self.world.may_read(reader), reader
            if self.world.shut_out(reader):
                assert opened is None, reader
            held = self.kept.check_photos(reader, opened, self.world) if opened else {}
            self._copies_that_were_lost_are_gone(self.held[reader], held, self.seen[reader])
            self.held[reader] = held
        self._nobody_lost_what_they_keep(before)
        self._what_a_leaver_held_opens_nothing()

    def _nobody_lost_what_they_keep(self, before: dict[str, set[str]]) -> None:
        outside, written = self.world.outside(), self.world.written()
        for reader in self.loses_nothing - outside:
            assert self.seen[reader] >= before[reader], reader  # by a move within the preschool
        self.loses_nothing = set()
        for reader in set(GUARDIANS) - outside:
            own = {tie.one for tie in self.world.children_of(reader) if tie.end is None}
            kept = {note.title for note in written if note.kind == "child" and note.children <= own}
            assert self.seen[reader] >= before[reader] & kept, reader  # until the relation ends

    def _copies_that_were_lost_are_gone(
        self, before: dict[str, Shown], held: dict[str, Shown], titles: set[str]
    ) -> None:
        """Whoever still reads a post but no longer has a copy of a photo in it could not get at that copy with what they had."""
        photos = {photo.file for note in self.world.due() if note.title in titles for photo in note.photos}
        lost = {
            name
            for file, had in before.items()
            if file in photos and had.children != held.get(file, Shown(frozenset("?"))).children
            for name in had.names
        }
        assert not [name for name in lost if (self.kept.school.public / object_path(name)).exists()]

    def _what_a_leaver_held_opens_nothing(self) -> None:
        principal = self.kept.open(PRINCIPAL)
        assert principal is not None
        for reader, keyring in self.kept.keyrings.items():
            if self.world.shut_out(reader):
                for audience in keyring.audiences:
                    assert chain.find_slot(principal.root, audience.epochs) is None, reader
                with pytest.raises(FormatError):  # nor if the host gives them the keyring from before
                    open_with_key(self.kept.keys[reader], self.kept.host_with_former_keyring(reader), memory=Memory())

    def _placement(self, child: str) -> Tie | None:
        return max((tie for tie in self.world.placements if tie.one == child), key=lambda tie: tie.start, default=None)


def test_through_months_of_changes_nobody_opens_more_or_loses_what_they_should_keep() -> None:
    run_state_machine_as_test(Life, settings=settings(SETTINGS, max_examples=7, stateful_step_count=10))
