"""The first minute: a link from a letter, the rules, a tap, the first page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import ACCESS_ENDED, GREETING, OPEN, OPENS_WITH_LINK, Device
from tests.browser.hosting import SHELL, Host
from tests.browser.schools import Sample

pytestmark = pytest.mark.browser


def test_the_key_leaves_the_address_before_anything_is_shown(device: Device, host: Host, sample: Sample) -> None:
    link = sample.link("maria")
    secret = link.split("=")[1]
    device.visit(link)
    expect(device.heading).to_have_text("Välkommen till Backens förskola")
    assert device.page.url == f"{host.url}/"
    device.tap(OPEN)
    expect(device.heading).to_have_text(GREETING)
    visited = device.cdp().send("Page.getNavigationHistory")["entries"]
    assert [entry["url"] for entry in visited if secret in entry["url"]] == []
    assert secret not in device.page.content()


def test_the_rules_are_shown_and_nothing_but_the_shell_is_fetched_before_the_tap(
    device: Device, host: Host, sample: Sample
) -> None:
    device.visit(sample.link("maria"))
    rules = device.page.locator("main .rules li")
    expect(rules).to_have_count(4)
    expect(rules.nth(1)).to_contain_text("sociala medier")
    device.page.wait_for_load_state("networkidle")
    assert host.asked
    assert [path for path in host.asked if not re.fullmatch(SHELL, path)] == []
    assert device.page.evaluate("() => indexedDB.databases().then(all => all.length)") == 0
    device.tap(OPEN)
    expect(device.heading).to_have_text("Hej Maria!")


@pytest.mark.parametrize("bare", [False, True], ids=["our headers", "no headers"])
def test_every_kind_of_reader_gets_in_and_sees_cards_with_pictures(
    bare: bool, hosting: MakeHost, make_device: MakeDevice, sample: Sample
) -> None:
    host = hosting(sample.public, bare=bare)
    for reader in ("maria", "johan", "erik", "petra", "ingrid"):
        device = make_device(host)
        device.enter(sample.link(reader))
        expect(device.page).to_have_title("Backens förskola")
        covers = device.page.locator("main .card .cover img")
        assert len(device.decoded(covers)) == covers.count() > 3
        device.context.close()


def test_opening_does_not_shorten_the_life_of_a_link(make_device: MakeDevice, host: Host, sample: Sample) -> None:
    link = sample.link("maria")
    for _ in range(2):
        make_device(host).enter(link)


def test_a_device_that_was_never_here_is_asked_for_a_link_and_takes_one_that_is_pasted(
    device: Device, sample: Sample
) -> None:
    device.visit("#/")
    device.shows(OPENS_WITH_LINK)
    field = device.page.get_by_label("Länken från brevet")
    field.fill("https://dagar.example.se/#i=avhuggen")
    device.tap("Öppna")
    expect(device.page.get_by_role("alert")).to_contain_text("inte en hel länk")
    field.fill(f"  {sample.link('maria')}\n")
    device.tap("Öppna")
    device.tap(OPEN)
    device.shows("Hej Maria!")


def test_a_second_tap_while_the_first_is_still_working_does_no_harm(device: Device, sample: Sample) -> None:
    device.visit(sample.link("maria"))
    device.page.get_by_role("button", name=OPEN).dblclick()
    device.shows("Hej Maria!")
    assert ACCESS_ENDED not in device.heading.all_text_contents()


def test_the_first_page_stands_at_its_top_however_far_down_the_rules_were_read(
    make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    device = make_device(host, viewport={"width": 320, "height": 360})
    device.visit(sample.link("maria"))
    device.page.get_by_role("button", name=OPEN).scroll_into_view_if_needed()
    assert device.page.evaluate("scrollY") > 0
    device.tap(OPEN)
    device.shows(GREETING)
    expect(device.page.locator("main .card").first).to_be_visible()
    assert device.page.evaluate("scrollY") == 0
