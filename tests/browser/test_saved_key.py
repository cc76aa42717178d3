"""The guardian key in the telephone's passwords: saved from a form that sends nothing, and the way back in on a device that has forgotten."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Request, expect

from tests.browser.conftest import MakeDevice
from tests.browser.device import FORGOTTEN, GREETING, OPEN, OPENS_WITH_LINK, TAMPERED, UNREACHABLE, Device
from tests.browser.hosting import Host
from tests.browser.schools import Sample, School

pytestmark = pytest.mark.browser

SAVE = "Spara i telefonen"
WITH_KEY = "Öppna med sparad nyckel"
OLD_KEY = "Nyckeln gäller inte längre"
SAID_YES = "Svarade du ja?"
WRITTEN = re.compile(r"^pluttra1\.[\w-]{68}$")

MANAGER = """
window.told = [];
window.PasswordCredential = class { constructor(data) { Object.assign(this, data) } };
Object.defineProperty(navigator, 'credentials', { value: { store: async (credential) => { window.told.push({ ...credential }) } } });
"""
"""A password manager that can be asked what it was told."""


def saved_by(device: Device) -> str:
    """Go to the form and read what a manager would keep."""
    device.go("#/spara")
    device.shows(SAVE)
    text = field(device, "Nyckel").input_value()
    assert WRITTEN.match(text)
    return text


def field(device: Device, label: str) -> Locator:
    return device.page.get_by_label(label, exact=True)


def come_back(device: Device, text: str) -> None:
    device.visit("#/")
    device.shows(OPENS_WITH_LINK)
    field(device, "Sparad nyckel").fill(text)
    device.tap(WITH_KEY)


def forget(device: Device) -> None:
    device.go("#/om")
    device.tap("Glöm den här enheten")
    device.tap("Ja, glöm enheten")
    device.shows(FORGOTTEN)


def test_the_first_page_offers_to_save_the_key_once_and_the_form_is_one_that_managers_know(
    device: Device, sample: Sample
) -> None:
    device.enter(sample.link("maria"))
    device.page.get_by_role("complementary", name="Kom tillbaka utan ny länk").get_by_role("link", name=SAVE).click()
    device.shows(SAVE)
    name, key = field(device, "Namn i lösenorden"), field(device, "Nyckel")
    expect(name).to_have_value("Maria, Backens förskola")
    expect(name).to_have_attribute("autocomplete", "username")
    expect(key).to_have_attribute("autocomplete", "current-password")
    expect(key).to_have_attribute("type", "password")
    expect(key).to_have_value(WRITTEN)
    assert name.evaluate("one => one.form === document.querySelector('main form')")
    assert {name.is_visible(), key.is_visible(), key.is_editable()} == {True}


def test_saving_tells_the_manager_and_changes_the_address_and_sends_nothing(
    make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    device = make_device(host)
    device.context.add_init_script(MANAGER)
    device.enter(sample.link("maria"))
    device.eventually(lambda: host.times(host.takes))  # that the invitation has been opened
    device.kept_quiet()
    text = saved_by(device)
    asked: list[Request] = []
    device.page.on("request", lambda request: asked.append(request))  # noqa: PLW0108  # a built-in can carry no mark of Playwright's
    field(device, "Namn i lösenorden").fill("Mamma")
    field(device, "Nyckel").fill(text[:-5])  # by mistake
    device.tap(SAVE)
    device.shows(SAID_YES)
    assert device.page.evaluate("() => window.told") == [{"id": "Mamma", "password": text}]
    assert device.page.url == f"{host.url}/#/sparad"
    assert not [one.url for one in asked if one.is_navigation_request() or one.method != "GET" or one.post_data]
    assert not [one.url for one in asked if text[9:30] in one.url]
    assert device.page.locator("main form").count() == 0
    assert text not in device.page.content()
    device.go("#/")
    expect(device.heading).to_have_text(GREETING)
    expect(device.page.get_by_text("Kom tillbaka utan ny länk")).to_be_hidden()


def test_an_emptied_device_comes_back_with_the_key_alone(make_device: MakeDevice, host: Host, sample: Sample) -> None:
    first = make_device(host)
    first.enter(sample.link("maria"))
    text = saved_by(first)
    assert first.context.cookies() == []
    second = make_device(host)
    host.forget()
    come_back(second, text)
    second.shows("Hej Maria!")
    assert second.page.url == f"{host.url}/"
    assert not [path for path in host.asked if "?" in path]
    second.page.reload()
    second.shows("Hej Maria!")


def test_a_device_that_was_forgotten_says_that_the_saved_key_is_kept_elsewhere_and_takes_it(
    device: Device, sample: Sample
) -> None:
    device.enter(sample.link("maria"))
    text = saved_by(device)
    forget(device)
    expect(device.page.locator("main")).to_contain_text("ligger kvar där, tills du tar bort den")
    come_back(device, text)
    device.shows("Hej Maria!")


@pytest.mark.parametrize("wrong", ["Hemligt123", "pluttra1.", "half"])
def test_what_is_no_whole_key_is_said_under_the_field_and_nothing_is_asked_of_the_host(
    wrong: str, device: Device, host: Host, sample: Sample
) -> None:
    device.enter(sample.link("maria"))
    text = saved_by(device)
    forget(device)
    host.forget()
    come_back(device, text[:40] if wrong == "half" else wrong)
    expect(device.page.get_by_role("alert")).to_contain_text("inte en hel nyckel")
    expect(field(device, "Sparad nyckel")).to_be_focused()
    assert not [path for path in host.asked if path.startswith("k/")]
    field(device, "Sparad nyckel").fill(text)
    device.tap(WITH_KEY)
    device.shows("Hej Maria!")


def test_each_field_takes_what_belongs_in_the_other(make_device: MakeDevice, host: Host, sample: Sample) -> None:
    link = sample.link("maria")
    first = make_device(host)
    first.enter(link)
    text = saved_by(first)
    second = make_device(host)
    second.visit("#/")
    field(second, "Sparad nyckel").fill(link)
    second.tap(WITH_KEY)
    second.shows("Välkommen till Backens förskola")
    second.go("#/")
    second.shows(OPENS_WITH_LINK)
    field(second, "Länken från brevet").fill(text)
    second.tap("Öppna")
    second.shows("Hej Maria!")


def test_a_key_of_somebody_who_no_longer_reads_is_told_as_an_old_one(
    make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    first = make_device(host)
    first.enter(sample.link("maria"))
    text = saved_by(first)
    second = make_device(host)
    second.expect("404")
    second.visit("#/")
    second.page.route("**/k/**", lambda route: route.fulfill(status=404))
    come_back(second, text)
    second.shows(OLD_KEY)
    expect(second.page.locator("main")).to_contain_text("Ta bort den ur telefonens lösenord")
    second.page.unroute("**/k/**")
    second.tap("Försök med en annan nyckel")
    second.shows(OPENS_WITH_LINK)


def test_a_keyring_of_another_publisher_is_refused_with_a_saved_key(
    make_device: MakeDevice, host: Host, sample: Sample, school: School
) -> None:
    """The right key of one preschool, whose host answers with another's keyring."""
    first = make_device(host)
    first.enter(sample.link("maria"))
    text = saved_by(first)
    second = make_device(host)
    second.page.route("**/k/**", lambda route: route.fulfill(body=b"\0" * 4200))
    come_back(second, text)
    second.shows(TAMPERED)


