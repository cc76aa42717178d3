"""Notices on the telephone, in a browser: what a push service brings is shown as it is and fetches nothing, and a tap leads to what is new."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import CDPSession

from pluttra_publish.letters.push import notification
from pluttra_publish.letters.words import words_in
from tests.browser.device import Device
from tests.browser.schools import Sample

pytestmark = pytest.mark.browser

SHOWN = """async () => {
    const { getNotifications, ...registration } = await navigator.serviceWorker.ready;
    const shown = await (await navigator.serviceWorker.ready).getNotifications();
    return shown.map(({ title, body, lang, dir, tag, icon, image, badge }) => ({ title, body, lang, dir, tag, fetched: icon || image || badge || '' }));
}"""
TAP = """async () => {
    const [notification] = await registration.getNotifications();
    const event = new NotificationEvent('notificationclick', { notification });
    event.waitUntil = work => { globalThis.followed = work };
    dispatchEvent(event);
    await globalThis.followed.catch(() => {});
}"""


class Pushing:
    """A device with a push service that the DevTools protocol plays."""

    def __init__(self, device: Device) -> None:
        self.device = device
        device.context.grant_permissions(["notifications"], origin=device.host.url)
        self._cdp: CDPSession = device.cdp()
        self._registrations: list[dict[str, Any]] = []
        self._cdp.on("ServiceWorker.workerRegistrationUpdated", lambda told: self._registrations.extend(told["registrations"]))  # fmt: skip
        self._cdp.send("ServiceWorker.enable")
        device.eventually(lambda: self._registrations)

    def bring(self, pushed: bytes) -> None:
        one = {"origin": self.device.host.url, "registrationId": self._registrations[-1]["registrationId"]}
        self._cdp.send("ServiceWorker.deliverPushMessage", {**one, "data": pushed.decode("utf-8")})

    def shown(self, many: int = 1) -> list[dict[str, str]]:
        self.device.eventually(lambda: len(self.device.page.evaluate(SHOWN)) == many)
        return list(self.device.page.evaluate(SHOWN))

    def tap(self) -> None:
        """As a finger on the notice: the event that browsers send."""
        (worker,) = self.device.context.service_workers
        worker.evaluate(TAP)


@pytest.fixture
def pushing(device: Device, sample: Sample) -> Pushing:
    device.enter(sample.link("maria"))
    device.shell_kept()
    return Pushing(device)


@pytest.mark.parametrize("code", ["sv", "ar"])
def test_a_notice_is_shown_in_the_familys_language_and_asks_the_host_for_nothing(pushing: Pushing, code: str) -> None:
    pushing.device.kept_quiet()
    pushing.device.host.forget()
    words = words_in(code)
    pushing.bring(notification(words, url="https://dagar.example.se", count=3))
    (shown,) = pushing.shown()
    said = {"sv": ("3 nya inlägg finns att läsa", "Tryck för att läsa."), "ar": (words.count("Ett nytt inlägg finns att läsa", "%(num)s nya inlägg finns att läsa", 3), "اضغط للقراءة.")}  # fmt: skip
    assert (shown["title"], shown["body"]) == said[code]
    assert (shown["lang"], shown["dir"], shown["tag"], shown["fetched"]) == (code, words.direction, "nytt", "")
    assert [path for path in pushing.device.host.asked if path != "root"] == []
