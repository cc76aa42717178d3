"""The benchmarks measure what they say, and lose nothing when one of them fails. Their figures are no test."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import building
from benchmarks.measure import Figure
from benchmarks.preschool import make_preschool, write_posts
from benchmarks.slow_line import DOWN, ROUND_TRIP, line_to
from pluttra_publish.serve import serving


def one(_folder: Path, *, quick: bool) -> Iterator[Figure]:
    yield Figure("one", 1.0, "s", None, f"quick: {quick}")


def half(_folder: Path, *, quick: bool) -> Iterator[Figure]:
    yield Figure("half", 0.5, "s", None, f"quick: {quick}")
    raise RuntimeError("the other half")


def test_what_was_measured_is_written_though_a_benchmark_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(benchmarks, "_BENCHMARKS", {"half": half, "one": one})
    monkeypatch.setattr(benchmarks, "_RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(sys, "argv", ["benchmarks"])
    assert benchmarks.main() == 1
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert [(result["name"], result["ok"]) for result in results] == [("half", True), ("half", False), ("one", True)]
    assert results[1]["failed"] == "the other half"
    assert "FAILED: the other half" in capsys.readouterr().out


def test_pelican_is_only_measured_when_it_has_written_every_post(tmp_path: Path) -> None:
    preschool = make_preschool(tmp_path / "site", departments=2, children=4, guardians=6, months=2)
    write_posts(preschool, 6, departments=2, children=4, months=2)
    pelican = building._Pelican(preschool, tmp_path, "all-cores")
    assert pelican() > 0
    missed = preschool.settings.posts / "forskolan" / "2026-01-01 Utan nummer.md"
    missed.parent.mkdir(exist_ok=True)
    missed.write_text("Title: Utan nummer\nDate: 2026-01-01\nStatus: draft\n\nText.\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="6 articles of 7 posts"):
        building._Pelican(preschool, tmp_path, "all-cores")()


def test_a_slow_line_keeps_its_pace_for_all_who_share_it_and_a_free_one_does_not_keep_anybody(tmp_path: Path) -> None:
    length = 60_000
    (tmp_path / "icon.svg").write_bytes(b"x" * length)

    def fetch(url: str) -> float:
        start = time.monotonic()
        with urlopen(f"{url}/icon.svg") as answer:
            assert len(answer.read()) == length
        return time.monotonic() - start

    with serving(tmp_path) as server, line_to(server) as line, ThreadPoolExecutor(2) as both:
        line.be(slow=True)
        assert fetch(line.url) >= 2 * ROUND_TRIP + length / DOWN
        assert max(both.map(fetch, [line.url] * 2)) >= 2 * ROUND_TRIP + 2 * length / DOWN
        line.be(slow=False)
        assert fetch(line.url) < 2 * ROUND_TRIP + length / DOWN
        assert length < line.carried < length + 2000
