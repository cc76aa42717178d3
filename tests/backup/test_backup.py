"""What is in a backup, what whoever finds the disk sees, and where it may lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pluttra_publish import log
from pluttra_publish.backup import back_up
from pluttra_publish.backup.shelf import Shelf
from pluttra_publish.errors import HostError, KeystoreError, UsageError
from pluttra_publish.sealing.recovery import RecoveryKey
from tests.backup.keeping import Kept, everything
from tests.whole.preschool import clock, files_of, photo


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


def test_the_recovery_key_may_be_written_with_spaces_and_small_letters(school: Kept) -> None:
    text = school.key.text.lower()
    assert RecoveryKey(f" {text[:20]} {text[20:]}\n").text == school.key.text
    assert school.key.text not in repr(school.key)
    with pytest.raises(KeystoreError, match="felskriven"):
        RecoveryKey(text[:-1])
