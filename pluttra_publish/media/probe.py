"""Reads what a file says of itself. Knows which reader goes with which kind. Derives nothing."""

from __future__ import annotations

from pathlib import Path

from pluttra_publish.errors import ContentError
from pluttra_publish.media import photo, tracks
from pluttra_publish.media.kinds import Kind, Probe, kind_of
from pluttra_publish.media.nameless import nameless


def probe(path: Path) -> Probe:
    """Return a file's kind, upright size, duration and the moment it was taken, from its header.

    Raises:
        ContentError: the file is unreadable or of a format that browsers cannot show; the hint says what can be used.
    """
    try:
        if kind_of(path.name) is None:
            raise nameless(path)
        kind = known_kind(path.name)
        return photo.look(path.read_bytes(), path.name) if kind == "photo" else tracks.look(path, path.name, kind)
    except OSError as error:
        raise unreachable(path.name, error) from error


def known_kind(name: str) -> Kind:
    """Return the kind by the suffix.

    Raises:
        ContentError: the suffix is neither a photo's, a film's nor a sound's.
    """
    kind = kind_of(name)
    if kind is None:
        raise ContentError(
            f"”{name}” är varken bild, film eller ljud.", hint="Ge filen rätt ändelse, till exempel .jpg."
        )
    return kind


def unreachable(name: str, error: OSError) -> ContentError:
    """Return the error for a file that the computer cannot give us."""
    if isinstance(error, FileNotFoundError):
        return ContentError(f"”{name}” finns inte.", hint="Lägg filen i inläggets mapp, eller ta bort den ur texten.")
    return ContentError(
        f"”{name}” går inte att öppna ({error.strerror}).", hint="Kontrollera att filen är hämtad hit och får läsas."
    )
