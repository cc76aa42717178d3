"""Vectors of what a reader comes in by: keyring, invitation, root. Deterministic."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from pluttra_publish.format.access import Ended, link
from pluttra_publish.format.chain import Slot, signed_bytes
from pluttra_publish.format.padding import frame_and_pad
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.kdf import kdf
from pluttra_publish.sealing.signing import SigningKey

from .chained import catalogue
from .notation import flipped, piece, seal, text, vector_file
from .sample import (
    DECOY_SECRET,
    GUARDIAN_KEY,
    INVITATION,
    INVITATION_SECRET,
    KEYRING,
    NOW,
    ROOT,
    SIGNING_KEY,
    SITE,
    SITE_KEY,
    Value,
    body,
    changed,
)
from .sealed import forge


def keyring_file() -> str:
    whole = body(chain.seal_keyring(KEYRING, GUARDIAN_KEY))
    ended = Ended(SITE, 4, NOW)
    secret = kdf(GUARDIAN_KEY, "keyring")
    known = {"site": SITE, "publisher": SIGNING_KEY.public.hex()}
    vectors: list[Value] = []

    def add(title: str, expect: str, sealed: Any, key: bytes = GUARDIAN_KEY, **more: Any) -> None:
        vector: Value = {"name": title, "expect": expect, "guardianKey": key.hex()}
        vector |= {
            "keyringName": chain.keyring_name(key),
            "seen": 0,
            "known": None,
            "invitedSite": None,
            "sealed": sealed,
        }
        vectors.append(vector | more)

    full = piece("keyring", 0, len(whole))
    content = text(KEYRING.to_bytes().decode())
    note = body(chain.seal_ended(ended, GUARDIAN_KEY, keyring_length=4096)).hex()
    add("a keyring", "ok", full, content=content)
    grown = replace(KEYRING, preschool="Förskolan Gläntan " * 300)
    larger = body(chain.seal_keyring(grown, GUARDIAN_KEY)).hex()
    add("a keyring of the next bucket", "ok", larger, content=text(grown.to_bytes().decode()))
    add("the generation seen before", "ok", full, seen=3, content=content)
    add("site and publisher as before", "ok", full, known=known, content=content)
    add("site as in the invitation", "ok", full, invitedSite=SITE, content=content)
    add("an older generation than seen", "generation", full, seen=4)
    add("access has ended", "ended", note)
    add(
        "access has ended, in the larger bucket that the keyring had",
        "ended",
        body(chain.seal_ended(ended, GUARDIAN_KEY, keyring_length=16384)).hex(),
    )
    add("an older note than the keyring seen", "generation", note, seen=5)
    add(
        "another publisher than before",
        "signature",
        full,
        known=known | {"publisher": SigningKey(b"\2" * 32).public.hex()},
    )
    add("another site than before", "signature", full, known=known | {"site": "52" * 16})
    add("another site than in the invitation", "binding", full, invitedSite="52" * 16)
    add("another guardian's key", "object", full, key=b"\x78" * 32)
    add("flipped", "object", flipped("keyring", whole, 2000))
    add("one byte missing", "object", piece("keyring", 0, len(whole) - 1))
    add("an invitation in its place", "object", body(chain.seal_invitation(INVITATION, GUARDIAN_KEY)).hex())
    add("newer format", "version", seal("keyring", secret, changed(KEYRING.to_bytes(), {"v": 2})).hex())
    add("not canonical", "encoding", seal("keyring", secret, b" " + KEYRING.to_bytes()).hex())
    about = (
        'Sealed keyrings (docs/format.md §9) at "keyringName", opened with "guardianKey". "seen" is the highest generation accepted '
        'before; "known" what is remembered with the guardian key, and "invitedSite" the site of the invitation, or null.'
    )
    return vector_file(about, vectors, {"keyring": whole.hex()})


def invitation_file() -> str:
    whole = body(chain.seal_invitation(INVITATION, INVITATION_SECRET))
    secret = kdf(INVITATION_SECRET, "invitation")
    vectors: list[Value] = []

    def add(title: str, expect: str, sealed: Any, now: int = NOW, key: bytes = INVITATION_SECRET) -> None:
        vector: Value = {"name": title, "expect": expect, "link": link("https://forskolan.example", key)}
        vector |= {"secret": key.hex(), "invitationName": chain.invitation_name(key), "now": now, "sealed": sealed}
        vectors.append(vector | ({"content": text(INVITATION.to_bytes().decode())} if expect == "ok" else {}))

    full = piece("invitation", 0, len(whole))
    add("an invitation", "ok", full)
    add("a second before its end", "ok", full, now=INVITATION.ends - 1)
    add("at its end", "ends", full, now=INVITATION.ends)
    add("long after its end", "ends", full, now=INVITATION.ends + 10**8)
    add("another link's secret", "object", full, key=b"\x89" * 32)
    add("flipped", "object", flipped("invitation", whole, 60))
    add("commitment flipped", "object", flipped("invitation", whole, 33))
    add("a keyring in its place", "object", body(chain.seal_keyring(KEYRING, INVITATION_SECRET)).hex())
    add("newer format", "version", seal("invitation", secret, changed(INVITATION.to_bytes(), {"v": 2})).hex())
    add(
        "newer format, long after its end",
        "version",
        seal("invitation", secret, changed(INVITATION.to_bytes(), {"v": 2})).hex(),
        now=INVITATION.ends,
    )
    add("no key", "encoding", seal("invitation", secret, changed(INVITATION.to_bytes(), without="key")).hex())
    about = 'Sealed invitations (docs/format.md §10) at "invitationName", opened with the link\'s "secret" at the time "now".'
    return vector_file(about, vectors, {"invitation": whole.hex()})


def root_file() -> str:
    _, slot, _ = catalogue()
    made = chain.seal_root(
        replace(ROOT, slots=(slot,)), site_key=SITE_KEY, signing_key=SIGNING_KEY, decoy_secret=DECOY_SECRET
    )
    whole = body(made)
    public = SIGNING_KEY.public
    root = chain.open_root(whole, site_key=SITE_KEY, publisher=public, site=SITE)
    content = root.to_bytes()
    vectors: list[Value] = []

    def add(title: str, expect: str, sealed: Any, **more: Any) -> None:
        vector: Value = {
            "name": title,
            "expect": expect,
            "siteKey": SITE_KEY.hex(),
            "publisher": public.hex(),
            "site": SITE,
        }
        vector |= {"seen": None, "keyringGeneration": 3, "sealed": sealed}
        vectors.append(
            vector | ({"content": text(content.decode())} if expect == "ok" and not more.get("content") else {}) | more
        )

    def signed(content: bytes, key: SigningKey = SIGNING_KEY, site: str = SITE) -> str:
        return seal("root", SITE_KEY, content + key.sign(signed_bytes(site, content))).hex()

    full = piece("root", 0, len(whole))
    digest = root.digest.hex()
    add("a root", "ok", full, digest=digest)
    more = changed(content, {"ny": True})
    add(
        "an unknown member counts in the digest",
        "ok",
        signed(more),
        content=text(more.decode()),
        seen={"sequence": NOW, "digest": hashlib.sha256(more).hexdigest()},
    )
    many = replace(ROOT, slots=tuple(Slot(f"{i:02x}" * 16, b"\xdd" * 48) for i in range(33)))
    made_many = chain.seal_root(many, site_key=SITE_KEY, signing_key=SIGNING_KEY, decoy_secret=DECOY_SECRET)
    opened = chain.open_root(body(made_many), site_key=SITE_KEY, publisher=public, site=SITE)
    add("a root of 33 catalogues, so 64 slots", "ok", body(made_many).hex(), content=text(opened.to_bytes().decode()))
    add("higher than seen", "ok", full, seen={"sequence": NOW - 1, "digest": "00" * 32})
    add("the same as seen", "ok", full, seen={"sequence": NOW, "digest": digest})
    add("a keyring newer than asked for", "ok", full, keyringGeneration=4)
    add("lower than seen", "sequence", full, seen={"sequence": NOW + 1, "digest": digest})
    add("equal, with other bytes", "sequence", full, seen={"sequence": NOW, "digest": "00" * 32})
    add("a keyring older than asked for", "generation", full, keyringGeneration=2)
    add("flipped", "object", flipped("root", whole, 70))
    add("another site key", "object", full, siteKey="67" * 32)
    add("signed by another", "signature", signed(content, SigningKey(b"\2" * 32)))
    add("signed over another site", "signature", signed(content, site="52" * 16))
    add("of another site, and signed so", "signature", signed(changed(content, {"site": "52" * 16}), site="52" * 16))
    add("of another site, signed over this one", "signature", signed(changed(content, {"site": "52" * 16})))
    add("another publisher's key in the keyring", "signature", full, publisher=SigningKey(b"\2" * 32).public.hex())
    signature = SIGNING_KEY.sign(signed_bytes(SITE, content))
    wrong = bytes([signature[0] ^ 1]) + signature[1:]
    add("signature flipped", "signature", seal("root", SITE_KEY, content + wrong).hex())
    add("signature of zeros", "signature", seal("root", SITE_KEY, content + bytes(64)).hex())
    add(
        "body changed after signing",
        "signature",
        seal("root", SITE_KEY, changed(content, {"keyrings": 0}) + signature).hex(),
    )
    padded = bytearray(frame_and_pad("root", content + signature))
    padded[3] ^= 1
    add("length prefix one off", "signature", _forged_root(bytes(padded)))
    padded = bytearray(frame_and_pad("root", content + signature))
    padded[-1] = 1
    add("padding not zero", "padding", _forged_root(bytes(padded)))
    add("newer format", "version", signed(changed(content, {"v": 2})))
    add("slots unsorted", "encoding", signed(changed(content, {"slots": json.loads(content)["slots"][::-1]})))
    add("no sequence", "encoding", signed(changed(content, without="sequence")))
    about = (
        'Sealed roots (docs/format.md §11). "siteKey", "publisher" (public point), "site" (hex) and "keyringGeneration" are the keyring\'s; '
        '"seen" is the root accepted before (sequence, and SHA-256 of its body), or null. "content" is the body, "digest" its SHA-256.'
    )
    return vector_file(about, vectors, {"root": whole.hex()})


def _forged_root(padded: bytes) -> str:
    return forge("root", padded, secret=SITE_KEY).hex()
