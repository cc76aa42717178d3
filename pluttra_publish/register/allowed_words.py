"""`register/tillatna-ord.txt`: words that may stand although somebody with protected identity is called so. Knows the file, no rules.

It lies with the register and never among the posts: each word tells something of who is protected.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

from pluttra_publish.errors import Findings
from pluttra_publish.register.tables import decode

ALLOWED_WORDS = "tillatna-ord.txt"


def read_allowed_words(folder: Path, findings: Findings) -> frozenset[str]:
    """Return the words as they are written, in NFC, one to a line; what follows `#` is a comment. No file is no words."""
    try:
        raw = (folder / ALLOWED_WORDS).read_bytes()
    except OSError:  # fails closed: without the file nothing is let through
        return frozenset()
    text = decode(raw, f"{folder.name}/{ALLOWED_WORDS}", findings) or ""
    words = (word for line in text.splitlines() for word in line.partition("#")[0].split())
    return frozenset(unicodedata.normalize("NFC", word) for word in words)
