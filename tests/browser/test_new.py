"""What is new since the last visit: told on the first page, gathered on a page of its own, and no longer new when it has been read."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import Device
from tests.browser.schools import School

pytestmark = pytest.mark.browser

CLEAR = "Inget nytt sedan sist"


@pytest.fixture
def device(school: School, hosting: MakeHost, make_device: MakeDevice) -> Device:
    """A telephone that was here when the school's own posts were published, and has seen them all."""
    school.publish()
    made = make_device(hosting(school.public))
    made.context.clock.set_fixed_time(school.now)
    made.enter(school.link("maria"))
    for card in made.page.locator("main .card").all():
        card.scroll_into_view_if_needed()
        made.page.wait_for_timeout(150)
    made.page.wait_for_timeout(2500)  # until it is told to the store
    return made


def come_back(device: Device) -> None:
    device.page.reload()
    device.shows("Hej Maria!")
    device.page.wait_for_timeout(2500)  # the newest root is asked for when the page has been shown
    device.page.reload()
    device.shows("Hej Maria!")


def test_the_first_time_nothing_is_called_new(device: Device) -> None:
    expect(device.page.locator("main .new")).to_have_count(0)
    expect(device.page.locator("main .lead")).to_have_count(0)
    device.go("#/nytt")
    device.shows("Nytt sedan sist")
    expect(device.page.locator("main .empty")).to_have_text(CLEAR)
    expect(device.page).to_have_title("Nytt sedan sist – Backens förskola")


def test_the_line_on_the_first_page_leads_to_what_is_new_and_what_was_read_leaves_it(
    device: Device, school: School
) -> None:
    school.later(hours=1).post("Solrosen/2026-11-22 Kottar", "Vi räknade kottar.\n")
    school.post("Blåklockan/2026-11-21 Pärlor", "Vi trädde pärlor.\n")
    school.publish()
    come_back(device)
    line = device.page.locator("main .lead").get_by_role("link", name="2 nya inlägg sedan sist")
    line.click()
    device.shows("Nytt sedan sist")
    assert device.cards() == ["Kottar", "Pärlor"]
    expect(device.page.locator("main .card .new")).to_have_count(2)
    device.page.get_by_role("link", name="Kottar").click()
    device.shows("Kottar")
    device.page.go_back()
    device.shows("Nytt sedan sist")
    assert device.cards() == ["Pärlor"]
    device.page.go_back()
    expect(device.page.get_by_role("link", name="1 nytt inlägg sedan sist")).to_be_visible()


def test_when_more_is_new_than_the_first_page_shows_it_gives_no_number_and_the_list_has_all(
    device: Device, school: School
) -> None:
    school.later(hours=1)
    for number in range(28):
        school.post(f"Solrosen/2026-11-22 Nummer {number:02}", "Ännu en dag.\n")
    school.publish()
    come_back(device)
    device.page.get_by_role("link", name="Många nya inlägg sedan sist").click()
    device.shows("Nytt sedan sist")
    assert len(device.cards()) == 28


def test_a_post_that_is_published_late_is_new_although_its_day_has_passed(device: Device, school: School) -> None:
    school.later(days=3).post("Solrosen/2026-11-18 Kvarglömt", "Det här blev liggande.\n")
    school.publish()
    come_back(device)
    device.page.get_by_role("link", name="1 nytt inlägg sedan sist").click()
    device.shows("Nytt sedan sist")
    assert device.cards() == ["Kvarglömt"]
