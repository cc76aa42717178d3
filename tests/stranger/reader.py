"""A stranger's reader of a sealed site, written from docs/format.md alone; it imports nothing of the product.

Sections of the specification: encodings §3, key derivation §4, sealed files §5, references §6, index and pages §7,
catalogue §8, keyring §9, invitation §10, root §11, the order of reads §13, refusals §15.

    python tests/stranger/reader.py LINK FOLDER-OR-URL     (prints a listing, writes nothing)
"""

import base64
import hashlib
import hmac
import http.client
import json
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeVar

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

T = TypeVar("T")
Memory = dict[str, tuple[int, str]]  # by site: the highest sequence accepted, and the digest of that root (§11)
Value = dict[str, Any]
WORDS = {"link": "wrong-link", "missing": "expired-link", "ends": "expired-link", "ended": "access-ended"}
WORDS |= {"host": "unreachable", "version": "newer-format", "sequence": "rolled-back", "generation": "rolled-back"}
CHUNK, HEAD, MIB, SEGMENT = 16384 + 16, 56, 1 << 20, 64 * (16384 + 16)
STEPS = [4096 << 2 * i for i in range(16)]  # of a keyring's length


class Refused(Exception):  # noqa: N818 -- the specification's own word
    """The one word shown to a person, and the layer that refused (§15)."""

    def __init__(self, word: str, layer: str) -> None:
        super().__init__(f"{word} ({layer})")
        self.word, self.layer = word, layer


class Missing(Exception):  # noqa: N818
    """The host lacks a file; what that means depends on the file (§13, §15)."""


def refuse(layer: str) -> NoReturn:
    raise Refused(WORDS.get(layer, "tampered"), layer)


def b64(text: str) -> bytes:
    """§3; the round trip finds padding, other characters and spare bits."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(data).decode().rstrip("=") != text:
        raise ValueError("not base64url")
    return data


def canonical(value: Any) -> str:
    """JCS (§3) of what JSON decoded to; members in the order of UTF-16 code units, not of code points."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > 2**53 - 1):
        raise ValueError("not an integer within 2**53 - 1")
    return json.dumps(value, ensure_ascii=False)


def decode(data: bytes, shape: str) -> Value:
    """The value in `data`: canonical, then of format 1, then of the shape."""
    try:
        value: Value = json.loads(data.decode())
        if canonical(value).encode() != data or not isinstance(value, dict) or not fits(value.get("v"), "int"):
            refuse("encoding")
        if value["v"] > 1:
            refuse("version")
        if value["v"] != 1 or not fits(value, shape):
            refuse("encoding")
    except (ValueError, TypeError, RecursionError):
        refuse("encoding")
    return value


def fits(value: Any, shape: str) -> bool:
    """Whether a value has one of the SHAPES below: `name:shape` members, or the shapes of an array's items."""
    if shape[-1] in "?*":
        several = isinstance(value, list) and all(fits(item, shape[:-1]) for item in value)
        return several if shape[-1] == "*" else value is None or fits(value, shape[:-1])
    if shape in PATTERNS:
        return isinstance(value, str) and re.fullmatch(PATTERNS[shape], value) is not None
    if shape in CHECKS:
        return bool(CHECKS[shape](value))
    parts = [part.rpartition(":") for part in SHAPES[shape].split()]
    if isinstance(value, list):
        return len(value) == len(parts) and all(not n and fits(v, s) for v, (n, _, s) in zip(value, parts, strict=True))
    return isinstance(value, dict) and all(name in value and fits(value[name], s) for name, _, s in parts)


