"""The page in Chromium: boxes are drawn by mouse, finger and keyboard, saved, and the page is then closed for good."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pluttra_publish.local.mask import MaskPage
from pluttra_publish.local.server import Shown, showing
from pluttra_publish.settings import Settings
from tests.local.conftest import POST, drawing_of

pytestmark = pytest.mark.browser


@pytest.fixture
def shown(drawing: MaskPage) -> Iterator[Shown]:
    with showing(drawing.page) as shown:
        yield shown


def opened(browser: Browser, shown: Shown, **context: Any) -> tuple[Page, list[str]]:
    """Open the page in a tab of its own, and return it and what its console says."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}, **context).new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith((shown.origin, "blob:")) else told.append(asked.url))
    page.goto(shown.url)
    page.wait_for_selector("#work:not([hidden]), #status.wrong")
    return page, told


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw from one share of the picture to another."""
    edges = page.locator("#photo").bounding_box()
    assert edges

    def at(share: tuple[float, float]) -> tuple[float, float]:
        return edges["x"] + share[0] * edges["width"], edges["y"] + share[1] * edges["height"]

    page.mouse.move(*at(start))
    page.mouse.down()
    page.mouse.move(*at(((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)))
    page.mouse.move(*at(end))
    page.mouse.up()


def masks_of(settings: Settings) -> dict[str, list[list[float]]]:
    text = (settings.root / POST / "bilder.toml").read_text(encoding="utf-8")
    masks: dict[str, list[list[float]]] = tomllib.loads(text)["IMG_1.jpg"]["masker"]
    return masks


def near(found: list[float], wanted: tuple[float, ...]) -> bool:
    return all(abs(x - y) < 0.01 for x, y in zip(found, wanted, strict=True))


def shoot(page: Page, name: str) -> None:
    if folder := os.environ.get("PLUTTRA_SHOTS"):
        page.screenshot(path=str(Path(folder) / name), full_page=True)


def test_boxes_drawn_by_mouse_are_named_and_saved_and_the_page_closes(
    browser: Browser, shown: Shown, drawing: MaskPage, settings: Settings
) -> None:
    page, told = opened(browser, shown)
    assert "t=" not in page.url
    expect(page.locator("#where")).to_have_text("IMG_1.jpg i Vi byggde koja")
    shoot(page, "mask-empty.png")

    drag(page, (0.1, 0.22), (0.28, 0.5))
    expect(page.locator(".box")).to_have_count(1)
    expect(page.get_by_role("button", name="Spara", exact=True)).to_be_disabled()
    page.get_by_label("Barn i ruta 1").select_option("Alva Lindqvist")
    drag(page, (0.6, 0.5), (0.42, 0.22))
    page.get_by_label("Barn i ruta 2").select_option("Någon annan (utan namn)")
    drag(page, (0.5, 0.4), (0.52, 0.42))  # moves the second
    shoot(page, "mask-drawn.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Spara", exact=True).click()

    expect(page.locator("#status")).to_have_text("Sparat. Du kan stänga fliken.")
    assert shown.done.wait(10)
    masks = masks_of(settings)
    assert near(masks["Alva"][0], (0.1, 0.22, 0.18, 0.28))
    assert near(masks["_"][0], (0.44, 0.24, 0.18, 0.28))
    assert drawing.saved is not None
    assert told == []
    shoot(page, "mask-saved.png")


def test_boxes_can_be_made_moved_sized_and_removed_by_keyboard_alone(
    browser: Browser, shown: Shown, settings: Settings
) -> None:
    page, told = opened(browser, shown)
    page.locator("#add").focus()
    page.keyboard.press("Enter")
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowUp"):
        page.keyboard.press(key)
    page.keyboard.press("Tab")
    page.locator("#add").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".box")).to_have_count(2)
    page.keyboard.press("Delete")
    expect(page.locator(".box")).to_have_count(1)
    page.get_by_label("Barn i ruta 1").focus()
    page.keyboard.press("ArrowDown")
    page.locator("#save").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_contain_text("Sparat")
    assert near(masks_of(settings)["Åke"][0], (0.38, 0.39, 0.21, 0.19))
    assert told == []


def test_on_a_small_screen_a_finger_draws_and_does_not_scroll(
    browser: Browser, shown: Shown, settings: Settings
) -> None:
    page, told = opened(browser, shown, has_touch=True)
    page.set_viewport_size({"width": 390, "height": 780})
    edges = page.locator("#photo").bounding_box()
    assert edges
    assert edges["x"] >= 0
    assert edges["x"] + edges["width"] <= 390
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *share: float) -> None:
        points = (
            [{"x": edges["x"] + share[0] * edges["width"], "y": edges["y"] + share[1] * edges["height"]}]
            if share
            else []
        )
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 0.1, 0.2)
    touch("touchMove", 0.2, 0.4)
    touch("touchMove", 0.3, 0.5)
    touch("touchEnd")
    expect(page.locator(".box")).to_have_count(1)
    assert page.evaluate("scrollY") == 0
    page.get_by_label("Barn i ruta 1").select_option("Åke Sandström")
    shoot(page, "mask-small.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#save").click()
    expect(page.locator("#status")).to_contain_text("Sparat")
    assert near(masks_of(settings)["Åke"][0], (0.1, 0.2, 0.2, 0.3))
    assert told == []


def test_what_was_drawn_before_is_there_and_a_reload_keeps_the_session(browser: Browser, settings: Settings) -> None:
    (settings.root / POST / "bilder.toml").write_text(
        '["IMG_1.jpg".masker]\nAlva = [[0.1, 0.2, 0.2, 0.3]]\n', encoding="utf-8", newline="\n"
    )
    with showing(drawing_of(settings).page) as shown:
        page, told = opened(browser, shown)
        page.reload()
        expect(page.get_by_label("Barn i ruta 1")).to_have_value("Alva")
        page.get_by_role("button", name="Ta bort").click()
        expect(page.locator("#none")).to_be_visible()
        page.locator("#save").click()
        expect(page.locator("#status")).to_contain_text("Sparat")
    assert "masker" not in (settings.root / POST / "bilder.toml").read_text(encoding="utf-8")
    assert told == []


def test_the_address_opens_once_and_another_tab_is_told_so(browser: Browser, shown: Shown) -> None:
    first, _ = opened(browser, shown)
    second, _ = opened(browser, shown)
    expect(second.locator("#status")).to_contain_text("redan använts")
    expect(second.locator("#work")).to_be_hidden()
    expect(first.locator("#work")).to_be_visible()
    first.locator("#close").click()
    expect(first.locator("#status")).to_contain_text("Ingenting sparades")
    assert shown.done.wait(10)
