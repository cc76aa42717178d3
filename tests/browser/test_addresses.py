"""Pages have addresses: reload, back and forward, bookmarks, titles, focus and scroll – and the host learns none of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.device import LOST, OPENS_WITH_LINK, Device
from tests.browser.hosting import Host
from tests.browser.schools import Sample

pytestmark = pytest.mark.browser
TITLE = "Vi byggde koja"

HOLD = """() => {
  const released = new Promise((release) => (window.release = release));
  const { decrypt } = SubtleCrypto.prototype;
  SubtleCrypto.prototype.decrypt = async function (...asked) {
    await released;
    return decrypt.apply(this, asked);
  };
}"""
"""Makes what is opened wait, as on a telephone that is busy with something else, until it is released."""


def wait_long(device: Device) -> None:
    """Wait until the line that says so stands there, and a little longer; then let the page come."""
    expect(device.page.locator("main > .wait")).to_be_visible()
    device.page.wait_for_timeout(400)
    device.page.evaluate("() => release()")


def far_down(device: Device) -> tuple[Locator, int]:
    """Go to a card far down the first page; its link, and the place on the page once that is kept."""
    device.cards()
    link = device.page.locator("main .card h2 a").nth(9)
    link.scroll_into_view_if_needed()
    device.page.wait_for_timeout(400)
    place = device.page.evaluate("() => Math.round(scrollY)")
    assert place > 500
    return link, place


@pytest.fixture
def fragment(sample: Sample) -> str:
    return f"#/p/{sample.find('maria', TITLE).card.id}"


@pytest.fixture
def inside(device: Device, sample: Sample) -> Device:
    """A device that is on its first page."""
    device.enter(sample.link("maria"))
    return device


def test_a_reload_and_a_hard_reload_keep_the_page(inside: Device, fragment: str) -> None:
    inside.go(fragment)
    inside.shows(TITLE)
    inside.shell_kept()
    for reload in (inside.page.reload, inside.hard_reload, inside.hard_reload, inside.page.reload):
        reload()
        inside.shows(TITLE)
        expect(inside.page).to_have_title(f"{TITLE} – Backens förskola")
        assert inside.page.url.endswith(fragment)
        assert len(inside.decoded(inside.photos)) > 1


def test_back_and_forward_keep_page_title_focus_and_place(inside: Device) -> None:
    page = inside.page
    link, place = far_down(inside)
    title = link.text_content() or ""
    link.click()
    inside.shows(title)
    assert inside.focused() == "h1"
    expect(page).to_have_title(f"{title} – Backens förskola")
    expect(page.locator("#announcer")).to_have_text(f"{title} – Backens förskola")
    assert page.evaluate("() => scrollY") == 0
    post = page.url

    page.go_back()
    inside.shows("Hej Maria!")
    assert inside.focused() == "h1"
    expect(page).to_have_title("Backens förskola")
    inside.eventually(lambda: abs(page.evaluate("() => scrollY") - place) < 5)
    expect(link).to_have_text(title)

    page.go_forward()
    inside.shows(title)
    assert page.url == post
    expect(page).to_have_title(f"{title} – Backens förskola")
    assert inside.focused() == "h1"


def test_a_page_that_is_long_in_coming_opens_at_its_top(inside: Device) -> None:
    page = inside.page
    link, _ = far_down(inside)
    title = link.text_content() or ""
    page.evaluate(HOLD)
    link.click()
    wait_long(inside)
    inside.shows(title)
    assert page.evaluate("() => scrollY") == 0
    page.wait_for_timeout(300)
    page.reload()
    inside.shows(title)
    assert page.evaluate("() => scrollY") == 0


def test_the_place_on_a_page_that_is_long_in_coming_back_is_kept(inside: Device) -> None:
    page = inside.page
    link, place = far_down(inside)
    link.click()
    expect(inside.heading).not_to_have_text("Hej Maria!")
    page.reload()  # so that the first page is not in memory
    expect(inside.heading).not_to_have_text("Hej Maria!")
    inside.decoded(inside.photos)
    page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_timeout(400)
    page.evaluate(HOLD)
    page.evaluate("() => { history.back(); scrollBy(0, -50) }")
    wait_long(inside)
    inside.shows("Hej Maria!")
    inside.eventually(lambda: abs(page.evaluate("() => scrollY") - place) < 5)


def test_back_before_a_page_has_come_leads_to_the_one_before_and_it_stays(inside: Device, fragment: str) -> None:
    page = inside.page
    inside.go(fragment)
    inside.shows(TITLE)
    older = page.get_by_role("link", name="Äldre").get_attribute("href") or ""
    page.evaluate("() => scrollTo(0, 500)")
    page.wait_for_timeout(400)
    page.evaluate(HOLD)
    inside.go(older)
    expect(page.locator("main > .wait")).to_be_visible()
    page.go_back()
    page.evaluate("() => release()")
    inside.shows(TITLE)
    inside.eventually(lambda: page.evaluate("() => scrollY") == 500)
    page.wait_for_timeout(500)
    inside.shows(TITLE)
    assert page.url.endswith(fragment)


def test_the_place_on_a_page_is_kept_over_a_reload(inside: Device, fragment: str) -> None:
    inside.go(fragment)
    inside.shows(TITLE)
    inside.decoded(inside.photos)
    inside.page.evaluate("() => scrollTo(0, 300)")
    inside.page.wait_for_timeout(400)
    inside.page.reload()
    inside.shows(TITLE)
    inside.eventually(lambda: inside.page.evaluate("() => scrollY") == 300)


def test_a_bookmarked_post_opens_in_a_new_tab(inside: Device, host: Host, fragment: str) -> None:
    tab = inside.context.new_page()
    tab.goto(f"{host.url}/{fragment}")
    expect(tab.locator("main h1")).to_have_text(TITLE)
    photo = tab.locator("main figure.photo img").first
    photo.scroll_into_view_if_needed()
    inside.eventually(lambda: photo.evaluate("img => img.complete && img.naturalWidth > 0"))


def test_a_post_without_a_key_asks_for_a_link_and_shows_the_post_when_it_has_come(
    device: Device, sample: Sample, fragment: str
) -> None:
    device.visit(fragment)
    device.shows(OPENS_WITH_LINK)
    assert TITLE not in device.said()
    device.enter(sample.link("maria"))
    device.go(fragment)
    device.shows(TITLE)


@pytest.mark.parametrize(
    "strange", ["#/p/0123456789abcdef", "#/a/00/2026-13", "#/nonsens", "#rubrik", "#/p/%3Cimg%20src=x%3E"]
)
def test_an_address_that_leads_nowhere_says_so(inside: Device, strange: str) -> None:
    inside.go(strange)
    inside.shows(LOST)
    inside.page.get_by_role("link", name="Till första sidan").click()
    inside.shows("Hej Maria!")


def test_the_way_to_the_newer_and_the_older_post_leads_through_the_department(inside: Device, fragment: str) -> None:
    inside.go(fragment)
    inside.shows(TITLE)
    older = inside.page.get_by_role("link", name="Äldre")
    title = (older.locator("bdi").text_content() or "").strip()
    older.click()
    inside.shows(title)
    inside.page.get_by_role("link", name="Nyare").click()
    inside.shows(TITLE)


def test_the_host_hears_of_no_page_and_no_medium_by_its_address(inside: Device, host: Host, fragment: str) -> None:
    inside.go(fragment)
    inside.shows(TITLE)
    inside.decoded(inside.photos)
    inside.go("#/om")
    inside.shows("Om den här läsaren")
    inside.page.reload()
    inside.shows("Om den här läsaren")
    assert host.asked
    assert [path for path in host.asked if path.startswith(("m/", "p/")) or "(" in path] == []
