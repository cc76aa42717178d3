"""Runs the reader's own tests in Node: vectors, ranges, the vault against a host. Knows where Node and cryptography's vectors are."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")


def _chunked_encryption_vectors() -> str:
    cryptography_vectors = pytest.importorskip("cryptography_vectors")
    return str(Path(cryptography_vectors.__file__).parent / "chunked-encryption" / "vectors.json")


@needs_node
@pytest.mark.parametrize("module", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_the_readers_own_tests_pass(module: str) -> None:
    environment = {**os.environ, "CHUNKED_ENCRYPTION_VECTORS": _chunked_encryption_vectors()}
    assert NODE is not None
    ran = subprocess.run(
        [NODE, "--test", str(HERE / module)],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
