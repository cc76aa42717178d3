"""A plucked tune for the film and a song on bells. Knows samples, 16 bits at 44.1 kHz. Does not know files."""

from __future__ import annotations

import math
from random import Random

RATE = 44100
_SCALE = (0, 2, 4, 5, 7, 9, 11, 12, 14, 16)

STAR_SONG = (0, 0, 4, 4, 5, 5, 4, 3, 3, 2, 2, 1, 1, 0)
"""“Blinka lilla stjärna”, the old tune, in steps of the scale: as the dots in Noor's picture."""

BROOK = (0, 2, 4, 7, 4, 5, 4, 2, 0, 2, 4, 5, 7, 9, 7, 5, 4, 2, 1, 0)


def bells(seconds: float = 8.0) -> list[int]:
    """The star song, struck on bells."""
    sound = [0.0] * int(seconds * RATE)
    beat = 0.46
    at = 0.1
    for n, step in enumerate(STAR_SONG):
        _strike(sound, at, 523.25 * 2 ** (_SCALE[step] / 12), 0.30)
        at += beat * (2 if n in {6, 13} else 1)
    return _rounded(sound)


def plucks(seconds: float, rng: Random) -> list[int]:
    """A small tune on strings, above the murmur of water."""
    sound = [0.0] * int(seconds * RATE)
    for n, step in enumerate(BROOK):
        at = 0.15 + n * 0.33
        _pluck(sound, at, 261.63 * 2 ** (_SCALE[step] / 12), 0.34, rng)
        if n % 4 == 0:
            _pluck(sound, at, 130.81 * 2 ** (_SCALE[step % 5] / 12), 0.26, rng)
    low = murmur = 0.0
    for n in range(len(sound)):
        low += 0.05 * (rng.uniform(-1, 1) - low)
        murmur += 0.02 * (low - murmur)
        sound[n] += 0.35 * (low - murmur) * (0.6 + 0.4 * math.sin(n / RATE * 2.1))
    return _rounded(sound)


def _strike(sound: list[float], at: float, hertz: float, loud: float) -> None:
    start = int(at * RATE)
    for n in range(min(int(2.2 * RATE), len(sound) - start)):
        t = n / RATE
        value = sum(
            share * math.exp(-t * fade) * math.sin(2 * math.pi * hertz * partial * t)
            for partial, share, fade in ((1, 1.0, 2.2), (2.0, 0.45, 3.4), (3.01, 0.25, 5.0), (4.17, 0.15, 8.0))
        )
        sound[start + n] += loud * value * min(1.0, n / 60)


def _pluck(sound: list[float], at: float, hertz: float, loud: float, rng: Random) -> None:
    start, period = int(at * RATE), round(RATE / hertz)
    string = [rng.uniform(-1, 1) for _ in range(period)]
    string = [(string[n - 2] + string[n - 1] + string[n]) / 3 for n in range(period)]
    for n in range(min(int(1.6 * RATE), len(sound) - start)):
        here, following = n % period, (n + 1) % period
        sound[start + n] += loud * string[here]
        string[here] = 0.4975 * (string[here] + string[following])


def _rounded(sound: list[float]) -> list[int]:
    fade = RATE // 3
    return [round(32000 * math.tanh(value) * min(1.0, (len(sound) - n) / fade)) for n, value in enumerate(sound)]
