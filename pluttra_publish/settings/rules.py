"""What the value of a key in pluttra.toml must be. Knows kinds of values. Does not know which keys there are."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pluttra_publish.errors import Findings, RegisterError

FILE = "pluttra.toml"
MISSING = object()


@dataclass(frozen=True)
class Rule:
    """What a key's value must be. `accept` returns the value to use, or raises what is wrong with it."""

    accept: Callable[[Any], Any]
    default: Any = MISSING

    def read(self, written: Mapping[str, Any], key: str, findings: Findings) -> Any:
        """Return the value of a key, its default where it is not there; what is wrong with it is added to `findings`."""
        value = _at(written, key)
        if value is MISSING:
            if self.default is MISSING:
                findings.error(RegisterError, FILE, key, f"Nyckeln {key} saknas.", f'Skriv {key} = "…" överst i filen.')
            return self.default
        try:
            return self.accept(value)
        except BadValueError as bad:
            findings.error(RegisterError, FILE, key, bad.message, bad.mend)
            return None


class BadValueError(Exception):
    """A value is none that its key may have."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend


def text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadValueError("Värdet ska vara text.", 'Skriv det inom citattecken: "…".')
    return unicodedata.normalize("NFC", " ".join(value.split()))


def texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise BadValueError("Värdet ska vara en lista av texter.", 'Skriv ["…", "…"].')
    return tuple(text(item) for item in value)


def whole(least: int, most: int, *, of: str) -> Callable[[Any], int]:
    """Accept a whole number of something."""

    def accept(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise BadValueError(f"Värdet ska vara {of}.", f"Skriv ett heltal från {least} till {most}.")
        return value

    return accept


def days(least: int, most: int) -> Callable[[Any], int]:
    return whole(least, most, of="ett antal dagar")


def yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadValueError("Värdet ska vara ja eller nej.", "Skriv true eller false, utan citattecken.")
    return value


def one_of(*known: str) -> Callable[[Any], str]:
    def accept(value: Any) -> str:
        if value not in known:
            choices = " eller ".join(f'"{choice}"' for choice in known)
            raise BadValueError("Värdet är inte ett av de som finns.", f"Skriv {choices}.")
        return str(value)

    return accept


def _at(written: Mapping[str, Any], key: str) -> Any:
    table, dot, leaf = key.rpartition(".")
    if not dot:
        return written.get(leaf, MISSING)
    inner = written.get(table)
    return inner.get(leaf, MISSING) if isinstance(inner, dict) else MISSING
