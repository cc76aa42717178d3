"""The values of this folder, and which kind a file's suffix promises. Opens nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePath
from typing import Literal

from pluttra_publish.errors import ContentError

Box = tuple[float, float, float, float]
"""Left edge, top edge, width and height, as shares of the upright picture, each from 0 to 1."""

Masks = tuple[Box, ...]

Kind = Literal["photo", "film", "sound"]

_SUFFIXES: dict[Kind, str] = {
    "photo": ".jpg .jpeg .jpe .png .heic .heif .hif .webp .avif .gif .tif .tiff .bmp .dng .cr2 .cr3 .nef .arw .rw2",
    "film": ".mp4 .mov .m4v .qt .avi .mkv .webm .wmv .mpg .mpeg .mts .m2ts .3gp .3g2 .flv",
    "sound": ".m4a .aac .mp3 .wav .ogg .oga .opus .flac .wma .amr .caf .aif .aiff .weba",
}
_KIND_BY_SUFFIX: dict[str, Kind] = {suffix: kind for kind, row in _SUFFIXES.items() for suffix in row.split()}


@dataclass(frozen=True)
class Recipe:
    """How photos are written: the widest width in pixels, the encoding and its quality (docs/media.md says why these)."""

    widest: int = 1920
    encoding: Literal["webp", "jpeg"] = "webp"
    quality: int = 80


STANDARD = Recipe()


@dataclass(frozen=True)
class Edit:
    """What a person has decided about one photo, film or sound.

    `masks` are boxes to cover in a photo; `clip` is what is kept of a film or a sound, from when to when in seconds (the end may
    be infinite); `captions` is the WebVTT file of a film.
    """

    masks: Masks = ()
    clip: tuple[float, float] | None = None
    captions: Path | None = None


UNEDITED = Edit()


@dataclass(frozen=True)
class Probe:
    """What a file says of itself before anything is derived.

    `captured` is naive when the camera only knew its own clock, aware when it knew the time zone too. Width and height
    are those of the upright picture and 0 for sounds; `duration` is in seconds, and 0 for photos and moving pictures. `live`
    tells that a film says it belongs to a photo taken with it.
    """

    kind: Kind
    captured: datetime | None
    width: int
    height: int
    duration: float
    live: bool = False


@dataclass(frozen=True)
class Derivative:
    """One file that may be sealed: a copy in the private cache, without metadata. Width and height are 0 for sounds."""

    path: Path
    media_type: str
    width: int
    height: int
    length: int


@dataclass(frozen=True)
class Derived:
    """All that is shown of one photo, film or sound.

    `files` holds a photo's widths, narrowest first, or the one film or sound; `poster` a film's still, like a photo. `blur` is
    a picture of a few pixels, WebP in base64, to show while the photo or the still is on its way. `captions` holds a film's
    WebVTT file if it has one, and `spoken` its words, line by line; `wave` says how loud a sound is from start to end, 0 to 16. `fresh` tells that it was made
    now, and not found.
    """

    kind: Kind
    files: tuple[Derivative, ...]
    poster: tuple[Derivative, ...] = ()
    duration: float = 0.0
    captions: tuple[Derivative, ...] = ()
    blur: str = ""
    spoken: tuple[str, ...] = ()
    wave: tuple[int, ...] = ()
    fresh: bool = field(default=False, compare=False)

    @property
    def all(self) -> tuple[Derivative, ...]:
        """Every file that may be sealed."""
        return (*self.files, *self.poster, *self.captions)


class CrowdedError(Exception):
    """Something needs so much memory that it must be made alone."""


class StoppedError(Exception):
    """Whoever asked has stopped waiting."""


STOPPED = threading.Event()
"""Set while nobody waits any longer (Ctrl-C): what takes minutes looks at it, since a thread cannot be ended from outside."""


def told_by(start: bytes, signs: Iterable[tuple[int, bytes, str]]) -> str:
    """Return what a file's first bytes say that it is, by the first of the signs (offset, bytes, name) that is there; else nothing."""
    return next((name for at, sign, name in signs if start[at:].startswith(sign)), "")


def kind_of(name: str) -> Kind | None:
    """Return the kind that a suffix promises, also for formats that `derive` refuses; `None` for any other file."""
    return _KIND_BY_SUFFIX.get(PurePath(name).suffix.lower())


def known_kind(name: str) -> Kind:
    """Return the kind by the suffix.

    Raises:
        ContentError: the suffix is neither a photo's, a film's nor a sound's.
    """
    kind = kind_of(name)
    if kind is None:
        raise ContentError(
            f"”{name}” är varken bild, film eller ljud.", hint="Ge filen rätt ändelse, till exempel .jpg."
        )
    return kind


def broken(name: str, kind: Kind, what: str = "går inte att läsa") -> ContentError:
    """Return the error for a damaged file of this kind, which says how to mend it."""
    noun, mend = {
        "photo": (
            "Bilden",
            "Kopiera bilden från kameran igen, eller öppna den i ett bildprogram och spara den som JPEG.",
        ),
        "film": ("Filmen", "Kopiera filmen från kameran igen, och kontrollera att den går att spela upp."),
        "sound": ("Ljudet", "Kopiera inspelningen igen, och kontrollera att den går att spela upp."),
    }[kind]
    return ContentError(f"{noun} ”{name}” {what}.", hint=mend)


def unreachable(name: str, error: OSError) -> ContentError:
    """Return the error for a file that the computer cannot give us."""
    if isinstance(error, FileNotFoundError):
        return ContentError(f"”{name}” finns inte.", hint="Lägg filen i inläggets mapp, eller ta bort den ur texten.")
    return ContentError(
        f"”{name}” går inte att öppna ({error.strerror}).", hint="Kontrollera att filen är hämtad hit och får läsas."
    )
