"""A preschool's colour: whatever it picks, what stands in that colour and on it can be read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pluttra_publish.resources import theme_folder
from pluttra_publish.site.colours import DARK_GROUNDS, ENOUGH, LIGHT_GROUNDS, accents_of, contrast

colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@given(colours)
def test_text_in_any_colour_and_paper_on_it_reach_wcag_aa_in_light_and_dark(colour: str) -> None:
    accents = accents_of(colour)
    assert all(contrast(accents.light, ground) >= ENOUGH for ground in LIGHT_GROUNDS)
    assert all(contrast(accents.dark, ground) >= ENOUGH for ground in DARK_GROUNDS)
    assert re.fullmatch("#[0-9a-f]{6}", accents.light)
    assert re.fullmatch("#[0-9a-f]{6}", accents.dark)


@pytest.mark.parametrize("colour", ["#9e1b32", "#1d5c87", "#000000"])
def test_a_colour_that_can_be_read_is_used_as_it_is_in_light(colour: str) -> None:
    accents = accents_of(colour)
    assert (accents.light, accents.moved) == (colour, False)
    assert accents.dark != colour


def test_a_colour_that_is_too_light_is_made_darker_and_says_so_and_is_used_as_it_is_in_dark() -> None:
    accents = accents_of("#FFD500")
    assert accents.moved
    assert accents.light != "#ffd500"
    assert accents.dark == "#ffd500"
    red, green, blue = (int(accents.light[at : at + 2], 16) for at in (1, 3, 5))
    assert red > green > blue  # still a yellow, and no grey


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_grounds_are_those_of_the_theme() -> None:
    style = (theme_folder() / "static" / "style.css").read_text(encoding="utf-8")
    papers = re.findall(r"--paper: (#\w+); ?\s*--sheet: (#\w+)", style)
    assert papers[:2] == [LIGHT_GROUNDS, DARK_GROUNDS]
