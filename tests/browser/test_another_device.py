"""Another device: the code that one shows and another's camera reads, and a new link on a device that is in already."""

from __future__ import annotations

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Request, expect

from tests.browser.conftest import MakeDevice
from tests.browser.device import OPEN, Device
from tests.browser.hosting import Host
from tests.browser.schools import Sample

pytestmark = pytest.mark.browser

ADD = "Lägg till en enhet"
SHOW = "Visa koden i en minut"
HIDE = "Dölj koden"
SHOWN_BY_A_DEVICE = re.compile(r"^https?://[^/]+/#i=pluttra1\.[\w-]{68}$")


def code(device: Device) -> Locator:
    return device.page.get_by_role("img", name="Kod för den andra enhetens kamera")


def photographed(device: Device) -> str:
    """What a camera reads of the page as it looks."""
    picture = Image.open(io.BytesIO(code(device).screenshot()))
    (found,) = zxingcpp.read_barcodes(picture)
    return found.text


def test_the_code_is_there_when_it_is_asked_for_and_goes_by_itself(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    device.go("#/om")
    device.page.get_by_role("link", name=ADD).click()
    device.shows(ADD)
    expect(code(device)).to_have_count(0)
    assert not re.search(r"pluttra1\.[\w-]{60}", device.page.content())
    device.page.clock.install()
    device.tap(SHOW)
    assert SHOWN_BY_A_DEVICE.match(photographed(device))
    device.page.clock.run_for(45_000)  # the clock goes on by itself, too
    expect(code(device)).to_be_visible()
    device.page.clock.run_for(16_000)
    expect(code(device)).to_have_count(0)
    assert device.page.locator(".qr svg").count() == 0
    device.tap(SHOW)
    expect(device.page.get_by_role("button", name=HIDE)).to_be_focused()
    device.tap(HIDE)
    expect(device.page.get_by_role("button", name=SHOW)).to_be_focused()
    assert device.page.locator(".qr svg").count() == 0


def test_the_code_leaves_with_the_page(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    device.go("#/enhet")
    device.tap(SHOW)
    expect(code(device)).to_be_visible()
    device.go("#/")
    device.go("#/enhet")
    device.shows(ADD)
    assert device.page.locator(".qr svg").count() == 0


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_another_device_reads_what_the_first_one_does_and_nothing_is_sent(
    make_device: MakeDevice, host: Host, sample: Sample, colours: str
) -> None:
    first, second = make_device(host), make_device(host)
    first.page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
    first.enter(sample.link("maria"))
    first.go("#/enhet")
    first.kept_quiet()
    asked: list[Request] = []
    first.page.on("request", lambda request: asked.append(request))  # noqa: PLW0108
    first.tap(SHOW)
    link = photographed(first)
    receipt = f"{host.url}/drop"  # that the link was opened, sealed
    assert not [one.url for one in asked if "pluttra1" in one.url or (one.method != "GET" and one.url != receipt)]
    second.page.goto(link)
    assert second.page.url == f"{host.url}/"
    second.tap(OPEN)
    expect(second.heading).to_have_text(re.compile("^Hej "))
    second.page.reload()
    expect(second.heading).to_have_text(re.compile("^Hej "))


def test_a_code_that_was_cut_is_a_wrong_link(device: Device, host: Host) -> None:
    device.visit("#i=pluttra1.AAAA")
    device.tap(OPEN)
    device.shows("Länken är inte hel")


def test_a_new_link_on_a_device_that_is_in_adds_and_loses_nothing(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    device.go("#/enhet")
    device.page.get_by_label("Länken från brevet").fill(device.host.link(sample.link("johan")))
    device.tap("Öppna")
    device.tap(OPEN)
    device.tap("Lägg till")
    expect(device.heading).to_have_text(re.compile("^Hej "))
    device.go("#/om")
    expect(device.page.locator("[data-slot=reader]")).to_contain_text("Maria")
    expect(device.page.locator("[data-slot=reader]")).to_contain_text("Johan")
