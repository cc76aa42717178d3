"""Photos: upright, in sRGB, without metadata, in a few widths. Knows Pillow. Does not know the cache or posts."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageFilter, ImageOps

from pluttra_publish.media.kinds import CrowdedError, Masks, Recipe
from pluttra_publish.media.mosaic import cover
from pluttra_publish.media.pictures import MOST_PIXELS, lies_down, limit, opened, refusing

MEDIA_TYPES = {"webp": ("image/webp", "webp"), "jpeg": ("image/jpeg", "jpg")}
"""Media type and suffix of an encoding."""

_HALVINGS = 2
_SHRUNK_AS_THEY_ARE = frozenset({"L", "RGB", "RGBA", "CMYK"})
_NARROWEST = 320
_NEARLY = 1.1
_TALLEST = 4096
_ROOMY = 40_000_000
_BLUR = 20
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@dataclass(frozen=True)
class Picture:
    """One encoded width of a photo."""

    width: int
    height: int
    content: bytes


def pictures(content: bytes, name: str, masks: Masks, recipe: Recipe, *, alone: bool = True) -> tuple[Picture, ...]:
    """Return a photo's widths, narrowest first: upright, sRGB, never enlarged, nothing in them but pixels.

    `masks` are covered in the upright picture at its full size, before anything is made of it.

    Raises:
        ContentError: the photo is broken, too large, or of a format that we don't take.
        CrowdedError: it needs much memory, and others are made beside it (`alone` is false).
    """
    with opened(io.BytesIO(content), name) as image, refusing(name):
        profile = image.info.get("icc_profile")
        turned = lies_down(image)
        width, height = image.size[::-1] if turned else image.size
        size = _fitting(width, height, recipe.widest)
        if not masks:  # JPEG can be decoded at 1/2, 1/4 or 1/8 for a fraction of the time and memory.
            image.draft(None, size[::-1] if turned else size)
        limit(image, name, MOST_PIXELS)
        if not alone and image.width * image.height > _ROOMY:
            raise CrowdedError
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        if masks or image.mode not in _SHRUNK_AS_THEY_ARE or "transparency" in image.info:
            upright = opaque(image)
            cover(upright, masks)
            small = _shrunk(upright, recipe)
        else:  # half the memory
            small = opaque(_shrunk(image, recipe))
        return widths(to_srgb(small, profile), recipe)


def widths(image: Image.Image, recipe: Recipe) -> tuple[Picture, ...]:
    """Return an upright sRGB picture in its widest width and two halvings of it, narrowest first; none is enlarged."""
    image = _shrunk(image, recipe)
    made = [_encoded(image, recipe)]
    for _ in range(_HALVINGS):
        if image.width < 2 * _NARROWEST:
            break
        image = image.reduce(2)
        made.append(_encoded(image, recipe))
    return tuple(reversed(made))


def blur_of(pictures: Iterable[Picture]) -> str:
    """Return a photo as a picture of a few pixels, WebP in base64: what is shown until the photo has come."""
    narrowest = min(pictures, key=lambda picture: picture.width)
    with Image.open(io.BytesIO(narrowest.content)) as image:
        small = image.convert("RGB")
        small.thumbnail((_BLUR, _BLUR), Image.Resampling.BOX)
        soft = small.filter(ImageFilter.GaussianBlur(1))
        return base64.b64encode(_encoded(soft, Recipe(quality=30)).content).decode("ascii")


def _encoded(image: Image.Image, recipe: Recipe) -> Picture:
    # Pillow writes what it finds in `info`; a fresh image has nothing there.
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    into = io.BytesIO()
    if recipe.encoding == "webp":
        bare.save(into, "WEBP", quality=recipe.quality, method=2)
    else:
        bare.save(into, "JPEG", quality=recipe.quality, optimize=True, progressive=True)
    return Picture(*image.size, into.getvalue())


def _fitting(width: int, height: int, widest: int) -> tuple[int, int]:
    """Return the size to show a picture in: its own, if that is nearly small enough."""
    scale = min(widest / width, _TALLEST / height)
    return (max(1, round(width * scale)), max(1, round(height * scale))) if scale < 1 / _NEARLY else (width, height)


def _shrunk(image: Image.Image, recipe: Recipe) -> Image.Image:
    """Return a picture in the size to show it in: a whole part of it where that fits, which takes a fraction of the time."""
    width, height = _fitting(*image.size, recipe.widest)
    part = min(image.width // width, image.height // height)
    if part > 1:
        image = image.reduce(part)
    size = _fitting(*image.size, recipe.widest)
    return image if image.size == size else image.resize(size, Image.Resampling.HAMMING)


def opaque(image: Image.Image) -> Image.Image:
    """Return the image as L, RGB, CMYK or LAB, on white where it was transparent."""
    if image.mode.startswith("I") or image.mode == "F":
        return _eight_bits(image)
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(layered, mask=layered.getchannel("A"))
        return paper
    return image if image.mode in {"L", "RGB", "CMYK", "LAB"} else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a grey picture in 8 bits: 16-bit numbers by their range, floating ones by the largest in the picture."""
    scale = 1 / 257
    if image.mode == "F":
        _, largest = image.getextrema()
        scale = 255 / largest if isinstance(largest, float) and largest > 0 else 0
    return image.point(lambda value: value * scale).convert("L")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            written = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, written, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None  # a broken or foreign profile: the picture's numbers are most likely sRGB already
        if converted is not None:
            return converted
    return image if image.mode == "RGB" else image.convert("RGB")
