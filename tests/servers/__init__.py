"""Real servers on loopback, started as ordinary programs of whoever runs the tests."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable

import pytest


def free_port() -> int:
    """Return a port that nobody listens to on this computer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def needed(program: str, package: str) -> str:
    """Return where a program lies, also where it is in no ordinary path; fail the test if it is missing."""
    found = shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin")
    if found is None:
        pytest.fail(f"{program} is missing. Install it (Debian: apt-get install {package}), or run `make test`.")
    return found


def wait_until(ready: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """Return when it is ready."""
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, f"{what} did not start"
        time.sleep(0.05)


def listens(port: int) -> bool:
    """Tell whether somebody answers on a port of this computer."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
