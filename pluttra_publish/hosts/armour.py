"""Messages that travel as text: found in a text, or in a mail however a mail program has bent it. Knows MIME. Does not know what is sealed.

A message stands between a line -----BEGIN PLUTTRA----- and a line -----END PLUTTRA-----, in base64url. What mail does to text is undone: signs of
quoting, line ends, lines broken anew, spaces put in, HTML around it, an encoding for the way, an attachment in its place.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import email
import html
import re
from collections.abc import Iterator
from email.message import Message

_DASH = "[-\u00ad\u2010-\u2015\u2212]"
_GAP = "[ \t\u00a0\ufffd]"
_LINE = re.compile(
    rf"BEGIN{_GAP}{{1,4}}PLUTTRA{_GAP}{{0,4}}{_DASH}{{2,5}}|{_DASH}{{2,5}}{_GAP}{{0,4}}(END){_GAP}{{1,4}}PLUTTRA",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"(?m)^[ \t]*(?:[>|][ \t]*)+")
_SIGNS = re.compile(r"[^A-Za-z0-9_-]+")
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,4096}>")
_ID = 16
_MOST = 1000
"""How many messages one mail is looked through for."""


def armoured_in(text: str) -> tuple[bytes, ...]:
    """Return every message in a text, each once. Of two that claim one id the longer is taken: the other was cut."""
    found: dict[bytes, bytes] = {}
    for message in _found(text):
        if len(message) > len(found.get(message[:_ID], b"")):
            found[message[:_ID]] = message
        if len(found) >= _MOST:
            break
    return tuple(found.values())


def armoured_in_mail(content: bytes) -> tuple[bytes, ...]:
    """Return every message in a mail: in its text, its HTML, its attachments, and in mails that it forwards."""
    found: dict[bytes, bytes] = {}
    for text in _texts(content):
        for message in armoured_in(text):
            if len(message) > len(found.get(message[:_ID], b"")) and len(found) < _MOST:
                found[message[:_ID]] = message
    return tuple(found.values())


def _found(text: str) -> Iterator[bytes]:
    begun: int | None = None
    for line in _LINE.finditer(text):
        if line[1] is None:
            begun = line.end()  # one that was cut before it is left
        elif begun is not None:
            signs = _SIGNS.sub("", _QUOTE.sub("", text[begun : line.start()]))
            begun = None
            with contextlib.suppress(binascii.Error):
                message = base64.b64decode(signs + "=" * (-len(signs) % 4), altchars=b"-_", validate=True)
                if len(message) > _ID:
                    yield message


def _texts(content: bytes) -> Iterator[str]:
    """Yield every text in a mail, plain before HTML."""
    try:
        mail = email.message_from_bytes(content)
        parts = [part for part in mail.walk() if not part.is_multipart()]
    except Exception:  # a stranger's mail may bend the standard library's parser in any way
        return
    for part in sorted(parts, key=lambda part: part.get_content_type() == "text/html"):
        text = _text_of(part)
        yield _without_tags(text) if part.get_content_type() == "text/html" else text


def _text_of(part: Message) -> str:
    try:
        written = part.get_payload(decode=True)
    except Exception:  # likewise
        return ""
    if not isinstance(written, bytes):
        return ""
    if written.startswith((b"\xff\xfe", b"\xfe\xff")):
        return written.decode("utf-16", "replace")
    return written.decode("utf-8", "replace")  # the signs of a message are the same in every other encoding


def _without_tags(text: str) -> str:
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))
