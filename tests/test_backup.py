"""Backups: what is in them, what whoever finds the disk sees, what is kept, and what happens when something breaks on the way."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pluttra_publish import log
from pluttra_publish.backup import BackedUp, Incomplete, back_up, last_backup
from pluttra_publish.backup.manifest import Manifest
from pluttra_publish.backup.restore import Damaged, Restored, restore
from pluttra_publish.backup.retention import over
from pluttra_publish.backup.shelf import Shelf
from pluttra_publish.errors import FormatError, HostError, KeystoreError, UsageError
from pluttra_publish.sealing.recovery import RecoveryKey, RecoverySeal
from pluttra_publish.settings import read_settings
from tests.whole.preschool import Preschool, clock, files_of, photo


class Kept(Preschool):
    """A preschool with a disk for its backups, whose recovery key is known."""

    key: RecoveryKey
    disk: Path

    def back_up(self, **how: bool) -> BackedUp:
        with clock(self.now), pytest.MonkeyPatch.context() as patch:
            patch.setenv("PLUTTRA_IDENTITY", str(self.identity))
            return back_up(self.settings, self.disk, identity=self.identity, **how)

    def restore(self, into: str = "ny", run: str = "", key: RecoveryKey | None = None) -> Restored:
        return restore(
            self.disk, self.disk.parent / into, key or self.key, run=run, identity=self.disk.parent / "ny-identity.txt"
        )

    def sealed(self) -> dict[str, bytes]:
        return files_of(self.disk)


@pytest.fixture
def school(tmp_path: Path) -> Kept:
    made = Kept(tmp_path / "förskola")
    made.write().write_posts()
    made.disk = tmp_path / "disk" / "kopia"
    made.disk.parent.mkdir()
    (made.root / "mallar").mkdir()
    (made.root / "mallar" / "veckobrev.md").write_text("Vecka …\n", encoding="utf-8", newline="\n")
    (made.root / "samtal" / "Alva Lindqvist" / "2026-12-01").mkdir(parents=True)
    (made.root / "samtal" / "Alva Lindqvist" / "2026-12-01" / "anteckningar.md").write_text(
        "Hemligt.", encoding="utf-8", newline="\n"
    )
    (made.root / "theme" / "static").mkdir(parents=True)
    (made.root / "theme" / "static" / "own.css").write_text("a{}", encoding="utf-8", newline="\n")
    written = made.make_keystore()
    assert written
    made.key = RecoveryKey(written)
    (made.state / "godkanda.json").write_text("{}", encoding="utf-8", newline="\n")
    (made.state / "cache").mkdir(exist_ok=True)
    (made.state / "cache" / "bild.webp").write_bytes(b"made again")
    return made


def everything(root: Path) -> dict[str, bytes]:
    """All files of a preschool that a backup should hold, its keystore apart: that is another machine's after it was restored."""
    apart = (
        "public/",
        "privat/cache/",
        "privat/backup",
        "privat/lock-id",
        "privat/keystore.age",
        "privat/logg",
        "identity.txt",
    )
    return {
        name: content
        for name, content in files_of(root).items()
        if not name.startswith(apart) and not name.endswith(".lock")
    }


def test_everything_comes_back_on_a_machine_that_has_only_the_recovery_key(school: Kept) -> None:
    school.back_up()
    done = school.restore()
    assert everything(done.folder) == everything(school.root)
    assert done.preschool == "Backens förskola"
    assert {"inlagg", "register", "samtal", "theme", "mallar", "privat", "pluttra.toml"} <= {
        path.name for path in done.folder.iterdir()
    }
    assert not (done.folder / "privat" / "cache").exists()


def test_photos_keep_their_times_since_some_have_no_other(school: Kept) -> None:
    there = school.post("Solrosen/Utan datum", bild_jpg=photo()) / "bild.jpg"
    os.utime(there, (1_700_000_000, 1_700_000_000))
    school.back_up()
    assert (school.restore().folder / there.relative_to(school.root)).stat().st_mtime == 1_700_000_000


def test_a_folder_with_nothing_in_it_comes_back_too(school: Kept) -> None:
    (school.root / "inlagg" / "barn" / "Li Wikström").mkdir(parents=True)
    school.back_up()
    assert (school.restore().folder / "inlagg" / "barn" / "Li Wikström").is_dir()


