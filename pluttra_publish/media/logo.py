"""A preschool's logo to icons and a picture for the page's head: pixels only. Knows Pillow. Does not know settings or pages."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageOps

from pluttra_publish.media.kinds import unreachable
from pluttra_publish.media.photo import opaque, to_srgb
from pluttra_publish.media.pictures import MOST_PIXELS, limit, opened, refusing

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD = "icon-head.png"
"""The logo as it stands at the top of every page."""

_HEAD_BOX = (480, 96)  # twice what it is shown in
_MASKED_CIRCLE = 0.8  # of a maskable icon a telephone may cut away all but this
_ICONS = {"icon-180.png": (180, 0.78), "icon-192.png": (192, 0.9), "icon-512.png": (512, 0.9)}
_MASKABLE, _MASKABLE_SIZE = "icon-512-maskable.png", 512
_ALIKE = 10


def logo_files(source: Path) -> Mapping[str, bytes]:
    """Return the icons and the picture for the page's head that are made of a logo, as PNG by name, with nothing in them but pixels.

    A transparent logo is put on white in the icons and stays transparent in the head; margins are cut away. Same bytes in, same bytes out.

    Raises:
        ContentError: the file is missing, broken, or no picture in a photo's format (SVG is none: it can hold programs).
    """
    try:
        content = source.read_bytes()
    except OSError as error:
        raise unreachable(source.name, error) from error
    with opened(io.BytesIO(content), source.name) as image, refusing(source.name):
        limit(image, source.name, MOST_PIXELS)
        profile = image.info.get("icc_profile")
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        layered = image.convert("RGBA") if image.has_transparency_data else None
        mark = to_srgb(opaque(image) if layered is None else layered.convert("RGB"), profile).convert("RGBA")
        if layered is not None:
            mark.putalpha(layered.getchannel("A"))
    ground = _ground(mark)
    trimmed = _trimmed(mark, ground)
    full = layered is None and trimmed.size == mark.size and mark.width == mark.height
    files = {HEAD: _png(_fitted(trimmed, _HEAD_BOX))}
    for name, (side, share) in _ICONS.items():
        files[name] = _png(_icon(trimmed, side, 1.0 if full else share, ground))
    diagonal: float = (trimmed.width**2 + trimmed.height**2) ** 0.5
    inside = _MASKED_CIRCLE * max(trimmed.size) / diagonal
    files[_MASKABLE] = _png(_icon(trimmed, _MASKABLE_SIZE, inside, ground))
    return dict(sorted(files.items()))


def _ground(mark: Image.Image) -> tuple[int, int, int]:
    """Return the colour to put a logo on: what its four corners have in common, else white."""
    right, bottom = mark.width - 1, mark.height - 1
    corners = [
        mark.crop((x, y, x + 1, y + 1)).getextrema() for x, y in ((0, 0), (right, 0), (0, bottom), (right, bottom))
    ]
    red, green, blue, alpha = ([int(corner[band][0]) for corner in corners] for band in range(4))  # type: ignore[index]
    if min(alpha) < 255 or any(max(band) - min(band) > _ALIKE for band in (red, green, blue)):
        return (255, 255, 255)
    return (red[0], green[0], blue[0])


def _trimmed(mark: Image.Image, ground: tuple[int, int, int]) -> Image.Image:
    """Return a logo without the margin of one colour around it; all of it, if there is nothing else."""
    alpha = mark.getchannel("A")
    apart = ImageChops.difference(mark.convert("RGB"), Image.new("RGB", mark.size, ground)).convert("L")
    seen = apart.point(lambda value: 255 if value > _ALIKE else 0) if alpha.getextrema()[0] == 255 else alpha
    box = seen.getbbox()
    return mark.crop(box) if box else mark


def _fitted(mark: Image.Image, box: tuple[float, float]) -> Image.Image:
    scale = min(box[0] / mark.width, box[1] / mark.height)
    size = (max(1, round(mark.width * scale)), max(1, round(mark.height * scale)))
    return mark.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _icon(mark: Image.Image, side: int, share: float, ground: tuple[int, int, int]) -> Image.Image:
    small = _fitted(mark, (side * share, side * share))
    icon = Image.new("RGB", (side, side), ground)
    icon.paste(small, ((side - small.width) // 2, (side - small.height) // 2), small.getchannel("A"))
    return icon


def _png(image: Image.Image) -> bytes:
    # Pillow writes what it finds in `info`; a fresh image has nothing there.
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    into = io.BytesIO()
    bare.save(into, "PNG", optimize=True)
    return into.getvalue()
