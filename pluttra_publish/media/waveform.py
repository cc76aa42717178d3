"""How loud a sound is, from start to end, for whoever draws it. Knows PyAV. Does not know pages."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import av
from av.container import InputContainer

BARS = 72
LOUDEST = 16

_RATE = 8000
_WINDOW = 160


def wave_of(path: Path) -> tuple[int, ...]:
    """Return how loud an M4A of ours is in equal parts of its length: from 0, silent, to 16, the loudest there is in it."""
    peaks = array("H")
    with av.open(str(path), "r", format="mov") as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=_RATE)
        samples = array("h")
        for frame in _heard(container):
            for small in resampler.resample(frame):
                samples.frombytes(bytes(small.planes[0])[: 2 * small.samples])
            while len(samples) >= _WINDOW:
                window, samples = samples[:_WINDOW], samples[_WINDOW:]
                peaks.append(min(32767, max(*window, -min(window))))
    if not peaks:
        return (0,) * BARS
    edges = [len(peaks) * n // BARS for n in range(BARS + 1)]
    parts = [peaks[start : max(end, start + 1)] for start, end in pairwise(edges)]
    loud = [sum(part) / len(part) if part else 0.0 for part in parts]
    loudest = max(loud)
    return tuple(round(LOUDEST * (one / loudest) ** 0.7) if loudest else 0 for one in loud)


def _heard(container: InputContainer) -> Iterator[av.AudioFrame]:
    """Yield what can be heard: like a browser, go on after a place that is damaged."""
    track = container.streams.audio[0]
    for packet in container.demux(track):
        with suppress(av.FFmpegError):
            yield from track.decode(packet)
