"""Photos, films and sounds: what they are, and the derivatives that families get to see.

The only importer of Pillow, pillow-heif and PyAV. Knows files and pixels. Does not know posts, readers or keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pluttra_publish.media.kinds import (
    UNEDITED,
    Box,
    Derivative,
    Derived,
    Edit,
    Kind,
    Masks,
    Probe,
    Recipe,
    kind_of,
)
from pluttra_publish.media.looking import probe
from pluttra_publish.media.nameless import suffix_of
from pluttra_publish.media.side_by_side import derive_all

if TYPE_CHECKING:
    from pluttra_publish.media.deriving import derive
    from pluttra_publish.media.logo import logo_files
    from pluttra_publish.media.mosaic import CELLS, MARGIN

__all__ = [
    "CELLS",
    "MARGIN",
    "UNEDITED",
    "Box",
    "Derivative",
    "Derived",
    "Edit",
    "Kind",
    "Masks",
    "Probe",
    "Recipe",
    "derive",
    "derive_all",
    "kind_of",
    "logo_files",
    "probe",
    "suffix_of",
]


def __getattr__(name: str) -> object:
    """Load what opens pictures and films when it is asked for: a publish without any is over in the time that takes."""
    if name in {"CELLS", "MARGIN"}:
        from pluttra_publish.media import mosaic  # noqa: PLC0415

        return getattr(mosaic, name)
    if name == "derive":
        from pluttra_publish.media.deriving import derive  # noqa: PLC0415

        return derive
    if name == "logo_files":
        from pluttra_publish.media.logo import logo_files  # noqa: PLC0415

        return logo_files
    raise AttributeError(name)
