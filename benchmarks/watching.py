"""One more post while `pluttra watch` goes on: what the publish takes, and how long after it was saved the root lies on the host. Knows the program."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.archive import Archive
from benchmarks.measure import Figure, Times, in_turns
from pluttra_publish import publish as pipeline
from pluttra_publish.warm import Warm

_OURS = ("-m", "pluttra_publish", "watch", "--json")
_ONE, _GROWN, _SAVED = 0.5, 1.3, 3.0
_PATIENCE = 600.0


class Warmed:
    """An archive in a program that goes on: each call adds a post and publishes it, and returns what the publish took."""

    def __init__(self, archive: Archive) -> None:
        self._archive, self._warm = archive, Warm()
        self._publish()
        for _ in range(2):
            self()

    def __call__(self) -> float:
        self._warm.changed = {self._archive.add()}
        start = time.perf_counter()
        self._publish()
        return time.perf_counter() - start

    def _publish(self) -> None:
        preschool = self._archive.preschool
        pipeline.publish(preschool.settings, identity=preschool.identity, hold_back=True, warm=self._warm)


def measure_watching(large: Archive, small: Archive, *, rounds: int) -> Iterator[Figure]:
    """Yield what one more post takes inside a program that goes on, in both archives, and how long after saving it is on the host."""
    one, few = in_turns((Warmed(large), Warmed(small)), rounds)
    yield Figure("watch-one-more-post", round(one.median, 3), "s", _ONE, one.text("s"))
    grown = statistics.median(big / little for big, little in zip(one.all, few.all, strict=True))
    yield Figure("watch-growth", round(grown, 2), "× the same of 100", _GROWN, few.text("s"))
    saved = Times(tuple(save_to_root(large, rounds)))
    yield Figure("watch-saved-to-root", round(saved.median, 2), "s, settling included", _SAVED, saved.text("s"))


def save_to_root(archive: Archive, rounds: int) -> Iterator[float]:
    """Yield the seconds from the moment a post has been saved till a new root lies on the host."""
    preschool = archive.preschool
    root = Path(str(preschool.settings.host.path)) / "root"
    with _watching(archive) as lines:
        next(lines)
        for _ in range(rounds):
            before = root.stat().st_mtime_ns
            archive.add()
            start = time.perf_counter()
            while root.stat().st_mtime_ns == before:
                if time.perf_counter() - start > _PATIENCE:
                    raise RuntimeError("nothing was published")
                time.sleep(0.01)
            yield time.perf_counter() - start
            next(lines)


@contextmanager
def _watching(archive: Archive) -> Iterator[Iterator[str]]:
    """Run `pluttra watch`, and give what it says, a line for each publish."""
    environment = os.environ | {"PLUTTRA_IDENTITY": str(archive.preschool.identity), "PYTHONWARNINGS": "ignore"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[1])
    environment["PYTHONUNBUFFERED"] = "1"
    words = [sys.executable, *_OURS, "--site", str(archive.preschool.root)]
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, encoding="utf-8") as running:
        try:
            if running.stdout is None:
                raise RuntimeError("it has nothing to say it with")
            yield iter(running.stdout)
        finally:
            running.kill()
