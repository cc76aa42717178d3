"""Our plugin, as Pelican loads it. Receivers stand at module level: Pelican's signals forget closures at once."""

from __future__ import annotations

from typing import Any

from pelican.plugins import signals

from pluttra_publish.site.generators import PageWriter, Workshop, shelf_classes
from pluttra_publish.site.run import current_run


def get_writer(_pelican: Any) -> type[PageWriter]:
    return PageWriter


def get_generators(_pelican: Any) -> tuple[type, ...]:
    return (Workshop, *shelf_classes(sorted(current_run().sources)))


def register() -> None:
    signals.get_writer.connect(get_writer)
    signals.get_generators.connect(get_generators)