PATTERNS = {
    "id": "[0-9a-f]{32}", "short": "[0-9a-f]{16}", "month": "[0-9]{4}-(0[1-9]|1[0-2])", "str": "(?s).*",
    "kind": "preschool|department|child|staff", "role": "guardian|pedagogue|principal", "html": "text/html",
    "medium": "image/(jpeg|webp|png)|video/(mp4|webm)|audio/(mp4|mpeg|ogg|wav|webm)|text/vtt",
}  # fmt: skip
CHECKS: dict[str, Callable[[Any], Any]] = {
    "int": lambda value: type(value) is int and value >= 0,
    "key": lambda value: len(b64(value)) == 32,
    "point": lambda value: len(b64(value)) == 65,
    "sealed-row": lambda value: len(b64(value)) == 56 + 88 + 16,
    "ended or keyring": lambda value: fits(value, "ended" if "ended" in value else "keyring"),
    "months": lambda value: isinstance(value, dict) and fits(list(map(list, value.items())), "month-key*"),
    "date": lambda value: datetime.fromisoformat(value).tzinfo,
    "media": lambda value: reference(value, "media"),
    "page": lambda value: reference(value, "page"),
}
SHAPES = {
    "invitation": "ends:int key:key lang:str name:str site:id",
    "ended": "ended:int generation:int site:id",
    "keyring": "audiences:audience* children:child* generation:int preschool:str publisher:point reader:reader site:id "
    "siteKey:key",
    "audience": "child:short? epochs:epoch* id:id kind:kind title:str",
    "epoch": "catalogue:key months:months", "month-key": "month key",
    "child": "audience:id departments:id* id:short name:str", "reader": "id:str lang:str name:str role:role",
    "root": "keyrings:int keystore:int notice:int publisher:id sequence:int site:id slots:slot* time:int",
    "slot": "id id key", "catalogue": "audience:id kind:kind months:row* title:str", "row": "month sealed-row",
    "index": "audience:id month:month page:page? posts:card*",
    "card": "by:str* children:given* count:count cover:cover? date:date home:id id:short lang:str media:media* "
    "page:page summary:str title:str",
    "given": "short str", "count": "film:int photo:int sound:int", "cover": "alt:str sizes:size*",
    "size": "int int int",
}  # fmt: skip


def kdf(secret: bytes, label: str, *parts: str, n: int = 32) -> bytes:
    """§4."""
    pieces = [piece.encode() for piece in (label, *parts)]
    info = b"pluttra/1" + b"".join(len(piece).to_bytes(2, "big") + piece for piece in pieces)
    return HKDF(SHA512(), n, None, info).derive(secret)


