"""Paper cut-outs: sheets of coloured paper laid on each other, lit from the upper left. Knows pixels, not scenes.

Lengths are units: the longer side of every picture is 1000 of them. Same calls, same pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import cast

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Point = tuple[float, float]
Shape = Sequence[Point]
Colour = str
Size = tuple[int, int]


def rgb(colour: Colour) -> tuple[int, int, int]:
    return int(colour[0:2], 16), int(colour[2:4], 16), int(colour[4:6], 16)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    return "".join(f"{round(a + (b - a) * share):02X}" for a, b in zip(rgb(one), rgb(other), strict=True))


def lighter(colour: Colour, share: float = 0.15) -> Colour:
    return mixed(colour, "FFFAF0", share)


def darker(colour: Colour, share: float = 0.15) -> Colour:
    return mixed(colour, "1E1A22", share)


class Paper:
    """A picture in the making. `width` and `height` in units."""

    def __init__(self, size: tuple[int, int], top: Colour, bottom: Colour) -> None:
        self.unit = max(size) / 1000
        self.width, self.height = size[0] / self.unit, size[1] / self.unit
        self.image = _shaded(size, top, bottom)

    def cut(
        self,
        shapes: Shape | Sequence[Shape],
        colour: Colour,
        to: Colour | None = None,
        *,
        shadow: float = 4.0,
        dark: float = 0.34,
        rim: float = 0.35,
    ) -> None:
        """Lay one sheet: all `shapes` together, shaded from `colour` at its top to `to`, with a soft shadow below it."""
        sheets = _sheets(shapes)
        box = self._box(sheets, 3 * shadow + 2)
        if box is None:
            return
        left, top, right, bottom = box
        size = (right - left, bottom - top)
        mask = self._mask(sheets, box)
        if shadow:
            self._shade(mask, box, shadow, dark)
        inner = self._box(sheets, 0) or box
        fill = _shaded((inner[2] - inner[0], inner[3] - inner[1]), colour, to or darker(colour, 0.06))
        sheet = Image.new("RGB", size, rgb(to or colour))
        sheet.paste(fill, (inner[0] - left, inner[1] - top))
        if rim:
            step = max(1, round(self.unit * 0.9))
            edge = ImageChops.subtract(mask, ImageChops.offset(mask, step, step))
            sheet.paste(Image.new("RGB", size, rgb(lighter(colour, 0.6))), mask=edge.point(lambda v: int(v * rim)))
        self.image.paste(sheet, (left, top), mask)

    def stroke(self, points: Shape, width: float, colour: Colour, *, shadow: float = 0.0) -> None:
        """Draw a line with round ends; without a shadow it is crayon or ink, with one it is string."""
        half = width / 2
        pieces: list[Shape] = [disc(x, y, half, sides=14) for x, y in points]
        for (x0, y0), (x1, y1) in pairwise(points):
            length = math.hypot(x1 - x0, y1 - y0)
            if length:
                nx, ny = (y0 - y1) / length * half, (x1 - x0) / length * half
                pieces.append([(x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny), (x0 - nx, y0 - ny)])
        self.cut(pieces, colour, colour, shadow=shadow, rim=0.0)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float = 0.6) -> None:
        """Let light fall from a point."""
        side = max(2, round(2 * radius * self.unit))
        light = Image.radial_gradient("L").resize((side, side), Image.Resampling.BICUBIC)
        light = light.point(lambda v: int(max(0.0, 1 - v / 181) ** 1.8 * 255 * strength))
        at = (round((x - radius) * self.unit), round((y - radius) * self.unit))
        self.image.paste(Image.new("RGB", (side, side), rgb(colour)), at, light)

    def finished(self, seed: int, *, warmth: float = 0.10, vignette: float = 0.16, grain: bool = True) -> Image.Image:
        """Return the picture in its light, with the paper's grain."""
        size = self.image.size
        corner = Image.radial_gradient("L").resize(size, Image.Resampling.BICUBIC)
        dusk = self.image.point(lambda v: int(v * 0.55))
        image = Image.composite(dusk, self.image, corner.point(lambda v: int((v / 255) ** 2.2 * 255 * vignette)))
        slant = Image.linear_gradient("L").rotate(35).crop((40, 40, 216, 216)).resize(size, Image.Resampling.BICUBIC)
        sun = Image.new("RGB", size, rgb("FFE9C4"))
        image = Image.composite(sun, image, slant.point(lambda v: int((255 - v) * warmth)))
        return ImageChops.add(image, _grain(size, seed), 1, -128) if grain else image

    def _box(self, shapes: Sequence[Shape], margin: float) -> tuple[int, int, int, int] | None:
        xs = [x for shape in shapes for x, _ in shape]
        ys = [y for shape in shapes for _, y in shape]
        u, (w, h) = self.unit, self.image.size
        left, top = max(0, math.floor((min(xs) - margin) * u)), max(0, math.floor((min(ys) - margin) * u))
        right, bottom = min(w, math.ceil((max(xs) + margin) * u) + 1), min(h, math.ceil((max(ys) + margin) * u) + 1)
        return (left, top, right, bottom) if left < right and top < bottom else None

    def _mask(self, shapes: Sequence[Shape], box: tuple[int, int, int, int]) -> Image.Image:
        left, top, right, bottom = box
        mask = Image.new("L", ((right - left) * 2, (bottom - top) * 2))
        pen = ImageDraw.Draw(mask)
        for shape in shapes:
            pen.polygon([((x * self.unit - left) * 2, (y * self.unit - top) * 2) for x, y in shape], fill=255)
        return mask.reduce(2)

    def _shade(self, mask: Image.Image, box: tuple[int, int, int, int], shadow: float, dark: float) -> None:
        left, top, right, bottom = box
        size = (right - left, bottom - top)
        blurred = mask.resize((max(1, size[0] // 4), max(1, size[1] // 4)), Image.Resampling.BOX)
        blurred = blurred.filter(ImageFilter.GaussianBlur(shadow * self.unit / 4 * 0.9))
        blurred = blurred.resize(size, Image.Resampling.BICUBIC)
        shift = round(shadow * self.unit * 0.7)
        moved = Image.new("L", size)
        moved.paste(blurred, (shift, shift))
        night = Image.new("RGB", size, rgb("2A2030"))
        self.image.paste(night, (left, top), moved.point(lambda v: int(v * dark)))


def disc(x: float, y: float, rx: float, ry: float | None = None, *, sides: int = 72) -> Shape:
    ry = rx if ry is None else ry
    turn = 2 * math.pi / sides
    return [(x + rx * math.cos(n * turn), y + ry * math.sin(n * turn)) for n in range(sides)]


def blob(rng: Random, x: float, y: float, rx: float, ry: float | None = None, wobble: float = 0.08) -> Shape:
    """A round shape cut by hand."""
    ry = rx if ry is None else ry
    waves = [(rng.uniform(0.3, 1) * wobble / k, k, rng.uniform(0, 6.3)) for k in (2, 3, 5)]
    shape = []
    for n in range(90):
        a = n * math.pi / 45
        r = 1 + sum(size * math.sin(k * a + phase) for size, k, phase in waves)
        shape.append((x + rx * r * math.cos(a), y + ry * r * math.sin(a)))
    return shape


def smooth(points: Shape, *, closed: bool = True, steps: int = 12) -> Shape:
    """A Catmull-Rom curve through the points."""
    count = len(points)
    shape: list[Point] = []
    for n in range(count if closed else count - 1):
        near = [points[(n + k) % count] if closed else points[min(max(n + k, 0), count - 1)] for k in (-1, 0, 1, 2)]
        for step in range(steps):
            t = step / steps
            weights = (
                -0.5 * t + t * t - 0.5 * t**3,
                1 - 2.5 * t * t + 1.5 * t**3,
                0.5 * t + 2 * t * t - 1.5 * t**3,
                -0.5 * t * t + 0.5 * t**3,
            )
            shape.append(
                (sum(w * p[0] for w, p in zip(weights, near, strict=True)),
                 sum(w * p[1] for w, p in zip(weights, near, strict=True)))
            )  # fmt: skip
    return shape if closed else [*shape, points[-1]]


def placed(shape: Shape, x: float, y: float, size: float = 1.0, angle: float = 0.0, *, mirror: bool = False) -> Shape:
    """Turn a shape around its origin by `angle` degrees, scale it and put the origin at (x, y)."""
    c, s = math.cos(math.radians(angle)) * size, math.sin(math.radians(angle)) * size
    flip = -1 if mirror else 1
    return [(x + flip * a * c - b * s, y + flip * a * s + b * c) for a, b in shape]


def box(x: float, y: float, width: float, height: float, round_: float = 0.0) -> Shape:
    """A rectangle with its upper left corner at (x, y)."""
    r = min(round_, width / 2, height / 2)
    if not r:
        return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    shape: list[Point] = []
    for cx, cy, start in (
        (x + width - r, y + r, -90),
        (x + width - r, y + height - r, 0),
        (x + r, y + height - r, 90),
        (x + r, y + r, 180),
    ):
        for n in range(9):
            a = math.radians(start + n * 90 / 8)
            shape.append((cx + r * math.cos(a), cy + r * math.sin(a)))
    return shape


def ridge(rng: Random, paper: Paper, y: float, swell: float, *, steps: int = 7) -> Shape:
    """The rest of the sheet below a hand-cut line at about `y`."""
    xs = [-40 + (paper.width + 80) * n / steps for n in range(steps + 1)]
    line = smooth([(x, y + rng.uniform(-swell, swell)) for x in xs], closed=False)
    return [*line, (paper.width + 40, paper.height + 40), (-40, paper.height + 40)]


def _sheets(shapes: Shape | Sequence[Shape]) -> Sequence[Shape]:
    return [cast(Shape, shapes)] if isinstance(shapes[0][0], (int, float)) else cast(Sequence[Shape], shapes)


def _shaded(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    size = (max(1, size[0]), max(1, size[1]))
    slope = Image.linear_gradient("L").resize(size, Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", size, rgb(bottom)), Image.new("RGB", size, rgb(top)), slope)


def _grain(size: tuple[int, int], seed: int) -> Image.Image:
    """Fibres and clouds around grey 128, faint enough to survive JPEG without weighing much."""
    side = 384
    noise = Image.frombytes("L", (side, side), Random(seed).randbytes(side * side))
    tile = noise.filter(ImageFilter.GaussianBlur(1.4)).point(lambda v: int(128 + (v - 128) * 0.17))
    fibres = Image.new("L", size)
    for n, x in enumerate(range(0, size[0], side)):
        for k, y in enumerate(range(0, size[1], side)):
            fibres.paste(tile.transpose(Image.Transpose((n * 3 + k) % 5)), (x, y))
    clouds = noise.crop((0, 0, 16, 12)).resize(size, Image.Resampling.BICUBIC)
    sheet = ImageChops.add(fibres, clouds.point(lambda v: int(128 + (v - 128) * 0.03)), 1, -128)
    return Image.merge("RGB", (sheet, sheet, sheet))
