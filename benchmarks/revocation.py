"""Shutting one guardian out of a department with years of posts: how long until the host has it, and what is put for those who stay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from benchmarks.measure import Figure, Times
from benchmarks.preschool import make_preschool, write_posts
from pluttra_publish import publish as pipeline
from pluttra_publish.revoking import revoke

_CHILDREN, _GUARDIANS, _MONTHS = 24, 46, 48
_SECONDS, _BYTES = 2.0, 6000


def measure(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield seconds from the command to the root on the host, and bytes put for each remaining reader."""
    count = 200 if quick else 5000
    preschool = make_preschool(folder / "site", departments=1, children=_CHILDREN, guardians=_GUARDIANS, months=_MONTHS)
    write_posts(preschool, count, departments=1, children=_CHILDREN, months=_MONTHS)
    pipeline.publish(preschool.settings, identity=preschool.identity)
    taken, put = [], []
    for leaver in range(2 if quick else 5):
        start = perf_counter()
        done = revoke(preschool.settings, f"v{leaver:03}", identity=preschool.identity).done
        taken.append(perf_counter() - start)
        put.append(done.length / len(done.readers))
    times = Times(tuple(taken))
    raw = f"{_GUARDIANS} guardians, {_MONTHS} months, {count:,} posts"
    yield Figure("revoke", round(times.median, 2), "s", _SECONDS, f"{raw}; {times.text('s')}")
    yield Figure("revoke-put", round(max(put)), "bytes put per remaining reader", _BYTES, raw)
