"""Ten years of posts, and one more: what a publish of that one takes, and how much of it grows with the archive."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks.archive import Archive, make_archive
from benchmarks.command import Command
from benchmarks.measure import Figure, Times
from benchmarks.watching import measure_watching

_ONE_SHOT, _NOTHING, _ROUNDS = 1.5, 1.0, 5


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
    few = make_archive(folder / "fatt", 100, children=80, guardians=150)  # the same families: it is the posts that grow
    yield from measure_watching(large, few, rounds=3 if quick else 7)


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
