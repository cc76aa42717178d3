from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from pluttra_publish.hosts import FolderHost, Inventory, Lying, mirror, read_inventory, write_inventory
from pluttra_publish.hosts.copies import Copies
from tests.hosts.failing import FailingHost
from tests.hosts.toy_site import NEW, OLD

FILES = {"root": Lying(3, b"\1" * 32), "r/0a/app.js": Lying(7)}
KNOWN = Inventory("sftp://x", b"\2" * 32, 5, 1000, FILES, {"r/0a/app.js": 900})


def test_an_inventory_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_inventory(tmp_path / "on-host", KNOWN)
    assert read_inventory(tmp_path / "on-host") == KNOWN


@pytest.mark.parametrize(
    "bent", [lambda b: b[:-9], lambda b: b.replace(b"3 01", b"x 01"), lambda b: b"", lambda b: b"{}\n"]
)
def test_a_damaged_inventory_counts_as_not_there(tmp_path: Path, bent: object) -> None:
    file = tmp_path / "on-host"
    write_inventory(file, KNOWN)
    file.write_bytes(bent(file.read_bytes()))  # type: ignore[operator]
    assert read_inventory(file) is None
    assert read_inventory(tmp_path / "missing") is None


def test_it_is_believed_of_the_same_host_and_root_and_for_a_day() -> None:
    assert KNOWN.holds("sftp://x", b"\2" * 32, 1000 + 86_399)
    assert not KNOWN.holds("sftp://x", b"\2" * 32, 1000 + 86_400)
    assert not KNOWN.holds("sftp://x", b"\3" * 32, 1000)
    assert not KNOWN.holds("sftp://x", None, 1000)
    assert not KNOWN.holds("sftp://y", b"\2" * 32, 1000)
    assert not KNOWN.holds("sftp://x", b"\2" * 32, 999)


def test_a_digest_is_believed_of_a_file_that_still_has_its_length() -> None:
    told = KNOWN.without_digests_of({"root": 3, "r/0a/app.js": 8, "index.html": 1})
    assert told == {"root": FILES["root"], "r/0a/app.js": Lying(8), "index.html": Lying(1)}


def test_what_is_known_to_lie_there_is_not_asked_for(tmp_path: Path) -> None:
    host = FailingHost(FolderHost(tmp_path))
    there: Mapping[str, Lying] = mirror(host, OLD).files
    assert {path: lying.length for path, lying in there.items()} == dict(host.list())
    host.said.clear()
    there = mirror(host, NEW, there=there).files
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
