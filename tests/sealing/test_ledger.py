from __future__ import annotations

from pathlib import Path

import pytest

from pluttra_publish.sealing import Entry, Ledger

ENTRY = Entry(1_049_656, b"\x01" * 32, (b"\x02" * 32, b"\x03" * 32))


def test_what_was_remembered_is_recalled_next_time(tmp_path: Path) -> None:
    ledger = Ledger.load(tmp_path / "ledger.sqlite")
    ledger.remember("o/ab/x", ENTRY)
    ledger.remember("o/ab/y", Entry(72, b"\x04" * 32))
    ledger.save()
    again = Ledger.load(tmp_path / "ledger.sqlite")
    assert again.recall("o/ab/x") == ENTRY
    assert again.recall("o/ab/y") == Entry(72, b"\x04" * 32)
    assert again.recall("o/ab/z") is None


def test_what_was_not_met_again_is_forgotten(tmp_path: Path) -> None:
    ledger = Ledger.load(tmp_path / "ledger.sqlite")
    ledger.remember("o/ab/x", ENTRY)
    ledger.remember("o/ab/y", ENTRY)
    ledger.save()
    again = Ledger.load(tmp_path / "ledger.sqlite")
    again.recall("o/ab/x")
    again.save()
    assert Ledger.load(tmp_path / "ledger.sqlite").recall("o/ab/y") is None
    assert Ledger.load(tmp_path / "ledger.sqlite").recall("o/ab/x") == ENTRY


@pytest.mark.parametrize(
    "written",
    ["", "nonsense", "[]", "{}", '{"v":2}', '{"v":3,"sealed":{}}', '{"v":1,"sealed":{"x":[72,"04",""]}}',
     '{"v":2,"sealed":{"x":[1]}}', '{"v":2,"sealed":{"x":["1","zz",""]}}', '{"v":2,"sealed":[]}'],
)  # fmt: skip
def test_a_ledger_that_cannot_be_read_is_an_empty_one(tmp_path: Path, written: str) -> None:
    (tmp_path / "ledger.sqlite").write_text(written, encoding="utf-8", newline="\n")
    assert Ledger.load(tmp_path / "ledger.sqlite").recall("x") is None
