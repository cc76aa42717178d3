"""Where what is restored goes, and what it may not do there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pluttra_publish.backup.manifest import Manifest
from pluttra_publish.errors import FormatError, UsageError
from pluttra_publish.sealing.recovery import RecoveryKey
from pluttra_publish.settings import read_settings
from tests.backup.keeping import Kept, everything
from tests.whole.preschool import files_of


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
