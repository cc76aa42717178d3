"""Sections that only the staff read: `::: personal` … `:::` in a post's text. Knows lines, neither Markdown nor who the staff are.

A fence that can't be understood is never taken for text: what stands in it would be read by everybody.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

HEADING = "Bara för personalen"

_FENCE = re.compile(r"\s*[>*\-\s]*:{3,}")
_OPEN = re.compile(r"\s{0,3}:{3,}\s*(?:personal|personalen|staff)\s*:*\s*", re.IGNORECASE)
_CLOSE = re.compile(r"\s{0,3}:{3,}\s*")


class MisplacedFenceError(Exception):
    """A line that begins with `:::` is neither the start nor the end of a section. `line` is the line."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True)
class Sections:
    """A body in pieces, in order: (is it for the staff alone, its text)."""

    pieces: tuple[tuple[bool, str], ...]

    @property
    def plain(self) -> str:
        """The body without what is for the staff alone."""
        return "\n\n".join(text for staff, text in self.pieces if not staff)

    @property
    def staff(self) -> bool:
        return any(staff for staff, _ in self.pieces)

    def whole(self, mark: Callable[[str], str]) -> str:
        """Return the body with everything; `mark` makes it seen what is for the staff alone."""
        return "\n\n".join(mark(text) if staff else text for staff, text in self.pieces)


def sections_of(body: str) -> Sections:
    """Divide a body.

    Raises:
        MisplacedFenceError: a fence is not closed, or can't be understood.
    """
    if ":::" not in body:
        return Sections(((False, body),))
    pieces: list[tuple[bool, str]] = []
    lines: list[str] = []
    opening = ""
    for line in body.splitlines():
        if opening and _CLOSE.fullmatch(line):
            _close(pieces, lines, staff=True)
            opening = ""
        elif not opening and _OPEN.fullmatch(line):
            _close(pieces, lines, staff=False)
            opening = line
        elif _FENCE.match(line):
            _refuse(line)
        else:
            lines.append(line)
    if opening:
        _refuse(opening)
    if not pieces:
        return Sections(((False, body),))
    _close(pieces, lines, staff=False)
    return Sections(tuple(pieces))


def quoted(text: str) -> str:
    """Mark a section in Markdown: as a quotation with a heading."""
    return "\n".join(["> **" + HEADING + "**", ">", *(f"> {line}".rstrip() for line in text.splitlines())])


def plainly(text: str) -> str:
    """Mark a section in plain text: with a line before it."""
    return f"{HEADING}:\n\n{text}"


def _close(pieces: list[tuple[bool, str]], lines: list[str], *, staff: bool) -> None:
    if any(line.strip() for line in lines):
        pieces.append((staff, "\n".join(lines).strip("\n")))
    lines.clear()


def _refuse(line: str) -> NoReturn:
    raise MisplacedFenceError(line.strip())
