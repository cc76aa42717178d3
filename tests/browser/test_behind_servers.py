"""The reader on real web servers with the rules that we write, over https: their headers hinder nothing of ours, and a film can be wound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.browser.device import Device
from tests.browser.schools import School
from tests.browser.test_film import PLAY, SEEK
from tests.conftest import HEADLESS, launched
from tests.media import making
from tests.servers import web

pytestmark = pytest.mark.browser
TITLE = "Vi filmade"


@dataclass(frozen=True)
class Behind:
    """A host as a device needs it."""

    url: str

    def link(self, address: str) -> str:
        return f"{self.url}/{address[address.index('#') :]}"


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> School:
    made = School(tmp_path_factory.mktemp("behind") / "förskola")
    made.write_posts()
    home = made.post(f"Solrosen/2026-11-20 {TITLE}", "Vi filmade.\n")
    making.film(home / "koja.mp4", codec="libx264", seconds=3)
    made.publish()
    for folder in (made.root, *made.root.parents):
        if folder != Path("/tmp") and folder.is_relative_to("/tmp"):  # noqa: S108 # for the servers' accounts
            folder.chmod(0o755)
    return made


@pytest.fixture(scope="module")
def trusting(playwright: Playwright) -> Iterator[Browser]:
    """A browser that takes throwaway certificates, for service workers too."""
    with launched(playwright, HEADLESS, "--ignore-certificate-errors") as made:
        yield made


@pytest.mark.parametrize("kind", ["nginx", "apache", "caddy"])
def test_a_guardian_reads_and_winds_a_film_behind_a_real_server(
    kind: str, filmed: School, trusting: Browser, tmp_path: Path
) -> None:
    with getattr(web, kind)(filmed.public, tmp_path / "server") as server:
        context = trusting.new_context(locale="sv-SE", viewport={"width": 390, "height": 780}, ignore_https_errors=True)
        device = Device(context, Behind(server.url))  # type: ignore[arg-type]
        device.enter(filmed.link("maria"))
        device.controlled()
        assert TITLE in device.cards()
        device.read(filmed.find("maria", TITLE).card.id, TITLE)
        film = device.page.locator("main video")
        film.evaluate(PLAY)
        assert abs(film.evaluate(SEEK, 2) - 2) < 0.5
        device.eventually(lambda: film.evaluate("film => film.currentTime") > 2)
        device.page.reload()
        device.shows(TITLE)
        expect(device.page.locator("main video").first).to_be_visible()
        assert device.unexpected() == []
        context.close()
    (filmed.public / ".htaccess").unlink(missing_ok=True)
