"""A preschool with a disk for its backups."""

from __future__ import annotations

from pathlib import Path

import pytest

from pluttra_publish.sealing.recovery import RecoveryKey
from tests.backup.keeping import Kept


@pytest.fixture
def school(tmp_path: Path) -> Kept:
    made = Kept(tmp_path / "förskola")
    made.write().write_posts()
    made.disk = tmp_path / "disk" / "kopia"
    made.disk.parent.mkdir()
    (made.root / "mallar").mkdir()
    (made.root / "mallar" / "veckobrev.md").write_text("Vecka …\n", encoding="utf-8", newline="\n")
    (made.root / "samtal" / "Alva Lindqvist" / "2026-12-01").mkdir(parents=True)
    (made.root / "samtal" / "Alva Lindqvist" / "2026-12-01" / "anteckningar.md").write_text(
        "Hemligt.", encoding="utf-8", newline="\n"
    )
    (made.root / "theme" / "static").mkdir(parents=True)
    (made.root / "theme" / "static" / "own.css").write_text("a{}", encoding="utf-8", newline="\n")
    written = made.make_keystore()
    assert written
    made.key = RecoveryKey(written)
    (made.state / "godkanda.json").write_text("{}", encoding="utf-8", newline="\n")
    (made.state / "cache").mkdir(exist_ok=True)
    (made.state / "cache" / "bild.webp").write_bytes(b"made again")
    return made
