"""What a page tells the worker about its photos, and what the worker finds again by itself."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.device import Device
from tests.browser.schools import Sample
from tests.browser.test_memory import IN_DATABASES

pytestmark = pytest.mark.browser

UNTOLD = "ServiceWorker.prototype.postMessage = () => {}"
UNKEPT = """(() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value, id) {
        return put.call(this, value, this.name === 'tickets' ? 'another' : id);
    };
})()"""

COUNTED = """(() => {
    globalThis.told = [];
    const post = ServiceWorker.prototype.postMessage;
    ServiceWorker.prototype.postMessage = function (message) {
        if (message.tickets) globalThis.told.push(message.tickets.length);
        return post.call(this, message);
    };
})()"""


def test_all_photos_of_a_page_are_told_the_worker_at_once(device: Device, sample: Sample) -> None:
    card = sample.find("maria", "Vi byggde koja").card
    device.enter(sample.link("maria"))
    device.shell_kept()
    device.page.evaluate(COUNTED)
    device.read(card.id, card.title)
    device.decoded(device.photos)
    (told,) = device.page.evaluate("globalThis.told")
    assert told > device.photos.count() > 1


@pytest.mark.parametrize("lost", [UNTOLD, UNKEPT], ids=["what it was told", "what was kept"])
def test_photos_show_when_the_worker_has_lost(lost: str, device: Device, sample: Sample) -> None:
    card = sample.find("maria", "Vi byggde koja").card
    device.enter(sample.link("maria"))
    device.shell_kept()
    device.page.evaluate(lost)
    device.read(card.id, card.title)
    expect(device.photos.first).to_have_attribute("src", re.compile("^/m/"))
    assert len(device.decoded(device.photos)) == device.photos.count() > 0


def test_what_is_kept_of_a_ticket_opens_nothing(device: Device, sample: Sample) -> None:
    card = sample.find("maria", "Vi byggde koja").card
    device.enter(sample.link("maria"))
    device.shell_kept()
    device.read(card.id, card.title)
    device.decoded(device.photos)
    device.eventually(lambda: _kept_tickets(device))  # they are kept when the page is at rest
    assert {field for _, ticket in _kept_tickets(device) for field in ticket} == {"audience", "month", "name", "made"}


def _kept_tickets(device: Device) -> list[tuple[str, dict[str, object]]]:
    tickets: list[tuple[str, dict[str, object]]] = json.loads(device.page.evaluate(IN_DATABASES))["tickets"]
    return tickets
