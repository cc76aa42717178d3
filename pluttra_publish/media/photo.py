"""Photos: upright, in sRGB, without metadata, in a few widths. Knows Pillow. Does not know the cache or posts."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from pluttra_publish.errors import ContentError
from pluttra_publish.media.kinds import Probe, broken
from pluttra_publish.media.mosaic import Masks, cover

WIDTHS = (480, 960, 1920)
MEDIA_TYPE = "image/webp"
SUFFIX = "webp"

_TALLEST = 4096
_MOST_PIXELS = 128_000_000
_MOST_BYTES = 256 * 2**20
_ORIENTATION, _EXIF_IFD = 0x0112, 0x8769
_DATE_TIME_ORIGINAL, _OFFSET_TIME_ORIGINAL = 0x9003, 0x9011
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_INSTEAD = "Spara bilden som JPEG, PNG eller HEIC och lägg den i inläggets mapp i stället."

# Sizes are checked below, before a single pixel is decoded; Pillow's own limit only warns.
Image.MAX_IMAGE_PIXELS = None
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")  # damaged EXIF, which is thrown away anyway
register_heif_opener(thumbnails=False)


@dataclass(frozen=True)
class Picture:
    """One encoded width of a photo."""

    width: int
    height: int
    content: bytes


def look(content: bytes, name: str) -> Probe:
    """Read a photo's header: its upright size and when it was taken.

    Raises:
        ContentError: this is no photo that we can read.
    """
    with _opened(content, name) as image, _refusing(name):
        exif = image.getexif()
        width, height = image.size
        if exif.get(_ORIENTATION, 1) in {5, 6, 7, 8}:
            width, height = height, width
        return Probe("photo", _captured(exif), width, height, 0.0)


def pictures(content: bytes, name: str, masks: Masks = ()) -> tuple[Picture, ...]:
    """Return a photo's widths, narrowest first: upright, sRGB, never enlarged, nothing in them but pixels.

    `masks` are covered in the upright picture at its full size, before anything is made of it.

    Raises:
        ContentError: the photo is broken, too large, or of another format than JPEG, PNG and HEIC.
    """
    with _opened(content, name) as image, _refusing(name):
        profile = image.info.get("icc_profile")
        turned = image.getexif().get(_ORIENTATION, 1) in {5, 6, 7, 8}
        width, height = image.size[::-1] if turned else image.size
        size = _fitting(width, height, WIDTHS[-1])
        if not masks:  # JPEG can be decoded at 1/2, 1/4 or 1/8 for a fraction of the time and memory.
            image.draft(None, size[::-1] if turned else size)
        image.load()
        upright = _opaque(ImageOps.exif_transpose(image))
        cover(upright, masks)
        small = upright.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        return widths(_to_srgb(small, profile))


def widths(image: Image.Image) -> tuple[Picture, ...]:
    """Return an upright sRGB picture in every width that does not enlarge it, narrowest first."""
    widest = _fitting(*image.size, WIDTHS[-1])
    narrower = [_fitting(*image.size, width) for width in WIDTHS[:-1] if width <= 0.8 * widest[0]]
    made: list[Picture] = []
    for size in [widest, *reversed(narrower)]:
        image = image if image.size == size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        made.append(Picture(*size, _encoded(image)))
    return tuple(reversed(made))


def _encoded(image: Image.Image) -> bytes:
    # Pillow writes what it finds in `info`; a fresh image has nothing there.
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    into = io.BytesIO()
    bare.save(into, "WEBP", quality=80, method=2)
    return into.getvalue()


def _fitting(width: int, height: int, widest: int) -> tuple[int, int]:
    scale = min(1.0, widest / width, _TALLEST / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _opaque(image: Image.Image) -> Image.Image:
    """Return the image as L, RGB, CMYK or LAB, on white where it was transparent."""
    if image.mode.startswith("I") or image.mode == "F":
        return image.point(lambda value: value * (1 / 257)).convert("L")
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(layered, mask=layered.getchannel("A"))
        return paper
    return image if image.mode in {"L", "RGB", "CMYK", "LAB"} else image.convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            written = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, written, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None  # a broken or foreign profile: the picture's numbers are most likely sRGB already
        if converted is not None:
            return converted
    return image if image.mode == "RGB" else image.convert("RGB")


def _captured(exif: Image.Exif) -> datetime | None:
    details = exif.get_ifd(_EXIF_IFD)
    written = str(details.get(_DATE_TIME_ORIGINAL, "")).strip("\0 ")
    offset = str(details.get(_OFFSET_TIME_ORIGINAL, "")).strip("\0 ")
    for text, form in ((written + offset, "%Y:%m:%d %H:%M:%S%z"), (written, "%Y:%m:%d %H:%M:%S")):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


@contextmanager
def _opened(content: bytes, name: str) -> Iterator[Image.Image]:
    if not content:
        raise broken(name, "photo", "är tom (0 byte)")
    if len(content) > _MOST_BYTES:
        raise ContentError(
            f"Bilden ”{name}” är för stor, över 256 MB.", hint="Spara bilden mindre, till exempel som JPEG."
        )
    with _refusing(name):
        try:
            image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "HEIF"))
        except UnidentifiedImageError:
            raise ContentError(f"”{name}” är ingen bild i JPEG, PNG eller HEIC.", hint=_INSTEAD) from None
    with image:
        if image.width * image.height > _MOST_PIXELS:
            millions = image.width * image.height // 1_000_000
            raise ContentError(
                f"Bilden ”{name}” är {millions} miljoner bildpunkter, fler än vi kan läsa (128 miljoner).",
                hint="Spara bilden mindre, 4000 bildpunkter bred räcker gott.",
            )
        yield image


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    try:
        yield
    except ContentError:
        raise
    except Exception as error:  # decoders raise anything at all on damaged bytes
        raise broken(name, "photo", "är skadad eller avbruten och går inte att läsa") from error
