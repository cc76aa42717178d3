"""Ten years of posts, and one more: what a publish of that one takes, and how much of it grows with the archive. Knows the program's commands.

The media are photos of a few pixels: what is measured is everything but their own derivation, which is a few milliseconds of it.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from PIL import Image

from benchmarks.command import Command
from benchmarks.measure import Figure, Times
from benchmarks.preschool import DEPARTMENTS, Preschool, make_preschool, post_text
from pluttra_publish import publish as pipeline

_YEARS = 10
_OURS = ("-m", "pluttra_publish", "publish", "--json")
_ONE_SHOT, _NOTHING, _ROUNDS = 1.5, 1.0, 5


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


def measure(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield the time of one more post, and of nothing new, in a small archive and a large one."""
    large = make_archive(folder / "stort", 300 if quick else 10_000, children=80, guardians=150)
    small = make_archive(folder / "litet", 100, children=12, guardians=20)
    yield Figure("archive-whole-publish", round(large.first, 1), "s, everything read and derived", None, "")
    yield _plain_pelican(large, folder)
    times: dict[str, list[float]] = {"one": [], "small": [], "none": []}
    touched: dict[str, set[int]] = {"large": set(), "small": set()}
    for archive in (large, small):  # the first of the day or after a change of the program reads everything
        archive.publish()
    for _ in range(2 if quick else _ROUNDS):
        for name, archive, key in (("small", small, "small"), ("one", large, "large")):
            archive.add()
            seconds, done = archive.publish()
            times[name].append(seconds)
            touched[key].add(done["put"] + done["deleted"])
        times["none"].append(large.publish()[0])
    one, none = Times(tuple(times["one"])), Times(tuple(times["none"]))
    yield Figure("archive-one-more-post", round(one.median, 3), "s", _ONE_SHOT, one.text("s"))
    yield Figure("archive-nothing-new", round(none.median, 3), "s", _NOTHING, none.text("s"))
    grown = one.median / Times(tuple(times["small"])).median
    yield Figure("archive-growth", round(grown, 2), "× the same of 100", None, Times(tuple(times["small"])).text("s"))
    many, few = max(touched["large"]), max(touched["small"])
    raw = f"{many} among {150} guardians, {few} among 20"
    yield Figure("archive-host-operations", many - few, "more than of 100 posts", 0, raw)
    shutil.rmtree(folder / "litet")


def _plain_pelican(archive: Archive, folder: Path) -> Figure:
    """Give plain Pelican the posts' texts, by department: of a folder for each post it would make a category, named on every page."""
    texts = folder / "texter"
    for number, text in enumerate(sorted(archive.preschool.settings.posts.rglob("text.md"))):
        home = texts / text.parent.parent.name
        home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(text, home / f"{number}.md")
    arguments = ("-m", "pelican", str(texts), "-o", str(folder / "pelican-out"), "-t", "simple", "--quiet")
    wall, _ = Command(arguments, folder).run()
    return Figure("archive-plain-pelican", round(wall, 1), "s, the texts alone", None, "")
