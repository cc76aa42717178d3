"""A full build of text posts against plain Pelican with its `simple` theme on the same posts. Knows both programs' commands."""

from __future__ import annotations

import os
import re
import secrets
import statistics
from collections.abc import Iterator
from pathlib import Path

from benchmarks.command import Command
from benchmarks.measure import Figure, in_turns, ratio
from benchmarks.preschool import Preschool, make_preschool, write_posts

_WANTED = 0.7


def measure(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield the build's time relative to Pelican's, start-up counted in both: on one core, where that can be said, and on all."""
    count = 200 if quick else 2000
    preschool = make_preschool(folder / "site", departments=4, children=80, guardians=150)
    write_posts(preschool, count, departments=4, children=80)
    for command in (_OURS, _PELICAN):  # compiles what was never run
        Command((*command, "--help"), folder).run()
    for cores in ("one-core", "all-cores") if hasattr(os, "sched_setaffinity") else ("all-cores",):
        ways = _Ours(preschool, cores), _Pelican(preschool, folder, cores)
        ours, theirs = in_turns(ways, 2 if quick else 7)
        processor = [statistics.median(way.processor) for way in ways]
        yield Figure(
            name=f"build-{count}-posts-{cores}",
            figure=round(ratio(ours, theirs), 3),
            unit="× pelican's time",
            wanted=_WANTED,
            raw=f"{ours.text('s')} against {theirs.text('s')}; processor time {processor[0]:.2f} and {processor[1]:.2f} s",
        )


_OURS = ("-m", "pluttra_publish")
_PELICAN = ("-m", "pelican")


class _Ours:
    """A cold publish: keys there are, but no ledger and no cache, and the host is an empty folder."""

    def __init__(self, preschool: Preschool, cores: str) -> None:
        self._settings, self._cores = preschool.settings, cores
        self._identity = str(preschool.identity)
        self._keystore = (self._settings.state / "keystore.age").read_bytes()
        self.processor: list[float] = []

    def __call__(self) -> float:
        settings = self._settings
        for used in (settings.host.path, settings.state):
            _put_aside(used)
        settings.state.mkdir()
        (settings.state / "keystore.age").write_bytes(self._keystore)
        arguments = (*_OURS, "publish", "--site", str(settings.root), "--json")
        wall, processor = Command(arguments, settings.root, self._cores, {"PLUTTRA_IDENTITY": self._identity}).run()
        self.processor.append(processor)
        return wall


class _Pelican:
    """Plain Pelican: its own theme `simple`, its own settings, an empty output folder. It must have written every post, as an article."""

    def __init__(self, preschool: Preschool, folder: Path, cores: str) -> None:
        self._posts, self._folder, self._cores = preschool.settings.posts, folder, cores
        self._count = sum(1 for _ in self._posts.rglob("*.md"))
        self.processor: list[float] = []

    def __call__(self) -> float:
        out = self._folder / "pelican-out"
        _put_aside(out)
        arguments = (*_PELICAN, str(self._posts), "-o", str(out), "-t", "simple", "--quiet")
        wall, processor = Command(arguments, self._folder, self._cores).run()
        articles = sum(
            1 for page in out.glob("*.html") if re.search(r"-\d+$", page.stem)
        )  # our titles end with a number
        if articles != self._count:
            raise RuntimeError(f"Pelican wrote {articles} articles of {self._count} posts")
        self.processor.append(processor)
        return wall


def _put_aside(used: Path) -> None:
    """Move a folder away. Deleting thousands of files here would make the file system slow for whoever comes next."""
    if used.exists():
        used.rename(used.with_name(f"{used.name}-{secrets.token_hex(4)}"))
