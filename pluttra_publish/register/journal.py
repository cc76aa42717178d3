"""Several files of the register, written as one. Knows names and bytes, not what they mean.

1. The new files are written, and flushed to disk, in a folder of their own: `.import-STAMP/`.
2. The earlier files are copied to that folder too; they end up in `tidigare/STAMP/`.
3. A journal, `.import.json`, is put beside them with one rename: **from here on the new files count**, since whoever
   reads the register reads through the journal.
4. File by file takes its place; then the journal goes.

Broken off before 3 everything is as it was; after 3 everything is new. `recover` tidies up, whichever it was.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from pluttra_publish.errors import RegisterError
from pluttra_publish.platform import write_atomically

JOURNAL = ".import.json"
EARLIER = "tidigare"
_STAGED = ".import-"


def current_file(folder: Path, name: str) -> Path:
    """Return where the file of that name is to be read: in its place, or where an import that was broken off left it."""
    staged = _committed(folder)
    if staged is not None and (staged / name).is_file():
        return staged / name
    return folder / name


def write_files(folder: Path, files: Mapping[str, bytes], *, keep: Iterable[str], stamp: str) -> None:
    """Replace the named files as one; those named in `keep` are copied to `tidigare/STAMP/` first.

    Raises:
        RegisterError: a file is held by another program. Either nothing has changed, or the next run finishes it.
    """
    recover(folder)
    try:
        for name in files:
            if (folder / name).exists():
                with (folder / name).open("r+b"):
                    pass  # a file that is open in Excel on Windows says so here, before anything has happened
        stamp = next(
            name for n in range(1, 1000) if not (folder / EARLIER / (name := stamp + f"-{n}" * (n > 1))).exists()
        )
        staged = folder / f"{_STAGED}{stamp}"
        staged.mkdir(parents=True)
        for name, content in files.items():
            write_atomically(staged / name, content)
        for name in keep:
            if (folder / name).exists():
                write_atomically(staged / EARLIER / name, (folder / name).read_bytes())
        journal = json.dumps({"from": staged.name, "files": sorted(files)}).encode("utf-8")
        write_atomically(staged / JOURNAL, journal)
        (staged / JOURNAL).replace(folder / JOURNAL)
        _finish(folder)
    except OSError:
        hint = "Stäng registrets filer i andra program och kör igen."
        raise RegisterError("Registrets filer kan inte skrivas.", hint=hint) from None


def recover(folder: Path) -> None:
    """Finish an import that was broken off after it counted, and remove one that was broken off before."""
    if not folder.is_dir():
        return
    _finish(folder)
    for left in folder.glob(f"{_STAGED}*"):
        shutil.rmtree(left, ignore_errors=True)


def _finish(folder: Path) -> None:
    staged = _committed(folder)
    if staged is None:
        return
    if (staged / EARLIER).is_dir():
        (folder / EARLIER).mkdir(exist_ok=True)
        (staged / EARLIER).replace(folder / EARLIER / staged.name.removeprefix(_STAGED))
    for name in _journal(folder).get("files", []):
        if (staged / name).is_file():
            (staged / name).replace(folder / name)
    shutil.rmtree(staged, ignore_errors=True)
    (folder / JOURNAL).unlink()


def _committed(folder: Path) -> Path | None:
    journal = _journal(folder)
    return folder / str(journal["from"]) if journal else None


def _journal(folder: Path) -> dict[str, list[str]]:
    try:
        raw = (folder / JOURNAL).read_bytes()
    except OSError:
        return {}
    journal: dict[str, list[str]] = json.loads(raw.decode("utf-8"))
    return journal
