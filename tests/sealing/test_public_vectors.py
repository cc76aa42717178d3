"""Public vectors of C2SP chunked encryption, ECDSA P-256 and HKDF, against what ours is built of: those of cryptography_vectors, and more where they are."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pluttra_publish.errors import FormatError
from pluttra_publish.format.layout import HEADER, SALT, padded_length_of
from pluttra_publish.sealing.cobblestone import Chunks, open_header, open_sealed, seal_padded
from pluttra_publish.sealing.signing import verifies
from tests.vectors import public
from tests.vectors.public import Vector

SHARED = Path(__file__).parents[2].parent / "shared" / "vectors"
present = pytest.mark.skipif(not SHARED.is_dir(), reason="shared vectors are not present")


def shared(name: str) -> Iterator[Any]:
    """Yield every test of a shared file, its group's members among its own."""
    if not SHARED.is_dir():
        return
    for group in json.loads((SHARED / name).read_text(encoding="utf-8"))["testGroups"]:
        for vector in group["tests"]:
            yield pytest.param(group | vector, id=f"{vector['tcId']} {vector['comment']}")


def opens_and_seals_alike(key: bytes, context: bytes, sealed: bytes) -> bytes:
    """Return what the sealed bytes open to, in every way that ours has; sealing that gives them again."""
    padded = open_sealed(key, sealed, context)
    assert open_header(key, sealed[:HEADER], context).open(0, sealed[HEADER:]) == padded
    assert seal_padded(key, sealed[:SALT], padded, context) == sealed
    return padded


@pytest.mark.parametrize("vector", [pytest.param(vector, id=vector["name"]) for vector in public.chunks()])
def test_the_packaged_chunked_encryption_vectors(vector: Vector) -> None:
    key, context = bytes.fromhex(vector["key"]), vector["context"].encode("utf-8")
    sealed = base64.b64decode(vector["ciphertext"] or "")
    if vector.get("compressed"):
        sealed = zlib.decompress(sealed)

    def opened() -> bytes:
        padded_length_of(len(sealed))
        return open_header(key, sealed[:HEADER], context, SHA256()).open(0, sealed[HEADER:])

    if vector["expect"] == "success":
        padded = opened()
        assert len(padded) == vector["payload_length"]
        assert hashlib.sha256(padded).hexdigest() == vector["payload_sha256"]
        again = bytearray(len(sealed) - HEADER)
        chunks = Chunks(key, sealed[:SALT], context, SHA256())
        chunks.seal_into(0, memoryview(padded), memoryview(again), last=True)
        assert chunks.header + again == sealed
    else:
        with pytest.raises(FormatError) as refused:
            opened()
        assert refused.value.layer == "object"


@pytest.mark.parametrize("vector", list(public.signatures()))
def test_the_packaged_signature_vectors(vector: Vector) -> None:
    signed, signature = bytes.fromhex(vector["message"]), bytes.fromhex(vector["signature"])
    assert verifies(bytes.fromhex(vector["public"]), signed, signature) == vector["valid"]


@pytest.mark.parametrize("vector", list(public.derivations()))
def test_the_packaged_hkdf_vectors(vector: Vector) -> None:
    ikm, salt, info = (bytes.fromhex(vector[name]) for name in ("ikm", "salt", "info"))
    assert HKDF(SHA256(), vector["length"], salt, info).derive(ikm).hex() == vector["okm"]


def test_the_packaged_vectors_are_there() -> None:
    assert {name: len(found) > 3 for name, found in public.every_vector().items()} == dict.fromkeys(
        ("chunks", "derivations", "signatures"), True
    )
    assert {vector["valid"] for vector in public.signatures()} == {True, False}


@present
@pytest.mark.parametrize("vector", list(shared("c2sp_chunked_encryption_aes_256_gcm_test.json")))
def test_the_shared_chunked_encryption_vectors(vector: Vector) -> None:
    key, context = bytes.fromhex(vector["key"]), bytes.fromhex(vector["ctx"])
    sealed = zlib.decompress(bytes.fromhex(vector["ct"]))
    if vector["result"] == "valid":
        padded = opens_and_seals_alike(key, context, sealed)
        assert len(padded) == vector["msgLength"]
        assert hashlib.sha512(padded).hexdigest() == vector["msgSha512"]
    else:
        with pytest.raises(FormatError) as refused:
            open_sealed(key, sealed, context)
        assert refused.value.layer == "object"


@present
@pytest.mark.parametrize("vector", list(shared("ecdsa_secp256r1_sha256_p1363_test.json")))
def test_the_shared_signature_vectors(vector: Vector) -> None:
    public = bytes.fromhex(vector["publicKey"]["uncompressed"])
    valid = verifies(public, bytes.fromhex(vector["msg"]), bytes.fromhex(vector["sig"]))
    assert valid == (vector["result"] == "valid")


@present
@pytest.mark.parametrize("vector", list(shared("hkdf_sha256_test.json")))
def test_the_shared_hkdf_vectors(vector: Vector) -> None:
    def derive() -> bytes:
        made = HKDF(SHA256(), vector["size"], bytes.fromhex(vector["salt"]), bytes.fromhex(vector["info"]))
        return made.derive(bytes.fromhex(vector["ikm"]))

    if vector["result"] == "valid":
        assert derive().hex() == vector["okm"]
    else:
        with pytest.raises(ValueError, match="larger"):
            derive()
