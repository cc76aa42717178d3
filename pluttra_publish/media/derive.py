"""Derivatives and their private cache. Knows which bytes were already derived. Does not know pixels, posts or keys.

The cache is addressed by the SHA-256 of the source's bytes, its masks and the version of the settings below, so a
source that was renamed or copied is derived once. It may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, as_completed
from pathlib import Path
from typing import Any, BinaryIO

from pluttra_publish.errors import ContentError
from pluttra_publish.media import mosaic, photo, tracks
from pluttra_publish.media.kinds import Derivative, Derived, Kind
from pluttra_publish.media.mosaic import Box, Masks
from pluttra_publish.media.probe import known_kind, unreachable

SETTINGS = "1"
"""Changes whenever the same source would give other derivatives."""

_DESCRIPTION = "derived.json"
_BLOCK = 2**20

Progress = Callable[[int, int, str], None]


def derive(source: Path, *, cache: Path, masks: Iterable[Box] = ()) -> Derived:
    """Return the derivatives of a photo, film or sound, made now or found in `cache`. Same bytes in, same bytes out.

    Every box of `masks` is covered beyond recovery in every derivative of a photo; the source is only read. What is
    hashed is what is derived: a source that changes meanwhile gives one version or an error, never a mix.

    Raises:
        ContentError: the source is missing, broken or of a format that browsers cannot show, a box lies outside the
            photo, or it is no photo and has masks.
    """
    kind = known_kind(source.name)
    boxes = mosaic.in_order(masks, source.name)
    if boxes and kind != "photo":
        raise _unmaskable(source.name, kind)
    try:
        return _photo(source, boxes, cache) if kind == "photo" else _film_or_sound(source, kind, cache)
    except OSError as error:
        if error.filename is not None and Path(error.filename) == source:
            raise unreachable(source.name, error) from error
        raise


def derive_all(
    sources: Mapping[Path, Masks], *, cache: Path, executor: Executor | None = None, progress: Progress | None = None
) -> dict[Path, Derived | ContentError]:
    """Derive every source with its masks, in the executor if there is one; return results and errors in their order.

    Every source must say its masks, `()` for none, so that none is forgotten. `progress(done, total, name)` is called
    in the caller's thread after each one.
    """
    wanted = dict(sources)
    tell = progress or (lambda done, total, name: None)
    if executor is None:
        found = {}
        for done, (source, masks) in enumerate(wanted.items(), 1):
            found[source] = attempt(source, cache, masks)
            tell(done, len(wanted), source.name)
        return found
    tasks = {executor.submit(attempt, source, cache, masks): source for source, masks in wanted.items()}
    for done, task in enumerate(as_completed(tasks), 1):
        tell(done, len(wanted), tasks[task].name)
    return {source: task.result() for task, source in tasks.items()}


def attempt(source: Path, cache: Path, masks: Masks = ()) -> Derived | ContentError:
    """Derive one source and return the error instead of raising it, so that one broken photo doesn't hide the next."""
    try:
        return derive(source, cache=cache, masks=masks)
    except ContentError as error:
        return error


def _photo(source: Path, masks: Masks, cache: Path) -> Derived:
    content = source.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if masks:
        digest = hashlib.sha256(f"{digest} masked {mosaic.VERSION} {masks!r}".encode()).hexdigest()
    entry = _entry(cache, "photo", digest)
    return _found(entry) or _kept(
        entry, lambda folder: Derived("photo", _written(photo.pictures(content, source.name, masks), folder))
    )


def _unmaskable(name: str, kind: Kind) -> ContentError:
    if kind == "film":
        message = f"Filmen ”{name}” har rutor, men filmer kan inte maskeras ännu: rutan skulle inte följa med barnet."
    else:
        message = f"Ljudet ”{name}” har rutor, men i ett ljud syns ingen."
    hint = "Ta bort rutorna ur bilder.toml, och lägg ut filen bara där alla får synas och höras, eller inte alls."
    return ContentError(message, hint=hint)


def _film_or_sound(source: Path, kind: Kind, cache: Path) -> Derived:
    with source.open("rb") as file:
        entry = _entry(cache, kind, _hashed(file))
    if found := _found(entry):
        return found
    with _workspace(cache) as private:
        copy = Path(private) / "source"
        with source.open("rb") as file, copy.open("wb") as into:
            entry = _entry(cache, kind, _hashed(file, into))
        return _found(entry) or _kept(entry, lambda folder: _remuxed(copy, source.name, kind, folder))


def _remuxed(copy: Path, name: str, kind: Kind, folder: Path) -> Derived:
    made = tracks.remux(copy, name, kind, folder)
    poster = _written(photo.widths(tracks.still(made.path, name)), folder) if kind == "film" else ()
    file = Derivative(made.path, made.media_type, made.width, made.height, made.path.stat().st_size)
    return Derived(kind, (file,), poster, made.duration)


def _written(pictures: Iterable[photo.Picture], folder: Path) -> tuple[Derivative, ...]:
    made = []
    for picture in pictures:
        path = folder / f"{picture.width}.{photo.SUFFIX}"
        path.write_bytes(picture.content)
        made.append(Derivative(path, photo.MEDIA_TYPE, picture.width, picture.height, len(picture.content)))
    return tuple(made)


def _entry(cache: Path, kind: Kind, digest: str) -> Path:
    return cache / SETTINGS / kind / digest[:2] / digest


def _workspace(cache: Path) -> tempfile.TemporaryDirectory[str]:
    cache.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix="making-", dir=cache, ignore_cleanup_errors=True)


def _found(entry: Path) -> Derived | None:
    """Return the cache entry if it is whole: every file is there and has the digest it had when it was made."""
    try:
        written = json.loads((entry / _DESCRIPTION).read_text(encoding="utf-8"))
        files, poster = (tuple(_read(entry, row) for row in written[part]) for part in ("files", "poster"))
        return Derived(written["kind"], files, poster, written["duration"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _read(entry: Path, row: dict[str, Any]) -> Derivative:
    path = entry / Path(row["name"]).name
    with path.open("rb") as file:
        if _hashed(file) != row["sha256"]:
            raise ValueError(row["name"])
    return Derivative(path, row["type"], row["width"], row["height"], row["length"])


def _kept(entry: Path, make: Callable[[Path], Derived]) -> Derived:
    """Make an entry aside and move it into its place whole; return it from there."""
    with _workspace(entry.parents[3]) as private:
        making = Path(private) / "entry"
        making.mkdir()
        made = make(making)
        description = {
            "kind": made.kind,
            "duration": made.duration,
            "files": [_described(file) for file in made.files],
            "poster": [_described(file) for file in made.poster],
        }
        (making / _DESCRIPTION).write_text(json.dumps(description), encoding="utf-8", newline="\n")
        entry.parent.mkdir(parents=True, exist_ok=True)
        if entry.exists() and _found(entry) is None:
            shutil.rmtree(entry, ignore_errors=True)
        try:
            making.rename(entry)
        except OSError:  # somebody else was quicker, with the same bytes
            if _found(entry) is None:
                raise
    found = _found(entry)
    if found is None:
        raise OSError(f"the cache entry {entry} vanished")
    return found


def _described(file: Derivative) -> dict[str, Any]:
    with file.path.open("rb") as content:
        digest = _hashed(content)
    return {
        "name": file.path.name,
        "type": file.media_type,
        "width": file.width,
        "height": file.height,
        "length": file.length,
        "sha256": digest,
    }


def _hashed(file: BinaryIO, into: BinaryIO | None = None) -> str:
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
        if into is not None:
            into.write(block)
    return digest.hexdigest()
