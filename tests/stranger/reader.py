"""A stranger's reader of a sealed site, written from docs/format.md alone; it imports nothing of the product.

Sections of the specification: the host §2, encodings §3, key derivation §4, sealed files §5, references §6, index and
pages §7, catalogue §8, keyring §9, invitation §10, root §11, the order of reads §13, refusals §15.

    python tests/stranger/reader.py LINK FOLDER-OR-ORIGIN     (lists the titles, writes nothing)
"""

import base64
import http.client
import json
import re
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from types import FunctionType
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

Value = dict[str, Any]
Memory = dict[str, Value]  # by guardian key (its keyring's name): the site, publisher, generation and root accepted
WORDS = {"link": "wrong-link", "missing": "expired-link", "ends": "expired-link", "ended": "access-ended"}
WORDS |= {"host": "unreachable", "version": "newer-format", "sequence": "rolled-back", "generation": "rolled-back"}
HEAD, CHUNK, MIB = 56, 16384 + 16, 1 << 20
STEPS = [4096 * 4**i for i in range(12)]  # the padded lengths of keyrings


class Refused(Exception):  # noqa: N818 -- the specification's own word
    """The one word shown to a person, and the layer that refused (§15)."""

    def __init__(self, word: str, layer: str) -> None:
        super().__init__(f"{word} ({layer})")
        self.word, self.layer = word, layer


def refuse(layer: str) -> NoReturn:
    raise Refused(WORDS.get(layer, "tampered"), layer)


def b64(text: str) -> bytes:
    """§3; nothing if it is not b64: the round trip finds padding, other characters and spare bits."""
    with suppress(ValueError):
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return data if base64.urlsafe_b64encode(data).decode().rstrip("=") == text else b""
    return b""


def integer(text: str) -> int:
    return int(text) if text.isdigit() and int(text) < 1 << 53 else refuse("encoding")


def members(pairs: list[tuple[str, Any]]) -> Value:
    names = [name.encode("utf-16-be") for name, _ in pairs]
    return dict(pairs) if names == sorted(set(names)) else refuse("encoding")


def decode(data: bytes, shape: Any) -> Value:
    """The value in `data` (§3): canonical, then of format 1, then of the shape."""
    try:
        hooks: Value = dict.fromkeys(("parse_int", "parse_float", "parse_constant"), integer)
        value: Value = json.loads(data.decode(), object_pairs_hook=members, **hooks)
        again = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        if again != data or not fits(value, {"v": int}) or not value["v"]:
            refuse("encoding")
        if value["v"] > 1:
            refuse("version")
        return value if fits(value, shape) else refuse("encoding")
    except (ValueError, TypeError, LookupError, RecursionError):
        refuse("encoding")


def fits(value: Any, shape: Any) -> bool:
    """Whether a value has a shape: the type of the shape tells how to look."""
    return bool(SHAPES[type(shape)](value, shape))


