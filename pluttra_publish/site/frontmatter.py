"""Front matter: the few lines of `Word: value` that may stand first in a text, in Swedish or in Pelican's English.

Does not know what the values mean; that is metadata.py.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

WORDS = {
    "title": ("titel", "rubrik", "title"),
    "date": ("datum", "date"),
    "children": ("barn", "children"),
    "status": ("status",),
    "reason": ("anledning", "reason"),
    "audience": ("målgrupp", "malgrupp", "audience"),
    "share": ("delas", "dela", "share", "shared"),
    "authors": ("författare", "forfattare", "skrivet av", "av", "author", "authors"),
    "summary": ("sammanfattning", "ingress", "summary"),
    "lang": ("språk", "sprak", "lang", "language"),
    "modified": ("ändrad", "andrad", "uppdaterad", "modified"),
    "tags": ("taggar", "etiketter", "tags"),
    "slug": ("adress", "slug"),
    "category": ("kategori", "category"),
    "alt": ("bildtext", "bildbeskrivning", "alt"),
    "clip": ("klipp", "clip"),
    "goals": ("mål", "mal", "lpfö", "lpfo", "läroplan", "goals"),
}
MEANINGS = {word: meaning for meaning, words in WORDS.items() for word in words}
REPEATABLE = frozenset({"alt", "clip", "children", "authors", "tags", "goals", "times", "questions"})

_FIELD = re.compile(r" {0,3}(?P<word>[^\W\d_][\w-]*(?: [^\W\d_][\w-]*)?)[ \t]*:(?:[ \t]+(?P<value>.*)|[ \t]*)")
_ITEM = re.compile(r"[ \t]*-[ \t]+(?P<quote>[\"']?)(?P<value>.*?)(?P=quote)[ \t]*")
_FENCE = re.compile(r"-{3,}[ \t]*")


@dataclass(frozen=True)
class Field:
    """One field as written: what it means (`""` if we know no such word), and its line, counted from 1."""

    meaning: str
    word: str
    value: str
    line: int


@dataclass(frozen=True)
class Matter:
    """A text divided in its fields and its body."""

    fields: tuple[Field, ...]
    body: str


def divide(text: str, meanings: Mapping[str, str] = MEANINGS) -> Matter:
    """Divide a text in front matter and body.

    The lines on top count as front matter if they stand between `---` lines or if at least one of them begins with a
    word that we know, or nearly: a text may begin with `Idag: vi byggde koja`, but `Satus: utkast` is a fault.
    `meanings` are the words known, case-folded, with what they mean. Under a word that may stand many times, and has nothing after
    it, there may be a list with a `-` before each; every item is a field.
    """
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    fenced = (
        start < len(lines) and bool(_FENCE.fullmatch(lines[start])) and any(map(_FENCE.fullmatch, lines[start + 1 :]))
    )
    at = start + fenced
    fields: list[Field] = []
    listing = False
    while at < len(lines):
        line = lines[at]
        last = fields[-1] if fields else None
        if fenced and _FENCE.fullmatch(line):
            at += 1
            break
        match = _FIELD.fullmatch(line)
        word = unicodedata.normalize("NFC", match["word"]) if match else ""
        if match and _is_word(word, meanings):
            fields.append(Field(meanings.get(word.casefold(), ""), word, (match["value"] or "").strip(), at + 1))
            listing = fields[-1].meaning in REPEATABLE and not fields[-1].value
        elif last and listing and (item := _ITEM.fullmatch(line)):
            if not last.value:
                fields.pop()
            fields.append(Field(last.meaning, last.word, item["value"].strip(), at + 1))
        elif last and line.strip() and line[:1].isspace():
            fields[-1] = Field(last.meaning, last.word, f"{last.value} {line.strip()}".strip(), last.line)
        elif not fenced or line.strip():
            break
        at += 1
    if not fenced and not any(field.meaning or nearest(field.word, meanings, alike=0.75) for field in fields):
        return Matter((), "\n".join(lines[start:]))
    return Matter(tuple(fields), "\n".join(lines[at:]).lstrip("\n"))


def _is_word(word: str, meanings: Mapping[str, str]) -> bool:
    """Tell whether what stands before a colon can be a field's: one word, or two that are known, or nearly."""
    if " " not in word or word.endswith(" av"):
        return True
    two = [known for known in meanings if " " in known]
    return bool(difflib.get_close_matches(word.casefold(), two, n=1, cutoff=0.85))


def nearest(word: str, meanings: Mapping[str, str] = MEANINGS, *, alike: float = 0.6) -> str:
    """Return the known word most like `word`, as a pedagogue would write it, or the empty string."""
    found = difflib.get_close_matches(word.casefold(), meanings, n=1, cutoff=alike)
    return found[0].capitalize() if found else ""


def decoded(octets: bytes, errors: str = "strict") -> str:
    """Return a text file's text: UTF-8, or UTF-16 if it begins as such. `errors` is as for `bytes.decode`."""
    return octets.decode("utf-16" if _is_utf16(octets) else "utf-8-sig", errors)


def _is_utf16(octets: bytes) -> bool:
    return octets.startswith((b"\xff\xfe", b"\xfe\xff"))


def returned_text(octets: bytes, reason: str) -> bytes:
    """Return a post's text with `Status: returnerad` and `Anledning: …` among its fields, and all else as it was written.

    Whatever stood there of status and reason before is gone. Line ends, byte order mark and encoding are kept.
    """
    marked = octets.startswith(b"\xef\xbb\xbf")
    text = decoded(octets)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    fields = divide("\n".join(lines)).fields
    gone: set[int] = set()
    for number, field in enumerate(fields):
        if field.meaning in {"status", "reason"}:
            end = fields[number + 1].line - 1 if number + 1 < len(fields) else field.line
            while number + 1 == len(fields) and end < len(lines) and lines[end].strip() and lines[end][:1].isspace():
                end += 1
            gone |= {*range(field.line - 1, end)}
    at = fields[0].line - 1 if fields else 0
    ours = ["Status: returnerad", f"Anledning: {reason}"]
    kept = [
        *lines[:at],
        *ours,
        *([] if fields else [""]),
        *(line for n, line in enumerate(lines[at:], at) if n not in gone),
    ]
    whole = newline.join(kept)
    if _is_utf16(octets):
        return whole.encode("utf-16")
    return (b"\xef\xbb\xbf" if marked else b"") + whole.encode("utf-8")
