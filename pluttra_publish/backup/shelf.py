"""The folder that backups lie in: sealed files by names that tell nothing, and runs that list them. Knows its layout. Does not know what is in the files.

```
pluttra-backup.json        whose backups these are, by a mark that tells nothing
files/ab/ab….age           one sealed file of the preschool's each, the same in every run that has it
runs/2026-11-20T020000Z.age    the run: sealed, what is called what
runs/2026-11-20T020000Z.list   its sealed files with their lengths and digests, so that what is damaged or not needed is found without a key
```

A run counts when its `.age` has its name, which is given last. What was put before that and is in no run is used by the next one, or swept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pluttra_publish.errors import FormatError, HostError, UsageError
from pluttra_publish.platform import atomic_file, move_file, read_from_disk, remove_file, write_atomically
from pluttra_publish.sealing.recovery import RecoverySeal

ABOUT = "pluttra-backup.json"
READ_ME = "LÄS MIG.txt"
_VERSION = 1
_RUN = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")
_FILE = re.compile(r"[0-9a-f]{32}")
_ROW = re.compile(r"([0-9a-f]{32}) (\d{1,15}) ([0-9a-f]{64})")
_TEXT = """Det här är en förskolas säkerhetskopia, gjord av Pluttra Publish. Allt är krypterat, och öppnas bara med återställningsnyckeln: den som visades en
enda gång, när förskolan började, och som rektor har på papper.

Så här återställs den, på en dator där Pluttra Publish är installerat:

    pluttra restore DEN-HÄR-MAPPEN --into minforskola

