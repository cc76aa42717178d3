"""Pelican without what we never ask it for. Imported before anything else of Pelican's.

Pelican loads docutils, and Pillow and Pygments with it, for a reader of reStructuredText that is switched off here (pelican_run.py): a
tenth of a second at the start of every command. Nor are there feeds here (generators.py), or anything that Pelican itself would watch or serve.
A plugin that needs them imports the real ones, as ever.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

_WANTED = (
    "docutils",
    "docutils.core",
    "docutils.io",
    "docutils.parsers",
    "docutils.parsers.rst",
    "docutils.parsers.rst.languages",
    "docutils.writers",
    "docutils.writers.html4css1",
    "feedgenerator",
    "pelican.rstdirectives",
    "pelican.server",
    "watchfiles",
)


class _Absent(ModuleType):
    """A module of which every member is an empty class, so that others can be derived from it."""

    __path__: list[str] = []  # noqa: RUF012 # what makes a module a package

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def _import_pelican() -> None:
    absent = {name: _Absent(name) for name in _WANTED if name not in sys.modules}
    sys.modules.update(absent)
    try:
        from pelican import readers, writers  # noqa: F401, PLC0415
    finally:
        for name, module in absent.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
    readers.RstReader.file_extensions = []  # so that nobody's run makes one


if not any(name in sys.modules for name in ("docutils", "pelican.readers")):
    _import_pelican()
