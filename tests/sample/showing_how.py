"""Writes the sample's help film: how a link is opened, on a drawn telephone, without a word in the picture. Knows PyAV and Pillow's shapes.

What is said stands in the captions beside it, so that the film is whole for whoever doesn't hear, and for whoever has the sound off.
"""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, ImageDraw

SIZE, RATE = (1280, 720), 24
SCENES = (5.0, 5.0, 5.0, 5.0, 6.0)
SECONDS = sum(SCENES)

_TWICE = 2  # drawn at twice the size, so that edges are smooth
_PAPER, _SHEET, _INK, _SOFT, _LINE = "#f3ecdf", "#fffdf8", "#241f1b", "#655a4e", "#dcd0bc"
_BERRY, _LEAF, _SKIN = "#9e1b32", "#2f5d4a", "#d9a37c"
_SKIES = (("#bcd3dc", "#5f7f4f"), ("#e6c48a", "#8a5a3a"), ("#c9cfe0", "#e8eef2"))
_LEFT, _TOP, _RIGHT, _BOTTOM = 470, 40, 810, 680  # the screen of the telephone


def write_help_film(path: Path) -> None:
    """A mail is opened, its link tapped, the rules read, the posts seen, and the page laid on the home screen."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        picture = out.add_stream("libx264", rate=RATE, options={"crf": "26", "preset": "slow", "profile": "high"})
        picture.width, picture.height = SIZE
        picture.pix_fmt, picture.thread_count, picture.gop_size = "yuv420p", 1, RATE * 5
        for number in range(int(RATE * SECONDS)):
            frame = av.VideoFrame.from_image(moment(number / RATE))
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            out.mux(picture.encode(frame))
        out.mux(picture.encode(None))


def moment(at: float) -> Image.Image:
    """Return the picture at a time in seconds."""
    sheet = _Sheet()
    sheet.telephone()
    begun = 0.0
    for scene, lasts in zip((_mail, _letter, _rules, _posts, _home), SCENES, strict=True):
        if at < begun + lasts or scene is _home:
            scene(sheet, at - begun)
            break
        begun += lasts
    return sheet.image.resize(SIZE, Image.Resampling.BOX)


class _Sheet:
    """A drawing surface in the film's own coordinates."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (SIZE[0] * _TWICE, SIZE[1] * _TWICE), _PAPER)
        self.pen = ImageDraw.Draw(self.image)

    def box(self, left: float, top: float, right: float, bottom: float, colour: str, radius: float = 0) -> None:
        self.pen.rounded_rectangle([part * _TWICE for part in (left, top, right, bottom)], radius * _TWICE, colour)

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        self.box(x - radius, y - radius, x + radius, y + radius, colour, radius)

    def lines(
        self, left: float, top: float, widths: tuple[float, ...], colour: str = _LINE, height: float = 10
    ) -> None:
        """Draw lines of text that nobody needs to read."""
        for number, width in enumerate(widths):
            y = top + number * height * 2.2
            self.box(left, y, left + width, y + height, colour, height / 2)

    def telephone(self) -> None:
        self.box(_LEFT - 18, _TOP - 28, _RIGHT + 18, _BOTTOM + 28, _INK, 44)
        self.box(_LEFT, _TOP, _RIGHT, _BOTTOM, _SHEET, 24)

    def berries(self, x: float, y: float, size: float) -> None:
        """Draw the page's mark: three berries on a light square."""
        self.box(x - size, y - size, x + size, y + size, "#f7eddb", size * 0.44)
        self.box(x - size * 0.06, y - size * 0.7, x + size * 0.06, y + size * 0.2, _LEAF)
        self.pen.ellipse(
            [(x - size * 0.6) * _TWICE, (y - size * 0.62) * _TWICE, x * _TWICE, (y - size * 0.34) * _TWICE], _LEAF
        )
        self.pen.ellipse(
            [x * _TWICE, (y - size * 0.62) * _TWICE, (x + size * 0.6) * _TWICE, (y - size * 0.34) * _TWICE], _LEAF
        )
        for dx, dy in ((-0.4, 0.22), (0.4, 0.22), (0.0, 0.44)):
            self.dot(x + dx * size, y + dy * size, size * 0.27, _BERRY)

    def view(self, left: float, top: float, right: float, bottom: float, number: int) -> None:
        """Draw a photo: a sky, a sun and a hill."""
        sky, hill = _SKIES[number % len(_SKIES)]
        self.box(left, top, right, bottom, sky, 6)
        self.dot(right - 50, top + 38, 18, "#fff3c9")
        middle = (left + right) / 2
        self.pen.chord([left * _TWICE, (bottom - 76) * _TWICE, right * _TWICE, (bottom + 76) * _TWICE], 180, 360, hill)
        self.box(middle - 5, bottom - 66, middle + 5, bottom - 36, _INK)
        self.dot(middle, bottom - 84, 26, _LEAF)

    def finger(self, x: float, y: float, at: float, taps: float) -> None:
        """Draw a finger that comes from below and taps at `taps` seconds."""
        near = min(1.0, max(0.0, (at - taps + 1.6) / 1.2))
        eased = near * near * (3 - 2 * near)
        down = max(0.0, 1 - abs(at - taps) / 0.25)
        fx, fy = x + (1 - eased) * 260, y + (1 - eased) * 420
        if down:
            radius = 22 + 26 * (1 - down)
            self.pen.ellipse(
                [(x - radius) * _TWICE, (y - radius) * _TWICE, (x + radius) * _TWICE, (y + radius) * _TWICE],
                outline=_BERRY,
                width=8,
            )
        tip, width = 4 * (1 - down), 26.0
        turn = math.radians(28)
        along, across = (math.sin(turn), math.cos(turn)), (math.cos(turn), -math.sin(turn))
        base = (fx + along[0] * 520, fy + along[1] * 520 + tip)
        corners = [(fx + across[0] * width, fy + across[1] * width + tip), (base[0] + across[0] * width * 1.5, base[1]), (base[0] - across[0] * width * 1.5, base[1]), (fx - across[0] * width, fy - across[1] * width + tip)]  # fmt: skip
        self.pen.polygon([(a * _TWICE, b * _TWICE) for a, b in corners], _SKIN)
        self.dot(fx, fy + tip, width, _SKIN)
        self.dot(fx - 3, fy - 6 + tip, width * 0.55, "#eccaae")


