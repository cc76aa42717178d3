"""Writes the sample's film and its sound recording, tagged as a telephone would. Knows PyAV and the stream scene."""

from __future__ import annotations

import math
import struct
from fractions import Fraction
from pathlib import Path
from random import Random

import av
from PIL import Image

from tests.sample import tunes
from tests.sample.paper import Paper, lighter, placed
from tests.sample.things import AUTUMN, boat, leaf
from tests.sample.weather import stream

SIZE, RATE, SECONDS = (1280, 720), 24, 7.0
_PLACE = "+59.8589+017.6389+021.000/"


def write_film(path: Path) -> None:
    """Three boats and some leaves come down the water path."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart+use_metadata_tags"}) as out:
        out.metadata.update(
            {
                "creation_time": "2026-10-22T08:31:00.000000Z",
                "com.apple.quicktime.creationdate": "2026-10-22T10:31:00+0200",
                "com.apple.quicktime.location.ISO6709": _PLACE,
                "location": _PLACE,
                "com.apple.quicktime.make": "Exempelkamera",
                "com.apple.quicktime.model": "EK-7",
                "title": "KANARIE-FILM",
                "comment": "KANARIE-FILM inspelad på gården",
            }
        )
        picture = out.add_stream("libx264", rate=RATE, options={"crf": "19", "preset": "slow", "profile": "high"})
        picture.width, picture.height = SIZE
        picture.pix_fmt, picture.thread_count, picture.gop_size = "yuv420p", 1, RATE * 2
        tone = out.add_stream("aac", rate=tunes.RATE, layout="mono")
        tone.bit_rate = 96_000
        scene = stream(SIZE, Random(22), 0, boats=False)
        for number in range(int(RATE * SECONDS)):
            frame = av.VideoFrame.from_image(_moment(scene, number / RATE))
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            out.mux(picture.encode(frame))
        out.mux(picture.encode(None))
        _write_tone(out, tone, tunes.plucks(SECONDS, Random(7)))


def write_sound(path: Path) -> None:
    """Noor's song on bells."""
    with av.open(str(path), "w", format="ipod", options={"movflags": "+faststart"}) as out:
        out.metadata.update({"title": "KANARIE-LJUD Noors visa", "artist": "KANARIE-LJUD", "comment": _PLACE})
        tone = out.add_stream("aac", rate=tunes.RATE, layout="mono")
        tone.bit_rate = 96_000
        _write_tone(out, tone, tunes.bells())


def _write_tone(out: av.container.OutputContainer, tone: av.AudioStream, samples: list[int]) -> None:
    frame = av.AudioFrame("s16", "mono", len(samples))
    frame.planes[0].update(struct.pack(f"<{len(samples)}h", *samples))
    frame.sample_rate, frame.pts, frame.time_base = tunes.RATE, 0, Fraction(1, tunes.RATE)
    out.mux(tone.encode(frame))
    out.mux(tone.encode(None))


def _moment(scene: Paper, at: float) -> Image.Image:
    paper = Paper(SIZE, "000000", "000000")
    paper.image = scene.image.copy()

    def surface(x: float) -> float:
        return paper.height * 0.53 + 46 * math.sin(x / 150)

    for n in range(7):
        x = (n * 171 + at * (58 + 7 * (n % 3))) % 1120 - 60
        y = surface(x) + 78 * math.sin(n * 2.4)
        colour = AUTUMN[n % 7]
        paper.cut(
            placed(leaf(("maple", "birch")[n % 2]), x, y, 34, n * 50 + at * 30), lighter(colour), colour, shadow=2
        )
    for n, (start, speed, lane) in enumerate(((-330.0, 150.0, -62.0), (-90.0, 132.0, 18.0), (110.0, 112.0, 70.0))):
        x = start + speed * at
        y = surface(x) + lane + 5 * math.sin(at * 3.1 + n)
        lean = 5 * math.sin(at * 2.3 + n * 1.7)
        boat(paper, x, y, 132 + 14 * n, ["9A6A44", "B0563C", "7F5A3C"][n], ["F4E7CB", "E7B98F", "C9D6B8"][n], lean=lean)
    return paper.finished(22)
