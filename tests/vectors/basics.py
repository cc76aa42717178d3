"""Vectors of what everything stands on: derivation, padding, canonical values, base64url, links. Deterministic."""

from __future__ import annotations

from typing import Any

from pluttra_publish.format import canonical, layout, padding
from pluttra_publish.format.access import link
from pluttra_publish.format.layout import LENGTHS, Label
from pluttra_publish.sealing.kdf import kdf

from .notation import join, repeat, text, vector_file

SECRET = bytes(range(32))
HASH = bytes(range(64, 96))


def _part(part: bytes | str | int) -> Any:
    if isinstance(part, bytes):
        return part.hex()
    return text(part) if isinstance(part, str) else {"u64": part}


def kdf_file() -> str:
    made: list[tuple[Label, list[Any]]] = [
        ("seal", ["page"]),
        ("seal", ["root"]),
        ("salt", ["media", 123456, HASH]),
        ("object", ["page", "text/html", 5, HASH, 0]),
        ("object", ["media", "video/mp4", 2**53, HASH, 1]),
        ("name", [SECRET, HASH]),
        ("catalogue", []),
        ("months", []),
        ("half", [0]),
        ("half", [1]),
        ("slot", [1_774_000_000]),
        ("keyring", []),
        ("keyring-name", []),
        ("invitation", []),
        ("invitation-name", []),
        ("decoy", [1_774_000_000, 31]),
        ("id", ["post", "Solrosen", "vi-byggde-en-koja-på-gården"]),
        ("id", ["child", ""]),
        ("drop", []),
        ("sender", [HASH[:16]]),
        ("message", [HASH[16:], HASH[:16]]),
        ("draft", ["nytt inlägg"]),
        ("drop-box", [3]),
        ("letterbox", []),
        ("letterbox-name", []),
    ]
    vectors = [
        {
            "name": f"{number}: {label}",
            "expect": "ok",
            "secret": SECRET.hex(),
            "label": label,
            "parts": [_part(part) for part in parts],
            "length": LENGTHS[label],
            "info": layout.kdf_info(label, *parts).hex(),
            "result": kdf(SECRET, label, *parts).hex(),
        }
        for number, (label, parts) in enumerate(made, 1)
    ]
    about = (
        'KDF(secret, label, parts; length) of docs/format.md §4. A part is {"text"}, {"u64"} or bytes; "info" is the '
        'HKDF\'s info and "result" the derived bytes.'
    )
    return vector_file(about, vectors)


def padded_lengths_file() -> str:
    edges = [0, 1, 2, 3, 9, 4095, 4096, 4097, 5000, 16383, 16384, 16385, 65537, 2**20, 2**20 + 1, 10**9]
    vectors = [
        {
            "name": f"{role} of {length}",
            "expect": "ok",
            "role": role,
            "length": length,
            "padded": padding.padded_length(role, length),
        }
        for role in padding.ROLES
        for length in edges
        if not (role == "invitation" and length > 4096) and role not in {"row", "message"}  # messages.json has its own
    ]
    vectors.append({"name": "row", "expect": "ok", "role": "row", "length": 88, "padded": 88})
    vectors.append({"name": "invitation of 4097", "expect": "padding", "role": "invitation", "length": 4097})
    vectors.append({"name": "row of 87", "expect": "padding", "role": "row", "length": 87})
    about = 'The padded length of "length" framed bytes of a role (docs/format.md §5).'
    return vector_file(about, vectors)


