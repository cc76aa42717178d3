"""For everybody: keyboard, small screens, dark, right to left, and calm for those who want no motion."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import FILM_POST, MakeDevice
from tests.browser.device import Device
from tests.browser.hosting import Host
from tests.browser.schools import Sample

pytestmark = pytest.mark.browser

OVERFLOWING = """() => {
    const width = document.documentElement.clientWidth;
    const scrolls = element => element && (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    const wide = [...document.querySelectorAll('header.top *, main, main *, #notices *')].filter(element => {
        const { left, right, width: own } = element.getBoundingClientRect();
        return own > 1 && (left < -1 || right > width + 1) && !element.closest('.unseen, .skip, [inert]') && !scrolls(element.parentElement);
    });
    const page = document.scrollingElement.scrollWidth > width ? ['the page itself'] : [];
    return [...page, ...wide.map(element => `${element.localName}.${element.className}: ${element.textContent.slice(0, 40)}`)];
}"""
MOVING = """() => [...document.querySelectorAll('*')].filter(element => {
    const { animationDuration, animationName, transitionDuration } = getComputedStyle(element);
    const longest = text => Math.max(...text.split(',').map(parseFloat));
    return (animationName !== 'none' && longest(animationDuration) > 0.01) || longest(transitionDuration) > 0.01;
}).map(element => `${element.localName}.${element.className}`)"""

TWICE = "document.addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '225%' })"
ANSWERS = """side => [...document.querySelectorAll('main .who > li')].map(
    child => [...child.querySelectorAll('strong')].map(answer => Math.round(answer.getBoundingClientRect()[side])))"""


def pages(sample: Sample) -> dict[str, str | re.Pattern[str]]:
    """The kinds of pages there are: address and heading."""
    department = sample.audience("maria", "Solrosen")
    return {
        "#/": re.compile("^Hej Maria"),
        f"#/p/{sample.find('maria', 'Vi byggde koja').card.id}": "Vi byggde koja",
        f"#/p/{sample.find('maria', FILM_POST).card.id}": FILM_POST,
        f"#/p/{sample.find('maria', 'Alva och Noah möts på gården').card.id}": "Alva och Noah möts på gården",
        f"#/b/{sample.child('maria', 'Alva')}": "Alva",
        f"#/a/{department}": "Solrosen",
        f"#/a/{department}/2026-10": "Oktober 2026",
        "#/om": "Om den här läsaren",
        "#/ingenstans": "Sidan finns inte här",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_small_screen(scheme: str, make_device: MakeDevice, host: Host, sample: Sample) -> None:
    device = make_device(host, viewport={"width": 320, "height": 640}, color_scheme=scheme)
    device.visit("#/")
    assert device.page.evaluate(OVERFLOWING) == []
    device.visit(sample.link("maria"))
    expect(device.heading).to_contain_text("Välkommen")
    assert device.page.evaluate(OVERFLOWING) == []
    device.tap("Jag är med på det – öppna")
    for direction in ("ltr", "rtl"):
        for fragment, heading in pages(sample).items():
            device.go(fragment)
            expect(device.heading).to_have_text(heading)
            device.page.evaluate("direction => { document.documentElement.dir = direction }", direction)
            assert device.page.evaluate(OVERFLOWING) == [], f"{fragment} {direction}"


def test_nothing_is_wider_than_a_small_screen_with_text_of_twice_the_size(
    make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    device = make_device(host, viewport={"width": 320, "height": 640})
    device.context.add_init_script(TWICE)
    device.enter(sample.link("maria"))
    for fragment, heading in pages(sample).items():
        device.go(fragment)
        expect(device.heading).to_have_text(heading)
        assert device.page.evaluate(OVERFLOWING) == [], fragment


def test_the_list_of_who_may_be_seen_stands_in_columns_under_its_heading(
    make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    for width in (320, 390, 1280):
        device = make_device(host, viewport={"width": width, "height": 900})
        device.enter(sample.link("ingrid"))
        device.go(f"#/a/{sample.audience('ingrid', 'Personal')}")
        device.page.get_by_role("link", name="Vem får synas: Blåklockan").click()
        device.shows("Vem får synas: Blåklockan")
        assert device.page.evaluate(OVERFLOWING) == []
        edges = device.page.evaluate("selector => [...document.querySelectorAll(selector)].map(one => one.getBoundingClientRect().left)", "main h1, main .who")  # fmt: skip
        assert edges[0] == edges[1]
        side = "left" if width > 1000 else "right"
        answers = device.page.evaluate(ANSWERS, side)
        assert len(answers) == 6
        assert all(row == answers[0] for row in answers)


def test_dark_and_light_are_different_and_both_readable(make_device: MakeDevice, host: Host, sample: Sample) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        device = make_device(host, color_scheme=scheme)
        device.enter(sample.link("maria"))
        colours[scheme] = device.page.evaluate(
            """() => {
                const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
                const luminance = colour => {
                    canvas.fillStyle = colour;
                    canvas.fillRect(0, 0, 1, 1);
                    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(part => part / 255)
                        .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
                    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                };
                const ground = [document.body, document.documentElement].map(one => getComputedStyle(one).backgroundColor)
                    .find(colour => colour !== 'rgba(0, 0, 0, 0)');
                return [luminance(ground), luminance(getComputedStyle(document.querySelector('main h1')).color)];
            }"""
        )
    for ground, text in colours.values():
        light, dark = max(ground, text), min(ground, text)
        assert (light + 0.05) / (dark + 0.05) > 7
    assert colours["light"][0] > 0.7
    assert colours["dark"][0] < 0.1


def test_the_keyboard_skips_to_the_content_and_reaches_the_cards(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    page = device.page
    page.reload()
    device.shows("Hej Maria!")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Till innehållet")
    expect(skip).to_be_focused()
    box = skip.bounding_box()
    assert box
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    assert page.url == f"{device.host.url}/"
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("() => document.activeElement.textContent.trim()"))
        outline = page.evaluate(
            "() => { const style = getComputedStyle(document.activeElement); return style.outlineStyle + style.outlineWidth + style.boxShadow }"
        )
        assert not outline.startswith("none0px") or not outline.endswith("none"), reached[-1]
        if page.evaluate("() => Boolean(document.activeElement.closest('.card'))"):
            break
    first = page.locator("main .card h2 a").first.text_content() or ""
    assert reached[-1] == first
    assert any("Alva" in text for text in reached)
    assert any("Solrosen" in text for text in reached)
    page.keyboard.press("Enter")
    device.shows(first)
    assert device.focused() == "h1"


def test_nothing_moves_for_those_who_want_no_motion(make_device: MakeDevice, host: Host, sample: Sample) -> None:
    device = make_device(host, reduced_motion="reduce")
    device.enter(sample.link("maria"))
    assert device.page.evaluate(MOVING) == []
    device.read(sample.find("maria", "Vi byggde koja").card.id, "Vi byggde koja")
    assert device.page.evaluate(MOVING) == []


def test_every_page_has_one_heading_a_language_and_names_for_all_it_offers(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    assert device.page.locator("html").get_attribute("lang") == "sv"
    for fragment, heading in pages(sample).items():
        device.go(fragment)
        expect(device.heading).to_have_text(heading)
        expect(device.page.locator("main h1")).to_have_count(1)
        for one in device.page.locator("main a:visible, main button:visible").all():
            hidden = one.get_attribute("aria-hidden") == "true"
            assert hidden or one.inner_text().strip() or one.get_attribute("aria-label")
        assert device.page.locator("main img:not([alt])").count() == 0
