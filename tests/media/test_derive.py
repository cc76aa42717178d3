"""The private cache: same bytes, same derivatives, whatever happens to it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from pluttra_publish.errors import ContentError
from pluttra_publish.media import UNEDITED, Derived, Kind, derive, derive_all, kind_of, probe
from tests.media import making

Written = Callable[[str, bytes], Path]


def digests(derived: Derived) -> list[str]:
    return [hashlib.sha256(file.path.read_bytes()).hexdigest() for file in (*derived.files, *derived.poster)]


def fingerprints(cache: Path) -> dict[Path, tuple[int, int]]:
    """What lies in the cache but for its notes of which files it has read."""
    made = (path for path in cache.rglob("*") if path.is_file() and "seen" not in path.parts)
    return {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in made}


@pytest.fixture
def sources(tmp_path: Path, written: Written) -> list[Path]:
    return [
        written("å.jpg", making.photo()),
        written("b.png", making.photo("PNG", making.scene(500, 400))),
        written("c.heic", making.photo("HEIF", making.scene(640, 480))),
        making.film(tmp_path / "d.mp4", seconds=1),
        making.sound(tmp_path / "e.mp3", codec="libmp3lame", form="mp3", seconds=1),
    ]


def test_the_same_source_gives_the_same_bytes(sources: list[Path], tmp_path: Path) -> None:
    for source in sources:
        one, other = derive(source, cache=tmp_path / "one"), derive(source, cache=tmp_path / "other")
        assert digests(one) == digests(other)


def test_a_second_time_nothing_is_made(sources: list[Path], cache: Path) -> None:
    first = [derive(source, cache=cache) for source in sources]
    before = fingerprints(cache)
    again = [derive(source, cache=cache) for source in sources]
    assert again == first
    assert {made.fresh for made in first} == {True}
    assert {made.fresh for made in again} == {False}
    assert fingerprints(cache) == before


def test_a_renamed_or_copied_source_is_found_again(sources: list[Path], cache: Path) -> None:
    first = derive(sources[0], cache=cache)
    assert derive(sources[0].rename(sources[0].with_name("nytt namn.JPG")), cache=cache) == first


def test_a_changed_source_is_derived_anew(written: Written, cache: Path) -> None:
    first = derive(written("a.jpg", making.photo(image=making.scene(600, 400))), cache=cache)
    second = derive(written("a.jpg", making.photo(image=making.scene(800, 400))), cache=cache)
    assert digests(first) != digests(second)


@pytest.mark.parametrize("damage", ["flip", "cut", "remove", "describe", "empty", "wander"])
def test_a_damaged_cache_entry_is_made_anew(damage: str, sources: list[Path], cache: Path) -> None:
    for source in (sources[0], sources[3]):
        whole = derive(source, cache=cache)
        right = digests(whole)
        victim = whole.files[0].path
        description = victim.with_name("derived.json")
        content = bytearray(victim.read_bytes())
        if damage == "flip":
            content[len(content) // 2] ^= 1
            victim.write_bytes(content)
        elif damage == "cut":
            victim.write_bytes(content[:-9])
        elif damage == "remove":
            victim.unlink()
        elif damage == "describe":
            description.write_text('{"kind": "photo", "files": [], "poster": 3}', encoding="utf-8")
        elif damage == "empty":
            description.write_bytes(b"")
        else:
            told = description.read_text(encoding="utf-8").replace(f'"{victim.name}"', '"../../../../secret"')
            description.write_text(told, encoding="utf-8")
        again = derive(source, cache=cache)
        assert again == whole
        assert digests(again) == right


def test_the_cache_may_be_deleted_at_any_time(sources: list[Path], cache: Path) -> None:
    first = derive(sources[0], cache=cache)
    right = digests(first)
    shutil.rmtree(cache)
    assert digests(derive(sources[0], cache=cache)) == right


def test_nothing_is_left_behind_after_an_error(written: Written, tmp_path: Path, cache: Path) -> None:
    film = making.film(tmp_path / "d.mp4", seconds=1)
    broken = [written("x.jpg", making.photo()[:900]), written("y.mp4", film.read_bytes()[:900])]
    for source in broken:
        with pytest.raises(ContentError):
            derive(source, cache=cache)
    assert [path for path in cache.rglob("*") if path.is_file() or path.name.startswith("making-")] == []


def test_nothing_of_the_source_lies_in_the_cache(sources: list[Path], cache: Path) -> None:
    for source in sources:
        derive(source, cache=cache)
    for path in cache.rglob("*"):
        assert "å" not in path.name
        if path.is_file():
            assert b"KANARIE" not in path.read_bytes()


@pytest.mark.parametrize("kind", ["none", "threads", "processes"])
def test_all_are_derived_in_the_sources_order_and_errors_stand_beside_them(
    kind: str, sources: list[Path], written: Written, cache: Path
) -> None:
    wanted = [sources[3], written("trasig.jpg", b"hej"), *sources, cache / "saknas.jpg"]
    told: list[tuple[Kind, int, int]] = []

    def progress(kind: Kind, done: int, total: int) -> None:
        told.append((kind, done, total))

    edits = dict.fromkeys(wanted, UNEDITED)
    if kind == "none":
        found = derive_all(edits, cache=cache, progress=progress)
    else:
        pool = ThreadPoolExecutor(3) if kind == "threads" else ProcessPoolExecutor(2, mp_context=get_context("spawn"))
        with pool:
            found = derive_all(edits, cache=cache, executor=pool, progress=progress)

    assert list(found) == list(dict.fromkeys(wanted))
    for what, total in (("photo", 5), ("film", 1), ("sound", 1)):
        assert [done for said, done, _ in told if said == what] == list(range(total + 1))
        assert {of for said, _, of in told if said == what} == {total}
    errors = {path.name: result for path, result in found.items() if isinstance(result, ContentError)}
    assert errors.keys() == {"trasig.jpg", "saknas.jpg"}
    assert "trasig.jpg" in str(errors["trasig.jpg"])
    assert errors["trasig.jpg"].hint  # survives the way between processes


def test_two_at_once_agree_about_the_same_bytes(written: Written, cache: Path) -> None:
    content = making.photo()
    twins = [written(f"{n}.jpg", content) for n in range(6)]
    with ThreadPoolExecutor(6) as pool:
        found = list(derive_all(dict.fromkeys(twins, UNEDITED), cache=cache, executor=pool).values())
    assert all(result == found[0] for result in found)
    assert isinstance(found[0], Derived)


def test_a_missing_or_foreign_file_is_an_error_that_names_it(written: Written, tmp_path: Path, cache: Path) -> None:
    for source in (
        tmp_path / "saknas.jpg",
        tmp_path / "saknas.mp4",
        written("brev.docx", b"PK"),
        tmp_path / "mapp.jpg",
    ):
        if source.name == "mapp.jpg":
            source.mkdir()
        for work in (probe, lambda path: derive(path, cache=cache)):
            with pytest.raises(ContentError, match=source.stem) as error:
                work(source)
            assert error.value.hint


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("IMG_1.JPG", "photo"), ("a.heic", "photo"), ("Film.MOV", "film"), ("a.webm", "film"), ("visa.m4a", "sound"),
        ("a.flac", "sound"), ("inlägg.md", None), ("a", None), (".jpg", None), ("a.jpg.txt", None), ("Thumbs.db", None),
    ],
)  # fmt: skip
def test_the_suffix_tells_the_kind(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind
