"""Which of a preschool's files a backup holds, and what each is called there. Knows the folders. Opens no file.

All that lies in the preschool's folder, and its posts, register, talks and private state wherever those lie, except what can be made again: the
sealed site, derived media, what is known of the host. Nor what belongs to this computer alone: its identity and its locks.
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pluttra_publish.platform import identity_path
from pluttra_publish.settings import Settings

LEDGER = "ledger.sqlite"
LOCK, MEMORY, DIGESTS = "backup.lock", "backup.json", "backup.sqlite"
"""The backup's own files in the private state: one at a time, what the last one was, and the digests of files as they looked."""

_MADE_AGAIN = (
    "cache", "copies", "sealed", "seal-*", "on-host.sqlite", "lock-id", "*.lock", "*.tmp", "*-journal", "*-wal", "*-shm",
    LEDGER, MEMORY, DIGESTS,
)  # fmt: skip
_NOT_THE_PRESCHOOLS = (
    ".git", ".svn", "__pycache__", "node_modules", ".*_cache", ".trash*", "$recycle.bin", "system volume information", "lost+found",
    ".ds_store", "._*", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "@eadir", "__macosx", ".stfolder", ".stversions", ".dropbox.cache",
    "~$*", "*.tmp", "*.part", "*.crdownload", "fel.txt", "klart.txt",
)  # fmt: skip
"""What systems, synchronisers and this program leave behind, in small letters."""
_ENVIRONMENT = "pyvenv.cfg"
"""The file that tells a folder of installed programs from others."""


@dataclass(frozen=True)
class Whole:
    """What a backup is to hold: `content` by name in the backup (with `/`), `state` likewise, folders that would else be gone, and as `moved` what
    each of the settings' folders is called there that doesn't lie in the preschool's folder.
    """

    content: dict[str, Path] = field(default_factory=dict)
    state: dict[str, Path] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    state_name: str = ""


def gather(settings: Settings) -> Whole:
    """Return what there is to back up."""
    whole = Whole(state_name=_name_of(settings, "state", settings.state, {}))
    apart = {"posts": settings.posts, "register": settings.register, "talks": settings.talks, "inbox": settings.inbox}
    out = {settings.state, *apart.values(), *([settings.host.path] if settings.host.path else [])}
    _take(whole, whole.content, settings.root, "", out)
    for key, folder in apart.items():
        _take(whole, whole.content, folder, _name_of(settings, key, folder, whole.moved), out - {folder})
    whole.moved.update({} if settings.state.is_relative_to(settings.root) else {"state": whole.state_name})
    state: dict[str, Path] = {}
    _take(whole, state, settings.state, whole.state_name, set())
    for name, path in state.items():
        inside = path.relative_to(settings.state)
        if not any(fnmatch.fnmatchcase(inside.parts[0], pattern) for pattern in _MADE_AGAIN):
            whole.state[name] = path
    whole.folders[:] = sorted(name for name in whole.folders if not name.startswith(f"{whole.state_name}/"))
    return whole


def _name_of(settings: Settings, key: str, folder: Path, moved: dict[str, str]) -> str:
    """Return what a folder is called in the backup: as it is in the preschool's folder, or as a new preschool's is."""
    if folder.is_relative_to(settings.root):
        return folder.relative_to(settings.root).as_posix()
    usual = {"posts": "inlagg", "register": "register", "talks": "samtal", "inbox": "inkommet", "state": "privat"}[key]
    while (settings.root / usual).exists():
        usual += "-2"
    moved[key] = usual
    return usual


def _take(whole: Whole, into: dict[str, Path], folder: Path, name: str, out: set[Path]) -> None:
    identity = identity_path().absolute()
    for path, inside in _below(folder, out, set()):
        called = f"{name}/{inside}" if name else inside
        if path.is_dir():
            whole.folders.append(called)
        elif path.absolute() != identity:
            into[called] = path


def _below(folder: Path, out: set[Path], met: set[str]) -> Iterator[tuple[Path, str]]:
    """Yield everything below a folder with its name in it; through links too, but each folder once."""
    real = os.path.realpath(folder)
    if real in met or not folder.is_dir():
        return
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = Path(entry.path)
        if path in out or _left_out(path, entry.name):
            continue
        if entry.is_dir():
            yield path, entry.name
            for below, inside in _below(path, out, met | {real}):
                yield below, f"{entry.name}/{inside}"
        elif entry.is_file():
            yield path, entry.name


def _left_out(path: Path, name: str) -> bool:
    lower = name.lower()
    return any(fnmatch.fnmatchcase(lower, pattern) for pattern in _NOT_THE_PRESCHOOLS) or (path / _ENVIRONMENT).exists()
