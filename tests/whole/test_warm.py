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
