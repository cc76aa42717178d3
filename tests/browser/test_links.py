"""Links that do not work, and what is said of each; and a second link on a device that has one."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import (
    ASK_FOR_LINK,
    EXPIRED_LINK,
    OPEN,
    OPENS_WITH_LINK,
    WRONG_LINK,
    Device,
)
from tests.browser.hosting import Host
from tests.browser.schools import Sample, School
from tests.whole.preschool import STOCKHOLM

pytestmark = pytest.mark.browser

PUBLIC_PAGES = [
    "Hjälp med länken",
    "Om Backens förskola",
    "Så använder vi bilder",
    "Så hanterar vi personuppgifter",
    "Tillgänglighet",
]


@pytest.mark.parametrize("garbage", ["", "kort", "A" * 42, "A" * 44, "å" * 43, "A" * 42 + "B"])
def test_a_link_that_is_not_whole_is_told_from_one_that_is_too_old(device: Device, host: Host, garbage: str) -> None:
    device.visit(f"#i={garbage}")
    device.shows(WRONG_LINK)
    assert device.page.url == f"{host.url}/"
    assert not [path for path in host.asked if path.startswith("k/")]


def test_a_link_to_nothing_is_said_to_have_ended(device: Device) -> None:
    device.expect("403")
    device.visit("#i=" + "A" * 43)
    device.tap(OPEN)
    device.shows(EXPIRED_LINK)


def test_a_whole_link_can_be_pasted_after_a_broken_one(device: Device, sample: Sample) -> None:
    link = sample.link("maria")
    device.visit(link[:-5])
    device.shows(WRONG_LINK)
    device.page.get_by_label("Länken från brevet").fill(link)
    device.tap("Öppna")
    device.tap(OPEN)
    device.shows("Hej Maria!")


@pytest.mark.parametrize("removed", [False, True], ids=["still there", "removed"])
def test_a_link_that_has_ended_says_so_and_opens_nothing(
    removed: bool, school: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    school.publish()
    now = school.now
    school.now = datetime(2025, 1, 1, tzinfo=STOCKHOLM)  # when she read already
    link = school.invite("maria")
    school.now = now
    if removed:
        school.publish()
    host = hosting(school.public)
    device = make_device(host)
    device.expect("403")
    device.visit(link)
    device.tap(OPEN)
    device.shows(EXPIRED_LINK)
    assert host.times("root") == 0
    device.page.reload()
    device.shows(OPENS_WITH_LINK)


def test_who_cannot_get_in_finds_the_public_pages_and_so_does_who_can(device: Device, sample: Sample) -> None:
    device.expect("403")
    for address, heading in {"#/": OPENS_WITH_LINK, "#i=kort": WRONG_LINK, "#i=" + "A" * 43: EXPIRED_LINK}.items():
        device.visit(address)
        if heading == EXPIRED_LINK:
            device.tap(OPEN)
        device.shows(heading)
        assert _public_pages(device) == PUBLIC_PAGES
        device.page.get_by_role("link", name="Hjälp med länken").click()
        device.shows("Hjälp med länken")
        device.page.get_by_role("link", name="Backens förskola", exact=True).click()
        device.shows(OPENS_WITH_LINK)
    device.enter(sample.link("maria"))
    device.page.get_by_role("link", name="Om läsaren").click()
    device.shows("Om den här läsaren")
    assert _public_pages(device) == PUBLIC_PAGES


def _public_pages(device: Device) -> list[str]:
    return device.page.get_by_role("navigation", name="Sidor som alla kan läsa").get_by_role("link").all_text_contents()


def test_a_device_that_has_read_goes_on_after_an_old_link(
    school: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    school.publish()
    device = make_device(hosting(school.public))
    device.expect("403")
    device.enter(school.link("maria"))
    device.visit("#i=" + "A" * 43)
    device.tap(OPEN)
    device.shows(EXPIRED_LINK)
    device.page.get_by_role("link", name="gå till första sidan").click()
    device.shows("Hej Maria!")


@pytest.mark.parametrize("sign", ["%23", "%2523"])
def test_a_mangled_link_that_is_pasted_opens_and_says_to_ask_for_a_new_one(
    device: Device, sample: Sample, sign: str
) -> None:
    device.visit("#/")
    device.page.get_by_label("Länken från brevet").fill(sample.link("maria").replace("#", sign))
    device.tap("Öppna")
    expect(device.page.locator("main .caution")).to_contain_text("be därefter förskolan om en ny länk")
    device.tap(OPEN)
    device.shows("Hej Maria!")
    expect(device.page.locator("#notices")).to_contain_text(ASK_FOR_LINK)


@pytest.mark.parametrize("sign", ["%23", "%2523"])
def test_a_mangled_link_that_is_tapped_on_a_known_device_never_reaches_the_host(
    device: Device, host: Host, sample: Sample, sign: str
) -> None:
    device.enter(sample.link("maria"))
    device.shell_kept()
    host.forget()
    link = sample.link("johan").replace("#", sign)
    device.page.goto(host.url + urlsplit(link).path)
    expect(device.page.locator("main .caution")).to_contain_text("be därefter förskolan om en ny länk")
    assert device.page.url == f"{host.url}/"
    assert [path for path in host.asked if "(" in path] == []
    device.tap(OPEN)
    device.shows("Lägga till åtkomst för Johan Ek?")


def test_a_whole_link_says_nothing_of_mangling(device: Device, sample: Sample) -> None:
    device.visit(sample.link("maria"))
    expect(device.page.locator("main .caution")).to_have_count(0)
    device.tap(OPEN)
    device.shows("Hej Maria!")
    expect(device.page.locator("#notices")).not_to_contain_text(ASK_FOR_LINK)


def test_a_second_link_asks_by_name_and_then_shows_both_families(device: Device, sample: Sample) -> None:
    device.enter(sample.link("johan"))
    mine = set(device.cards())
    device.visit(sample.link("erik"))
    device.tap(OPEN)
    device.shows("Lägga till åtkomst för Erik Nyström?")
    expect(device.page.locator("main")).to_contain_text("Den här enheten är redan öppnad för Johan Ek")
    device.tap("Lägg till")
    device.shows("Hej Johan & Erik!")
    both = set(device.cards())
    theirs = {post.card.title for post in sample.opened("erik").posts}
    assert both == mine | theirs
    assert theirs - mine
    device.page.reload()
    device.shows("Hej Johan & Erik!")
    expect(device.page.get_by_role("link", name="Alva Solrosen")).to_be_visible()
    expect(device.page.get_by_role("link", name="Elsa Blåklockan")).to_be_visible()


def test_a_second_link_that_is_refused_changes_nothing(device: Device, sample: Sample) -> None:
    device.enter(sample.link("johan"))
    mine = device.cards()
    device.visit(sample.link("erik"))
    device.tap(OPEN)
    device.shows("Lägga till åtkomst för Erik Nyström?")
    device.tap("Nej, gå vidare som Johan Ek")
    device.shows("Hej Johan!")
    assert device.cards() == mine
    device.page.reload()
    device.shows("Hej Johan!")


def test_a_second_link_that_is_left_unanswered_changes_nothing(device: Device, sample: Sample) -> None:
    device.enter(sample.link("johan"))
    device.visit(sample.link("erik"))
    device.tap(OPEN)
    device.shows("Lägga till åtkomst för Erik Nyström?")
    device.page.reload()
    device.shows("Hej Johan!")


def test_ones_own_link_once_more_does_not_ask(device: Device, sample: Sample) -> None:
    for _ in range(2):
        device.enter(sample.link("johan"))
        device.shows("Hej Johan!")
