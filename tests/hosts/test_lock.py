from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pluttra_publish.errors import HostError, LeakError
from pluttra_publish.hosts import FolderHost, Lock, ShellFile, admit, locked, owner_of
from tests.hosts.failing import FailingHost

OURS, THEIRS = "a" * 32, "b" * 32
NOON = 1_800_000_000.0


@pytest.fixture
def host(tmp_path: Path) -> FolderHost:
    return FolderHost(tmp_path)


def lock(host: FolderHost, owner: str = OURS, *, at: float = NOON) -> Lock:
    return Lock(host, owner, lambda: at)


def test_a_lock_is_a_random_number_and_a_time_and_goes_when_it_is_released(host: FolderHost) -> None:
    with locked(host, OURS, clock=lambda: NOON):
        assert json.loads(host.get("lock") or b"") == {"owner": OURS, "time": NOON}
    assert host.get("lock") is None


def test_nobody_takes_a_lock_that_another_holds_and_the_message_says_when_it_is_let_go(host: FolderHost) -> None:
    lock(host, THEIRS).take()
    with pytest.raises(HostError, match="En annan dator") as caught:
        lock(host, at=NOON + 599).take()
    assert "10 minuter" in caught.value.hint
    assert json.loads(host.get("lock") or b"")["owner"] == THEIRS


def test_a_lock_that_was_not_renewed_for_ten_minutes_counts_for_nothing(host: FolderHost) -> None:
    lock(host, THEIRS).take()
    lock(host, at=NOON + 601).take()


def test_ones_own_lock_that_a_killed_publish_left_is_taken_over_at_once(host: FolderHost) -> None:
    lock(host).take()
    lock(host, at=NOON + 1).take()


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'{"owner":1}', b"\xff"])
def test_a_lock_that_says_nothing_is_nobodys(host: FolderHost, content: bytes) -> None:
    host.root.mkdir(exist_ok=True)
    (host.root / "lock").write_bytes(content)
    lock(host).take()


def test_of_two_that_take_it_at_once_the_last_one_has_it(host: FolderHost) -> None:
    first, second = lock(host), lock(host, THEIRS)
    first.take()
    second.renew()  # it had looked before the first one put
    second.check()
    with pytest.raises(HostError, match="En annan dator"):
        first.check()
    first.release()
    assert host.get("lock") is not None  # it is the second's


def test_what_failed_is_told_even_if_the_lock_cannot_be_released(host: FolderHost) -> None:
    failing = FailingHost(host, at=3)
    with pytest.raises(ZeroDivisionError), locked(failing, OURS):
        raise ZeroDivisionError


def test_a_publisher_is_the_same_in_its_own_folder_and_another_with_a_copy_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = owner_of(tmp_path)
    assert re.fullmatch("[0-9a-f]{32}", ours)
    assert owner_of(tmp_path) == ours
    monkeypatch.setattr("platform.node", lambda: "another computer")
    assert owner_of(tmp_path) != ours


@pytest.mark.parametrize(
    "content", [b"", b"Alva", b'{"owner":"Alva","time":1}', b'{"owner":"%s","time":1,"x":2}' % (b"a" * 32)]
)
def test_nothing_but_a_lock_passes_the_gate_to_its_place(content: bytes) -> None:
    with pytest.raises(LeakError):
        admit(ShellFile("lock", content))
