"""Cobblestone-256 with a salt of ours, opened with pyca's. Knows docs/format.md §5, *Seal*. Does not know roles.

pyca's encryptor draws its salt at random; ours must be the same for the same content, so sealing stands here, over
AESGCM, and everything it makes is opened with pyca's decryptor before it counts.
"""

from __future__ import annotations

import hmac

from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512, HashAlgorithm
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from pluttra_publish.errors import FormatError
from pluttra_publish.format.layout import (
    CHUNK,
    CHUNK_SEALED,
    COMMITMENT,
    CONTEXT,
    HEADER,
    SALT,
    TAG,
    padded_length_of,
    sealed_length,
)

Buffer = bytes | bytearray | memoryview

_INFO = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"
_SHA_512 = SHA512()
_KEY = 32
_NONCE = 12


class Chunks:
    """The chunks of one sealed file: key, base nonce and commitment, derived from input key and salt.

    Never make two with one key and salt for different plaintext: the salt has to depend on it. Cobblestone-256 is the
    instance of C2SP chunked-encryption with SHA-512; another hash is there for its public vectors.

    Raises:
        FormatError: layer `object`, if the key has not 32 bytes.
    """

    def __init__(self, key: bytes, salt: bytes, context: bytes = CONTEXT, algorithm: HashAlgorithm = _SHA_512) -> None:
        if len(key) != _KEY:
            raise FormatError("object")
        derived = HKDFExpand(algorithm, _KEY + _NONCE + COMMITMENT, _INFO + salt + context).derive(key)
        self._aead = AESGCM(derived[:_KEY])
        self._base = int.from_bytes(derived[_KEY : _KEY + _NONCE], "big")
        self.header = salt + derived[_KEY + _NONCE :]

    def seal_into(self, first: int, plain: memoryview, sealed: memoryview, *, last: bool) -> int:
        """Seal consecutive chunks, of which `first` is the number of the first, and return the sealed length.

        `plain` holds whole chunks, and if `last` the short one too, which may be empty.
        """
        seal, base, written = self._aead.encrypt_into, self._base, 0
        for number, start in enumerate(range(0, len(plain) + last, CHUNK), first):
            piece = plain[start : start + CHUNK]
            end = written + len(piece) + TAG
            seal((base ^ number).to_bytes(_NONCE, "big"), piece, None, sealed[written:end])
            written = end
        return written

    def open(self, first: int, sealed: Buffer) -> bytes:
        """Return the plaintext of consecutive whole chunks.

        Raises:
            FormatError: layer `object`.
        """
        plain = []
        for number, start in enumerate(range(0, len(sealed), CHUNK_SEALED), first):
            nonce = (self._base ^ number).to_bytes(_NONCE, "big")
            try:
                plain.append(self._aead.decrypt(nonce, sealed[start : start + CHUNK_SEALED], None))
            except (InvalidTag, ValueError):
                raise FormatError("object") from None
        return b"".join(plain)


def seal_padded(key: bytes, salt: bytes, padded: bytes, context: bytes = CONTEXT) -> bytes:
    """Return the sealed bytes: salt ‖ commitment ‖ chunks."""
    chunks = Chunks(key, salt, context)
    sealed = bytearray(sealed_length(len(padded)))
    sealed[:HEADER] = chunks.header
    chunks.seal_into(0, memoryview(padded), memoryview(sealed)[HEADER:], last=True)
    return bytes(sealed)


def open_sealed(key: bytes, sealed: Buffer, context: bytes = CONTEXT) -> bytes:
    """Return the padded bytes, opened with pyca's decryptor.

    Raises:
        FormatError: layer `object`, if salt, commitment, any chunk or the sealed length is wrong.
    """
    padded_length_of(len(sealed))
    try:
        decryptor = Cobblestone256Decryptor(key, context)
        return decryptor.update(sealed) + decryptor.finalize()
    except (InvalidTag, ValueError):
        raise FormatError("object") from None


def open_header(key: bytes, header: bytes, context: bytes = CONTEXT, algorithm: HashAlgorithm = _SHA_512) -> Chunks:
    """Return the chunks that a header is for, after checking its commitment, so that any of them can be opened alone.

    Raises:
        FormatError: layer `object`.
    """
    chunks = Chunks(key, header[:SALT], context, algorithm)
    if not hmac.compare_digest(chunks.header, header):
        raise FormatError("object")
    return chunks
