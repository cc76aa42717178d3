"""Runs the reader's own tests in Node: vectors, ranges, the vault against a host. Knows where Node is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.site.words import every_languages_words
from tests.vectors.public import every_vector

HERE = Path(__file__).parent
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")


@needs_node
@pytest.mark.parametrize("module", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_the_readers_own_tests_pass(module: str, tmp_path: Path) -> None:
    packaged = tmp_path / "public.json"
    packaged.write_text(json.dumps(every_vector()), encoding="utf-8")
    spoken = tmp_path / "words.json"
    spoken.write_text(json.dumps(every_languages_words()), encoding="utf-8")
    environment = {**os.environ, "PACKAGED_VECTORS": str(packaged), "INTERFACE_WORDS": str(spoken)}
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
