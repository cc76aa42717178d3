"""Who is on a photo, film or sound and where masks lie: what a post's text and its `bilder.toml` say of each medium.

Names stay as written, boxes are shares of the upright picture. Does not know the register, consents or pixels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pluttra_publish.site.folders import nfc
from pluttra_publish.site.values import Box

SMALLEST = 0.005
"""The narrowest and lowest a box may be: less hides nobody."""

_BETWEEN_NAMES = re.compile(r"[,;&]|\s(?:och|and)\s", re.IGNORECASE)
_PAIR = re.compile(
    r"""\s*(?P<word>[^\W\d_][\w-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|[”“„]([^”“„]*)[”“]|[’‘]([^’‘]*)[’‘]|([^\s"'”“„’‘]+))(?=\s|$)"""
)
_LEFT_OVER = re.compile(r"\{(?:\s|<[^<>]*>)*:?(?:\s|<[^<>]*>)*(?:barn|children)(?:\s|<[^<>]*>)*=", re.IGNORECASE)
_LONGEST_NAME = 4
_ROUNDING = 1e-6


@dataclass(frozen=True)
class People:
    """The children on one medium, None where nothing is said, and other names that the same words could be.

    `other_readings` is there where names were divided at spaces: `anna maria` may be two children or one.
    """

    children: tuple[str, ...] | None = None
    other_readings: tuple[str, ...] = ()
    masks: tuple[tuple[str, Box], ...] = ()

    def agrees(self, other: People) -> bool:
        """Tell whether both name the same children, in whatever order, or one of them says nothing."""
        if self.children is None or other.children is None:
            return True
        return {name.casefold() for name in self.children} == {name.casefold() for name in other.children}


def read_attributes(text: str, tagged: Iterable[str]) -> People | tuple[str, str]:
    """Read what stands between braces after an image, `barn="alva noah"`, or return a message and its mend.

    Names are divided at commas if there are any, else at spaces, but never inside a name that the post's own `tagged`
    children have.
    """
    mend = 'Skriv {barn="Alva, Noah"} direkt efter bilden.'
    rest = text.strip().removeprefix(":")
    children: str | None = None
    while rest.strip():
        match = _PAIR.match(rest)
        if match is None or "\x02" in match[0]:  # Python-Markdown's mark for what it has already converted
            return "Det som står i klamrar efter bilden går inte att förstå.", mend
        word = nfc(match["word"])
        if word.casefold() not in {"barn", "children"}:
            return f"”{word}” går inte att ange efter en bild.", mend
        if children is not None:
            return "Barnen på bilden står två gånger.", "Ta bort det ena."
        children = next(value for value in match.groups()[1:] if value is not None)
        rest = rest[match.end() :]
    if children is None:
        return "Klamrarna efter bilden är tomma.", mend
    return _divided(nfc(children), tagged)


def _divided(text: str, tagged: Iterable[str]) -> People:
    if _BETWEEN_NAMES.search(text):
        return People(tuple(_unique(_BETWEEN_NAMES.split(text))))
    words = text.split()
    whole = {tuple(name.casefold().split()) for name in tagged}
    names: list[str] = []
    loose: list[str] = []
    other: list[str] = []
    at = 0
    while at < len(words):
        folded = [word.casefold() for word in words]
        length = next((n for n in range(len(words) - at, 1, -1) if tuple(folded[at : at + n]) in whole), 1)
        names.append(" ".join(words[at : at + length]))
        if length == 1:
            loose.append(words[at])
        if length > 1 or at + length == len(words):
            other += _joined(loose)
            loose = []
        at += length
    return People(tuple(_unique(names)), tuple(_unique(other)))


def _joined(words: list[str]) -> Iterator[str]:
    """Yield every name of two words or more that neighbouring words could make."""
    for start in range(len(words)):
        for end in range(start + 2, min(start + _LONGEST_NAME, len(words)) + 1):
            yield " ".join(words[start:end])


def _unique(names: Iterable[str]) -> Iterator[str]:
    seen = set()
    for name in (" ".join(written.split()) for written in names):
        if name and name.casefold() not in seen:
            seen.add(name.casefold())
            yield name


def left_over(text: str) -> str:
    """Return the beginning of braces that name children and were left in a text, where everybody would read them."""
    found = _LEFT_OVER.search(text) if "{" in text else None
    return found[0] if found else ""


def read_box(value: object) -> Box | tuple[str, str]:
    """Return a box from four numbers, or a message and its mend."""
    if not isinstance(value, list) or len(value) != 4 or not all(map(_is_number, value)):
        return (
            "En ruta är fyra tal.",
            "Skriv [[vänsterkant, överkant, bredd, höjd]], som andelar av bilden mellan 0 och 1.",
        )
    x, y, width, height = map(float, value)
    if min(x, y) < 0 or x + width > 1 + _ROUNDING or y + height > 1 + _ROUNDING or max(width, height) > 1:
        return (
            "Rutan ligger utanför bilden.",
            "Talen är andelar av bilden, mellan 0 och 1, räknade från övre vänstra hörnet.",
        )
    if min(width, height) < SMALLEST:
        return "Rutan är för liten för att dölja något.", f"Gör den minst {SMALLEST} bred och hög."
    return x, y, width, height


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 2
