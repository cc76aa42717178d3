"""Photos that say which one they are and whom they show, so that whoever opens one can be asked. Uses nothing of ours."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from functools import cache

from PIL import Image, ImageStat

WIDTH, HEIGHT = 160, 120
BITS = 8
CHILDREN = ("b1", "b2", "b3", "b4")

_STRIP = 24  # pixels at the bottom where the number stands, one white or black block a bit
_ACROSS, _DOWN = WIDTH // len(CHILDREN), HEIGHT - 2 * _STRIP
_CONTRAST = 40


@dataclass(frozen=True)
class Photo:
    """A photo of some children, each in a place of its own where nobody else is; some of them are masked there."""

    number: int
    shown: tuple[str, ...]
    masked: frozenset[str] = frozenset()

    @property
    def file(self) -> str:
        return f"{self.number}.jpg"

    @property
    def seen(self) -> frozenset[str]:
        """The children that can be seen on it."""
        return frozenset(self.shown) - self.masked

    def mask(self, children: frozenset[str]) -> Photo:
        return replace(self, masked=self.masked | children)

    def jpeg(self) -> bytes:
        return _jpeg(self.number, self.shown)

    def boxes(self) -> dict[str, list[float]]:
        """Where each masked child is, as shares of the picture."""
        return {child: [CHILDREN.index(child) / len(CHILDREN), 0.0, 1 / len(CHILDREN), _DOWN / HEIGHT] for child in sorted(self.masked)}  # fmt: skip


@cache
def _jpeg(number: int, shown: tuple[str, ...]) -> bytes:
    image = Image.new("L", (WIDTH, HEIGHT), 128)
    chequered = [255 * ((x // 2 + y // 2) % 2) for y in range(_DOWN) for x in range(_ACROSS)]
    child = Image.new("L", (_ACROSS, _DOWN))
    child.putdata(chequered)
    for one in shown:
        image.paste(child, (CHILDREN.index(one) * _ACROSS, 0))
    for bit in range(BITS):
        block = WIDTH // BITS
        image.paste(255 * (number >> bit & 1), (bit * block, HEIGHT - _STRIP, (bit + 1) * block, HEIGHT))
    into = io.BytesIO()
    image.convert("RGB").save(into, "JPEG", quality=95)
    return into.getvalue()


@cache
def read_picture(content: bytes) -> tuple[int, frozenset[str]]:
    """Return which photo a copy is of, and the children that can be told from a mosaic on it."""
    with Image.open(io.BytesIO(content)) as opened:
        image = opened.convert("L").resize((WIDTH, HEIGHT))
    block = WIDTH // BITS
    strips = [
        image.crop((bit * block + 4, HEIGHT - _STRIP + 4, (bit + 1) * block - 4, HEIGHT - 4)) for bit in range(BITS)
    ]
    number = sum((ImageStat.Stat(strip).mean[0] > 128) << bit for bit, strip in enumerate(strips))
    places = {child: (at * _ACROSS + 6, 6, (at + 1) * _ACROSS - 6, _DOWN - 6) for at, child in enumerate(CHILDREN)}
    clear = {child for child, box in places.items() if ImageStat.Stat(image.crop(box)).stddev[0] > _CONTRAST}
    return number, frozenset(clear)
