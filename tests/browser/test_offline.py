"""Without a network: what was read can be read again, and what was not is said not to be there."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import OFFLINE, OPEN, UNREACHABLE, Device
from tests.browser.hosting import Host
from tests.browser.schools import Sample, School

pytestmark = pytest.mark.browser

IS_KEPT_TOGETHER = "() => caches.match('/together', { cacheName: 'sealed:chain' }).then(Boolean)"
KEPT_ONE_BY_ONE_IS_GONE = """async () => {
    const chain = await caches.open('sealed:chain');
    for (const request of await chain.keys()) if (!request.url.endsWith('/together')) await chain.delete(request);
}"""
DAMAGE = """async from => {
    const chain = await caches.open('sealed:chain');
    const bytes = new Uint8Array(await (await chain.match('/together')).arrayBuffer());
    await chain.put('/together', new Response(bytes.map((byte, i) => i < from ? byte : byte ^ 1)));
}"""
HOLD = """async () => {
    const chain = await caches.open('sealed:chain');
    globalThis.held = await (await chain.match('/together')).arrayBuffer();
}"""
PUT_BACK = "async () => (await caches.open('sealed:chain')).put('/together', new Response(globalThis.held))"


def test_what_was_read_can_be_read_again_offline_with_its_photos(device: Device, sample: Sample) -> None:
    device.expect("ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_REFUSED")
    device.enter(sample.link("maria"))
    device.shell_kept()
    read = [sample.find("maria", title).card for title in ("Vi byggde koja", "Noahs båt")]
    counts = []
    for card in read:
        device.read(card.id, card.title)
        counts.append(len(device.decoded(device.photos)))
    device.go("#/")
    device.shows("Hej Maria!")
    covers = device.page.locator("main .card .cover img")
    device.decoded(covers)
    device.kept_quiet()

    device.offline()
    device.page.reload()
    device.shows("Hej Maria!")
    expect(device.page.locator("#notices")).to_contain_text(OFFLINE)
    assert device.decoded(covers)
    for card, count in zip(read, counts, strict=True):
        device.read(card.id, card.title)
        expect(device.page.locator("main .text p").first).to_be_visible()
        assert len(device.decoded(device.photos)) == count > 0
        device.page.reload()
        device.shows(card.title)
        assert len(device.decoded(device.photos)) == count


def test_a_start_needs_only_what_was_kept_together(device: Device, sample: Sample) -> None:
    device.expect("ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_REFUSED", "404")  # covers that no worker has kept
    device.enter(sample.link("maria"))
    device.shell_kept()
    device.eventually(lambda: device.page.evaluate(IS_KEPT_TOGETHER))
    device.offline()
    device.page.evaluate(KEPT_ONE_BY_ONE_IS_GONE)
    device.page.reload()
    device.shows("Hej Maria!")
    expect(device.page.locator("main .card h2 a").first).to_be_visible()


@pytest.mark.parametrize("from_byte", [0, 2000], ids=["its lengths", "what is in it"])
def test_a_start_reads_the_files_one_by_one_where_what_was_kept_together_is_damaged(
    from_byte: int, device: Device, sample: Sample
) -> None:
    device.expect("ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_REFUSED", "404")  # covers that no worker has kept
    device.enter(sample.link("maria"))
    device.shell_kept()
    device.eventually(lambda: device.page.evaluate(IS_KEPT_TOGETHER))
    device.offline()
    device.page.evaluate(DAMAGE, from_byte)
    device.page.reload()
    device.shows("Hej Maria!")
    expect(device.page.locator("main .card h2 a").first).to_be_visible()


def test_what_was_kept_together_before_the_newest_root_is_not_shown(
    make_device: MakeDevice, hosting: MakeHost, school: School
) -> None:
    school.publish()
    device = make_device(hosting(school.public))
    device.expect("ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_REFUSED")
    device.enter(school.link("maria"))
    device.shell_kept()
    device.eventually(lambda: device.page.evaluate(IS_KEPT_TOGETHER))
    device.page.evaluate(HOLD)
    school.later(hours=1).post("Solrosen/2026-11-23 Pulkabacken", "Det gick undan.\n")
    school.publish()
    device.page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(device.page.locator("main .card h2 a").first).to_have_text("Pulkabacken")
    device.kept_quiet()
    device.page.wait_for_timeout(2_000)
    device.page.evaluate(PUT_BACK)
    device.offline()
    device.page.reload()
    expect(device.page.locator("main .card h2 a").first).to_have_text("Pulkabacken")


def test_a_post_that_was_never_seen_is_said_not_to_be_there(device: Device, sample: Sample) -> None:
    device.expect("ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_REFUSED")
    device.enter(sample.link("maria"))
    device.shell_kept()
    device.offline()
    unseen = sample.find("maria", "Lyktvandring").card
    device.read(unseen.id, UNREACHABLE)
    device.host.start()
    device.context.set_offline(False)
    device.tap("Försök igen")
    device.shows("Lyktvandring")
    assert device.decoded(device.photos)


def test_a_device_comes_back_online_and_is_told_of_what_is_new(
    make_device: MakeDevice, hosting: MakeHost, school: School
) -> None:
    school.publish()
    device = make_device(hosting(school.public))
    device.expect("ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_REFUSED")
    device.enter(school.link("maria"))
    device.shell_kept()
    device.offline()
    device.page.reload()
    expect(device.page.locator("#notices")).to_contain_text(OFFLINE)
    assert "Pulkabacken" not in device.cards()
    school.later(hours=1).post("Solrosen/2026-11-23 Pulkabacken", "Det gick undan.\n")
    school.publish()
    device.host.start()
    device.context.set_offline(False)
    expect(device.page.locator("main .card h2 a").first).to_have_text("Pulkabacken")
    expect(device.page.locator("#notices")).not_to_contain_text(OFFLINE)


def test_a_host_that_cannot_be_reached_is_said_at_the_first_opening(device: Device, host: Host, sample: Sample) -> None:
    device.expect("ERR_CONNECTION_REFUSED")
    device.visit(sample.link("maria"))
    device.page.wait_for_load_state("networkidle")
    host.stop()
    device.tap(OPEN)
    device.shows(UNREACHABLE)
    expect(device.page.locator("main .wait")).to_have_count(0)


def test_a_host_that_never_answers_is_given_up(device: Device, host: Host, sample: Sample) -> None:
    device.page.clock.install()
    device.visit(sample.link("maria"))
    device.page.wait_for_load_state("networkidle")
    host.silent = True
    device.tap(OPEN)
    expect(device.page.get_by_role("button", name="Öppnar …")).to_be_visible()
    for _ in range(7):
        device.page.clock.fast_forward(10_000)
    device.shows(UNREACHABLE)
    host.silent = False


def test_a_page_that_never_comes_says_that_it_is_slow_and_then_gives_up(
    device: Device, host: Host, sample: Sample
) -> None:
    device.page.clock.install()
    device.visit(sample.link("maria"))
    device.tap(OPEN)
    device.shows("Hej Maria!")
    device.page.wait_for_load_state("networkidle")
    host.silent = True
    device.go(f"#/p/{sample.find('maria', 'Lyktvandring').card.id}")
    device.page.clock.fast_forward(1_000)
    expect(device.page.locator("main .wait")).to_have_text("Öppnar …")
    device.page.clock.fast_forward(8_000)
    expect(device.page.locator("main .wait")).to_have_text("Det tar längre tid än vanligt …")
    for _ in range(6):
        device.page.clock.fast_forward(10_000)
    device.shows(UNREACHABLE)
    host.silent = False
