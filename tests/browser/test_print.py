"""On paper: a post and a month as something to keep, without what can only be pressed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.device import Device
from tests.browser.schools import Sample

pytestmark = pytest.mark.browser

PAPER = {"width": 680, "height": 1000}  # A4 within its margins, in pixels


def printed(device: Device) -> Page:
    device.page.set_viewport_size(PAPER)  # type: ignore[arg-type]
    device.page.emulate_media(media="print", color_scheme="dark")
    return device.page


def sheets(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(prefer_css_page_size=True)))


def test_a_post_is_printed_black_on_white_with_its_pictures_and_no_buttons(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    device.read(sample.find("maria", "Vi byggde koja").card.id, "Vi byggde koja")
    page = printed(device)
    for gone in ("nav", ".bottom", ".turn", "main button:not(.zoom)", ".about-link"):
        for one in page.locator(gone).all():
            expect(one).to_be_hidden()
    expect(page.locator("main figure img").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('main h1')).color") == "rgb(0, 0, 0)"
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert sheets(page) <= 2


def test_a_month_is_printed_two_by_two(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    device.go(f"#/a/{sample.audience('maria', 'Solrosen')}/2026-10")
    device.shows("Oktober 2026")
    page = printed(device)
    edges = page.evaluate(
        "[...document.querySelectorAll('main .card')].map(one => Math.round(one.getBoundingClientRect().left))"
    )
    assert len(set(edges)) == 2
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert sheets(page) == 1
