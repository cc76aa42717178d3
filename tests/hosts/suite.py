"""What every host must keep to. A host's own tests subclass `HostSuite` and give the fixture `host`, an empty one."""

from __future__ import annotations

import contextlib
import hashlib
import io

import pytest

from pluttra_publish.errors import HostError, LeakError
from pluttra_publish.hosts import Admitted, Host, ShellFile, admit
from tests.hosts.sealed import path_of, sealed

CODE = "r/0a1b2c/vault.js"
SHELL = "index.html"


def shell(path: str, content: bytes) -> Admitted:
    """Return an admitted shell file."""
    return admit(ShellFile(path, content))


def media(content: bytes, name: str = "ab" * 16) -> Admitted:
    """Return an admitted medium."""
    return admit(sealed("media", name, content))


class HostSuite:
    @pytest.fixture
    def host(self) -> Host:
        raise NotImplementedError

    def test_what_was_put_is_got_back(self, host: Host) -> None:
        host.put(shell(SHELL, b"<!doctype html>"))
        assert host.get(SHELL) == b"<!doctype html>"

    def test_every_byte_value_and_many_bytes_come_back(self, host: Host) -> None:
        content = bytes(range(256)) * 20_000
        host.put(shell(CODE, content))
        assert host.get(CODE) == content

    def test_an_empty_file_is_a_file(self, host: Host) -> None:
        host.put(shell("robots.txt", b""))
        assert host.get("robots.txt") == b""
        assert list(host.list()) == [("robots.txt", 0)]

    def test_what_is_not_there_is_none(self, host: Host) -> None:
        assert host.get(SHELL) is None
        assert host.get(CODE) is None

    def test_putting_again_replaces(self, host: Host) -> None:
        host.put(shell(SHELL, b"a longer first version"))
        host.put(shell(SHELL, b"second"))
        assert host.get(SHELL) == b"second"
        assert list(host.list()) == [(SHELL, 6)]

    def test_an_empty_host_lists_nothing(self, host: Host) -> None:
        assert list(host.list()) == []

    def test_the_list_gives_paths_and_lengths(self, host: Host) -> None:
        host.put(shell(SHELL, b"12345"))
        host.put(shell(CODE, b"123"))
        assert sorted(host.list()) == [(SHELL, 5), (CODE, 3)]

    def test_the_list_can_be_narrowed_by_prefix(self, host: Host) -> None:
        host.put(shell(SHELL, b"12345"))
        host.put(shell(CODE, b"123"))
        host.put(shell("r/ffff/vault.js", b"1"))
        assert list(host.list("r/0a")) == [(CODE, 3)]

    def test_what_was_deleted_is_gone(self, host: Host) -> None:
        host.put(shell(SHELL, b"stays"))
        host.put(shell(CODE, b"goes"))
        host.delete(CODE)
        assert host.get(CODE) is None
        assert list(host.list()) == [(SHELL, 5)]

    def test_deleting_what_is_not_there_is_as_good(self, host: Host) -> None:
        host.delete(CODE)

    def test_what_was_deleted_can_be_put_again(self, host: Host) -> None:
        for content in (b"first", b"second"):
            host.put(shell(CODE, content))
            assert host.get(CODE) == content
            host.delete(CODE)

    def test_what_was_copied_lies_at_both_paths(self, host: Host) -> None:
        content, target = bytes(range(256)) * 300, path_of("media", "cd" * 16)
        thing = media(content)
        host.put(thing)
        if host.copy(thing.path, target):
            assert host.get(target) == content
            assert sorted(host.list()) == sorted([(thing.path, len(content)), (target, len(content))])
        else:
            assert host.get(target) is None
        assert host.get(thing.path) == content

    def test_nothing_cannot_be_copied(self, host: Host) -> None:
        host.put(shell(SHELL, b"something"))
        target = path_of("media", "cd" * 16)
        with contextlib.suppress(HostError):
            assert not host.copy(path_of("media", "ab" * 16), target)
        assert host.get(target) is None

    def test_only_what_is_none_of_ours_is_a_stranger(self, host: Host) -> None:
        host.put(shell(SHELL, b"ours"))
        host.put(media(b"ours too"))
        assert list(host.strangers()) == []

    def test_sweeping_leaves_what_was_put(self, host: Host) -> None:
        host.put(shell(CODE, b"stays"))
        host.sweep()
        assert list(host.list()) == [(CODE, 5)]

    def test_a_long_medium_comes_back(self, host: Host) -> None:
        content = bytes(range(251)) * 90_000
        thing = media(content)
        host.put(thing)
        host.settle()
        assert host.get(thing.path) == content

    def test_a_long_medium_that_changed_after_the_gate_is_never_stored(self, host: Host) -> None:
        content = bytes(range(251)) * 90_000
        thing = media(content)
        object.__setattr__(thing, "_source", lambda: io.BytesIO(content[:-1] + b"!"))
        with pytest.raises(LeakError):
            host.put(thing)
        assert host.get(thing.path) is None
        assert list(host.list()) == []

    def test_it_says_where_it_is(self, host: Host) -> None:
        assert host.name
        assert host.parallel >= 1

    @pytest.mark.parametrize("content", [b"other bytes", b"short", b"longer than what was admitted", b""])
    def test_bytes_that_changed_after_the_gate_are_never_stored(self, host: Host, content: bytes) -> None:
        host.put(shell(SHELL, b"old version"))
        thing = shell(SHELL, b"new version")
        object.__setattr__(thing, "_source", lambda: io.BytesIO(content))
        with pytest.raises(LeakError):
            host.put(thing)
        assert host.get(SHELL) == b"old version"
        assert hashlib.sha256(content).digest() != thing.digest

    @pytest.mark.parametrize("path", ["", "../root", "/etc/passwd", "inlagg/Solrosen/dag.txt", "o/ab", ".well-known/x"])
    def test_paths_that_are_not_ours_are_never_touched(self, host: Host, path: str) -> None:
        with pytest.raises(LeakError):
            host.get(path)
        with pytest.raises(LeakError):
            host.delete(path)
        for source, target in ((path, CODE), (CODE, path)):
            with pytest.raises(LeakError):
                host.copy(source, target)
