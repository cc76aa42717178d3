"""A search over what a guardian may read, done on the device: cards at once, whole texts when asked, and nothing of it anywhere else."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import Device
from tests.browser.hosting import Host
from tests.browser.schools import Sample, School
from tests.browser.test_looks import OVERFLOWING

pytestmark = pytest.mark.browser

TITLES = "() => [...document.querySelectorAll('main .cards h2 a')].map(link => link.textContent)"


def search(device: Device, words: str) -> None:
    device.page.get_by_role("link", name="Sök", exact=True).click()
    device.shows("Sök")
    device.page.get_by_role("searchbox").fill(words)


def finds(device: Device, *titles: str) -> None:
    """Wait until these are the titles of what was found, and as many are said."""
    device.eventually(lambda: device.page.evaluate(TITLES) == list(titles))
    expect(device.page.locator("main .hits")).to_contain_text(f"Träffar: {len(titles)}")


def none(device: Device) -> None:
    expect(device.page.get_by_text("Inget inlägg hittades med de orden.")).to_be_visible()


@pytest.fixture
def wordy(school: School) -> School:
    """Posts with words in titles, summaries, names, days, goals, texts and what photos show."""
    school.post("Solrosen/2026-11-20 Ärtor på bänken", "Sammanfattning: Vi mätte skotten.\n\nVi vattnade med pipett.\n")
    school.post("Blåklockan/2026-10-02 Linnéas låda", "Mål: 2.2-a\n\nEn låda full av kottar.\n")
    school.publish()
    return school


def test_titles_summaries_names_and_days_are_found_at_once_by_how_they_begin(
    wordy: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    device = make_device(hosting(wordy.public))
    device.enter(wordy.link("maria"))
    search(device, "ärt bänk")
    finds(device, "Ärtor på bänken")
    for words, title in (
        ("skott", "Ärtor på bänken"),
        ("LINNEAS", "Linnéas låda"),
        ("A\u0308rtor", "Ärtor på bänken"),
        ("alva", "Vi byggde koja"),
        ("2 oktober", "Linnéas låda"),
        ("14/10", "Vi byggde koja"),
        ("2026-11-05", "Lyktvandring"),
    ):
        device.page.get_by_role("searchbox").fill(words)
        finds(device, title)
    for words in ("artor", "rtor", "ärtor snö"):
        device.page.get_by_role("searchbox").fill(words)
        none(device)


def test_what_was_found_is_marked_and_stands_under_its_month(
    wordy: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    device = make_device(hosting(wordy.public))
    device.enter(wordy.link("maria"))
    search(device, "linnéa")
    finds(device, "Linnéas låda")
    expect(device.page.locator("main mark")).to_have_text(["Linnéas"])
    device.page.get_by_role("searchbox").fill("v")
    device.eventually(lambda: device.page.locator(".hit-month").count() == 2)
    expect(device.page.locator(".hit-month > h2")).to_have_text(["November 2026", "Oktober 2026"])


def test_the_whole_text_is_searched_when_asked_goals_and_all_and_remembered_on_the_way_back(
    wordy: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    device = make_device(hosting(wordy.public))
    device.enter(wordy.link("maria"))
    search(device, "pipett")
    none(device)
    device.tap("Sök i hela texten")
    finds(device, "Ärtor på bänken")
    expect(device.page.locator("main .excerpt mark")).to_have_text(["pipett"])
    expect(device.page.get_by_text("Hela texten i alla inlägg är genomsökt.")).to_be_visible()
    expect(device.page.get_by_role("searchbox")).to_be_focused()
    device.page.get_by_role("searchbox").fill("läroplanen")
    finds(device, "Linnéas låda")
    device.page.locator("main .cards h2 a").click()
    device.shows("Linnéas låda")
    device.page.go_back()
    device.shows("Sök")
    assert device.page.get_by_role("searchbox").input_value() == "läroplanen"
    finds(device, "Linnéas låda")


def test_reading_all_texts_can_be_stopped(wordy: School, hosting: MakeHost, make_device: MakeDevice) -> None:
    host = hosting(wordy.public)
    device = make_device(host)
    device.enter(wordy.link("maria"))
    search(device, "pipett")
    none(device)
    host.silent = True
    device.tap("Sök i hela texten")
    expect(device.page.get_by_role("progressbar")).to_be_visible()
    device.tap("Stoppa")
    expect(device.page.get_by_role("button", name="Sök i hela texten")).to_be_visible()
    assert host.silent
    none(device)


def test_the_words_reach_neither_host_nor_title_nor_storage_and_leave_one_step_in_history(
    make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    device = make_device(host)
    device.enter(sample.link("maria"))
    device.controlled()
    before = device.page.evaluate("() => history.length")
    host.forget()
    search(device, "sjukanmälan")
    none(device)
    device.page.keyboard.press("Enter")
    device.tap("Sök i hela texten")
    expect(device.page.get_by_text("Hela texten i alla inlägg är genomsökt.")).to_be_visible(timeout=30_000)
    expect(device.page).to_have_title("Sök – Backens förskola")
    assert device.page.evaluate("() => history.length") == before + 1
    assert not [path for path in host.asked if "sjuk" in path or "sok" in path]
    stored = device.page.evaluate(
        """async () => {
            const names = await caches.keys();
            const kept = await Promise.all(names.map(async name => (await (await caches.open(name)).keys()).map(({ url }) => url)));
            return JSON.stringify([kept, { ...localStorage }, { ...sessionStorage }]);
        }"""
    )
    assert "sjuk" not in stored
    device.page.go_back()
    device.shows("Hej Maria!")


def test_a_search_finds_only_what_its_reader_may_read(make_device: MakeDevice, host: Host, sample: Sample) -> None:
    erik = make_device(host)
    erik.enter(sample.link("erik"))
    search(erik, "alva bygger stad")
    none(erik)
    erik.tap("Sök i hela texten")
    expect(erik.page.get_by_text("Hela texten i alla inlägg är genomsökt.")).to_be_visible(timeout=30_000)
    none(erik)
    maria = make_device(host)
    maria.enter(sample.link("maria"))
    search(maria, "alva bygger stad")
    finds(maria, "Alva bygger en stad")


def test_an_address_with_words_opens_the_search_and_means_no_markup(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    device.go("#/sok?koja%20%3Cimg%20src%3Dx%3E")
    device.shows("Sök")
    expect(device.page.get_by_role("searchbox")).to_have_value("koja <img src=x>")
    none(device)
    device.go("#/sok?%E5%20trasig")
    device.page.get_by_role("searchbox").fill("koja")
    expect(device.page.locator("main .cards h2 a").first).to_be_visible()


def test_the_staff_find_their_standing_pages_too(device: Device, sample: Sample) -> None:
    device.enter(sample.link("petra"))
    search(device, "vem synas solrosen")
    device.page.get_by_role("link", name=re.compile("Vem får synas: Solrosen")).click()
    device.shows("Vem får synas: Solrosen")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_of_a_search_is_wider_than_the_screen(
    width: int, make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    device = make_device(host, viewport={"width": width, "height": 700})
    device.enter(sample.link("maria"))
    search(device, "o")
    expect(device.page.locator("main .cards h2 a").first).to_be_visible()
    for direction in ("ltr", "rtl"):
        device.page.evaluate("direction => { document.documentElement.dir = direction }", direction)
        assert device.page.evaluate(OVERFLOWING) == []
