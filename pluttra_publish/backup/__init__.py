"""Backups of a preschool: everything but what can be made again, sealed to the recovery key, in a folder on another disk. Knows the order of it.

gather → seal what is new, each read back and opened → the run that lists it all → forget old runs. Posts are read while people write; the private
state is taken in one moment, when nobody publishes. Killed at any point, all earlier runs are whole and what was sealed is used by the next.
"""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pluttra_publish import log
from pluttra_publish.backup.digests import Digests
from pluttra_publish.backup.gather import DIGESTS, LEDGER, LOCK, MEMORY, Whole, gather
from pluttra_publish.backup.manifest import Entry, Manifest
from pluttra_publish.backup.retention import over
from pluttra_publish.backup.sharing import Step, no_step
from pluttra_publish.backup.shelf import Lying, Shelf
from pluttra_publish.clock import now_of
from pluttra_publish.errors import ContentError, Findings, FormatError, HostError, UsageError
from pluttra_publish.platform import identity_path, locked, private_folder, write_atomically
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.recovery import RecoverySeal
from pluttra_publish.settings import FILE, Settings, is_inside

__all__ = ["BackedUp", "Incomplete", "LastBackup", "back_up", "last_backup"]

_NIGHTS = 30
"""In as many backups every sealed file is read through again."""
_PATIENCE = 5  # seconds
_A_PUBLISH = 1800  # seconds: a publish with many films takes long
_TRIES = 2


class Incomplete(ContentError):
    """A backup was made, but some files are not in it; carries what they are."""

    def __init__(self, findings: Findings) -> None:
        hint = "Resten är kopierat. Rätta det, och kör pluttra backup igen."
        super().__init__(f"{len(findings.errors)} filer kom inte med i kopian.", hint=hint)
        self.findings = findings


