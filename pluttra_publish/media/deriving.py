"""One source to its derivatives. Knows the cache and who makes what. Does not know pixels, posts or keys."""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pluttra_publish.errors import ContentError
from pluttra_publish.media import captions, film, mosaic, photo
from pluttra_publish.media.cache import Known, entry_of, find, hashed, keep
from pluttra_publish.media.kinds import (
    STANDARD,
    UNEDITED,
    Derivative,
    Derived,
    Edit,
    Kind,
    Recipe,
    known_kind,
    unreachable,
)
from pluttra_publish.media.moving import make_moving
from pluttra_publish.media.photo import Picture
from pluttra_publish.media.pictures import moves, opened, refusing
from pluttra_publish.media.waveform import wave_of


def derive(
    source: Path, *, cache: Path, edit: Edit = UNEDITED, recipe: Recipe = STANDARD, alone: bool = True
) -> Derived:
    """Return the derivatives of a photo, film or sound, made now or found in `cache`. Same bytes in, same bytes out.

    Every box of the edit's masks is covered beyond recovery in every derivative of a photo, and what lies outside its clip is in no
    derivative; the source is only read. What is hashed is what is derived: a source that changes meanwhile gives one version or
    an error, never a mix.

    Raises:
        ContentError: the source is missing, broken or of a format that we cannot read, or the edit does not suit it.
        CrowdedError: it needs much memory, and others are made beside it (`alone` is false).
    """
    kind = known_kind(source.name)
    try:
        known = Known(source, cache)
        maker = _Maker(source, kind, _checked(edit, source.name, kind), recipe, cache, alone)
        digest = known.digest
        found = find(maker.entry(digest)) if digest else None
        if found:
            return found
        return maker.photo(known) if kind == "photo" else maker.film_or_sound(known)
    except OSError as error:
        for path in (source, edit.captions):
            if path is not None and error.filename is not None and Path(error.filename) == path:
                raise unreachable(path.name, error) from error
        raise


def _checked(edit: Edit, name: str, kind: Kind) -> Edit:
    """Return an edit in the one form that the cache knows it by.

    Raises:
        ContentError: it does not suit this kind of file.
    """
    if edit.masks and kind != "photo":
        raise _unmaskable(name, kind)
    start, end = edit.clip or (0.0, math.inf)
    if not 0 <= start < end:
        raise ContentError(f"Klippet ur ”{name}” slutar innan det börjar.", hint="Rätta tiderna på raden Klipp.")
    clip = None if (start, end) == (0.0, math.inf) else (float(start), float(end))
    if clip and kind == "photo":
        raise ContentError(f"”{name}” är en bild, och den går inte att klippa.", hint="Ta bort raden Klipp.")
    return replace(edit, masks=mosaic.in_order(edit.masks, name), clip=clip)


def _unmaskable(name: str, kind: Kind) -> ContentError:
    if kind == "sound":
        message = f"Ljudet ”{name}” har rutor, men i ett ljud syns ingen."
    else:
        message = f"Filmen ”{name}” har rutor, men filmer kan inte maskeras ännu: rutan skulle inte följa med barnet."
    hint = "Ta bort rutorna ur bilder.toml, och lägg ut filen bara där alla får synas och höras, eller inte alls."
    return ContentError(message, hint=hint)


@dataclass(frozen=True)
class _Maker:
    """Makes what is asked of one source, unless the cache has it."""

    source: Path
    kind: Kind
    edit: Edit
    recipe: Recipe
    cache: Path
    alone: bool

    def entry(self, digest: str) -> Path:
        return entry_of(self.cache, digest, self.edit.masks, self.edit.clip, self._captions(), self.recipe)

    def _captions(self) -> bytes | None:
        if self.edit.captions is None:
            return None
        with self.edit.captions.open("rb") as file:
            return file.read(captions.LONGEST + 1)

    def photo(self, known: Known) -> Derived:
        content = self.source.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        known.remember(digest)
        entry = self.entry(digest)
        if found := find(entry):
            return found
        name = self.source.name
        with opened(io.BytesIO(content), name) as image, refusing(name):
            if moves(image):
                if self.edit.masks:
                    raise _unmaskable(name, "film")
                return keep(entry, lambda folder: self._film(make_moving(image, name, folder), folder))
        made = photo.pictures(content, name, self.edit.masks, self.recipe, alone=self.alone)
        return keep(entry, lambda folder: Derived("photo", self._written(made, folder), blur=photo.blur_of(made)))

    def film_or_sound(self, known: Known) -> Derived:
        with self.source.open("rb") as file:
            digest = hashed(file)
        known.remember(digest)
        entry = self.entry(digest)
        if found := find(entry):
            return found

        def make(folder: Path) -> Derived:
            with known.quiet(digest) as path:
                return self._made(path, folder)

        return keep(entry, make)

    def _made(self, path: Path, folder: Path) -> Derived:
        name, clip = self.source.name, self.edit.clip
        made = film.make(path, name, self.kind, folder, clip=clip, alone=self.alone)
        if made.kind == "film":
            return self._film(made, folder)
        if self.edit.captions:
            message = f"Bredvid ljudet ”{name}” ligger en textning, men den går bara att visa i en film."
            raise ContentError(message, hint="Skriv det som sägs i inläggets text, och ta bort filen.")
        return Derived("sound", (_derivative(made),), duration=made.duration, wave=wave_of(made.path))

    def _film(self, made: film.Made, folder: Path) -> Derived:
        stills = photo.widths(film.still(made.path, self.source.name), self.recipe)
        written, spoken = self._subtitled(folder)
        return Derived(
            kind="film",
            files=(_derivative(made),),
            poster=self._written(stills, folder),
            duration=made.duration,
            captions=written,
            blur=photo.blur_of(stills),
            spoken=spoken,
        )

    def _subtitled(self, folder: Path) -> tuple[tuple[Derivative, ...], tuple[str, ...]]:
        content = self._captions()
        if content is None or self.edit.captions is None:
            return (), ()
        cues = captions.read_captions(content, self.edit.captions.name, self.edit.clip)
        path = folder / "captions.vtt"
        path.write_bytes(captions.written_captions(cues))
        return (Derivative(path, "text/vtt", 0, 0, path.stat().st_size),), tuple(cue.text for cue in cues)

    def _written(self, pictures: Iterable[Picture], folder: Path) -> tuple[Derivative, ...]:
        media_type, suffix = photo.MEDIA_TYPES[self.recipe.encoding]
        made = []
        for picture in pictures:
            path = folder / f"{picture.width}.{suffix}"
            path.write_bytes(picture.content)
            made.append(Derivative(path, media_type, picture.width, picture.height, len(picture.content)))
        return tuple(made)


def _derivative(made: film.Made) -> Derivative:
    return Derivative(made.path, made.media_type, made.width, made.height, made.path.stat().st_size)
