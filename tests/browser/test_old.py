"""Browsers that cannot, and readers that do not start: each is told so in words, and nothing goes on behind them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import MakeDevice
from tests.browser.device import NO_SCRIPT, NOT_SECURE, NOT_STARTED, OLD_BROWSER, OPENS_WITH_LINK, Device
from tests.browser.hosting import SHELL, Host
from tests.browser.schools import Sample

pytestmark = pytest.mark.browser
OLD = Path(__file__).parents[2] / "theme" / "static" / "reader" / "old.js"
NEWER_THAN_ES5 = r"=>|`|\?\.|\?\?|\.\.\.|\b(let|const|class|async|await|of|import|export)\b"
READER = re.compile(r"/r/[^/]+/app\.js$")

LACKING = {  # what the oldest browsers that will do have, and those before them lack
    "modules": "delete HTMLScriptElement.prototype.noModule",
    "structuredClone": "delete window.structuredClone",
    "dialogs": "delete window.HTMLDialogElement",
    "Array.at": "delete Array.prototype.at",
    "Object.hasOwn": "delete Object.hasOwn",
    "IndexedDB": "Object.defineProperty(window, 'indexedDB', { value: undefined })",
}
NO_SUBTLE = "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })"


@pytest.fixture
def telling(device: Device) -> Callable[[str], None]:
    """See that the page says exactly this, and that nothing but the shell is asked for."""

    def tells(heading: str) -> None:
        expect(device.page.locator("body > .sheet:visible")).to_have_count(1)
        expect(device.page.get_by_role("heading", name=heading)).to_be_visible()
        expect(device.page.locator("main")).to_be_hidden()
        device.kept_quiet()
        assert [path for path in device.host.asked if not re.fullmatch(SHELL, path)] == []
        assert device.page.locator("main h1").count() == 0
        assert device.page.evaluate("() => navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0

    return tells


@pytest.mark.parametrize("lacking", LACKING)
def test_an_old_browser_is_told_so_and_the_reader_does_not_start_behind(
    lacking: str, device: Device, sample: Sample, telling: Callable[[str], None]
) -> None:
    device.context.add_init_script(LACKING[lacking])
    device.visit(sample.link("maria"))
    telling(OLD_BROWSER)


def test_a_browser_that_cannot_read_the_reader_s_code_is_told_that_it_is_old(
    device: Device, telling: Callable[[str], None]
) -> None:
    device.expect("Missing initializer")

    def unhurried(route: Route) -> None:
        """The page, whose preload would see that the code is another."""
        page = route.fetch()
        route.fulfill(response=page, body=page.text().replace("modulepreload", "later"))

    device.context.route(re.compile("/$"), unhurried)
    device.context.route(
        READER, lambda route: route.fulfill(content_type="text/javascript", body="const tomorrow := 1;")
    )
    device.visit("#/")
    telling(OLD_BROWSER)


def test_an_address_where_nothing_can_be_unlocked_is_told_as_not_secure(
    device: Device, telling: Callable[[str], None]
) -> None:
    device.context.add_init_script(NO_SUBTLE)
    device.visit("#/")
    telling(NOT_SECURE)


def test_a_reader_that_does_not_arrive_is_told_so(device: Device, telling: Callable[[str], None]) -> None:
    device.expect("app.js")
    device.context.route(READER, lambda route: route.abort())
    device.visit("#/")
    telling(NOT_STARTED)


def test_a_reader_that_arrives_late_takes_over_from_the_words_that_it_did_not(device: Device) -> None:
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    device.context.route(READER, hold)
    device.page.clock.install()
    device.page.goto(f"{device.host.url}/", wait_until="commit")
    expect(device.page.locator("main .wait")).to_be_visible()
    device.page.clock.fast_forward(31_000)
    expect(device.page.get_by_role("heading", name=NOT_STARTED)).to_be_visible()
    for route in late:
        route.continue_()
    device.shows(OPENS_WITH_LINK)
    expect(device.heading).to_be_visible()
    expect(device.page.get_by_text(NOT_STARTED)).to_have_count(0)


def test_without_javascript_the_page_says_what_is_needed(make_device: MakeDevice, host: Host) -> None:
    device = make_device(host, java_script_enabled=False)
    device.expect("app.js csp")  # how Chromium says that it does not run it
    device.visit("#/")
    expect(device.page.get_by_role("heading", level=1)).to_have_text(NO_SCRIPT)


def test_what_tells_old_browsers_is_written_for_old_browsers() -> None:
    code = re.sub(r"//[^\n]*|/\*.*?\*/|'[^']*'", "", OLD.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert "addEventListener" in code
    assert re.findall(NEWER_THAN_ES5, code) == []
