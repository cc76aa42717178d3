"""What became of a post, told beside it in plain Swedish: `FEL.txt` while it is held back, `KLART.txt` when it is out. Knows words and files.

Neither is a part of the post, nor starts a publish. Of the children in the register they name only those whom the post itself does.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath

from pluttra_publish.errors import Finding
from pluttra_publish.last_time import key_of
from pluttra_publish.outcomes import Held
from pluttra_publish.platform import write_atomically
from pluttra_publish.settings import Settings
from pluttra_publish.site.folders import nfc, relative_name

WRONG, DONE = "FEL.txt", "KLART.txt"
_WRITTEN = "fel.json"
_MANY = 50  # posts at once are a beginning, or an archive that has been moved: nobody waits for a word about each


def is_ours(name: str) -> bool:
    """Tell whether a file is one that tells what became of a post."""
    return name.casefold().endswith((WRONG.casefold(), DONE.casefold()))


def wrong_text(name: str, held: Held) -> str:
    """Return what stands in FEL.txt."""
    stays = (
        "Det som låg ute förut ligger kvar tills felet är rättat."
        if held.out
        else "Det finns inte på webbplatsen förrän felet är rättat."
    )
    what = "En sak" if len(held.findings) == 1 else f"{len(held.findings)} saker"
    found = "\n\n".join(_told(name, finding) for finding in held.findings)
    return f"Det här kunde inte läggas ut. {what} behöver rättas. {stays}\n\n{found}\n\nRätta och spara. Då försvinner den här filen av sig själv.\n"


def done_text(titles: Iterable[str], now: datetime) -> str:
    """Return what stands in KLART.txt."""
    day = f"{now:%Y-%m-%d} kl. {now:%H.%M}"
    return f"Utlagt {day}.\n\nFör: {', '.join(titles)}.\n"


def _told(name: str, finding: Finding) -> str:
    file = finding.file.removeprefix(name).strip("/")
    if not file and (not finding.place or finding.place.startswith("rad ")):  # a post that is one file
        file = PurePosixPath(name).name
    where = ", ".join(filter(None, (file, finding.place)))
    return f"{where}:\n{finding.message}" + (f"\n→ {finding.mend}" if finding.mend else "")


class Beside:
    """Writes what became of posts beside them, and takes away what is no longer so."""

    def __init__(self, settings: Settings, posts: Iterable[str]) -> None:
        """`posts` are the names of all there are. Where anything was written is remembered, without names."""
        self._settings = settings
        self._file = settings.state / _WRITTEN
        self._wrong = self._written(posts)

    def tell(
        self,
        held: Mapping[str, Held],
        out: Mapping[str, tuple[str, ...]],
        now: datetime,
        *,
        leave: Collection[str] = (),
    ) -> list[str]:
        """Tell of all that is held back, and of posts that are `out` now, for whom, or wait (for nobody). Return the posts that can't be told of.

        What stands beside those to `leave` stays: they have not been read.
        """
        failed: list[str] = []
        for name, one in held.items():
            failed += self._write(name, WRONG, wrong_text(name, one))
            self._remove(name, DONE)
        stays = held.keys() | (self._wrong & set(leave))
        for name in (self._wrong | out.keys()) - stays:
            self._remove(name, WRONG)
        many = len(out) > _MANY
        for name, titles in out.items():
            if name in held:
                continue
            if not titles:
                self._remove(name, DONE)
            elif not many or name in self._wrong or self._is_there(name, DONE):
                failed += self._write(name, DONE, done_text(titles, now))
        if self._wrong != stays:
            self._wrong = set(stays)
            with contextlib.suppress(OSError):
                keys = sorted(map(key_of, stays))
                write_atomically(self._file, json.dumps(keys).encode("ascii"), private=True)
        return failed

    def _written(self, posts: Iterable[str]) -> set[str]:
        try:
            keys = set(map(str, json.loads(self._file.read_text(encoding="ascii"))))
        except (OSError, ValueError, TypeError):
            return set()
        return {name for name in (*posts, *self._talks()) if key_of(name) in keys} if keys else set()

    def _talks(self) -> Iterator[str]:
        talks = self._settings.talks
        shown = relative_name(talks.absolute(), self._settings.root.absolute())
        for path in (*talks.glob("*"), *talks.glob("*/*")):
            yield nfc(f"{shown}/{path.relative_to(talks).as_posix()}")

    def _write(self, name: str, what: str, text: str) -> list[str]:
        path = self._path(name, what)
        if not self._post(name).exists():  # gone meanwhile: nothing is made in its place
            return []
        content = ("\ufeff" + text.replace("\n", "\r\n")).encode("utf-8")  # as every program that opens a text reads it
        try:
            if not path.is_file() or path.read_bytes() != content:
                write_atomically(path, content)
        except OSError:
            return [name]
        return []

    def _remove(self, name: str, what: str) -> None:
        with contextlib.suppress(OSError):
            self._path(name, what).unlink(missing_ok=True)

    def _is_there(self, name: str, what: str) -> bool:
        return self._path(name, what).is_file()

    def _path(self, name: str, what: str) -> Path:
        """Return the file in a post's folder, or beside a post that is one file."""
        post = self._post(name)
        return post / what if post.is_dir() else post.with_name(f"{post.name}.{what}")

    def _post(self, name: str) -> Path:
        path = self._settings.root / name
        for folder in (self._settings.posts, self._settings.talks):
            shown = relative_name(folder.absolute(), self._settings.root.absolute())
            if name.startswith(f"{shown}/"):
                path = _found(folder, name.removeprefix(f"{shown}/").split("/"))
        return path


def _found(folder: Path, parts: list[str]) -> Path:
    """Return the path of a name, however the letters of the files are written."""
    path = folder
    for part in parts:
        inner = path / part
        if not inner.exists():
            with contextlib.suppress(OSError):
                inner = next((entry for entry in path.iterdir() if nfc(entry.name) == part), inner)
        path = inner
    return path
