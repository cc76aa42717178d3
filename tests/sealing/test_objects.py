from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from cryptography.cobblestone import Cobblestone256Decryptor
from hypothesis import given, settings
from hypothesis import strategies as st

from pluttra_publish.errors import FormatError, LeakError
from pluttra_publish.format import layout, padding
from pluttra_publish.format.layout import CONTEXT
from pluttra_publish.format.padding import Role
from pluttra_publish.format.posts import Reference
from pluttra_publish.sealing import Entry, Ledger, SealedObject, open_range, open_reference
from pluttra_publish.sealing.kdf import kdf
from pluttra_publish.sealing.objects import LONG, Source, sealable

SECRETS = {"seal_secret": b"\x22" * 32, "naming_secret": b"\x33" * 32}
FILM: dict[str, Any] = {"role": "media", "media_type": "video/mp4", **SECRETS}
PAGE: dict[str, Any] = {"role": "page", "media_type": "text/html", **SECRETS}


def film(length: int) -> bytes:
    return (bytes(range(251)) * (length // 251 + 1))[:length]


def body(made: SealedObject) -> bytes:
    with made.open() as file:
        return file.read()


def sealed(source: Source, workspace: Path, **more: Any) -> tuple[Reference, bytes]:
    reference, made = sealable(source, **(FILM | more)).seal(workspace)
    return reference, body(made)


@given(st.binary(max_size=200) | st.integers(0, 40_000).map(film), st.sampled_from([FILM, PAGE]))
@settings(max_examples=60)
def test_what_was_sealed_opens_to_what_it_was(content: bytes, kind: dict[str, Any]) -> None:
    reference, made = sealable(content, **kind).seal(Path())
    assert open_reference(body(made), reference) == content
    assert (made.name, made.digest, made.path) == (reference.name, reference.digest, layout.object_path(made.name))
    assert made.sealed_length == len(body(made)) == layout.sealed_length(reference.padded_length)


@given(st.integers(0, 40_000), st.sampled_from([FILM, PAGE]))
@settings(max_examples=30)
def test_the_decryptor_of_the_library_opens_all_that_is_sealed(length: int, kind: dict[str, Any]) -> None:
    reference, made = sealable(film(length), **kind).seal(Path())
    decryptor = Cobblestone256Decryptor(kdf(reference.secret, "seal", kind["role"]), CONTEXT)
    opened = decryptor.update(body(made)) + decryptor.finalize()
    assert opened == padding.frame_and_pad(kind["role"], film(length))


@given(st.integers(0, 2**21 + 70_000), st.integers(0, 2**21 + 70_000), st.integers(0, 100_000))
@settings(max_examples=25, deadline=None)
def test_any_range_is_what_stands_there(length: int, start: int, count: int) -> None:
    reference, whole = sealed(film(length), Path())
    fetched: list[tuple[int, int]] = []

    def fetch(begin: int, end: int) -> bytes:
        fetched.append((begin, end))
        return whole[begin:end]

    assert open_range(fetch, reference, start, start + count) == film(length)[start : start + count]
    if reference.segments:
        assert sum(end - begin for begin, end in fetched) <= 56 + 2 * (56 + layout.SEGMENT_SEALED)


def test_the_same_content_is_the_same_object_wherever_it_comes_from(tmp_path: Path) -> None:
    for length in (5, 2**20 + 5, LONG + 5):
        copy = tmp_path / "copy"
        copy.write_bytes(film(length))
        assert sealed(copy, tmp_path) == sealed(film(length), tmp_path) == sealed(film(length), tmp_path)


def test_anything_else_gives_another_name_and_other_bytes(tmp_path: Path) -> None:
    others: list[dict[str, Any]] = [
        {},
        {"media_type": "video/webm"},
        {"seal_secret": b"\x23" * 32},
        {"turn": 1},
        {"role": "page", "media_type": "text/html"},
    ]
    made = [sealed(b"hej", tmp_path, **more) for more in others] + [sealed(b"hey", tmp_path)]
    assert len({reference.name for reference, _ in made}) == len(made)
    assert len({whole[:24] for _, whole in made}) == len(made)
    renamed, whole = sealed(b"hej", tmp_path, naming_secret=b"\x34" * 32)
    assert (renamed.name != made[0][0].name, whole) == (True, made[0][1])


def test_long_media_lie_in_a_private_file_of_the_workspace(tmp_path: Path) -> None:
    content = film(LONG + 100_000)
    reference, made = sealable(content, **FILM).seal(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [reference.name]
    assert open_reference(body(made), reference) == content
    assert made.digest == reference.digest == hashlib.sha256(b"".join(reference.segments)).digest()
    spans = layout.segment_spans(reference.padded_length)
    assert reference.segments == tuple(hashlib.sha256(body(made)[a:b]).digest() for a, b in spans)
    near_the_end = slice(len(content) - 70_000, len(content) - 3)
    whole = body(made)
    assert (
        open_range(lambda a, b: whole[a:b], reference, near_the_end.start, near_the_end.stop) == content[near_the_end]
    )


@pytest.mark.parametrize("length", [2**20 + 1, 2**21, LONG + 5])
def test_long_media_are_verified_whole_by_their_segments(length: int, tmp_path: Path) -> None:
    reference, whole = sealed(film(length), tmp_path)
    spans = list(layout.segment_spans(reference.padded_length))
    assert reference == Reference.from_value(reference.to_value())
    cut = whole[: spans[-1][0]]
    swapped = whole[slice(*spans[1])] + whole[slice(*spans[0])] + whole[spans[1][1] :]
    flips = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for span in spans for at in (span[0], span[1] - 1)]
    for wrong in (cut, whole + b"\0", whole + whole[slice(*spans[-1])], swapped, b"", *flips):
        with pytest.raises(FormatError, match="digest"):
            open_reference(wrong, reference)


def test_an_object_says_whether_its_digest_is_that_of_its_segments(tmp_path: Path) -> None:
    for kind, length, segmented in ((FILM, 2**20, False), (FILM, 2**20 + 1, True), (PAGE, 2**20 + 1, False)):
        reference, made = sealable(film(length), **kind).seal(tmp_path)
        assert (made.segmented, bool(reference.segments)) == (segmented, segmented)


def test_short_and_long_are_sealed_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = (0, 1, 16384, 2**20, 2**20 + 1, 2**21, 2**21 + 1, 2**22 - 1, 5 * 2**20)
    short = [sealed(film(length), tmp_path) for length in lengths]
    monkeypatch.setattr("pluttra_publish.sealing.objects.LONG", -1)
    assert [sealed(film(length), tmp_path) for length in lengths] == short


def test_nothing_but_the_seal_functions_makes_a_sealed_object() -> None:
    with pytest.raises(LeakError):
        SealedObject("00" * 16, "root", 3, bytes(32), "page", True, b"hej", None)


def test_neither_content_nor_secrets_show_when_an_object_is_printed(tmp_path: Path) -> None:
    reference, made = sealable(b"Ada i kojan", **PAGE).seal(tmp_path)
    for shown in (repr(reference), repr(made)):
        assert "Ada" not in shown
        assert repr(reference.secret) not in shown
        assert repr(body(made)) not in shown


@pytest.mark.parametrize("role", ["page", "media"])
def test_every_flipped_bit_is_refused(role: Role, tmp_path: Path) -> None:
    kind = PAGE if role == "page" else FILM
    reference, made = sealable(b"hej", **kind).seal(tmp_path)
    whole = body(made)
    for offset in range(0, len(whole), 1 if role == "media" else 97):
        wrong = bytearray(whole)
        wrong[offset] ^= 1 << offset % 8
        with pytest.raises(FormatError, match="digest"):
            open_reference(bytes(wrong), reference)
        told = Reference(reference.name, reference.secret, hashlib.sha256(wrong).digest(), 3, reference.media_type)
        with pytest.raises(FormatError, match="object"):
            open_reference(bytes(wrong), told)


def test_what_the_ledger_remembers_needs_no_sealing(tmp_path: Path) -> None:
    ledger = Ledger.load(tmp_path / "ledger.sqlite")
    for content in (b"hej", film(2**20 + 9), film(LONG + 9)):
        assert sealable(content, **FILM).recall(ledger) is None
        reference, made = sealable(content, **FILM).seal(tmp_path)
        ledger.remember(made.path, Entry(made.sealed_length, made.digest, reference.segments))
        ledger.save()
        assert sealable(content, **FILM).recall(Ledger.load(tmp_path / "ledger.sqlite")) == reference
    assert sealable(b"hejsan", **FILM).recall(ledger) is None
