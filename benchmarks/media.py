"""Photos and film: all widths of many photos against sigal, one photo against Pillow, and a telephone's film passed through."""

from __future__ import annotations

import io
import json
import random
import shutil
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, ImageDraw, ImageFilter

from benchmarks.command import Command
from benchmarks.measure import Figure, Times, in_turns, ratio
from pluttra_publish.media import Derived, Recipe, derive

_SIZE = (4032, 3024)
_WIDTHS = (504, 1008, 2016)
_QUALITY = 85
_JPEG = {"quality": _QUALITY, "optimize": True, "progressive": True}
_DIFFERENT = 10


def measure(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield what photos and a film cost: many photos cold and unchanged, one photo, one film."""
    yield from _many(folder, 20 if quick else 200, rounds=2)
    yield _one(folder, rounds=3 if quick else 9)
    yield _film(folder, seconds=10 if quick else 60, rounds=3 if quick else 5)


def _many(folder: Path, count: int, rounds: int) -> Iterator[Figure]:
    photos = folder / "photos"
    photos.mkdir()
    taken = [_photo(number) for number in range(min(count, _DIFFERENT))]
    for number in range(count):
        jpeg = taken[number % len(taken)]
        # a comment of its own, so that no two photos are the same to the cache
        (photos / f"IMG_{number:04}.JPG").write_bytes(jpeg[:2] + b"\xff\xfe\0\x06%04d" % number + jpeg[2:])
    time.sleep(4)  # what has just been written is not yet trusted to lie still
    ours, theirs = _Ours(folder, photos), _Sigal(folder, photos)
    for command in (
        ("-c", "import pluttra_publish.media"),
        ("-m", "sigal", "--version"),
    ):  # compiles what was never run
        Command(command, folder).run()
    taken_ours, taken_theirs = in_turns((ours.cold, theirs), rounds)
    yield Figure(
        name=f"derive-{count}-photos-of-12-mp",
        figure=round(ratio(taken_ours, taken_theirs), 3),
        unit="× sigal's time, once per width",
        wanted=0.8,
        raw=f"{taken_ours.text('s')} against {taken_theirs.text('s')}; JPEG {_QUALITY} on both sides, start-up counted",
    )
    again = Times(tuple(ours.again() for _ in range(5)))
    yield Figure(
        name=f"derive-{count}-photos-unchanged",
        figure=round(again.median, 3),
        unit="s",
        wanted=0.5,
        raw=f"{again.text('s', 3)}; {Times(tuple(ours.inside)).text('s', 3)} of it after start-up",
    )


class _Ours:
    """All widths of all photos, on all cores, in a process of its own."""

    def __init__(self, folder: Path, photos: Path) -> None:
        self._folder, self._photos, self._number = folder, photos, 0
        self.inside: list[float] = []

    def cold(self) -> float:
        self._number += 1
        return self.again()

    def again(self) -> float:
        answer = self._folder / "answer.json"
        cache = self._folder / f"cache-{self._number}"
        wall, _ = Command(("-c", _DERIVE, str(self._photos), str(cache), str(answer)), self._folder).run()
        told = json.loads(answer.read_text(encoding="utf-8"))
        assert told["widths"] == list(_WIDTHS)
        self.inside = [*self.inside[-4:], told["seconds"]]
        return wall


class _Sigal:
    """`sigal build`, once for each width, on all cores; it writes pages too, but no thumbnails."""

    def __init__(self, folder: Path, photos: Path) -> None:
        self._folder, self._number = folder, 0
        self._gallery = folder / "gallery"
        self._gallery.mkdir()
        shutil.move(photos, self._gallery / "album")
        photos.symlink_to(self._gallery / "album")

    def __call__(self) -> float:
        self._number += 1
        return sum(self._build(width) for width in _WIDTHS)

    def _build(self, width: int) -> float:
        settings = self._folder / f"sigal-{width}.py"
        size = (width, width * _SIZE[1] // _SIZE[0])
        text = f"source = {str(self._gallery)!r}\nimg_size = {size}\njpg_options = {_JPEG}\nmake_thumbs = False\n"
        settings.write_text(text, encoding="utf-8", newline="\n")
        built = self._folder / f"built-{self._number}-{width}"
        command = ("-m", "sigal", "build", "--config", str(settings), "--quiet", str(self._gallery), str(built))
        wall, _ = Command(command, self._folder).run()
        made = sorted((built / "album").glob("*.JPG"))
        with Image.open(made[0]) as image:
            assert image.size == size
        assert len(made) == len(list((self._gallery / "album").iterdir()))
        return wall


def _one(folder: Path, rounds: int) -> Figure:
    source = folder / "en.jpg"
    content = _photo(99)
    source.write_bytes(content)
    with Image.open(io.BytesIO(content)) as whole:
        shrunk = [whole.resize((width, width * _SIZE[1] // _SIZE[0])).convert("RGB") for width in _WIDTHS]
    number = 0

    def ours() -> float:
        nonlocal number
        number += 1
        start = time.perf_counter()
        made = derive(source, cache=folder / f"one-{number}")
        taken = time.perf_counter() - start
        assert [file.width for file in made.files] == list(_WIDTHS)
        return taken

    def bare() -> float:
        start = time.perf_counter()
        Image.open(io.BytesIO(content)).load()
        for image in shrunk:
            image.save(io.BytesIO(), "WEBP", quality=Recipe().quality, method=2)
        return time.perf_counter() - start

    for way in (ours, bare):
        way()
    taken_ours, taken_bare = in_turns((ours, bare), rounds)
    return Figure(
        name="derive-one-photo-of-12-mp",
        figure=round(ratio(taken_ours, taken_bare), 3),
        unit="× Pillow's decode and encodes",
        wanted=1.25,
        raw=f"{taken_ours.text('s', 3)} against {taken_bare.text('s', 3)}; WebP on both sides",
    )


def _film(folder: Path, seconds: int, rounds: int) -> Figure:
    source = folder / "telefon.mp4"
    _telephone_film(source, seconds)
    time.sleep(4)
    length = source.stat().st_size
    taken, read = [], []
    for number in range(rounds):
        start = time.perf_counter()
        with source.open("rb") as file:
            while file.read(2**20):
                pass
        middle = time.perf_counter()
        made = derive(source, cache=folder / f"film-{number}")
        taken.append(time.perf_counter() - middle)
        read.append(middle - start)
        assert isinstance(made, Derived)
        assert made.files[0].length > 0.95 * length
    return Figure(
        name=f"pass-a-film-of-{seconds}-s-through",
        figure=round(Times(tuple(taken)).median, 2),
        unit="s",
        wanted=2.0,
        raw=f"{Times(tuple(taken)).text('s')} for {length / 1e6:.0f} MB; reading it takes {Times(tuple(read)).text('s', 3)}",
    )


def _photo(seed: int) -> bytes:
    """A JPEG of 12 MP as a telephone takes it: shapes with soft edges, light, and grain."""
    chance = random.Random(seed)  # noqa: S311 # the same photos every time
    image = Image.linear_gradient("L").resize(_SIZE).convert("RGB")
    draw = ImageDraw.Draw(image)
    for _ in range(300):
        x, y, r = chance.randrange(_SIZE[0]), chance.randrange(_SIZE[1]), chance.randrange(10, 400)
        colour = (chance.randrange(256), chance.randrange(256), chance.randrange(256))
        draw.ellipse((x - r, y - r * 0.7, x + r, y + r * 0.7), fill=colour)
    grain = Image.frombytes("L", _SIZE, chance.randbytes(_SIZE[0] * _SIZE[1])).filter(ImageFilter.GaussianBlur(0.7))
    into = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(2)).save(into, "JPEG", quality=92)
    mixed = Image.blend(Image.open(into).convert("RGB"), grain.convert("RGB"), 0.12)
    into = io.BytesIO()
    mixed.save(into, "JPEG", quality=92)
    return into.getvalue()


def _telephone_film(path: Path, seconds: int) -> None:
    """1080p H.264 of some 17 Mbit/s with sound: two seconds, again and again."""
    snow = [Image.effect_noise((480, 270), 60).resize((1920, 1080)).convert("RGB") for _ in range(6)]
    with av.open(str(path), "w", format="mp4") as out:
        picture = out.add_stream("libx264", rate=30, options={"preset": "ultrafast", "g": "30", "bf": "0"})
        picture.width, picture.height, picture.pix_fmt = 1920, 1080, "yuv420p"
        picture.bit_rate = 17_000_000
        tone = out.add_stream("aac", rate=48_000, layout="mono")
        packets = []
        for number in range(60):
            frame = av.VideoFrame.from_image(snow[number * 5 % 6])
            frame.pts, frame.time_base = number, Fraction(1, 30)
            packets += picture.encode(frame)
        packets += picture.encode(None)
        for turn in range(seconds // 2):
            for packet in packets:
                again = av.Packet(bytes(packet))
                again.stream, again.time_base, again.is_keyframe = picture, packet.time_base, packet.is_keyframe
                again.pts = again.dts = packet.pts + round(2 * turn / packet.time_base)
                out.mux(again)
            silence = av.AudioFrame("fltp", "mono", 96_000)
            for plane in silence.planes:
                plane.update(bytes(plane.buffer_size))
            silence.sample_rate, silence.pts, silence.time_base = 48_000, 96_000 * turn, Fraction(1, 48_000)
            out.mux(tone.encode(silence))
        out.mux(tone.encode(None))


_DERIVE = f"""
import json, os, sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from pluttra_publish.media import UNEDITED, Recipe, derive_all

photos, cache, answer = map(Path, sys.argv[1:])
start = time.perf_counter()
edits = {{photo: UNEDITED for photo in sorted(photos.resolve().iterdir())}}
with ThreadPoolExecutor(os.cpu_count()) as executor:
    found = derive_all(edits, cache=cache, recipe=Recipe(encoding="jpeg", quality={_QUALITY}), executor=executor)
seconds = time.perf_counter() - start
widths = [file.width for file in found[min(found)].files]
answer.write_text(json.dumps({{"seconds": seconds, "widths": widths}}), encoding="utf-8", newline="\\n")
"""
