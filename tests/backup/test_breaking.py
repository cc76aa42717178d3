"""What happens to a backup when something breaks: a file, the disk, the run on its way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pluttra_publish.backup import Incomplete, last_backup
from pluttra_publish.backup.restore import Damaged
from pluttra_publish.backup.shelf import Shelf
from pluttra_publish.errors import FormatError, HostError, KeystoreError
from pluttra_publish.sealing.recovery import RecoverySeal
from tests.backup.keeping import Kept, damage, everything, sealed_file


def test_a_damaged_file_is_told_by_name_and_the_rest_comes_back(school: Kept) -> None:
    school.back_up()
    where = "inlagg/Solrosen/2026-11-19 Första snön/snö.jpg"
    damage(school, where)
    with pytest.raises(Damaged) as told:
        school.restore()
    assert [finding.file for finding in told.value.findings] == [where]
    there = everything(school.disk.parent / "ny")
    assert there == {name: content for name, content in everything(school.root).items() if name != where}


def test_a_missing_file_is_told_too(school: Kept) -> None:
    school.back_up()
    sealed_file(school, "register/barn.csv").unlink()
    with pytest.raises(Damaged) as told:
        school.restore()
    assert [(finding.file, finding.message) for finding in told.value.findings] == [
        ("register/barn.csv", "Filen saknas i kopian.")
    ]


def test_damage_is_found_without_the_key_and_mended_while_the_original_is_here(school: Kept) -> None:
    school.back_up()
    damage(school, "inlagg/Solrosen/2026-11-19 Första snön/snö.jpg")
    done = school.later(days=1).back_up(verify=True)
    assert (done.damaged, done.mended) == (1, 1)
    assert everything(school.restore().folder) == everything(school.root)


def test_in_a_month_of_nights_everything_is_looked_through(school: Kept) -> None:
    school.back_up()
    damage(school, "inlagg/Solrosen/2026-11-19 Första snön/snö.jpg")
    found = [school.later(days=1).back_up().damaged for _ in range(30)]
    assert sum(found) == 1


def test_a_run_that_is_damaged_says_which_to_take_instead(school: Kept) -> None:
    school.back_up()
    school.later(days=1).back_up()
    older, newest = Shelf(school.disk).runs()
    (school.disk / "runs" / f"{newest}.age").write_bytes(b"age-encryption.org/v1\nbroken")
    with pytest.raises(KeystoreError) as told:
        school.restore()
    assert older in told.value.hint
    assert everything(school.restore(run=older).folder)


def test_a_run_without_its_list_never_loses_what_it_needs(school: Kept) -> None:
    school.settings_text += "[backup]\nkeep_days = 2\nkeep_months = 0\n"
    school.write().back_up()
    run = Shelf(school.disk).runs()[0]
    (school.disk / "runs" / f"{run}.list").unlink()
    school.later(days=1).post("Solrosen/2026-11-19 Första snön", "Ny text.\n")
    school.back_up()
    school.restore(run=run)


@contextmanager
def failing_after(count: int, error: type[BaseException]) -> Iterator[None]:
    """Let the disk take so many files and then fail."""
    seal = RecoverySeal.seal
    left = iter(range(count))

    def failing(self: RecoverySeal, source: object, into: object) -> None:
        if next(left, None) is None:
            raise error(28, "No space left on device")
        seal(self, source, into)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RecoverySeal, "seal", failing)
        yield


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
@pytest.mark.parametrize("count", [0, 1, 5, 12])
def test_a_backup_that_is_cut_off_leaves_the_earlier_whole_and_is_taken_up_where_it_was(
    school: Kept, count: int, error: type[BaseException]
) -> None:
    school.back_up()
    before = everything(school.root)
    for number in range(15):
        school.post(f"Solrosen/2026-11-20 Nummer {number}", f"Text {number}.\n")
    school.later(days=1)
    with failing_after(count, error), pytest.raises((HostError, KeyboardInterrupt, Incomplete)):
        school.back_up()
    assert everything(school.restore("förra", run="2026-11-23").folder) == before
    assert not [name for name in school.sealed() if name.endswith((".part", ".tmp"))]
    done = school.later(days=1).back_up()
    assert done.new <= 16 - count
    assert everything(school.restore("nu").folder) == everything(school.root)


def test_what_the_disk_gives_back_wrong_is_not_counted(school: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(self: RecoverySeal, sealed: object) -> bytes:
        raise FormatError("object")

    monkeypatch.setattr(RecoverySeal, "opens_to", wrong)
    with pytest.raises(HostError, match="läsa tillbaka"):
        school.back_up()
    assert not Shelf(school.disk).runs()
    assert not Shelf(school.disk).files()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_told_and_the_rest_is_kept(school: Kept) -> None:
    (school.post("Solrosen/2026-11-20 Låst", "x") / "text.md").chmod(0)
    with pytest.raises(Incomplete):
        school.back_up()


def test_a_file_that_is_changed_while_it_is_read_is_told_and_the_rest_is_kept(
    school: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing = school.post("Solrosen/2026-11-20 Växer", film_mp4=b"0") / "film.mp4"
    seal = RecoverySeal.seal

    def grows(self: RecoverySeal, source: object, into: object) -> None:
        if getattr(source, "name", None) == str(growing):
            growing.write_bytes(growing.read_bytes() + b"1")
        seal(self, source, into)

    monkeypatch.setattr(RecoverySeal, "seal", grows)
    with pytest.raises(Incomplete) as told:
        school.back_up()
    assert [finding.file for finding in told.value.findings] == ["inlagg/Solrosen/2026-11-20 Växer/film.mp4"]
    remembered = last_backup(school.settings)
    assert remembered
    assert not remembered.complete
    assert (school.restore().folder / "pluttra.toml").is_file()
