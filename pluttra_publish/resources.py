"""Where the theme and the sample preschool lie: in an installed package, or beside it in a checkout. Knows nothing of what they hold."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def theme_folder() -> Path:
    """Return the folder of templates, styles and the reader."""
    return _beside("theme")


def sample_folder() -> Path:
    """Return the sample preschool, a whole site of its own. It is only read."""
    return _beside("content")


def _beside(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
