"""Films and sounds: one picture and one sound in a fresh file without metadata, copied where every browser plays them, else encoded anew.

Knows what browsers play, and which files lie where. Does not know the cache or posts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import av
from PIL import Image

from pluttra_publish.errors import ContentError
from pluttra_publish.media.containers import Opened, codec_of, opened, upright
from pluttra_publish.media.encoding import (
    THREADS,
    Clip,
    Copied,
    HiddenError,
    Pictures,
    Sounds,
    Writer,
    fits,
    fitted,
    is_high_dynamic,
)
from pluttra_publish.media.kinds import STOPPED, CrowdedError, Kind, StoppedError, broken

OPTIONS = {"fflags": "+bitexact", "movflags": "+faststart", "write_tmcd": "0"}
_PLAYED_PROFILES = frozenset({"Baseline", "Constrained Baseline", "Main", "High"})
_PLAYED_SOUNDS = frozenset({"LC", "HE-AAC", "HE-AACv2"})
_STILL = 2.0
_WHOLE: Clip = (0.0, math.inf)


@dataclass(frozen=True)
class Made:
    """A film or sound that was written: what it turned out to be, where, as what, its upright size and length in seconds."""

    kind: Kind
    path: Path
    media_type: str
    width: int
    height: int
    duration: float


def make(path: Path, name: str, kind: Kind, folder: Path, *, clip: Clip | None = None, alone: bool = True) -> Made:
    """Write the tracks of a film or sound, and nothing else, into a new file in `folder`. Same source, same pictures and sounds.

    The same bytes too, where they are copied; what x264 encodes anew may now and then be the same pictures in other bits.

    The new file starts with its index, so that a browser can begin at once and seek. What lies outside `clip` is not in it.

    Raises:
        ContentError: the file is broken or cannot be read, or the clip lies after its end.
        CrowdedError: it needs much memory, and others are made beside it (`alone` is false).
    """
    with opened(path, name, kind) as source:
        into = folder / ("film.mp4" if source.picture else "sound.m4a")
        if source.picture:
            source.picture.thread_type = "AUTO"
            source.picture.codec_context.thread_count = THREADS
        try:
            return _write(source, into, clip, alone, copying=clip is None)
        except HiddenError:
            source.container.seek(0)
            return _write(source, into, clip, alone, copying=False)


def _write(source: Opened, into: Path, clip: Clip | None, alone: bool, *, copying: bool) -> Made:
    declared = source.duration
    start, end = clip or _WHOLE
    if clip and declared and start >= declared:
        message = f"Klippet ur ”{source.name}” börjar efter slutet: den är {declared:.0f} sekunder lång."
        raise ContentError(message, hint="Rätta tiderna på raden Klipp.")
    first = source.first_frame() if source.picture else None
    size = upright(first, source.picture) if first and source.picture else (0, 0)
    with av.open(str(into), "w", format="mp4", options=OPTIONS) as out:
        writers: dict[int, Writer] = {}
        if source.picture and first:
            if copying and _plays(source.picture, first):
                writers[source.picture.index] = Copied(out, source.picture)
            else:
                if not alone and not fits(*size):
                    raise CrowdedError
                writers[source.picture.index] = Pictures(out, source.picture, first, size, (start, end))
                size = fitted(*size)
        if source.sound:
            copied = copying and _is_heard(source.sound)
            writers[source.sound.index] = (
                Copied(out, source.sound) if copied else Sounds(out, source.sound, (start, end))
            )
        if start and source.picture:
            source.container.seek(int(start * av.time_base))
        seen = _pour(source, writers, out)
    expected = min(end, declared)
    if seen <= 0 or expected - seen > 1 + 0.05 * declared:
        raise broken(source.name, source.kind, "är avbruten: slutet saknas")
    media_type = "video/mp4" if source.picture else "audio/mp4"
    return Made(source.kind, into, media_type, *size, round(min(end, declared or seen) - start, 3))


def _pour(source: Opened, writers: dict[int, Writer], out: av.container.OutputContainer) -> float:
    """Let every packet through its writer; return how many seconds of the source have been seen."""
    seen = 0.0
    tracks = [track for track in (source.picture, source.sound) if track]
    for packet in source.container.demux(tracks):
        if STOPPED.is_set():
            raise StoppedError
        if packet.size == 0:
            continue
        if packet.is_corrupt:
            raise ValueError("a packet is cut off")
        if packet.pts is not None and packet.time_base:
            seen = max(seen, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        writer = writers[packet.stream.index]
        if not writer.done:
            for made in writer.take(packet):
                out.mux(made)
        elif all(writer.done for writer in writers.values()):
            break
    for writer in writers.values():
        for made in writer.end():
            out.mux(made)
    return seen


def _plays(picture: av.VideoStream, first: av.VideoFrame) -> bool:
    """Tell whether every browser plays a picture as it is."""
    return (
        codec_of(picture) == "h264"
        and picture.codec_context.pix_fmt in {"yuv420p", "yuvj420p"}
        and picture.profile in _PLAYED_PROFILES
        and fits(picture.codec_context.width, picture.codec_context.height)
        and not is_high_dynamic(first)
        and not first.interlaced_frame
    )


def _is_heard(sound: av.AudioStream) -> bool:
    """Tell whether every browser plays a sound as it is."""
    return codec_of(sound) == "aac" and sound.profile in _PLAYED_SOUNDS and sound.codec_context.channels <= 2


def still(path: Path, name: str) -> Image.Image:
    """Return one frame of a film, upright: a keyframe of its first seconds, if there is one besides the first.

    Raises:
        ContentError: no frame can be decoded.
    """
    with opened(path, name, "film") as source:
        if source.picture is None:
            raise broken(name, "film", "har inga bilder som går att visa")
        source.container.seek(int(min(_STILL, source.duration / 4) * av.time_base))
        frame = source.first_frame()
        image: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
        aspect = source.picture.sample_aspect_ratio
        if aspect and aspect != 1:
            image = image.resize((max(1, round(image.width * aspect)), image.height))
        return image.rotate(frame.rotation, expand=True) if frame.rotation % 360 else image
