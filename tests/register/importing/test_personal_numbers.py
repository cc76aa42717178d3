"""The forms of a personal number, and what a spreadsheet makes of one."""

from __future__ import annotations

from datetime import date

import pytest

from pluttra_publish.register.importing.personal_numbers import looks_like, normalise

TODAY = date(2026, 9, 10)


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("20210511-0001", "202105110001"),
        ("202105110001", "202105110001"),
        ("210511-0001", "202105110001"),
        ("2105110001", "202105110001"),
        (" 850203-0001 ", "198502030001"),
        ("261231-0001", "192612310001"),
        ("210511+0001", "192105110001"),
        ("20210571-0001", "202105710001"),
        ("20210511-tf01", "20210511TF01"),
    ],
)
def test_every_form_is_one(written: str, whole: str) -> None:
    assert normalise(written, TODAY) == whole
    assert looks_like(written)


@pytest.mark.parametrize("written", ["", "20211311-0001", "20210511-001", "2021-05-11", "Alva", "2105110001.0"])
def test_what_is_none_is_none(written: str) -> None:
    assert normalise(written, TODAY) is None


def test_what_a_spreadsheet_has_spoilt_still_looks_like_one() -> None:
    assert looks_like("2,02105E+11")
    assert normalise("2,02105E+11", TODAY) is None
    assert not looks_like("barn-7f3a91")
