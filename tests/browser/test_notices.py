"""Notices on the telephone, in a browser: asked for on a page that says who carries them, shown as they come, and a tap leads to what is new."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Playwright, Worker, expect

from pluttra_publish import inbox
from pluttra_publish.hosts.drops import FolderDrop
from pluttra_publish.letters.push import notification
from pluttra_publish.letters.subscriptions import Subscription, Subscriptions
from pluttra_publish.letters.words import words_in
from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import Device
from tests.browser.dropping import Drop, dropping
from tests.browser.hosting import Host
from tests.browser.schools import Sample, School
from tests.browser.test_accessibility import AXE, JUDGE, RULES
from tests.browser.test_install import SAFARI
from tests.browser.test_looks import OVERFLOWING
from tests.conftest import WHOLE, launched
from tests.letters.push_service import PushService, Telephone, b64, unb64

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The whole of it: without a window there are no notices."""
    with launched(playwright, WHOLE) as chromium:
        yield chromium


HEADING = "Aviseringar i telefonen"
DELIVERIES = 4
OFFER = "Få veta när det finns nytt"
SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
    .map(({ title, body, lang, dir, tag, icon, image, badge }) => ({ title, body, lang, dir, tag, fetched: icon || image || badge || '' }))"""
TAP = """async () => {
    const [notification] = await registration.getNotifications();
    const event = new NotificationEvent('notificationclick', { notification });
    event.waitUntil = work => { globalThis.followed = work };
    dispatchEvent(event);
    await globalThis.followed.catch(() => {});
}"""
WORKERS = "async () => (await navigator.serviceWorker.getRegistrations()).length"
GIVEN_UP = """async () => {
    globalThis.asked = null;
    PushManager.prototype.subscribe = async options => { globalThis.asked = options };
    const event = new ExtendableEvent('pushsubscriptionchange');
    event.waitUntil = work => { globalThis.followed = work };
    dispatchEvent(event);
    await globalThis.followed;
    return globalThis.asked;
}"""
# What a browser without a push service of its own lacks: an address that lasts until it is given up, for the key that it was asked with.
SERVED = """([endpoint, p256dh, auth]) => {
    const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), letter => letter.charCodeAt(0)).buffer;
    const keys = { p256dh: bytes(p256dh), auth: bytes(auth) };
    const of = key => ({ endpoint, options: { applicationServerKey: bytes(key) }, getKey: name => keys[name], unsubscribe: async () => localStorage.removeItem('served') });
    const text = key => typeof key === 'string' ? key : btoa(String.fromCharCode(...key)).replace(/[+]/g, '-').replace(/[/]/g, '_').replace(/=+$/, '');
    PushManager.prototype.getSubscription = async () => localStorage.getItem('served') ? of(localStorage.getItem('served')) : null;
    PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
        if (!userVisibleOnly) throw new Error('what comes must be shown');
        localStorage.setItem('served', text(applicationServerKey));
        return of(text(applicationServerKey));
    };
}"""
PREF = """async name => {
    const opened = indexedDB.open('pluttra');
    await new Promise(done => { opened.onsuccess = done });
    const asked = opened.result.transaction('facts').objectStore('facts').get(`pref:${name}`);
    await new Promise(done => { asked.onsuccess = done });
    opened.result.close();
    return asked.result ?? null;
}"""
OFFERED = "() => localStorage.getItem('offered')"
SINCE = """async time => {
    const opened = indexedDB.open('pluttra');
    await new Promise(done => { opened.onsuccess = done });
    const written = opened.result.transaction('facts', 'readwrite');
    written.objectStore('facts').put(time, 'pref:since');
    await new Promise(done => { written.oncomplete = done });
    opened.result.close();
}"""


@dataclass
class Pushing:
    """A device's push service, as the DevTools protocol plays it."""

    device: Device
    registrations: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._cdp = self.device.cdp()
        self._cdp.on("ServiceWorker.workerRegistrationUpdated", lambda told: self.registrations.extend(told["registrations"]))  # fmt: skip
        self._cdp.send("ServiceWorker.enable")
        self.device.eventually(self._own)

    def _own(self) -> list[str]:
        """The registrations of this site that are told of and not deleted, the newest last."""
        told = {
            one["registrationId"]: one for one in self.registrations if one["scopeURL"].startswith(self.device.host.url)
        }
        return [name for name, one in told.items() if not one["isDeleted"]]

    def bring(self, pushed: str, title: str) -> dict[str, str]:
        """Deliver a push; the one notice that lies on the screen then, when it has that title.

        The protocol tells nobody of a delivery that found the worker between two lives, and a push service repeats what was not received: so does this.
        """
        one = {"origin": self.device.host.url, "data": pushed}
        for _ in range(DELIVERIES):
            self._cdp.send("ServiceWorker.deliverPushMessage", {**one, "registrationId": self._own()[-1]})
            for _ in range(100):
                shown = self.device.page.evaluate(SHOWN)
                if [each["title"] for each in shown] == [title]:
                    return dict(shown[0])
                self.device.page.wait_for_timeout(50)
        pytest.fail(f"{title!r} is not on the screen, which shows {shown} of {self.registrations}")

    @property
    def worker(self) -> Worker:
        (worker,) = self.device.context.service_workers
        return worker


