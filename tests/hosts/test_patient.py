from __future__ import annotations

from pathlib import Path

import pytest

from pluttra_publish.errors import HostError
from pluttra_publish.hosts import FolderHost
from pluttra_publish.hosts.flow import Flow
from pluttra_publish.hosts.patient import PatientHost
from tests.hosts.suite import CODE, HostSuite, shell


class TestPatientHost(HostSuite):
    @pytest.fixture
    def host(self, tmp_path: Path) -> PatientHost:
        return PatientHost(FolderHost(tmp_path))


class Shaky(FolderHost):
    """Fails so many times, and then not."""

    def __init__(self, root: Path, times: int, *, transient: bool = True) -> None:
        super().__init__(root)
        self.times, self.transient, self.asked = times, transient, 0

    def get(self, path: str) -> bytes | None:
        self.asked += 1
        if self.asked <= self.times:
            raise HostError("no answer", transient=self.transient)
        return super().get(path)


def test_what_may_pass_is_tried_again_after_longer_and_longer(tmp_path: Path) -> None:
    slept: list[float] = []
    shaky = Shaky(tmp_path, 5)
    shaky.put(shell(CODE, b"1"))
    assert PatientHost(shaky, sleep=slept.append).get(CODE) == b"1"
    assert len(slept) == 5
    for attempt, pause in enumerate(slept):
        assert 0.25 * 2**attempt <= pause <= 0.5 * 2**attempt


def test_after_six_tries_the_failure_stands(tmp_path: Path) -> None:
    shaky = Shaky(tmp_path, 99)
    with pytest.raises(HostError, match="no answer"):
        PatientHost(shaky, sleep=lambda _: None).get(CODE)
    assert shaky.asked == 6


def test_what_will_not_pass_is_not_tried_again(tmp_path: Path) -> None:
    shaky = Shaky(tmp_path, 1, transient=False)
    with pytest.raises(HostError):
        PatientHost(shaky, sleep=lambda _: pytest.fail("it waited")).get(CODE)


def test_bytes_leave_no_faster_than_the_limit_whoever_sends_them() -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    flow = Flow(1000, clock=lambda: now[0], sleep=sleep)
    for _ in range(11):
        flow.let_through(500)
    assert now[0] == pytest.approx(5)


def test_without_a_limit_nobody_waits() -> None:
    Flow(sleep=lambda _: pytest.fail("it waited")).let_through(10**12)
