"""One publish at a time on this computer, and garbage that waits."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pluttra_publish import putting
from pluttra_publish.errors import HostError
from pluttra_publish.hosts import FolderHost, Inventory, ShellFile
from pluttra_publish.platform import only_one
from pluttra_publish.putting import ON_HOST, place_on_host
from pluttra_publish.settings import read_settings
from tests.hosts.toy_site import NEW, OLD
from tests.whole.preschool import NOON, Preschool, clock


@pytest.fixture
def school(tmp_path: Path) -> Preschool:
    return Preschool(tmp_path / "backen").write()


def put(school: Preschool, site: list, *, whole: bool = True, gone: tuple[str, ...] = ()) -> set[str]:  # type: ignore[type-arg]
    """Put a toy site as a publish does, and return what lies there afterwards."""
    with clock(school.now), place_on_host(school.settings) as place, place.claimed():
        if whole:
            place.mirror(site, kept=frozenset())
        else:
            place.put_changes(site, gone, kept=0)
    return {path for path, _ in FolderHost(school.public).list()}


def test_two_publishes_on_one_computer_are_one_after_the_other(
    school: Preschool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(putting, "_PATIENCE", 0.3)
    with place_on_host(school.settings), pytest.raises(HostError, match="den här datorn"):
        put(school, OLD)
    put(school, OLD)


def test_the_second_one_waits_for_a_while(school: Preschool) -> None:
    school.state.mkdir()
    with only_one(school.state / "publish.lock") as first:
        assert first
        second = threading.Thread(target=put, args=(school, OLD))
        second.start()
        second.join(0.5)
        assert second.is_alive()
        assert not (school.public / "root").exists()
    second.join(20)
    assert (school.public / "root").exists()


@pytest.mark.parametrize("whole", [True, False])
def test_the_code_of_a_former_shell_waits_a_day_and_all_else_goes_at_once(school: Preschool, whole: bool) -> None:
    put(school, OLD)
    old = {thing.path for thing in OLD} - {thing.path for thing in NEW}
    code = {path for path in old if path.startswith("r/")}
    assert code
    there = put(school, NEW, whole=whole, gone=tuple(old))
    assert there == {thing.path for thing in NEW} | code
    school.later(hours=23)
    assert code <= put(school, NEW, whole=whole)
    school.later(hours=2)
    assert put(school, NEW, whole=whole) == {thing.path for thing in NEW}


@pytest.mark.parametrize("whole", [True, False])
def test_code_that_comes_back_within_its_grace_stays(school: Preschool, whole: bool) -> None:
    put(school, OLD)
    put(school, NEW, whole=whole, gone=tuple({t.path for t in OLD} - {t.path for t in NEW}))
    put(school, OLD, whole=whole, gone=tuple({t.path for t in NEW} - {t.path for t in OLD}))
    school.later(days=2)
    assert put(school, OLD, whole=whole) == {thing.path for thing in OLD}


def test_what_is_known_is_what_lies_there_whichever_way_it_was_put(school: Preschool) -> None:
    for whole in (True, False, True):
        for site, other in ((OLD, NEW), (NEW, OLD)):
            gone = {thing.path for thing in other} - {thing.path for thing in site}
            there = put(school, site, whole=whole, gone=tuple(gone))
            with Inventory(school.state / ON_HOST) as inventory:
                assert inventory.files().keys() == there


def test_a_put_that_failed_leaves_a_doubt_and_the_next_one_asks_the_host(
    school: Preschool, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(school, OLD)
    with monkeypatch.context() as patch:
        patch.setattr(FolderHost, "delete", lambda *_: (_ for _ in ()).throw(HostError("no")))
        with pytest.raises(HostError, match="no"):
            put(school, NEW)
    with clock(NOON), place_on_host(school.settings) as place:
        assert not place.sure
    put(school, NEW)
    with clock(NOON), place_on_host(school.settings) as place:
        assert place.sure


def test_once_a_day_the_host_is_asked_whether_all_is_there(school: Preschool) -> None:
    put(school, OLD)
    (school.public / "index.html").unlink()
    with clock(school.now), place_on_host(school.settings) as place:
        assert place.sure
    school.later(days=1)
    with clock(school.now), place_on_host(school.settings) as place:
        assert not place.sure
    assert "index.html" in put(school, OLD)


def test_a_folder_to_look_at_is_no_host_and_nothing_is_remembered_of_it(school: Preschool, tmp_path: Path) -> None:
    with clock(school.now), place_on_host(school.settings, tmp_path / "elsewhere") as place:
        assert not place.own
        assert not place.sure
        with place.claimed():
            place.mirror(OLD, kept=frozenset())
    assert not (school.state / ON_HOST).exists()
    assert (tmp_path / "elsewhere" / "root").is_file()


def test_nothing_is_left_of_the_lock(school: Preschool) -> None:
    put(school, [*OLD, ShellFile("robots.txt", b"")])
    assert not (school.public / "lock").exists()
    assert read_settings(school.root).host.path == school.public


def test_nothing_is_written_on_the_host_before_something_is_put(school: Preschool) -> None:
    with place_on_host(school.settings):
        pass
    assert not school.public.exists()


def test_a_publish_that_another_overtook_puts_nothing(school: Preschool) -> None:
    put(school, OLD)
    with clock(school.now), place_on_host(school.settings) as place:
        (school.public / "root").write_bytes(b"another's")
        with pytest.raises(HostError, match="har publicerat"), place.claimed():
            place.mirror(NEW, kept=frozenset())
    assert (school.public / "root").read_bytes() == b"another's"


@pytest.mark.parametrize("whole", [True, False])
def test_nothing_is_put_on_a_host_that_is_not_claimed(school: Preschool, whole: bool) -> None:
    put(school, OLD)
    before = school.files()["root"]
    with clock(school.now), place_on_host(school.settings) as place:
        put_new = (
            (lambda: place.mirror(NEW, kept=frozenset())) if whole else (lambda: place.put_changes(NEW, (), kept=0))
        )
        with pytest.raises(HostError, match="låst"):
            put_new()
    assert school.files()["root"] == before
