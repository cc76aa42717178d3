from __future__ import annotations

from pathlib import Path

import pytest

from pluttra_publish.errors import HostError, LeakError
from pluttra_publish.hosts import FolderHost, ShellFile, admit, mirror, put_in_order
from tests.hosts.failing import FailingHost
from tests.hosts.sealed import path_of, sealed
from tests.hosts.toy_site import KEYRING, NEW, OLD, bytes_of, edition_of


@pytest.fixture
def folder(tmp_path: Path) -> FolderHost:
    host = FolderHost(tmp_path)
    mirror(host, OLD)
    return host


def operations(tmp_path: Path) -> list[tuple[str, str]]:
    host = FolderHost(tmp_path / "rehearsal")
    mirror(host, OLD)
    witness = FailingHost(host)
    mirror(witness, NEW)
    return witness.said


def test_the_old_site_becomes_the_new_one(folder: FolderHost) -> None:
    assert edition_of(folder) == "old"
    done = mirror(folder, NEW)
    assert edition_of(folder) == "new"
    assert {path for path, _ in folder.list()} == {thing.path for thing in NEW}
    assert set(done.deleted) == {thing.path for thing in OLD} - {thing.path for thing in NEW}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_publish_killed_at_any_operation_leaves_the_old_or_the_new_site_whole(tmp_path: Path, after: bool) -> None:
    said = operations(tmp_path)
    root_put = said.index(("put", "root"))
    for at in range(len(said)):
        host = FolderHost(tmp_path / f"killed-{at}")
        mirror(host, OLD)
        with pytest.raises(HostError):
            mirror(FailingHost(host, at=at, after=after), NEW)
        committed = at > root_put or (at == root_put and after)
        assert edition_of(host) == ("new" if committed else "old"), said[at]
        mirror(host, NEW)
        assert edition_of(host) == "new"
        assert {path for path, _ in host.list()} == {thing.path for thing in NEW}


def test_nothing_is_put_twice(folder: FolderHost) -> None:
    witness = FailingHost(folder)
    done = mirror(witness, OLD)
    assert [path for verb, path in witness.said if verb in {"put", "delete"}] == ["root"]
    assert (done.put, done.deleted) == (("root",), ())


def test_files_are_put_in_the_order_of_the_format(tmp_path: Path) -> None:
    said = operations(tmp_path)
    role = {thing.path: admit(thing).role for thing in NEW}
    wave = {"code": 0, "page": 0, "index": 1, "catalogue": 2, "keyring": 3, "shell": 4, "root": 5}
    puts = [wave[role[path]] for verb, path in said if verb == "put"]
    assert puts == sorted(puts)
    assert set(puts) == set(wave.values())
    after_root = said[said.index(("put", "root")) + 1 :]
    assert said[said.index(("put", "root")) - 1] == ("settle", "")
    assert after_root[:2] == [("settle", ""), ("get", "root")]
    assert {verb for verb, _ in after_root[2:]} == {"delete"}


def test_garbage_that_waits_out_its_grace_stays(folder: FolderHost) -> None:
    garbage = {thing.path for thing in OLD} - {thing.path for thing in NEW}
    assert mirror(folder, NEW, keep=garbage).deleted == ()
    assert garbage <= {path for path, _ in folder.list()}
    assert set(mirror(folder, NEW).deleted) == garbage


def test_what_an_earlier_publish_put_need_not_be_made_again(folder: FolderHost) -> None:
    made = [thing for thing in NEW if thing not in OLD]
    assert len(made) < len(NEW)
    mirror(folder, made, keep={thing.path for thing in OLD if thing in NEW})
    assert edition_of(folder) == "new"


def test_a_host_that_gives_back_another_root_is_told_and_nothing_is_deleted(folder: FolderHost) -> None:
    class Stubborn(FailingHost):
        def get(self, path: str) -> bytes | None:
            return b"an old answer" if path == "root" else super().get(path)

    before = {path for path, _ in folder.list()}
    with pytest.raises(HostError, match="rot"):
        mirror(Stubborn(folder), NEW)
    assert before <= {path for path, _ in folder.list()}


def test_a_keyring_of_the_same_length_is_put_again_when_itsbytes_of_differ(folder: FolderHost) -> None:
    path = path_of("keyring", KEYRING)
    changed = [sealed("keyring", KEYRING, bytes_of(t).replace(b"old", b"OLD")) if t.path == path else t for t in OLD]
    assert path in mirror(folder, changed).put


def test_one_thing_that_may_not_leave_stops_everything(folder: FolderHost) -> None:
    with pytest.raises(LeakError):
        mirror(folder, [*NEW, ShellFile("register/barn.csv", b"id;namn")])
    assert edition_of(folder) == "old"
    assert {path for path, _ in folder.list()} == {thing.path for thing in OLD}


def test_two_things_at_one_path_stop_everything(folder: FolderHost) -> None:
    with pytest.raises(LeakError):
        mirror(folder, [*NEW, ShellFile("index.html", b"another")])
    assert edition_of(folder) == "old"


def test_a_site_without_a_root_cannot_be_put(folder: FolderHost) -> None:
    with pytest.raises(ValueError, match="root"):
        mirror(folder, NEW[1:])
    with pytest.raises(ValueError, match="root"):
        put_in_order(folder, [[admit(thing) for thing in NEW]], [])
    assert edition_of(folder) == "old"
