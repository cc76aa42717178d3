"""A preschool that is backed up, and what lies on its disk. Knows where a file lies sealed; not what should come back."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from pluttra_publish.backup import BackedUp, back_up
from pluttra_publish.backup.manifest import Manifest
from pluttra_publish.backup.restore import Restored, restore
from pluttra_publish.backup.shelf import Shelf
from pluttra_publish.sealing.recovery import RecoveryKey
from tests.whole.preschool import Preschool, clock, files_of


class Kept(Preschool):
    """A preschool with a disk for its backups, whose recovery key is known."""

    key: RecoveryKey
    disk: Path

    def back_up(self, **how: bool) -> BackedUp:
        with clock(self.now), pytest.MonkeyPatch.context() as patch:
            patch.setenv("PLUTTRA_IDENTITY", str(self.identity))
            return back_up(self.settings, self.disk, identity=self.identity, **how)

    def restore(self, into: str = "ny", run: str = "", key: RecoveryKey | None = None) -> Restored:
        return restore(
            self.disk, self.disk.parent / into, key or self.key, run=run, identity=self.disk.parent / "ny-identity.txt"
        )

    def sealed(self) -> dict[str, bytes]:
        return files_of(self.disk)


def everything(root: Path) -> dict[str, bytes]:
    """All files of a preschool that a backup should hold, its keystore apart: that is another machine's after it was restored."""
    apart = (
        "public/",
        "privat/cache/",
        "privat/backup",
        "privat/lock-id",
        "privat/keystore.age",
        "privat/logg",
        "identity.txt",
    )
    return {
        name: content
        for name, content in files_of(root).items()
        if not name.startswith(apart) and not name.endswith(".lock")
    }


def sealed_file(school: Kept, name: str) -> Path:
    """Return the sealed file of one of the preschool's files, as only whoever has the recovery key can tell."""
    shelf, into = Shelf(school.disk), io.BytesIO()
    with shelf.open(shelf.runs()[-1]) as sealed:
        school.key.open(sealed, into)
    file = Manifest.from_bytes(into.getvalue()).entries[name].file
    return school.disk / "files" / file[:2] / f"{file}.age"


def damage(school: Kept, name: str) -> None:
    path = sealed_file(school, name)
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(content)
