"""Putting many at once: as many as the host likes, wave by wave, and nothing more after the first failure."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from pluttra_publish.errors import HostError
from pluttra_publish.hosts import Admitted, FolderHost, mirror, put_changes
from tests.hosts.sealed import sealed
from tests.hosts.toy_site import NEW, OLD, edition_of

MANY = [sealed("media", f"{n:032x}", bytes([n]) * 100) for n in range(40)]
INDEXES = [sealed("index", f"{n:032x}", bytes([n]) * 100) for n in range(100, 120)]


class Wide(FolderHost):
    """A folder that likes eight at once, and sees who is in it together."""

    parallel = 8

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.inside: set[str] = set()
        self.together: list[frozenset[str]] = []
        self.put_paths: list[str] = []
        self.lock = threading.Lock()
        self.bad = ""

    def put(self, thing: Admitted) -> None:
        with self.lock:
            self.inside.add(thing.role)
            self.together.append(frozenset(self.inside))
            self.put_paths.append(thing.path)
        if thing.path == self.bad:
            raise HostError("no place left")
        time.sleep(0.002)
        super().put(thing)
        with self.lock:
            self.inside.discard(thing.role)


@pytest.fixture
def host(tmp_path: Path) -> Wide:
    return Wide(tmp_path)


def test_no_wave_begins_before_the_one_before_it_is_done(host: Wide) -> None:
    mirror(host, [*MANY, *INDEXES, *OLD])
    for roles in host.together:
        assert roles <= {"media", "page", "code"} or len(roles) == 1, roles
    assert host.put_paths[-1] == "root"


def test_as_many_are_put_at_once_as_the_host_likes(host: Wide) -> None:
    inside, most = [0], [0]
    put = FolderHost.put

    def counting(self: FolderHost, thing: Admitted) -> None:
        with host.lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        time.sleep(0.005)
        put(self, thing)
        with host.lock:
            inside[0] -= 1

    host.put = counting.__get__(host)  # type: ignore[method-assign]
    mirror(host, [*MANY, *OLD])
    assert 2 <= most[0] <= 8


def test_after_a_failure_nothing_more_is_begun_and_the_old_site_stays(host: Wide) -> None:
    mirror(host, OLD)
    host.put_paths.clear()
    host.bad = MANY[0].path
    with pytest.raises(HostError, match="no place left"):
        mirror(host, [*MANY, *NEW])
    assert len(host.put_paths) < len(MANY)
    assert "root" not in host.put_paths
    assert edition_of(host) == "old"


def test_how_far_it_has_come_is_told(host: Wide) -> None:
    told: list[tuple[str, int, int]] = []
    mirror(host, OLD, step=lambda *said: told.append(said))
    assert told[-1] == ("Lägger ut", len(OLD), len(OLD))
    assert sorted(done for _, done, _ in told) == list(range(1, len(OLD) + 1))
    told.clear()
    mirror(host, NEW, step=lambda *said: told.append(said))
    assert told[-1][0] == "Tar bort gammalt"


def test_what_may_stop_it_is_asked_right_before_the_root(host: Wide) -> None:
    mirror(host, OLD)

    def stop() -> None:
        assert edition_of(host) == "old"
        raise HostError("somebody else publishes")

    with pytest.raises(HostError, match="somebody else"):
        mirror(host, NEW, before_root=stop)
    assert edition_of(host) == "old"
    with pytest.raises(HostError, match="somebody else"):
        put_changes(host, NEW, [], kept=0, before_root=stop)
    assert edition_of(host) == "old"


def test_who_knows_what_is_new_puts_and_deletes_only_that(host: Wide) -> None:
    mirror(host, OLD)
    host.put_paths.clear()
    new = [thing for thing in NEW if thing not in OLD]
    gone = [thing.path for thing in OLD if thing.path not in {other.path for other in NEW}]
    done = put_changes(host, new, gone, kept=7)
    assert sorted(host.put_paths) == sorted(thing.path for thing in new)
    assert done.new.keys() == set(host.put_paths)
    assert edition_of(host) == "new"
    assert {path for path, _ in host.list()} == {thing.path for thing in NEW}
