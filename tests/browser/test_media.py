"""What a page shows of photos, films and sounds besides themselves: a blur first, captions and their words, a drawn wave."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route, expect

from pluttra_publish.format.layout import object_path
from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import OPEN
from tests.browser.schools import School
from tests.media import making
from tests.whole.preschool import Preschool

pytestmark = pytest.mark.browser

TITLE = "Vi filmade"
COLOURS = """wave => [
    getComputedStyle(wave.firstChild).borderInlineStartColor, getComputedStyle(document.documentElement).backgroundColor,
]"""
DECODED = """
  globalThis.decoded = [];
  const { decode } = HTMLImageElement.prototype;
  HTMLImageElement.prototype.decode = async function () {
    await decode.call(this);
    decoded.push(this);
  };
"""
BLUR = """img => new Promise((done, failed) => {
    const blur = new Image();
    blur.onload = () => done([blur.naturalWidth, blur.naturalHeight]);
    blur.onerror = failed;
    blur.src = /"(blob:.*)"/.exec(getComputedStyle(img).backgroundImage)[1];
})"""


@pytest.fixture
def filmed(school: School) -> Preschool:
    home = school.post(f"Solrosen/2026-11-20 {TITLE}", "Hej.\n")
    making.film(home / "koja.mp4", codec="libx265", seconds=3)
    (home / "koja.vtt").write_text(
        "WEBVTT\n\n00:00.200 --> 00:02.900\nHåll i, nu reser vi!\n", encoding="utf-8", newline="\n"
    )
    making.sound(home / "visa.wav", codec="pcm_s16le", form="wav")
    (home / "koja.jpg").write_bytes(making.photo(image=making.scene(2400, 1600)))
    school.publish()
    return school


@pytest.mark.parametrize("workers", ["allow", "block"])
def test_captions_show_in_the_film_and_their_words_can_be_read_below_it(
    workers: str, filmed: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    device = make_device(hosting(filmed.public), service_workers=workers)
    device.visit(filmed.link("maria"))
    device.tap(OPEN)
    device.shows("Hej Maria!")
    if workers == "allow":
        device.controlled()
    device.read(filmed.find("maria", TITLE).card.id, TITLE)
    film = device.page.locator("main video")
    said = "film => [...(film.textTracks[0].cues ?? [])].map(cue => cue.text)"
    device.eventually(lambda: film.evaluate(said) == ["Håll i, nu reser vi!"])
    assert film.evaluate("film => film.textTracks[0].mode") == "showing"
    words = device.page.get_by_text("Håll i, nu reser vi!")
    expect(words).to_be_hidden()
    device.page.get_by_text("Det som sägs").click()
    expect(words).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_sound_has_a_wave_that_can_be_seen_and_is_not_read_aloud(
    scheme: str, filmed: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    device = make_device(hosting(filmed.public), color_scheme=scheme)
    device.enter(filmed.link("maria"))
    device.read(filmed.find("maria", TITLE).card.id, TITLE)
    wave = device.page.locator("main .wave")
    expect(wave).to_have_attribute("aria-hidden", "true")
    boxes = wave.evaluate(
        "wave => [...wave.children].map(bar => bar.getBoundingClientRect()).map(box => [box.width, box.height])"
    )
    assert len(boxes) == 72
    assert min(width for width, _ in boxes) >= 1
    assert max(height for _, height in boxes) > 40
    for forced in ("active", "none"):
        device.page.emulate_media(forced_colors=forced)  # type: ignore[arg-type]
        ink, paper = wave.evaluate(COLOURS)
        assert ink != paper


def test_a_photo_that_has_not_come_shows_its_blur(filmed: School, hosting: MakeHost, make_device: MakeDevice) -> None:
    device = make_device(hosting(filmed.public), service_workers="block")
    device.context.add_init_script("IntersectionObserver.prototype.observe = () => {}")  # nothing comes into sight
    device.enter(filmed.link("maria"))
    device.read(filmed.find("maria", TITLE).card.id, TITLE)
    device.eventually(lambda: device.photos.first.evaluate("img => img.style.backgroundImage"))
    assert device.photos.first.evaluate(BLUR) == [20, 13]


def test_a_photo_that_has_come_has_no_blur_behind_it(
    filmed: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    device = make_device(hosting(filmed.public))
    device.enter(filmed.link("maria"))
    device.read(filmed.find("maria", TITLE).card.id, TITLE)
    assert device.decoded(device.photos)
    photo = device.photos.first
    device.eventually(lambda: photo.evaluate("img => getComputedStyle(img).backgroundImage") == "none")
    assert photo.get_attribute("data-blur") is None


def test_a_photo_of_a_post_is_decoded_when_it_comes_and_not_only_when_it_comes_into_sight(
    filmed: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    device = make_device(hosting(filmed.public), viewport={"width": 390, "height": 200})
    device.page.add_init_script(DECODED)
    device.enter(filmed.link("maria"))
    device.read(filmed.find("maria", TITLE).card.id, TITLE)
    photo = device.photos.first
    device.eventually(lambda: photo.evaluate("img => img.complete && img.naturalWidth > 0"))
    device.eventually(lambda: photo.evaluate("img => globalThis.decoded.includes(img)"))
    assert photo.evaluate("img => img.getBoundingClientRect().top > innerHeight"), "it is out of sight"


def test_photos_come_two_at_a_time_from_memory_so_that_the_first_is_soon_there(
    school: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    photos = {f"{number}.jpg": making.photo(image=making.scene(400 + number, 300)) for number in range(6)}
    home = school.post(f"Solrosen/2026-11-20 {TITLE}", "Hej.\n")
    for name, photo in photos.items():
        (home / name).write_bytes(photo)
    school.publish()
    device = make_device(hosting(school.public), service_workers="block", viewport={"width": 390, "height": 2400})
    device.enter(school.link("maria"))
    device.kept_quiet()
    card = school.find("maria", TITLE).card
    wanted = {f"/{object_path(medium.name)}" for medium in card.media}
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        if urlsplit(route.request.url).path in wanted:
            waiting.append(route)
        else:
            route.continue_()

    device.page.route("**/o/**", hold)
    device.read(card.id, TITLE)
    held = []
    while not device.photos.evaluate_all("all => all.every(photo => photo.complete && photo.naturalWidth)"):
        device.eventually(lambda: waiting)
        device.page.wait_for_timeout(200)
        held.append(len(waiting))
        waiting.pop(0).continue_()
        device.page.wait_for_timeout(200)
    assert max(held) == 2
    assert len(held) >= len(photos) - 1  # one of them the card has brought
