"""What the host may not do: end, change, hold back or put back. Each is told in its own words, and nothing of it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pluttra_publish.format import canonical
from pluttra_publish.format.chain import Root, signed_bytes
from pluttra_publish.format.layout import object_path
from pluttra_publish.format.padding import SIGNATURE
from pluttra_publish.sealing.objects import open_bytes, seal_fixed
from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import (
    ACCESS_ENDED,
    FORGED_MEDIUM,
    NEWER_FORMAT,
    OPEN,
    ROLLED_BACK,
    TAMPERED,
    Device,
)
from tests.browser.hosting import flip, put
from tests.browser.schools import School
from tests.whole.preschool import photo

pytestmark = pytest.mark.browser
TITLE = "Första snön"
BODY = "suddat ut"


@dataclass
class Stage:
    """A small published preschool, and a guardian's device that may have read there."""

    school: School
    device: Device

    @property
    def public(self) -> Path:
        return self.school.public

    def enter(self) -> None:
        self.device.enter(self.school.link("johan"))

    def refuses(self, heading: str) -> None:
        self.device.shows(heading)
        expect(self.device.page.locator("main .wait")).to_have_count(0)
        for secret in (TITLE, BODY, "koja", "Alva", "Lindqvist"):
            assert secret not in self.device.said()


@pytest.fixture
def stage(school: School, hosting: MakeHost, make_device: MakeDevice) -> Stage:
    school.publish()
    return Stage(school, make_device(hosting(school.public)))


def sealed_caches(device: Device) -> list[str]:
    names: list[str] = device.page.evaluate("() => caches.keys()")
    return [name for name in names if name.startswith("sealed:")]


def test_when_access_has_ended_the_device_says_so_and_keeps_nothing(stage: Stage) -> None:
    stage.device.expect("/m/")  # a photo that was on its way
    stage.enter()
    stage.device.read(stage.school.find("johan", TITLE).card.id, TITLE)
    stage.device.decoded(stage.device.photos)
    stage.device.shell_kept()
    stage.device.kept_quiet()
    assert sealed_caches(stage.device)
    stage.school.row("relationer", "alva", "johan")[3] = "2026-11-01"
    stage.school.later(hours=1).publish()
    stage.device.page.reload()
    stage.refuses(ACCESS_ENDED)
    stage.device.eventually(lambda: sealed_caches(stage.device) == [])
    expect(stage.device.page.get_by_role("link", name="Om läsaren")).to_be_hidden()
    stage.device.go("#/om")
    stage.refuses(ACCESS_ENDED)
    stage.device.page.reload()
    stage.refuses(ACCESS_ENDED)
    assert sealed_caches(stage.device) == []


def test_access_that_ends_while_the_page_is_open_is_noticed_when_it_is_looked_at_again(stage: Stage) -> None:
    stage.device.page.clock.install()
    stage.enter()
    stage.school.row("relationer", "alva", "johan")[3] = "2026-11-01"
    stage.school.later(hours=1).publish()
    stage.device.page.clock.fast_forward(4 * 60_000)
    stage.device.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    stage.refuses(ACCESS_ENDED)


def test_a_page_with_one_bit_changed_is_not_shown(stage: Stage) -> None:
    card = stage.school.find("johan", TITLE).card
    flip(stage.public, object_path(card.page.name))
    stage.enter()
    stage.device.go(f"#/p/{card.id}")
    stage.refuses(TAMPERED)
    stage.device.tap("Försök igen")
    stage.refuses(TAMPERED)
    stage.device.page.get_by_role("link", name="Till första sidan").click()
    stage.device.shows("Hej Johan!")


def test_a_page_in_the_place_of_another_is_not_shown(stage: Stage) -> None:
    cards = {post.card.title: post.card for post in stage.school.opened("johan").posts}
    other = (stage.public / object_path(cards["Vi byggde koja"].page.name)).read_bytes()
    put(stage.public, object_path(cards[TITLE].page.name), other)
    stage.enter()
    stage.device.go(f"#/p/{cards[TITLE].id}")
    stage.refuses(TAMPERED)


