"""A file whose name does not say what it is: what its first bytes look like, and what it should be called. Decodes nothing."""

from __future__ import annotations

import re
from pathlib import Path

from pluttra_publish.errors import ContentError
from pluttra_publish.media.kinds import told_by

_STARTS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", ".jpg"),
    (0, b"\x89PNG\r\n\x1a\n", ".png"),
    (0, b"GIF8", ".gif"),
    (0, b"II*\0", ".tif"),
    (0, b"MM\0*", ".tif"),
    (8, b"WEBP", ".webp"),
    (8, b"WAVE", ".wav"),
    (8, b"AVI ", ".avi"),
    (4, b"ftypheic", ".heic"),
    (4, b"ftypheix", ".heic"),
    (4, b"ftypmif1", ".heic"),
    (4, b"ftypmsf1", ".heic"),
    (4, b"ftyphev", ".heic"),
    (4, b"ftypavif", ".avif"),
    (4, b"ftypqt  ", ".mov"),
    (4, b"ftypM4A", ".m4a"),
    (4, b"ftyp3g", ".3gp"),
    (4, b"ftyp", ".mp4"),
    (4, b"moov", ".mov"),
    (0, b"\x1aE\xdf\xa3", ".webm"),
    (0, b"ID3", ".mp3"),
    *((0, sync, ".mp3") for sync in (b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2")),
    *((0, sync, ".aac") for sync in (b"\xff\xf1", b"\xff\xf9")),
    (0, b"OggS", ".ogg"),
    (0, b"fLaC", ".flac"),
    (0, b"#!AMR", ".amr"),
)
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def suffix_of(path: Path) -> str:
    """Return the suffix that a file's first bytes ask for, `.jpg`; empty if they are not those of a photo, film or sound.

    Raises:
        OSError: it can't be read.
    """
    with path.open("rb") as file:
        return told_by(file.read(16), _STARTS)


def nameless(path: Path) -> ContentError:
    """Return the error for a file of which the suffix says nothing: never that a photo should be taken away.

    Raises:
        OSError: it can't be read.
    """
    suffix = suffix_of(path)
    if suffix:
        hint = f"Döp om filen till ”{_SUFFIX.sub('', path.name)}{suffix}”."
        return ContentError(f"Namnet ”{path.name}” säger inte vad filen är.", hint=hint)
    hint = "Är den det ändå: ge filen rätt ändelse, till exempel .jpg, .mp4 eller .m4a. Annars flytta den ur mappen."
    return ContentError(f"”{path.name}” är varken bild, film eller ljud.", hint=hint)
