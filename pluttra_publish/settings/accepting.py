"""What is written in pluttra.toml to the values that are used. One function for each kind of value; knows no keys and no files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pluttra_publish.settings.bad_value import BadValueError
from pluttra_publish.settings.values import LOCAL_HOSTS


def text(value: Any) -> str:
    """Return a text on one line, in NFC."""
    if not isinstance(value, str) or not value.strip():
        raise BadValueError("Värdet ska vara text.", 'Skriv det inom citattecken: "…".')
    return unicodedata.normalize("NFC", " ".join(value.split()))


def texts(value: Any) -> tuple[str, ...]:
    """Return a list of texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise BadValueError("Värdet ska vara en lista av texter.", 'Skriv ["…", "…"].')
    return tuple(text(item) for item in value)


def number(least: int, most: int, *, of: str) -> Callable[[Any], int]:
    """Return a rule for a whole number of something."""

    def accept(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise BadValueError(f"Värdet ska vara {of}.", f"Skriv ett heltal från {least} till {most}.")
        return value

    return accept


def days(least: int, most: int) -> Callable[[Any], int]:
    """Return a rule for a number of days."""
    return number(least, most, of="ett antal dagar")


def yes_or_no(value: Any) -> bool:
    """Return a yes or a no."""
    if not isinstance(value, bool):
        raise BadValueError("Värdet ska vara ja eller nej.", "Skriv true eller false, utan citattecken.")
    return value


def server(value: Any) -> str:
    """Return the name of a server."""
    said = text(value).lower()
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", said):
        raise BadValueError("Värdet är inte en mejlserver.", 'Skriv bara dess namn: "smtp.backen.example".')
    return said


def mailbox(value: Any) -> str:
    """Return an e-mail address, with a name before it or without."""
    said = text(value)
    match = re.fullmatch(r"(?:[^<>\"@,;]*<)?([^\s@,;:<>()\"]+@[^\s@,;:<>()\"]+)>?", said)
    if match is None or not match[1].isascii() or ("<" in said) != said.endswith(">"):
        mend = 'Skriv till exempel "Backens förskola <dagar@backen.example>".'
        raise BadValueError("Värdet är inte en e-postadress.", mend)
    return said


def one_of(*known: str) -> Callable[[Any], str]:
    """Return a rule for one of a few words."""

    def accept(value: Any) -> str:
        if value not in known:
            choices = " eller ".join(f'"{choice}"' for choice in known)
            raise BadValueError("Värdet är inte ett av de som finns.", f"Skriv {choices}.")
        return str(value)

    return accept


def language(value: Any) -> str:
    """Return a language code."""
    if not isinstance(value, str) or not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise BadValueError("Värdet är inte en språkkod.", 'Skriv till exempel "sv".')
    return value


def email(value: Any) -> str:
    """Return an e-mail address."""
    said = text(value)
    if not re.fullmatch(r"[^\s@<>\"?&%]+@[^\s@<>\"?&%]+\.[^\s@<>\"?&%.]+", said):
        raise BadValueError("Värdet är ingen e-postadress.", 'Skriv till exempel "forskolan@kommunen.se".')
    return said


def phone(value: Any) -> str:
    """Return a telephone number as it is written."""
    said = text(value)
    if not re.fullmatch(r"\+?[\d\s()–-]{5,30}", said) or not any(sign.isdigit() for sign in said):
        raise BadValueError("Värdet är inget telefonnummer.", 'Skriv till exempel "040-12 34 56".')
    return said


def colour(value: Any) -> str:
    """Return a colour as #rrggbb in small letters."""
    if not isinstance(value, str) or not re.fullmatch(r"#?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})", value.strip()):
        raise BadValueError("Värdet är ingen färg.", 'Skriv den som # och sex tecken, till exempel "#1d5c87".')
    digits = value.strip().lstrip("#").lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def day(value: Any) -> date:
    """Return a day, written as TOML writes it or as a text."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError):
        raise BadValueError("Värdet är ingen dag.", "Skriv till exempel 2026-09-01.") from None


def timezone(value: Any) -> str:
    """Return the name of a time zone there is."""
    try:
        return ZoneInfo(text(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
        raise BadValueError("Tidszonen finns inte.", 'Skriv till exempel "Europe/Stockholm".') from wrong


def origin(value: Any) -> str:
    """Return scheme, host and port as a browser writes them."""
    said = text(value)
    example = 'Skriv till exempel "https://dagar.förskolan.se".'
    try:
        parts = urlsplit(said)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port
    except ValueError as wrong:
        raise BadValueError("Värdet är inte en webbadress.", example) from wrong
    local = host in LOCAL_HOSTS
    if parts.scheme not in {"https", "http"} or not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", host):
        raise BadValueError("Värdet är inte en webbadress.", example)
    if parts.scheme == "http" and not local:
        reason = "Adressen måste börja med https://, annars kan vem som helst på vägen byta ut sidan."
        raise BadValueError(reason, "Bara http://localhost och http://127.0.0.1 får vara utan s, för att prova.")
    if parts.path not in {"", "/"}:
        reason = "Adressen får inte ha en sökväg: allt som ligger på samma adress kan läsa familjernas nycklar."
        raise BadValueError(reason, "Använd en egen adress (en underdomän) som inte används till något annat.")
    if parts.query or parts.fragment or parts.username is not None or said.endswith(("?", "#")):
        raise BadValueError("Adressen har mer än namn och port.", example)
    standard = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if port in {None, standard} else f":{port}")