def padding_file() -> str:
    def zeros(count: int) -> dict[str, Any]:
        return repeat(b"\0", count)

    hej = b"hej".hex()
    made: list[tuple[str, str, str, Any, int | None, str | None]] = [
        ("page", "ok", "page", join(hej, zeros(4093)), 3, hej),
        ("empty page", "ok", "page", zeros(4096), 0, ""),
        ("empty medium", "ok", "media", "", 0, ""),
        ("medium of one byte", "ok", "media", "7a", 1, "7a"),
        ("medium with padding", "ok", "media", join(repeat(b"z", 17), zeros(1)), 17, b"z".hex() * 17),
        ("catalogue", "ok", "catalogue", join("00000003", hej, zeros(4089)), None, hej),
        ("invitation", "ok", "invitation", join("00000003", hej, zeros(4089)), None, hej),
        ("keyring", "ok", "keyring", join("00000003", hej, zeros(4089)), None, hej),
        ("keyring in a larger bucket, as the note that access ended", "ok", "keyring",
         join("00000003", hej, zeros(16377)), None, hej),
        ("root: the prefix counts the body, not the signature", "ok", "root",
         join("00000003", hej, repeat(b"s", 64), zeros(4025)), None, hej + b"s".hex() * 64),
        ("row", "ok", "row", repeat(b"r", 88), 88, b"r".hex() * 88),
        ("padding is not zero at its first byte", "padding", "page", join(hej, "01", zeros(4092)), 3, None),
        ("padding is not zero at its last byte", "padding", "page", join(hej, zeros(4092), "80"), 3, None),
        ("page padded to less than 4096", "padding", "page", join(hej, zeros(5)), 3, None),
        ("page padded to more than its length gives", "padding", "page", join(hej, zeros(8189)), 3, None),
        ("medium without its padding", "padding", "media", repeat(b"z", 17), 17, None),
        ("medium with one byte too much", "padding", "media", join("7a", "00"), 1, None),
        ("true length longer than the padded bytes", "padding", "page", zeros(4096), 4097, None),
        ("length prefix one too small", "padding", "catalogue", join("00000002", hej, zeros(4089)), None, None),
        ("length prefix beyond the end", "padding", "catalogue", join("00001000", zeros(4092)), None, None),
        ("length prefix enormous", "padding", "keyring", join("ffffffff", zeros(4092)), None, None),
        ("no room for the length prefix", "padding", "invitation", "000000", None, None),
        ("keyring in no bucket", "padding", "keyring", join("00000003", hej, zeros(8185)), None, None),
        ("invitation of 8192", "padding", "invitation", join("00000003", hej, zeros(8185)), None, None),
        ("root whose signature does not fit", "padding", "root", join("00000fbd", zeros(4092)), None, None),
        ("row of 87", "padding", "row", repeat(b"r", 87), 88, None),
    ]  # fmt: skip
    vectors = []
    for name, expect, role, padded, length, content in made:
        vector = {"name": name, "expect": expect, "role": role, "padded": padded, "length": length, "content": content}
        vectors.append({key: value for key, value in vector.items() if key != "content" or value is not None})
    about = (
        'Padded bytes of a role to content (docs/format.md §5). "length" is the true length where something above gives it,'
        " else null and a length prefix gives it. A root's content is body and signature."
    )
    return vector_file(about, vectors)


