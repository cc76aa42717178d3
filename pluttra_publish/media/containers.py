"""Which container a film's or sound's first bytes show. Opens nothing.

Decoders are told the container and never guess: a playlist renamed to .mp4 would otherwise open other files.
"""

from __future__ import annotations

from typing import Literal

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


def wrapping(start: bytes) -> Wrapping | None:
    """Return the container that a film's or sound's first 16 bytes show, or `None`."""
    if start[4:8] in _MOV_BOXES:
        return "mov"
    if start[:4] == b"RIFF" and start[8:12] == b"WAVE":
        return "wav"
    return next((name for magic, name in _AT_START if start.startswith(magic)), None)


def foreign(start: bytes) -> str:
    """Return the everyday name of a container we know and don't take, or the empty string."""
    return next((name for at, magic, name in _FOREIGN if start[at:].startswith(magic)), "")
