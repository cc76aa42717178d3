"""What differs between systems: atomic and private files, this machine's identity. Does not know what is in them."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import secrets
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import platformdirs

from pluttra_publish import __version__
from pluttra_publish.errors import KeystoreError, PluttraError, UsageError

IDENTITY_VARIABLE = "PLUTTRA_IDENTITY"

_TRIES = 20
_PAUSE = 0.05
_AT_ONCE = 16
_MANY = 200
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


def identity_path() -> Path:
    """Return where this machine's age identity lies: `PLUTTRA_IDENTITY`, else below the account's settings folder."""
    named = os.environ.get(IDENTITY_VARIABLE)
    return Path(named) if named else platformdirs.user_config_path("pluttra", appauthor=False) / "identity.txt"


def cache_folder(name: str) -> Path | None:
    """Return a private folder of this account's for what can be made again and holds nobody's data; None if it can't be had."""
    path = platformdirs.user_cache_path("pluttra", appauthor=False) / __version__ / name
    try:
        return private_folder(path)
    except KeystoreError:
        return None


def private_folder(path: Path) -> Path:
    """Make a folder that only this account may read, where the system can say so, and return it.

    Raises:
        KeystoreError: it can't be made.
    """
    with telling(path, KeystoreError):
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
def telling(path: Path, kind: type[PluttraError] = UsageError) -> Iterator[None]:
    """Say of a place that somebody has chosen, and that can't be written, that it can't.

    Raises:
        PluttraError: of that `kind`, it can't.
    """
    try:
        yield
    except OSError as error:
        hint = "Ange en annan plats, eller se efter att du får skriva där och att disken har plats."
        raise kind(f"{path} kan inte skrivas ({error.strerror or type(error).__name__}).", hint=hint) from error


@contextlib.contextmanager
def atomic_file(path: Path, *, private: bool = False, durable: bool = True) -> Iterator[BinaryIO]:
    """Open a new file in the same folder that replaces `path` when the block ends without an error.

    `durable` waits until it is on disk. Unless `private`, others may read it as they may read other new files.
    """
    temporary = str(path.with_name(f".{secrets.token_hex(8)}.tmp"))
    descriptor = _create(temporary, 0o600 if private else 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        _replace(temporary, path)
        if durable:
            _sync_folder(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise


def put_file(path: str, blocks: Iterable[bytes]) -> None:
    """Write a file that takes the name `path` when all of it is there; `settle` waits until it is on disk.

    Plain strings and descriptors, since thousands of files are written in a publish, and a Path or a file object costs as much as the writing.
    """
    temporary = f"{os.path.dirname(path)}{os.sep}.{secrets.token_hex(8)}.tmp"  # noqa: PTH120
    descriptor = _create(temporary, 0o666)
    try:
        try:
            for block in blocks:
                written = os.write(descriptor, block)
                while written < len(block):
                    written += os.write(descriptor, memoryview(block)[written:])
        finally:
            os.close(descriptor)
        _replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise


def _create(temporary: str, mode: int) -> int:
    """Open a file that was not there, and make its folder first where that is missing."""
    try:
        return os.open(temporary, _NEW, mode)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(temporary), exist_ok=True)  # noqa: PTH103, PTH120
        return os.open(temporary, _NEW, mode)


def _replace(temporary: str, path: Path | str) -> None:
    _patiently(lambda: os.replace(temporary, path))  # noqa: PTH105


def _patiently(work: Callable[[], object]) -> None:
    """Do what Windows refuses while a virus scanner or a synchroniser holds a file open for a moment."""
    for attempt in range(_TRIES):
        try:
            work()
            return
        except PermissionError:
            if attempt == _TRIES - 1:
                raise
            time.sleep(_PAUSE)


def make_runnable(path: Path) -> None:
    """Let everybody run a file as a program, where the system has such a thing."""
    path.chmod(0o755)


def move_file(source: Path, target: Path) -> None:
    """Give a file another name in the same file system, on disk when this returns; what lay there is replaced."""
    _replace(str(source), target)
    _sync_folder(target.parent)


def move_folder(source: Path, target: Path, *, durable: bool = False) -> None:
    """Give a folder another name in the same file system, where none lies; tried again while something in it is held open.

    `durable` waits until its name is on disk.

    Raises:
        OSError: one lies there.
    """
    _patiently(lambda: source.rename(target))
    if durable:
        _sync_folder(target.parent)


def remove_file(path: Path) -> None:
    """Remove a file, tried again while it is held open; nothing there is as good."""
    _patiently(lambda: path.unlink(missing_ok=True))


def read_from_disk(path: Path) -> BinaryIO:
    """Open a file that was just written so that what is read comes from the disk, where the system can be told to."""
    file = path.open("rb")
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return file


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[bool]:
    """Hold a lock file while the block runs, and give whether it could be had; False if another program holds it.

    The system lets go of it when the program ends, however it ends.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        held = _lock(descriptor)
        yield held
        if held:
            _unlock(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(path: Path, *, patience: float = 60) -> Iterator[None]:
    """Hold a lock file while the block runs, once others have let go of it.

    Raises:
        UsageError: another program has held it for `patience` seconds.
    """
    until = time.monotonic() + patience
    while True:
        with only_one(path) as alone:
            if alone:
                yield
                return
        if time.monotonic() > until:
            raise UsageError("En annan körning håller på.", hint="Vänta tills den är klar, och kör igen.")
        time.sleep(_PAUSE)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


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


def settle(files: Iterable[str], also: Iterable[str] = ()) -> None:
    """Wait until files that were written without waiting, and their names, are on disk; `also` the names of what is in these folders.

    Of many files, their whole file system is asked for at once where the system can do that, which is ten times as quick; else many
    are asked for at a time: a disk that is asked for one file after the other waits for itself.

    Raises:
        OSError: the disk could not keep them.
    """
    wanted = list(files)
    folders = list({os.path.dirname(file) for file in wanted} | set(also))  # noqa: PTH120
    if len(wanted) >= _MANY and _sync_file_systems(folders):
        return
    with ThreadPoolExecutor(_AT_ONCE) as workers:
        for sync, paths in ((_sync_file, wanted), (_sync_folder, folders)):
            deque(workers.map(sync, paths), maxlen=0)


def _sync_file_systems(folders: Iterable[str]) -> bool:
    """Wait until all that was written to the file systems of these folders is on disk; False where that cannot be asked for.

    Linux promises of syncfs(2) what it promises of fsync(2) for every file.
    """
    if not sys.platform.startswith("linux"):
        return False
    system = ctypes.CDLL(None, use_errno=True)
    if not hasattr(system, "syncfs"):
        return False
    for folder in {os.stat(folder).st_dev: folder for folder in folders}.values():  # noqa: PTH116
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            if system.syncfs(descriptor):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        finally:
            os.close(descriptor)
    return True


def _sync_file(file: str) -> None:
    descriptor = os.open(file, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path | str) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError:
            pass  # some network file systems cannot
        finally:
            os.close(descriptor)
