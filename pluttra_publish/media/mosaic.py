"""Masks: boxes of a picture made into a few large squares of one colour each. Knows pixels. Does not know names or files.

What is under a square is gone: only its mean remains. A blur can be undone; this cannot.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from PIL import Image

from pluttra_publish.errors import ContentError
from pluttra_publish.media.kinds import Box, Masks

CELLS = 12
MARGIN = 0.05

_SMALLEST_CELL = 4
_ROUNDING = 1e-6


def in_order(masks: Iterable[Box], name: str) -> Masks:
    """Return masks in the one order that the cache knows them by.

    Raises:
        ContentError: a box has no area in the picture; `name` is the picture's.
    """
    boxes = tuple(sorted({(float(x), float(y), float(width), float(height)) for x, y, width, height in masks}))
    for x, y, width, height in boxes:
        inside = min(x, y) >= 0 and x + width <= 1 + _ROUNDING and y + height <= 1 + _ROUNDING
        if not (inside and width > 0 and height > 0):  # `not`, so that what is no number is refused too
            raise ContentError(
                f"En ruta som ska dölja något i ”{name}” ligger utanför bilden.",
                hint="Rita om rutan: talen är andelar av bilden, mellan 0 och 1.",
            )
    return boxes


def cover(image: Image.Image, masks: Masks) -> None:
    """Make every box of a picture, and a margin around it, into squares, in place.

    There are twelve along the longer side, or fewer where they would be smaller than a few pixels.
    """
    for mask in masks:
        area = _area(mask, *image.size)
        width, height = area[2] - area[0], area[3] - area[1]
        side = max(max(width, height) / CELLS, _SMALLEST_CELL)
        cells = max(1, round(width / side)), max(1, round(height / side))
        means = image.crop(area).resize(cells, Image.Resampling.BOX)
        image.paste(means.resize((width, height), Image.Resampling.NEAREST), area)


def _area(mask: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """Return the pixels that a box touches, with its margin, cut at the picture's edges."""
    x, y, across, down = mask
    margin = MARGIN * max(across * width, down * height)
    return (
        max(0, math.floor(x * width - margin)),
        max(0, math.floor(y * height - margin)),
        min(width, math.ceil((x + across) * width + margin)),
        min(height, math.ceil((y + down) * height + margin)),
    )
