"""`python -m benchmarks.photo_formats [FOLDER]`: bytes at equal SSIM, and time, of the encodings a photo could be published in.

Photographs of FOLDER, or those that come with scikit-image. What it said is in docs/media.md, which says what was chosen.
"""

from __future__ import annotations

import argparse
import io
import math
import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skimage
from PIL import Image, ImageOps
from skimage.metrics import structural_similarity

_PHOTOGRAPHS = (
    "astronaut.png",
    "chelsea.png",
    "coffee.png",
    "rocket.jpg",
    "motorcycle_left.png",
    "hubble_deep_field.jpg",
)
_WIDEST = 1920
_WANTED = (0.92, 0.95, 0.97)
_QUALITIES = (30, 40, 50, 60, 70, 75, 80, 85, 90, 95)


@dataclass(frozen=True)
class Encoding:
    """A way to write a photo, and since when every browser shows it."""

    name: str
    form: str
    options: dict[str, Any]
    since: str

    def write(self, image: Image.Image, quality: int) -> bytes:
        into = io.BytesIO()
        image.save(into, self.form, quality=quality, **self.options)
        return into.getvalue()


_ENCODINGS = (
    Encoding("JPEG, progressive", "JPEG", {"optimize": True, "progressive": True}, "always"),
    Encoding("WebP, method 0", "WEBP", {"method": 0}, "2020"),
    Encoding("WebP, method 2", "WEBP", {"method": 2}, "2020"),
    Encoding("WebP, method 4", "WEBP", {"method": 4}, "2020"),
    Encoding("WebP, method 6", "WEBP", {"method": 6}, "2020"),
    Encoding("AVIF, speed 8", "AVIF", {"speed": 8}, "Safari 16.4, 2023"),
    Encoding("AVIF, speed 6", "AVIF", {"speed": 6}, "Safari 16.4, 2023"),
)


def main() -> None:
    """Print the table, in Markdown."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.photo_formats", description="Which encoding for photos?"
    )
    parser.add_argument("folder", nargs="?", type=Path, help="a folder of photographs")
    photos = [*_photos(parser.parse_args().folder)]
    print(f"{len(photos)} photographs, {', '.join(f'{photo.width} × {photo.height}' for photo in photos)}.\n")
    columns = " | ".join(f"bytes at SSIM {wanted}" for wanted in _WANTED)
    print(f"| encoding | {columns} | ms per million pixels at 80 | every browser since |")
    print(f"| --- |{' ---: |' * (len(_WANTED) + 1)} --- |")
    reference: list[list[float]] = []
    for encoding in _ENCODINGS:
        curves = [_curve(encoding, photo) for photo in photos]
        lengths = [[_length_at(curve, wanted) for curve in curves] for wanted in _WANTED]
        reference = reference or lengths
        shares = [
            statistics.geometric_mean(x / y for x, y in zip(ours, theirs, strict=True))
            for ours, theirs in zip(lengths, reference, strict=True)
        ]
        cells = " | ".join(f"{share:.2f} ×" for share in shares)
        print(f"| {encoding.name} | {cells} | {_time(encoding, photos):.0f} | {encoding.since} |", flush=True)
    chosen = [_similarity(photo, _ENCODINGS[2].write(photo, 80)) for photo in photos]
    print(f"\nWebP, method 2, quality 80: SSIM {statistics.mean(chosen):.3f} ({min(chosen):.3f}–{max(chosen):.3f}).")


def _photos(folder: Path | None) -> Iterator[Image.Image]:
    paths: Iterable[Path] = sorted(folder.iterdir()) if folder else (_sample(name) for name in _PHOTOGRAPHS)
    for path in paths:
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
            width = min(_WIDEST, upright.width * 3 // 4)  # so that it is as sharp as what we shrink
            yield upright.resize((width, upright.height * width // upright.width), Image.Resampling.LANCZOS)


def _sample(name: str) -> Path:
    return Path(skimage.__file__).parent / "data" / name


def _curve(encoding: Encoding, photo: Image.Image) -> list[tuple[float, int]]:
    """Return (SSIM, bytes) at each quality, worst first."""
    written = (encoding.write(photo, quality) for quality in _QUALITIES)
    return sorted((_similarity(photo, content), len(content)) for content in written)


def _similarity(photo: Image.Image, content: bytes) -> float:
    with Image.open(io.BytesIO(content)) as image:
        pair = (np.asarray(one.convert("L")) for one in (photo, image.convert("RGB")))
        return float(structural_similarity(*pair, gaussian_weights=True, sigma=1.5, use_sample_covariance=False))


def _length_at(curve: list[tuple[float, int]], wanted: float) -> float:
    """Return the bytes at a similarity, between the two qualities beside it, lengths on a logarithmic scale."""
    similar = [similarity for similarity, _ in curve]
    return math.exp(float(np.interp(wanted, similar, [math.log(length) for _, length in curve])))


def _time(encoding: Encoding, photos: Iterable[Image.Image]) -> float:
    taken = pixels = 0.0
    for photo in photos:
        tries = []
        for _ in range(5):
            start = time.thread_time()
            encoding.write(photo, 80)
            tries.append(time.thread_time() - start)
        taken, pixels = taken + min(tries), pixels + photo.width * photo.height
    return taken * 1000 / (pixels / 1e6)


if __name__ == "__main__":
    main()
