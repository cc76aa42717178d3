from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from pluttra_publish.platform import (
    atomic_file,
    identity_path,
    move_folder,
    private_folder,
    remove_file,
    write_atomically,
)

posix = pytest.mark.skipif(os.name != "posix", reason="only POSIX has file modes")


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    file = tmp_path / "below" / "å.bin"
    write_atomically(file, b"old")
    write_atomically(file, b"new")
    assert file.read_bytes() == b"new"
    assert list(file.parent.iterdir()) == [file]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_atomically(file, b"old")

    def half() -> None:
        with atomic_file(file) as new:
            new.write(b"half of the n")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


@posix
def test_a_private_file_is_for_this_account_only(tmp_path: Path) -> None:
    write_atomically(tmp_path / "secret", b"", private=True)
    write_atomically(tmp_path / "public", b"")
    (tmp_path / "plain").write_bytes(b"")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes["secret"] == 0o600
    assert modes["public"] == modes["plain"]


@posix
def test_a_private_folder_is_for_this_account_only(tmp_path: Path) -> None:
    assert stat.S_IMODE(private_folder(tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_a_busy_file_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = [PermissionError("busy"), PermissionError("busy")]
    replace = os.replace

    def busy(temporary: str, target: Path) -> None:
        if refused:
            raise refused.pop()
        replace(temporary, target)

    monkeypatch.setattr(os, "replace", busy)
    write_atomically(tmp_path / "file", b"x")
    assert (tmp_path / "file").read_bytes() == b"x"


def test_a_folder_and_a_file_that_are_held_open_are_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "old").write_bytes(b"x")
    refused = [PermissionError("busy")] * 4
    rename, unlink = Path.rename, Path.unlink

    def busy_rename(path: Path, target: Path) -> Path:
        if len(refused) > 2:
            raise refused.pop()
        return rename(path, target)

    def busy_unlink(path: Path, missing_ok: bool = False) -> None:
        if refused:
            raise refused.pop()
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "rename", busy_rename)
    monkeypatch.setattr(Path, "unlink", busy_unlink)
    move_folder(tmp_path / "made", tmp_path / "entry")
    remove_file(tmp_path / "old")
    assert [path.name for path in tmp_path.iterdir()] == ["entry"]


def test_the_identity_lies_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PLUTTRA_IDENTITY", str(tmp_path / "identity.txt"))
    assert identity_path() == tmp_path / "identity.txt"
    monkeypatch.delenv("PLUTTRA_IDENTITY")
    assert identity_path().is_absolute()
    assert "pluttra" in identity_path().parts
