"""A full build of text posts against plain Pelican with its `simple` theme on the same posts. Knows both programs' commands."""

from __future__ import annotations

import os
import re
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import Figure, in_turns, ratio
from benchmarks.preschool import Preschool, make_preschool, write_posts

_WANTED = 0.7


def measure(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield the build's time relative to Pelican's, start-up counted in both: on one core, where that can be said, and on all."""
    count = 200 if quick else 2000
    preschool = make_preschool(folder / "site", departments=4, children=80, guardians=150)
    write_posts(preschool, count, departments=4, children=80)
    for command in (_OURS, _PELICAN):  # compiles what was never run
        _Command((*command, "--help"), folder).run()
    for cores in ("one-core", "all-cores") if hasattr(os, "sched_setaffinity") else ("all-cores",):
        ways = _Ours(preschool, cores), _Pelican(preschool, folder, cores)
        ours, theirs = in_turns(ways, 2 if quick else 3)
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
        wall, processor = _Command(arguments, settings.root, self._cores, {"PLUTTRA_IDENTITY": self._identity}).run()
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
        wall, processor = _Command(arguments, self._folder, self._cores).run()
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


@dataclass(frozen=True)
class _Command:
    """A Python command in a process of its own."""

    arguments: tuple[str, ...]
    folder: Path
    cores: str = "all-cores"
    environment: dict[str, str] = field(default_factory=dict)

    def run(self) -> tuple[float, float]:
        """Return how many seconds it took, and how many of them, on all cores together, a processor was busy with it."""
        house = str(Path(__file__).parents[1])
        before, start = os.times(), time.perf_counter()
        done = subprocess.run(
            [sys.executable, *self.arguments],
            cwd=self.folder,
            env=_surroundings() | {"PYTHONPATH": house} | self.environment,
            capture_output=True,
            preexec_fn=_stay_on_one_core if self.cores == "one-core" else None,
            check=False,
        )
        taken, after = time.perf_counter() - start, os.times()
        if done.returncode:
            said = done.stderr.decode(errors="replace")[-2000:]
            raise RuntimeError(f"{' '.join(self.arguments)} ended with {done.returncode}:\n{said}")
        busy = after.children_user + after.children_system - before.children_user - before.children_system
        return taken, busy


def _surroundings() -> dict[str, str]:
    """Return the environment, but that bytecode is kept: what pip installs has it, and so Pelican has."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONWARNINGS": "ignore"}


def _stay_on_one_core() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
