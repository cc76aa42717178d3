"""`python -m benchmarks`: measure, print the table, and after a full run write results.json beside this file, with what there is if a
benchmark fails. Exits 1 if one does, or if a figure isn't what is wanted."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import access, answering, browsing, building, growth, media, phone, revocation, sealing, storage
from benchmarks.measure import Figure

_RESULTS = Path(__file__).parent / "results.json"
_BENCHMARKS: dict[str, Callable[..., Iterator[Figure]]] = {
    "build": building.measure,
    "archive": growth.measure,
    "media": media.measure,
    "seal": sealing.measure_speed,
    "storage": storage.measure,
    "access": access.measure,
    "revoke": revocation.measure,
    "inbox": answering.measure,
    "photos": browsing.measure_photos,
    "phone": phone.measure,
    "code": browsing.measure_code,
    "memory": sealing.measure_memory,
}


def main() -> int:
    """Run what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="What it costs, against the plain way of doing the same."
    )
    parser.add_argument("--only", choices=_BENCHMARKS, action="append", help="one benchmark; may be repeated")
    parser.add_argument(
        "--quick", action="store_true", help="smaller and fewer: does it run at all? The figures mean little"
    )
    asked = parser.parse_args()
    start, names = time.monotonic(), asked.only or list(_BENCHMARKS)
    print(
        f"{platform.machine()}, {os.cpu_count()} cores{_load()}, Python {platform.python_version()}. Medians; the spread is in brackets.\n"
    )
    results: list[dict[str, object]] = []
    for name in names:
        try:
            for figure in _figures(name, quick=asked.quick):
                results.append(figure.summary())
                print(_line(figure), flush=True)
        except Exception as failed:
            traceback.print_exc()
            print(f"{name:34}FAILED: {failed}", flush=True)
            results.append({"name": name, "ok": False, "failed": str(failed)})
    print(f"\n{time.monotonic() - start:.0f} s{_load()}.")
    if not asked.only and not asked.quick:
        text = json.dumps(results, indent=2, ensure_ascii=False) + "\n"
        _RESULTS.write_text(text, encoding="utf-8", newline="\n")
    return 0 if all(result["ok"] for result in results) else 1


def _figures(name: str, *, quick: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="pluttra-bench-", ignore_cleanup_errors=True) as folder:
        yield from _BENCHMARKS[name](Path(folder), quick=quick)


def _line(figure: Figure) -> str:
    wanted = "" if figure.wanted is None else f"{'≥' if figure.least else '≤'} {figure.wanted:g}"
    verdict = "" if figure.wanted is None else "ok" if figure.ok else "NOT REACHED"
    return f"{figure.name:34}{figure.figure:>9g} {figure.unit:32}{wanted:>8}  {verdict:12}{figure.raw}"


def _load() -> str:
    """Say how busy the machine is with other things; on a busy one the figures are worth less."""
    return f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""


if __name__ == "__main__":
    sys.exit(main())
