"""A Python command in a process of its own, timed. Does not know what it does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Command:
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
