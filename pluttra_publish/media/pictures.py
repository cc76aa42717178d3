"""Picture files that nobody vouches for: opened within limits, and asked what they are. Knows Pillow. Makes nothing of them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError
from pillow_heif import register_heif_opener

from pluttra_publish.errors import ContentError
from pluttra_publish.media.kinds import CrowdedError, Probe, broken, told_by

_FORMATS = ("JPEG", "PNG", "HEIF", "WEBP", "AVIF", "GIF", "TIFF")

MOST_PIXELS = 128_000_000
_MOVING = frozenset({"GIF", "PNG", "WEBP", "AVIF"})  # a TIFF has pages and a JPEG has previews: neither moves
_MOST_BYTES = 256 * 2**20
_ORIENTATION, _EXIF_IFD = 0x0112, 0x8769
_DATE_TIME_ORIGINAL, _OFFSET_TIME_ORIGINAL = 0x9003, 0x9011
_INSTEAD = "Spara bilden som JPEG och lägg den i inläggets mapp i stället."
_FOREIGN: tuple[tuple[int, bytes, str], ...] = (
    (0, b"BM", "BMP"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (0, b"8BPS", "Photoshop"),
    (0, b"%PDF", "PDF"),
    (0, b"<svg", "SVG"),
    (4, b"ftypcrx ", "Canons råformat"),
)

# Sizes are checked below, before a single pixel is decoded; Pillow's own limit only warns.
Image.MAX_IMAGE_PIXELS = None
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")  # damaged EXIF, which is thrown away anyway
register_heif_opener(thumbnails=False)


def look(path: Path, name: str) -> Probe:
    """Read a picture's header: whether it moves, its upright size and when it was taken.

    Raises:
        ContentError: this is no picture that we can read.
        OSError: the computer cannot give us the file.
    """
    with path.open("rb") as file, opened(file, name) as image, refusing(name):
        width, height = image.size[::-1] if lies_down(image) else image.size
        return Probe("film" if moves(image) else "photo", _captured(_exif(image)), width, height, 0.0)


def moves(image: Image.Image) -> bool:
    """Tell whether a picture is an animation, and so a film without sound."""
    return image.format in _MOVING and bool(getattr(image, "is_animated", False))


def _exif(image: Image.Image) -> Image.Exif:
    """Return what a header says of the moment and the camera. Pillow would decode a whole PNG to see whether more comes after it."""
    return Image.Exif() if image.format == "PNG" and "exif" not in image.info else image.getexif()


def lies_down(image: Image.Image) -> bool:
    """Tell whether a picture is stored a quarter turn from how it was seen."""
    # Pillow turns TIFFs by itself when it decodes them, and already tells the size that they then have.
    return image.format != "TIFF" and _exif(image).get(_ORIENTATION, 1) in {5, 6, 7, 8}


@contextmanager
def opened(file: BinaryIO, name: str) -> Iterator[Image.Image]:
    """Give a picture of which only the header has been read.

    Raises:
        ContentError: it is empty, of another format than those we take, or larger than we decode.
    """
    length = file.seek(0, io.SEEK_END)
    file.seek(0)
    if not length:
        raise broken(name, "photo", "är tom (0 byte)")
    if length > _MOST_BYTES:
        raise ContentError(
            f"Bilden ”{name}” är för stor, över 256 MB.", hint="Spara bilden mindre, till exempel som JPEG."
        )
    with refusing(name):
        try:
            image = Image.open(file, formats=_FORMATS)
        except UnidentifiedImageError:
            raise _foreign(file, name) from None
    with image:
        limit(image, name, _most_pixels(image))
        yield image


def _foreign(file: BinaryIO, name: str) -> ContentError:
    file.seek(0)
    if what := told_by(file.read(16), _FOREIGN):
        return ContentError(f"Bilden ”{name}” är i formatet {what}, som vi inte kan läsa.", hint=_INSTEAD)
    return ContentError(
        f"”{name}” är ingen bild i ett format som vi känner igen, eller så är den skadad.", hint=_INSTEAD
    )


def _most_pixels(image: Image.Image) -> int:
    if image.format in {"JPEG", "MPO"} and not image.info.get("progressive"):
        return 512_000_000  # decoded at a half to an eighth of its size, row by row
    return 64_000_000 if image.format == "WEBP" else MOST_PIXELS  # whose decoder holds a picture several times over


def limit(image: Image.Image, name: str, most: int) -> None:
    """Refuse a picture that would be decoded to more than `most` pixels."""
    pixels = image.width * image.height
    if pixels > most:
        message = f"Bilden ”{name}” är {pixels // 1_000_000} miljoner bildpunkter, fler än vi kan läsa ({most // 1_000_000} miljoner)."
        raise ContentError(message, hint="Spara bilden mindre, 4000 bildpunkter bred räcker gott.")


@contextmanager
def refusing(name: str) -> Iterator[None]:
    """Turn whatever a decoder raises into an error that names the picture."""
    try:
        yield
    except (ContentError, CrowdedError):
        raise
    except Exception as error:  # decoders raise anything at all on damaged bytes
        raise broken(name, "photo", "är skadad eller avbruten och går inte att läsa") from error


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
