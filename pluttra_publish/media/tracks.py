"""Films and sounds: one picture and one sound track, copied without re-encoding into a fresh file with no metadata.

Knows PyAV. Does not know the cache or posts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import av
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer
from PIL import Image

from pluttra_publish.errors import ContentError
from pluttra_publish.media.containers import Wrapping, foreign, wrapping
from pluttra_publish.media.kinds import Kind, Probe, broken
from pluttra_publish.media.mpeg_audio import frame_length

_OUT: dict[Wrapping, tuple[str, str, str]] = {  # muxer, suffix, media type
    "mov": ("mp4", "m4a", "audio/mp4"),
    "aac": ("mp4", "m4a", "audio/mp4"),
    "mp3": ("mp3", "mp3", "audio/mpeg"),
    "wav": ("wav", "wav", "audio/wav"),
    "ogg": ("ogg", "ogg", "audio/ogg"),
}
_SOUND_CODECS: dict[Wrapping, frozenset[str]] = {
    "mov": frozenset({"aac"}),
    "aac": frozenset({"aac"}),
    "mp3": frozenset({"mp3", "mp3float"}),
    "wav": frozenset({"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_f32le"}),
    "ogg": frozenset({"opus", "libopus", "vorbis"}),
}
_OPTIONS = {
    "mp4": {"movflags": "+faststart", "write_tmcd": "0"},
    "mp3": {"write_xing": "0", "id3v2_version": "0", "write_id3v1": "0"},
}
_MOST_COMPATIBLE = (
    "Spela in med ”Mest kompatibel” (iPhone: Inställningar → Kamera → Format), eller gör om filmen till MP4 med H.264."
)
_SOUND_INSTEAD = "Spara ljudet som M4A (AAC) eller MP3 och lägg det i inläggets mapp i stället."
_EVERYDAY = {
    "hevc": "HEVC (H.265)",
    "av1": "AV1",
    "libdav1d": "AV1",
    "vp8": "VP8",
    "vp9": "VP9",
    "prores": "ProRes",
    "mpeg4": "MPEG-4 del 2",
    "mjpeg": "Motion JPEG",
    "alac": "Apple Lossless",
    "ac3": "Dolby AC-3",
}


@dataclass(frozen=True)
class Remuxed:
    """A film or sound that was written: where, as what, its upright size and length in seconds."""

    path: Path
    media_type: str
    width: int
    height: int
    duration: float


def look(path: Path, name: str, kind: Kind) -> Probe:
    """Read a film's or sound's header: upright size, duration and when it was recorded.

    Raises:
        ContentError: it is broken, or browsers cannot play it.
    """
    with _opened(path, name, kind) as (container, wrapped):
        picture, _ = _chosen(container, wrapped, name, kind)
        width, height = _upright(picture, container, name) if picture else (0, 0)
        return Probe(kind, _recorded(container), width, height, _duration(container))


def remux(path: Path, name: str, kind: Kind, folder: Path) -> Remuxed:
    """Copy the picture and sound tracks, and nothing else, into a new file in `folder`. Same source, same bytes.

    The new file starts with its index, so that a browser can begin at once and seek. Turned films stay turned.

    Raises:
        ContentError: the file is broken, or browsers cannot play it.
    """
    with _opened(path, name, kind) as (container, wrapped):
        picture, sound = _chosen(container, wrapped, name, kind)
        muxer, suffix, media_type = ("mp4", "mp4", "video/mp4") if kind == "film" else _OUT[wrapped]
        into = folder / f"{kind}.{suffix}"
        width, height = _upright(picture, container, name) if picture else (0, 0)
        declared = _duration(container)
        seen = _copy([track for track in (picture, sound) if track], container, into, muxer)
        if seen <= 0 or declared - seen > 1 + 0.05 * declared:
            raise broken(name, kind, "är avbruten: slutet saknas")
        return Remuxed(into, media_type, width, height, round(declared or seen, 3))


def still(path: Path, name: str) -> Image.Image:
    """Return one frame of a film, upright, from its first second.

    Raises:
        ContentError: no frame can be decoded.
    """
    with _opened(path, name, "film") as (container, _):
        track = container.streams.video[0]
        wanted = min(1.0, _duration(container) / 10)
        frame = None
        for frame in container.decode(track):
            if frame.time is not None and frame.time >= wanted:
                break
        if frame is None:
            raise broken(name, "film", "har inga bilder som går att visa")
        image: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
        aspect = track.sample_aspect_ratio
        if aspect and aspect != 1:
            image = image.resize((max(1, round(image.width * aspect)), image.height))
        return image.rotate(frame.rotation, expand=True) if frame.rotation % 360 else image


def _copy(tracks: list[av.VideoStream | av.AudioStream], container: InputContainer, into: Path, muxer: str) -> float:
    """Copy the packets of `tracks`; return how many seconds they last."""
    seen = 0.0
    with av.open(str(into), "w", format=muxer, options={"fflags": "+bitexact", **_OPTIONS.get(muxer, {})}) as fresh:
        out = {}
        clean = {}
        for track in tracks:
            copy = fresh.add_stream_from_template(track)
            copy.metadata.clear()
            out[track.index] = copy
            if track.type == "video":  # type 6 is "supplemental": what some cameras write places into
                clean[track.index] = BitStreamFilterContext("filter_units=remove_types=6", track, copy)
        for packet in container.demux(tracks):
            if packet.size == 0:
                continue
            if packet.is_corrupt:
                raise ValueError("a packet is cut off")
            if packet.pts is not None and packet.time_base:
                seen = max(seen, float((packet.pts + (packet.duration or 0)) * packet.time_base))
            index = packet.stream.index
            if muxer == "mp3" and frame_length(bytes(packet)[:4]) != packet.size:
                continue  # a tag at the end
            for bare in clean[index].filter(packet) if index in clean else [packet]:
                bare.stream = out[index]
                fresh.mux(bare)
    return seen


def _chosen(
    container: InputContainer, wrapped: Wrapping, name: str, kind: Kind
) -> tuple[av.VideoStream | None, av.AudioStream | None]:
    sounds = container.streams.audio
    sound = next((track for track in sounds if _codec(track) in _SOUND_CODECS[wrapped]), None)
    if kind == "sound":
        if sound is None:
            raise _unplayable(name, "sound", _everyday(_codec(sounds[0])) if sounds else "")
        return None, sound
    films = [track for track in container.streams.video if not track.disposition & av.stream.Disposition.attached_pic]
    if not films:
        raise broken(name, "film", "har ingen bild")
    picture = films[0]
    if _codec(picture) != "h264":
        raise _unplayable(name, "film", _everyday(_codec(picture)))
    if picture.codec_context.pix_fmt not in {"yuv420p", "yuvj420p"}:
        raise _unplayable(name, "film", "H.264 med fler färger än webbläsare kan visa (10 bitar eller 4:2:2)")
    if sounds and sound is None:
        raise ContentError(
            f"Filmen ”{name}” har ljud i {_everyday(_codec(sounds[0]))}, som inte alla webbläsare spelar.",
            hint="Gör om filmen till MP4 med H.264 och AAC.",
        )
    return picture, sound


def _codec(track: av.VideoStream | av.AudioStream) -> str:
    # a track of a codec that FFmpeg has never heard of has no context: new telephones write such sounds
    return track.codec_context.name if track.codec_context else ""


def _unplayable(name: str, kind: Kind, what: str) -> ContentError:
    noun, mend = ("Filmen", _MOST_COMPATIBLE) if kind == "film" else ("Ljudet", _SOUND_INSTEAD)
    return ContentError(
        f"{noun} ”{name}” är inspelad i {what or 'ett format'}, som inte alla webbläsare kan spela.", hint=mend
    )


def _everyday(codec: str) -> str:
    return _EVERYDAY.get(codec, codec.upper()) or "ett format"


def _upright(picture: av.VideoStream, container: InputContainer, name: str) -> tuple[int, int]:
    width, height = picture.codec_context.width, picture.codec_context.height
    if not width or not height:
        raise broken(name, "film")
    aspect = picture.sample_aspect_ratio
    if aspect and aspect != 1:
        width = max(1, round(width * aspect))
    frame = next(container.decode(picture), None)
    container.seek(0)
    if frame is None:
        raise broken(name, "film", "har inga bilder som går att visa")
    return (height, width) if frame.rotation % 180 else (width, height)


def _duration(container: InputContainer) -> float:
    return round((container.duration or 0) / av.time_base, 3)


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


@contextmanager
def _opened(path: Path, name: str, kind: Kind) -> Iterator[tuple[InputContainer, Wrapping]]:
    with path.open("rb") as file:
        start = file.read(16)
    if not start:
        raise broken(name, kind, "är tom (0 byte)")
    wrapped = wrapping(start)
    if wrapped is None:
        if what := foreign(start):
            raise _unplayable(name, kind, what)
        raise broken(
            name, kind, "är ingen film som vi känner igen" if kind == "film" else "är inget ljud som vi känner igen"
        )
    if kind == "film" and wrapped != "mov":
        raise broken(name, kind, "är ett ljud, ingen film")
    try:
        with av.open(str(path), "r", format=wrapped, options={"protocol_whitelist": "file"}) as container:
            yield container, wrapped
    except ContentError:
        raise
    except (av.FFmpegError, ValueError, OverflowError, MemoryError) as error:
        raise broken(name, kind, "är skadad eller avbruten och går inte att läsa") from error
