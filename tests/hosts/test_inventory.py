from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pluttra_publish.hosts import FolderHost, Inventory, Lying, OnHost, mirror, read_inventory
from pluttra_publish.hosts.copies import Copies
from pluttra_publish.hosts.inventory import OnTime
from tests.hosts.failing import FailingHost
from tests.hosts.toy_site import NEW, OLD

FILES = {"root": Lying(3, b"\1" * 32), "r/0a/app.js": Lying(7)}
ROOT = b"\2" * 32
NOW = OnTime(put=5, listed=1000)


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Inventory]:
    with Inventory(tmp_path / "on-host") as made:
        made.tell_whole("sftp://x", ROOT, FILES, {"r/0a/app.js": 900}, now=NOW)
        yield made


def test_an_inventory_knows_what_it_was_told(inventory: Inventory, tmp_path: Path) -> None:
    assert inventory.told() == read_inventory(tmp_path / "on-host") == OnHost("sftp://x", ROOT, 5, FILES)
    assert inventory.waiting() == {"r/0a/app.js": 900}
    assert inventory.digests() == {b"\1" * 32}
    assert inventory.listed() == 1000


def test_changes_are_told_without_the_rest(inventory: Inventory) -> None:
    inventory.tell_beside({"k/aa/x": Lying(1), "k/aa/y": Lying(1)})
    assert inventory.beside() == {"k/aa/x", "k/aa/y"}
    inventory.tell_changes(b"\3" * 32, {"k/aa/x": Lying(2)}, ["r/0a/app.js", "k/aa/y"], {}, now=OnTime(6, 1000))
    assert inventory.told() == OnHost("sftp://x", b"\3" * 32, 6, {"root": FILES["root"], "k/aa/x": Lying(2)})
    assert inventory.beside() == set()
    assert inventory.waiting() == {}


def test_it_is_sure_of_the_same_host_and_root(inventory: Inventory) -> None:
    assert inventory.sure("sftp://x", ROOT)
    assert not inventory.sure("sftp://x", b"\3" * 32)
    assert not inventory.sure("sftp://x", None)
    assert not inventory.sure("sftp://y", ROOT)


def test_in_doubt_it_is_sure_of_nothing_until_it_is_told_again(inventory: Inventory, tmp_path: Path) -> None:
    inventory.doubt()
    assert not inventory.sure("sftp://x", ROOT)
    known = read_inventory(tmp_path / "on-host")
    assert known is not None
    assert known.doubted
    inventory.tell_changes(ROOT, {}, [], {}, now=NOW)
    assert inventory.sure("sftp://x", ROOT)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0 and then something else", b"x" * 5000])
def test_a_damaged_inventory_is_sure_of_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "on-host").write_bytes(content)
    assert read_inventory(tmp_path / "on-host") is None
    assert read_inventory(tmp_path / "missing") is None
    with Inventory(tmp_path / "on-host") as inventory:
        assert not inventory.sure("sftp://x", ROOT)
        inventory.tell_whole("sftp://x", ROOT, FILES, {}, now=NOW)
        assert inventory.sure("sftp://x", ROOT)


def test_only_this_account_may_read_it(inventory: Inventory, tmp_path: Path) -> None:
    assert inventory.told()
    assert (tmp_path / "on-host").stat().st_mode & 0o077 == 0


def test_what_is_known_to_lie_there_is_not_asked_for(tmp_path: Path) -> None:
    host = FailingHost(FolderHost(tmp_path))
    there = mirror(host, OLD).new
    assert {path: lying.length for path, lying in there.items()} == dict(host.list())
    host.said.clear()
    there = mirror(host, NEW, there=there).new
    assert {path: lying.length for path, lying in there.items()} == dict(host.list())
    assert [said for said in host.said if said[0] == "get"] == [("get", "root")]
    assert host.said.count(("list", "")) == 1  # this test's own


def test_a_copy_is_fetched_once_and_what_was_bent_here_is_fetched_anew(tmp_path: Path) -> None:
    asked: list[str] = []

    def fetch(path: str) -> bytes:
        asked.append(path)
        return b"sealed"

    digest = hashlib.sha256(b"sealed").digest()
    for _ in range(2):
        assert Copies(tmp_path, fetch).get("o/ab/x", digest) == b"sealed"
    assert asked == ["o/ab/x"]
    (tmp_path / digest.hex()).write_bytes(b"bent")
    assert Copies(tmp_path, fetch).get("o/ab/x", digest) == b"sealed"
    assert asked == ["o/ab/x"] * 2


def test_bytes_of_another_digest_are_given_to_be_refused_and_not_kept(tmp_path: Path) -> None:
    assert Copies(tmp_path, lambda _: b"forged").get("o/ab/x", b"\0" * 32) == b"forged"
    assert list(tmp_path.iterdir()) == []


def test_copies_of_what_no_longer_lies_on_the_host_are_forgotten(tmp_path: Path) -> None:
    copies = Copies(tmp_path, lambda _: b"sealed")
    digest = hashlib.sha256(b"sealed").digest()
    copies.get("o/ab/x", digest)
    copies.keep({}, live={digest})
    assert [file.name for file in tmp_path.iterdir()] == [digest.hex()]
    copies.keep({}, live=set())
    assert list(tmp_path.iterdir()) == []
