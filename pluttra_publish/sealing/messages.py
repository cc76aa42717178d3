"""Messages and the letterbox, sealed and opened; and whose a message is. Knows docs/format.md §17. Does not know drop boxes, nor what a message says."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping

from pluttra_publish.errors import FormatError, LeakError
from pluttra_publish.format.layout import SALT, kdf_info
from pluttra_publish.format.messages import (
    FILE_LENGTHS,
    ID,
    OUTSIDE,
    TAG,
    Header,
    Letterbox,
    divide_content,
    message_content,
)
from pluttra_publish.format.padding import frame_and_pad
from pluttra_publish.sealing.cobblestone import seal_padded
from pluttra_publish.sealing.kdf import expanded, extracted, kdf, name_of
from pluttra_publish.sealing.objects import SealedObject, open_bytes, seal_fixed


def drop_key(guardian_key: bytes) -> bytes:
    """Return the key that one reader's messages are sealed with."""
    return kdf(guardian_key, "drop")


def sender_tag(key: bytes, message: bytes) -> bytes:
    """Return the tag by which the publisher finds whose a message is; `key` is a drop key, `message` an id of 16 bytes."""
    return kdf(key, "sender", message)


class Senders:
    """Everybody who may have sent a message, by whatever `keys` has them under; their drop keys are derived once."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """`keys` are guardian keys."""
        self._keys = {sender: drop_key(key) for sender, key in keys.items()}
        # HKDF's first half, once for each: finding a sender is then one HMAC for each of them.
        self._extracted = [(sender, extracted(key)) for sender, key in self._keys.items()]

    def find(self, file: bytes) -> str | None:
        """Return whose tag a message's file carries, or None: it is forged, or of somebody who is not among these."""
        info, tag = kdf_info("sender", file[:ID]), file[ID:OUTSIDE]
        for sender, key in self._extracted:
            if hmac.compare_digest(expanded(key, info)[:TAG], tag):
                return sender
        return None

    def open(self, file: bytes, sender: str, *, site: bytes) -> tuple[Header, bytes]:
        """Return the header and the attachment of a message's file.

        Raises:
            FormatError: layers `object`, `padding`, `encoding`, `version`; `binding` if the id inside is another.
        """
        return open_message(file, self._keys[sender], site=site)


def seal_message(
    header: Header, attachment: bytes, guardian_key: bytes, *, site: bytes, salt: bytes | None = None
) -> bytes:
    """Return the file of a message. `salt` is random unless it is given, which only vectors may.

    Raises:
        FormatError: layer `padding`, if it is too long.
    """
    message, key = bytes.fromhex(header.id), drop_key(guardian_key)
    secret = kdf(key, "message", site, message)
    padded = frame_and_pad("message", message_content(header, attachment))
    sealed = seal_padded(kdf(secret, "seal", "message"), salt or secrets.token_bytes(SALT), padded)
    return message + sender_tag(key, message) + sealed


def open_message(file: bytes, key: bytes, *, site: bytes) -> tuple[Header, bytes]:
    """Return the header and the attachment of a message's file, opened with its sender's drop key.

    Raises:
        FormatError: layers `object`, `padding`, `encoding`, `version`; `binding` if the id inside is another.
    """
    if len(file) not in FILE_LENGTHS:
        raise FormatError("object")
    secret = kdf(key, "message", site, file[:ID])
    header, attachment = divide_content(open_bytes(file[OUTSIDE:], role="message", secret=secret))
    if header.id != file[:ID].hex():
        raise FormatError("binding")
    return header, attachment


def letterbox_name(secret: bytes) -> str:
    """Return the name of the letterbox; `secret` is the drop box's, of a keyring."""
    return name_of(secret, "letterbox-name")


def seal_letterbox(letterbox: Letterbox, secret: bytes) -> SealedObject:
    """Seal the letterbox for everybody whose keyring holds the drop box's secret."""
    content = letterbox.to_bytes()
    if Letterbox.from_bytes(content) != letterbox:
        raise LeakError("Det förseglade blev inte det som menades. Ingenting har publicerats.")
    return seal_fixed(content, role="letterbox", secret=kdf(secret, "letterbox"), name=letterbox_name(secret))


def open_letterbox(sealed: bytes, secret: bytes) -> Letterbox:
    """Return the letterbox.

    Raises:
        FormatError: layers `object`, `padding`, `encoding`, `version`.
    """
    return Letterbox.from_bytes(open_bytes(sealed, role="letterbox", secret=kdf(secret, "letterbox")))