def test_without_network_the_form_says_so_and_keeps_nothing(device: Device, host: Host, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    text = saved_by(device)
    device.shell_kept()
    forget(device)
    device.visit("#/")
    device.shows(OPENS_WITH_LINK)
    device.page.evaluate(
        "() => import(document.querySelector('script[type=module]').src.replace('app.js', 'entering.js')).then(() => 0)"
    )
    device.expect("failed: .*/k/", "ERR_")
    device.offline()
    field(device, "Sparad nyckel").fill(text)
    device.tap(WITH_KEY)
    device.shows(UNREACHABLE)
    assert device.page.evaluate("() => indexedDB.databases().then(all => all.length)") <= 1


def test_no_thanks_is_remembered_even_by_who_leaves_in_the_same_moment(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    offer = device.page.get_by_role("complementary", name="Kom tillbaka utan ny länk")
    expect(offer).to_be_visible()
    with device.page.expect_navigation():
        offer.get_by_role("button", name="Nej tack").evaluate("no => { no.click(); location.reload() }")
    device.shows("Hej Maria!")
    expect(offer).to_be_hidden()


def test_no_thanks_is_remembered(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    offer = device.page.get_by_role("complementary", name="Kom tillbaka utan ny länk")
    expect(offer).to_be_visible()
    offer.get_by_role("button", name="Nej tack").click()
    expect(offer).to_be_hidden()
    assert device.focused() == "h1"
    device.page.reload()
    device.shows("Hej Maria!")
    expect(offer).to_be_hidden()
    device.go("#/om")
    expect(device.page.get_by_role("link", name=SAVE)).to_be_visible()


def test_two_who_read_on_one_device_are_saved_each_for_themselves(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    device.visit(sample.link("johan"))
    device.tap(OPEN)
    device.tap("Lägg till")
    expect(device.heading).to_have_text(GREETING)
    device.go("#/spara")
    device.shows(SAVE)
    expect(device.page.locator("main form h2")).to_have_count(2)
    keys = [one.input_value() for one in field(device, "Nyckel").all()]
    assert len(set(keys)) == 2
