"""Signatures with ECDSA P-256, deterministic, r ‖ s: the root's (docs/format.md §11), and tokens for push services. Does not know what is signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pluttra_publish.format.canonical import b64

_HALF = 32


@dataclass(frozen=True)
class SigningKey:
    """The publisher's private key, as its 32-byte scalar."""

    scalar: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> SigningKey:
        """Return a new key from the operating system's randomness."""
        return cls(ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(_HALF, "big"))

    @property
    def public(self) -> bytes:
        """The public point, uncompressed: 65 bytes, SEC 1."""
        return self._key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature; the same each time (RFC 6979)."""
        r, s = decode_dss_signature(self._key().sign(message, ec.ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")

    def token(self, claims: Mapping[str, str | int]) -> str:
        """Return a JSON Web Token of these claims (RFC 7519), signed with ES256 (RFC 7518 §3.4)."""
        parts = ({"typ": "JWT", "alg": "ES256"}, dict(claims))
        signed = ".".join(b64(json.dumps(part, separators=(",", ":")).encode("utf-8")) for part in parts)
        return f"{signed}.{b64(self.sign(signed.encode('ascii')))}"

    def _key(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(self.scalar, "big"), ec.SECP256R1())


def is_point(public: bytes) -> bool:
    """Tell whether 65 bytes are a point of P-256, uncompressed, that somebody may have the scalar of."""
    if len(public) != 1 + 2 * _HALF:
        return False
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    except ValueError:
        return False
    return True


def verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a signature of 64 bytes over the message is by the holder of this public point."""
    if len(signature) != 2 * _HALF:
        return False
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
        r, s = int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big")
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True