def test_whoever_finds_the_disk_sees_neither_names_nor_words(school: Kept) -> None:
    school.back_up()
    seen = b"\n".join(
        name.encode() + b"\n" + content for name, content in school.sealed().items() if name != "LÄS MIG.txt"
    )
    for word in (
        "Alva",
        "Lindqvist",
        "Solrosen",
        "koja",
        "Backen",
        "maria",
        "pluttra.toml",
        "inlagg",
        "keystore",
        "snö",
    ):
        assert word.encode() not in seen


def test_the_same_file_of_another_preschool_has_another_name(school: Kept, tmp_path: Path) -> None:
    other = Kept(tmp_path / "annan")
    other.write()
    other.post("Solrosen/2026-11-19 Första snön", snö_jpg=photo())
    other.disk = tmp_path / "disk" / "annan"
    other.make_keystore()
    school.back_up()
    other.back_up()
    names = [{path.name for path in disk.glob("files/*/*.age")} for disk in (school.disk, other.disk)]
    assert not names[0] & names[1]


def test_this_machine_cannot_open_the_backup(school: Kept) -> None:
    school.back_up()
    own = next(line for line in school.identity.read_text(encoding="utf-8").splitlines() if line.startswith("AGE"))
    with pytest.raises(KeystoreError):
        school.restore(key=RecoveryKey(own))


def test_this_machines_identity_is_not_in_it(school: Kept) -> None:
    school.back_up()
    assert "identity.txt" not in files_of(school.restore().folder)


def test_only_what_is_new_is_sealed(school: Kept) -> None:
    first = school.back_up()
    before = school.sealed()
    school.later(days=1).post("Solrosen/2026-11-20 Ny", "Ny text.\n")
    second = school.back_up()
    after = school.sealed()
    assert first.new == sum(name.startswith("files/") for name in before)
    assert second.new == 2  # the post, and the log of what has been done
    assert before.items() <= after.items()


def test_what_was_sealed_to_an_earlier_recovery_key_is_sealed_again_to_the_new_one(school: Kept) -> None:
    school.back_up()
    old, school.key = school.key, RecoveryKey(school.keys().rotate(school.identity))
    school.later(days=1).back_up()
    assert everything(school.restore("ny").folder) == everything(school.root)
    assert everything(school.restore("då", run="2026-11-23", key=old).folder)
    with pytest.raises(KeystoreError, match="den nyckeln") as told:
        school.restore("fel", key=old)
    assert "när kopian gjordes" in told.value.hint


def test_the_log_goes_on_where_the_backup_ends_it(school: Kept) -> None:
    school.publish()
    school.back_up()
    lines = log.read(school.state).lines
    restored = log.read(school.restore().folder / "privat")
    assert [line.command for line in lines][-1] == "backup"
    assert [line.command for line in restored.lines] == [*(line.command for line in lines[:-1]), "restore"]
    assert restored.broken is None


def test_two_files_alike_are_sealed_once(school: Kept) -> None:
    school.post("Solrosen/2026-11-20 A", bild_jpg=photo("red"))
    school.post("Solrosen/2026-11-20 B", annan_jpg=photo("red"))
    done = school.back_up()
    assert done.new < done.files
    assert everything(school.restore().folder) == everything(school.root)


def test_an_older_day_can_be_restored(school: Kept) -> None:
    text = school.root / "inlagg" / "Solrosen" / "2026-10-14 Vi byggde koja" / "text.md"
    then = text.read_bytes()
    school.back_up()
    text.write_text("En annan text.\n", encoding="utf-8", newline="\n")
    school.later(days=1).back_up()
    assert (school.restore("ny").folder / text.relative_to(school.root)).read_text(
        encoding="utf-8"
    ) == "En annan text.\n"
    assert (school.restore("då", run="2026-11-23").folder / text.relative_to(school.root)).read_bytes() == then
    with pytest.raises(UsageError, match="ingen kopia"):
        school.restore("aldrig", run="2025")


