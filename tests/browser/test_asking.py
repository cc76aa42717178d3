"""A page that somebody looks at asks the host every quarter of a minute whether there is something new, and offers it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Request, expect

from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import OFFLINE, Device
from tests.browser.schools import School

pytestmark = pytest.mark.browser

CHANGED = "Nytt har kommit."
HIDE = """hidden => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: hidden ? 'hidden' : 'visible' });
    document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture
def reading(make_device: MakeDevice, hosting: MakeHost, school: School) -> Device:
    """A device that has been let in, whose clock a test can put forward."""
    school.publish()
    device = make_device(hosting(school.public))
    device.context.clock.install()
    device.enter(school.link("maria"))
    device.shell_kept()
    device.page.clock.run_for(2_000)
    device.eventually(lambda: device.host.times("root") >= 2)
    device.kept_quiet()
    device.host.forget()
    return device


def put_forward(device: Device, seconds: int) -> None:
    """Let time go by, a second at a time, with room for answers in between."""
    for _ in range(seconds):
        device.page.clock.run_for(1_000)
        device.page.wait_for_timeout(10)


def test_nothing_new_costs_the_root_alone_and_few_bytes(reading: Device) -> None:
    put_forward(reading, 70)
    assert set(reading.host.asked) == {"root"}
    assert 3 <= reading.host.times("root") <= 6
    assert reading.host.sent / reading.host.times("root") < 1_000, "304, not the root again"


def test_a_new_post_stands_there_within_a_quarter_of_a_minute(reading: Device, school: School) -> None:
    school.later(hours=1).post("Solrosen/2026-11-23 Pulkabacken", "Det gick undan.\n")
    school.publish()
    put_forward(reading, 18)
    expect(reading.page.locator("main .card h2 a").first).to_have_text("Pulkabacken")


def test_whoever_reads_a_post_is_offered_the_new_one_and_not_torn_away(reading: Device, school: School) -> None:
    reading.read(school.find("maria", "Vi byggde koja").card.id, "Vi byggde koja")
    school.later(hours=1).post("Solrosen/2026-11-23 Pulkabacken", "Det gick undan.\n")
    school.publish()
    put_forward(reading, 18)
    expect(reading.page.locator("#notices")).to_contain_text(CHANGED)
    reading.shows("Vi byggde koja")
    reading.tap("Visa")
    expect(reading.page.locator("main .card h2 a").first).to_have_text("Pulkabacken")
    expect(reading.page.locator("#notices")).not_to_contain_text(CHANGED)


def test_a_root_with_nothing_new_in_it_offers_nothing_to_whoever_reads_a_post(reading: Device, school: School) -> None:
    reading.read(school.find("maria", "Vi byggde koja").card.id, "Vi byggde koja")
    school.later(minutes=10).publish()
    put_forward(reading, 18)
    reading.eventually(lambda: len(set(reading.host.asked)) > 1)
    reading.kept_quiet()
    expect(reading.page.locator("#notices")).not_to_contain_text(CHANGED)


def test_nobody_looking_nothing_asked_and_asked_at_once_when_somebody_looks(reading: Device) -> None:
    reading.page.evaluate(HIDE, True)
    put_forward(reading, 60)
    assert reading.host.asked == []
    reading.page.evaluate(HIDE, False)
    put_forward(reading, 1)
    reading.eventually(lambda: reading.host.times("root") == 1)


def test_a_host_that_does_not_answer_is_asked_more_and_more_seldom(reading: Device) -> None:
    reading.expect("ERR_CONNECTION_REFUSED", "ERR_INTERNET_DISCONNECTED")
    tried: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/root"):
            tried.append(request.url)

    reading.context.on("request", note)
    reading.host.stop()
    put_forward(reading, 20)
    expect(reading.page.locator("#notices")).to_contain_text(OFFLINE)
    tried.clear()
    put_forward(reading, 400)
    assert 2 <= len(tried) <= 6, len(tried)
    reading.host.start()
    put_forward(reading, 200)
    expect(reading.page.locator("#notices")).not_to_contain_text(OFFLINE)


def test_where_data_is_saved_it_is_asked_every_third_minute(make_device: MakeDevice, hosting: MakeHost, school: School) -> None:  # fmt: skip
    school.publish()
    device = make_device(hosting(school.public))
    device.context.clock.install()
    device.context.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
    device.enter(school.link("maria"))
    device.shell_kept()
    device.page.clock.run_for(2_000)
    device.eventually(lambda: device.host.times("root") >= 2)
    device.kept_quiet()
    device.host.forget()
    put_forward(device, 120)
    assert device.host.asked == []
    put_forward(device, 80)
    assert device.host.times("root") == 1
