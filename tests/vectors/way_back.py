"""Vectors of the way back: messages, and the letterbox that says where to. Deterministic."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pluttra_publish.format import canonical
from pluttra_publish.format.messages import FormWay, Header, Letterbox, MailWay, PostWay, message_content
from pluttra_publish.format.padding import frame_and_pad
from pluttra_publish.sealing.cobblestone import seal_padded
from pluttra_publish.sealing.kdf import kdf
from pluttra_publish.sealing.messages import drop_key, letterbox_name, seal_letterbox, seal_message, sender_tag

from .notation import flipped, join, piece, repeat, seal, text, vector_file
from .sample import CHILD, GUARDIAN_KEY, NOW, SIGNING_KEY, SITE, Value, body, changed

DROP_BOX = b"\xaa" * 32
SALT = b"\x5a" * 24
MESSAGE = "3c" * 16
HEADER = Header(MESSAGE, NOW, "consent", {"answer": "no", "child": CHILD, "purpose": "Foto på gården"})
PART = Header(MESSAGE, NOW, "part", {"file": "4d" * 16, "n": 0, "of": 2})
LETTERBOX = Letterbox(
    ways=(
        FormWay("https://box.example/", (("policy", "eyJ9"), ("x-amz-signature", "00ff")), "m/", NOW + 14 * 86400),
        PostWay("/drop"),
        MailWay("svar@forskolan.example"),
    ),
    push=SIGNING_KEY.public,
    receipts=True,
)


def messages_file() -> str:  # noqa: PLR0915 - a list of vectors
    site = bytes.fromhex(SITE)
    whole = seal_message(HEADER, b"", GUARDIAN_KEY, site=site, salt=SALT)
    vectors: list[Value] = []

    def add(title: str, expect: str, file: Any, *, key: bytes = GUARDIAN_KEY, **more: Any) -> None:
        vector: Value = {"name": title, "expect": expect, "guardianKey": key.hex(), "site": SITE}
        vector |= {"dropKey": drop_key(key).hex(), "file": file}
        vectors.append(vector | more)

    def sealed(header: Header, attachment: bytes = b"") -> bytes:
        return seal_message(header, attachment, GUARDIAN_KEY, site=site, salt=SALT)

    def forged(content: bytes, *, message: str = MESSAGE, padded: bytes | None = None) -> str:
        """Return the file of whatever content the holder of a guardian key might send."""
        key, ident = drop_key(GUARDIAN_KEY), bytes.fromhex(message)
        secret = kdf(key, "message", site, ident)
        held = padded if padded is not None else frame_and_pad("message", content)
        return (ident + sender_tag(key, ident) + seal_padded(kdf(secret, "seal", "message"), SALT, held)).hex()

    def ok(title: str, header: Header, file: Any, attachment: Any = "", raw: bytes = b"") -> None:
        content = message_content(header)
        told = {"id": header.id, "salt": SALT.hex(), "attachment": attachment}
        add(title, "ok", file, **told, header=text(content[4:].decode()), length=len(sealed(header, raw)))

    ok("a message of the shortest length", HEADER, piece("message", 0, len(whole)))
    room = 2**10 - 4 - len(message_content(PART))
    ok("as much as there is room for", PART, sealed(PART, b"p" * room).hex(), repeat(b"p", room), b"p" * room)
    more = b"p" * (room + 1)
    ok("one byte more: the next length", PART, sealed(PART, more).hex(), repeat(b"p", room + 1), more)
    said = replace(HEADER, kind="reply", body={"files": [], "post": "0123456789abcdef", "text": "Så roligt! 🌲\n</p>"})
    ok("text with all sorts of letters", said, sealed(said).hex())

    add("of a guardian who is not the one", "sender", piece("message", 0, len(whole)), key=b"\x78" * 32)
    add("another tag", "sender", flipped("message", whole, 20))
    add("another id outside than the one it was sealed with", "sender", flipped("message", whole, 3))
    add("flipped", "object", flipped("message", whole, 300))
    add("commitment flipped", "object", flipped("message", whole, 32 + 30))
    add("salt flipped", "object", flipped("message", whole, 32 + 3))
    add("one byte missing", "object", piece("message", 0, len(whole) - 1))
    add("one byte more", "object", join(piece("message", 0, len(whole)), "00"))
    add("nothing after the tag", "object", piece("message", 0, 32))
    moved = bytes.fromhex("3d" * 16)
    key = drop_key(GUARDIAN_KEY)
    add(
        "moved to another id, tag and all",
        "object",
        join((moved + sender_tag(key, moved)).hex(), piece("message", 32, len(whole))),
    )
    other = seal_message(HEADER, b"", GUARDIAN_KEY, site=b"\x52" * 16, salt=SALT)
    add("sealed for another site", "object", other.hex())
    padded = bytearray(frame_and_pad("message", message_content(HEADER)))
    padded[-1] = 1
    add("padding not zero", "padding", forged(b"", padded=bytes(padded)))
    add("padded to more than its length gives", "padding", forged(b"", padded=bytes(padded[:-1]) + bytes(3073)))
    add("header that points past the end", "padding", forged(b"\0\0\xff\xff{}"))
    content = message_content(HEADER)[4:]

    def wrong(value: bytes) -> str:
        return forged(len(value).to_bytes(4, "big") + value)

    add("no header", "encoding", forged(bytes(4)))
    add("not canonical", "encoding", wrong(content.replace(b'"v":1', b'"v": 1')))
    add("a kind that is not known", "encoding", wrong(changed(content, {"kind": "order"})))
    add("a body that is no object", "encoding", wrong(changed(content, {"body": ["nej"]})))
    add("no time", "encoding", wrong(changed(content, without="time")))
    add("newer format", "version", wrong(changed(content, {"v": 2})))
    add("another id inside", "binding", wrong(changed(content, {"id": "3d" * 16})))
    about = (
        'Files of messages (docs/format.md §17), opened with the drop key of "guardianKey" for the site "site". "sender" stands for a tag that is not '
        'this guardian\'s. Of a good one, "header" and "attachment" are what it says; sealed with that "salt", they give "file", whose length is "length".'
    )
    return vector_file(about, vectors, {"message": whole.hex()})


def letterbox_file() -> str:
    whole = body(seal_letterbox(LETTERBOX, DROP_BOX))
    secret = kdf(DROP_BOX, "letterbox")
    content = LETTERBOX.to_bytes()
    vectors: list[Value] = []

    def add(title: str, expect: str, sealed: Any, key: bytes = DROP_BOX, **more: Any) -> None:
        vector: Value = {"name": title, "expect": expect, "secret": key.hex(), "letterboxName": letterbox_name(key)}
        vectors.append(vector | {"sealed": sealed} | more)

    def holding(value: bytes) -> str:
        return seal("letterbox", secret, value).hex()

    full = piece("letterbox", 0, len(whole))
    add("a letterbox with every way", "ok", full, content=text(content.decode()))
    bare = Letterbox(()).to_bytes()
    add("a letterbox with no way", "ok", holding(bare), content=text(bare.decode()))
    ways = canonical.decode(content)["ways"]
    add(
        "a way that is not known is left out",
        "ok",
        holding(changed(content, {"ways": [{"kind": "pigeon", "loft": 4}, *ways]})),
        content=text(content.decode()),
    )
    add("another secret", "object", full, key=b"\xab" * 32)
    add("flipped", "object", flipped("letterbox", whole, 2000))
    add("newer format", "version", holding(changed(content, {"v": 2})))
    add("no ways", "encoding", holding(changed(content, without="ways")))
    add(
        "a form without an end",
        "encoding",
        holding(changed(content, {"ways": [{k: v for k, v in ways[0].items() if k != "ends"}]})),
    )
    add("a mail to nobody", "encoding", holding(changed(content, {"ways": [{"kind": "mail"}]})))
    add("a push key that is too short", "encoding", holding(changed(content, {"push": {"key": "AAAA"}})))
    about = 'Sealed letterboxes (docs/format.md §17) at "letterboxName", opened with the drop box\'s "secret".'
    return vector_file(about, vectors, {"letterbox": whole.hex()})
