"""What lies in the posts' folders, at a glance: a fingerprint of every post by the names, sizes and times of its files. Opens no file.

As quick as it can be, since it is done at every publish, of every file of every year. Whatever it can't tell apart or can't see gets a
fingerprint too, so that it is read, and said, as anything that has changed.

A synchroniser may have taken a file's content away and left only its name, to fetch it when somebody asks. Such a file is `away`, not missing.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from pluttra_publish.errors import ContentError
from pluttra_publish.site.folders import CHILDREN, ignored, is_nfc, nfc, relative_name

_LENGTH = 16
_AWAY_WINDOWS = 0x1000 | 0x40000 | 0x400000  # FILE_ATTRIBUTE_OFFLINE, RECALL_ON_OPEN, RECALL_ON_DATA_ACCESS
_AWAY_MAC = 0x40000000  # SF_DATALESS
_AWAY_NAME = ".icloud"
_MARKS = ("unreadable", "away", "missing")


@dataclass(frozen=True)
class Seen:
    """Fingerprints by the posts' names as findings give them (NFC), and how many files there are in all.

    `unreadable` are folders that can't be read where posts ought to lie; they are among the posts, for whoever reads those to say. `away`
    are posts with files that are not here but in a cloud, and `missing` those of them that would be read as if the files weren't there at all.

    What was seen at the same `basis`, which is one look at everything, is another only for posts that were looked at `again` since.
    """

    posts: Mapping[str, bytes] = field(default_factory=dict)
    files: int = 0
    unreadable: frozenset[str] = frozenset()
    away: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    again: frozenset[str] = field(default=frozenset(), compare=False)
    basis: object = field(default_factory=object, compare=False, repr=False)


@dataclass
class _Glance:
    """A post, or whatever lies where one ought to: its fingerprint, how many files it has, and what is the matter with them."""

    fingerprint: bytes
    files: int = 1
    away: bool = False
    missing: bool = False
    unreadable: bool = False
    twice: bool = False

    def beside(self, other: _Glance) -> _Glance:
        """Return both as one: two names that differ in how a Mac and Windows write letters are one name here, and both count."""
        return _Glance(
            _digest(self.fingerprint + other.fingerprint),
            self.files + other.files,
            self.away or other.away,
            self.missing or other.missing,
            self.unreadable or other.unreadable,
            twice=True,
        )


def see(posts: Path, root: Path) -> Seen:
    """Return what lies below `posts` now.

    Raises:
        ContentError: the folder isn't there, or can't be read.
    """
    return Sight(posts, root).look()


class Sight:
    """What lies below a folder of posts, so that it need not be looked through again for what has changed in a few of them."""

    def __init__(self, posts: Path, root: Path) -> None:
        self._posts, self._shown = str(posts), relative_name(posts, root)
        self._places: dict[str, tuple[str, dict[str, _Glance]]] = {}
        self._all: dict[str, _Glance] = {}
        self._odd = False
        self._seen = Seen()

    def look(self, changed: Collection[Path] | None = None) -> Seen:
        """Return what lies there now; look again only at what holds the `changed` paths, if they are said.

        Raises:
            ContentError: the folder isn't there, or can't be read.
        """
        again = self._of(changed) if changed is not None and self._places else None
        if again == {}:
            return self._seen
        try:
            if again is None:
                self._places = {
                    place: (shown, _found(place, shown)) for place, shown in _places(self._posts, self._shown)
                }
            else:
                for place, names in again.items():
                    self._look_again(place, names)
                    self._seen = self._changed(place, names)
        except OSError as error:
            self._places = {}
            gone = isinstance(error, FileNotFoundError)
            what = "finns inte." if gone else f"går inte att läsa ({error.strerror})."
            hint = "Se efter att den ligger där den ska och att du får läsa den, eller ange --site."
            raise ContentError(f"Mappen {Path(self._posts).name} med inlägg {what}", hint=hint) from error
        if again is None or self._odd:
            self._seen = self._put_together()
        return self._seen

    def _of(self, changed: Collection[Path]) -> dict[str, set[str]] | None:
        """Return the posts that hold what has changed, by place and name in it; None if a place itself has."""
        again: dict[str, set[str]] = {}
        for path in changed:
            try:
                parts = path.relative_to(self._posts).parts
            except ValueError:
                continue
            depth = 2 if parts and nfc(parts[0]).casefold() == CHILDREN else 1
            place = os.path.join(self._posts, *parts[:depth])  # noqa: PTH118 # as scandir joins them
            if len(parts) <= depth or place not in self._places:
                return None
            again.setdefault(place, set()).add(nfc(meant(parts[depth])))
        return again

    def _look_again(self, place: str, names: Collection[str]) -> None:
        shown, found = self._places[place]
        if self._odd:
            self._places[place] = (shown, _found(place, shown))
            return
        for name in names:
            found.pop(f"{shown}/{name}", None)
        found |= _found(place, shown, names)

    def _changed(self, place: str, names: Collection[str]) -> Seen:
        """Return what was seen, with these posts as they are now."""
        shown, found = self._places[place]
        posts, files = dict(self._seen.posts), self._seen.files
        marks = {mark: set(getattr(self._seen, mark)) for mark in _MARKS}
        for name in (f"{shown}/{name}" for name in names):
            was, is_now = self._all.pop(name, None), found.get(name)
            posts.pop(name, None)
            files += (is_now.files if is_now else 0) - (was.files if was else 0)
            if is_now:
                self._all[name], posts[name] = is_now, is_now.fingerprint
            self._odd = self._odd or bool(is_now and (is_now.twice or is_now.unreadable))
            for mark, marked in marks.items():
                (marked.add if is_now and getattr(is_now, mark) else marked.discard)(name)
        again = self._seen.again.union(f"{shown}/{name}" for name in names)
        named = {mark: frozenset(marked) for mark, marked in marks.items()}
        return Seen(posts, files, **named, again=again, basis=self._seen.basis)

    def _put_together(self) -> Seen:
        posts: dict[str, _Glance] = {}
        for _, found in self._places.values():
            twice = {name: found[name].beside(posts[name]) for name in posts.keys() & found.keys()}
            posts |= found
            posts |= twice
        self._all = posts
        self._odd = any(glance.twice or glance.unreadable for glance in posts.values())
        marks = {mark: frozenset(name for name, one in posts.items() if getattr(one, mark)) for mark in _MARKS}
        files = sum(glance.files for glance in posts.values())
        return Seen({name: glance.fingerprint for name, glance in posts.items()}, files, **marks)


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


def meant(name: str) -> str:
    """Return the name of the file that a name stands for: a file that iCloud has taken away leaves `.name.icloud`."""
    return name[1 : -len(_AWAY_NAME)] if _stands_for(name) else name


def is_away(stat: os.stat_result) -> bool:
    """Tell whether a file's content is in a cloud only."""
    windows, mac = getattr(stat, "st_file_attributes", 0), getattr(stat, "st_flags", 0)
    return bool(windows & _AWAY_WINDOWS or mac & _AWAY_MAC)


