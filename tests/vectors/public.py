"""The public vectors of the package cryptography_vectors that concern us, in the shape of JSON: chunked encryption, HKDF, ECDSA P-256.

Knows that package's files. Does not know who runs them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import resources
from typing import Any

Vector = dict[str, Any]
_LINE = re.compile(r"(\w+)\s*=[ \t]*(.*)")


def every_vector() -> dict[str, list[Vector]]:
    """Return all of them by what they are of, as JavaScript reads them too."""
    return {"chunks": list(chunks()), "derivations": list(derivations()), "signatures": list(signatures())}


def chunks() -> Iterator[Vector]:
    """Yield the AES-256 vectors of C2SP chunked encryption. Their hash is SHA-256: Cobblestone's but for that."""
    for vector in json.loads(_text("chunked-encryption/vectors.json"))["vectors"]:
        if vector["aead"] == "AEAD_AES_256_GCM":
            yield vector


def derivations() -> Iterator[Vector]:
    """Yield those of HKDF-SHA-256, of RFC 5869 and one longer: `ikm`, `salt`, `info`, `okm` in hex, `length` in bytes, and `prk` where it is known."""
    for file in ("KDF/rfc-5869-HKDF-SHA256.txt", "KDF/hkdf-generated.txt"):
        for of in _text(file).split("COUNT")[1:]:
            values = {name.lower(): value for name, value in _LINE.findall(of)}
            length = int(values["l"])
            yield {name: values.get(name, "") for name in ("ikm", "salt", "info", "okm", "prk")} | {"length": length}


def signatures() -> Iterator[Vector]:
    """Yield those of ECDSA P-256 with SHA-256, of FIPS 186-3: `public` (uncompressed), `message` and `signature` (r‖s) in hex, and `valid`."""
    text = _text("asymmetric/ECDSA/FIPS_186-3/SigVer.rsp")
    section = text.split("[P-256,SHA-256]")[1].split("[P-256,SHA-384]")[0]
    for of in re.split(r"(?m)^(?=Msg)", section)[1:]:
        values = dict(_LINE.findall(of))
        qx, qy, r, s = (values[name].strip().rjust(64, "0") for name in ("Qx", "Qy", "R", "S"))
        valid = values["Result"].startswith("P")
        yield {"public": "04" + qx + qy, "message": values["Msg"].strip(), "signature": r + s, "valid": valid}


def _text(path: str) -> str:
    return resources.files("cryptography_vectors").joinpath(*path.split("/")).read_text(encoding="utf-8")
