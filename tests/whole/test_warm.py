"""A publish in a program that goes on reads less than one in a program that has just been started, and gives the same bytes."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from pluttra_publish import publish as pipeline
from pluttra_publish.publish import Published
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.warm import Warm
from tests.whole.preschool import Preschool, clock
from tests.whole.test_incremental import EDITS, SEQUENCE, add, change, delete, differing, rebuilt, rename


def publish(school: Preschool, warm: Warm, *, sequence: int | None = None) -> Published:
    with clock(school.now):
        return pipeline.publish(school.settings, sequence=sequence, identity=school.identity, hold_back=True, warm=warm)


@pytest.fixture
def school(school: Preschool) -> Preschool:
    school.write_posts().publish()
    school.invite("maria")
    school.publish()
    return school


@pytest.mark.parametrize("seed", range(4))
def test_after_many_changes_the_bytes_are_those_of_a_rebuild(school: Preschool, tmp_path: Path, seed: int) -> None:
    chance, warm = random.Random(seed), Warm()
    for turn in range(4):
        for edit in chance.choices(EDITS, k=chance.randrange(1, 4)):
            edit(school, chance)
        warm.changed = None
        publish(school, warm, sequence=SEQUENCE + turn)
    publish(school, warm, sequence=SEQUENCE + 9)
    assert differing(school.files(), rebuilt(school, tmp_path / "ny", SEQUENCE + 9)) == set()


@pytest.mark.parametrize("edit", [add, change, delete, rename], ids=lambda edit: edit.__name__)
def test_it_is_enough_to_say_where_something_has_changed(school: Preschool, tmp_path: Path, edit) -> None:  # type: ignore[no-untyped-def]
    chance, warm = random.Random(3), Warm()
    publish(school, warm)
    for turn in range(2):
        before = {path: path.stat().st_mtime_ns for path in (school.root / "inlagg").rglob("*") if path.is_file()}
        edit(school, chance)
        after = {path: path.stat().st_mtime_ns for path in (school.root / "inlagg").rglob("*") if path.is_file()}
        warm.changed = {path for path, _ in before.items() ^ after.items()}
        assert publish(school, warm, sequence=SEQUENCE + turn).put > 1
    assert differing(school.files(), rebuilt(school, tmp_path / "ny", SEQUENCE + 1)) == set()


def publish_as_heard(school: Preschool, warm: Warm, before: dict[Path, int], *, sequence: int) -> Published:
    warm.changed = {path for path, _ in before.items() ^ times(school).items()}
    return publish(school, warm, sequence=sequence)


def times(school: Preschool) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (school.root / "inlagg").rglob("*") if path.is_file()}


@pytest.mark.parametrize("seed", range(4))
def test_through_many_changes_that_were_heard_of_the_bytes_are_those_of_a_rebuild(
    school: Preschool, tmp_path: Path, seed: int
) -> None:
    chance, warm = random.Random(seed), Warm()
    publish(school, warm)
    for turn in range(6):
        before = times(school)
        for edit in chance.choices(EDITS, k=chance.randrange(1, 4)):
            edit(school, chance)
        publish_as_heard(school, warm, before, sequence=SEQUENCE + turn)
    publish(school, warm, sequence=SEQUENCE + 9)
    assert differing(school.files(), rebuilt(school, tmp_path / "ny", SEQUENCE + 9)) == set()


def test_a_post_held_back_for_anothers_sake_comes_when_the_other_has_gone_although_nothing_of_it_was_heard(
    school: Preschool, tmp_path: Path
) -> None:
    warm = Warm()
    for name in ("2026-11-21 En båt", "2026-11-21 En Båt!"):
        school.post(f"Solrosen/{name}", "Hej.")
    assert publish(school, warm).held
    second = school.root / "inlagg/Solrosen/2026-11-21 En Båt!"
    before = times(school)
    shutil.rmtree(second)
    assert not publish_as_heard(school, warm, before, sequence=SEQUENCE + 2).held
    before = times(school)
    school.post("Solrosen/2026-11-20 Ett annat", "Hej.")
    publish_as_heard(school, warm, before, sequence=SEQUENCE + 3)
    assert differing(school.files(), rebuilt(school, tmp_path / "ny", SEQUENCE + 3)) == set()


def test_a_fault_that_takes_a_post_away_is_mended_after_other_posts_have_come(
    school: Preschool, tmp_path: Path
) -> None:
    warm, text = Warm(), school.root / "inlagg/Solrosen/2026-11-02 Bygget/text.md"
    school.post("Solrosen/2026-11-02 Bygget", "Barn: Alva\n\nHej.")
    publish(school, warm)
    whole = text.read_text(encoding="utf-8")
    for turn, content in enumerate(("Barn: Ingen Sådan\n\nHej.", whole)):
        before = times(school)
        text.write_text(content, encoding="utf-8", newline="\n")
        done = publish_as_heard(school, warm, before, sequence=SEQUENCE + 2 * turn)
        assert bool(done.held) == (not turn)
        before = times(school)
        school.post(f"Solrosen/2026-11-2{turn} Nytt", "Hej.")
        assert bool(publish_as_heard(school, warm, before, sequence=SEQUENCE + 2 * turn + 1).held) == (not turn)
    assert differing(school.files(), rebuilt(school, tmp_path / "ny", SEQUENCE + 3)) == set()


def test_the_keystore_is_opened_once(school: Preschool, monkeypatch: pytest.MonkeyPatch) -> None:
    warm, opened, load = Warm(), [], Keystore.load
    publish(school, warm)
    monkeypatch.setattr(Keystore, "load", lambda *args, **more: opened.append(1) or load(*args, **more))
    for day in (1, 2):
        school.post(f"Solrosen/2026-11-2{day} Nytt", "Hej.")
        warm.changed = None
        publish(school, warm)
    assert not opened
    school.invite("johan")  # another program's change
    warm.changed = None
    opened.clear()
    publish(school, warm)
    assert opened
    assert school.open_again("maria").posts


def test_a_keystore_that_an_attempt_has_touched_is_not_used_again(school: Preschool, tmp_path: Path) -> None:
    warm = Warm()
    publish(school, warm)
    school.post("Solrosen/2026-11-21 Fel", "Satus: x\n\nHej.")
    school.post("Solrosen/2026-11-21 Rätt", "Hej.")
    warm.changed = None
    assert publish(school, warm, sequence=SEQUENCE).held
    shutil.rmtree(school.root / "inlagg" / "Solrosen" / "2026-11-21 Fel")
    warm.changed = None
    publish(school, warm, sequence=SEQUENCE + 1)
    assert differing(school.files(), rebuilt(school, tmp_path / "ny", SEQUENCE + 1)) == set()


def test_what_was_said_not_to_have_changed_is_found_when_all_is_looked_through(school: Preschool) -> None:
    warm = Warm()
    publish(school, warm)
    school.post("Solrosen/2026-11-21 Nytt", "Hej.")
    warm.changed = set()
    assert publish(school, warm).read == 0
    warm.changed = None
    assert publish(school, warm).read == 1
