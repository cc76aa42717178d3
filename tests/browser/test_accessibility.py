"""Every kind of page by the rules of WCAG 2.1 AA and best practice, as axe-core reads them, and at every width."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import MakeDevice
from tests.browser.device import OPENS_WITH_LINK
from tests.browser.hosting import Host
from tests.browser.kinds import every_kind
from tests.browser.schools import Sample
from tests.browser.test_looks import OVERFLOWING

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
TRANSLATIONS = Path(__file__).parents[2] / "theme" / "translations"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
JUDGE = """async rules => (await axe.run(document, { runOnly: { type: 'tag', values: rules }, resultTypes: ['violations'] })).violations
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary.split('\\n').slice(1).join(' ').trim()}`))"""
WIDTHS = (320, 390, 640, 1280)  # 640 is 1280 enlarged to 200 %

arabic = [pytest.param("light", "ar", id="arabic")] if (TRANSLATIONS / "ar").is_dir() else []
appearances = pytest.mark.parametrize(
    ("scheme", "language"), [pytest.param("light", "sv", id="light"), pytest.param("dark", "sv", id="dark"), *arabic]
)


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core, which is evaluated beside the page's own scripts: its policy lets none in."""
    if not AXE.is_file():
        pytest.fail("axe-core is missing. Install it (npm ci --prefix tests/browser), or run `make test`.")
    return AXE.read_text(encoding="utf-8")


@appearances
def test_axe_finds_nothing_on_any_kind_of_page(
    scheme: str, language: str, axe: str, make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    device = make_device(host, color_scheme=scheme, locale=language, reduced_motion="reduce")
    found, judged = {}, 0
    for kind in every_kind(device, sample, language):
        if not device.page.evaluate("() => 'axe' in window"):
            device.page.evaluate(axe)
        judged += 1
        if violations := device.page.evaluate(JUDGE, RULES):
            found[kind] = violations
    assert not found, "\n".join(f"{kind}: {line}" for kind, lines in found.items() for line in lines)
    assert judged > 40


def test_axe_finds_what_is_wrong(axe: str, make_device: MakeDevice, host: Host) -> None:
    device = make_device(host)
    device.visit("#/")
    device.shows(OPENS_WITH_LINK)
    device.page.evaluate(axe)
    device.page.evaluate("() => document.querySelector('#main').append(document.createElement('button'))")
    device.page.evaluate("() => { document.querySelector('main h1').style.color = '#ddd' }")
    named = {line.split(":")[0] for line in device.page.evaluate(JUDGE, RULES)}
    assert {"button-name", "color-contrast"} <= named


@appearances
def test_nothing_is_wider_than_the_screen_on_any_kind_of_page(
    scheme: str, language: str, make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    device = make_device(host, color_scheme=scheme, locale=language, reduced_motion="reduce")
    found = {}
    for kind in every_kind(device, sample, language):
        for width in WIDTHS:
            device.page.set_viewport_size({"width": width, "height": 800})
            if overflowing := device.page.evaluate(OVERFLOWING):
                found[kind, width] = overflowing
    assert not found, "\n".join(f"{kind}: {line}" for kind, lines in found.items() for line in lines)
