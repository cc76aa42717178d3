"""A film too large to be fetched whole by mistake. Knows PyAV."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
from PIL import Image

SECONDS = 100
_RATE = 12


def long_film(path: Path) -> Path:
    """Write snow on a screen: well over 20 MB of H.264 that compresses badly."""
    snow = [Image.effect_noise((320, 180), 90).convert("RGB") for _ in range(_RATE)]
    with av.open(str(path), "w", format="mp4") as out:
        picture = out.add_stream("libx264", rate=_RATE, options={"preset": "ultrafast", "g": "24"})
        picture.width, picture.height, picture.pix_fmt = 320, 180, "yuv420p"
        picture.bit_rate = 2_200_000
        for number in range(_RATE * SECONDS):
            frame = av.VideoFrame.from_image(snow[number % _RATE].rotate(180 * (number // _RATE % 2)))
            frame.pts, frame.time_base = number, Fraction(1, _RATE)
            out.mux(picture.encode(frame))
        out.mux(picture.encode(None))
    return path
