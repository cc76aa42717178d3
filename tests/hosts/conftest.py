"""Real servers for the hosts' tests: one OpenSSH for each worker, one Ceph for all of them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator

import pytest

from tests.servers.ceph import Ceph, ceph
from tests.servers.openssh import OpenSsh, openssh
from tests.servers.s3_owner import make_bucket

_numbers = itertools.count()


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSsh]:
    with openssh(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(scope="session")
def rgw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ceph]:
    base = tmp_path_factory.getbasetemp()
    with ceph((base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "ceph") as running:
        yield running


@pytest.fixture
def new_bucket(rgw: Ceph, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Make a bucket that nobody has, with its key in the environment, as an account at a provider has it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", rgw.identity)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", rgw.secret)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(rgw.certificate))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    return lambda: make_bucket(rgw, f"site-{os.getpid()}-{next(_numbers)}")
