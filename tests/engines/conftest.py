"""Three engines, a small preschool with photos, a long film and a sound, and a new device for every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.film import long_film
from tests.browser.hosting import Host
from tests.browser.schools import School
from tests.engines.browser import Browser
from tests.engines.engines import ENGINES, Engine
from tests.engines.wire import Wire
from tests.media import making

PHOTOS, FILM, SOUND = "Vi byggde koja", "Snö på skärmen", "Noahs visa"

MakeBrowser = Callable[[Path], Browser]


@pytest.fixture(scope="session", params=ENGINES, ids=lambda engine: engine.name)
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    if found.missing:
        pytest.fail(f"{found.name} is missing. Install it (Debian: {found.package}), or run `make test-engines`.")
    return found


@pytest.fixture(scope="session")
def wire(engine: Engine) -> Iterator[Wire]:
    """The engine's browser, started once."""
    with engine.started() as wire:
        wire.do("SetTimeouts", script=30_000, pageLoad=30_000)
        yield wire


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> School:
    """A published preschool with a post of photos, one with a film of more than 20 MB and one with a sound."""
    made = School(tmp_path_factory.mktemp("engines") / "förskola")
    made.write_posts()
    home = made.post(f"Solrosen/2026-10-14 {PHOTOS}")
    for number, (width, height) in enumerate(((2400, 1600), (1200, 1800), (3600, 900))):
        (home / f"{number}.jpg").write_bytes(making.photo(image=making.scene(width, height)))
    long_film(made.post(f"Solrosen/2026-11-18 {FILM}", "Det snöar.\n") / "snö.mp4")
    making.sound(made.post(f"barn/Noah Lindqvist/2026-11-17 {SOUND}", "Lyssna.\n") / "visa.wav", codec="pcm_s16le", form="wav", seconds=6)  # fmt: skip
    made.publish()
    return made


@pytest.fixture
def make_browser(wire: Wire) -> Iterator[MakeBrowser]:
    """Serve a published folder at an address that the browser has never been to."""
    hosts: list[Host] = []

    def make(public: Path) -> Browser:
        hosts.append(Host(public))
        return Browser(wire, hosts[-1])

    yield make
    wire.do("Navigate", url="about:blank")
    for host in hosts:
        host.stop()


@pytest.fixture
def browser(make_browser: MakeBrowser, school: School) -> Browser:  # type: ignore[override]  # another than tests/conftest.py has
    """A device that has never been here."""
    return make_browser(school.public)