def test_old_backups_go_and_take_with_them_what_only_they_had(school: Kept) -> None:
    settings = school.settings_text + "[backup]\nkeep_days = 2\nkeep_months = 1\n"
    school.settings_text = settings
    school.write()
    gone = school.post("Solrosen/2026-11-20 Raderat", "Den här texten ska bort.\n") / "text.md"
    school.back_up()
    sealed = _sealed(school, gone.relative_to(school.root).as_posix())
    gone.unlink()
    there = []
    for _ in range(4):
        school.later(days=1).back_up()
        there.append(sealed.exists())
    assert len(Shelf(school.disk).runs()) == 2
    assert there == [True, False, False, False]
    assert everything(school.restore().folder) == everything(school.root)


RUNS = [f"2026-{month:02}-{day:02}T020000Z" for month in range(1, 12) for day in range(1, 29)]
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def test_the_newest_of_each_day_and_of_each_month_is_kept() -> None:
    kept = sorted({*RUNS} - {*over(RUNS, days=3, months=4, zone=STOCKHOLM)})
    assert kept == [
        "2026-08-28T020000Z", "2026-09-28T020000Z", "2026-10-28T020000Z",
        "2026-11-26T020000Z", "2026-11-27T020000Z", "2026-11-28T020000Z",
    ]  # fmt: skip


def test_of_one_day_as_it_is_in_sweden_the_last_is_kept() -> None:
    runs = ["2026-11-20T080000Z", "2026-11-20T220000Z", "2026-11-20T233000Z"]
    assert over(runs, days=5, months=0, zone=STOCKHOLM) == ["2026-11-20T080000Z"]


def test_the_newest_is_kept_whatever_the_settings() -> None:
    assert over(["2026-01-01T000000Z"], days=0, months=0, zone=STOCKHOLM) == []


def test_a_damaged_file_is_told_by_name_and_the_rest_comes_back(school: Kept) -> None:
    school.back_up()
    where = "inlagg/Solrosen/2026-11-19 Första snön/snö.jpg"
    _damage(school, where)
    with pytest.raises(Damaged) as told:
        school.restore()
    assert [finding.file for finding in told.value.findings] == [where]
    there = everything(school.disk.parent / "ny")
    assert there == {name: content for name, content in everything(school.root).items() if name != where}


def test_a_missing_file_is_told_too(school: Kept) -> None:
    school.back_up()
    _sealed(school, "register/barn.csv").unlink()
    with pytest.raises(Damaged) as told:
        school.restore()
    assert [(finding.file, finding.message) for finding in told.value.findings] == [
        ("register/barn.csv", "Filen saknas i kopian.")
    ]


def test_damage_is_found_without_the_key_and_mended_while_the_original_is_here(school: Kept) -> None:
    school.back_up()
    _damage(school, "inlagg/Solrosen/2026-11-19 Första snön/snö.jpg")
    done = school.later(days=1).back_up(verify=True)
    assert (done.damaged, done.mended) == (1, 1)
    assert everything(school.restore().folder) == everything(school.root)


def test_in_a_month_of_nights_everything_is_looked_through(school: Kept) -> None:
    school.back_up()
    _damage(school, "inlagg/Solrosen/2026-11-19 Första snön/snö.jpg")
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


def test_a_disk_that_is_not_plugged_in_is_not_taken_for_a_new_one(school: Kept) -> None:
    school.back_up()
    school.disk.rename(school.disk.with_name("urkopplad"))
    with pytest.raises(HostError, match="låg där förut"):
        school.back_up()
    assert not school.disk.exists()
    school.back_up(new=True)
    assert Shelf(school.disk).runs()


@pytest.mark.parametrize("place", ["", "inlagg/kopia", "privat/kopia", "public/kopia", "kopia", "..", "../../"])
def test_a_backup_does_not_lie_in_or_around_what_it_is_a_copy_of(school: Kept, place: str) -> None:
    school.disk = school.root / place
    with pytest.raises(UsageError, match="egen mapp"):
        school.back_up()


def test_two_preschools_do_not_share_a_folder(school: Kept, tmp_path: Path) -> None:
    school.back_up()
    other = Kept(tmp_path / "annan")
    other.write()
    other.make_keystore()
    other.disk = school.disk
    with pytest.raises(UsageError, match="annan förskolas"):
        other.back_up()


