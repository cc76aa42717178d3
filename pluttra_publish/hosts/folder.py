"""A folder as a host: a disk, a share, or what a web server serves. Knows files. Does not know what is in them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from pluttra_publish.errors import HostError, LeakError
from pluttra_publish.hosts.gate import Admitted
from pluttra_publish.hosts.paths import TOP_FOLDERS, is_left_behind, place_of
from pluttra_publish.platform import put_file, remove_file, settle

_BLOCK = 1 << 20


class FolderHost:
    """A published site in the folder `root`, which is made when something is first put there.

    Only what has the path of something ours is listed or deleted; other files in the folder are left alone.
    """

    parallel = 1  # a disk writes one file after the other as quickly as many at a time
    far = False

    def __init__(self, root: Path) -> None:
        self.root = root
        self.name = str(root)
        self._unsettled: list[str] = []

    def put(self, thing: Admitted) -> None:
        """Store `thing` under its path: at every moment the old bytes or the new ones lie there, whole.

        Raises:
            LeakError: the bytes changed after they were admitted; nothing was stored.
            HostError: the folder cannot be written.
        """
        target = self._address(thing.path)
        with self._telling(thing.path, "skrivas"):
            put_file(target, thing.blocks())
        self._unsettled.append(target)

    def copy(self, source: str, target: str) -> bool:
        """Store at `target` what lies at `source`.

        Raises:
            HostError: nothing lies there, or the folder cannot be written.
        """
        from_, to = self._locate(source), self._address(target)
        with self._telling(source, "kopieras"), from_.open("rb") as file:
            put_file(to, iter(lambda: file.read(_BLOCK), b""))
        self._unsettled.append(to)
        return True

    def settle(self) -> None:
        """Return when everything that was put is on disk.

        Raises:
            HostError: the disk could not keep it.
        """
        unsettled, self._unsettled = self._unsettled, []
        with self._telling("Det som lades dit", "sparas på disken"):
            settle([path for path in dict.fromkeys(unsettled) if os.path.exists(path)])  # noqa: PTH110

    def get(self, path: str) -> bytes | None:
        """Return the bytes at `path`, or None if there is nothing.

        Raises:
            HostError: the folder cannot be read.
        """
        target = self._locate(path)
        with self._telling(path, "läsas"):
            try:
                return target.read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def list(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """Yield path and length of everything of ours under the folder whose path starts with `prefix`.

        Raises:
            HostError: the folder cannot be read.
        """
        with self._telling(prefix or self.name, "läsas"):
            for path, entry in self._files("", TOP_FOLDERS):
                if path.startswith(prefix) and place_of(path):
                    yield path, entry.stat().st_size

    def strangers(self) -> Iterator[str]:
        """Yield the paths of all files in the folder that are none of ours.

        Raises:
            HostError: the folder cannot be read.
        """
        with self._telling(self.name, "läsas"):
            yield from (path for path, _ in self._files("", None) if not place_of(path))

    def delete(self, path: str) -> None:
        """Remove what lies at `path`, and folders that become empty; nothing there is as good.

        Raises:
            HostError: the file cannot be removed.
        """
        target = self._locate(path)
        with self._telling(path, "tas bort"):
            remove_file(target)
        with contextlib.suppress(OSError):
            for folder in list(target.parents)[: path.count("/")]:
                folder.rmdir()

    def sweep(self) -> None:
        """Remove what puts that were cut off left behind.

        Raises:
            HostError: a file cannot be removed.
        """
        with self._telling(self.name, "städas"):
            left = [path for path, _ in self._files("", TOP_FOLDERS) if is_left_behind(path.rpartition("/")[2])]
            for path in left:
                remove_file(self.root / path)

    def close(self) -> None:
        """There is nothing to hang up."""

    def _files(self, folder: str, within: tuple[str, ...] | None) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """Yield every file below a folder; of the folders at the top only those in `within`, if it says which."""
        try:
            entries = sorted(os.scandir(self.root / folder), key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                if within is None or entry.name in within:
                    yield from self._files(path, None)
            elif entry.is_file():
                yield path, entry

    def _locate(self, path: str) -> Path:
        return Path(self._address(path))

    def _address(self, path: str) -> str:
        if place_of(path) is None:
            raise LeakError(f"Sökvägen {path!r} hör inte till en publicerad webbplats.")
        return f"{self.root}{os.sep}{path}"

    @contextlib.contextmanager
    def _telling(self, path: str, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise HostError(
                f"{path} kunde inte {what}: {error.strerror or error}.",
                hint=f"Se efter att mappen {self.root} finns, har plats och får skrivas, och kör sedan igen.",
            ) from error
