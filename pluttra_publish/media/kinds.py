"""The values of this folder, and which kind a file is by its suffix and its first bytes. Opens no image and no film."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import Literal

from pluttra_publish.errors import ContentError

Kind = Literal["photo", "film", "sound"]

_SUFFIXES: dict[Kind, str] = {
    "photo": ".jpg .jpeg .jpe .png .heic .heif .hif .webp .avif .gif .tif .tiff .bmp .dng .cr2 .cr3 .nef .arw .rw2",
    "film": ".mp4 .mov .m4v .qt .avi .mkv .webm .wmv .mpg .mpeg .mts .m2ts .3gp .flv",
    "sound": ".m4a .aac .mp3 .wav .ogg .oga .opus .flac .wma .amr .caf .aif .aiff .weba",
}
_KIND_BY_SUFFIX: dict[str, Kind] = {suffix: kind for kind, row in _SUFFIXES.items() for suffix in row.split()}

Wrapping = Literal["mov", "mp3", "aac", "wav", "ogg"]

_AT_START: tuple[tuple[bytes, Wrapping], ...] = (
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
    (b"\xff\xfa", "mp3"),
    (b"\xff\xf3", "mp3"),
    (b"\xff\xf2", "mp3"),
    (b"\xff\xe3", "mp3"),
    (b"\xff\xf1", "aac"),
    (b"\xff\xf9", "aac"),
)
_MOV_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")

_FOREIGN: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x1aE\xdf\xa3", "WebM eller Matroska"),
    (8, b"AVI ", "AVI"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "Windows Media"),
    (0, b"\x00\x00\x01\xba", "MPEG-2"),
    (0, b"G@", "AVCHD (MTS)"),
    (0, b"FLV", "Flash"),
    (0, b"fLaC", "FLAC"),
    (0, b"#!AMR", "AMR"),
    (0, b"caff", "CAF"),
    (0, b"FORM", "AIFF"),
)


@dataclass(frozen=True)
class Probe:
    """What a file says of itself before anything is derived.

    `captured` is naive when the camera only knew its own clock, aware when it knew the time zone too. Width and height
    are those of the upright picture and 0 for sounds; `duration` is in seconds and 0 for photos.
    """

    kind: Kind
    captured: datetime | None
    width: int
    height: int
    duration: float


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

    `files` holds a photo's widths, narrowest first, or the one film or sound; `poster` a film's still, like a photo.
    """

    kind: Kind
    files: tuple[Derivative, ...]
    poster: tuple[Derivative, ...] = ()
    duration: float = 0.0


def kind_of(name: str) -> Kind | None:
    """Return the kind that a suffix promises, also for formats that `derive` refuses; `None` for any other file."""
    return _KIND_BY_SUFFIX.get(PurePath(name).suffix.lower())


def wrapping(start: bytes) -> Wrapping | None:
    """Return the container that a film's or sound's first 16 bytes show, or `None`.

    Decoders are told the container and never guess: a playlist renamed to .mp4 would otherwise open other files.
    """
    if start[4:8] in _MOV_BOXES:
        return "mov"
    if start[:4] == b"RIFF" and start[8:12] == b"WAVE":
        return "wav"
    return next((name for magic, name in _AT_START if start.startswith(magic)), None)


def foreign(start: bytes) -> str:
    """Return the everyday name of a container we know and don't take, or the empty string."""
    return next((name for at, magic, name in _FOREIGN if start[at:].startswith(magic)), "")


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