@pytest.mark.parametrize("workers", ["allow", "block"])
def test_a_photo_with_one_bit_changed_is_not_shown_and_said_so_in_its_place(
    workers: str, school: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    school.post("Solrosen/2026-11-20 Två bilder", "Den ena är hel.\n", a_jpg=photo("red"), b_jpg=photo("blue"))
    school.publish()
    device = make_device(hosting(school.public), service_workers=workers)
    device.expect("/m/")
    card = school.find("johan", "Två bilder").card
    flip(school.public, object_path(card.media[0].name))
    device.enter(school.link("johan"))
    if workers == "allow":
        device.controlled()
    device.read(card.id, "Två bilder")
    expect(device.page.locator("main .gone")).to_have_text(FORGED_MEDIUM + ", och visas därför inte.")
    expect(device.photos.nth(0)).to_be_hidden()
    assert device.photos.nth(0).evaluate("img => img.naturalWidth") == 0
    expect(device.photos.nth(1)).to_be_visible()
    assert device.decoded(device.page.locator("main figure.photo img:visible"))


@pytest.mark.parametrize("known", [False, True], ids=["first visit", "known device"])
def test_a_changed_root_is_refused(stage: Stage, known: bool) -> None:
    if known:
        stage.enter()
    link = stage.school.link("johan")
    flip(stage.public, "root")
    if known:
        stage.device.page.reload()
    else:
        stage.device.visit(link)
        stage.device.tap(OPEN)
    stage.refuses(TAMPERED)


def test_an_old_root_put_back_is_refused(stage: Stage) -> None:
    old = {path: (stage.public / path).read_bytes() for path in names(stage.public)}
    stage.school.later(hours=1).post("Solrosen/2026-11-22 Nytt", "Något nytt.\n")
    stage.school.publish()
    stage.enter()
    expect(stage.device.page.locator("main .card h2 a").first).to_have_text("Nytt")
    for path, content in old.items():
        (stage.public / path).parent.mkdir(parents=True, exist_ok=True)
        put(stage.public, path, content)
    stage.device.page.reload()
    stage.refuses(ROLLED_BACK)
    stage.device.page.reload()
    stage.refuses(ROLLED_BACK)


def names(public: Path) -> list[str]:
    found = (path.relative_to(public).as_posix() for path in public.rglob("*") if path.is_file())
    return [path for path in found if path == "root" or path.startswith(("o/", "k/"))]


def changed_root(school: School, change: Callable[[dict[str, object]], None]) -> None:
    """Sign and seal a changed root with the keystore's own keys, as only a publisher could."""
    keys = school.keys()
    opened = open_bytes((school.public / "root").read_bytes(), role="root", secret=keys.site_key)
    value = canonical.decode(opened[:-SIGNATURE])
    assert Root.from_bytes(opened[:-SIGNATURE]).site == keys.site.hex()
    change(value)
    body = canonical.encode(value)
    signature = keys.signing_key.sign(signed_bytes(keys.site.hex(), body))
    with seal_fixed(body + signature, role="root", secret=keys.site_key, name="root").open() as sealed:
        put(school.public, "root", sealed.read())


@pytest.mark.parametrize("known", [False, True], ids=["first visit", "known device"])
def test_a_newer_format_is_told_as_that(stage: Stage, known: bool) -> None:
    if known:
        stage.enter()
    link = stage.school.link("johan")
    changed_root(stage.school, lambda root: root.update(v=2, sequence=int(str(root["sequence"])) + 1, novelty="?"))
    if known:
        stage.device.page.reload()
    else:
        stage.device.visit(link)
        stage.device.tap(OPEN)
    stage.refuses(NEWER_FORMAT)
    stage.device.tap("Ladda om")


def test_a_site_that_has_been_quiet_for_long_is_a_warning_and_no_refusal(stage: Stage) -> None:
    stage.enter()
    changed_root(stage.school, lambda root: root.update(sequence=int(str(root["sequence"])) + 1, notice=1_700_000_000))
    stage.device.page.reload()
    expect(stage.device.page.locator("#notices")).to_contain_text("Inget nytt har publicerats på länge")
    stage.device.shows("Hej Johan!")


def test_an_index_with_one_bit_changed_stops_the_page(stage: Stage) -> None:
    opened = stage.school.opened("johan")
    pages = {object_path(post.card.page.name) for post in opened.posts}
    media = {object_path(medium.name) for post in opened.posts for medium in post.card.media}
    for path in names(stage.public):
        if path.startswith("o/") and path not in pages | media:
            flip(stage.public, path)
    stage.device.visit(stage.school.link("johan"))
    stage.device.tap(OPEN)
    stage.refuses(TAMPERED)
