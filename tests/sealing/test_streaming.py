from __future__ import annotations

from pathlib import Path

import pytest

from pluttra_publish.errors import LeakError
from pluttra_publish.format.layout import sealed_length
from pluttra_publish.format.padding import padme
from pluttra_publish.sealing.cobblestone import Chunks, open_sealed
from pluttra_publish.sealing.streaming import Check, Hashed, Padded, Streamed, hash_padded, seal_stream

KEY, SALT = b"\x11" * 32, b"\x22" * 24
LENGTH = 5 * 2**20 + 12_345


def source(folder: Path) -> tuple[Path, Padded]:
    path = folder / "film"
    path.write_bytes(bytes(range(251)) * (LENGTH // 251) + bytes(LENGTH % 251))
    return path, Padded(path, LENGTH, padme(LENGTH))


def stream(content: Padded, hashed: Hashed, into: Path) -> Streamed:
    return seal_stream(content, Chunks(KEY, SALT), Check(KEY, hashed.marks), into, segments=True)


def test_a_film_is_sealed_with_its_padding(tmp_path: Path) -> None:
    path, content = source(tmp_path)
    stream(content, hash_padded(content), tmp_path / "sealed")
    padded = open_sealed(KEY, (tmp_path / "sealed").read_bytes())
    assert padded == path.read_bytes() + bytes(padme(LENGTH) - LENGTH)
    assert (tmp_path / "sealed").stat().st_size == sealed_length(padme(LENGTH))


@pytest.mark.parametrize("where", [0, 2**20 - 1, 3 * 2**20, LENGTH - 1])
def test_a_source_that_changes_underneath_is_refused_and_nothing_is_left(tmp_path: Path, where: int) -> None:
    path, content = source(tmp_path)
    hashed = hash_padded(content)
    changed = bytearray(path.read_bytes())
    changed[where] ^= 1
    path.write_bytes(changed)
    with pytest.raises(LeakError):
        stream(content, hashed, tmp_path / "sealed")
    assert [file.name for file in tmp_path.iterdir()] == ["film"]


@pytest.mark.parametrize("length", [0, 100, 2**21, LENGTH - 1, LENGTH + 1, 2 * LENGTH])
def test_a_source_that_grows_or_shrinks_underneath_is_refused(tmp_path: Path, length: int) -> None:
    path, content = source(tmp_path)
    hashed = hash_padded(content)
    path.write_bytes((path.read_bytes() * 2)[:length])
    with pytest.raises(LeakError):
        hash_padded(content)
    with pytest.raises(LeakError):
        stream(content, hashed, tmp_path / "sealed")
    assert [file.name for file in tmp_path.iterdir()] == ["film"]


def test_what_does_not_open_with_the_key_is_refused(tmp_path: Path) -> None:
    _, content = source(tmp_path)
    with pytest.raises(LeakError):
        stream_with_another_key(content, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["film"]


def stream_with_another_key(content: Padded, folder: Path) -> None:
    check = Check(b"\x12" * 32, hash_padded(content).marks)
    seal_stream(content, Chunks(KEY, SALT), check, folder / "sealed", segments=False)