def canonical_file() -> str:
    good = [
        ('{"v":1}', "the least"),
        ('{"a":[],"b":{},"c":null,"d":true,"e":false,"v":1}', "every type"),
        ('{"n":[0,1,9007199254740991],"v":1}', "the largest integers"),
        ('{"s":"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f/\x7f\u2028å😀","v":1}', "escapes: the short ones, \\u00xx below, nothing else"),
        ('{"":1,"A":2,"a":3,"v":1,"å":4,"\U0001f600":5,"\ufb33":6}', "members by UTF-16 code units, not code points"),
        ('{"e\u0301":1,"v":1,"\u00e9":2}', "two forms of one letter"),
    ]  # fmt: skip
    bad = [
        ("", "nothing"),
        ("null", "no object"),
        ('[{"v":1}]', "a list"),
        ("{}", "no v"),
        ('{"v":"1"}', "v is text"),
        ('{"v":true}', "v is true"),
        ('{"v":0}', "v is 0"),
        ('{"v": 1}', "a space"),
        ('{"v":1}\n', "a line end"),
        ('{"v":1,"a":2}', "members not sorted"),
        ('{"\ufb33":6,"\U0001f600":5,"v":1}', "members by code points"),
        ('{"a":1,"a":1,"v":1}', "a member twice"),
        ('{"a":1,"a":2,"v":1}', "a member twice, with different values"),
        ('{"a":1.0,"v":1}', "a fraction"),
        ('{"a":1e2,"v":1}', "an exponent"),
        ('{"a":-0,"v":1}', "minus zero"),
        ('{"a":01,"v":1}', "a leading zero"),
        ('{"a":9007199254740992,"v":1}', "an integer too large"),
        ('{"a":-1,"v":1}', "an integer below zero"),
        ('{"a":NaN,"v":1}', "not a number"),
        ('{"a":"\\u0061","v":1}', "an escape that is not needed"),
        ('{"a":"\\/","v":1}', "an escaped slash"),
        ('{"a":"\\u000A","v":1}', "a long escape where there is a short one"),
        ('{"a":"\\u001F","v":1}', "an escape in capitals"),
        ('{"a":"\\ud800","v":1}', "a lone surrogate"),
        ('{"a":"\n","v":1}', "a control character"),
        ('\ufeff{"v":1}', "a byte order mark"),
        ('{"v":1}}', "something after the end"),
        ('{"v":1,}', "a comma too much"),
        ('{"v":1', "no end"),
    ]
    newer = [('{"v":2}', "version 2"), ('{"new":{"shape":[]},"v":9007199254740991}', "a much newer version")]
    vectors: list[dict[str, Any]] = []
    for expect, made in (("ok", good), ("encoding", bad), ("version", newer)):
        vectors += [{"name": name, "expect": expect, "encoded": text(written)} for written, name in made]
    raw = [("7b2276223a312c2261223a22ff227d", "bytes that are not UTF-8"), ("7b2261223a22eda080222c2276223a317d", "a surrogate in UTF-8"),
           ("7b2261223a22c080222c2276223a317d", "an overlong NUL")]  # fmt: skip
    vectors += [{"name": name, "expect": "encoding", "encoded": encoded} for encoded, name in raw]
    about = "Bytes that are, or are not, the canonical form of a value of version 1 (docs/format.md §3)."
    return vector_file(about, vectors)


def b64_file() -> str:
    good = ["", "AA", "AAA", "AAAA", "-_-_", "_w", "AQIDBA"]
    bad = [("A", "one character"), ("AA==", "padded"), ("AB", "spare bits after one byte"), ("AAB", "spare bits after two"),
           ("+/+/", "the other alphabet"), ("AA\n", "a line end"), ("AA AA", "a space"), ("AÅAA", "beyond ASCII")]  # fmt: skip
    vectors: list[dict[str, Any]] = [
        {"name": f"good: {written}", "expect": "ok", "text": written, "raw": canonical.unb64(written).hex()}
        for written in good
    ]
    vectors += [{"name": name, "expect": "encoding", "text": written} for written, name in bad]
    return vector_file('base64url without padding (docs/format.md §3): "text" to "raw".', vectors)


def link_file() -> str:
    secret = canonical.b64(SECRET)
    good = link("https://forskolan.example", SECRET)
    made: list[tuple[str, str, str]] = [
        ("a link", "ok", good),
        ("a link with a slash before the fragment left out", "ok", good.replace("/#", "#")),
        ("a link whose # was written %23 on the way", "ok", good.replace("#", "%23")),
        ("too short", "link", good[:-1]),
        ("31 bytes", "link", "https://forskolan.example/#i=" + canonical.b64(SECRET[:31])),
        ("33 bytes", "link", "https://forskolan.example/#i=" + canonical.b64(SECRET + b"\0")),
        ("padded", "link", good + "="),
        ("non-zero spare bits", "link", good[:-1] + "9"),
        ("the other alphabet", "link", good[:-2] + "+" + good[-1]),
        ("something after the secret", "link", good + "&x=1"),
        ("no secret", "link", "https://forskolan.example/#i="),
        ("no fragment", "link", "https://forskolan.example/"),
        ("another fragment", "link", "https://forskolan.example/#/om"),
        ("the secret is not in the fragment", "link", f"https://forskolan.example/?i={secret}"),
    ]
    vectors: list[dict[str, Any]] = []
    for name, expect, written in made:
        vector: dict[str, Any] = {"name": name, "expect": expect, "link": written}
        if expect == "ok":
            vector |= {"secret": SECRET.hex(), "mangled": "%23" in written}
        vectors.append(vector)
    about = 'Magic links (docs/format.md §10): "link" to "secret"; "mangled" tells that a program on the way has seen the key.'
    return vector_file(about, vectors)
