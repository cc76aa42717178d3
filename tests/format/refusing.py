"""Says that something may be refused, but only so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pluttra_publish.errors import FormatError, Layer


@contextmanager
def or_refused(*layers: Layer) -> Iterator[None]:
    """Pass over a refusal by one of these layers, and nothing else."""
    try:
        yield
    except FormatError as refused:
        if refused.layer not in layers:
            raise