def padded_length(role: str, size: int) -> int:
    """§5."""
    if role in ("row", "invitation"):
        return 88 if role == "row" else 4096
    if role == "keyring":
        return next(step for step in STEPS if step >= size)
    e = max(0, size.bit_length() - 1)
    unit = 1 << max(0, e - e.bit_length())  # ⌊log₂ e⌋ + 1 is the bit length of e, and 0 for e = 0
    padme = -(-size // unit) * unit
    return padme if role == "media" else max(4096, padme)


def sealed_length(padded: int) -> int:
    return HEAD + padded + 16 * (padded // 16384 + 1)


def digested(data: bytes, digest: bytes) -> bytes:
    return data if hashlib.sha256(data).digest() == digest else refuse("digest")


def open_chunks(role: str, secret: bytes, head: bytes, body: bytes, first: int = 0) -> bytes:
    """Checks the commitment in `head`, and opens the chunks of `body`, whose first is number `first` (§5)."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + head[:24] + b"pluttra/1"
    out = HKDFExpand(SHA512(), 76, info).derive(kdf(secret, "seal", role))
    if not hmac.compare_digest(out[44:], head[24:]):
        refuse("object")
    key, nonce = AESGCM(out[:32]), int.from_bytes(out[32:44], "big")
    chunks = [body[at : at + CHUNK] for at in range(0, len(body), CHUNK)]
    try:
        return b"".join(key.decrypt((nonce ^ k).to_bytes(12, "big"), c, None) for k, c in enumerate(chunks, first))
    except (InvalidTag, ValueError):
        refuse("object")


def open_padded(role: str, secret: bytes, sealed: bytes) -> bytes:
    if len(sealed) < HEAD or (len(sealed) - HEAD) % CHUNK < 16:  # the last chunk is short, and has its tag
        refuse("object")
    return open_chunks(role, secret, sealed[:HEAD], sealed[HEAD:])


def unpad(padded: bytes, size: int, length: int) -> bytes:
    return padded[:size] if len(padded) == length and not padded[size:].strip(b"\0") else refuse("padding")


def open_framed(role: str, secret: bytes, sealed: bytes, trailer: int = 0) -> tuple[bytes, bytes]:
    """The content of a file that tells its length, and the trailer (the root's signature)."""
    padded = open_padded(role, secret, sealed)
    end = 4 + int.from_bytes(padded[:4], "big")
    if end + trailer > len(padded):
        refuse("padding")
    kept = role == "keyring" and len(padded) in STEPS  # an ended one may be longer than it needs; open_keyring looks
    framed = unpad(padded, end + trailer, len(padded) if kept else padded_length(role, end + trailer))
    return framed[4:end], framed[end:]


class Reference(NamedTuple):
    """§6; `segments` are (start, stop, digest) in the sealed bytes."""

    role: str
    name: str
    secret: bytes
    digest: bytes
    size: int
    type: str
    segments: list[tuple[int, int, bytes]]


def reference(raw: Any, role: str) -> Reference:
    """Raises ValueError or TypeError when it is none of that role."""
    checks = ("id", "key", "key", "int", "medium" if role == "media" else "html")
    if not all(map(fits, raw[:5], checks)) or len(raw) < 5:
        raise ValueError("not a reference")
    padded = padded_length(role, raw[3])
    count = padded // MIB + 1 if role == "media" and padded > MIB else 0  # the last may be an empty chunk's tag alone
    joined = b64(raw[5]) if count and len(raw) == 6 else b""
    if len(raw) != (6 if count else 5) or len(joined) != 32 * count:
        raise ValueError("not its segments")
    cuts = [0, *(HEAD + SEGMENT * i for i in range(1, count)), sealed_length(padded)]  # never the host's total (§5)
    segments = [(cuts[i], cuts[i + 1], joined[32 * i : 32 * i + 32]) for i in range(count)]
    return Reference(role, raw[0], b64(raw[1]), b64(raw[2]), raw[3], raw[4], segments)


def path_of(name: str) -> str:
    return f"o/{name[:2]}/{name}"


def fetch(host: str, path: str, span: tuple[int, int] | None = None, layer: str = "") -> bytes:
    """A file of a folder or a static server, or a part of it; with `layer`, asked for anew and refused if missing."""
    try:
        if not host.startswith(("http://", "https://")):
            data, partial = (Path(host) / path).read_bytes(), False
        else:
            headers = {"Cache-Control": "no-cache"} if layer else {}
            headers |= {"Range": f"bytes={span[0]}-{span[1] - 1}"} if span else {}
            request = urllib.request.Request(f"{host}/{path}", headers=headers)
            with urllib.request.urlopen(request, timeout=30) as answer:
                data, partial = answer.read(), answer.status == 206
    except (OSError, ValueError, http.client.HTTPException) as error:
        if not (isinstance(error, FileNotFoundError) or getattr(error, "code", 0) in (403, 404, 410)):
            refuse("host")
        if layer:
            refuse(layer)
        raise Missing(path) from None
    return data[span[0] : span[1]] if span and not partial else data


def open_invitation(link: str, host: str, now: float) -> Value:
    """§10."""
    try:
        secret = b64(re.split("#i=|%23i=", link, maxsplit=1)[1])
    except (ValueError, IndexError):
        secret = b""
    if len(secret) != 32:
        refuse("link")
    sealed = fetch(host, path_of(kdf(secret, "invitation-name", n=16).hex()), layer="missing")
    value = decode(open_framed("invitation", kdf(secret, "invitation"), sealed)[0], "invitation")
    return value if now < value["ends"] else refuse("ends")


def open_keyring(key: bytes, host: str) -> Value:
    """§9."""
    sealed = fetch(host, path_of(kdf(key, "keyring-name", n=16).hex()), layer="host")
    content = open_framed("keyring", kdf(key, "keyring"), sealed)[0]
    value = decode(content, "ended or keyring")
    if "ended" in value:
        refuse("ended")
    if len(sealed) != sealed_length(padded_length("keyring", 4 + len(content))):  # only an ended one is kept longer
        refuse("padding")
    return value


def open_root(keyring: Value, host: str) -> tuple[Value, str]:
    """The root, its signature verified before its body is decoded, and the digest of its sealed bytes (§11)."""
    sealed = fetch(host, "root", layer="host")
    body, signature = open_framed("root", b64(keyring["siteKey"]), sealed, 64)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    message = b"pluttra/1 root\0" + bytes.fromhex(keyring["site"]) + body
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b64(keyring["publisher"]))
        point.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        refuse("signature")
    root = decode(body, "root")
    if root["site"] != keyring["site"]:
        refuse("signature")
    labels = [slot[0] for slot in root["slots"]]
    if labels != sorted(set(labels)) or not labels or len(labels) % 32:
        refuse("encoding")
    return root, hashlib.sha256(sealed).hexdigest()


class Opened:
    """A site as one reader sees it: `keyring`, `audiences` (with their catalogues' months), `cards` by post id."""

    def __init__(self, link: str, host: str, now: float, memory: Memory) -> None:
        self.host, self.memory = host, memory
        invitation = open_invitation(link, host, now)
        self.exposed = "%23i=" in link  # a program on the way has seen the key (§10)
        self.key = b64(invitation["key"])
        self.keyring = open_keyring(self.key, host)
        self.root: Value = {}
        self._renewing(lambda: None)
        self.overdue = now > self.root["notice"]

    def page(self, post: str) -> bytes:
        return self._renewing(lambda: self._page(reference(self._card(post)["page"], "page")))

    def month_page(self, audience: str, month: str) -> bytes | None:
        return self._renewing(lambda: self._page(p) if (p := self.month_pages.get((audience, month))) else None)

    def medium(self, post: str, n: int) -> bytes:
        return self._renewing(lambda: self._whole(self.reference(post, n)))

    def range(self, post: str, n: int, start: int, stop: int) -> bytes:
        return self._renewing(lambda: self._range(self.reference(post, n), start, stop))

    def reference(self, post: str, n: int) -> Reference:
        return reference(self._card(post)["media"][n], "media")

    def pages(self) -> Iterator[tuple[str, bytes]]:
        return ((post, self.page(post)) for post in list(self.cards))

    def media(self) -> Iterator[tuple[str, int, bytes]]:
        return ((p, n, self.medium(p, n)) for p, card in list(self.cards.items()) for n in range(len(card["media"])))

    def _renewing(self, read: Callable[[], T]) -> T:
        """§13: who misses an object fetches the root again, once, and starts over from there."""
        for _ in range(2):
            try:
                if not self.root:
                    self._load()
                return read()
            except Missing:
                self.root = {}
        refuse("host")

    def _load(self) -> None:
        """§13, from step 3."""
        root = self._accepted_root()
        if root["keyrings"] > self.keyring["generation"]:
            self.keyring = open_keyring(self.key, self.host)
            root = self._accepted_root()  # with the new keyring's keys
            if root["keyrings"] > self.keyring["generation"]:
                refuse("generation")
        slots = {label: (name, b64(digest)) for label, name, digest in root["slots"]}
        self.month_pages: dict[tuple[str, str], Reference] = {}
        self.allowed: dict[str, set[tuple[str, str]]] = {}  # by the name of a page: the media it may show
        cards: dict[str, Value] = {}
        self.audiences: list[Value] = []
        for audience in self.keyring["audiences"]:
            months = self._audience(audience, slots)
            self.audiences.append({**audience, "months": [index["month"] for index in months]})
            for card in (card for index in months for card in index["posts"]):
                cards.setdefault(card["id"], card)
        self.cards = dict(sorted(cards.items(), key=lambda item: (-instant(item[1]), item[0])))
        self.root = root

    def _accepted_root(self) -> Value:
        root, digest = open_root(self.keyring, self.host)
        seen = self.memory.get(root["site"], (0, digest))
        if root["sequence"] < seen[0] or (root["sequence"] == seen[0] and digest != seen[1]):
            refuse("sequence")
        self.memory[root["site"]] = (root["sequence"], digest)
        return root

    def _audience(self, audience: Value, slots: dict[str, tuple[str, bytes]]) -> list[Value]:
        """The indexes that the first epoch with a slot in the root lets this reader open (§8, §9)."""
        for epoch in audience["epochs"]:
            secret = b64(epoch["catalogue"])
            if slot := slots.get(kdf(secret, "slot", n=16).hex()):
                sealed = digested(fetch(self.host, path_of(slot[0])), slot[1])
                catalogue = decode(open_framed("catalogue", secret, sealed)[0], "catalogue")
                if catalogue["audience"] != audience["id"]:
                    refuse("binding")
                keys = epoch["months"]
                rows = [(month, row) for month, row in catalogue["months"] if month in keys]
                return [self._index(audience["id"], month, b64(keys[month]), b64(row)) for month, row in rows]
        return []

    def _index(self, audience: str, month: str, key: bytes, sealed_row: bytes) -> Value:
        row = open_padded("row", key, sealed_row)
        size = int.from_bytes(row[80:], "big")
        sealed = digested(fetch(self.host, path_of(row[32:48].hex())), row[48:80])
        padded = open_padded("index", row[:32], sealed)
        index = decode(unpad(padded, size, padded_length("index", size)), "index")
        if (index["audience"], index["month"]) != (audience, month):
            refuse("binding")
        media = {(card["id"], str(n)) for card in index["posts"] for n in range(len(card["media"]))}
        for raw in [index["page"], *(card["page"] for card in index["posts"])]:
            if raw:
                self.allowed.setdefault(raw[0], set()).update(media)
        if index["page"]:
            self.month_pages[audience, month] = reference(index["page"], "page")
        return index

    def _card(self, post: str) -> Value:
        return self.cards.get(post) or refuse("host")  # gone with the renewed root

    def _page(self, ref: Reference) -> bytes:
        page = self._whole(ref)
        named = re.findall(r"""["'\s,]media:([^/"'\s,]*)/([^"'\s,]*)""", page.decode("utf-8", "replace"))
        return page if self.allowed[ref.name].issuperset(named) else refuse("encoding")

    def _whole(self, ref: Reference) -> bytes:
        sealed = digested(fetch(self.host, path_of(ref.name)), ref.digest)
        for start, stop, digest in ref.segments:
            digested(sealed[start:stop], digest)
        return unpad(open_padded(ref.role, ref.secret, sealed), ref.size, padded_length(ref.role, ref.size))

    def _range(self, ref: Reference, start: int, stop: int) -> bytes:
        stop = min(stop, ref.size)
        if not ref.segments or start >= stop:
            return self._whole(ref)[start:stop]
        first, last = start // MIB, (stop - 1) // MIB
        zero = self._segment(ref, 0)  # salt and commitment are in it
        body = b"".join(self._segment(ref, i) if i else zero[HEAD:] for i in range(first, last + 1))
        opened = open_chunks(ref.role, ref.secret, zero[:HEAD], body, 64 * first)
        return opened[start - first * MIB : stop - first * MIB]

    def _segment(self, ref: Reference, i: int) -> bytes:
        start, stop, digest = ref.segments[i]
        return digested(fetch(self.host, path_of(ref.name), (start, stop)), digest)


def instant(card: Value) -> float:
    return datetime.fromisoformat(card["date"]).timestamp()


def open_site(link: str, host: str | Path, *, now: float | None = None, memory: Memory | None = None) -> Opened:
    """Opens the site on a host (a folder or an http address) for whom the magic link was made."""
    return Opened(link, str(host).rstrip("/"), time.time() if now is None else now, {} if memory is None else memory)


def main(link: str, host: str) -> None:
    try:
        for card in open_site(link, host).cards.values():
            print(f"{card['date']}  {card['title']}  ({len(card['media'])} media)")
    except Refused as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main(*sys.argv[1:3])
