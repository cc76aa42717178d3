"""Reads what a file says of itself. Knows which reader goes with which kind. Derives nothing."""

from __future__ import annotations

from pathlib import Path

from pluttra_publish.media.kinds import Probe, kind_of, unreachable
from pluttra_publish.media.nameless import nameless


def probe(path: Path, name: str = "") -> Probe:
    """Return a file's kind, upright size, duration and the moment it was taken, from its header.

    The kind is what the file holds: a picture that moves is a film, and a film without a picture a sound. `name` is what the file will be called, if
    that is not its name yet.

    Raises:
        ContentError: the file is unreadable or of a format that we cannot read; the hint says what can be used.
    """
    try:
        name = name or path.name
        kind = kind_of(name)
        if kind is None:
            raise nameless(path)
        if kind == "photo":
            from pluttra_publish.media import pictures  # noqa: PLC0415 # see the folder's __getattr__

            return pictures.look(path, name)
        from pluttra_publish.media import containers  # noqa: PLC0415

        return containers.look(path, name, kind)
    except OSError as error:
        raise unreachable(path.name, error) from error