@pytest.fixture
def pushing(device: Device, sample: Sample) -> Pushing:
    device.context.grant_permissions(["notifications"], origin=device.host.url)
    device.enter(sample.link("maria"))
    device.shell_kept()
    return Pushing(device)


def test_a_notice_is_shown_in_the_familys_language_and_asks_the_host_for_nothing(pushing: Pushing) -> None:
    pushing.device.kept_quiet()
    pushing.device.host.forget()
    for code, body in (("sv", "Tryck för att läsa."), ("ar", "اضغط للقراءة.")):
        words = words_in(code)
        title = words.count("Ett nytt inlägg finns att läsa", "%(num)s nya inlägg finns att läsa", 3)
        notice = notification(words, url="https://dagar.example.se", count=3).decode("utf-8")
        shown = pushing.bring(notice, title)  # one takes the place of the one before
        assert (shown["body"], shown["lang"], shown["dir"]) == (body, code, words.direction)
        assert (shown["tag"], shown["fetched"]) == ("nytt", "")
    assert [path for path in pushing.device.host.asked if path != "root"] == []


def test_what_cannot_be_read_is_shown_too_and_a_tap_leads_the_open_window_to_what_is_new(pushing: Pushing, sample: Sample) -> None:  # fmt: skip
    card = sample.find("maria", "Vi byggde koja").card
    pushing.device.read(card.id, card.title)
    for pushed in ("not JSON", '{"web_push": 1}', '{"web_push": 8030, "notification": {"title": 7}}', "null"):
        pushing.bring('{"web_push": 8030, "notification": {"title": "en som går att läsa"}}', "en som går att läsa")
        shown = pushing.bring(pushed, pushing.device.host.url.removeprefix("http://"))
        assert shown["body"] == ""
    pushing.worker.evaluate(TAP)
    expect(pushing.device.page).to_have_url(f"{pushing.device.host.url}/#/nytt")
    expect(pushing.device.heading).to_have_text("Nytt sedan sist")
    assert pushing.device.page.evaluate(SHOWN) == []


@dataclass
class Answering:
    """A preschool that tells telephones, its drop box, and the push service of one telephone."""

    school: School
    drop: Drop
    service: PushService
    telephone: Telephone

    def subscriptions(self, reader: str) -> list[Subscription]:
        """What the preschool knows when it has emptied its drop box."""
        inbox.empty(self.school.settings, [FolderDrop(self.drop.folder)], identity=self.school.identity)
        return Subscriptions.load(self.school.state).by_reader.get(reader, [])

    def publish(self, place: str, text: str = "Något nytt.\n") -> None:
        self.school.post(place, text)
        self.school.later(minutes=5).publish()

    @property
    def served(self) -> list[str]:
        body = self.telephone.body()
        return [body["endpoint"], body["p256dh"], body["auth"]]


@pytest.fixture
def answering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answering]:
    school = School(tmp_path / "förskola")

    def now() -> float:
        return school.now.timestamp()

    service = PushService(tmp_path, now)
    monkeypatch.setenv("SSL_CERT_FILE", str(service.certificate))
    with dropping(tmp_path / "brev" / "box") as drop, service.open():
        school.settings_text = (
            'name = "Backens förskola"\nurl = "http://localhost:8000"\naccessibility.assessed = 2026-09-01\n'
            '[push]\non = true\ncontact = "backen@example.se"\n'
            f'[drop]\nurl = "{drop.address}"\nfolder = "{drop.folder}"\n'
        )
        school.write_posts()
        school.publish()
        yield Answering(school, drop, service, service.telephone("maria"))


@pytest.fixture
def home(hosting: MakeHost, answering: Answering) -> Host:
    made = hosting(answering.school.public)
    answering.drop.begin_anew(made.url, answering.school)
    return made


def phone(make_device: MakeDevice, home: Host, answering: Answering, **options: Any) -> Device:
    """Maria's telephone, in."""
    made = make_device(home, **options)
    made.expect(rf"asked elsewhere: {answering.drop.address}", "icon.svg net::ERR_FAILED")
    made.context.grant_permissions(["notifications"], origin=home.url)
    made.context.add_init_script(f"({SERVED})({json.dumps(answering.served)})")
    made.visit(answering.school.link("maria"))
    made.page.locator('[data-do="open"]').click()
    made.eventually(lambda: made.page.locator("main .cards").count())
    made.shell_kept()
    return made


