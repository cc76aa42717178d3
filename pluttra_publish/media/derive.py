"""Sources to derivatives, one or many at a time. Knows the cache and who makes what. Does not know pixels, posts or keys."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import Executor, as_completed
from contextlib import closing
from pathlib import Path

from pluttra_publish.errors import ContentError
from pluttra_publish.media import mosaic, photo, tracks
from pluttra_publish.media.cache import Known, entry_of, find, hashed, keep, workspace
from pluttra_publish.media.kinds import (
    STANDARD,
    UNEDITED,
    CrowdedError,
    Derivative,
    Derived,
    Edit,
    Kind,
    Recipe,
    kind_of,
    known_kind,
    unreachable,
)

Progress = Callable[[Kind, int, int], None]
"""`progress(kind, done, total)`: how many of a kind have been seen to."""


def derive(
    source: Path, *, cache: Path, edit: Edit = UNEDITED, recipe: Recipe = STANDARD, alone: bool = True
) -> Derived:
    """Return the derivatives of a photo, film or sound, made now or found in `cache`. Same bytes in, same bytes out.

    Every box of the edit's masks is covered beyond recovery in every derivative of a photo; the source is only read. What is
    hashed is what is derived: a source that changes meanwhile gives one version or an error, never a mix.

    Raises:
        ContentError: the source is missing, broken or of a format that we cannot read, a box lies outside the photo, or
            it is no photo and has masks.
        CrowdedError: it needs much memory, and others are made beside it (`alone` is false).
    """
    kind = known_kind(source.name)
    edit = Edit(mosaic.in_order(edit.masks, source.name))
    if edit.masks and kind != "photo":
        raise _unmaskable(source.name, kind)
    try:
        known = Known(source, cache)
        digest = known.digest
        found = find(entry_of(cache, digest, edit, recipe)) if digest else None
        if found:
            return found
        if kind == "photo":
            return _photo(source, known, cache, edit, recipe, alone)
        return _film_or_sound(source, kind, known, cache, edit, recipe)
    except OSError as error:
        if error.filename is not None and Path(error.filename) == source:
            raise unreachable(source.name, error) from error
        raise


def derive_all(
    sources: Mapping[Path, Edit],
    *,
    cache: Path,
    recipe: Recipe = STANDARD,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> dict[Path, Derived | ContentError]:
    """Derive every source with its edit, in the executor if there is one; return results and errors in their order.

    Every source must say its edit, `UNEDITED` for none, so that no mask is forgotten. What needs much memory is made last, one
    at a time. `progress` is called in the caller's thread, first of all and after each one. When this is interrupted,
    everything that was made stays made, and what was waiting is given up.
    """
    tell = _Tally(sources, progress or (lambda kind, done, total: None))
    found: dict[Path, Derived | ContentError] = {}
    for alone in (False, True):
        left = {source: edit for source, edit in sources.items() if source not in found}
        with closing(_attempts(left, cache, recipe, executor, alone)) as attempts:
            for source, result in attempts:
                if result is not None:
                    found[source] = result
                    tell.one_more(source)
    return {source: found[source] for source in sources}


def attempt(
    source: Path, cache: Path, edit: Edit = UNEDITED, recipe: Recipe = STANDARD, alone: bool = True
) -> Derived | ContentError | None:
    """Derive one source and return the error instead of raising it, so that one broken photo doesn't hide the next.

    Returns None if it must be made alone, and isn't.
    """
    try:
        return derive(source, cache=cache, edit=edit, recipe=recipe, alone=alone)
    except ContentError as error:
        return error
    except CrowdedError:
        return None


def _attempts(
    sources: Mapping[Path, Edit], cache: Path, recipe: Recipe, executor: Executor | None, alone: bool
) -> Generator[tuple[Path, Derived | ContentError | None]]:
    """Yield what became of every source as it is done: side by side, or each when the one before is done."""
    if executor is None or alone:
        for source, edit in sources.items():
            if executor is None:
                yield source, attempt(source, cache, edit, recipe, alone)
            else:
                yield source, executor.submit(attempt, source, cache, edit, recipe, alone).result()
        return
    tasks = {executor.submit(attempt, source, cache, edit, recipe, alone): source for source, edit in sources.items()}
    try:
        for task in as_completed(tasks):
            yield tasks[task], task.result()
    finally:
        for task in tasks:
            task.cancel()


class _Tally:
    """Counts what is done of each kind, and says so."""

    def __init__(self, sources: Iterable[Path], tell: Progress) -> None:
        self._kinds = {source: kind_of(source.name) or "photo" for source in sources}
        self._totals, self._done, self._tell = Counter(self._kinds.values()), Counter[Kind](), tell
        for kind, total in self._totals.items():
            tell(kind, 0, total)

    def one_more(self, source: Path) -> None:
        kind = self._kinds[source]
        self._done[kind] += 1
        self._tell(kind, self._done[kind], self._totals[kind])


def _photo(source: Path, known: Known, cache: Path, edit: Edit, recipe: Recipe, alone: bool) -> Derived:
    content = source.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    known.remember(digest)
    entry = entry_of(cache, digest, edit, recipe)
    if found := find(entry):
        return found
    made = photo.pictures(content, source.name, edit.masks, recipe, alone=alone)
    return keep(entry, lambda folder: Derived("photo", _written(made, folder, recipe), blur=photo.blur_of(made)))


def _unmaskable(name: str, kind: Kind) -> ContentError:
    if kind == "film":
        message = f"Filmen ”{name}” har rutor, men filmer kan inte maskeras ännu: rutan skulle inte följa med barnet."
    else:
        message = f"Ljudet ”{name}” har rutor, men i ett ljud syns ingen."
    hint = "Ta bort rutorna ur bilder.toml, och lägg ut filen bara där alla får synas och höras, eller inte alls."
    return ContentError(message, hint=hint)


def _film_or_sound(source: Path, kind: Kind, known: Known, cache: Path, edit: Edit, recipe: Recipe) -> Derived:
    with workspace(cache) as private:
        copy = Path(private) / "source"
        with source.open("rb") as file, copy.open("wb") as into:
            digest = hashed(file, into)
        known.remember(digest)
        entry = entry_of(cache, digest, edit, recipe)
        return find(entry) or keep(entry, lambda folder: _remuxed(copy, source.name, kind, folder, recipe))


def _remuxed(copy: Path, name: str, kind: Kind, folder: Path, recipe: Recipe) -> Derived:
    made = tracks.remux(copy, name, kind, folder)
    stills = photo.widths(tracks.still(made.path, name), recipe) if kind == "film" else ()
    file = Derivative(made.path, made.media_type, made.width, made.height, made.path.stat().st_size)
    blur = photo.blur_of(stills) if stills else ""
    return Derived(kind, (file,), _written(stills, folder, recipe), made.duration, blur)


def _written(pictures: Iterable[photo.Picture], folder: Path, recipe: Recipe) -> tuple[Derivative, ...]:
    media_type, suffix = photo.MEDIA_TYPES[recipe.encoding]
    made = []
    for picture in pictures:
        path = folder / f"{picture.width}.{suffix}"
        path.write_bytes(picture.content)
        made.append(Derivative(path, media_type, picture.width, picture.height, len(picture.content)))
    return tuple(made)
