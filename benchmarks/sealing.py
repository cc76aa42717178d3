"""Sealing against one-shot AES-256-GCM of the same bytes, and the memory that a long film takes. Knows the sealing's one call."""

from __future__ import annotations

import gc
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.measure import Figure, in_turns
from pluttra_publish.sealing import sealable

_MIB = 2**20


def measure_speed(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield the speed of sealing 64 MiB – hash, derive, encrypt, check that it opens – relative to encrypting it once."""
    size = (16 if quick else 64) * _MIB
    content = secrets.token_bytes(size)
    aead, nonce = AESGCM(secrets.token_bytes(32)), secrets.token_bytes(12)
    seal_secret, naming_secret = secrets.token_bytes(32), secrets.token_bytes(32)
    copy = folder / "copy"
    copy.write_bytes(content)

    def sealed(source: bytes | Path) -> float:
        start = time.perf_counter()
        _, made = sealable(
            source,
            role="media",
            media_type="video/mp4",
            seal_secret=seal_secret,
            naming_secret=naming_secret,
        ).seal(folder)
        taken = time.perf_counter() - start
        (folder / made.name).unlink(missing_ok=True)
        return taken

    def encrypted() -> float:
        start = time.perf_counter()
        aead.encrypt(nonce, content, None)
        return time.perf_counter() - start

    ways = [lambda: sealed(content), lambda: sealed(copy), encrypted]
    in_turns(ways, 1)
    gc.collect()
    ours, from_file, theirs = in_turns(ways, 5 if quick else 9)
    yield Figure(
        name=f"seal-{size // _MIB}-mib",
        figure=round(_speed(theirs.all, ours.all), 3),
        unit="× AES-256-GCM's speed",
        wanted=0.4,
        raw=f"{ours.text('s', 3)} = {size / 1e6 / ours.median:.0f} MB/s against {theirs.text('s', 3)}",
        least=True,
    )
    yield Figure(
        name=f"seal-{size // _MIB}-mib-from-file",
        figure=round(_speed(theirs.all, from_file.all), 3),
        unit="× AES-256-GCM's speed",
        wanted=None,
        raw=f"{from_file.text('s', 3)}, read twice from a file",
    )


def _speed(theirs: tuple[float, ...], ours: tuple[float, ...]) -> float:
    shares = sorted(x / y for x, y in zip(theirs, ours, strict=True))
    return shares[len(shares) // 2]


def measure_memory(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield how much more memory a process that seals a film needs at its peak than when it began."""
    size = (128 if quick else 1000) * 10**6
    film = folder / "film"
    block = secrets.token_bytes(8 * _MIB)
    with film.open("wb") as file:
        for number in range(0, size, len(block)):
            file.write((number.to_bytes(8, "big") + block[8:])[: size - number])
    done = subprocess.run(
        [sys.executable, "-c", _SEAL, str(film), str(folder)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        stdout=subprocess.PIPE,
        check=True,
    )
    film.unlink()
    found = json.loads(done.stdout)
    grown = (found["peak"] - found["start"]) / 1e6
    yield Figure(
        name=f"memory-sealing-{size // 10**6}-mb",
        figure=round(grown, 1),
        unit="MB above start",
        wanted=150,
        raw=f"{found['start'] / 1e6:.0f} MB at start, {found['peak'] / 1e6:.0f} MB at the peak; {found['seconds']:.1f} s",
    )


# getrusage counts, on Linux, what the parent had before exec; VmHWM is this process's own.
_SEAL = """
import json, re, secrets, sys, time
from pathlib import Path
from pluttra_publish.sealing import sealable

def peak():
    try:
        return 1024 * int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
    except (OSError, TypeError):
        import resource
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

film, workspace = map(Path, sys.argv[1:])
start, began = peak(), time.perf_counter()
_, made = sealable(film, role="media", media_type="video/mp4", seal_secret=secrets.token_bytes(32),
                   naming_secret=secrets.token_bytes(32)).seal(workspace)
seconds = time.perf_counter() - began
(workspace / made.name).unlink()
print(json.dumps({"start": start, "peak": peak(), "seconds": seconds}))
"""
