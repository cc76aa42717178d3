"""Film and sound: start at once, seek without fetching the whole, and outlive the service worker."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Worker, expect

from pluttra_publish.format.layout import object_path
from tests.browser.conftest import FILM_POST, MakeDevice, MakeHost
from tests.browser.device import FORGED_MEDIUM, OPEN, Device
from tests.browser.film import SECONDS
from tests.browser.hosting import Host, copy_of, flip, rangeless
from tests.browser.schools import Sample

pytestmark = pytest.mark.browser

PLAY = "film => { film.muted = true; return film.play() }"
SEEK = """(film, to) => new Promise((done, failed) => {
    film.addEventListener('seeked', () => done(film.currentTime), { once: true });
    film.addEventListener('error', () => failed(new Error(film.error.message)), { once: true });
    film.currentTime = to;
})"""


def film_of(sample: Sample) -> tuple[str, int]:
    """The path and the sealed length of the long film."""
    card = sample.find("maria", FILM_POST).card
    (film,) = (medium for medium in card.media if medium.media_type == "video/mp4")
    path = object_path(film.name)
    return path, (sample.public / path).stat().st_size


def watch(device: Device, sample: Sample) -> Locator:
    """Come to the long film with a worker that answers for it."""
    post = sample.find("maria", FILM_POST)
    device.enter(sample.link("maria"))
    device.controlled()
    device.read(post.card.id, FILM_POST)
    film = device.page.locator("main video")
    expect(film).to_have_attribute("src", re.compile("^/m/"))
    return film


def plays(device: Device, film: Locator) -> None:
    """See that time passes and pictures come."""
    film.evaluate(PLAY)
    start = film.evaluate("film => film.currentTime")
    device.eventually(lambda: film.evaluate("film => film.currentTime") > start + 0.3)
    assert film.evaluate("film => film.getVideoPlaybackQuality().totalVideoFrames") > 0
    assert film.evaluate("film => film.videoWidth") > 0


@pytest.mark.parametrize("bare", [False, True], ids=["our headers", "no headers"])
def test_a_film_starts_and_seeks_without_being_fetched_whole(
    bare: bool, hosting: MakeHost, make_device: MakeDevice, sample: Sample
) -> None:
    host = hosting(sample.public, bare=bare)
    device = make_device(host)
    _, length = film_of(sample)
    assert length > 20_000_000
    film = watch(device, sample)
    host.forget()
    plays(device, film)
    film.evaluate("film => film.pause()")
    reached = film.evaluate(SEEK, SECONDS * 0.6)
    assert abs(reached - SECONDS * 0.6) < 1
    plays(device, film)
    film.evaluate("film => film.pause()")
    assert film.evaluate("film => film.duration") == pytest.approx(SECONDS, abs=1)
    assert 0 < host.sent < length * 0.6


def test_a_film_plays_and_seeks_from_a_host_that_knows_no_ranges(
    make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    with rangeless(sample.public) as url:
        host.redirect(url)
        device = make_device(host)
        device.expect("/drop 501", "status of 501")  # nor a drop box
        film = watch(device, sample)
        plays(device, film)
        assert abs(film.evaluate(SEEK, 40) - 40) < 1
        plays(device, film)
        device.context.close()


def test_a_film_goes_on_when_the_service_worker_is_killed_in_the_middle(device: Device, sample: Sample) -> None:
    film = watch(device, sample)
    plays(device, film)
    worker_of(device.context).evaluate("() => { self.born = 'before' }")
    for place in (30, 50, 10):
        cdp = device.cdp()
        cdp.send("ServiceWorker.enable")
        cdp.send("ServiceWorker.stopAllWorkers")
        assert abs(film.evaluate(SEEK, place) - place) < 1
        plays(device, film)
    device.eventually(lambda: device.context.service_workers)
    assert worker_of(device.context).evaluate("() => self.born") is None


def worker_of(context: BrowserContext) -> Worker:
    return context.service_workers[-1]


def test_a_film_can_be_watched_again_without_the_network_as_far_as_it_was_seen(device: Device, sample: Sample) -> None:
    film = watch(device, sample)
    plays(device, film)
    film.evaluate("film => film.pause()")
    device.expect("failed: .*/o/")  # what was being read ahead
    device.offline()
    assert film.evaluate(SEEK, 0) == 0
    plays(device, film)


def test_a_film_that_was_changed_on_the_host_stops_and_says_so(
    hosting: MakeHost, make_device: MakeDevice, sample: Sample, tmp_path: Path
) -> None:
    path, length = film_of(sample)
    forged = copy_of(sample.public, tmp_path / "forged")
    for at in range(length // 2, length, 2**20):
        flip(forged, path, at=at)
    device = make_device(hosting(forged))
    device.expect("/m/")
    film = watch(device, sample)
    plays(device, film)
    film.evaluate("(film, to) => { film.currentTime = to }", SECONDS * 0.8)
    expect(device.page.locator("main .gone")).to_contain_text(FORGED_MEDIUM)
    expect(film).to_be_hidden()


@pytest.mark.parametrize("absent", [False, True], ids=["refused", "absent"])
def test_without_a_service_worker_photos_show_and_film_and_sound_play_from_memory(
    absent: bool, make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    device = make_device(host, service_workers="block")
    if absent:
        device.context.add_init_script("delete Navigator.prototype.serviceWorker")
    device.visit(sample.link("petra"))
    device.tap(OPEN)
    device.shows("Hej Petra!")
    for title in ("Vi byggde koja", "Vattenbanan", FILM_POST, "Noors visa"):
        device.read(sample.find("petra", title).card.id, title)
        assert len(device.decoded(device.photos)) == device.photos.count()
        assert all((photo.get_attribute("src") or "").startswith("blob:") for photo in device.photos.all())
        player = device.page.locator("main video, main audio")
        if player.count():
            device.tap("Spela upp")
            expect(player).to_have_attribute("src", re.compile("^blob:"))
            player.evaluate(PLAY)
            device.eventually(lambda one=player: one.evaluate("one => one.currentTime") > 0.2)  # type: ignore[misc]
            assert player.evaluate(SEEK, 2) == pytest.approx(2, abs=0.5)
    assert (
        device.page.evaluate("() => performance.getEntriesByType('resource').some(({name}) => name.includes('/m/'))")
        is False
    )


def test_a_sound_plays_and_seeks(device: Device, sample: Sample) -> None:
    device.enter(sample.link("petra"))
    device.controlled()
    device.read(sample.find("petra", "Noors visa").card.id, "Noors visa")
    sound = device.page.locator("main audio")
    expect(sound).to_have_attribute("src", re.compile("^/m/"))
    sound.evaluate(PLAY)
    device.eventually(lambda: sound.evaluate("one => one.currentTime") > 0.2)
    assert sound.evaluate(SEEK, 2) == pytest.approx(2, abs=0.5)
