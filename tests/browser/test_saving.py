"""Saving photos of one's own child: only where the preschool lets one, only one's own child's, and after the rules were said once more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import OPEN, Device
from tests.browser.schools import School
from tests.browser.test_gallery import closed, counts, gallery
from tests.media import making
from tests.media.bare import assert_bare

pytestmark = pytest.mark.browser

TITLE = "Alva och Noah ute"
TEXT = """Barn: Alva, Noah

![Alva vid staketet](alva.jpg){barn="Alva"}

![Noah vid staketet](noah.jpg){barn="Noah"}

![Ett staket](staket.jpg){barn=""}
"""
ALLOWED = '\n[reader]\ndownload = "own-children"\n'
AGREE = "Jag är med på det – spara"


@pytest.fixture
def outing(school: School) -> School:
    """A post about two children, a photo of each and one of none; where Alva's father is no guardian of Noah's."""
    home = school.post(f"forskolan/2026-11-20 {TITLE}", TEXT)
    for name, width in (("alva.jpg", 1600), ("noah.jpg", 1500), ("staket.jpg", 1400)):  # each another photo
        (home / name).write_bytes(making.photo(image=making.scene(width, 1200)))
    return school


def open_gallery(device: Device, link: str, post: str) -> None:
    device.visit(link)
    device.tap(OPEN)
    expect(device.heading).to_have_text(re.compile("^Hej "))
    device.read(post, TITLE)
    device.page.get_by_role("button", name="Visa stort: Alva vid staketet").click()
    counts(device, 1)


def offer(device: Device) -> Locator:
    return gallery(device).get_by_role("button", name="Spara", exact=True)


def offered(device: Device) -> list[bool]:
    """For each photo whether it may be saved."""
    device.page.wait_for_timeout(400)  # to see that no offer comes late
    found = []
    for number in (1, 2, 3):
        counts(device, number)
        found.append(offer(device).is_visible())
        device.page.keyboard.press("ArrowRight")
    device.page.keyboard.press("Home")
    return found


def test_nothing_can_be_saved_unless_the_preschool_says_so(
    outing: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    outing.publish()
    device = make_device(hosting(outing.public))
    open_gallery(device, outing.link("maria"), outing.find("maria", TITLE).card.id)
    assert offered(device) == [False, False, False]


def test_guardians_may_save_the_photos_of_their_own_children_and_the_staff_none(
    outing: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    outing.settings_text += ALLOWED
    outing.publish()
    host = hosting(outing.public)
    for reader, expected in (("maria", [True, True, False]), ("johan", [True, False, False]), ("ingrid", [False] * 3)):
        device = make_device(host)
        open_gallery(device, outing.link(reader), outing.find(reader, TITLE).card.id)
        assert offered(device) == expected, reader


@pytest.mark.parametrize("workers", ["allow", "block"])
def test_a_photo_is_saved_after_the_rules_under_a_name_of_nobody_and_without_metadata(
    workers: str, outing: School, hosting: MakeHost, make_device: MakeDevice, tmp_path: Path
) -> None:
    outing.settings_text += ALLOWED
    outing.publish()
    device = make_device(hosting(outing.public), service_workers=workers)
    open_gallery(device, outing.link("johan"), outing.find("johan", TITLE).card.id)
    offer(device).click()
    sheet = device.page.get_by_role("dialog", name="Spara bilden på enheten?")
    expect(sheet).to_contain_text("Skicka dem inte vidare.")
    device.tap("Avbryt")
    expect(sheet).to_have_count(0)
    expect(offer(device)).to_be_focused()
    offer(device).click()
    with device.page.expect_download() as coming:
        device.tap(AGREE)
    assert coming.value.suggested_filename == "2026-11-20-1.webp"
    saved = tmp_path / coming.value.suggested_filename
    coming.value.save_as(saved)
    assert_bare(saved)
    wide = outing.find("johan", TITLE).card.media[2]
    assert saved.stat().st_size == wide.length
    expect(sheet).to_have_count(0)
    device.page.keyboard.press("Escape")
    closed(device)


@pytest.mark.parametrize("size", [(320, 568), (568, 320), (1280, 800)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_rules_can_be_read_and_answered_on_every_screen(
    size: tuple[int, int], scheme: str, outing: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    outing.settings_text += ALLOWED
    outing.publish()
    width, height = size
    device = make_device(hosting(outing.public), viewport={"width": width, "height": height}, color_scheme=scheme)
    open_gallery(device, outing.link("maria"), outing.find("maria", TITLE).card.id)
    offer(device).click()
    sheet = device.page.get_by_role("dialog", name="Spara bilden på enheten?")
    assert sheet.evaluate("sheet => sheet.scrollWidth <= sheet.clientWidth")
    expect(sheet.get_by_role("heading")).to_be_in_viewport(ratio=1)  # what was agreed is read before it is answered
    for name in (AGREE, "Avbryt"):
        button = device.page.get_by_role("button", name=name)
        button.scroll_into_view_if_needed()
        expect(button).to_be_in_viewport(ratio=1)
