"""What a guardian does, in each engine: opens, looks, watches, listens, reads without a network, forgets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.device import FORGOTTEN, OFFLINE, OPEN, OPENS_WITH_LINK
from tests.browser.film import SECONDS
from tests.browser.hosting import copy_of
from tests.browser.schools import School
from tests.engines.browser import Browser
from tests.engines.conftest import FILM, PHOTOS, SOUND, MakeBrowser

pytestmark = pytest.mark.engines

# Nobody waits for what play() promises: WebKitGTK never tells after a seek, nor of a plain file from a plain server.
PLAY = """const medium = document.querySelector('main video, main audio');
    medium.muted = true;
    medium.play().catch(() => {});
    return medium.currentTime;"""
PLAYED_ON = """const medium = document.querySelector('main video, main audio');
    return medium.currentTime > args[0] + 0.3 && (medium.localName === 'audio' || medium.getVideoPlaybackQuality().totalVideoFrames > 0);"""
SEEK = """const medium = document.querySelector('main video, main audio');
    medium.pause();
    await new Promise((done, failed) => {
        medium.addEventListener('seeked', done, { once: true });
        medium.addEventListener('error', () => failed(new Error(medium.error.message)), { once: true });
        medium.currentTime = args[0];
    });
    return medium.currentTime;"""
SHAPE = "const film = document.querySelector('main video'); return [film.duration, film.videoWidth, film.videoHeight]"
SOURCE = "return [...document.querySelectorAll('main figure img, main video, main audio')].map((one) => one.getAttribute('src') ?? '')"


COUNTED = "return document.querySelector('dialog .count')?.textContent.startsWith(args[0])"
CLOSED = "return !document.querySelector('dialog')"
STANDS_AT = "return location.href === args[0]"
ARROW_RIGHT = "\ue014"  # as WebDriver writes it


def shapes(browser: Browser, photos: str = "main figure.photo img") -> list[float]:
    """How wide photos are for their height, once they are decoded."""
    return [round(width / height, 1) for width, height in browser.decoded(photos)]


def large(browser: Browser) -> float:
    """The same of the one that is shown large."""
    (shape,) = shapes(browser, "dialog .slide:not([inert]) img")
    return shape


def plays(browser: Browser) -> None:
    """See that time passes and pictures come."""
    browser.eventually(PLAYED_ON, browser.run(PLAY))


def test_a_link_opens_the_first_page_and_its_key_leaves_the_address(browser: Browser, school: School) -> None:
    link = school.link("maria")
    secret = link.split("=")[1]
    browser.visit(link)
    browser.shows("Välkommen till Backens förskola")
    assert browser.address() == f"{browser.host.url}/"
    assert "sociala medier" in browser.said()
    browser.tap(OPEN)
    browser.shows("Hej Maria!")
    assert browser.address().startswith(f"{browser.host.url}/")
    assert secret not in browser.address()
    assert PHOTOS in browser.said()
    assert browser.decoded("main .card .cover img")


def test_the_photos_of_a_post_are_decoded(browser: Browser, school: School) -> None:
    browser.enter(school.link("maria"), "Maria")
    browser.shell_kept()
    browser.tap(PHOTOS)
    browser.shows(PHOTOS)
    assert shapes(browser) == [1.5, 0.7, 4.0]
    assert all(address.startswith("/m/") for address in browser.run(SOURCE))
    browser.back()
    browser.shows("Hej Maria!")


def test_the_gallery_is_stepped_through_by_button_key_and_finger_and_each_photo_has_its_address(
    browser: Browser, school: School
) -> None:
    browser.enter(school.link("maria"), "Maria")
    browser.shell_kept()
    browser.read(school.find("maria", PHOTOS).card.id, PHOTOS)
    post = browser.address()
    browser.tap("Visa stort", begins=True)
    assert large(browser) == 1.5
    first = browser.address()
    browser.tap("Nästa bild")
    browser.eventually(COUNTED, "2 av 3")
    assert large(browser) == 0.7
    browser.press(ARROW_RIGHT)
    browser.eventually(COUNTED, "3 av 3")
    assert large(browser) == 4.0
    browser.swipe(240)
    browser.eventually(COUNTED, "2 av 3")
    assert large(browser) == 0.7
    browser.tap("Stäng")
    browser.eventually(CLOSED)
    browser.eventually(STANDS_AT, post)
    browser.visit(first)
    browser.eventually(COUNTED, "1 av 3")
    assert large(browser) == 1.5
    browser.tap("Stäng")
    browser.eventually(CLOSED)
    browser.shows(PHOTOS)
    browser.eventually(STANDS_AT, post)


def test_a_film_plays_and_seeks_without_being_fetched_whole(browser: Browser, school: School) -> None:
    post = school.find("maria", FILM)
    browser.enter(school.link("maria"), "Maria")
    browser.shell_kept()
    browser.read(post.card.id, FILM)
    plays(browser)
    duration, width, height = browser.run(SHAPE)
    assert duration == pytest.approx(SECONDS, abs=1)
    assert (width, height) == (320, 180)
    for place in (60, 20):
        assert browser.run(SEEK, place) == pytest.approx(place, abs=1)
        plays(browser)


def test_a_sound_plays_and_seeks(browser: Browser, school: School) -> None:
    browser.enter(school.link("maria"), "Maria")
    browser.shell_kept()
    browser.read(school.find("maria", SOUND).card.id, SOUND)
    plays(browser)
    assert browser.run(SEEK, 3) == pytest.approx(3, abs=0.5)
    plays(browser)


def test_what_was_read_is_there_without_the_host_also_after_a_reload(browser: Browser, school: School) -> None:
    card = school.find("maria", PHOTOS).card
    browser.enter(school.link("maria"), "Maria")
    browser.shell_kept()
    browser.read(card.id, PHOTOS)
    seen = browser.decoded()
    browser.go("#/")
    browser.shows("Hej Maria!")
    browser.decoded("main .card .cover img")
    browser.kept_quiet()
    browser.host.stop()
    browser.reload()
    browser.shows("Hej Maria!")
    browser.eventually("return document.querySelector('#notices').textContent.includes(args[0])", OFFLINE)
    browser.tap(PHOTOS)
    browser.shows(PHOTOS)
    assert browser.decoded() == seen
    browser.reload()
    browser.shows(PHOTOS)
    assert browser.decoded() == seen


def test_without_a_service_worker_photos_show_and_film_and_sound_play_from_memory(
    make_browser: MakeBrowser, school: School, tmp_path: Path
) -> None:
    link = school.link("maria")
    public = copy_of(school.public, tmp_path / "public")
    (public / "sw.js").unlink()
    browser = make_browser(public)
    browser.enter(link, "Maria")
    browser.read(school.find("maria", PHOTOS).card.id, PHOTOS)
    assert len(browser.decoded()) == 3
    assert all(address.startswith("blob:") for address in browser.run(SOURCE))
    for title in (FILM, SOUND):
        browser.read(school.find("maria", title).card.id, title)
        browser.tap("Spela upp")
        browser.eventually("return document.querySelector('main video, main audio').currentTime > 0.2")
        assert all(address.startswith("blob:") for address in browser.run(SOURCE))
        plays(browser)
        assert browser.run(SEEK, 3) == pytest.approx(3, abs=0.5)


def test_a_reload_stays_on_the_post_and_a_forgotten_device_asks_for_a_link(browser: Browser, school: School) -> None:
    browser.enter(school.link("maria"), "Maria")
    browser.shell_kept()
    browser.tap(PHOTOS)
    browser.shows(PHOTOS)
    browser.reload()
    browser.shows(PHOTOS)
    assert len(browser.decoded()) == 3
    browser.tap("Om läsaren")
    browser.shows("Om den här läsaren")
    browser.tap("Glöm den här enheten")
    browser.tap("Ja, glöm enheten")
    browser.shows(FORGOTTEN)
    assert browser.run("return (await caches.keys()).length + (await navigator.serviceWorker.getRegistrations()).length") == 0  # fmt: skip
    browser.reload()
    browser.shows(OPENS_WITH_LINK)
    assert PHOTOS not in browser.said()
