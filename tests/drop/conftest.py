"""A real bucket for the drop box's tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.servers.ceph import Ceph, ceph


@pytest.fixture(scope="session")
def rgw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ceph]:
    base = tmp_path_factory.getbasetemp()
    with ceph((base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "ceph") as running:
        yield running
