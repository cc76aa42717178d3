"""Coming back to stay: the home screen, an app's own window and the way out of it, what is left without network, and large films without a worker."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import FILM_POST, MakeDevice
from tests.browser.device import GREETING, OPEN, OPENS_WITH_LINK, UNREACHABLE, Device
from tests.browser.hosting import Host
from tests.browser.schools import Sample

pytestmark = pytest.mark.browser

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
SAFARI = f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1"  # and Gmail's window, word for word
FACEBOOK = f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/465.0.0.37.103;FBBV/602060281;FBDV/iPhone14,2;FBMD/iPhone]"
CHROME_IOS = f"{IPHONE} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1"
GOOGLE_APP = f"{IPHONE} GSA/315.0.629483957 Mobile/15E148 Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36"
ANDROID_APP = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP1A.240505.004; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/468.0.0.54.79;]"
)
IN_SAFARI = "Öppna hellre länken i Safari"
OFFER = "Lägg sidan på hemskärmen"


def test_the_manifest_has_what_telephones_ask_for_and_names_no_person(
    device: Device, host: Host, sample: Sample
) -> None:
    device.visit("#/")
    address = device.page.locator("link[rel=manifest]").get_attribute("href")
    manifest: dict[str, Any] = json.loads(device.page.request.get(f"{host.url}{address}").text())
    assert manifest["name"] == "Backens förskola"
    assert len(manifest["short_name"]) <= 12
    assert (manifest["id"], manifest["start_url"], manifest["scope"], manifest["display"]) == (
        "/",
        "/",
        "/",
        "standalone",
    )
    assert (manifest["lang"], manifest["dir"]) == ("sv", "auto")
    sizes = {icon["sizes"] for icon in manifest["icons"]}
    assert {"192x192", "512x512"} <= sizes
    assert any("maskable" in icon.get("purpose", "") for icon in manifest["icons"])
    for icon in manifest["icons"]:
        assert device.page.request.get(f"{host.url}{icon['src']}").ok
    errors = device.cdp().send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in errors if error["errorId"] != "in-incognito"] == []


@pytest.mark.parametrize("agent", [FACEBOOK, GOOGLE_APP], ids=["Facebook", "Google"])
def test_inside_an_app_on_an_iphone_the_way_to_safari_is_told_before_the_tap(
    agent: str, make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    link = sample.link("maria")
    inside = make_device(host, user_agent=agent, permissions=["clipboard-read", "clipboard-write"])
    inside.visit(link)
    told = inside.page.get_by_role("complementary", name=IN_SAFARI)
    expect(told).to_be_visible()
    expect(told).to_contain_text("förbrukas inte av att öppnas")
    assert inside.page.url == f"{host.url}/"
    told.get_by_role("button", name="Kopiera länken").click()
    expect(told.get_by_role("status")).to_have_text("Länken är kopierad.")
    copied = inside.page.evaluate("() => navigator.clipboard.readText()")
    assert copied == host.link(link)
    assert link.split("=")[1] not in inside.page.content()
    inside.tap(OPEN)  # whoever stays may read here too
    expect(inside.heading).to_have_text("Hej Maria!")
    safari = make_device(host, user_agent=SAFARI)
    safari.enter(copied)


def test_a_link_that_cannot_be_copied_is_shown_to_be_copied_by_hand(
    make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    device = make_device(host, user_agent=FACEBOOK)
    device.context.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    link = sample.link("maria")
    device.visit(link)
    device.tap("Kopiera länken")
    by_hand = device.page.get_by_label("Det gick inte att kopiera")
    expect(by_hand).to_have_value(host.link(link))
    expect(by_hand).to_be_focused()


def test_safari_asks_whether_it_is_an_apps_window_since_nobody_can_tell(
    make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    device = make_device(host, user_agent=SAFARI)
    device.visit(sample.link("maria"))
    expect(device.page.get_by_text(IN_SAFARI)).to_have_count(0)
    question = device.page.get_by_text("Kom du hit från Gmail eller en annan app?")
    expect(question).to_be_visible()
    expect(device.page.get_by_role("button", name="Kopiera länken")).to_be_hidden()
    question.click()
    expect(device.page.get_by_role("button", name="Kopiera länken")).to_be_visible()


def test_another_browser_on_an_iphone_is_not_called_an_app(make_device: MakeDevice, host: Host, sample: Sample) -> None:
    device = make_device(host, user_agent=CHROME_IOS)
    device.visit(sample.link("maria"))
    told = device.page.get_by_role("complementary", name=IN_SAFARI)
    expect(told).to_contain_text("Läser du alltid i den här går det bra")
    expect(told).not_to_contain_text("inne i en app")


def test_on_the_home_screen_and_on_other_telephones_nothing_is_said_of_safari(
    make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    for agent, script in ((SAFARI, "navigator.standalone = true"), (ANDROID, ""), (None, "")):
        device = make_device(host, **({"user_agent": agent} if agent else {}))
        device.context.add_init_script(script)
        device.visit(sample.link("maria"))
        device.shows("Välkommen till Backens förskola")
        expect(device.page.locator(".elsewhere")).to_have_count(0)


def test_inside_an_app_on_android_it_is_chrome_that_is_named(
    make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    device = make_device(host, user_agent=ANDROID_APP)
    device.visit(sample.link("maria"))
    told = device.page.get_by_role("complementary", name="Öppna hellre länken i Chrome")
    expect(told).to_be_visible()
    expect(told).not_to_contain_text("Safari")


def test_the_home_screen_is_offered_after_the_first_post_and_never_again_after_a_no(
    device: Device, sample: Sample
) -> None:
    device.context.route("**/installing.js", lambda route: None)  # a no needs nothing that is yet to come
    device.enter(sample.link("maria"))
    device.tap("Nej tack")  # to the key
    expect(device.page.get_by_role("button", name="Nej tack")).to_have_count(0)
    offer = device.page.get_by_role("complementary", name=OFFER)
    device.page.reload()
    device.shows("Hej Maria!")
    expect(offer).to_be_hidden()
    post = sample.find("maria", FILM_POST)
    device.read(post.card.id, FILM_POST)
    device.page.go_back()
    expect(offer).to_be_visible()
    offer.get_by_role("button", name="Nej tack").click()
    device.read(post.card.id, FILM_POST)
    device.page.go_back()
    device.shows("Hej Maria!")
    expect(offer).to_be_hidden()


@pytest.mark.parametrize(
    ("agent", "heading", "step"),
    [
        (SAFARI, "iPhone och iPad, i Safari", "Lägg till på hemskärmen"),
        (CHROME_IOS, "iPhone och iPad, i Chrome, Edge eller Firefox", "öppna länken i Safari"),
        (ANDROID, "Android, i Chrome", "Lägg till på startskärmen"),
    ],
    ids=["Safari", "Chrome on iPhone", "Android"],
)
def test_the_steps_of_this_telephone_are_shown_and_those_of_others_are_folded_away(
    agent: str, heading: str, step: str, make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    device = make_device(host, user_agent=agent)
    device.enter(sample.link("maria"))
    for address in ("#/hemskarm", "#/om"):
        device.go(address)
        seen = device.page.locator("main .install > section")
        expect(seen).to_have_count(1)
        expect(seen.get_by_role("heading")).to_have_text(heading)
        expect(seen).to_contain_text(step)
        assert device.page.locator("main .install details section").count() == 7


def test_the_browsers_own_question_is_kept_for_a_button(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    prevented = device.page.evaluate(
        """() => {
            const event = new Event('beforeinstallprompt', { cancelable: true });
            event.prompt = async () => { window.prompted = (window.prompted ?? 0) + 1; return { outcome: 'accepted' } };
            dispatchEvent(event);
            return event.defaultPrevented;
        }"""
    )
    assert prevented
    device.go("#/hemskarm")
    device.page.locator("main").get_by_role("button", name="Lägg på hemskärmen").click()
    expect(device.page.get_by_text("Sidan ligger på hemskärmen.")).to_be_visible()
    assert device.page.evaluate("() => window.prompted") == 1


def test_without_network_the_posts_that_were_opened_are_listed_and_the_others_are_not_promised(
    device: Device, sample: Sample
) -> None:
    device.enter(sample.link("maria"))
    device.shell_kept()
    read, unread = sample.find("maria", FILM_POST).card, sample.find("maria", "Vattenbanan").card
    device.read(read.id, FILM_POST)
    page = f"/o/{read.page.name[:2]}/{read.page.name}"
    device.eventually(lambda: device.page.evaluate("path => caches.match(path).then(Boolean)", page))
    device.kept_quiet()
    device.expect("failed: ", "ERR_", "/m/")
    device.offline()
    device.page.reload()
    device.shows(FILM_POST)
    device.go("#/")
    expect(device.heading).to_have_text(GREETING)
    device.go(f"#/p/{unread.id}")
    device.shows(UNREACHABLE)
    kept = device.page.locator("main .kept li")
    expect(kept).to_have_count(1)
    expect(kept).to_contain_text(FILM_POST)
    kept.get_by_role("link").click()
    device.shows(FILM_POST)


def test_without_network_and_without_a_key_the_shell_says_that_it_is_locked(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    device.shell_kept()
    device.page.evaluate("() => new Promise(done => { indexedDB.deleteDatabase('pluttra').onsuccess = done })")
    device.expect("failed: ", "ERR_", "/m/")
    device.offline()
    device.page.reload()
    device.shows(OPENS_WITH_LINK)


SMALLER = 5_000_000


def lowered(route: Route) -> None:
    """Serve the reader with another idea of what is large: a film of fifty million bytes takes a minute to make."""
    answer = route.fetch()
    text = answer.text()
    route.fulfill(response=answer, body=text.replace("50_000_000", str(SMALLER)))


def test_without_a_worker_a_large_film_tells_its_size_and_is_fetched_only_after_a_yes(
    make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    device = make_device(host, service_workers="block")
    device.context.route("**/r/*/*.js", lowered)
    device.enter(sample.link("petra"))
    card = sample.find("petra", FILM_POST).card
    (film,) = (medium for medium in card.media if medium.media_type == "video/mp4")
    device.read(card.id, FILM_POST)
    device.kept_quiet()
    host.forget()
    device.tap("Spela upp")
    question = device.page.get_by_role("group", name="Stor fil")
    expect(question).to_contain_text(f"{round(film.length / 1e6)} MB")
    assert host.sent < SMALLER / 5
    question.get_by_role("button", name="Inte nu").click()
    expect(question).to_have_count(0)
    device.tap("Spela upp")
    question.get_by_role("button", name=re.compile("^Hämta ")).click()
    player = device.page.locator("main video")
    expect(player).to_have_attribute("src", re.compile("^blob:"), timeout=30_000)
    assert host.sent > film.length


def test_without_a_worker_a_film_that_is_not_large_is_not_asked_about(
    make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    device = make_device(host, service_workers="block")
    device.enter(sample.link("petra"))
    device.read(sample.find("petra", FILM_POST).card.id, FILM_POST)
    device.tap("Spela upp")
    expect(device.page.locator("main video")).to_have_attribute("src", re.compile("^blob:"), timeout=30_000)
