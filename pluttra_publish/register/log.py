"""What the principal has decided, in `privat/logg.jsonl`: one JSON object a line, added at the end, never rewritten.

A line holds time, what, and ids; no names. Nothing reads it but people.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from pluttra_publish.platform import private_folder

FILE = "logg.jsonl"


def append_log(state: Path, what: str, ids: Iterable[str], *, now: datetime) -> None:
    """Add a line, in one write that is on disk before this returns. A line that was cut short stays, on its own."""
    line = {"time": now.isoformat(timespec="seconds"), "what": what, "ids": sorted(ids)}
    path = private_folder(state) / FILE
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size:
            os.lseek(descriptor, size - 1, os.SEEK_SET)
        torn = size > 0 and os.read(descriptor, 1) != b"\n"
        text = ("\n" if torn else "") + json.dumps(line, ensure_ascii=False) + "\n"
        os.write(descriptor, text.encode("utf-8"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