Ändra, flytta eller ta inte bort något här. Hela mappen får kopieras.
"""


@dataclass(frozen=True)
class Lying:
    """A sealed file: its length and the SHA-256 of its bytes as they lie here."""

    length: int
    digest: str


class Shelf:
    """The backups in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def claim(self, mark: str, *, expected: bool) -> None:
        """Make the folder one for backups of the preschool with this mark, if it is new. `expected`: it should not be.

        Raises:
            UsageError: somebody else's backups, or other things, lie there.
            HostError: it can't be written, or the backups that were there are gone.
        """
        about = self.folder / ABOUT
        with self._telling():
            if not about.is_file():
                if expected:
                    hint = "Är disken inkopplad, eller den delade mappen nåbar? Är det en ny disk, kör med --new."
                    raise HostError(f"I {self.folder} finns inte kopiorna som låg där förut.", hint=hint)
                if self.folder.exists() and any(self.folder.iterdir()):
                    hint = "Ange en ny mapp, till exempel en mapp som heter pluttra-kopia på disken."
                    raise UsageError(f"I {self.folder} ligger redan något annat.", hint=hint)
                if not self.folder.parent.is_dir():
                    hint = "Är disken inkopplad? Mappen ovanför måste finnas."
                    raise HostError(f"{self.folder.parent} finns inte.", hint=hint)
                self.folder.mkdir(exist_ok=True)
                write_atomically(self.folder / READ_ME, _TEXT.encode("utf-8"))
                write_atomically(about, json.dumps({"v": _VERSION, "mark": mark}).encode("ascii"))
            elif self.about() != mark:
                hint = "Ange en egen mapp för den här förskolan."
                raise UsageError(f"I {self.folder} ligger en annan förskolas säkerhetskopior.", hint=hint)
            for part in self.folder.glob("files/*/*.part"):
                remove_file(part)

    def about(self) -> str:
        """Return the mark of the preschool whose backups these are.

        Raises:
            UsageError: there are none.
            HostError: they can't be read.
        """
        with self._telling():
            try:
                said = json.loads((self.folder / ABOUT).read_bytes())
                version, mark = said["v"], str(said["mark"])
            except FileNotFoundError:
                hint = f"Ange mappen där {ABOUT} ligger."
                raise UsageError(f"I {self.folder} finns ingen säkerhetskopia.", hint=hint) from None
            except (ValueError, KeyError, TypeError):
                version, mark = _VERSION, ""  # damaged: it may still be restored, but is nobody's to add to
            if version != _VERSION:
                hint = "Uppdatera programmet."
                raise UsageError("Säkerhetskopian är gjord med en nyare version.", hint=hint)
            return mark

    def files(self) -> dict[str, int]:
        """Return the length of every sealed file, by name."""
        with self._telling():
            found = self.folder.glob("files/??/*.age")
            return {path.stem: path.stat().st_size for path in found if _FILE.fullmatch(path.stem)}

    def put(self, name: str, source: BinaryIO, seal: RecoverySeal, *, digest: bytes) -> Lying:
        """Seal what is in `source`, whose SHA-256 must be `digest`; it has its name once it has been read back from the disk and opened.

        Raises:
            FormatError: layer `digest`: the source was something else than `digest`.
            HostError: it can't be written, or not read back.
        """
        with self._telling():
            path = self._path(name)
            part = path.with_suffix(".part")
            try:
                with atomic_file(part) as into:
                    seal.seal(source, into)
                if self._read_back(part, seal) != digest:
                    raise FormatError("digest")
                lying = _lying(part)
                move_file(part, path)
            except BaseException:
                with contextlib.suppress(OSError):
                    part.unlink()
                raise
            return lying

    def _read_back(self, part: Path, seal: RecoverySeal) -> bytes:
        try:
            with read_from_disk(part) as sealed:
                return seal.opens_to(sealed)
        except FormatError as wrong:
            message = f"Det som skrevs till {self.folder} gick inte att läsa tillbaka."
            raise HostError(message, hint="Disken kan vara trasig: byt den.") from wrong

    def look(self, name: str) -> Lying | None:
        """Return what lies there, read through; None if nothing does or it can't be read."""
        try:
            return _lying(self._path(name))
        except OSError:
            return None

    def open(self, name: str) -> BinaryIO:
        """Open a sealed file as it lies.

        Raises:
            OSError: it can't be.
        """
        return self._path(name).open("rb")

    def remove(self, name: str) -> None:
        with self._telling():
            remove_file(self._path(name))

    def runs(self) -> list[str]:
        """Return all runs, oldest first."""
        with self._telling():
            return sorted(path.stem for path in self.folder.glob("runs/*.age") if _RUN.fullmatch(path.stem))

    def name_for(self, now: datetime) -> str:
        """Return the name of a run that is made now, later than all others."""
        time = now.astimezone(UTC).replace(microsecond=0)
        last = max((made_at(run) for run in self.runs()), default=None)
        if last and last >= time:  # the clock stands still, or has been set back
            time = last.fromtimestamp(last.timestamp() + 1, UTC)
        return f"{time:%Y-%m-%dT%H%M%SZ}"

    def put_run(self, run: str, said: BinaryIO, seal: RecoverySeal, *, digest: bytes, listed: dict[str, Lying]) -> None:
        """Let a run count: its list, and then what it says.

        Raises:
            FormatError, HostError: it doesn't.
        """
        lines = (f"{name} {lying.length} {lying.digest}\n" for name, lying in sorted(listed.items()))
        with self._telling():
            write_atomically(self.folder / "runs" / f"{run}.list", "".join(lines).encode("ascii"))
        self.put(run, said, seal, digest=digest)

    def listed(self, runs: Iterable[str]) -> tuple[dict[str, Lying], bool]:
        """Return the sealed files of some runs as the newest has them, and whether they are all: a list may be gone or damaged."""
        met: set[str] = set()  # most rows are in every run
        found: dict[str, Lying] = {}
        whole = True
        for run in sorted(runs, reverse=True):
            try:
                rows = set((self.folder / "runs" / f"{run}.list").read_text(encoding="ascii").splitlines()) - met
            except (OSError, ValueError):
                whole = False
                continue
            met |= rows
            for row in rows:
                if match := _ROW.fullmatch(row):
                    found.setdefault(match[1], Lying(int(match[2]), match[3]))
                else:
                    whole = False
        return found, whole

    def forget(self, runs: Iterable[str]) -> int:
        """Remove runs, and every sealed file that is left in none; return how many files that was. Nothing that a run may need is removed."""
        with self._telling():
            for run in runs:
                remove_file(self._path(run))
                remove_file(self.folder / "runs" / f"{run}.list")
            left = self.runs()
            for file in self.folder.glob("runs/*.list"):
                if file.stem not in left:
                    remove_file(file)
            wanted, known = self.listed(left)
            if not known:
                return 0
            over = self.files().keys() - wanted.keys()
            for name in over:
                remove_file(self._path(name))
            return len(over)

    def _path(self, name: str) -> Path:
        if _RUN.fullmatch(name):
            return self.folder / "runs" / f"{name}.age"
        return self.folder / "files" / name[:2] / f"{name}.age"

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            hint = "Se efter att disken är inkopplad, har plats och får skrivas. Det som redan kopierats används nästa gång."
            raise HostError(f"{self.folder} går inte att använda ({error.strerror or error}).", hint=hint) from error


def made_at(run: str) -> datetime:
    """Return when a run was made."""
    return datetime.strptime(run, "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC)


def _lying(path: Path) -> Lying:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Lying(path.stat().st_size, digest)
