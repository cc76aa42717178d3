"""The interface in the reader's own language: chosen, remembered, and never anything else than what the preschool's shell names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import OPEN, Device
from tests.browser.hosting import Host
from tests.browser.schools import Sample, School

pytestmark = pytest.mark.browser

ARABIC_OPEN = "أوافق – فتح"
IN_ARABIC = re.compile("^مرحبًا")
IN_SOMALI = re.compile("^Salaan")
IN_ENGLISH = re.compile("^Hello")
IN_FINNISH = re.compile("^Hei")

OFFLINE_COMPLAINTS = ("ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_REFUSED", "/m/")  # nobody has looked at the photos


def choose(device: Device, code: str) -> None:
    device.page.locator(".language select").select_option(code)


def speaks(device: Device, code: str, direction: str = "ltr") -> None:
    expect(device.page.locator("html")).to_have_attribute("lang", code)
    expect(device.page.locator("html")).to_have_attribute("dir", direction)
    expect(device.page.locator(".language select")).to_have_value(code)


def fragment(public: Path, code: str) -> Path:
    """The file of a language that the shell names."""
    shell = (public / "index.html").read_text(encoding="utf-8")
    (path,) = re.findall(rf'data-path="/(r/[0-9a-z]+/{code}-[0-9a-f]+\.html)"', shell)
    return public / path


def test_a_guardian_chooses_arabic_and_it_is_remembered(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    choose(device, "ar")
    expect(device.heading).to_have_text(IN_ARABIC)
    speaks(device, "ar", "rtl")
    expect(device.page.get_by_role("link", name="حول البرنامج")).to_be_visible()
    expect(device.page.locator(".skip")).to_have_text("إلى المحتوى")
    assert not re.search("[åäö]|Visa|Avdelning", device.page.locator(".doors").inner_text().replace("Blåklockan", ""))
    device.page.reload()
    expect(device.heading).to_have_text(IN_ARABIC)
    speaks(device, "ar", "rtl")
    choose(device, "sv")
    expect(device.heading).to_have_text("Hej Maria!")
    speaks(device, "sv")
    device.page.reload()
    device.shows("Hej Maria!")


def test_a_chosen_language_is_there_without_a_network(device: Device, sample: Sample) -> None:
    device.expect(*OFFLINE_COMPLAINTS)
    device.enter(sample.link("maria"))
    choose(device, "fi")
    expect(device.heading).to_have_text(IN_FINNISH)
    device.shell_kept()
    device.kept_quiet()
    device.offline()
    device.page.reload()
    expect(device.heading).to_have_text(IN_FINNISH)
    expect(device.page.locator("#notices")).to_contain_text("Luet ilman verkkoa")


def test_a_language_chosen_before_the_worker_has_come_is_there_without_a_network_too(
    make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    device = make_device(host, locale="ar")
    device.expect(*OFFLINE_COMPLAINTS)
    device.visit(sample.link("layla"))
    device.tap(ARABIC_OPEN)
    expect(device.heading).to_have_text(IN_ARABIC)
    device.shell_kept()
    device.kept_quiet()
    device.offline()
    device.page.reload()
    expect(device.heading).to_have_text(IN_ARABIC)


def test_who_the_preschool_knows_as_a_somali_reader_is_greeted_in_somali(device: Device, sample: Sample) -> None:
    device.visit(sample.link("hodan"))
    device.tap(OPEN)
    expect(device.heading).to_have_text(IN_SOMALI)
    speaks(device, "so")
    device.page.reload()
    expect(device.heading).to_have_text(IN_SOMALI)


def test_before_a_link_is_opened_the_page_goes_by_the_browser_and_the_chooser_is_there(
    make_device: MakeDevice, host: Host
) -> None:
    device = make_device(host, locale="ar-SY")
    device.visit("/#/")
    device.shows("الفتح برابطك الخاص")
    speaks(device, "ar", "rtl")
    choose(device, "so")
    device.shows("Ku fur linkigaaga")
    device.page.reload()
    device.shows("Ku fur linkigaaga")
    device.page.locator(".language select").focus()
    device.page.keyboard.press("ArrowUp")
    speaks(device, "en")
    assert device.page.evaluate("() => document.activeElement.localName") == "select"


def test_a_device_that_is_forgotten_forgets_the_language_too(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    choose(device, "en")
    expect(device.heading).to_have_text(IN_ENGLISH)
    device.go("#/om")
    device.tap("Forget this device")
    device.tap("Yes, forget the device")
    device.shows("The device is forgotten")
    assert device.page.evaluate("() => localStorage.length") == 0
    device.page.reload()
    device.shows("Öppna med din länk")


def test_whoever_the_register_says_nothing_of_reads_as_the_browser_is_set(
    school: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    school.row("vardnadshavare", "maria")[4] = ""
    school.publish()
    device = make_device(hosting(school.public), locale="en-US")
    device.visit(school.link("maria"))
    device.tap("I agree – open")
    expect(device.heading).to_have_text(IN_ENGLISH)
    swede = make_device(device.host, locale="en-US")
    swede.visit(school.link("johan"))
    swede.tap("I agree – open")
    swede.shows("Hej Johan!")


def test_a_swedish_post_stays_swedish_inside_an_arabic_page(device: Device, sample: Sample) -> None:
    card = sample.find("maria", "Vi byggde koja").card
    device.enter(sample.link("maria"))
    choose(device, "ar")
    expect(device.heading).to_have_text(IN_ARABIC)
    device.read(card.id, card.title)
    article = device.page.locator("main article.post")
    expect(article).to_have_attribute("lang", "sv")
    expect(article).to_have_attribute("dir", "ltr")
    assert device.heading.evaluate("h1 => [h1.lang, getComputedStyle(h1).direction]") == ["sv", "ltr"]
    header = article.locator("> header")
    assert header.evaluate("header => [header.lang, header.dir]") == ["ar", "rtl"]
    expect(header.locator("time")).to_have_text("الأربعاء، 14 أكتوبر 2026")
    expect(header.locator(".by")).to_contain_text("بقلم")
    assert header.locator(".by bdi").first.get_attribute("translate") == "no"
    for part in ("article.post", "main h1", ".text"):
        assert device.page.locator(part).evaluate("part => Boolean(part.closest('[translate=no]'))") is False
    turn = article.locator("nav.turn")
    assert turn.evaluate("nav => [nav.lang, nav.dir]") == ["ar", "rtl"]
    choose(device, "en")
    expect(header.locator("time")).to_have_text("Wednesday, 14 October 2026")
    speaks(device, "en")


def test_a_month_and_the_staffs_list_are_told_in_the_language_that_is_read(device: Device, sample: Sample) -> None:
    device.enter(sample.link("petra"))
    choose(device, "en")
    expect(device.heading).to_have_text(IN_ENGLISH)
    audience = sample.audience("petra", "Solrosen")
    device.go(f"#/a/{audience}/2026-10")
    device.shows("October 2026")
    expect(device.page.locator("main .count").first).to_have_text(re.compile(r"\d photos?"))
    expect(device.page.locator("main .meta time").first).to_have_text(re.compile("^[A-Z][a-z]+day, "))
    device.go("#/")
    device.page.get_by_role("link", name="Personal").first.click()
    device.page.get_by_role("link", name="Vem får synas: Solrosen").click()
    samira = device.page.locator("article.consents").get_by_role("listitem").filter(has_text="Samira Warsame")
    expect(samira.get_by_role("listitem").filter(has_text="Film")).to_have_text(re.compile(r"^Film\s+✕\s+NO$"))


def test_a_language_that_was_forged_is_not_spoken(school: School, hosting: MakeHost, make_device: MakeDevice) -> None:
    school.publish()
    forged = fragment(school.public, "ar")
    forged.write_bytes(forged.read_bytes().replace("مرحبًا".encode(), "مرحبــًا".encode()))
    device = make_device(hosting(school.public))
    device.expect("integrity", "digest", "Failed to fetch", "requestfailed", "failed")
    device.enter(school.link("maria"))
    choose(device, "ar")
    expect(device.page.locator("#notices")).to_contain_text("Språket gick inte att hämta")
    speaks(device, "sv")
    device.shows("Hej Maria!")
    device.page.reload()
    device.shows("Hej Maria!")


def test_where_a_language_cannot_be_had_the_page_comes_in_the_preschool_s(
    school: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    school.publish()
    gone = fragment(school.public, "ar")
    gone.unlink()
    device = make_device(hosting(school.public), locale="ar")
    device.expect("40[34]", "integrity")
    device.visit(school.link("maria"))
    device.tap(OPEN)
    device.shows("Hej Maria!")
    speaks(device, "sv")


def test_a_new_edition_of_the_shell_is_kept_in_the_language_that_is_read(
    school: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    school.publish()
    device = make_device(hosting(school.public))
    device.expect(*OFFLINE_COMPLAINTS)
    device.enter(school.link("maria"))
    choose(device, "ar")
    device.shell_kept()
    before = fragment(school.public, "ar")
    school.settings_text = school.settings_text + 'contact = "Ingrid"\n'
    school.write()
    school.later(minutes=5).publish()
    after = fragment(school.public, "ar")
    assert before.name != after.name
    device.page.reload()
    expect(device.heading).to_have_text(IN_ARABIC)
    device.eventually(lambda: kept(device, "ar") == [f"/{after.relative_to(school.public).as_posix()}"])
    device.offline()
    device.page.reload()
    expect(device.heading).to_have_text(IN_ARABIC)


def kept(device: Device, language: str) -> list[str]:
    asked = "() => caches.open('shell').then(cache => cache.keys()).then(all => all.map(({ url }) => new URL(url).pathname))"
    return [path for path in device.page.evaluate(asked) if f"/{language}-" in path]


def test_the_interface_is_the_preschool_s_where_that_is_not_swedish(
    school: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    school.settings_text = 'language = "fi"\n' + school.settings_text
    school.row("vardnadshavare", "maria")[4] = ""
    school.write()
    school.publish()
    device = make_device(hosting(school.public), locale="de-DE")
    device.visit(school.link("maria"))
    device.tap("Hyväksyn – avaa")
    expect(device.heading).to_have_text(IN_FINNISH)
    choose(device, "sv")
    device.shows("Hej Maria!")
    speaks(device, "sv")
