"""Ten thousand messages that wait in a folder: fetched, opened, and filed for somebody to read."""

from __future__ import annotations

import os
import random
import secrets
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import perf_counter, time

from benchmarks.measure import Figure, Times
from benchmarks.preschool import make_preschool, post_text, write_posts
from pluttra_publish import publish as pipeline
from pluttra_publish.format.messages import Header
from pluttra_publish.hosts.drops import FolderDrop
from pluttra_publish.inbox import empty
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.messages import seal_message

_GUARDIANS, _CHILDREN, _SECONDS = 150, 80, 10.0


def measure(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield seconds from a full drop box to an empty one with everything filed."""
    count, rounds = (200, 1) if quick else (10_000, 3)
    preschool = make_preschool(
        folder / "site",
        departments=4,
        children=_CHILDREN,
        guardians=_GUARDIANS,
        also='\n[drop]\nurl = "/drop"\nfolder = "brevlada"\n',
    )
    write_posts(preschool, 8, departments=4, children=_CHILDREN, months=2)
    pipeline.publish(preschool.settings, identity=preschool.identity)
    taken = []
    for _ in range(rounds):
        box = preschool.root / "brevlada"
        _fill(box, preschool.settings.state, preschool.identity, count)
        if hasattr(os, "sync"):
            os.sync()  # what was just written, and cleared, is no part of it
        start = perf_counter()
        emptied = empty(preschool.settings, [FolderDrop(box)], identity=preschool.identity)
        taken.append(perf_counter() - start)
        if (emptied.came, emptied.waits, any(box.iterdir())) != (count, count, False):
            raise RuntimeError(emptied.text)
        shutil.rmtree(preschool.settings.inbox)
    times = Times(tuple(taken))
    raw = f"{count:,} messages of {_GUARDIANS} guardians; {times.text('s')}"
    yield Figure("inbox", round(times.median, 2), "s", _SECONDS, raw)


def _fill(box: Path, state: Path, identity: Path, count: int) -> None:
    """Leave what guardians write of their own children's days, none alike."""
    keystore = Keystore.load(state / "keystore.age", identity_path=identity)
    chance = random.Random(5)  # noqa: S311 # the same words every time
    box.mkdir(exist_ok=True)
    for number in range(count):
        child = number % _CHILDREN
        guardian = 2 * (child % (_GUARDIANS // 2))
        body = {
            "child": keystore.opaque_id("child", f"b{child:03}"),
            "files": [],
            "text": post_text(chance, "", date.today()).partition("\n\n")[2],
            "title": f"Hemma {number}",
        }
        header = Header(secrets.token_hex(16), int(time()), "observation", body)
        file = seal_message(header, b"", keystore.readers[f"v{guardian:03}"].key, site=keystore.site)
        (box / header.id).write_bytes(file)
