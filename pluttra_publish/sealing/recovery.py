"""Files that only the recovery key opens: seal them, see that they open, open them. Knows age. Does not know what is in them, or where they lie.

The computer that seals them keeps no key to them, so that whoever takes the computer and the copy has no more than the computer. For as long as
one `RecoverySeal` lives they open with a key of its own too, which is never written down: that is how what was sealed is tried before it counts.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from typing import BinaryIO, cast

import pyrage

from pluttra_publish.errors import FormatError, KeystoreError


class RecoverySeal:
    """Seals to a recovery key, known by its public half."""

    def __init__(self, recovery: str) -> None:
        self._own = pyrage.x25519.Identity.generate()
        self._recipients = [pyrage.x25519.Recipient.from_str(recovery), self._own.to_public()]

    def seal(self, source: BinaryIO, into: BinaryIO) -> None:
        """Seal all that can be read.

        Raises:
            OSError: it can't be read or written.
        """
        try:
            pyrage.encrypt_io(source, into, self._recipients)
        except pyrage.EncryptError as failed:  # how it tells what reading or writing raised
            raise OSError(str(failed)) from None

    def opens_to(self, sealed: BinaryIO) -> bytes:
        """Return the SHA-256 of what this seal's file opens to.

        Raises:
            FormatError: layer `object`: it doesn't open.
        """
        into = _Digest()
        with _refusing():
            pyrage.decrypt_io(sealed, cast("BinaryIO", into), [self._own])
        return into.digest.digest()


class RecoveryKey:
    """The recovery key, as it was shown once."""

    def __init__(self, written: str) -> None:
        """Take the key as somebody has written it.

        Raises:
            KeystoreError: it is none.
        """
        key = "".join(written.split()).upper()
        try:
            self._identity = pyrage.x25519.Identity.from_str(key)
        except pyrage.IdentityError:
            hint = "Den börjar med AGE-SECRET-KEY-1 och står på papperet från när förskolan började. Se efter att inget tecken saknas."
            raise KeystoreError("Återställningsnyckeln är felskriven.", hint=hint) from None
        self.text = key

    def open(self, sealed: BinaryIO, into: BinaryIO) -> None:
        """Open a file; what is written before it turns out to be damaged must not be used.

        Raises:
            FormatError: layer `object`: it doesn't open.
        """
        with _refusing():
            pyrage.decrypt_io(sealed, into, [self._identity])

    def __repr__(self) -> str:
        return "RecoveryKey()"


class _Digest:
    """Takes what is written to it for its digest alone."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()

    def write(self, block: bytes) -> int:
        self.digest.update(block)
        return len(block)

    def flush(self) -> None:
        """Nothing waits."""


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except pyrage.DecryptError:
        raise FormatError("object") from None
    except OSError as error:
        if error.errno is None:  # a chunk that doesn't open comes as an OSError without a number
            raise FormatError("object") from None
        raise
