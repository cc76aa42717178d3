from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from pluttra_publish.errors import HostError, LeakError
from pluttra_publish.format.padding import Role
from pluttra_publish.hosts import Admitted, FolderHost, Publishable, ShellFile, admit, mirror, put_in_order
from tests.hosts.sealed import path_of, sealed

KEYRING = hashlib.sha256(b"a guardian's keyring").hexdigest()[:32]


def _bytes(thing: Publishable) -> bytes:
    return thing.content if isinstance(thing, ShellFile) else thing.open().read()


def chained(role: Role, content: str, *below: Publishable) -> Publishable:
    """A toy of the sealed chain: each file names the path and digest of those below it."""
    links = [(thing.path, hashlib.sha256(_bytes(thing)).hexdigest()) for thing in below]
    body = json.dumps({"content": content, "below": links}).encode()
    name = KEYRING if role == "keyring" else hashlib.sha256(body).hexdigest()[:32]
    return sealed(role, name, body)


def site(edition: str, *, works_with: Iterable[str]) -> list[Publishable]:
    """A site with one page that every edition has, and a keyring that works with the roots of `works_with`."""
    same, page = chained("page", "always the same"), chained("page", edition)
    code = ShellFile(f"r/{edition}/app.js", edition.encode())
    index = chained("index", edition, same, page)
    catalogue = chained("catalogue", edition, index)
    keyring = chained("keyring", ",".join(works_with))
    shell = ShellFile("index.html", f"<script src=/{code.path}>".encode())
    root = chained("root", edition, catalogue)
    return [root, shell, keyring, catalogue, index, page, same, code]


OLD = site("old", works_with=["old"])
NEW = site("new", works_with=["old", "new"])


def edition_of(host: FolderHost) -> str:
    """Read the site as a reader would, from the shell and the keyring down; fail on anything missing or false."""
    shell = host.get("index.html")
    assert shell is not None
    code = host.get(shell.decode().partition("src=/")[2].rstrip(">"))
    assert code is not None
    root = json.loads(host.get("root") or b"null")
    keyring = json.loads(host.get(path_of("keyring", KEYRING)) or b"null")
    assert root["content"] in keyring["content"].split(",")
    below = root["below"]
    while below:
        path, digest = below.pop()
        content = host.get(path)
        assert content is not None, path
        assert hashlib.sha256(content).hexdigest() == digest
        below += json.loads(content)["below"]
    return str(root["content"])


class FailingHost:
    """Passes on to a folder, and fails at the operation with number `at`, before it is done or after."""

    def __init__(self, folder: FolderHost, *, at: int = -1, after: bool = False) -> None:
        self.folder, self.at, self.after, self.done = folder, at, after, 0
        self.said: list[tuple[str, str]] = []

    def put(self, thing: Admitted) -> None:
        with self._failing("put", thing.path):
            self.folder.put(thing)

    def settle(self) -> None:
        with self._failing("settle", ""):
            self.folder.settle()

    def get(self, path: str) -> bytes | None:
        with self._failing("get", path):
            return self.folder.get(path)

    def list(self, prefix: str = "") -> Iterable[tuple[str, int]]:
        with self._failing("list", prefix):
            return list(self.folder.list(prefix))

    def delete(self, path: str) -> None:
        with self._failing("delete", path):
            self.folder.delete(path)

    def _failing(self, verb: str, path: str) -> _Failing:
        self.said.append((verb, path))
        self.done += 1
        return _Failing(now=self.done == self.at + 1, after=self.after)


class _Failing:
    def __init__(self, *, now: bool, after: bool) -> None:
        self.now, self.after = now, after

    def __enter__(self) -> None:
        if self.now and not self.after:
            raise HostError("the line was cut before")

    def __exit__(self, *_: object) -> None:
        if self.now and self.after:
            raise HostError("the line was cut after")


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


def test_a_keyring_of_the_same_length_is_put_again_when_its_bytes_differ(folder: FolderHost) -> None:
    path = path_of("keyring", KEYRING)
    changed = [sealed("keyring", KEYRING, _bytes(t).replace(b"old", b"OLD")) if t.path == path else t for t in OLD]
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