def said(device: Device) -> Locator:
    return device.page.locator("[data-slot=said]")


def ticks(device: Device) -> dict[str, Locator]:
    labels = device.page.locator(".ticks[data-slot=about] label")
    expect(labels.first).to_be_visible()
    return {label.inner_text().strip(): label.locator("input") for label in labels.all()}


def judge(device: Device) -> None:
    """By the rules of accessibility, and at the narrowest width."""
    device.page.evaluate(AXE.read_text(encoding="utf-8"))
    assert device.page.evaluate(JUDGE, RULES) == []
    device.page.set_viewport_size({"width": 320, "height": 780})
    assert device.page.evaluate(OVERFLOWING) == []


def test_from_a_tap_to_a_notice_on_the_screen_by_way_of_the_drop_box(
    make_device: MakeDevice, home: Host, answering: Answering
) -> None:
    device = phone(make_device, home, answering)
    device.go("#/om")
    device.page.get_by_role("link", name="Slå på eller av").click()
    device.shows(HEADING)
    expect(device.page.locator("main")).to_contain_text("Apple, Google, Microsoft eller Mozilla")
    chosen = ticks(device)
    assert list(chosen) == ["Alva", "Noah", "Blåklockan", "Solrosen", "Hela förskolan"]
    for title in ("Solrosen", "Blåklockan", "Hela förskolan"):
        chosen[title].uncheck()
    device.page.get_by_label("Var tyst").check()
    device.page.get_by_label("Från").fill("20:30")
    judge(device)
    assert answering.drop.took == []
    device.tap("Slå på aviseringar")
    expect(said(device)).to_contain_text("Påslaget")
    device.eventually(lambda: answering.drop.took)
    (one,) = answering.subscriptions("maria")
    own = {answering.school.keys().audiences[f"child:{child}"].id.hex() for child in ("alva", "noah")}
    assert (one.endpoint, one.lang, one.quiet, one.mail) == (
        answering.telephone.endpoint,
        "sv",
        ("20:30", "07:00"),
        True,
    )
    assert set(one.about or ()) == own

    answering.publish("Solrosen/2026-11-23 Granen", "Barn: Alva\n\nAlva klädde den.\n")
    answering.publish("forskolan/2026-11-23 Nytt")
    (notice,) = answering.service.to(answering.telephone)
    (taken,) = answering.service.taken
    key = unb64(taken.headers["authorization"].partition("k=")[2])
    assert device.page.evaluate("() => localStorage.getItem('served')") == b64(key)
    pushing = Pushing(device)
    pushing.bring(json.dumps(notice), "Ett nytt inlägg finns att läsa")
    pushing.worker.evaluate(TAP)
    expect(device.page).to_have_url(f"{home.url}/#/nytt")


def test_it_follows_the_language_and_the_address_and_is_forgotten_with_the_device(
    make_device: MakeDevice, home: Host, answering: Answering
) -> None:
    answering.school.row("vardnadshavare", "maria")[4] = "en"
    answering.school.later(minutes=5).publish()
    device = phone(make_device, home, answering)
    device.go("#/notiser")
    device.shows("Notifications on the phone")
    device.tap("Turn on notifications")
    device.eventually(lambda: answering.drop.took)
    (one,) = answering.subscriptions("maria")
    assert (one.lang, one.about) == ("en", None)
    pushing = Pushing(device)
    shown = pushing.bring("what nobody can read", "There is something new to read")
    assert (shown["body"], shown["lang"], shown["dir"]) == ("Tap to read.", "en", "ltr")

    device.page.locator(".language select").select_option("fi")
    device.shows("Ilmoitukset puhelimessa")
    other = answering.service.telephone("other")
    answering.telephone = other
    device.context.add_init_script(f"({SERVED})({json.dumps(answering.served)})")
    device.page.goto(f"{home.url}/")
    device.page.reload()
    device.eventually(lambda: len(answering.drop.took) == 3)
    (one,) = answering.subscriptions("maria")
    assert (one.endpoint, one.lang) == (other.endpoint, "fi")
    (pref,) = {device.page.evaluate(PREF, "push")["key"]}
    assert pushing.worker.evaluate(GIVEN_UP) == {"userVisibleOnly": True, "applicationServerKey": pref}
    assert device.page.evaluate(SHOWN) == [], "who looks is not told any longer"

    device.page.evaluate("() => { location.hash = '#/om' }")
    device.page.locator("[data-do=forget]").click()
    device.page.locator("[data-do=forget-now]").click()
    device.eventually(lambda: not device.page.evaluate(WORKERS))
    assert device.page.evaluate("() => Object.keys(localStorage)") == []


