"""A value that its key may not have: why, and what to write instead. Knows no keys and no rules."""

from __future__ import annotations


class BadValueError(Exception):
    """A value is none that its key may have. `message` says why, `mend` what to write."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend
