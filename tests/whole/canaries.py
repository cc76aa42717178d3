"""Words that must not be found in what is published, and how to look for them. Knows encodings, not the pipeline."""

from __future__ import annotations

import base64
import json
import struct
import unicodedata
from urllib.parse import quote

from tests.media import making

TITLE, BODY, ALT = "Fjäderkanarie", "Näbbkanarie", "Tåkanarie"
SUMMARY, AUTHOR, CAPTION = "Vråkkanarie", "Skrivkanarie", "Bildkanarie"
FILE, FOLDER = "vingkanarie", "Mappkanarie"
CHILD, SURNAME, GUARDIAN = "Kajkanarie", "Änderkanarie", "Åkekanarie"
EMAIL, PROTECTED, DEPARTMENT = "kajkanarie@example.se", "Ugglekanarie", "Sjökanarie"
DRAFT, FUTURE = "Utkastkanarie", "Julkanarie"
CAMERA, MAKER = "Linskanarie", "Slutarkanarie"

WRITTEN = (
    TITLE, BODY, ALT, SUMMARY, AUTHOR, CAPTION, FILE, FOLDER, CHILD, SURNAME, GUARDIAN, EMAIL, PROTECTED, DEPARTMENT,
    DRAFT, FUTURE,
)  # fmt: skip
TAKEN = (making.CANARY, CAMERA, MAKER)
POSITION = (
    struct.pack(">6I", 59, 1, 51, 1, 321, 10),
    struct.pack("<6I", 59, 1, 51, 1, 321, 10),
    b"+59.8589",
)  # of making.exif and making.film


def forms(word: str) -> set[bytes]:
    """Return the forms in which a word could stand in a file, as bytes that are compared without regard to case."""
    decomposed = unicodedata.normalize("NFD", word)
    plain = [text.encode(code) for text in (word, decomposed) for code in ("utf-8", "utf-16-le", "utf-16-be")]
    escaped = [
        quote(word),
        quote(decomposed),
        json.dumps(word)[1:-1],
        word.encode("ascii", "xmlcharrefreplace").decode(),
    ]
    return {_lower(form) for form in (*plain, word.encode("latin-1"), *(text.encode() for text in escaped))}


def base64_forms(word: str) -> set[bytes]:
    """Return the middle of a word's base64 for each of the three ways it can lie across the letters."""
    found = set()
    for shift in range(3):
        letters = base64.b64encode(bytes(shift) + word.encode("utf-8"))
        found.add(letters[(8 * shift + 5) // 6 : len(letters) - 4])
    return found | {form.replace(b"+", b"-").replace(b"/", b"_") for form in found}


def found(content: bytes, words: tuple[str, ...] = (*WRITTEN, *TAKEN)) -> list[str]:
    """Return the words that stand in the content in any form."""
    lowered = _lower(content)
    return [
        word
        for word in words
        if any(form in lowered for form in forms(word)) or any(form in content for form in base64_forms(word))
    ]


def _lower(content: bytes) -> bytes:
    """Fold the case of ASCII, and of Swedish letters in UTF-8, UTF-16 and Latin-1."""
    content = content.lower()
    for letter in "åäö":
        for code in ("utf-8", "utf-16-le", "utf-16-be"):
            content = content.replace(letter.upper().encode(code), letter.encode(code))
    return content
