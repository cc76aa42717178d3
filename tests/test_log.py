"""The log: a chain that tells what was changed in it, and that a computer which dies does not break."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pluttra_publish import log

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def written(state: Path, *commands: str) -> list[bytes]:
    for command in commands:
        log.append(state, command, now=NOW, about=["johan"], counts={"put": 3, "deleted": 0})
    return (state / log.FILE).read_bytes().splitlines(keepends=True)


def test_lines_come_back_in_order_without_what_was_none(tmp_path: Path) -> None:
    written(tmp_path, "publish", "revoke", "publish")
    found = log.read(tmp_path)
    assert [line.command for line in found.lines] == ["publish", "revoke", "publish"]
    assert found.lines[1].counts == {"put": 3}
    assert found.lines[1].about == (found.mark("johan"),)
    assert (found.broken, found.torn, found.cut) == (None, (), False)


def test_an_empty_log_is_whole(tmp_path: Path) -> None:
    assert log.read(tmp_path) == log.Log((), None, (), False, "", "", frozenset())


@pytest.mark.parametrize("place", range(3))
def test_a_changed_line_is_told_where_the_next_one_stands(tmp_path: Path, place: int) -> None:
    lines = written(tmp_path, "a", "b", "c", "d")
    lines[place] = lines[place].replace(b'"put":3', b'"put":4')
    (tmp_path / log.FILE).write_bytes(b"".join(lines))
    assert log.read(tmp_path).broken == place + 2


@pytest.mark.parametrize("place", range(3))
def test_a_line_that_was_taken_out_or_put_in_again_is_told(tmp_path: Path, place: int) -> None:
    lines = written(tmp_path, "a", "b", "c", "d")
    (tmp_path / log.FILE).write_bytes(b"".join(lines[:place] + lines[place + 1 :]))
    assert log.read(tmp_path).broken == place + 1
    (tmp_path / log.FILE).write_bytes(b"".join([*lines[: place + 1], *lines[place:]]))
    assert log.read(tmp_path).broken == place + 2


def test_lines_missing_at_the_end_are_told_by_whoever_noted_it(tmp_path: Path) -> None:
    lines = written(tmp_path, "a", "b", "c")
    noted = log.read(tmp_path).head
    assert noted in log.read(tmp_path).digests
    (tmp_path / log.FILE).write_bytes(b"".join(lines[:2]))
    assert log.read(tmp_path).broken is None
    assert noted not in log.read(tmp_path).digests


@pytest.mark.parametrize("left", [1, 40, -1])
def test_a_line_cut_short_is_told_and_the_next_one_goes_on_from_it(tmp_path: Path, left: int) -> None:
    lines = written(tmp_path, "a", "b")
    (tmp_path / log.FILE).write_bytes(lines[0] + lines[1][:left])
    cut = log.read(tmp_path)
    assert (len(cut.lines), cut.broken, cut.torn, cut.cut) == (1, None, (2,), True)
    written(tmp_path, "c")
    mended = log.read(tmp_path)
    assert mended.broken is None or left == -1
    assert [line.command for line in mended.lines][-1] == "c"
    again = (tmp_path / log.FILE).read_bytes().replace(lines[1][:left] + b"\n", lines[1][: max(left - 1, 0)] + b"x\n")
    (tmp_path / log.FILE).write_bytes(again)
    assert log.read(tmp_path).broken is not None


def test_many_at_once_make_one_chain(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda n: log.append(tmp_path, f"c{n}", now=NOW), range(20)))
    found = log.read(tmp_path)
    assert (len(found.lines), found.broken) == (20, None)


def test_a_long_log_goes_on_from_its_end(tmp_path: Path) -> None:
    for n in range(700):
        log.append(tmp_path, "publish", now=NOW, about=["johan"], counts={"put": n})
    found = log.read(tmp_path)
    assert (len(found.lines), found.broken) == (700, None)
    assert len({line.about for line in found.lines}) == 1
    assert json.loads((tmp_path / log.FILE).read_bytes().splitlines()[-1])["n"] == 700
