"""A backup back to a preschool's folder, on a machine that has nothing but the recovery key. Knows runs and settings' folders. Does not know hosts.

What can't be opened is told by its name, and everything else is restored. The keystore is given to this machine, and marked: it may not publish before
it has taken over.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from pluttra_publish import log
from pluttra_publish.backup.manifest import Entry, Manifest
from pluttra_publish.backup.sharing import Step, no_step
from pluttra_publish.backup.shelf import Shelf, made_at
from pluttra_publish.errors import Findings, FormatError, HostError, KeystoreError, UsageError
from pluttra_publish.platform import atomic_file, identity_path, private_folder, settle, telling, write_atomically
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.recovery import RecoveryKey
from pluttra_publish.settings import FILE, Settings, SettingsError, read_settings

_UNDER_WAY = ".pluttra-restore"
_KEYSTORE = "keystore.age"


class Damaged(HostError):
    """Some files of a backup could not be opened; the others were restored. Carries which."""

    def __init__(self, findings: Findings, older: str) -> None:
        hint = "Allt annat är återställt."
        if older:
            hint += f" En äldre kopia kan ha dem hela: pluttra restore … --run {older} --into EN-ANNAN-MAPP"
        super().__init__(f"{len(findings.errors)} filer i kopian är skadade.", hint=hint)
        self.findings = findings


@dataclass(frozen=True)
class Restored:
    """What was restored, and from when. `check` are settings that lead to places that may not be on this machine."""

    folder: Path
    preschool: str
    made: datetime
    files: int
    check: tuple[str, ...]


def runs_in(folder: Path) -> list[tuple[str, datetime]]:
    """Return the backups in a folder, the newest first.

    Raises:
        UsageError: there are none.
    """
    shelf = Shelf(folder)
    shelf.about()
    zone = ZoneInfo("Europe/Stockholm")  # until the settings can be read
    runs = [(run, made_at(run).astimezone(zone)) for run in reversed(shelf.runs())]
    if not runs:
        raise UsageError(f"I {folder} finns ingen säkerhetskopia som blev klar.", hint="Har du en annan disk?")
    return runs


def restore(
    folder: Path, into: Path, key: RecoveryKey, *, run: str = "", identity: Path | None = None, step: Step = no_step
) -> Restored:
    """Restore a backup to `into`, a new folder; the newest, or the newest whose name begins with `run`. One that was cut off goes on.

    Raises:
        UsageError: there is no such backup, or something else lies in `into`.
        KeystoreError: the run itself doesn't open: the key is another preschool's, or it is damaged.
        Damaged: some files didn't; the others are there.
    """
    chosen = _chosen(folder, run)
    shelf, into = Shelf(folder), into.absolute()
    manifest = _manifest(shelf, chosen, key)
    findings = Findings()
    with _under_way(into, chosen):
        for name in manifest.folders:
            with telling(into / name):
                (into / name).mkdir(parents=True, exist_ok=True)
        private_folder(into / manifest.state)
        for number, (name, entry) in enumerate(sorted(manifest.entries.items()), 1):
            _restore_one(shelf, into / name, entry, key, findings, name=name, private=_is_private(name, manifest))
            step("Återställer", number, len(manifest.entries))
        _adopt(into / manifest.state / _KEYSTORE, manifest, key, identity or identity_path())
        check = _lead_back(into, manifest)
        counts = {"restored": len(manifest.entries) - len(findings), "damaged": len(findings)}
        log.append(into / manifest.state, "restore", now=datetime.now(_zone(into)), counts=counts)
        with telling(into):
            settle([str(into / name) for name in manifest.entries if (into / name).is_file()])
    if findings.errors:
        older = [other for other, _ in runs_in(folder) if other < chosen]
        raise Damaged(findings, older[0] if older else "")
    return Restored(into, manifest.preschool, made_at(chosen).astimezone(_zone(into)), len(manifest.entries), check)


def _chosen(folder: Path, run: str) -> str:
    runs = runs_in(folder)
    wanted = run.strip().replace(":", "").replace(".", "")
    chosen = next((name for name, _ in runs if name.startswith(wanted)), None)
    if chosen is None:
        listed = ", ".join(name for name, _ in runs)
        raise UsageError(f"Det finns ingen kopia från {run}.", hint=f"Det här är de som finns: {listed}.")
    return chosen


def _manifest(shelf: Shelf, run: str, key: RecoveryKey) -> Manifest:
    opened = io.BytesIO()
    try:
        with shelf.open(run) as sealed:
            key.open(sealed, opened)
        return Manifest.from_bytes(opened.getvalue())
    except (OSError, FormatError) as wrong:
        if isinstance(wrong, FormatError) and wrong.layer == "version":
            raise
        older = [name for name, _ in runs_in(shelf.folder) if name < run]
        hint = (
            "Se efter att det är rätt återställningsnyckel: den här förskolans, och den som gällde när kopian gjordes."
        )
        hint += f" Är den det, så är kopian skadad: prova den före, med --run {older[0]}." if older else ""
        raise KeystoreError(f"Kopian {run} kan inte öppnas med den nyckeln.", hint=hint) from wrong


@contextmanager
def _under_way(into: Path, run: str) -> Iterator[None]:
    """Take a new folder for what is restored, or one where the same was cut off."""
    mark = into / _UNDER_WAY
    with telling(into):
        taken = into.exists() and (not into.is_dir() or any(into.iterdir()))
        if taken and not (mark.is_file() and mark.read_text(encoding="ascii") == run):
            hint = "Ange en ny mapp: pluttra restore … --into minforskola"
            raise UsageError(f"I {into} ligger redan något.", hint=hint)
        private_folder(into)
        write_atomically(mark, run.encode("ascii"))
        yield
        mark.unlink()


def _restore_one(
    shelf: Shelf, target: Path, entry: Entry, key: RecoveryKey, findings: Findings, *, name: str, private: bool
) -> None:
    with telling(target):
        if target.is_file() and _holds(target, entry):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with shelf.open(entry.file) as sealed, atomic_file(target, private=private, durable=False) as file:
                key.open(sealed, file)
            os.utime(target, ns=(entry.changed, entry.changed))  # by which a photo without a day of its own is dated
            if _holds(target, entry):
                return
            target.unlink()
            said = "är skadad"
        except FormatError:
            said = "är skadad"
        except FileNotFoundError:
            said = "saknas"
    findings.error(HostError, name, "", f"Filen {said} i kopian.", "")


def _holds(target: Path, entry: Entry) -> bool:
    with target.open("rb") as file:
        return target.stat().st_size == entry.length and hashlib.file_digest(file, "sha256").hexdigest() == entry.digest


def _is_private(name: str, manifest: Manifest) -> bool:
    return name.startswith(f"{manifest.state}/")


def _adopt(path: Path, manifest: Manifest, key: RecoveryKey, identity: Path) -> None:
    """Let this machine open the keystore, and let it not publish before it has taken over."""
    if not path.is_file():
        return  # told as damaged
    keystore = Keystore.recover(path, identity_path=identity, recovery_key=key.text)
    keystore.restored = manifest.made
    keystore.save()


def _zone(into: Path) -> tzinfo | None:
    """Return the preschool's time zone; None, which is the machine's, if the settings can't be read."""
    try:
        return read_settings(into).zone
    except SettingsError:
        return None


