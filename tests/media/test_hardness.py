"""Whatever lies in a folder, the answer is derivatives or an error that names the file: bombs, lies, damage, giants, and impatience."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pluttra_publish.errors import ContentError
from pluttra_publish.media import UNEDITED, Derived, Edit, Kind, derive, derive_all, probe
from tests.media import making
from tests.media.test_photo import png

Written = Callable[[str, bytes], Path]

HOUSE = Path(__file__).parents[2]
SIZE = (64, 48)
PEAK = """
import re, sys
from pathlib import Path
from pluttra_publish.media import derive
derive(Path(sys.argv[1]), cache=Path(sys.argv[2]))
print(re.search("VmHWM:[ \\t]*([0-9]+)", Path("/proc/self/status").read_text(encoding="ascii"))[1])
"""


def claiming(form: str, width: int, height: int) -> bytes:
    """A small picture whose header says that it has another size."""
    content = making.photo(form, making.scene(*SIZE))
    if form == "TIFF":
        for tag, old, new in ((256, SIZE[0], width), (257, SIZE[1], height)):
            content = content.replace(struct.pack("<HHLL", tag, 4, 1, old), struct.pack("<HHLL", tag, 4, 1, new))
        return content
    if form == "GIF":
        return content[:6] + struct.pack("<HH", width, height) + content[10:]
    if form == "JPEG":
        at = content.index(b"\xff\xc0") + 5
        return content[:at] + struct.pack(">HH", height, width) + content[at + 4 :]
    ispe = b"ispe\0\0\0\0"
    return content.replace(ispe + struct.pack(">II", *SIZE), ispe + struct.pack(">II", width, height))


@pytest.mark.parametrize("form", ["JPEG", "GIF", "TIFF"])
def test_a_header_that_promises_more_than_we_decode_is_an_error_that_names_the_picture(
    form: str, written: Written, cache: Path
) -> None:
    source = written("lögn.jpg", claiming(form, 60_000, 60_000))
    for work in (probe, lambda path: derive(path, cache=cache)):
        with pytest.raises(ContentError, match=r"lögn\.jpg.* miljoner") as error:
            work(source)
        assert error.value.hint


@pytest.mark.parametrize("form", ["JPEG", "GIF", "TIFF", "HEIF", "AVIF"])
@pytest.mark.parametrize("size", [(60_000, 60_000), (11_000, 9_000), (65, 48_000), (8, 8), (0, 0)])
def test_a_header_that_lies_is_answered_with_a_picture_or_an_error_for_people(
    form: str, size: tuple[int, int], written: Written, cache: Path
) -> None:
    source = written("lögn.jpg", claiming(form, *size))
    with suppress(ContentError):
        assert derive(source, cache=cache).files[-1].width <= 1920


def test_a_bomb_of_text_in_a_png_is_an_error(written: Written, cache: Path) -> None:
    import zlib

    text = b"zTXtComment\0\0" + zlib.compress(b"a" * 200_000_000, 9)
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    whole = making.photo("PNG", making.scene(*SIZE))
    with pytest.raises(ContentError, match=r"bomb\.png"):
        derive(written("bomb.png", whole[:33] + chunk + whole[33:]), cache=cache)


@pytest.mark.parametrize("seed", range(4))
def test_damage_anywhere_is_answered_with_derivatives_or_an_error_for_people(
    seed: int, written: Written, tmp_path: Path, cache: Path
) -> None:
    chance = random.Random(seed)  # the same every time
    wholes = {f"a.{form.lower()}": making.photo(form, making.scene(96, 64)) for form in ("PNG", "WEBP", "GIF", "AVIF")}
    wholes |= {"a.jpg": making.photo("MPO", making.scene(96, 64)), "a.tif": making.photo("TIFF", making.scene(96, 64))}
    wholes |= {"a.heic": making.photo("HEIF", making.scene(96, 64)), "rörlig.gif": making.animation("GIF")}
    for name, more in (("a.mp4", {}), ("a.webm", {"form": "webm", "codec": "libvpx-vp9", "sound": "libopus"})):
        wholes[name] = making.film(tmp_path / name, seconds=0.3, **more).read_bytes()  # type: ignore[arg-type]
    for name, more in (("a.m4a", {}), ("a.mp3", {"codec": "libmp3lame", "form": "mp3"})):
        wholes[name] = making.sound(tmp_path / name, seconds=0.3, **more).read_bytes()  # type: ignore[arg-type]
    for name, whole in wholes.items():
        content = bytearray(whole)
        for _ in range(chance.choice((1, 3, 30))):
            at = chance.randrange(min(len(content), chance.choice((200, 900, len(content)))))
            content[at : at + chance.choice((1, 1, 4, 0))] = chance.randbytes(chance.choice((1, 1, 4, 9)))
        source = written(name, bytes(content))
        for work in (probe, lambda path: derive(path, cache=cache)):
            with suppress(ContentError):
                work(source)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells how much memory was used at most")
@pytest.mark.parametrize(
    ("name", "form", "mode", "size", "most"),
    [
        ("panorama.jpg", "JPEG", "RGB", (20_000, 5_000), 150),
        ("telefonens största.jpg", "JPEG", "RGB", (16_320, 12_240), 200),
        ("panorama.png", "PNG", "RGB", (20_000, 5_000), 700),
        ("genomskinlig.png", "PNG", "RGBA", (12_000, 8_000), 1100),
    ],
)
def test_a_giant_needs_no_more_memory_than_there_is(
    name: str, form: str, mode: str, size: tuple[int, int], most: int, tmp_path: Path, cache: Path
) -> None:
    source = tmp_path / name
    Image.new(mode, size, (90, 140, 120)).save(source, form, **({"compress_level": 1} if form == "PNG" else {}))
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(source), str(cache)], cwd=HOUSE, capture_output=True, check=True
    )
    assert int(done.stdout) / 1024 < most
    assert len(list(cache.rglob("*.webp"))) == 3


class Watching(ThreadPoolExecutor):
    """An executor that remembers what ran beside what."""

    def __init__(self) -> None:
        super().__init__(4)
        self.beside: dict[str, frozenset[str]] = {}
        self._running: set[str] = set()
        self._lock = threading.Lock()

    def submit(self, work: Callable[..., Any], *arguments: Any, **more: Any) -> Future[Any]:  # type: ignore[override]
        def watched() -> Any:
            source = arguments[0].name
            with self._lock:
                self._running.add(source)
            try:
                result = work(*arguments, **more)
                with self._lock:
                    if result is not None:
                        self.beside[source] = frozenset(self._running)
                return result
            finally:
                with self._lock:
                    self._running.discard(source)

        return super().submit(watched)


def test_what_needs_much_memory_is_made_alone(written: Written, cache: Path) -> None:
    giants = [written(f"stor-{n}.png", png(7000, 6000 + n, 8, 0, bytes(7001) * (6000 + n))) for n in range(3)]
    others = [written(f"liten-{n}.jpg", making.photo(image=making.scene(300 + n, 200))) for n in range(6)]
    with Watching() as executor:
        found = derive_all(dict.fromkeys([*giants, *others], UNEDITED), cache=cache, executor=executor)
    assert not [made for made in found.values() if not isinstance(made, Derived)]
    assert all(executor.beside[giant.name] == {giant.name} for giant in giants)


def test_an_interruption_gives_up_what_waits_and_loses_nothing_that_was_made(written: Written, cache: Path) -> None:
    sources = [written(f"{n}.jpg", making.photo(image=making.scene(300 + n, 200))) for n in range(40)]

    def impatient(_kind: Kind, done: int, _total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with ThreadPoolExecutor(2) as executor, pytest.raises(KeyboardInterrupt):
        derive_all(dict.fromkeys(sources, UNEDITED), cache=cache, executor=executor, progress=impatient)
    made = {path.parent.name for path in cache.rglob("derived.json")}
    assert 5 <= len(made) < 40
    assert not list(cache.glob("making-*"))
    found = derive_all(dict.fromkeys(sources, UNEDITED), cache=cache)
    assert made < {result.files[0].path.parent.name for result in found.values() if isinstance(result, Derived)}


def test_an_interruption_ends_a_film_that_is_being_made(tmp_path: Path, written: Written, cache: Path) -> None:
    film = making.film(tmp_path / "lång.mov", form="mov", codec="libx265", seconds=40, sound=None)
    photo = written("a.jpg", making.photo())

    def impatient(kind: Kind, done: int, _total: int) -> None:
        if kind == "photo" and done:
            raise KeyboardInterrupt

    with ThreadPoolExecutor(2) as executor, pytest.raises(KeyboardInterrupt):
        derive_all({film: UNEDITED, photo: UNEDITED}, cache=cache, executor=executor, progress=impatient)
    assert not list(cache.rglob("film.mp4"))
    assert derive(film, cache=cache).duration == pytest.approx(40, abs=0.1)


def test_a_source_that_changes_after_it_was_remembered_is_read_again(written: Written, cache: Path) -> None:
    import os

    source = written("a.jpg", making.photo(image=making.scene(600, 400)))
    long_ago = 1_700_000_000
    os.utime(source, (long_ago, long_ago))
    first = derive(source, cache=cache)
    written("a.jpg", making.photo(image=making.scene(800, 400)))
    os.utime(source, (long_ago, long_ago))
    assert derive(source, cache=cache).files[-1].width == 800
    assert first.files[-1].width == 600


def test_a_source_that_lies_still_is_not_read_again(
    written: Written, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pluttra_publish.media import cache as caching

    monkeypatch.setattr(caching, "_SETTLED", -1.0)
    source = written("a.jpg", making.photo())
    first = derive(source, cache=cache)
    opened: list[Path] = []
    read, real = Path.read_bytes, Path.open
    monkeypatch.setattr(Path, "read_bytes", lambda path: (opened.append(path), read(path))[1])
    monkeypatch.setattr(Path, "open", lambda path, *more, **named: (opened.append(path), real(path, *more, **named))[1])
    assert derive(source, cache=cache) == first
    assert source not in opened
    assert derive(source, cache=cache, edit=Edit(masks=((0.1, 0.1, 0.2, 0.2),))) != first
    assert source in opened
