"""Photos, films and sounds: what they are, and the derivatives that families get to see.

The only importer of Pillow, pillow-heif and PyAV. Knows files and pixels. Does not know posts, readers or keys.
"""

from __future__ import annotations

from pluttra_publish.media.derive import derive
from pluttra_publish.media.kinds import UNEDITED, Derivative, Derived, Edit, Kind, Probe, Recipe, kind_of
from pluttra_publish.media.mosaic import CELLS, MARGIN, Box, Masks
from pluttra_publish.media.probe import probe
from pluttra_publish.media.side_by_side import derive_all

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
    "probe",
]
