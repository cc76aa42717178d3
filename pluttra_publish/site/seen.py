"""What lies in the posts' folders, at a glance: a fingerprint of every post by the names, sizes and times of its files. Opens no file.

As quick as it can be, since it is done at every publish, of every file of every year. Whatever it can't tell apart or can't see gets a
fingerprint too, so that it is read, and said, as anything that has changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from pluttra_publish.site.folders import CHILDREN, ignored, nfc, relative_name

_LENGTH = 16


@dataclass(frozen=True)
class Seen:
    """Fingerprints by the posts' names as findings give them (NFC), and how many files there are in all."""

    posts: Mapping[str, bytes] = field(default_factory=dict)
    files: int = 0


def see(posts: Path, root: Path) -> Seen:
    """Return what lies below `posts` now; nothing if the folder isn't there."""
    found: dict[str, bytes] = {}
    files = 0
    for place, shown in _places(str(posts), relative_name(posts, root)):
        for name, fingerprint, count in _entries(place, shown):
            # two names that differ in how a Mac and Windows write letters are one name here, and both count
            found[name] = _digest(found[name] + fingerprint) if name in found else fingerprint
            files += count
    return Seen(found, files)


def see_folder(folder: Path) -> bytes:
    """Return the fingerprint of everything below a folder."""
    lines = []
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if not ignored(nfc(name)):
                path = f"{where}{os.sep}{name}"
                lines.append(f"{path}\0{_stat(path)}")
    return _digest("\n".join(lines).encode("utf-8", "surrogateescape"))


def _places(posts: str, shown: str) -> Iterator[tuple[str, str]]:
    """Yield the folders that hold posts, and files that lie where a folder ought to."""
    for entry in _listed(posts):
        name = nfc(entry.name)
        if name.casefold() == CHILDREN and entry.is_dir(follow_symlinks=False):
            yield from ((child.path, f"{shown}/{name}/{nfc(child.name)}") for child in _listed(entry.path))
        else:
            yield entry.path, f"{shown}/{name}"


def _entries(place: str, shown: str) -> Iterator[tuple[str, bytes, int]]:
    """Yield name, fingerprint and number of files of every post in a place; of the place itself if it is no folder."""
    try:
        listing = _listed(place)
    except OSError:
        yield shown, _digest(_stat(place).encode()), 1
        return
    for entry in listing:
        name = f"{shown}/{nfc(entry.name)}"
        if not entry.is_dir(follow_symlinks=False):
            yield name, _digest(f"{entry.name}\0{_of(entry)}".encode("utf-8", "surrogateescape")), 1
            continue
        try:
            inside = [f"{each.name}\0{_of(each)}" for each in _listed(entry.path)]
        except OSError as error:
            inside = [type(error).__name__]
        yield name, _digest("\n".join([entry.name, *sorted(inside)]).encode("utf-8", "surrogateescape")), len(inside)


def _listed(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as listing:
        return [entry for entry in listing if not ignored(nfc(entry.name))]


def _of(entry: os.DirEntry[str]) -> str:
    try:
        stat = entry.stat(follow_symlinks=False)
    except OSError as error:
        return type(error).__name__
    return f"{stat.st_mode} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"


def _stat(path: str) -> str:
    try:
        stat = os.lstat(path)
    except OSError as error:
        return type(error).__name__
    return f"{stat.st_mode} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=_LENGTH).digest()
