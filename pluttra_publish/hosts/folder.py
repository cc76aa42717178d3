"""A folder as a host: a disk, a share, or what a web server serves. Knows files. Does not know what is in them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from pluttra_publish.errors import HostError, LeakError
from pluttra_publish.hosts.gate import Admitted
from pluttra_publish.hosts.paths import place_of
from pluttra_publish.platform import put_file, settle


class FolderHost:
    """A published site in the folder `root`, which is made when something is first put there.

    Only what has the path of something ours is listed or deleted; other files in the folder are left alone.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._unsettled: list[str] = []

    def put(self, thing: Admitted) -> None:
        """Store `thing` under its path: at every moment the old bytes or the new ones lie there, whole.

        Raises:
            LeakError: the bytes changed after they were admitted; nothing was stored.
            HostError: the folder cannot be written.
        """
        target = str(self._locate(thing.path))
        with self._telling(thing.path, "skrivas"):
            put_file(target, thing.blocks())
        self._unsettled.append(target)

    def settle(self) -> None:
        """Return when everything that was put is on disk.

        Raises:
            HostError: the disk could not keep it.
        """
        unsettled, self._unsettled = self._unsettled, []
        with self._telling("Det som lades dit", "sparas på disken"):
            settle(unsettled)

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
        with self._telling(prefix or str(self.root), "läsas"):
            for file in sorted(self.root.rglob("*")):
                path = file.relative_to(self.root).as_posix()
                if path.startswith(prefix) and place_of(path) and file.is_file():
                    yield path, file.stat().st_size

    def delete(self, path: str) -> None:
        """Remove what lies at `path`, and folders that become empty; nothing there is as good.

        Raises:
            HostError: the file cannot be removed.
        """
        target = self._locate(path)
        with self._telling(path, "tas bort"):
            target.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            for folder in list(target.parents)[: path.count("/")]:
                folder.rmdir()

    def _locate(self, path: str) -> Path:
        if place_of(path) is None:
            raise LeakError(f"Sökvägen {path!r} hör inte till en publicerad webbplats.")
        return self.root / path

    @contextlib.contextmanager
    def _telling(self, path: str, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise HostError(
                f"{path} kunde inte {what}: {error.strerror or error}.",
                hint=f"Se efter att mappen {self.root} finns, har plats och får skrivas, och kör sedan igen.",
            ) from error