def _lead_back(into: Path, manifest: Manifest) -> tuple[str, ...]:
    """Let the settings lead to the folders as they lie now; return what must be looked at by hand."""
    path = into / FILE
    if not path.is_file():
        return ()
    if manifest.moved:
        text = path.read_bytes().decode("utf-8-sig")
        with telling(path):
            write_atomically(path, _with_folders(text, manifest.moved).encode("utf-8"))
    try:
        settings = read_settings(into)
    except SettingsError:
        return (FILE,)
    return tuple(_elsewhere(settings, into))


def _with_folders(text: str, moved: Mapping[str, str]) -> str:
    """Return settings whose folders are those in `moved`: every line that says one is written anew."""
    for key, name in moved.items():
        text = re.sub(rf"(?m)^(\s*(?:folders\s*\.\s*)?{key}\s*=\s*).*$", rf'\g<1>"{name}"', text)
    return text


def _elsewhere(settings: Settings, into: Path) -> Iterator[str]:
    """Yield the settings that lead out of the folder."""
    host = settings.host
    places = {"folders.posts": settings.posts, "folders.register": settings.register, "folders.talks": settings.talks}
    places |= {"folders.inbox": settings.inbox, "folders.state": settings.state}
    if host.path:
        places["host.path"] = host.path
    if host.sftp and host.sftp.key:
        places["host.key"] = host.sftp.key
    if host.sftp and host.sftp.known_hosts:
        places["host.known_hosts"] = host.sftp.known_hosts
    if settings.look.logo:
        places["theme.logo"] = settings.look.logo
    yield from (key for key, place in places.items() if not place.is_relative_to(into))
