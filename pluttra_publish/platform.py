"""What differs between systems: atomic and private files, this machine's identity. Does not know what is in them."""

from __future__ import annotations

import contextlib
import gc
import os
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import platformdirs

IDENTITY_VARIABLE = "PLUTTRA_IDENTITY"

_TRIES = 20
_PAUSE = 0.05
_AT_ONCE = 16


def identity_path() -> Path:
    """Return where this machine's age identity lies: `PLUTTRA_IDENTITY`, else below the account's settings folder."""
    named = os.environ.get(IDENTITY_VARIABLE)
    return Path(named) if named else platformdirs.user_config_path("pluttra", appauthor=False) / "identity.txt"


def private_folder(path: Path) -> Path:
    """Make a folder that only this account may read, where the system can say so, and return it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def write_atomically(path: Path, content: bytes, *, private: bool = False) -> None:
    """Replace a file's content so that after a crash either the old or the new is there, whole and on disk.

    `private` files may be read by this account only, where the system can say so.
    """
    with atomic_file(path, private=private) as file:
        file.write(content)


def private_file(path: Path) -> contextlib.AbstractContextManager[BinaryIO]:
    """Open a new private file that takes its name when the block ends without an error; nothing is left otherwise."""
    return atomic_file(path, private=True, durable=False)


@contextlib.contextmanager
def atomic_file(path: Path, *, private: bool = False, durable: bool = True) -> Iterator[BinaryIO]:
    """Open a new file in the same folder that replaces `path` when the block ends without an error.

    `durable` waits until it is on disk. Unless `private`, others may read it as they may read other new files.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        if not private:
            _share(temporary)
        _replace(temporary, path)
        if durable:
            _sync_folder(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _replace(temporary: Path, path: Path) -> None:
    """Rename; on Windows a virus scanner or a synchroniser may hold either file open for a moment."""
    for attempt in range(_TRIES):
        try:
            temporary.replace(path)
            return
        except PermissionError:
            if attempt == _TRIES - 1:
                raise
            time.sleep(_PAUSE)


def _share(path: Path) -> None:
    if os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        path.chmod(0o666 & ~mask)


@contextlib.contextmanager
def without_collecting() -> Iterator[None]:
    """Run a batch that makes many values and few cycles without looking for cycles all the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def settle(files: Iterable[Path]) -> None:
    """Wait until files that were written without waiting, and their names, are on disk.

    Many at a time: a disk that is asked for one file after the other waits for itself.
    """
    wanted = list(files)
    with ThreadPoolExecutor(_AT_ONCE) as workers:
        for done in (workers.map(_sync_file, wanted), workers.map(_sync_folder, {file.parent for file in wanted})):
            deque(done, maxlen=0)


def _sync_file(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError:
            pass  # some network file systems cannot
        finally:
            os.close(descriptor)
