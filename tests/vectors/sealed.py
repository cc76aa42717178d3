"""Vectors of sealed files, references and ranges, each with one fault. Deterministic."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path
from typing import Any

from pluttra_publish.format import layout, padding
from pluttra_publish.format.canonical import b64
from pluttra_publish.format.digests import digest_of, digest_of_segments
from pluttra_publish.format.padding import Role
from pluttra_publish.format.posts import Reference
from pluttra_publish.sealing.cobblestone import seal_padded
from pluttra_publish.sealing.kdf import kdf
from pluttra_publish.sealing.objects import sealable

from . import notation
from .notation import flipped, join, piece, read_bytes, repeat, text, vector_file

SECRET = b"\x11" * 32
SEAL_SECRET = b"\x22" * 32
NAMING_SECRET = b"\x33" * 32
NAME = "00" * 16
CHUNK = layout.CHUNK_SEALED
UNIT = bytes(range(251))


def seal(role: Role, content: bytes) -> bytes:
    """Return what the publisher would make of content."""
    return notation.seal(role, SECRET, content)


def forge(role: Role, padded: bytes, true_length: int = 0, secret: bytes = SECRET) -> bytes:
    """Return sealed bytes of whatever padded bytes somebody with the file secret might make."""
    salt = kdf(secret, "salt", role, true_length, hashlib.sha256(padded).digest())
    return seal_padded(kdf(secret, "seal", role), salt, padded)


def sealed_file() -> str:  # noqa: PLR0915 - a list of vectors
    two = UNIT * 139 + UNIT[:111]  # 35 000 bytes: two whole chunks and a short one
    shared_bytes = {
        "page": seal("page", b"<article>hej</article>"),
        "one chunk": seal("media", (UNIT * 66)[:16384]),
        "three chunks": seal("media", two),
    }
    shared = {name: whole.hex() for name, whole in shared_bytes.items()}
    vectors: list[dict[str, Any]] = []

    def add(name: str, expect: str, role: Role, sealed: Any, **more: Any) -> None:
        whole = read_bytes(sealed, shared)
        vector = {"name": name, "expect": expect, "role": role, "secret": SECRET.hex()}
        vector |= {"digest": hashlib.sha256(whole).hexdigest(), "length": None, "sealed": sealed}
        vectors.append(vector | more)

    page, film = shared_bytes["page"], shared_bytes["three chunks"]
    whole = piece("page", 0, len(page))
    add("page", "ok", "page", whole, length=22, content=text("<article>hej</article>"))
    for length in (0, 1, 16383, 16384, 16385):
        content = (UNIT * 70)[:length]
        short = join(repeat(UNIT, length // 251), UNIT[: length % 251].hex())
        made = seal("media", content)
        written = piece("one chunk", 0, len(made)) if length == 16384 else made.hex()
        add(f"medium of {length} bytes", "ok", "media", written, length=length, content=short)
    long = join(repeat(UNIT, 139), UNIT[:111].hex())
    add("medium of three chunks", "ok", "media", piece("three chunks", 0, len(film)), length=35000, content=long)
    add("empty page", "ok", "page", seal("page", b"").hex(), length=0, content="")
    for role in ("catalogue", "keyring", "invitation"):
        made = seal(role, b"hej")
        add(f"{role}, with its length prefix", "ok", role, made.hex(), content=text("hej"))
    add("no digest is given", "ok", "page", whole, digest=None, length=22, content=text("<article>hej</article>"))

    add("another digest", "digest", "page", whole, digest="00" * 32, length=22)
    forged = forge("page", b"<article>nej</article>".ljust(4096, b"\0"), 22)
    add(
        "forged by a holder of the key",
        "digest",
        "page",
        forged.hex(),
        digest=hashlib.sha256(page).hexdigest(),
        length=22,
    )
    add("salt flipped", "object", "page", flipped("page", page, 0), length=22)
    add("commitment flipped", "object", "page", flipped("page", page, 24), length=22)
    add("last bit of the commitment flipped", "object", "page", flipped("page", page, 55), length=22)
    add("chunk flipped", "object", "page", flipped("page", page, 56), length=22)
    add("tag flipped", "object", "page", flipped("page", page, len(page) - 1), length=22)
    add("one byte missing", "object", "page", piece("page", 0, len(page) - 1), length=22)
    add("one byte too much", "object", "page", join(whole, "00"), length=22)
    add("no chunk", "object", "page", piece("page", 0, 56), length=22)
    add("half a header", "object", "page", piece("page", 0, 40), length=22)
    add("nothing", "object", "page", "", length=22)
    add("another secret", "object", "page", whole, secret="12" * 32, length=22)
    add("another role", "object", "index", whole, length=22)

    def film_of(*parts: Any) -> Any:
        return join(piece("three chunks", 0, 56), *parts)

    chunks = [piece("three chunks", 56 + CHUNK * i, min(56 + CHUNK * (i + 1), len(film))) for i in range(3)]
    add("second chunk flipped", "object", "media", flipped("three chunks", film, 56 + CHUNK), length=35000)
    add("chunks swapped", "object", "media", film_of(chunks[1], chunks[0], chunks[2]), length=35000)
    add("first chunk twice", "object", "media", film_of(chunks[0], chunks[0], chunks[2]), length=35000)
    add("first chunk missing", "object", "media", film_of(chunks[1], chunks[2]), length=35000)
    add("last chunk missing", "object", "media", film_of(chunks[0], chunks[1]), length=35000)
    add("ends in a short chunk too early", "object", "media", film_of(chunks[0], chunks[2]), length=35000)
    add("the last chunk twice", "object", "media", film_of(*chunks, chunks[2]), length=35000)
    add("the empty last chunk missing", "object", "media", piece("one chunk", 0, 56 + CHUNK), length=16384)

    def wrong(name: str, role: Role, padded: bytes, length: int | None) -> None:
        add(name, "padding", role, forge(role, padded).hex(), length=length)

    wrong("padding not zero", "page", b"hej" + bytes(4092) + b"\1", 3)
    wrong("padded too little", "page", b"hej" + bytes(1000), 3)
    wrong("padded too much", "page", b"hej" + bytes(5117), 3)
    wrong("medium that needed padding", "media", UNIT[:17], 17)
    wrong("length prefix too large", "catalogue", (4093).to_bytes(4, "big") + bytes(4092), None)
    wrong("length prefix too small", "keyring", (2).to_bytes(4, "big") + b"hej" + bytes(4089), None)
    wrong("invitation of 8192", "invitation", (3).to_bytes(4, "big") + b"hej" + bytes(8185), None)
    wrong("no length prefix", "catalogue", b"hej", None)
    big, wide = UNIT * 9000, seal("media", UNIT * 9000)
    shared["film"] = {"seal": {"role": "media", "secret": SECRET.hex(), "content": repeat(UNIT, 9000)}}
    told = digest_of(wide, segmented=True).hex()
    cuts = [0, *(layout.HEADER + layout.SEGMENT_SEALED * i for i in (1, 2)), len(wide)]
    segments = [piece("film", begin, end) for begin, end in itertools.pairwise(cuts)]

    def long_film(name: str, expect: str, sealed: Any, digest: str = told, **more: Any) -> None:
        vectors.append(
            {"name": name, "expect": expect, "role": "media", "secret": SECRET.hex(), "digest": digest}
            | {"length": len(big), "sealed": sealed}
            | more
        )

    wide_whole = piece("film", 0, len(wide))
    long_film("film of three segments, by the digest of their digests", "ok", wide_whole, content=repeat(UNIT, 9000))
    long_film("the SHA-256 of a film as one", "digest", wide_whole, hashlib.sha256(wide).hexdigest())
    long_film("flipped in the second segment", "digest", flipped("film", wide, cuts[1]))
    long_film("flipped in the last segment", "digest", flipped("film", wide, len(wide) - 1))
    long_film("segments swapped", "digest", join(segments[1], segments[0], segments[2]))
    long_film("the last segment missing", "digest", join(*segments[:2]))
    long_film("the last segment twice", "digest", join(*segments, segments[2]))
    long_film("a byte after the last segment", "digest", join(*segments, "00"))
    vouched = flipped("film", wide, cuts[2])
    long_film(
        "flipped in the last segment, and vouched for",
        "object",
        vouched,
        digest_of(read_bytes(vouched, shared), segmented=True).hex(),
    )
    about = (
        "Sealed files to content (docs/format.md §5). secret is the file secret; digest and length (the true length) "
        "are null where nothing above gives them. In the valid ones, sealing content again gives the same sealed bytes."
    )
    return vector_file(about, vectors, shared)


def objects_file() -> str:
    made: list[tuple[str, Role, str, bytes, int]] = [
        ("page", "page", "text/html", b"<article>hej</article>", 0),
        (
            "the same page in another turn, with another secret and name",
            "page",
            "text/html",
            b"<article>hej</article>",
            1,
        ),
        ("photo", "media", "image/webp", UNIT, 0),
        ("the same bytes of another type", "media", "image/jpeg", UNIT, 0),
        ("index", "index", "application/json", b'{"v":1}', 0),
        ("film of more than a segment", "media", "video/mp4", UNIT * 4300, 0),
    ]
    vectors = []
    for name, role, media_type, content, turn in made:
        reference, sealed = sealable(
            content, role=role, media_type=media_type, seal_secret=SEAL_SECRET, naming_secret=NAMING_SECRET,
            turn=turn,
        ).seal(Path())  # fmt: skip
        vectors.append(
            {
                "name": name,
                "expect": "ok",
                "role": role,
                "mediaType": media_type,
                "sealSecret": SEAL_SECRET.hex(),
                "namingSecret": NAMING_SECRET.hex(),
                "turn": turn,
                "content": repeat(UNIT, len(content) // 251) if content.startswith(UNIT) else content.hex(),
                "secret": reference.secret.hex(),
                "objectName": reference.name,
                "sealedLength": sealed.sealed_length,
                "digest": reference.digest.hex(),
                "segments": b"".join(reference.segments).hex(),
            }
        )
    about = "What a publisher derives for an object (docs/format.md §4, §5): file secret, name, digests. Readers need none of it."
    return vector_file(about, vectors)


def references_file() -> str:
    name, secret, digest = "0a" * 16, b64(SECRET), b64(b"\x44" * 32)
    parts = bytes(range(96))
    three, of_three = b64(parts), b64(hashlib.sha256(parts).digest())
    big = 2_259_000

    def film(joined: bytes, length: int = big) -> list[Any]:
        return [name, secret, b64(hashlib.sha256(joined).digest()), length, "video/mp4", b64(joined)]

    made: list[tuple[str, str, Any]] = [
        ("page", "ok", [name, secret, digest, 22, "text/html"]),
        ("photo of a segment exactly", "ok", [name, secret, digest, 2**20, "image/webp"]),
        ("film of three segments", "ok", film(parts)),
        ("padded to two segments exactly, so with a third that holds no plaintext", "ok",
         film(parts, 2_097_100)),
        ("page longer than a segment has no segments", "ok", [name, secret, digest, big, "text/html"]),
        ("no list", "encoding", {"name": name}),
        ("too few parts", "encoding", [name, secret, digest, 22]),
        ("too many parts", "encoding", [*film(parts), three]),
        ("another digest than that of the segments", "encoding", [name, secret, digest, big, "video/mp4", three]),
        ("segments missing", "encoding", [name, secret, of_three, big, "video/mp4"]),
        ("segments where there are none", "encoding", [name, secret, digest, 22, "image/webp", three]),
        ("segments empty", "encoding", [name, secret, digest, 22, "image/webp", ""]),
        ("segments of a page", "encoding", [name, secret, digest, big, "text/html", three]),
        ("a segment too few", "encoding", film(bytes(64))),
        ("a segment too many", "encoding", film(bytes(128))),
        ("name too short", "encoding", [name[:-2], secret, digest, 22, "text/html"]),
        ("name in capitals", "encoding", [name.upper(), secret, digest, 22, "text/html"]),
        ("name that climbs", "encoding", ["../" + name[3:], secret, digest, 22, "text/html"]),
        ("secret of 31 bytes", "encoding", [name, b64(SECRET[:31]), digest, 22, "text/html"]),
        ("secret padded", "encoding", [name, secret + "=", digest, 22, "text/html"]),
        ("digest with spare bits", "encoding", [name, secret, digest[:-1] + "F", 22, "text/html"]),
        ("length negative", "encoding", [name, secret, digest, -1, "text/html"]),
        ("length as text", "encoding", [name, secret, digest, "22", "text/html"]),
        ("a type that is not served", "encoding", [name, secret, digest, 22, "image/svg+xml"]),
        ("a type with a parameter", "encoding", [name, secret, digest, 22, "text/html; charset=utf-8"]),
        ("the type of an index", "encoding", [name, secret, digest, 22, "application/json"]),
    ]  # fmt: skip
    vectors = [{"name": name, "expect": expect, "reference": reference} for name, expect, reference in made]
    return vector_file("References to pages and media, as they stand in an index (docs/format.md §6).", vectors)


def ranges_file() -> str:
    times = 9000
    content = UNIT * times
    film = seal("media", content)
    exact = (UNIT * 8356)[:2_097_100]
    film_exact = seal("media", exact)
    shared: dict[str, Any] = {
        "film content": repeat(UNIT, times),
        "exact content": join(repeat(UNIT, 8354), UNIT[:246].hex()),
        "film": {"seal": {"role": "media", "secret": SECRET.hex(), "content": repeat(UNIT, times)}},
        "exact": {"seal": {"role": "media", "secret": SECRET.hex(),
                           "content": join(repeat(UNIT, 8354), UNIT[:246].hex())}},
    }  # fmt: skip
    vectors: list[dict[str, Any]] = []

    def reference(whole: bytes, length: int) -> list[object]:
        padded = padding.padme(length)
        digests = tuple(hashlib.sha256(whole[a:b]).digest() for a, b in layout.segment_spans(padded))
        made = Reference(NAME, SECRET, digest_of_segments(digests), length, "video/mp4", digests)
        return made.to_value()

    true, true_exact = reference(film, len(content)), reference(film_exact, len(exact))

    def good(name: str, start: int, stop: int, of: str = "film", ref: Any = None, sealed: Any = None) -> None:
        whole, length = (film, len(content)) if of == "film" else (film_exact, len(exact))
        vectors.append(
            {
                "name": name,
                "expect": "ok",
                "reference": ref or (true if of == "film" else true_exact),
                "sealed": sealed or piece(of, 0, len(whole)),
                "start": start,
                "stop": stop,
                "content": piece(f"{of} content", start, min(stop, length)),
            }
        )

    def bad(name: str, expect: str, start: int, stop: int, sealed: Any, ref: Any = None) -> None:
        vector = {"name": name, "expect": expect, "reference": ref or true, "sealed": sealed}
        vectors.append(vector | {"start": start, "stop": stop})

    end = len(content)
    good("all", 0, end)
    good("the first two bytes", 0, 2)
    good("the last byte", end - 1, end)
    good("beyond the end is clamped", end - 10, end + 10)
    good("within a chunk in the second segment", 2**20 + 17000, 2**20 + 17010)
    good("across chunks", 16380, 16390)
    good("across segments", 2**20 - 1, 2**20 + 1)
    good("a whole segment", 2**20, 2**21)
    good("padded to whole segments: the end", len(exact) - 5, len(exact), "exact")
    good("padded to whole segments: all", 0, len(exact), "exact")
    first, second = layout.segment_span(0, padding.padme(end)), layout.segment_span(1, padding.padme(end))
    third = layout.segment_span(2, padding.padme(end))
    in_second = flipped("film", film, second[0] + 5)
    good("a fault in another segment is not seen", 0, 10, sealed=in_second)
    bad("a byte flipped in the segment", "digest", 2**20, 2**20 + 1, in_second)
    bad("a byte flipped elsewhere in the segment", "digest", 2**20 + 500_000, 2**20 + 500_001, in_second)
    swapped = join(piece("film", 0, first[1]), piece("film", second[0] + 32800, second[1]),
                   piece("film", second[0], second[0] + 32800), piece("film", *third))  # fmt: skip
    bad("chunks swapped within the segment", "digest", 2**20, 2**20 + 1, swapped)

    def told(sealed: Any) -> list[object]:
        """The reference of an index that itself vouches for the wrong bytes, so that a later check must refuse."""
        return reference(read_bytes_of_film(sealed), end)

    def read_bytes_of_film(sealed: Any) -> bytes:
        return read_bytes(sealed, {"film": film.hex()})

    bad("a chunk that does not open", "object", 2**20, 2**20 + 1, in_second, told(in_second))
    bad("chunks swapped, and vouched for", "object", 2**20, 2**20 + 1, swapped, told(swapped))
    commitment = flipped("film", film, 30)
    bad("commitment wrong, and vouched for", "object", 2**20, 2**20 + 1, commitment, told(commitment))
    about = (
        'Ranges of media that have segments (docs/format.md §5, §6): bytes "start" to "stop" of the content, of which only '
        'the segments that hold them may be needed. {"seal": {role, secret, content}} is content sealed with that file secret, '
        "as a publisher would; the first vector that uses it has its digest, so a sealer in a test proves itself."
    )
    return vector_file(about, vectors, shared)