def test_without_a_folder_it_is_the_one_used_last(school: Kept) -> None:
    with clock(school.now), pytest.raises(UsageError, match="Var ska kopian ligga"):
        back_up(school.settings, identity=school.identity)
    school.back_up()
    with clock(school.later(days=1).now):
        assert back_up(school.settings, identity=school.identity).folder == school.disk


def test_a_folder_with_other_things_is_not_taken(school: Kept) -> None:
    school.disk.mkdir()
    (school.disk / "semester.jpg").write_bytes(b"x")
    with pytest.raises(UsageError, match="något annat"):
        school.back_up()
    assert [path.name for path in school.disk.iterdir()] == ["semester.jpg"]


def test_what_is_restored_goes_to_a_new_folder_and_nowhere_else(school: Kept) -> None:
    school.back_up()
    there = school.disk.parent / "ny"
    there.mkdir()
    (there / "pluttra.toml").write_text("min", encoding="utf-8", newline="\n")
    with pytest.raises(UsageError, match="ligger redan"):
        school.restore()
    assert files_of(there) == {"pluttra.toml": b"min"}


def test_a_restore_that_was_cut_off_goes_on(school: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    school.back_up()
    opened, left = RecoveryKey.open, iter(range(8))

    def cut(self: RecoveryKey, sealed: object, into: object) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        opened(self, sealed, into)

    monkeypatch.setattr(RecoveryKey, "open", cut)
    with pytest.raises(KeyboardInterrupt):
        school.restore()
    monkeypatch.setattr(RecoveryKey, "open", opened)
    assert everything(school.restore().folder) == everything(school.root)
    with pytest.raises(UsageError):
        school.restore()


def test_posts_in_a_synced_folder_elsewhere_come_back_into_the_preschools_own(school: Kept, tmp_path: Path) -> None:
    (school.root / "inlagg").rename(tmp_path / "OneDrive")
    school.settings_text += f'[folders]\nposts = "{(tmp_path / "OneDrive").as_posix()}"\n'
    school.write()
    (school.root / "inlagg").rmdir()
    school.back_up()
    done = school.restore()
    assert read_settings(done.folder).posts == done.folder / "inlagg"
    assert files_of(done.folder / "inlagg") == files_of(tmp_path / "OneDrive")
    assert done.check == ()


@pytest.mark.parametrize("name", ["../utanför", "/etc/passwd", "a/../../b", "C:/fil", "a\\b", ""])
def test_a_name_that_leads_out_of_the_folder_is_refused(name: str) -> None:
    value = {"v": 1, "made": 1, "preschool": "x", "entries": {name: {"file": "a", "length": 1, "digest": "b", "changed": 1}},
             "folders": [], "moved": {}, "state": "privat"}  # fmt: skip
    with pytest.raises(FormatError):
        Manifest.from_bytes(json.dumps(value).encode())


def test_runs_of_one_second_or_of_a_clock_set_back_come_after_each_other(school: Kept) -> None:
    school.back_up()
    school.back_up()
    school.now = datetime(2020, 1, 1, tzinfo=UTC)
    school.back_up()
    assert len(Shelf(school.disk).runs()) == 1  # one a day is kept
    assert Shelf(school.disk).runs()[0] == "2026-11-23T110002Z"


def test_the_recovery_key_may_be_written_with_spaces_and_small_letters(school: Kept) -> None:
    text = school.key.text.lower()
    assert RecoveryKey(f" {text[:20]} {text[20:]}\n").text == school.key.text
    assert school.key.text not in repr(school.key)
    with pytest.raises(KeystoreError, match="felskriven"):
        RecoveryKey(text[:-1])


def _sealed(school: Kept, name: str) -> Path:
    """Return the sealed file of one of the preschool's files, as only whoever has the recovery key can tell."""
    shelf, into = Shelf(school.disk), io.BytesIO()
    with shelf.open(shelf.runs()[-1]) as sealed:
        school.key.open(sealed, into)
    file = Manifest.from_bytes(into.getvalue()).entries[name].file
    return school.disk / "files" / file[:2] / f"{file}.age"


def _damage(school: Kept, name: str) -> None:
    path = _sealed(school, name)
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(content)