def _mail(sheet: _Sheet, at: float) -> None:
    sheet.lines(_LEFT + 28, _TOP + 34, (120,), _INK, 16)
    for row in range(5):
        y = _TOP + 92 + row * 100
        if row == 1:
            sheet.box(_LEFT + 10, y - 12, _RIGHT - 10, y + 78, _PAPER, 10)
            sheet.berries(_LEFT + 56, y + 32, 26)
        else:
            sheet.dot(_LEFT + 56, y + 32, 24, _LINE)
        sheet.lines(_LEFT + 98, y + 12, (150 - 14 * row % 40, 190), _INK if row == 1 else _LINE)
    sheet.finger(_LEFT + 190, _TOP + 232, at, 3.6)


def _letter(sheet: _Sheet, at: float) -> None:
    sheet.berries(_LEFT + 60, _TOP + 66, 32)
    sheet.lines(_LEFT + 110, _TOP + 50, (170, 110), _INK, 12)
    sheet.lines(_LEFT + 30, _TOP + 150, (280, 250, 270, 180))
    sheet.lines(_LEFT + 30, _TOP + 286, (230,), _BERRY, 14)
    sheet.box(_LEFT + 30, _TOP + 308, _LEFT + 260, _TOP + 311, _BERRY)
    sheet.lines(_LEFT + 30, _TOP + 360, (260, 280, 120))
    sheet.finger(_LEFT + 150, _TOP + 294, at, 3.4)


def _rules(sheet: _Sheet, at: float) -> None:
    sheet.berries(_LEFT + 46, _TOP + 44, 20)
    sheet.lines(_LEFT + 30, _TOP + 104, (230, 150), _INK, 18)
    for row in range(4):
        y = _TOP + 222 + row * 66
        sheet.dot(_LEFT + 38, y + 6, 6, _BERRY)
        sheet.lines(_LEFT + 58, y, (230, 170 + 20 * (row % 2)), _SOFT, 9)
    sheet.box(_LEFT + 30, _TOP + 510, _RIGHT - 30, _TOP + 572, _BERRY, 8)
    sheet.lines(_LEFT + 90, _TOP + 534, (160,), _SHEET, 13)
    sheet.finger(_LEFT + 170, _TOP + 544, at, 3.6)


def _posts(sheet: _Sheet, at: float) -> None:
    rise = max(0.0, 1 - at / 0.8) ** 2 * 240
    scroll = max(0.0, at - 2.2) * 62
    for number in range(3):
        top = _TOP + 92 + number * 262 + rise - scroll
        if top > _BOTTOM - 30:
            continue
        sheet.view(_LEFT + 22, top, _RIGHT - 22, top + 170, number)
        sheet.lines(_LEFT + 22, top + 188, (190, 250), _INK, 12)
    sheet.box(_LEFT, _TOP, _RIGHT, _TOP + 76, _SHEET, 24)
    sheet.berries(_LEFT + 46, _TOP + 40, 20)
    sheet.lines(_LEFT + 82, _TOP + 33, (150,), _INK, 14)
    sheet.box(_LEFT - 18, _BOTTOM, _RIGHT + 18, _BOTTOM + 6, _INK)
    sheet.box(_LEFT - 18, _BOTTOM - 30, _LEFT, _BOTTOM + 6, _INK)
    sheet.box(_RIGHT, _BOTTOM - 30, _RIGHT + 18, _BOTTOM + 6, _INK)
    sheet.box(_LEFT - 18, _BOTTOM, _RIGHT + 18, _BOTTOM + 28, _INK, 14)
    sheet.box(_LEFT - 60, _BOTTOM + 28, _RIGHT + 60, SIZE[1], _PAPER)


def _home(sheet: _Sheet, at: float) -> None:
    sheet.box(_LEFT, _TOP, _RIGHT, _BOTTOM, "#bcd3dc", 24)
    for row in range(4):
        for column in range(3):
            x, y = _LEFT + 70 + column * 100, _TOP + 90 + row * 120
            if (row, column) != (2, 1):
                sheet.box(x - 32, y - 32, x + 32, y + 32, ("#fffdf8", "#e6c48a", "#8fae9d")[(row + column) % 3], 16)
    fall = min(1.0, max(0.0, (at - 0.8) / 0.9))
    size = 34 + 90 * (1 - fall) ** 2
    if at > 0.8:
        sheet.berries(_LEFT + 170, _TOP + 330, size)
    sheet.finger(_LEFT + 176, _TOP + 340, at, 4.4)
