"""The photos and films of a post, one at a time: fingers, keys, addresses, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from pluttra_publish.open import SeenPost
from tests.browser.conftest import FILM_POST, MakeDevice, MakeHost
from tests.browser.device import LOST, OPEN, Device
from tests.browser.hosting import Host
from tests.browser.schools import Sample, School
from tests.browser.test_looks import MOVING
from tests.browser.touching import middle, pinch, swipe, tap_twice
from tests.media import making

pytestmark = pytest.mark.browser

TITLE = "Vi byggde koja"
OWN = "Alva bygger en stad"
BLANK = "Bilden som adressen ledde till finns inte längre här."
SCALE = "img => new DOMMatrix(getComputedStyle(img).transform).a"
WIDEST = "img => img.naturalWidth"


@pytest.fixture
def phone(make_device: MakeDevice, host: Host, sample: Sample) -> Device:
    """A telephone with fingers on it, at the post about the hut."""
    device = make_device(host, has_touch=True, is_mobile=True)
    device.enter(sample.link("maria"))
    device.controlled()
    device.read(sample.find("maria", TITLE).card.id, TITLE)
    return device


@pytest.fixture
def hut(sample: Sample) -> SeenPost:
    return sample.find("maria", TITLE)


def gallery(device: Device) -> Locator:
    return device.page.get_by_role("dialog")


def shown(device: Device) -> Locator:
    return gallery(device).locator(".slide:not([inert]) > :is(img, video)")


def enlarge(device: Device, number: int = 1) -> None:
    device.page.get_by_role("button", name=re.compile("^Visa stort")).nth(number - 1).click()
    counts(device, number)


def counts(device: Device, number: int, total: int = 3) -> None:
    expect(gallery(device).get_by_role("status")).to_contain_text(f"{number} av {total}")


def closed(device: Device) -> None:
    expect(gallery(device)).to_have_count(0)


def test_a_finger_swipes_to_the_next_photo_and_back_and_no_further_than_the_last(phone: Device) -> None:
    enlarge(phone)
    x, y = middle(gallery(phone))
    first = shown(phone).get_attribute("alt")
    swipe(phone, (x + 120, y), (x - 120, y + 10))
    counts(phone, 2)
    expect(shown(phone)).not_to_have_attribute("alt", first or "")
    swipe(phone, (x + 120, y), (x - 120, y))
    counts(phone, 3)
    swipe(phone, (x + 120, y), (x - 120, y))
    counts(phone, 3)
    swipe(phone, (x - 120, y), (x + 120, y))
    counts(phone, 2)


def test_a_short_hesitant_drag_stays_at_the_photo(phone: Device) -> None:
    enlarge(phone)
    x, y = middle(gallery(phone))
    swipe(phone, (x, y), (x - 40, y), (x - 20, y), (x - 18, y), (x - 18, y))
    counts(phone, 1)
    phone.eventually(lambda: shown(phone).evaluate("img => Math.round(img.getBoundingClientRect().left)") == 0)


def test_a_pull_down_closes(phone: Device) -> None:
    enlarge(phone)
    x, y = middle(gallery(phone))
    swipe(phone, (x, y), (x + 5, y + 200))
    closed(phone)
    assert phone.focused() == "button"


def test_two_fingers_draw_a_photo_up_and_one_moves_it_about(phone: Device) -> None:
    enlarge(phone)
    expect(shown(phone)).to_be_visible()
    phone.eventually(lambda: shown(phone).evaluate(WIDEST) > 0)
    at = middle(gallery(phone))
    pinch(phone, at, 80, 240)
    assert 2.5 < shown(phone).evaluate(SCALE) < 3.5
    expect(gallery(phone).get_by_role("button", name="Förstora")).to_have_attribute("aria-pressed", "true")
    before = shown(phone).evaluate("img => img.getBoundingClientRect().left")
    swipe(phone, at, (at[0] + 90, at[1]))
    assert shown(phone).evaluate("img => img.getBoundingClientRect().left") == pytest.approx(before + 90, abs=12)
    counts(phone, 1)
    swipe(phone, at, (at[0] + 3000, at[1]))
    assert shown(phone).evaluate("img => img.getBoundingClientRect().left") <= 1, "its edge stays at the screen's"
    pinch(phone, at, 240, 60)
    assert shown(phone).evaluate(SCALE) == 1


def test_a_double_tap_draws_up_what_lies_under_the_finger_and_another_shows_the_whole(phone: Device) -> None:
    enlarge(phone)
    x, y = middle(gallery(phone))
    tap_twice(phone, (x + 60, y))
    phone.eventually(lambda: shown(phone).evaluate(SCALE) == pytest.approx(2.5))
    tap_twice(phone, (x + 60, y))
    phone.eventually(lambda: shown(phone).evaluate(SCALE) == 1)
    counts(phone, 1)


def test_a_photo_drawn_up_comes_in_its_largest_width(make_device: MakeDevice, host: Host, sample: Sample) -> None:
    device = make_device(host, viewport={"width": 320, "height": 640}, has_touch=True)
    device.enter(sample.link("maria"))
    device.controlled()
    device.read(sample.find("maria", TITLE).card.id, TITLE)
    enlarge(device)
    device.eventually(lambda: shown(device).evaluate(WIDEST) > 0)
    before = shown(device).evaluate(WIDEST)
    pinch(device, middle(gallery(device)), 60, 300)
    device.eventually(lambda: shown(device).evaluate(WIDEST) > before)


def test_keys_step_to_both_ends_draw_up_and_close(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    device.read(sample.find("maria", TITLE).card.id, TITLE)
    enlarge(device)
    keys = device.page.keyboard
    for key, number in (("ArrowRight", 2), ("ArrowLeft", 1), ("ArrowLeft", 1), ("End", 3), ("Home", 1), ("End", 3)):
        keys.press(key)
        counts(device, number)
    keys.press("+")
    assert shown(device).evaluate(SCALE) == 1.5
    keys.press("0")
    assert shown(device).evaluate(SCALE) == 1
    keys.press("Escape")
    closed(device)
    last = device.page.get_by_role("button", name=re.compile("^Visa stort")).last
    expect(last).to_be_focused()


def test_from_right_to_left_everything_is_mirrored(make_device: MakeDevice, host: Host, sample: Sample) -> None:
    device = make_device(host, has_touch=True)
    device.enter(sample.link("maria"))
    device.read(sample.find("maria", TITLE).card.id, TITLE)
    device.page.evaluate("() => { document.documentElement.dir = 'rtl' }")
    enlarge(device)
    device.page.keyboard.press("ArrowLeft")
    counts(device, 2)
    x, y = middle(gallery(device))
    swipe(device, (x - 120, y), (x + 120, y))
    counts(device, 3)
    swipe(device, (x + 120, y), (x - 120, y))
    counts(device, 2)
    boxes = [
        gallery(device).get_by_role("button", name=name).bounding_box() for name in ("Föregående bild", "Nästa bild")
    ]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["x"] > boxes[1]["x"]


def test_the_browsers_back_closes_the_gallery_and_forward_opens_it(
    device: Device, hut: SeenPost, sample: Sample
) -> None:
    device.enter(sample.link("maria"))
    device.read(hut.card.id, TITLE)
    heading = device.heading.element_handle()
    enlarge(device, 2)
    device.page.keyboard.press("ArrowRight")
    counts(device, 3)
    device.page.go_back()
    closed(device)
    expect(device.page).to_have_title(f"{TITLE} – Backens förskola")
    assert device.page.url.endswith(f"#/p/{hut.card.id}")
    assert heading
    assert heading.evaluate("heading => heading.isConnected"), "the post was not made anew"
    device.page.go_forward()
    counts(device, 3)
    expect(device.page).to_have_title(f"3 av 3 – {TITLE} – Backens förskola")
    device.tap("Stäng")
    closed(device)
    device.page.go_back()
    device.shows("Hej Maria!")


def test_who_goes_back_and_on_in_one_breath_comes_where_they_were_going(phone: Device, sample: Sample) -> None:
    enlarge(phone)
    onward = sample.find("maria", FILM_POST).card
    phone.page.evaluate(
        "fragment => { addEventListener('hashchange', () => { location.hash = fragment }, { once: true }); history.back(); }",
        f"#/p/{onward.id}",
    )
    phone.shows(onward.title)
    closed(phone)
    expect(phone.page).to_have_url(re.compile(f"{onward.id}$"))


def test_a_bookmarked_photo_opens_its_post_with_it_and_back_leads_to_the_post(
    make_device: MakeDevice, host: Host, hut: SeenPost, sample: Sample
) -> None:
    device = make_device(host)
    device.enter(sample.link("maria"))
    device.read(hut.card.id, TITLE)
    enlarge(device, 2)
    address = device.page.url
    assert re.fullmatch(rf".*/#/p/{hut.card.id}/[0-9a-f]{{8}}", address)
    alt = shown(device).get_attribute("alt") or ""
    again = device.context.new_page()
    device.page = again
    again.goto(address)
    counts(device, 2)
    expect(shown(device)).to_have_attribute("alt", alt)
    again.reload()
    counts(device, 2)
    again.keyboard.press("Escape")
    closed(device)
    device.shows(TITLE)
    assert again.url.endswith(f"#/p/{hut.card.id}")


def test_the_address_works_for_the_childs_other_guardian_and_shows_another_family_nothing(
    make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    maria, johan, erik = (make_device(host) for _ in range(3))
    post = sample.find("maria", OWN)
    maria.enter(sample.link("maria"))
    maria.read(post.card.id, OWN)
    maria.page.get_by_role("button", name=re.compile("^Visa stort")).first.click()
    alt = shown(maria).get_attribute("alt") or ""
    fragment = maria.page.url[maria.page.url.index("#") :]
    johan.enter(sample.link("johan"))
    johan.go(fragment)
    expect(shown(johan)).to_have_attribute("alt", alt)
    erik.enter(sample.link("erik"))
    erik.go(fragment)
    erik.shows(LOST)
    closed(erik)
    assert alt not in erik.said()


def test_a_photo_that_has_left_its_post_is_said_and_the_post_is_shown(
    device: Device, hut: SeenPost, sample: Sample
) -> None:
    device.enter(sample.link("maria"))
    device.go(f"#/p/{hut.card.id}/00000000")
    device.shows(TITLE)
    expect(device.page.get_by_text(BLANK)).to_be_visible()
    closed(device)
    assert device.page.url.endswith(f"#/p/{hut.card.id}")


def test_neighbours_are_fetched_before_they_are_asked_for(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    device.controlled()
    device.read(sample.find("maria", TITLE).card.id, TITLE)
    enlarge(device)
    slides = gallery(device).locator(".slide img")
    expect(slides).to_have_count(2)
    device.eventually(lambda: slides.last.evaluate("img => img.complete && img.naturalWidth > 0"))
    device.kept_quiet()
    device.page.wait_for_timeout(1500)  # what came is kept on the device, sealed, when it has been quiet
    device.expect("icon.svg")
    device.offline()
    device.page.keyboard.press("ArrowRight")
    counts(device, 2)
    device.eventually(lambda: shown(device).evaluate("img => img.complete && img.naturalWidth > 0"))


def test_a_film_plays_in_the_gallery_and_stops_when_it_is_left(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    device.controlled()
    device.read(sample.find("maria", FILM_POST).card.id, FILM_POST)
    device.go(f"#/p/{sample.find('maria', FILM_POST).card.id}/{_film_name(sample)}")
    film = shown(device)
    expect(film).to_have_js_property("localName", "video")
    expect(gallery(device).get_by_role("button", name="Förstora")).to_be_hidden()
    film.evaluate("film => { film.muted = true; return film.play() }")
    device.eventually(lambda: film.evaluate("film => film.currentTime") > 0.2)
    device.page.go_back()
    closed(device)
    assert device.page.evaluate("() => [...document.querySelectorAll('video')].every(film => film.paused)")


def _film_name(sample: Sample) -> str:
    (film,) = (medium for medium in sample.find("maria", FILM_POST).card.media if medium.media_type == "video/mp4")
    return film.name[:8]


@pytest.mark.parametrize("size", [(320, 568), (568, 320), (1280, 800)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_photo_has_most_of_the_screen_and_nothing_leaves_it(
    size: tuple[int, int], scheme: str, make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    width, height = size
    device = make_device(host, viewport={"width": width, "height": height}, color_scheme=scheme)
    device.enter(sample.link("maria"))
    device.read(sample.find("maria", TITLE).card.id, TITLE)
    enlarge(device, 2)
    stage = gallery(device).locator(".stage").bounding_box()
    assert stage
    assert stage["width"] * stage["height"] > 0.55 * width * height
    for one in gallery(device).locator("button:visible, .caption, .count").all():
        box = one.bounding_box()
        assert box
        assert box["x"] >= -0.5
        assert box["y"] >= -0.5
        assert box["x"] + box["width"] <= width + 0.5
        assert box["y"] + box["height"] <= height + 0.5
    for button in gallery(device).get_by_role("button").all():
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44


def test_nothing_glides_for_those_who_want_no_motion(make_device: MakeDevice, host: Host, sample: Sample) -> None:
    device = make_device(host, reduced_motion="reduce")
    device.enter(sample.link("maria"))
    device.read(sample.find("maria", TITLE).card.id, TITLE)
    enlarge(device)
    assert device.page.evaluate(MOVING) == []


def test_the_keyboard_stays_inside_while_the_gallery_is_open(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    device.read(sample.find("maria", TITLE).card.id, TITLE)
    enlarge(device)
    for _ in range(8):
        device.page.keyboard.press("Tab")
        assert device.page.evaluate(
            "() => document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))"
        )


@pytest.mark.parametrize("workers", ["allow", "block"])
def test_captions_and_alternative_texts_go_with_each_photo(
    workers: str, school: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    home = school.post("Solrosen/2026-11-20 Två bilder", 'Hej.\n\n![En röd vante](a.jpg "Vanten på staketet")\n')
    for name, size in (("a.jpg", (1200, 800)), ("b.jpg", (800, 1200))):
        (home / name).write_bytes(making.photo(image=making.scene(*size)))
    school.publish()
    device = make_device(hosting(school.public), service_workers=workers)
    device.visit(school.link("maria"))
    device.tap(OPEN)
    device.shows("Hej Maria!")
    device.read(school.find("maria", "Två bilder").card.id, "Två bilder")
    device.decoded(device.photos)
    enlarge_one: Callable[[], None] = device.page.get_by_role("button", name="Visa stort: En röd vante").click
    enlarge_one()
    expect(gallery(device).locator(".caption")).to_have_text("Vanten på staketet")
    expect(shown(device)).to_have_attribute("alt", "En röd vante")
    device.eventually(lambda: shown(device).evaluate("img => img.complete && img.naturalWidth > 0"))
    device.tap("Nästa bild")
    counts(device, 2, 2)
    expect(gallery(device).locator(".caption")).to_have_text(shown(device).get_attribute("alt") or "")
    device.eventually(lambda: shown(device).evaluate("img => img.complete && img.naturalWidth > 0"))
    expect(gallery(device).get_by_role("button", name="Nästa bild")).to_have_attribute("aria-disabled", "true")
