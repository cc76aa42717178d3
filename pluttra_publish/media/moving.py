"""Animated pictures: films without sound, so that they can be stopped. Knows Pillow's frames. Does not know the cache or posts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, ImageSequence

from pluttra_publish.errors import ContentError
from pluttra_publish.media.encoding import FrameEncoder, fitted
from pluttra_publish.media.film import OPTIONS, Made
from pluttra_publish.media.photo import opaque

_RATE = 50
_QUICKEST = 20
_USUAL = 100
_MOST_SECONDS = 600


def make_moving(image: Image.Image, name: str, folder: Path) -> Made:
    """Write an animated picture as a film in `folder`: H.264 without sound, shown once.

    Raises:
        ContentError: it moves for longer than we take.
    """
    into = folder / "film.mp4"
    size = fitted(*image.size)
    pace = Fraction(1, _RATE)
    ticks = 0
    with av.open(str(into), "w", format="mp4", options=OPTIONS) as out:
        encoder = FrameEncoder(out, size, Fraction(_RATE), pace)
        for picture, last in _shown(image):
            if last > _MOST_SECONDS * 1000:
                message = f"Bilden ”{name}” rör sig längre än {_MOST_SECONDS // 60} minuter."
                raise ContentError(message, hint="Lägg dit den som film i stället.")
            shown = opaque(picture).convert("RGB").resize(size, Image.Resampling.HAMMING)
            frame: av.VideoFrame = av.VideoFrame.from_image(shown)  # type: ignore[no-untyped-call]
            while ticks == 0 or ticks * 1000 < last * _RATE:
                still = frame.reformat(format="yuv420p")
                still.pts, still.time_base = ticks, pace
                for packet in encoder.encode(still):
                    out.mux(packet)
                ticks += 1
        for packet in encoder.encode(None):
            out.mux(packet)
    return Made("film", into, "video/mp4", *size, round(ticks / _RATE, 3))


def _shown(image: Image.Image) -> Iterator[tuple[Image.Image, float]]:
    """Yield every frame, and the millisecond at which it has been shown; those that say no time are shown as browsers show them."""
    until = 0.0
    for frame in ImageSequence.Iterator(image):
        frame.load()
        wanted = float(frame.info.get("duration") or 0)
        until += wanted if wanted >= _QUICKEST else _USUAL
        yield frame, until
