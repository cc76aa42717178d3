"""Film and sound files that nobody vouches for: opened as what they are, and asked what is in them. Knows PyAV. Writes nothing.

Decoders are told the container and never guess: a playlist renamed to .mp4 would otherwise open other files.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer

from pluttra_publish.errors import ContentError
from pluttra_publish.media.kinds import CrowdedError, Kind, Probe, broken, told_by

_DEMUXERS: tuple[tuple[int, bytes, str], ...] = (
    *((4, box, "mov") for box in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")),
    (8, b"WAVE", "wav"),
    (0, b"\x1aE\xdf\xa3", "matroska"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"#!AMR", "amr"),
    (0, b"ID3", "mp3"),
    *((0, sync, "mp3") for sync in (b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2", b"\xff\xe3")),
    *((0, sync, "aac") for sync in (b"\xff\xf1", b"\xff\xf9")),
)
_FOREIGN: tuple[tuple[int, bytes, str], ...] = (
    (8, b"AVI ", "AVI"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "Windows Media"),
    (0, b"\x00\x00\x01\xba", "MPEG-2"),
    (0, b"G@", "AVCHD (MTS)"),
    (4, b"G@", "AVCHD (MTS)"),
    (0, b"FLV", "Flash"),
    (0, b"caff", "CAF"),
    (0, b"FORM", "AIFF"),
)
_PICTURES = frozenset({"h264", "hevc", "av1", "vp8", "vp9", "prores", "mpeg4", "h263", "mjpeg"})
_SOUNDS = frozenset(
    {
        "aac", "mp3", "opus", "vorbis", "flac", "alac", "amr_nb", "amr_wb", "ac3", "eac3",
        "pcm_u8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le", "pcm_alaw", "pcm_mulaw",
    }
)  # fmt: skip
_MOST_PIXELS = 36_000_000
_EVERYDAY = {
    "vvc": "VVC (H.266)",
    "mpeg2video": "MPEG-2",
    "wmv3": "Windows Media",
    "cinepak": "Cinepak",
    "svq3": "Sorenson",
}
_FILM_INSTEAD = "Gör om filmen till MP4 med H.264, eller spela in den med telefonens vanliga kamera."
_SOUND_INSTEAD = "Spara ljudet som M4A (AAC) eller MP3 och lägg det i inläggets mapp i stället."
_LIVE = "com.apple.quicktime.content.identifier"


@dataclass(frozen=True)
class Opened:
    """An open film or sound: its name in findings, and the tracks that are shown and heard."""

    container: InputContainer
    name: str
    picture: av.VideoStream | None
    sound: av.AudioStream | None

    @property
    def kind(self) -> Kind:
        return "film" if self.picture else "sound"

    @property
    def duration(self) -> float:
        """What it says of its length, in seconds."""
        return round((self.container.duration or 0) / av.time_base, 3)

    def first_frame(self) -> av.VideoFrame:
        """Return the first frame of the picture, and go back to the start.

        Raises:
            ContentError: there is none.
        """
        frame = next(self.container.decode(self.picture), None) if self.picture else None
        self.container.seek(0)
        if frame is None:
            raise broken(self.name, "film", "har inga bilder som går att visa")
        return frame


def look(path: Path, name: str, kind: Kind) -> Probe:
    """Read a film's or sound's header: upright size, duration and when it was recorded.

    A film without a picture is a sound.

    Raises:
        ContentError: it is broken, or we cannot read it.
    """
    with opened(path, name, kind) as source:
        width, height = upright(source.first_frame(), source.picture) if source.picture else (0, 0)
        live = _LIVE in source.container.metadata
        return Probe(source.kind, _recorded(source.container), width, height, source.duration, live)


def upright(frame: av.VideoFrame, picture: av.VideoStream) -> tuple[int, int]:
    """Return the size in which a frame is shown: turned as the camera was held, and with square pixels."""
    aspect = picture.sample_aspect_ratio or Fraction(1)
    width, height = max(1, round(frame.width * aspect)), frame.height
    return (height, width) if frame.rotation % 180 else (width, height)


@contextmanager
def opened(path: Path, name: str, kind: Kind) -> Iterator[Opened]:
    """Give a film or sound with its tracks chosen: the first picture, and the first sound that can be read.

    Raises:
        ContentError: it is empty, damaged, too large, or of a container or codec that we don't take.
    """
    with path.open("rb") as file:
        start = file.read(16)
    demuxer = _demuxer(start, name, kind)
    try:
        with av.open(str(path), "r", format=demuxer, options={"protocol_whitelist": "file"}) as container:
            picture, sound = _chosen(container, name, kind)
            yield Opened(container, name, picture, sound)
    except (ContentError, CrowdedError):
        raise
    except (av.FFmpegError, ValueError, ArithmeticError, LookupError, MemoryError) as error:
        raise broken(name, kind, "är skadad eller avbruten och går inte att läsa") from error


def _demuxer(start: bytes, name: str, kind: Kind) -> str:
    if not start:
        raise broken(name, kind, "är tom (0 byte)")
    if demuxer := told_by(start, _DEMUXERS):
        return demuxer
    if what := told_by(start, _FOREIGN):
        raise _unreadable(name, kind, what)
    raise broken(
        name, kind, "är ingen film som vi känner igen" if kind == "film" else "är inget ljud som vi känner igen"
    )


def _chosen(container: InputContainer, name: str, kind: Kind) -> tuple[av.VideoStream | None, av.AudioStream | None]:
    attached = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails
    films = [track for track in container.streams.video if not track.disposition & attached]
    picture = films[0] if films and kind == "film" else None
    if picture is not None and codec_of(picture) not in _PICTURES:
        raise _unreadable(name, "film", _everyday(codec_of(picture)))
    if picture is not None and not 0 < picture.codec_context.width * picture.codec_context.height <= _MOST_PIXELS:
        raise broken(name, "film", "har en bildstorlek som vi inte kan läsa")
    sounds = container.streams.audio
    sound = next((track for track in sounds if codec_of(track) in _SOUNDS), None)
    if sounds and sound is None:
        what = f"”{name}” har ljud i {_everyday(codec_of(sounds[0]))}, som vi inte kan läsa."
        raise ContentError(what, hint=_FILM_INSTEAD if picture else _SOUND_INSTEAD)
    if picture is None and sound is None:
        raise broken(name, kind, "har varken bild eller ljud" if kind == "film" else "har inget ljud")
    return picture, sound


def codec_of(track: av.VideoStream | av.AudioStream) -> str:
    """Return the codec's own name, or the empty string: new telephones write sounds that FFmpeg has never heard of."""
    return str(track.codec_context.codec.canonical_name) if track.codec_context else ""


def _everyday(codec: str) -> str:
    return _EVERYDAY.get(codec, codec.upper()) or "ett format som vi inte känner"


def _unreadable(name: str, kind: Kind, what: str) -> ContentError:
    noun, mend = ("Filmen", _FILM_INSTEAD) if kind == "film" else ("Ljudet", _SOUND_INSTEAD)
    return ContentError(f"{noun} ”{name}” är inspelad i {what}, som vi inte kan läsa.", hint=mend)


def _recorded(container: InputContainer) -> datetime | None:
    for key in ("com.apple.quicktime.creationdate", "creation_time"):
        written = container.metadata.get(key, "")
        try:
            moment = datetime.fromisoformat(written)
        except ValueError:
            continue
        if moment.tzinfo and moment.year > 1970:
            return moment
    return None