def _stands_for(name: str) -> bool:
    return name.startswith(".") and name.endswith(_AWAY_NAME) and len(name) > len(_AWAY_NAME) + 1


def _places(posts: str, shown: str) -> Iterator[tuple[str, str]]:
    """Yield the folders that hold posts, and files that lie where a folder ought to."""
    for entry in _listed(posts):
        name = nfc(meant(entry.name))
        if name.casefold() == CHILDREN and entry.is_dir(follow_symlinks=False):
            try:
                children = _listed(entry.path)
            except OSError:
                yield entry.path, f"{shown}/{name}"
                continue
            yield from ((child.path, f"{shown}/{name}/{nfc(meant(child.name))}") for child in children)
        else:
            yield entry.path, f"{shown}/{name}"


def _found(place: str, shown: str, names: Collection[str] | None = None) -> dict[str, _Glance]:
    """Return the posts in a place, or those of these names; the place itself if it is no folder that can be read."""
    found: dict[str, _Glance] = {}
    try:
        listing = _listed(place, names)
    except NotADirectoryError:
        stands = _stands_for(Path(place).name)
        return {shown: _Glance(_digest(_stat(place).encode()), away=stands, missing=stands)}
    except OSError:
        return {shown: _Glance(_digest(_stat(place).encode()), unreadable=True)}
    for entry in listing:
        name = nfc(meant(entry.name))
        glance = _folder(entry) if entry.is_dir(follow_symlinks=False) else _file(entry)
        whole = f"{shown}/{name}"
        found[whole] = found[whole].beside(glance) if whole in found else glance
    return found


def _folder(entry: os.DirEntry[str]) -> _Glance:
    away = missing = False
    try:
        files = _listed(entry.path)
    except OSError as error:
        return _Glance(_of_lines(entry.name, [type(error).__name__]))
    lines = []
    for file in files:
        line, gone = _of(file)
        lines.append(f"{file.name}\0{line}")
        stands = _stands_for(file.name)
        away, missing = away or gone or stands, missing or stands
    return _Glance(_of_lines(entry.name, lines), len(lines), away, missing)


def _file(entry: os.DirEntry[str]) -> _Glance:
    line, away = _of(entry)
    stands = _stands_for(entry.name)
    content = f"{entry.name}\0{line}".encode("utf-8", "surrogateescape")
    return _Glance(_digest(content), 1, away or stands, stands)


def _of_lines(name: str, lines: list[str]) -> bytes:
    return _digest("\n".join([name, *sorted(lines)]).encode("utf-8", "surrogateescape"))


def _listed(folder: str, names: Collection[str] | None = None) -> list[os.DirEntry[str]]:
    """Return what in a folder is ours, or only what has or stands for one of these names."""
    with os.scandir(folder) as found:
        listing: Iterable[os.DirEntry[str]] = found
        if names is not None:  # of thousands, one or two
            listing = [
                one for one in found if one.name in names or (_is_other(one.name) and nfc(meant(one.name)) in names)
            ]
        return [entry for entry in listing if not ignored(nfc(entry.name)) or _stands_for(entry.name)]


def _is_other(name: str) -> bool:
    """Tell whether a name may mean another than it is."""
    return name[0] == "." or not is_nfc(name)


def _of(entry: os.DirEntry[str]) -> tuple[str, bool]:
    try:
        stat = entry.stat(follow_symlinks=False)
    except OSError as error:
        return type(error).__name__, False
    return _line(stat), is_away(stat)


def _stat(path: str) -> str:
    try:
        return _line(os.lstat(path))
    except OSError as error:
        return type(error).__name__


def _line(stat: os.stat_result) -> str:
    return f"{stat.st_mode} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=_LENGTH).digest()