def test_what_was_chosen_is_there_to_be_changed_and_turned_off(
    make_device: MakeDevice, home: Host, answering: Answering
) -> None:
    device = phone(make_device, home, answering)
    device.go("#/notiser")
    for title in ("Alva", "Noah", "Solrosen", "Blåklockan", "Hela förskolan"):
        ticks(device)[title].uncheck()
    device.tap("Slå på aviseringar")
    expect(device.page.get_by_role("alert").filter(visible=True)).to_contain_text("Välj något")
    ticks(device)["Noah"].check()
    device.page.get_by_label("Mejla mig också").uncheck()
    device.tap("Slå på aviseringar")
    device.eventually(lambda: len(answering.drop.took) == 1)
    assert not answering.subscriptions("maria")[0].mail
    device.page.reload()
    device.shows(HEADING)
    expect(device.page.get_by_text("Aviseringar är på, på den här enheten.")).to_be_visible()
    assert [title for title, tick in ticks(device).items() if tick.is_checked()] == ["Noah"]
    expect(device.page.get_by_label("Mejla mig också")).not_to_be_checked()
    ticks(device)["Alva"].check()
    device.tap("Spara ändringarna")
    device.eventually(lambda: len(answering.drop.took) == 2)
    assert len(answering.subscriptions("maria")[0].about or ()) == 2
    device.tap("Stäng av")
    expect(said(device)).to_contain_text("Avslaget")
    device.eventually(lambda: len(answering.drop.took) == 3)
    assert answering.subscriptions("maria") == []
    assert device.page.evaluate("() => localStorage.getItem('served')") is None
    assert device.page.evaluate(PREF, "push") is None


def test_it_is_offered_after_a_post_on_a_later_day_when_the_rest_is_answered_and_never_after_a_no(
    make_device: MakeDevice, home: Host, answering: Answering
) -> None:
    device = phone(make_device, home, answering)
    post = answering.school.find("maria", "Första snön").card
    offer = device.page.get_by_role("complementary", name=OFFER)

    def read() -> None:
        device.read(post.id, post.title)
        device.go("#/")
        expect(device.heading).to_have_text("Hej Maria!")

    device.tap("Nej tack")  # to the key
    read()
    device.tap("Nej tack")  # to the home screen
    device.page.evaluate(SINCE, 1_700_000_000_000)
    expect(offer).to_be_hidden()
    device.read(post.id, post.title)
    device.eventually(lambda: device.page.evaluate(OFFERED) == "3")
    device.go("#/")
    expect(offer).to_be_visible()
    expect(offer.get_by_role("link", name="Visa hur")).to_have_attribute("href", "#/notiser")
    offer.get_by_role("button", name="Nej tack").click()
    expect(offer).to_be_hidden()
    device.page.reload()
    read()
    expect(offer).to_be_hidden()
    assert device.page.evaluate(OFFERED) == "4"


def test_the_page_says_why_it_cannot_be_had(make_device: MakeDevice, home: Host, answering: Answering, host: Host, sample: Sample) -> None:  # fmt: skip
    def visible(device: Device) -> list[str]:
        device.go("#/notiser")
        device.shows(HEADING)
        states = device.page.locator("[data-state]").all()
        return [state.get_attribute("data-state") or "" for state in states if state.is_visible()]

    iphone = make_device(home, user_agent=SAFARI)
    iphone.expect("/drop")
    iphone.context.add_init_script("delete globalThis.PushManager")
    iphone.enter(answering.school.link("maria"))
    assert visible(iphone) == ["ios"]
    iphone.page.get_by_role("link", name="Visa hur").click()
    iphone.shows("Lägg sidan på hemskärmen")
    old = make_device(home)
    old.expect("/drop")
    old.context.add_init_script("delete globalThis.PushManager")
    old.enter(answering.school.link("maria"))
    assert visible(old) == ["unable"]
    refused = make_device(home)
    refused.expect("/drop")
    refused.context.add_init_script("Object.defineProperty(Notification, 'permission', { value: 'denied' })")
    refused.enter(answering.school.link("maria"))
    assert visible(refused) == ["denied"]
    elsewhere = make_device(host)  # whose preschool has not turned it on
    elsewhere.enter(sample.link("maria"))
    assert visible(elsewhere) == ["none"]
    elsewhere.go("#/om")
    elsewhere.shows("Om den här läsaren")
    expect(elsewhere.page.get_by_role("link", name="Slå på eller av")).to_be_hidden()


def test_in_arabic_too_axe_finds_nothing_on_the_page_and_nothing_is_too_wide(
    make_device: MakeDevice, home: Host, answering: Answering
) -> None:
    answering.school.row("vardnadshavare", "maria")[4] = "ar"
    answering.school.later(minutes=5).publish()
    device = phone(make_device, home, answering, reduced_motion="reduce")
    device.go("#/notiser")
    device.page.locator("[data-slot=quiet]").check()
    judge(device)