@dataclass(frozen=True)
class BackedUp:
    """What a backup did: `files` are in it, of which `new` were sealed now, `length` bytes as they lie. `looked` old ones were read through, of which
    `damaged` were; of those, `mended` were sealed again. `runs` are kept now, the oldest of `oldest`.
    """

    folder: Path
    run: str
    files: int
    new: int
    length: int
    looked: int
    damaged: int
    mended: int
    runs: int
    forgotten: int
    findings: Findings

    def summary(self) -> dict[str, object]:
        """Return it as a script reads it."""
        names = ("run", "files", "new", "length", "looked", "damaged", "mended", "runs", "forgotten")
        return {"folder": str(self.folder)} | {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class LastBackup:
    """The last backup that was made: when (Unix seconds), where, and whether all files came with it."""

    time: int
    folder: str
    files: int
    complete: bool


def last_backup(settings: Settings) -> LastBackup | None:
    """Return what is known of the last backup; None if there was none."""
    try:
        return LastBackup(**json.loads((settings.state / MEMORY).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def back_up(
    settings: Settings,
    folder: Path | None = None,
    *,
    new: bool = False,
    verify: bool = False,
    identity: Path | None = None,
    step: Step = no_step,
) -> BackedUp:
    """Make a backup in `folder`, else in the settings', else where the last one is. `new` lets it be a new one where one was expected; `verify` reads all of it through.

    Raises:
        UsageError: no folder is said, or it may not hold backups.
        KeystoreError: the keystore can't be opened.
        Incomplete: the backup was made, without some files.
        HostError: it was not made: the folder is gone, full or not what it should be. Earlier backups are as they were.
    """
    before = last_backup(settings)
    target = (folder or settings.backup.folder or (Path(before.folder) if before else _nowhere())).absolute()
    _check_place(settings, target)
    identity = identity or identity_path()
    keystore = Keystore.load(settings.state / "keystore.age", identity_path=identity)
    with locked(private_folder(settings.state) / LOCK, patience=_PATIENCE):
        shelf, last = Shelf(target), last_backup(settings)
        expected = not new and last is not None and last.folder == str(target)
        shelf.claim(keystore.opaque_id("backup", keystore.site.hex()), expected=expected)
        with closing(Digests(settings.state / DIGESTS)) as digests:
            made = _Round(settings, keystore, identity, shelf, digests, step).run(verify=verify)
    counts = {"copied": made.files, "new": made.new, "damaged": made.damaged, "forgotten": made.forgotten}
    log.append(settings.state, "backup", now=now_of(settings), counts=counts)
    time = int(now_of(settings).timestamp())
    memory = {"time": time, "folder": str(target), "files": made.files, "complete": not made.findings.errors}
    write_atomically(settings.state / MEMORY, json.dumps(memory).encode("utf-8"), private=True)
    if made.findings.errors:
        raise Incomplete(made.findings)
    return made


def _nowhere() -> Path:
    hint = f"Skriv pluttra backup MAPP, eller folder = … under [backup] i {FILE}."
    raise UsageError("Var ska kopian ligga?", hint=hint)


def _check_place(settings: Settings, target: Path) -> None:
    """Refuse a folder where a backup would back itself up, be synced or published, or be lost with what it is a copy of."""
    ours = (settings.root, settings.posts, settings.register, settings.talks, settings.state, settings.host.path)
    if any(is_inside(target, one) or is_inside(one, target) for one in ours if one):
        hint = "Ange en mapp på en annan disk: den går inte sönder samtidigt."
        raise UsageError("Kopian skulle ligga i förskolans egen mapp, eller omkring den.", hint=hint)


class _Round:
    """One backup while it is made."""

    def __init__(
        self, settings: Settings, keystore: Keystore, identity: Path, shelf: Shelf, digests: Digests, step: Step
    ) -> None:
        self._settings, self._keystore, self._identity = settings, keystore, identity
        self._shelf, self._digests, self._step = shelf, digests, step
        self._seal = RecoverySeal(keystore.recovery)
        self._now: datetime = now_of(settings)
        self._findings = Findings()
        self._entries: dict[str, Entry] = {}
        self._listed: dict[str, Lying] = {}
        self._known: dict[str, Lying] = {}
        self._new = self._length = self._looked = 0
        self._damaged: set[str] = set()

    def run(self, *, verify: bool) -> BackedUp:
        runs = self._shelf.runs()
        self._known, _ = self._shelf.listed(runs)
        lengths = self._shelf.files()
        self._look_through(lengths, verify=verify)
        whole, done = gather(self._settings), False
        try:
            for number, (name, path) in enumerate(whole.content.items(), 1):
                self._take(name, path)
                self._step("Kopierar", number, len(whole.content))
            self._take_state(whole)
            run = self._commit(whole)
            done = True
        finally:
            self._digests.save(whole=done)
        zone, kept = self._settings.zone, self._settings.backup
        old = over([*runs, run], days=kept.keep_days, months=kept.keep_months, zone=zone)
        self._shelf.forget(old)
        return BackedUp(
            folder=self._shelf.folder,
            run=run,
            files=len(self._entries),
            new=self._new,
            length=self._length,
            looked=self._looked,
            damaged=len(self._damaged),
            mended=len(self._damaged & self._listed.keys()),
            runs=len(runs) + 1 - len(old),
            forgotten=len(old),
            findings=self._findings,
        )

    def _look_through(self, lengths: dict[str, int], *, verify: bool) -> None:
        """Read sealed files through, all or those whose turn it is; one that is damaged is taken away, to be sealed again if what it held is still here."""
        for name in [name for name, lying in self._known.items() if lengths.get(name) != lying.length]:
            self._damaged.add(name)
            del self._known[name]
            self._shelf.remove(name)
            lengths.pop(name, None)
        turn = self._now.date().toordinal() % _NIGHTS
        names = [name for name in lengths if verify or int(name[:8], 16) % _NIGHTS == turn]
        for number, name in enumerate(names, 1):
            lying = self._shelf.look(name)
            if name in self._known and lying != self._known[name]:
                self._damaged.add(name)
                del self._known[name]
                self._shelf.remove(name)
            self._looked += 1
            self._step("Läser igenom", number, len(names))

    def _take(self, name: str, path: Path, shown: str = "") -> None:
        """Let a file be in the backup; one that can't be read, or is changed all the while, is told."""
        for _ in range(_TRIES):
            try:
                stat, digest = path.stat(), self._digests.of(name, path)
                with path.open("rb") as source:
                    file = self._put(digest, source)
                self._entries[name] = Entry(file, stat.st_size, digest.hex(), stat.st_mtime_ns)
                return
            except FormatError:
                self._digests.forget(name)  # it was changed between the two readings
            except FileNotFoundError:
                return  # it was taken away while all this went on
            except OSError as error:
                message = f"Filen kan inte läsas ({error.strerror or type(error).__name__})."
                mend = "Öppna den på datorn, så att den är hämtad, och se efter att du får läsa den."
                self._findings.error(ContentError, name, "", message, mend)
                return
        self._findings.error(ContentError, name, "", "Filen ändrades hela tiden.", "Vänta tills den är färdigkopierad.")

    def _put(self, digest: bytes, source: BinaryIO) -> str:
        name = self._name(digest)
        if name in self._listed:
            return name
        lying = self._known.get(name)
        if lying is None and name not in self._damaged and (left := self._shelf.look(name)):
            lying = left  # of a backup that was cut off: it was opened before it had this name
        if lying is None:
            lying = self._shelf.put(name, source, self._seal, digest=digest)
            self._new += 1
            self._length += lying.length
        self._listed[name] = lying
        return name

    def _name(self, digest: bytes) -> str:
        """Return what the sealed file of such a content is called: the same each time, until the recovery key is another; it tells nothing to others."""
        keystore = self._keystore
        parts = (keystore.opaque_id("backup", half, keystore.recovery, digest.hex()) for half in ("first", "second"))
        return "".join(parts)

    def _take_state(self, whole: Whole) -> None:
        """Take the private state as it is at one moment."""
        state = self._settings.state
        with locked(state / "publish.lock", patience=_A_PUBLISH), locked(state / "brev.lock", patience=_A_PUBLISH):
            taken = {name: (path, path.read_bytes()) for name, path in whole.state.items() if path.is_file()}
            with tempfile.TemporaryDirectory(dir=self._settings.state, prefix="seal-") as workspace:
                ledger = _copied(self._settings.state / LEDGER, Path(workspace))
                if ledger:
                    taken[f"{whole.state_name}/{LEDGER}"] = ledger, ledger.read_bytes()
            Keystore.load(self._settings.state / "keystore.age", identity_path=self._identity)  # as it was taken
        for name, (path, content) in taken.items():
            digest = hashlib.sha256(content).digest()
            changed = path.stat().st_mtime_ns if path.exists() else 0
            self._entries[name] = Entry(self._put_bytes(digest, content), len(content), digest.hex(), changed)

    def _put_bytes(self, digest: bytes, content: bytes) -> str:
        return self._put(digest, io.BytesIO(content))

    def _commit(self, whole: Whole) -> str:
        manifest = Manifest(
            made=int(self._now.timestamp()),
            preschool=self._settings.name,
            entries=self._entries,
            folders=tuple(whole.folders),
            moved=whole.moved,
            state=whole.state_name,
        )
        content, run = manifest.to_bytes(), self._shelf.name_for(self._now)
        try:
            digest = hashlib.sha256(content).digest()
            self._shelf.put_run(run, io.BytesIO(content), self._seal, digest=digest, listed=self._listed)
        except FormatError as wrong:
            raise HostError("Det som skrevs till kopian gick inte att läsa tillbaka.", hint="Byt disk.") from wrong
        return run


def _copied(ledger: Path, workspace: Path) -> Path | None:
    """Copy the ledger, whole at some moment, as only SQLite can; None if there is none. It is a cache: what can't be copied is left."""
    if not ledger.is_file():
        return None
    copy = workspace / LEDGER
    try:
        with closing(sqlite3.connect(ledger)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except sqlite3.Error:
        return None
    return copy