def is_medium(value: Any) -> bool:
    """§6: with the hash of every segment if and only if the padded bytes are longer than one."""
    padded = padded_length("media", value[3])
    return fits(value, (*MEDIUM, 32 * (padded // MIB + 1)) if padded > MIB else MEDIUM)


SHAPES: dict[type, Callable[[Any, Any], Any]] = {
    dict: lambda v, s: type(v) is dict and all(n in v and fits(v[n], s[n]) for n in s),  # these members
    list: lambda v, s: type(v) is list and all(fits(item, s[0]) for item in v),  # any number of items
    tuple: lambda v, s: type(v) is list and len(v) == len(s) and all(map(fits, v, s)),  # exactly these items
    type: lambda v, s: type(v) is s,
    int: lambda v, s: type(v) is str and len(b64(v)) == s,  # so many bytes in b64
    str: lambda v, s: type(v) is str and re.fullmatch(s, v),
    FunctionType: lambda v, s: s(v),
}
ID, SHORT, MONTH = "[0-9a-f]{32}", "[0-9a-f]{16}", "[0-9]{4}-(0[1-9]|1[0-2])"
DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
KIND, ROLE = "preschool|department|child|staff", "guardian|pedagogue|principal"
TYPES = "image/(jpeg|webp|png)|video/(mp4|webm)|audio/(mp4|mpeg|ogg|wav|webm)|text/vtt"
PAGE, MEDIUM = (ID, 32, 32, int, "text/html"), (ID, 32, 32, int, TYPES)
COVER = {"alt": str, "sizes": [(int, int, int)]}
CARD = {
    "by": [str], "children": [(SHORT, str)], "count": {"film": int, "photo": int, "sound": int}, "home": ID,
    "cover": lambda v: v is None or fits(v, COVER), "date": lambda v: fits(v, DATE) and datetime.fromisoformat(v),
    "id": SHORT, "lang": str, "media": [is_medium], "page": PAGE, "summary": str, "title": str,
}  # fmt: skip
INDEX = {"audience": ID, "month": MONTH, "page": lambda v: v is None or fits(v, PAGE), "posts": [CARD]}
CATALOGUE = {"audience": ID, "kind": KIND, "months": [(MONTH, 160)], "title": str}
EPOCH = {"catalogue": 32, "months": lambda v: fits([v[month] for month in v if fits(month, MONTH)], [32])}
AUDIENCE = {
    "child": lambda v: v is None or fits(v, SHORT), "id": ID, "kind": KIND, "title": str,
    "epochs": lambda v: fits(v, [EPOCH]) and len(v) <= 2,
}  # fmt: skip
KEYRING = {
    "audiences": [lambda v: fits(v, AUDIENCE) and (v["child"] is None or v["kind"] == "child")],
    "children": [{"audience": ID, "departments": [ID], "id": SHORT, "name": str}], "drop": type(None),
    "generation": int, "preschool": str, "publisher": 65, "site": ID, "siteKey": 32,
    "reader": {"id": str, "lang": str, "name": str, "role": ROLE},
}  # fmt: skip
ENDED = {"ended": int, "generation": int, "site": ID}
INVITATION = {"ends": int, "key": 32, "lang": str, "name": str, "site": ID}
ROOT = {
    "keyrings": int, "keystore": int, "notice": int, "publisher": ID, "sequence": int, "site": ID, "time": int,
    "slots": lambda v: fits(v, [(ID, 48)]) and v == sorted({s[0]: s for s in v}.values()) and v and len(v) % 32 == 0,
}  # fmt: skip


def kdf(secret: bytes, label: str, *parts: bytes, n: int = 32) -> bytes:
    """§4."""
    info = b"pluttra/1" + b"".join(len(part).to_bytes(2, "big") + part for part in (label.encode(), *parts))
    return HKDF(SHA512(), n, None, info).derive(secret)


def padded_length(role: str, size: int) -> int:
    """§5."""
    if role in ("row", "invitation", "keyring"):
        return {"row": 88, "invitation": 4096}.get(role) or next((step for step in STEPS if step >= size), 0)
    e = max(0, size.bit_length() - 1)
    unit = 1 << max(0, e - e.bit_length())  # ⌊log₂ e⌋ + 1 is the bit length of e, and 0 for e = 0
    padme = -(-size // unit) * unit
    return padme if role == "media" else max(4096, padme)


def sealed_length(role: str, size: int) -> int:
    return HEAD + (padded := padded_length(role, size)) + 16 * (padded // 16384 + 1)


def open_chunks(role: str, secret: bytes, head: bytes, body: bytes, first: int = 0) -> bytes:
    """Checks the commitment in `head`, and opens the chunks of `body`, whose first is number `first` (§5)."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + head[:24] + b"pluttra/1"
    out = HKDFExpand(SHA512(), 76, info).derive(kdf(secret, "seal", role.encode()))
    if out[44:] != head[24:]:
        refuse("object")
    key, nonce = AESGCM(out[:32]), int.from_bytes(out[32:44], "big")
    chunks = [body[at : at + CHUNK] for at in range(0, len(body), CHUNK)]
    try:
        return b"".join(key.decrypt((nonce ^ k).to_bytes(12, "big"), c, None) for k, c in enumerate(chunks, first))
    except (InvalidTag, ValueError):
        refuse("object")


def open_sealed(role: str, secret: bytes, sealed: bytes, size: int | None = None) -> bytes:
    """The content of a file of known size, or of one that is framed: with the signature, if it is a root (§5)."""
    if (len(sealed) - HEAD) % CHUNK < 16 or len(sealed) < HEAD:  # the last chunk is short, and has its tag
        refuse("object")
    padded = open_chunks(role, secret, sealed[:HEAD], sealed[HEAD:])
    end = 4 + int.from_bytes(padded[:4], "big") + 64 * (role == "root") if size is None else size
    kept = role == "keyring" and len(padded) in STEPS  # an ended one may be longer than it needs; open_named looks
    if end > len(padded) or padded[end:].strip(b"\0") or not (kept or len(padded) == padded_length(role, end)):
        refuse("padding")
    return padded[4 if size is None else 0 : end]


def fetch(host: str, path: str, missing: str = "", most: int = 16 * MIB, span: tuple[int, int] | None = None) -> bytes:
    """A file of a folder or a static server (a byte more than `most` tells a longer one), or a span of it (§2)."""
    start, stop = span or (0, most + 1)
    try:
        if not host.startswith(("http://", "https://")):
            with (Path(host) / path).open("rb") as file:
                return file.read(stop)[start:]
        scheme, _, place = host.partition("://")
        kind = http.client.HTTPConnection if scheme == "http" else http.client.HTTPSConnection
        headers = {"Range": f"bytes={start}-{stop - 1}"} if span else {"Cache-Control": "no-cache"} if missing else {}
        (connection := kind(place, timeout=30)).request("GET", f"/{path}", headers=headers)
        answer = connection.getresponse()
        data = answer.read(stop)
        connection.close()
        if answer.status in (403, 404, 410):
            raise FileNotFoundError
        if answer.status not in ((200, 206) if span else (200,)) or (answer.length and len(data) < stop):
            refuse("host")
        return data[start:] if answer.status == 200 else data[: stop - start]
    except (FileNotFoundError, PermissionError):
        raise FileNotFoundError(path) if not missing else refuse(missing)
    except (OSError, ValueError, http.client.HTTPException):
        refuse("host")


def fetch_digested(host: str, path: str, digest: bytes, most: int, span: tuple[int, int] | None = None) -> bytes:
    data = fetch(host, f"o/{name[:2]}/{name}", most=most, span=span)
    return data if sha256(data).digest() == digest else refuse("digest")


def open_named(role: str, secret: bytes, host: str, missing: str, shape: Any) -> Value:
    """An invitation or a keyring, which its secret names (§9, §10)."""
    name = kdf(secret, f"{role}-name", n=16).hex()
    sealed = fetch(host, f"k/{name[:2]}/{name}", missing)
    content = open_sealed(role, kdf(secret, role), sealed)
    value = decode(content, shape)
    if "ended" not in value and len(sealed) != sealed_length(role, 4 + len(content)):
        refuse("padding")
    return value


class Links(HTMLParser):
    """The media that a page names (§7)."""

    def reset(self) -> None:
        super().reset()
        self.media: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = [value for name, value in attrs if value and name in ("src", "poster", "href")]
        values += [part for name, value in attrs if value and name == "srcset" for part in value.split(",")]
        self.media |= {words[0] for value in values if (words := value.split()) and words[0].startswith("media:")}


class Opened:
    """A site as one reader sees it: `keyring`, `audiences` (with the months opened), `cards` by post id."""

    def __init__(self, link: str, host: str, now: float, memory: Memory) -> None:
        found = re.search("(?s)(#|%23)i=(.*)", link)
        secret = b64(found[2]) if found else b""
        if not found or len(secret) != 32:
            refuse("link")
        self.host, self.exposed = host, found[1] == "%23"  # a program on the way has seen the key (§10)
        self.invitation = open_named("invitation", secret, host, "missing", INVITATION)
        if now >= self.invitation["ends"]:
            refuse("ends")
        self.key = b64(self.invitation["key"])
        self.seen = memory.setdefault(kdf(self.key, "keyring-name", n=16).hex(), {})
        self.keyring, self.root = self._open_keyring(), {}
        self._renewing(lambda: None)
        self.overdue = now > self.root["notice"]

    def page(self, post: str) -> bytes:
        return self._renewing(lambda: self._page(self._card(post)["page"], self.index_of[post]))

    def month_page(self, audience: str, month: str) -> bytes | None:
        def read() -> bytes | None:
            index = self.indexes.get((audience, month)) or {"page": None}
            return self._page(index["page"], index) if index["page"] else None

        return self._renewing(read)

    def medium(self, post: str, n: int) -> bytes:
        return self._renewing(lambda: self._whole("media", self._card(post)["media"][n]))

    def range(self, post: str, n: int, start: int, stop: int) -> bytes:
        return self._renewing(lambda: self._range(self._card(post)["media"][n], start, stop))

    def _renewing[T](self, read: Callable[[], T]) -> T:
        """§13: who misses an object fetches the root again, once for each, and starts over from there."""
