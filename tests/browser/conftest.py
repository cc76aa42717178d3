"""Chromium, the sample preschool sealed once with a long film in it, hosts for it, and devices to read it on."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from pluttra_publish.drop.endpoint import DropBox
from pluttra_publish.drop.setting_up import box_at
from pluttra_publish.settings import FILE, read_settings
from tests.browser.device import Device
from tests.browser.film import long_film
from tests.browser.hosting import LACKING, NAMED, Host
from tests.browser.schools import Sample, School

CONTENT = Path(__file__).parents[2] / "content"
FILM_POST = "Snö på skärmen"

MakeDevice = Callable[..., Device]
MakeHost = Callable[..., Host]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Sample:
    """The sample preschool on a fixed day, with one film of more than 20 MB. Only to be read and invited to.

    Made once for all workers; each has a copy, since inviting changes it.
    """
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    with alone(shared / "browser.lock"):
        if not (shared / "backen").is_dir():
            shutil.rmtree(shared / "backen-unfinished", ignore_errors=True)
            _make_sample(shared / "backen-unfinished").rename(shared / "backen")
    return Sample(Path(shutil.copytree(shared / "backen", tmp_path_factory.mktemp("sample") / "backen")))


def _make_sample(root: Path) -> Path:
    shutil.copytree(CONTENT, root, ignore=shutil.ignore_patterns("privat", "public"))
    home = root / "inlagg" / "Solrosen" / f"2026-11-18 {FILM_POST}"
    home.mkdir()
    film = long_film(home / "snö.mp4")
    assert film.stat().st_size > 20_000_000
    Sample(root).publish()
    return root


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Keep the other workers waiting."""
    while True:
        try:
            lock.mkdir()
        except FileExistsError:
            time.sleep(0.1)
        else:
            break
    try:
        yield
    finally:
        lock.rmdir()


@pytest.fixture
def hosting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeHost]:
    """Make hosts, which take answers where the sample preschool does; at the end, see that none was ever asked for anything that tells what is read."""
    made: list[Host] = []

    def make(folder: Path, **options: Any) -> Host:
        if "drop" not in options:  # where the preschool takes answers, it does here
            own = box_at(read_settings(folder.parent)) if (folder.parent / FILE).is_file() else None
            options["drop"] = own or ("/drop", DropBox(tmp_path_factory.mktemp("brev") / "brevlada"))
        made.append(Host(folder, **options))
        return made[-1]

    yield make
    for host in made:
        host.stop()
        strange = [path for path in host.asked if not re.fullmatch(NAMED, path) and path not in {LACKING, host.takes}]
        assert not strange


@pytest.fixture
def host(hosting: MakeHost, sample: Sample) -> Host:
    """The sample preschool, served as a dumb static host would."""
    return hosting(sample.public)


@pytest.fixture
def make_device(browser: Browser, hosting: MakeHost) -> Iterator[MakeDevice]:  # hosts outlive devices
    """Make devices; at the end, see that no page complained: no error, no refused policy, no failed or foreign request."""
    made: list[Device] = []

    def make(host: Host, **options: Any) -> Device:
        made.append(
            Device(
                browser.new_context(**{"locale": "sv-SE", "viewport": {"width": 390, "height": 780}} | options), host
            )
        )
        return made[-1]

    yield make
    for device in made:
        device.context.close()
    assert [said for device in made for said in device.unexpected()] == []


@pytest.fixture
def device(make_device: MakeDevice, host: Host) -> Device:
    """A telephone that has never been here."""
    return make_device(host)


@pytest.fixture
def school(tmp_path: Path) -> School:
    """A small preschool of the test's own, with a post for every kind of audience, not published yet."""
    made = School(tmp_path / "förskola")
    made.write_posts()
    return made
