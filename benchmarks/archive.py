"""A made-up archive of ten years, to which one more post can be added. Knows the program's commands. Does not know what is measured.

The media are photos of a few pixels: what is measured is everything but their own derivation, which is a few milliseconds of it.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from PIL import Image

from benchmarks.preschool import DEPARTMENTS, Preschool, make_preschool, post_text
from pluttra_publish import publish as pipeline

_YEARS = 10
_OURS = ("-m", "pluttra_publish", "publish", "--json")


@dataclass
class Archive:
    """A preschool with years of posts, published."""

    preschool: Preschool
    first: float
    added: int = 0
    _chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 # the same posts every time

    def add(self) -> Path:
        """Write one more post, with five photos, of yesterday."""
        self.added += 1
        day = date.today() - timedelta(days=1)
        return write_post(self.preschool, self._chance, day, f"Nytt inlägg {self.added}", DEPARTMENTS[0])

    def publish(self) -> tuple[float, dict[str, int]]:
        """Publish in a process of its own; return seconds and what it says it did."""
        settings = self.preschool.settings
        environment = os.environ | {"PLUTTRA_IDENTITY": str(self.preschool.identity), "PYTHONWARNINGS": "ignore"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *_OURS, "--site", str(settings.root)],
            env=environment | {"PYTHONPATH": str(Path(__file__).parents[1])},
            capture_output=True,
            check=True,
            encoding="utf-8",
        )
        return time.perf_counter() - start, json.loads(done.stdout)


def make_archive(folder: Path, posts: int, *, children: int, guardians: int) -> Archive:
    """Make and publish an archive of that many posts."""
    preschool = make_preschool(folder, departments=4, children=children, guardians=guardians, months=12 * _YEARS)
    chance = random.Random(3)  # noqa: S311 # the same posts every time
    for number in range(posts):
        day = date.today() - timedelta(days=2 + number * 365 * _YEARS // posts)
        write_post(preschool, chance, day, f"Inlägg {number + 1}", DEPARTMENTS[number % 4])
    start = time.perf_counter()
    pipeline.publish(preschool.settings, identity=preschool.identity)
    return Archive(preschool, time.perf_counter() - start)


def write_post(preschool: Preschool, chance: random.Random, day: date, title: str, department: str) -> Path:
    """Write a post's folder with a text and five photos, no two alike, complete when it takes its name."""
    place = preschool.settings.posts / department
    home, half = place / f"{day} {title}", place / f".{title}"
    half.mkdir(parents=True)
    (half / "text.md").write_text(post_text(chance, title, day), encoding="utf-8", newline="\n")
    for number in range(5):
        pixels = Image.frombytes("RGB", (32, 24), chance.randbytes(32 * 24 * 3))
        pixels.save(half / f"bild-{number + 1}.jpg", quality=80)
    half.rename(home)
    return home
